"""``costplan validate``: whether a workload file can be estimated, every problem at once."""

from __future__ import annotations

from datetime import date
from typing import Annotated

import typer

from costplan.cli.common.options import DayOption, RateOption


def command(
    workload: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[WORKLOAD]...",
            help="Workload files, - for standard input, or the nearest costplan.toml upward.",
        ),
    ] = None,
    as_of: DayOption = None,
    exchange: RateOption = None,
) -> int:
    """Check workload files and what their stacks bind."""
    from costplan.cli.common.words import complain, day
    from costplan.problems import CostplanError

    when = day(as_of)
    if not workload or len(workload) == 1:
        return _validate(workload[0] if workload else None, when, exchange or [])
    code = 0
    for name in workload:  # one that is wrong does not hide the others' faults
        try:
            _validate(name, when, exchange or [])
        except CostplanError as error:
            complain(error)
            code = max(code, error.exit_code)
    return code


def _validate(workload: str | None, when: date, exchange: list[str]) -> int:
    from costplan.api.checking import refuse_bad_rules
    from costplan.api.estimating import estimate_opened, open_workload, read_workload
    from costplan.api.risking import NEVER
    from costplan.cli.common.voice import note
    from costplan.problems import clean

    opened = open_workload(workload, rates=exchange)
    refuse_bad_rules(opened)
    document = estimate_opened(opened, when, drawing=NEVER)
    for name in opened.scenarios:
        overlaid = read_workload(opened.name, opened.text, opened.folder, (), exchange, name)
        estimate_opened(overlaid, when, drawing=NEVER)
    unpriced = sum(len(estimate.unpriced) for estimate in document.estimates)
    stacks = ", ".join(estimate.stack for estimate in document.estimates)
    lines = "1 line has" if unpriced == 1 else f"{unpriced} lines have"
    missing = f"; {lines} no price" if unpriced else ""
    for sentence in dict.fromkeys(
        end.fact.text for estimate in document.estimates for end in estimate.ended
    ):
        note(clean(f"{opened.name}: warning: {sentence}"))
    also = f"; scenarios: {', '.join(opened.scenarios)}" if opened.scenarios else ""
    note(clean(f"{opened.name}: valid; stacks: {stacks}{also}{missing}"))
    return 0
