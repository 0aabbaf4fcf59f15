"""Writes the pages that are made from the code, and plays the guides: ``make docs``.

tests/test_docs.py and tests/test_guides.py compare them.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import fields as record_fields
from pathlib import Path
from string import Formatter
from typing import Any

from costplan.catalog.lookup import CatalogFile
from costplan.catalog.offer import Charge
from costplan.cli import app
from costplan.cli.common.environment import OTHERS, VARIABLES
from costplan.cli.common.glossary import EXIT_CODES
from costplan.cli.common.tree import fixed_values, is_option, leaves, names, takes_value
from costplan.keys import Table, inner, sentences, summary, tables
from costplan.store.files.positions import locate
from costplan.wordings import WORDINGS, Topic
from costplan.workload.model import Workload

HERE = Path(__file__).resolve().parent
EXAMPLES = sorted((HERE / "keys").glob("*.toml"))
WORKLOAD_HEAD = """# The workload file

Every key, table by table. `make docs` writes this page from the program's own records, so that it
says what is read. `costplan explain step.max_attempts` says the same of one key, and
`costplan schema workload` tells it to editors. The examples are lines of [keys/](keys/), which are
whole workloads and valid. A key that no table has is an error.

`[prices]` holds prices of your own, in the form of a catalogue file: [catalogue.md](catalogue.md).
What a check does with `[budget]` is in [budgets.md](budgets.md), how terms follow each other in
[terms.md](terms.md), every formula in [methodology.md](methodology.md).
"""
KEY_ROWS = """| key | what it does | type | unit | default | example |
|---|---|---|---|---|---|"""
FACTS_HEAD = """# Facts

What an estimate, a bill, a comparison, a diff or a check says in words stands in its JSON under
`facts` too: a stable `code`, its `topic`, its `subject`, its `values` and its `text`
([formats.md](formats.md)). Decide by codes: words may change in any version. `make docs` writes
this page from the program's own table. Names in the words are values; `text` is a sentence without
a code of its own: a file's own note, or one of a document that was saved before facts had codes.
"""
TOPIC_LISTS: Mapping[Topic, str] = {
    "assumption": "In `assumptions` of an estimate's stack.",
    "note": "In `notes`.",
    "warning": "In `warnings` of an estimate's stack.",
    "stale": "In `stale` of an estimate's stack.",
    "not-modelled": "In `not_modelled` of an estimate's stack.",
    "not-included": "In `not_included` of an estimate's stack.",
    "rule-change": "In `rule_changes` of a diff, in `notes` of a check.",
    "reason": "Why a figure is not there: inside other facts and reasons.",
}
COMMANDS_HEAD = """# Commands

Every command with its arguments and options; `make docs` writes this page from the program's own
command tree.
"""


def examples() -> dict[tuple[type, str], str]:
    """The line that shows a key, by the record that holds it."""
    found: dict[tuple[type, str], str] = {}
    for path in EXAMPLES:
        text = path.read_text(encoding="utf-8")
        lines = text.split("\n")
        for kind, name, place in _used(Workload, tomllib.loads(text), ()):
            at = locate(text, place, "key")
            if at is not None:
                found.setdefault((kind, name), lines[at.line - 1].strip())
    return found


def _used(kind: type, data: Mapping[str, Any], place: tuple[Any, ...]) -> Iterator[tuple[Any, ...]]:
    """(record, field, place) of every key that a file's data has."""
    fields = sentences(kind)
    below: dict[str, type] = {}
    for field, _, record, _ in inner(kind):
        below.setdefault(field, record)
    rest = next((one.name for one in record_fields(kind) if one.metadata.get("rest")), "")
    for key, value in data.items():
        field = key if key in fields else rest
        yield kind, field, (*place, key)
        if field in below:
            for steps, table in _below(value, below[field], field == key):
                yield from _used(below[field], table, (*place, key, *steps))


def _below(value: Any, kind: type, named: bool) -> Iterator[tuple[tuple[Any, ...], Any]]:
    """The tables of a value that are of a kind: itself, those of a list, those under names, and
    those of lists under names.

    ``named``: the value is a field's own, and so may hold tables under names of the author's.
    """
    if isinstance(value, list):
        yield from (((at,), one) for at, one in enumerate(value) if isinstance(one, dict))
    elif isinstance(value, dict):
        known = sentences(kind)
        if any(key in known for key in value) or not named:
            yield (), value
        else:
            yield from (((key,), one) for key, one in value.items() if isinstance(one, dict))
            for key, several in value.items():
                if isinstance(several, list):
                    yield from (
                        ((key, at), one) for at, one in enumerate(several) if isinstance(one, dict)
                    )


def workload_page() -> str:
    """docs/workload.md."""
    shown = examples()
    return WORKLOAD_HEAD + "".join(_table(one, shown) for one in tables(Workload))


def catalogue_page() -> str:
    """docs/catalogue.md as it is, but for the table of a charge's keys."""
    text = (HERE / "catalogue.md").read_text(encoding="utf-8")
    head, start, rest = text.partition("<!-- keys of a charge -->\n")
    tail = rest.partition("<!-- end of keys of a charge -->")
    (table,) = (one for one in tables(CatalogFile) if one.kind is Charge)
    rows = ["| key of a charge | what it does | type | unit | default |", "|---|---|---|---|---|"]
    for key in table.keys:
        default = "required" if key.required else _code(key.default) if key.default else ""
        cells = (_code(key.name), key.text, key.type, key.unit, default)
        rows.append("| " + " | ".join(_cell(one) for one in cells) + " |")
    return head + start + "\n" + "\n".join(rows) + "\n\n" + "".join(tail[1:])


def _table(table: Table, shown: Mapping[tuple[type, str], str]) -> str:
    rows = [f"\n## {_code(table.heading) if table.heading else 'Top of the file'}\n"]
    if table.heading:
        rows.append(" ".join(summary(table.kind).split()) + "\n")
    others = [".".join(one) for one in table.places[1:]]
    if others:
        rows.append("Also at " + ", ".join(_code(f"[{one}]") for one in others) + ".\n")
    rows.append(
        "| key | what it does | type | unit | default | example |\n|---|---|---|---|---|---|"
    )
    for key, field in zip(table.keys, sentences(table.kind), strict=True):
        name = key.name if key.name == "any other" else _code(key.name)
        default = "required" if key.required else _code(key.default) if key.default else ""
        example = shown.get((table.kind, field), "")
        cells = (name, key.text, key.type, key.unit, default, _code(example) if example else "")
        rows.append("| " + " | ".join(_cell(one) for one in cells) + " |")
    return "\n".join(rows) + "\n"


def _code(text: str) -> str:
    return f"`{text}`"


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


def commands_page() -> str:
    """docs/commands.md."""
    parts = [COMMANDS_HEAD]
    for path, command in leaves(app([])):
        parts.append(f"\n## costplan {path}\n\n{_prose(command.help)}\n")
        own = [one for one in command.params if not getattr(one, "hidden", False)]
        usage = " ".join(_placed(one) for one in own if not is_option(one))
        parts.append(f"\n```\ncostplan {path} [OPTIONS] {usage}".rstrip() + "\n```\n")
        rows = [_parameter(one) for one in own if "--help" not in one.opts]
        if rows:
            parts.append("\n| | what it does | default |\n|---|---|---|\n" + "\n".join(rows) + "\n")
    parts.append("\n## Exit codes\n\n| code | meaning |\n|---|---|\n")
    parts += [f"| {code} | {text} |\n" for code, text in EXIT_CODES.items()]
    parts.append("\n## Environment\n\n[environment.md](environment.md) says more of each.\n\n")
    parts.append("| variable | stands in for | meaning |\n|---|---|---|\n")
    for one in (*VARIABLES, *OTHERS):
        sets = ", ".join(_code(each) for each in one.sets)
        parts.append(f"| `{one.name}` | {sets} | {one.meaning} |\n")
    return "".join(parts)


def _prose(text: str | None) -> str:
    return "\n\n".join(" ".join(one.split()) for one in (text or "").split("\n\n")).strip()


def _placed(parameter: Any) -> str:
    return str(parameter.metavar or parameter.name.upper())


def _parameter(one: Any) -> str:
    if is_option(one):
        name = ", ".join(_code(each) for each in names(one))
        values = fixed_values(one)
        if values:
            name += " " + ", ".join(values)
        elif takes_value(one) and one.metavar:
            name += f" {_code(one.metavar)}"
    else:
        name = _code(_placed(one))
    default = one.default if isinstance(one.default, str | int) else None
    said = "" if default is None or isinstance(default, bool) else _code(str(default))
    return "| " + " | ".join(_cell(each) for each in (name, _prose(one.help), said)) + " |"


def facts_page() -> str:
    """docs/facts.md."""
    parts = [FACTS_HEAD]
    for topic, said in WORDINGS.items():
        parts.append(f"\n## {topic}\n\n{TOPIC_LISTS[topic]}\n\n| code | words |\n|---|---|\n")
        parts += [f"| `{code}` | {_cell(_bare(words))} |\n" for code, words in said.items()]
    return "".join(parts)


def _bare(wording: str) -> str:
    """A wording with the names of its values alone, without how each is drawn."""
    named = [(literal, name) for literal, name, *_ in Formatter().parse(wording)]
    return "".join(literal + (f"`{name}`" if name else "") for literal, name in named)


PAGES = {
    "workload.md": workload_page,
    "commands.md": commands_page,
    "facts.md": facts_page,
    "catalogue.md": catalogue_page,
}

if __name__ == "__main__":
    import guides  # beside this file

    for name, page in PAGES.items():
        (HERE / name).write_text(page(), encoding="utf-8")
    guides.write()
