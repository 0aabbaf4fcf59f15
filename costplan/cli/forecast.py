"""``costplan forecast``: a stack's bill for months ahead, and what happens when."""

from __future__ import annotations

from typing import Annotated

import typer

from costplan.cli.common.grouping import grouped
from costplan.cli.common.options import (
    FORM,
    ChangeOption,
    DayOption,
    Locks,
    OutOption,
    RateOption,
    Reading,
    ResultFormat,
    SamplingOption,
    SummaryOption,
    WorkloadArgument,
)

HistoryOption = Annotated[
    list[str] | None,
    typer.Option(
        "--history",
        metavar="SOURCE",
        help="Logs, traces, usage pages, or CSV of date,requests or date,amount; repeatable.",
    ),
]
MonthsOption = Annotated[
    int, typer.Option("--months", metavar="N", help="So many, this one the first.")
]
OneStackOption = Annotated[
    str | None, typer.Option("--stack", metavar="NAME", help="The stack, where it has several.")
]
EverythingOption = Annotated[
    bool, typer.Option("--full", help="Everything that happens, every method, all notes.")
]


@grouped
def command(
    workload: WorkloadArgument = None,
    history: HistoryOption = None,
    months: MonthsOption = 12,
    stack: OneStackOption = None,
    as_of: DayOption = None,
    sampling: SamplingOption = None,
    *,
    reading: Reading,
    form: Annotated[ResultFormat, FORM] = ResultFormat.table,
    out: OutOption = None,
    summary: SummaryOption = False,
    full: EverythingOption = False,
    change: ChangeOption = None,
    locks: Locks,
    exchange: RateOption = None,
) -> int:
    """Forecast a stack's monthly bill: volume from its history, prices as they are announced.

    Says when a budget, a tier, a plan's limit or a commitment is reached.
    """
    from costplan.api.estimating import Locking, open_workload
    from costplan.api.forecasting import forecast_opened
    from costplan.api.usage import Logs
    from costplan.cli.common.drawing import Part
    from costplan.cli.common.words import day, look, put, sampled, spare

    part = Part(summary)
    part.check(form.value)
    opened = open_workload(workload, change or [], exchange or [])
    when = day(as_of)
    logs = Logs(history or [], reading.options(when), sampled(sampling))
    document = forecast_opened(opened, when, months, stack, logs, Locking(*locks))
    spare(out)
    put(part.draw(document, form.value, look(full=full)), out)
    return 0
