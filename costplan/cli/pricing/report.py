"""``costplan pricing report``: what the catalogue holds and rests on, in figures."""

from __future__ import annotations

from typing import Annotated

from costplan.cli.common.options import FORM, CatalogueDayOption, OutOption, PlainFormat
from costplan.cli.pricing.audit import Folder, Stale


def command(
    folder: Folder = None,
    as_of: CatalogueDayOption = None,
    form: Annotated[PlainFormat, FORM] = PlainFormat.table,
    out: OutOption = None,
    stale_days: Stale = 180,
) -> int:
    """Count what the catalogue holds and what it rests on.

    Exits 1 where a price has no source, costs nothing without saying so, or fails the audit.
    """
    from costplan.api.prices import catalogue_report
    from costplan.cli.common.words import day, look, put
    from costplan.render.audit import draw_report

    report = catalogue_report(folder, day(as_of), stale_days)
    put(draw_report(report, form.value, look()), out)
    return 1 if report.missed else 0
