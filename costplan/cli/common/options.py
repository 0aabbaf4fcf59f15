"""Arguments and options that several commands share, each written once."""

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NamedTuple

import typer

if TYPE_CHECKING:
    from datetime import date

    from costplan.api.usage import Options


class Format(StrEnum):
    """What ``costplan.render`` can draw."""

    table = "table"
    json = "json"
    lean = "lean"
    markdown = "markdown"
    html = "html"
    csv = "csv"
    focus = "focus"
    focus_1_4 = "focus-1.4"
    junit = "junit"
    sarif = "sarif"
    github = "github"
    gitlab = "gitlab"
    svg = "svg"
    xlsx = "xlsx"


class ResultFormat(StrEnum):
    """What usage, a forecast and a reconciliation can be drawn as."""

    table = "table"
    json = "json"
    lean = "lean"
    markdown = "markdown"
    html = "html"
    csv = "csv"


class PageFormat(StrEnum):
    """What goes into a page of notes, too."""

    table = "table"
    json = "json"
    markdown = "markdown"


class PlainFormat(StrEnum):
    """For a reader, or for a program."""

    table = "table"
    json = "json"


FORM = typer.Option("--format", help="What to print.")
FormatOption = Annotated[Format, FORM]

WorkloadArgument = Annotated[
    str | None,
    typer.Argument(
        metavar="[WORKLOAD]",
        help="A workload file, - for standard input, or the nearest costplan.toml upward.",
    ),
]
StackOption = Annotated[
    list[str] | None,
    typer.Option("--stack", metavar="NAME", help="Only this stack; may be repeated."),
]
DayOption = Annotated[
    str | None, typer.Option("--as-of", metavar="DATE", help="The day whose prices apply.")
]
CatalogueDayOption = Annotated[
    str | None,
    typer.Option("--as-of", "--at", metavar="DATE", help="The day whose prices apply; or today."),
]
CategoryOption = Annotated[
    str | None, typer.Option("--category", metavar="NAME", help="Such as tokens or vector-db.")
]
VendorOption = Annotated[
    str | None, typer.Option("--vendor", metavar="NAME", help="Such as openai or pinecone.")
]
OutOption = Annotated[
    Path | None, typer.Option("--out", metavar="FILE", help="Write to a file instead.")
]
SummaryOption = Annotated[
    bool,
    typer.Option("--summary", help="Only the figures that decide; lean, or with --format json."),
]
FilterOption = Annotated[
    list[str] | None,
    typer.Option("--filter", metavar="K=V", help="Only such: component=tokens, offer!=aws/*."),
]
FieldsOption = Annotated[
    str | None, typer.Option("--fields", metavar="A,B", help="Rows with these fields alone.")
]
SaveOption = Annotated[
    list[str] | None,
    typer.Option(
        "--save", metavar="FORMAT=FILE", help="Also write another format; may be repeated."
    ),
]
ChangeOption = Annotated[
    list[str] | None,
    typer.Option("--set", metavar="a.b=1", help="Change a value; steps and jobs go by their name."),
]
RateOption = Annotated[
    list[str] | None,
    typer.Option(
        "--exchange",
        metavar="usd_per_eur=RATE@DATE",
        help="State an exchange rate: so many USD for one EUR, on a day.",
    ),
]
ScenarioOption = Annotated[
    list[str] | None,
    typer.Option(
        "--scenario",
        metavar="NAME",
        help="Lay [scenario.NAME] over the file; several stand side by side.",
    ),
]
OneScenarioOption = Annotated[
    str | None,
    typer.Option("--scenario", metavar="NAME", help="Lay [scenario.NAME] over the file."),
]
DrawsOption = Annotated[
    int | None,
    typer.Option(
        "--draws", metavar="N", help="Draws of the numbers that are ranges; 8192, 0 for none."
    ),
]
SeedOption = Annotated[
    int, typer.Option("--seed", metavar="N", help="Other draws: the same number, the same draws.")
]
ExplainOption = Annotated[
    bool,
    typer.Option("--explain", help="Show each line's formula, price, source and date."),
]
LinesOption = Annotated[
    bool, typer.Option("--lines", help="Show the lines of every stack, not of a single one alone.")
]
FullOption = Annotated[
    bool,
    typer.Option("--full", help="Show all that is known: lines, notes, assumptions, exclusions."),
]
WatchOption = Annotated[
    bool,
    typer.Option("--watch", help="Draw again whenever the file is saved; values by a prompt."),
]
LockOption = Annotated[
    Path | None,
    typer.Option("--lock", metavar="FILE", help="Prices pinned by this lock file."),
]
NoLockOption = Annotated[
    bool, typer.Option("--no-lock", help="Leave the costplan.lock beside the workload alone.")
]
LockedOption = Annotated[
    bool,
    typer.Option("--locked", help="Exit 3 if prices are not exactly what the lock pins."),
]
KindOption = Annotated[
    str | None,
    typer.Option("--source", metavar="NAME", help="What the files are; recognised if left out."),
]
MapOption = Annotated[
    list[str] | None,
    typer.Option(
        "--map",
        metavar="NAME=COLUMN|FILE",
        help="Where a column of usage stands, or a file with [columns] and [map].",
    ),
]
VendorOfOption = Annotated[
    str | None,
    typer.Option("--vendor", metavar="NAME", help="Who served, where the source does not say."),
]
SamplingOption = Annotated[
    str | None,
    typer.Option("--sampling", metavar="SHARE", help="Share of requests logged: 0.1, or 1."),
]


class Locks(NamedTuple):
    """Which lock file pins the prices: the fields of ``costplan.api.estimating.Locking``."""

    lock: LockOption = None
    no_lock: NoLockOption = False
    locked: LockedOption = False


class Draws(NamedTuple):
    """How ranges are drawn: the first fields of ``costplan.api.risking.Drawing``."""

    draws: DrawsOption = None
    seed: SeedOption = 1


class Reading(NamedTuple):
    """What real usage comes from, where its columns stand, and who served it."""

    kind: KindOption = None
    mapping: MapOption = None
    vendor: VendorOfOption = None

    def options(self, day: "date") -> "Options":
        """How usage is read; rows without a time are of ``day``."""
        from costplan.api.usage import Options, mapping_of

        mapping = mapping_of(self.mapping or [])
        return Options(day=day, source=self.kind, mapping=mapping, vendor=self.vendor)
