"""What ``costplan explain agents`` prints: an AGENTS.md for repositories that use costplan."""

PAGE = """\
# What this application costs

`costplan.toml` says what the application does in a month and who serves it; `costplan` prices it
from dated, sourced prices. No account, no network. Ask before you guess a price, and after you
change a model, a prompt's size, a retry or the traffic.

| to know | ask |
|---|---|
| the bill of every stack | `costplan estimate --summary` |
| what a change would do | `costplan estimate --set step.NAME.output_tokens=300 --summary` |
| which stack, which way | `costplan compare --summary` |
| whether the budget holds | `costplan check --summary` (exit 1: no) |
| what the branch costs | `costplan diff --base main --summary` |
| one price | `costplan price OFFER input_tokens=1000 output_tokens=500 --summary` |
| an offer's exact id | `costplan pricing search WORDS` |
| what a word or a key means | `costplan explain TERM` |
| whether the file is right | `costplan validate` (file, line, remedy) |

- `--filter component=tokens --fields role,offer,amount --format lean` shows lines, and only those.
- `--format json` without `--summary` is some 100 kB: send it to a file with `--out`.
- `at_least: true` means that a price is missing: the total can only be higher. Never fill it in.
- Of a number that nobody measured, say so in the file; do not invent success rates.
- Exit codes: 0 done, 1 the answer is no, 2 bad input, 3 a price is missing or stale.

Tools instead of commands: `costplan mcp` serves the same answers over stdio, reads this folder
alone and writes nothing. Most clients take

    {"mcpServers": {"costplan": {"command": "costplan", "args": ["mcp"]}}}
"""
