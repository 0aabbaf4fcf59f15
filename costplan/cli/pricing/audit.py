"""``costplan pricing audit``: what is wrong with the catalogue."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from costplan.cli.common.options import (
    FORM,
    CatalogueDayOption,
    CategoryOption,
    OutOption,
    PageFormat,
    VendorOption,
)


class LevelName(StrEnum):
    """From the worst on."""

    error = "error"
    warning = "warning"
    note = "note"


Folder = Annotated[
    Path | None,
    typer.Argument(metavar="[DIR]", help="A catalogue folder alone; or all that is in force."),
]
Within = Annotated[
    int, typer.Option("--within", metavar="DAYS", min=0, help="How far ahead to look.")
]
Stale = Annotated[
    int, typer.Option("--stale-days", metavar="N", min=0, help="How old a source may be.")
]


def command(
    folder: Folder = None,
    as_of: CatalogueDayOption = None,
    form: Annotated[PageFormat, FORM] = PageFormat.table,
    out: OutOption = None,
    vendor: VendorOption = None,
    category: CategoryOption = None,
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
    from costplan.api.prices import audit_prices
    from costplan.cli.common.words import day, look, put
    from costplan.render.audit import FIRST, draw

    audit = audit_prices(
        folder,
        day(as_of),
        within,
        stale_days,
        vendor=vendor,
        category=category,
        level=level.value,
    )
    put(draw(audit, form.value, look(), None if everything else FIRST), out)
    return 1 if audit.errors else 0
