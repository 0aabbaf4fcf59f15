"""``costplan compare``: stacks side by side, and what their reliability would cost otherwise."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from costplan.cli.common.options import (
    ChangeOption,
    DrawsOption,
    FieldsOption,
    FilterOption,
    Format,
    FormatOption,
    FullOption,
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

if TYPE_CHECKING:
    from costplan.api.estimating import Locking
    from costplan.catalog.lookup import Catalog
    from costplan.document.comparison import Comparison
    from costplan.store.files.workloads import Opened

PAGES = (Format.html, Format.markdown)
"""Formats that show everything, levers too."""


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
    full: FullOption = False,
    write: Annotated[
        Path | None,
        typer.Option("--write", metavar="FILE", help="Save the recommended plan as a workload."),
    ] = None,
    form: FormatOption = Format.table,
    out: OutOption = None,
    summary: SummaryOption = False,
    condition: FilterOption = None,
    fields: FieldsOption = None,
    change: ChangeOption = None,
    scenario: ScenarioOption = None,
    draws: DrawsOption = None,
    seed: SeedOption = 1,
    lock: LockOption = None,
    no_lock: NoLockOption = False,
    locked: LockedOption = False,
    exchange: RateOption = None,
    watch: WatchOption = False,
    traits: Annotated[
        bool,
        typer.Option("--traits", help="Limits, isolation, protocols, regions of what hosts each."),
    ] = False,
) -> int:
    """Compare stacks, and orchestration with brute force.

    Stacks are compared by component, volume, vendor and day.
    """
    from costplan.api.estimating import Locking, compare_opened, write_recommended
    from costplan.api.risking import Drawing
    from costplan.cli.common.drawing import Part, alone, side_by_side
    from costplan.cli.common.words import day, look, put, share, spare
    from costplan.render import ANNOTATING
    from costplan.store.files.workloads import open_workload

    part = Part(summary, condition, fields)
    part.check(form.value)
    days = [day(text) for text in as_of] if as_of else [day(None)]
    locking = Locking(lock, no_lock, locked)
    goal = None if at_reliability is None else share("--at-reliability", at_reliability)
    every = levers or full or form in PAGES
    names, changes, rates = scenario or [], change or [], exchange or []

    def compared_with(opened: Opened, prices: Catalog | None = None) -> Comparison:
        asked = (days[0], stack or [], baseline, goal, every and len(names) < 2, locking)
        return compare_opened(opened, *asked, catalog=prices, drawing=Drawing(draws, seed))

    if watch:
        from costplan.cli.common.watching import Tried, check_watch, run_watch

        check_watch(form.value, (out, write, names[1:], len(days) > 1, not part.is_whole))
        looks, tried = look(full=full or levers), Tried(tuple(changes), alone(names))
        return run_watch(workload, locking, compared_with, looks, tried, rates)
    opened = open_workload(workload, changes, rates, alone(names))
    spare(out)
    others = [baseline, at_reliability, levers or None, write, None if part.is_whole else part]
    if traits:
        return _draw_traits(opened, days, stack or [], locking, form, out, others, full=full)
    if len(days) > 1:
        _check_days(form, others)
        put(_by_day(opened, days, stack or [], locking), out)
        return 0
    spare(write)
    if len(names) > 1:
        from costplan.api.scenarios import compared, each_scenario

        each = each_scenario(opened, names, changes, rates)
        variants = [(name, compared_with(overlaid)) for name, overlaid in each]
        put(side_by_side(compared(variants), part, form.value, look()), out)
        return 0
    made = compared_with(opened)
    if write is not None:
        write_recommended(made, opened, write)
    if form in ANNOTATING:
        from costplan.store.files.origins import origin

        made.document.origin = origin(opened, made.document)
    put(part.draw(made, form.value, look(full=full or levers)), out)
    return 0


def _check_days(form: Format, given: Sequence[object]) -> None:
    """Raises BadUsage for what goes with one day only."""
    from costplan.problems import BadUsage

    if form is not Format.table:
        raise BadUsage("two days are compared as a table only", "estimate --as-of gives JSON")
    if any(one is not None for one in given):
        raise BadUsage(
            "two days are compared by component alone",
            "give one --as-of with --baseline, --at-reliability, --levers or --write",
        )


def _by_day(opened: Opened, days: list[date], stacks: list[str], locking: Locking) -> str:
    """The bills of several days, component by component."""
    from costplan.api.estimating import estimate_opened
    from costplan.api.risking import NEVER
    from costplan.cli.common.words import look
    from costplan.render.dates import draw

    bills = [estimate_opened(opened, one, stacks, locking, drawing=NEVER) for one in days]
    return draw(bills, look())


def _draw_traits(
    opened: Opened,
    days: list[date],
    stacks: list[str],
    locking: Locking,
    form: Format,
    out: Path | None,
    others: Sequence[object],
    *,
    full: bool,
) -> int:
    """What hosts each stack, beside its price. Raises BadUsage for what it has not."""
    from costplan.api.estimating import traits_opened
    from costplan.cli.common.words import look, put
    from costplan.problems import BadUsage
    from costplan.render.traits import draw

    forms = (Format.table, Format.json, Format.markdown)
    if form not in forms or len(days) > 1 or any(one is not None for one in others):
        raise BadUsage(
            "--traits shows what hosts each stack and no figures",
            f"it goes with --stack, --full, one --as-of and --format {', '.join(forms)}",
        )
    put(draw(traits_opened(opened, days[0], stacks, locking), form.value, look(full=full)), out)
    return 0
