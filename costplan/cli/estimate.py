"""``costplan estimate``: each stack's monthly bill."""

from typing import TYPE_CHECKING, Annotated

import typer

from costplan.cli.common.drawing import Part, alone, side_by_side
from costplan.cli.common.grouping import grouped
from costplan.cli.common.options import (
    ChangeOption,
    DayOption,
    Draws,
    ExplainOption,
    Format,
    FormatOption,
    FullOption,
    LinesOption,
    Locks,
    OutOption,
    RateOption,
    ScenarioOption,
    StackOption,
    WatchOption,
    WorkloadArgument,
)

if TYPE_CHECKING:
    from costplan.document.estimate import EstimateDocument

StrictOption = Annotated[
    bool,
    typer.Option("--strict", help="Exit 3 if a price is missing or stale, or an offer ends."),
]


@grouped
def command(
    workload: WorkloadArgument = None,
    stack: StackOption = None,
    as_of: DayOption = None,
    form: FormatOption = Format.table,
    out: OutOption = None,
    *,
    part: Part,
    lines: LinesOption = False,
    full: FullOption = False,
    explain: ExplainOption = False,
    strict: StrictOption = False,
    change: ChangeOption = None,
    scenario: ScenarioOption = None,
    draws: Draws,
    locks: Locks,
    exchange: RateOption = None,
    watch: WatchOption = False,
) -> int:
    """Estimate the monthly total cost of every stack in a workload."""
    from costplan.api.estimating import Locking, estimate_opened, open_workload, origin
    from costplan.api.risking import Drawing
    from costplan.cli.common.words import day, look, put, spare
    from costplan.render import ANNOTATING

    part.check(form.value)
    when = day(as_of)
    locking, drawing = Locking(*locks), Drawing(*draws)
    names, changes, rates = scenario or [], change or [], exchange or []
    if watch:
        from costplan.cli.common.watching import Tried, check_watch, run_watch

        check_watch(form.value, (out, strict, names[1:], not part.is_whole))
        return run_watch(
            workload,
            locking,
            lambda opened, prices: estimate_opened(
                opened, when, stack or [], locking, catalog=prices, drawing=drawing
            ),
            look(explain, lines, full),
            Tried(tuple(changes), alone(names)),
            rates,
        )
    opened = open_workload(workload, changes, rates, alone(names))
    spare(out)
    if len(names) > 1:
        from costplan.api.scenarios import each_scenario, estimated

        variants = each_scenario(opened, names, changes, rates)
        rows = estimated(variants, when, stack or [], locking, drawing)
        put(side_by_side(rows, part, form.value, look()), out)
        return 0
    document = estimate_opened(opened, when, stack or [], locking, drawing=drawing)
    if form in ANNOTATING:
        document.origin = origin(opened, document)
    put(part.draw(document, form.value, look(explain, lines, full)), out)
    return _verdict(document) if strict else 0


def _verdict(document: "EstimateDocument") -> int:
    """The exit code of ``--strict``; what it holds against the prices is said on stderr."""
    import sys

    from costplan.problems import clean

    sentences: list[str] = []
    for estimate in document.estimates:
        faults = [f"{line.lacks}: {line.price.reason}" for line in estimate.unpriced]
        faults += [f"stale price: {sentence}" for sentence in estimate.stale]
        faults += [end.fact.text for end in estimate.ended]
        sentences += [f"strict: {estimate.stack}: {fault}" for fault in faults]
    for sentence in sentences:
        print(clean(sentence), file=sys.stderr)
    return 3 if sentences else 0
