"""``costplan validate``: whether a workload file can be estimated, every problem at once."""

from __future__ import annotations

from costplan.cli.options import DayOption, RateOption, WorkloadArgument


def command(
    workload: WorkloadArgument = None,
    as_of: DayOption = None,
    exchange: RateOption = None,
) -> int:
    """Check a workload file and its bindings; print nothing but a word when all is well."""
    from costplan.api import estimate_opened
    from costplan.api.checking import refuse_bad_rules
    from costplan.cli.voice import note
    from costplan.cli.words import clean, day
    from costplan.store.workloads import open_workload

    when = day(as_of)
    opened = open_workload(workload, rates=exchange or [])
    refuse_bad_rules(opened)
    document = estimate_opened(opened, when)
    unpriced = sum(len(made.unpriced) for made in document.estimates)
    stacks = ", ".join(made.stack for made in document.estimates)
    lines = "1 line has" if unpriced == 1 else f"{unpriced} lines have"
    missing = f"; {lines} no price" if unpriced else ""
    note(clean(f"{opened.name}: valid; stacks: {stacks}{missing}"))
    return 0
