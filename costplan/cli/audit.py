"""``costplan pricing audit`` and ``costplan pricing report``: what is wrong with the catalogue,
and what it holds."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from costplan.cli.options import OutOption

if TYPE_CHECKING:
    from costplan.catalog.filed import Filed
    from costplan.plan.audit.parts import Terms


class AuditFormat(StrEnum):
    """What ``costplan.render.audit`` can draw."""

    table = "table"
    json = "json"
    markdown = "markdown"


class ReportFormat(StrEnum):
    """What ``costplan.render.audit`` can draw of a report."""

    table = "table"
    json = "json"


class LevelName(StrEnum):
    """From the worst on."""

    error = "error"
    warning = "warning"
    note = "note"


Folder = Annotated[
    Path | None,
    typer.Argument(metavar="[DIR]", help="A catalogue folder alone; or all that is in force."),
]
At = Annotated[
    str | None,
    typer.Option("--at", "--as-of", metavar="DATE", help="The day whose prices apply; or today."),
]
Within = Annotated[
    int, typer.Option("--within", metavar="DAYS", min=0, help="How far ahead to look.")
]
Stale = Annotated[
    int, typer.Option("--stale-days", metavar="N", min=0, help="How old a source may be.")
]


def audit(
    folder: Folder = None,
    at: At = None,
    form: Annotated[AuditFormat, typer.Option("--format", help="What to print.")] = (
        AuditFormat.table
    ),
    out: OutOption = None,
    vendor: Annotated[
        str | None, typer.Option("--vendor", metavar="NAME", help="Such as openai or pinecone.")
    ] = None,
    category: Annotated[
        str | None, typer.Option("--category", metavar="NAME", help="Such as tokens or vector-db.")
    ] = None,
    within: Within = 90,
    stale_days: Stale = 180,
    level: Annotated[
        LevelName, typer.Option("--level", help="Show findings from this level on.")
    ] = LevelName.warning,
    everything: Annotated[
        bool, typer.Option("--all", help="Every finding, not only the first of each kind.")
    ] = False,
) -> int:
    """Look for prices that cannot be right, grew old or conflict.

    Exits 1 where one must not be billed as it stands.
    """
    from costplan.cli.words import look, put
    from costplan.plan.audit.run import audit as run
    from costplan.render.audit import FIRST, draw

    filed, scope = _read(folder)
    made = run(
        filed,
        _terms(at, within, stale_days),
        scope,
        vendor=vendor,
        category=category,
        level=level.value,
    )
    put(draw(made, form.value, look(), None if everything else FIRST), out)
    return 1 if made.errors else 0


def report(
    folder: Folder = None,
    at: At = None,
    form: Annotated[ReportFormat, typer.Option("--format", help="What to print.")] = (
        ReportFormat.table
    ),
    out: OutOption = None,
    stale_days: Stale = 180,
) -> int:
    """Count what the catalogue holds and what it rests on.

    Exits 1 where a price has no source, costs nothing without saying so, or fails the audit.
    """
    from costplan.cli.words import look, put
    from costplan.plan.audit.report import report as count
    from costplan.render.audit import draw_report

    filed, scope = _read(folder)
    made = count(filed, _terms(at, 90, stale_days), scope)
    put(draw_report(made, form.value, look()), out)
    return 1 if made.missed else 0


def _terms(at: str | None, within: int, stale_days: int) -> Terms:
    from costplan.cli.words import day
    from costplan.plan.audit.parts import Terms

    when = day(at)
    return Terms(when, max(when, day(None)), within, stale_days)


def _read(folder: Path | None) -> tuple[Sequence[Filed], str]:
    """The entries of one folder or of all shelves, and what a reader calls that."""
    from costplan.store.shelves import open_catalog
    from costplan.store.whole import filed_catalog, filed_folder

    if folder is not None:
        return list(filed_folder(folder)), str(folder)
    return list(filed_catalog(open_catalog(Path()))), "the catalogue in force"
