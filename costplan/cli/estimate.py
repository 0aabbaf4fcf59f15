"""``costplan estimate``: each stack's monthly bill."""

from __future__ import annotations

from typing import Annotated

import typer

from costplan.cli.common.options import (
    ChangeOption,
    DayOption,
    DrawsOption,
    ExplainOption,
    FieldsOption,
    FilterOption,
    Format,
    FormatOption,
    FullOption,
    LinesOption,
    LockedOption,
    LockOption,
    NoLockOption,
    OutOption,
    RateOption,
    ScenarioOption,
    SeedOption,
    StackOption,
    SummaryOption,
    WatchOption,
    WorkloadArgument,
)


def command(
    workload: WorkloadArgument = None,
    stack: StackOption = None,
    as_of: DayOption = None,
    form: FormatOption = Format.table,
    out: OutOption = None,
    summary: SummaryOption = False,
    condition: FilterOption = None,
    fields: FieldsOption = None,
    lines: LinesOption = False,
    full: FullOption = False,
    explain: ExplainOption = False,
    strict: Annotated[
        bool,
        typer.Option("--strict", help="Exit 3 if a price is missing or stale, or an offer ends."),
    ] = False,
    change: ChangeOption = None,
    scenario: ScenarioOption = None,
    draws: DrawsOption = None,
    seed: SeedOption = 1,
    lock: LockOption = None,
    no_lock: NoLockOption = False,
    locked: LockedOption = False,
    exchange: RateOption = None,
    watch: WatchOption = False,
) -> int:
    """Estimate the monthly total cost of every stack in a workload."""
    from costplan.api.estimating import Locking, estimate_opened, open_workload, origin
    from costplan.api.risking import Drawing
    from costplan.cli.common.drawing import Part, alone, side_by_side
    from costplan.cli.common.words import day, look, put, spare
    from costplan.render import ANNOTATING

    part = Part(summary, condition, fields)
    part.check(form.value)
    when = day(as_of)
    locking = Locking(lock, no_lock, locked)
    drawing = Drawing(draws, seed)
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


def _verdict(document: object) -> int:
    import sys

    from costplan.document.estimate import EstimateDocument
    from costplan.problems import clean

    assert isinstance(document, EstimateDocument)
    code = 0
    for made in document.estimates:
        for line in made.unpriced:
            lacks = f"strict: {made.stack}: {line.lacks}: {line.price.reason}"
            print(clean(lacks), file=sys.stderr)
            code = 3
        for sentence in made.stale:
            print(clean(f"strict: {made.stack}: stale price: {sentence}"), file=sys.stderr)
            code = 3
        for end in made.ended:
            print(clean(f"strict: {made.stack}: {end.fact.text}"), file=sys.stderr)
            code = 3
    return code
