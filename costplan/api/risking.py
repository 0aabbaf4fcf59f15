"""Draws of a workload's ranges, for whoever asks for an estimate."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, NamedTuple

from costplan.catalog.lookup import Catalog
from costplan.document.estimate import EstimateDocument
from costplan.facts import fact
from costplan.problems import BadUsage
from costplan.workload.model import Workload

if TYPE_CHECKING:
    from costplan.document.comparison import Comparison
    from costplan.risk.assess import Assessed

INSTALL = "pip install 'costplan[risk]'"
USUAL = 8_192
FEWEST, MOST = 512, 1_000_000
MOST_NUMBERS = 10_000_000
"""Draws times ranges: some gigabyte."""
"""Under the first, a 95 % quantile of an eighth of the draws rests on three of them."""


class Drawing(NamedTuple):
    """How ranges are drawn. ``draws``: None for the usual number, where numpy is there; 0 for none.
    A number that is asked for is drawn or refused. ``needed``: what cannot be said without draws;
    ``silent``: that nothing is drawn is not said.
    """

    draws: int | None = None
    seed: int = 1
    needed: str = ""
    silent: bool = False


USUALLY = Drawing()
NEVER = Drawing(draws=0, silent=True)


def check_drawing(drawing: Drawing) -> None:
    """Raises BadUsage for a number of draws that says nothing."""
    draws = drawing.draws
    if draws is not None and draws and not FEWEST <= draws <= MOST:
        hint = f"{USUAL:,} are usual, 0 draws nothing"
        raise BadUsage(f"--draws {draws}: is not between {FEWEST:,} and {MOST:,}", hint)
    if drawing.seed < 0:
        raise BadUsage(f"--seed {drawing.seed}: must be at least 0", "any whole number, such as 1")


def has_numpy() -> bool:
    """Whether draws can be made."""
    from importlib.util import find_spec  # only files with ranges need it

    return find_spec("numpy") is not None


def add_risk(
    document: EstimateDocument,
    workload: Workload,
    catalog: Catalog,
    as_of: date,
    drawing: Drawing = USUALLY,
) -> Assessed | None:
    """Give each stack of a document what its month may come to, where the workload has ranges.

    Without numpy every stack has a note that says how to have it. Raises BadUsage where draws were
    asked for and cannot be made: without numpy, or without a range; a rule that needs them without
    a range is judged to be unknown. Returns what was drawn, None where nothing was.
    """
    check_drawing(drawing)
    if not workload.ranges:
        if drawing.draws:
            hint = "such as requests_per_month = { p5 = 6_000, p95 = 20_000 }"
            asked = f"--draws {drawing.draws}"
            raise BadUsage(f"{asked}: no number of this workload is a range", hint)
        return None
    count = len(workload.ranges)
    if drawing.draws == 0:
        if not drawing.silent:
            _note(document, count, "--draws 0 draws none")
        return None
    if not has_numpy():
        if drawing.draws or drawing.needed:
            asked = drawing.needed or "--draws"
            raise BadUsage(f"{asked} needs numpy, which is not installed", INSTALL)
        _note(document, count, f"{INSTALL} draws them")
        return None
    from costplan.risk.assess import assess

    stacks = [estimate.stack for estimate in document.estimates]
    draws = USUAL if drawing.draws is None else drawing.draws
    if draws * count > MOST_NUMBERS:
        hint = f"{MOST_NUMBERS // count:,} draws at most of so many"
        raise BadUsage(f"{draws:,} draws of {count} ranges take more memory than they may", hint)
    assessed = assess(workload, catalog, as_of, stacks, draws, drawing.seed)
    for estimate in document.estimates:
        estimate.risk = assessed.risks.get(estimate.stack)
    return assessed


def add_risk_of_way(
    comparison: Comparison, workload: Workload, catalog: Catalog, as_of: date, assessed: Assessed
) -> None:
    """Give a comparison's answer what the month of its way may come to, on the same draws."""
    from costplan.risk.assess import assess_way

    answer, way = comparison.answer, comparison.recommended
    if answer is None or answer.stack is None or way is None:
        return
    both = (answer.stack, answer.against)
    known = assess_way(assessed, workload, way, catalog, as_of, *both)
    if known is not None:
        answer.risk, answer.cheaper = known


def _note(document: EstimateDocument, count: int, how: str) -> None:
    for estimate in document.estimates:
        estimate.facts.append(fact("ranges-not-drawn", ranges=count, how=how))
