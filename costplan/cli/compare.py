"""``costplan compare``: stacks side by side, and what their reliability would cost otherwise."""

from __future__ import annotations

from typing import Annotated

import typer

from costplan.cli.common.options import (
    ChangeOption,
    FieldsOption,
    FilterOption,
    Format,
    FormatOption,
    LockedOption,
    LockOption,
    NoLockOption,
    OutOption,
    RateOption,
    StackOption,
    SummaryOption,
    WorkloadArgument,
)


def command(
    workload: WorkloadArgument = None,
    stack: StackOption = None,
    baseline: Annotated[
        str | None, typer.Option("--baseline", metavar="STACK", help="The first, if left out.")
    ] = None,
    at_reliability: Annotated[
        str | None,
        typer.Option("--at-reliability", metavar="R", help="As 0.99 or 99%; [target] if left out."),
    ] = None,
    as_of: Annotated[
        list[str] | None,
        typer.Option("--as-of", metavar="DATE", help="Given twice, two days are compared."),
    ] = None,
    levers: Annotated[
        bool, typer.Option("--levers", help="Also say which inputs would change the answer.")
    ] = False,
    form: FormatOption = Format.table,
    out: OutOption = None,
    summary: SummaryOption = False,
    condition: FilterOption = None,
    fields: FieldsOption = None,
    change: ChangeOption = None,
    lock: LockOption = None,
    no_lock: NoLockOption = False,
    locked: LockedOption = False,
    exchange: RateOption = None,
) -> int:
    """Compare stacks, and orchestration with brute force.

    Stacks are compared by component, volume, vendor and day.
    """
    from costplan.api.estimating import Locking, compare_opened, estimate_opened
    from costplan.cli.common.drawing import Part
    from costplan.cli.common.words import day, look, put, share, spare
    from costplan.problems import BadUsage
    from costplan.render import ANNOTATING
    from costplan.store.files.workloads import open_workload

    part = Part(summary, condition, fields)
    part.check(form.value)
    days = [day(text) for text in as_of] if as_of else [day(None)]
    opened = open_workload(workload, change or [], exchange or [])
    spare(out)
    locking = Locking(lock, no_lock, locked)
    if len(days) > 1:
        if form is not Format.table or not part.is_whole:
            raise BadUsage("two days are compared as a table only", "estimate --as-of gives JSON")
        if baseline is not None or at_reliability is not None or levers:
            raise BadUsage(
                "two days are compared by component alone",
                "give one --as-of with --baseline, --at-reliability or --levers",
            )
        from costplan.render.dates import draw

        estimates = [estimate_opened(opened, one, stack or [], locking) for one in days]
        put(draw(estimates, look()), out)
        return 0
    goal = None if at_reliability is None else share("--at-reliability", at_reliability)
    made = compare_opened(opened, days[0], stack or [], baseline, goal, levers, locking)
    if form in ANNOTATING:
        from costplan.store.files.origins import origin

        made.document.origin = origin(opened, made.document)
    put(part.draw(made, form.value, look()), out)
    return 0
