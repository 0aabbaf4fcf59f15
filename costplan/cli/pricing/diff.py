"""``costplan pricing diff``: what changed between two sets of prices."""

from __future__ import annotations

from typing import Annotated

import typer

from costplan.cli.common.options import FORM, DayOption, OutOption, PageFormat

SIDE = "A catalogue file or folder, a lock, a day, or a git revision (REV or REV:path)."


def command(
    old: Annotated[str, typer.Argument(metavar="OLD", help=SIDE)],
    new: Annotated[str, typer.Argument(metavar="NEW", help="The same, to compare it with.")],
    workload: Annotated[
        str | None,
        typer.Option("--workload", metavar="FILE", help="Also what it does to its bill."),
    ] = None,
    as_of: DayOption = None,
    form: Annotated[PageFormat, FORM] = PageFormat.table,
    out: OutOption = None,
) -> int:
    """Compare two sets of prices; exit 0 whether or not they differ."""
    from costplan.api.estimating import open_workload
    from costplan.api.pinning import price_changes
    from costplan.cli.common.voice import note
    from costplan.cli.common.words import day, look, put
    from costplan.problems import clean
    from costplan.render.price_diff import draw

    when = day(as_of)
    opened = None if workload is None else open_workload(workload)
    changes, said = price_changes(old, new, when, opened)
    if said:
        note(clean(said))
    put(draw(changes, form.value, look()), out)
    return 0
