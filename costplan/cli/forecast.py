"""``costplan forecast``: a stack's bill for months ahead, and what happens when."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import typer

from costplan.cli.common.options import (
    ChangeOption,
    DayOption,
    LockedOption,
    LockOption,
    NoLockOption,
    OutOption,
    RateOption,
    SummaryOption,
    WorkloadArgument,
)
from costplan.cli.usage import KindOption, MapOption, SamplingOption, VendorOfOption


class Format(StrEnum):
    """What a forecast can be drawn as."""

    table = "table"
    json = "json"
    lean = "lean"
    markdown = "markdown"
    html = "html"
    csv = "csv"


def command(
    workload: WorkloadArgument = None,
    history: Annotated[
        list[str] | None,
        typer.Option(
            "--history",
            metavar="SOURCE",
            help="Logs, traces, usage pages, or CSV of date,requests or date,amount; repeatable.",
        ),
    ] = None,
    months: Annotated[
        int, typer.Option("--months", metavar="N", help="So many, this one the first.")
    ] = 12,
    stack: Annotated[
        str | None, typer.Option("--stack", metavar="NAME", help="The stack, where it has several.")
    ] = None,
    as_of: DayOption = None,
    sampling: SamplingOption = None,
    kind: KindOption = None,
    mapping: MapOption = None,
    vendor: VendorOfOption = None,
    form: Annotated[Format, typer.Option("--format", help="What to print.")] = Format.table,
    out: OutOption = None,
    summary: SummaryOption = False,
    full: Annotated[
        bool, typer.Option("--full", help="Everything that happens, every method, all notes.")
    ] = False,
    change: ChangeOption = None,
    lock: LockOption = None,
    no_lock: NoLockOption = False,
    locked: LockedOption = False,
    exchange: RateOption = None,
) -> int:
    """Forecast a stack's monthly bill: volume from its history, prices as they are announced.

    Says when a budget, a tier, a plan's limit or a commitment is reached.
    """
    from costplan.api.estimating import Locking, open_workload
    from costplan.api.forecasting import forecast_opened
    from costplan.api.usage import Options, mapping_of
    from costplan.cli.common.drawing import Part
    from costplan.cli.common.words import day, look, put, spare
    from costplan.cli.usage import sampled

    part = Part(summary)
    part.check(form.value)
    opened = open_workload(workload, change or [], exchange or [])
    when = day(as_of)
    options = Options(day=when, source=kind, mapping=mapping_of(mapping or []), vendor=vendor)
    document = forecast_opened(
        opened,
        when,
        months,
        stack,
        history or [],
        options,
        sampled(sampling),
        Locking(lock, no_lock, locked),
    )
    spare(out)
    put(part.draw(document, form.value, look(full=full)), out)
    return 0
