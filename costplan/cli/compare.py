"""``costplan compare``: stacks side by side, and what their reliability would cost otherwise."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NamedTuple

import typer

from costplan.cli.common.drawing import Part, alone, side_by_side
from costplan.cli.common.grouping import grouped
from costplan.cli.common.options import (
    ChangeOption,
    Draws,
    Format,
    FormatOption,
    FullOption,
    Locks,
    OutOption,
    RateOption,
    ScenarioOption,
    StackOption,
    WatchOption,
    WorkloadArgument,
)

if TYPE_CHECKING:
    from decimal import Decimal

    from costplan.api.estimating import Locking
    from costplan.api.risking import Drawing
    from costplan.catalog.lookup import Catalog
    from costplan.document.comparison import Comparison
    from costplan.document.rows import Rows
    from costplan.store.files.workloads import Opened

BaselineOption = Annotated[
    str | None, typer.Option("--baseline", metavar="STACK", help="The first, if left out.")
]
ReliabilityOption = Annotated[
    str | None,
    typer.Option("--at-reliability", metavar="R", help="As 0.99 or 99%; [target] if left out."),
]
DaysOption = Annotated[
    list[str] | None,
    typer.Option("--as-of", metavar="DATE", help="Given twice, two days are compared."),
]
LeversOption = Annotated[
    bool, typer.Option("--levers", help="Also say which inputs would change the answer.")
]
WriteOption = Annotated[
    Path | None,
    typer.Option("--write", metavar="FILE", help="Save the recommended plan as a workload."),
]
TraitsOption = Annotated[
    bool,
    typer.Option("--traits", help="Limits, isolation, protocols, regions of what hosts each."),
]
PAGES = (Format.html, Format.markdown)
"""Formats that show everything, levers too."""


@grouped
def command(
    workload: WorkloadArgument = None,
    stack: StackOption = None,
    baseline: BaselineOption = None,
    at_reliability: ReliabilityOption = None,
    as_of: DaysOption = None,
    levers: LeversOption = False,
    full: FullOption = False,
    write: WriteOption = None,
    form: FormatOption = Format.table,
    out: OutOption = None,
    *,
    part: Part,
    change: ChangeOption = None,
    scenario: ScenarioOption = None,
    draws: Draws,
    locks: Locks,
    exchange: RateOption = None,
    watch: WatchOption = False,
    traits: TraitsOption = False,
) -> int:
    """Compare stacks, and orchestration with brute force.

    Stacks are compared by component, volume, vendor and day.
    """
    from costplan.api.estimating import Locking
    from costplan.api.risking import Drawing
    from costplan.cli.common.words import day, look, put, share, spare
    from costplan.store.files.workloads import open_workload

    part.check(form.value)
    days = [day(text) for text in as_of] if as_of else [day(None)]
    goal = None if at_reliability is None else share("--at-reliability", at_reliability)
    names, changes, rates = scenario or [], change or [], exchange or []
    every = (levers or full or form in PAGES) and len(names) < 2
    priced = Locking(*locks), Drawing(*draws)
    asked = Comparing(days, stack or [], baseline, goal, every, *priced)
    looks = look(full=full or levers)
    if watch:
        from costplan.cli.common.watching import Tried, check_watch, run_watch

        check_watch(form.value, (out, write, names[1:], len(days) > 1, not part.is_whole))
        tried = Tried(tuple(changes), alone(names))
        return run_watch(workload, asked.locking, asked.compared, looks, tried, rates)
    opened = open_workload(workload, changes, rates, alone(names))
    spare(out)
    figures = [baseline, at_reliability, levers or None, write, None if part.is_whole else part]
    if traits:
        page: str | bytes = asked.traits(opened, form, figures, full)
    elif len(days) > 1:
        page = asked.by_day(opened, form, figures)
    else:
        spare(write)
        if len(names) > 1:
            rows = asked.scenarios(opened, names, changes, rates)
            page = side_by_side(rows, part, form.value, look())
        else:
            page = part.draw(asked.alone(opened, write, form), form.value, looks)
    put(page, out)
    return 0


class Comparing(NamedTuple):
    """What is asked of a workload: stacks, days, a goal, and how they are priced and drawn."""

    days: list[date]
    stacks: list[str]
    baseline: str | None
    goal: Decimal | None
    levers: bool
    locking: Locking
    drawing: Drawing

    def compared(self, opened: Opened, prices: Catalog | None = None) -> Comparison:
        from costplan.api.estimating import compare_opened

        asked = (self.days[0], self.stacks, self.baseline, self.goal, self.levers, self.locking)
        return compare_opened(opened, *asked, catalog=prices, drawing=self.drawing)

    def alone(self, opened: Opened, write: Path | None, form: Format) -> Comparison:
        """One workload's stacks; the recommended plan is written where ``write`` says."""
        from costplan.api.estimating import write_recommended
        from costplan.cli.common.voice import note
        from costplan.problems import clean
        from costplan.render import ANNOTATING

        comparison = self.compared(opened)
        if write is not None:
            write_recommended(comparison, opened, write)
            note(f"wrote {clean(str(write))}")
        if form in ANNOTATING:
            from costplan.store.files.origins import origin

            comparison.document.origin = origin(opened, comparison.document)
        return comparison

    def scenarios(
        self, opened: Opened, names: list[str], changes: list[str], rates: list[str]
    ) -> Rows:
        """The scenarios of a workload as rows, beside its file."""
        from costplan.api.scenarios import compared, each_scenario

        variants = each_scenario(opened, names, changes, rates)
        return compared([(name, self.compared(overlaid)) for name, overlaid in variants])

    def by_day(self, opened: Opened, form: Format, figures: Sequence[object]) -> str:
        """The bills of several days, component by component. Raises BadUsage for what goes with
        one day only."""
        from costplan.api.estimating import estimate_opened
        from costplan.api.risking import NEVER
        from costplan.cli.common.words import look
        from costplan.problems import BadUsage
        from costplan.render.dates import draw

        if form is not Format.table:
            raise BadUsage("two days are compared as a table only", "estimate --as-of gives JSON")
        if any(figure is not None for figure in figures):
            raise BadUsage(
                "two days are compared by component alone",
                "give one --as-of with --baseline, --at-reliability, --levers or --write",
            )
        bills = [
            estimate_opened(opened, day, self.stacks, self.locking, drawing=NEVER)
            for day in self.days
        ]
        return draw(bills, look())

    def traits(self, opened: Opened, form: Format, figures: Sequence[object], full: bool) -> str:
        """What hosts each stack, beside its price. Raises BadUsage for what it has not."""
        from costplan.api.estimating import traits_opened
        from costplan.cli.common.words import look
        from costplan.problems import BadUsage
        from costplan.render.traits import draw

        forms = (Format.table, Format.json, Format.markdown)
        several = len(self.days) > 1 or any(figure is not None for figure in figures)
        if form not in forms or several:
            raise BadUsage(
                "--traits shows what hosts each stack and no figures",
                f"it goes with --stack, --full, one --as-of and --format {', '.join(forms)}",
            )
        hosts = traits_opened(opened, self.days[0], self.stacks, self.locking)
        return draw(hosts, form.value, look(full=full))
