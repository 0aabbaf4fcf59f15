"""The words of costplan, one entry each. What the code holds in a table is read from there."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

from costplan.cli.common.page_words import PAGE_WORDS
from costplan.cli.common.term import Term
from costplan.words import COMPONENTS, SPENT, TRUSTED

if TYPE_CHECKING:
    from costplan.cli.common.environment import Variable

EXIT_CODES = {
    0: "done",
    1: "it ran and the answer is no: an empty search, a finding of an audit, a broken installation",
    2: "bad usage, or a file that cannot be used",
    3: "a price is missing or stale, or an offer no longer sold, where that was asked to count",
    70: "a fault of costplan itself; please report it",
    130: "interrupted",
    141: "the reader of its output went away, as 'head' does",
}
FORMATS = {
    "table": "for people, as wide as the terminal",
    "lean": "a document in brief, for agents: a value a line",
    "json": "for programs: all digits, a schema_version, a schema under 'costplan schema'",
    "svg": "the table as a picture",
    "xlsx": "a workbook with live formulas",
    "csv": "for spreadsheets, one row an entry",
    "focus": "line items in the columns of FOCUS 1.2, for tools that read bills",
    "focus-1.4": "the same in the columns of FOCUS 1.4",
    "markdown": "for reviews and comments",
    "md": "Markdown, for reviews and comments",
    "html": "one page that needs nothing beside it",
    "toml": "a file that costplan reads again",
    "sarif": "findings for code scanners",
    "junit": "findings as test results",
    "github": "annotations in a GitHub workflow",
    "gitlab": "a code quality report for GitLab",
}
"""What each is; which there are is asked of the commands."""


TERMS: dict[str, Term] = {
    "exit codes": Term(
        "what the number means that a command leaves behind",
        ("A script can rely on them; words about the reason are on standard error.",),
        aliases=("exit code", "exit", "exits", "return code", "exitcodes", "codes"),
    ),
    "formats": Term(
        "what --format can print, and which command knows it",
        ("A format that a command does not know is a usage error, never a table in its place.",),
        aliases=("format",),
    ),
    "environment": Term(
        "the variables that costplan reads",
        ("What is on the command line comes before a variable. An empty one counts as unset.",),
        "docs/environment.md",
        ("variables", "environment variables", "env"),
    ),
    "precedence": Term(
        "what wins where two things say something",
        (
            "Options: the command line, then the environment, then the file, then the default.",
            "Prices of one id: the workload's own [prices], then pricing/ beside the workload, "
            "then your own folder, then the built-in catalogue. The whole entry of the "
            "topmost wins; parts of two are never mixed.",
        ),
        "'costplan pricing show ID' names the shelf an entry comes from",
        ("layers", "shelves", "catalogue"),
    ),
    "components": Term(
        "the rows of a bill: what kind of thing is paid",
        ("A stack binds a role to an offer, and the offer's category is its row.",),
        "'costplan explain purposes' for what it is paid for",
        ("component", "tokens", "vector-db", "search-rerank", "guardrails", "other"),
    ),
    "offer": Term(
        "one thing with a price: a model, a plan, a machine",
        (
            "An offer goes by an exact id such as openai/gpt-4o, or by one of its aliases. What is "
            "not in the catalogue is an error with its neighbours named, and never priced as one "
            "of them.",
        ),
        "'costplan pricing search WORD'",
        ("offers", "id", "alias"),
    ),
    "role": Term(
        "the name under which a workload uses a part",
        (
            "Steps speak of roles such as 'chat'; each stack binds a role to an offer. So one "
            "workload is priced on many vendors without being changed.",
        ),
        "'costplan explain stack'",
        ("roles", "binding"),
    ),
    "stack": Term(
        "a set of vendors that serves every part of a workload",
        ("[stack.NAME] binds each role to an offer. --stack NAME estimates only that one.",),
        "'costplan explain role'",
        ("stacks",),
    ),
    "confidence": Term(
        "how far the source of a price can be trusted",
        ("Every price names its source and the day that source was read. From the best down:",),
        "'costplan estimate --explain' shows it line by line",
        ("unverified", "unverified prices (?)"),
    ),
    "staleness": Term(
        "a price whose source was read too long ago",
        (
            "A price is stale when its source was last read more than 180 days before the as-of "
            "date; stale_after_days in the workload sets another limit. 'checked' is the day "
            "of the source itself, never the day on which costplan ran.",
            "--strict makes a stale price exit 3; without it a bill says so and goes on.",
        ),
        "'costplan pricing audit'",
        ("stale", "checked", "stale prices"),
    ),
    "as-of": Term(
        "the day whose prices apply",
        (
            "It is the only clock: the same file on the same as-of date gives the same bill. "
            "Left out it is today, in UTC.",
        ),
        aliases=("as of", "--as-of", "date"),
    ),
    "at least": Term(
        "a total in which a price is missing",
        (
            "Where a vendor publishes no price the line is unknown with a reason, never zero. "
            "The total is then the sum of what is known, and the true bill is that or more.",
            "--strict makes a missing price exit 3.",
        ),
        aliases=("unknown", "atleast", ">="),
    ),
    "fixed and variable": Term(
        "what is paid without traffic, and what follows it",
        (
            "Fixed: seats, floors, nodes and flat fees. Variable: all that is billed by what "
            "is used.",
        ),
        aliases=("fixed", "variable"),
    ),
    "purposes": Term(
        "what a line of a bill is bought for",
        ("Every line has one:",),
        "docs/methodology.md",
        ("purpose",),
    ),
    "trusted answers": Term(
        "right answers, by the machine or by a person",
        (
            "A silent failure is the opposite: a wrong answer delivered as if it were right. A "
            "step without a success rate makes reliability not modelled, never 1.",
        ),
        "docs/methodology.md",
        (
            "trusted answer",
            "a trusted answer",
            "trusted",
            "silent failures",
            "silent failure",
            "reliability",
        ),
    ),
    "coordination gap": Term(
        "how much less the same reliability could cost",
        (
            "G = 1 - C / spend, where C is the cheapest way that 'costplan compare' tried that is "
            "at least as reliable as the plan. 0: nothing tried was cheaper.",
        ),
        "docs/methodology.md",
        ("gap",),
    ),
    "brute-force multiple": Term(
        "what reliability costs by compute alone",
        (
            "The cheapest of what stands in for coordination (votes, a larger model, hosting "
            "without checks) over the cheapest orchestrated way, both at the target. There is none "
            "where one of the two cannot reach the target.",
        ),
        "docs/methodology.md",
        ("brute force", "multiple"),
    ),
    "strategies": Term(
        "the ways to a reliability that are compared",
        (
            "Orchestration: more attempts, validators, people. Brute force: votes of the whole "
            "pipeline, the largest model for everything, machines sized for the peak, warm "
            "replicas, a second region. Their parameters are in [strategy], each with a "
            "stated default.",
        ),
        "'costplan compare', docs/methodology.md",
        ("strategy",),
    ),
    "units": Term(
        "what a quantity is counted in",
        (
            "A price is an amount per so many units, as 10 per 1,000 searches; the scale is "
            "written out and never part of a name. A month is 730 hours unless the vendor counts "
            "720 or 744. Money is decimal to the last digit and is rounded only when it is drawn.",
        ),
        "'costplan pricing show ID' lists the variables of an offer with their units",
        ("unit", "month", "rounding"),
    ),
    "currencies": Term(
        "money is never converted by a guess",
        (
            "A workload has one currency, USD unless 'currency' says otherwise. A price in another "
            "one needs a rate with a date and a source, in [exchange] or by --exchange; none is "
            "built in. Conversion comes last, after floors, fees and discounts.",
        ),
        "docs/terms.md",
        ("currency", "exchange rate", "money"),
    ),
    "locks": Term(
        "prices pinned for a project",
        (
            "costplan.lock, beside the workload, holds the entries it was priced with. estimate, "
            "compare and check take prices from it and say where the catalogue has moved since; "
            "--locked makes a difference an error (exit 3), --no-lock looks past it.",
            "So a change of price arrives as a reviewed difference and not as a red build.",
        ),
        "'costplan pricing lock --help', docs/lock.md",
        ("lock", "lock file", "pins"),
    ),
    "budget": Term(
        "limits that an estimate is checked against",
        (
            "[budget] applies to each stack; [budget.stack.NAME] narrows it for one; [[policy]] "
            "holds expressions over the estimate's figures. Nothing passes by default: an unknown "
            "figure, a total that is 'at least', a price that is missing or stale is no pass.",
        ),
        "'costplan check --figures', docs/budgets.md",
        ("budgets", "policy", "policies", "limits"),
    ),
    "causes": Term(
        "why a cost changed: volume, mix, intensity, price",
        (
            "volume: more or fewer requests. intensity: more or less used per request. mix: other "
            "things bought, new and removed lines among them. price: the same at other prices. "
            "The four sum to the difference exactly.",
        ),
        "docs/diff.md",
        ("volume", "mix", "intensity", "diff"),
    ),
    "terms": Term(
        "what you really pay: discounts, commitments, credits",
        (
            "List cost is at published prices, contracted cost after [[discount]], effective cost "
            "after [[commitment]] and [[credit]] too.",
        ),
        "docs/terms.md",
        ("list cost", "contracted cost", "effective cost", "discount", "commitment", "credit"),
    ),
    "sources": Term(
        "what a price rests on",
        (
            "source: an address. since: the day from which the price applied. checked: the day on "
            "which the source itself was read. A change of price is a new dated entry; old ones "
            "stay.",
        ),
        "docs/catalogue.md",
        ("source", "since", "origin"),
    ),
    **PAGE_WORDS,
}
ALIASES = {alias: name for name, term in TERMS.items() for alias in term.aliases}


def term_of(asked: str) -> str:
    """The term of a name or an alias; "" for none. ``asked``: folded."""
    return asked if asked in TERMS else ALIASES.get(asked, "")


def term_like(asked: str) -> str:
    """The term that is meant by other joints between its words, or by an exit code's number."""
    apart = " ".join(asked.replace("-", " ").replace("_", " ").split())
    code = apart.removeprefix("exit").strip().removeprefix("code").strip()
    if code.isdecimal() and int(code) in EXIT_CODES:
        return "exit codes"
    return term_of(apart)


class Paragraph(NamedTuple):
    """A text, with the columns before its first line and before its further ones."""

    text: str = ""
    indent: int = 0
    further: int = 0


def paragraphs(name: str) -> Iterable[Paragraph]:
    """All that is said of a term, an empty one between blocks."""
    term = TERMS[name]
    for text in term.text:
        yield Paragraph()
        yield Paragraph(text)
    rows = _rows(name)
    if rows:
        yield Paragraph()
        room = max(len(head) for head, _ in rows) + 2
        for head, text in rows:
            yield Paragraph(f"{head:{room}}{text}", 2, room + 2)
    if term.see:
        yield Paragraph()
        yield Paragraph(f"See {term.see}.")


def _rows(name: str) -> list[tuple[str, str]]:
    from costplan.cli.common.environment import OTHERS, VARIABLES

    tables: dict[str, Mapping[Any, str]] = {
        "exit codes": {str(code): text for code, text in EXIT_CODES.items()},
        "environment": {
            variable.name: _with_options(variable) for variable in (*VARIABLES, *OTHERS)
        },
        "confidence": TRUSTED,
        "components": COMPONENTS,
        "purposes": SPENT,
        "where the money goes": SPENT,
    }
    if name == "figures":
        from costplan.api.checking import MEASURES

        return [(figure, measure.meaning) for figure, measure in MEASURES.items()]
    if name == "formats":
        return _formats()
    return [*tables.get(name, {}).items()]


def _with_options(variable: Variable) -> str:
    options = [name for name in variable.sets if name.startswith("--")]
    return f"{variable.meaning} ({' or '.join(options)})" if options else variable.meaning


def _formats() -> list[tuple[str, str]]:
    from costplan.cli import app
    from costplan.cli.common.tree import choices

    used: dict[str, list[str]] = {}
    for command, formats in choices(app([]), "--format").items():
        for form in formats:
            used.setdefault(form, []).append(command)
    return [
        (form, f"{FORMATS.get(form, 'a format')}: {', '.join(commands)}")
        for form, commands in used.items()
    ]
