"""A month on arrays against the exact one, draw by draw."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numbers_of import exactly

from costplan.billing.arrays.numbers import Floats
from costplan.catalog.lookup import Catalog
from costplan.plan.bill.priced import Evaluator, Totals
from costplan.problems import InvalidInput
from costplan.risk.evaluate import Spread, spreads
from costplan.store.files.own_prices import OwnPrices
from costplan.words import PURPOSES
from costplan.workload.model import Workload
from costplan.workload.solving import Solutions

NEAR = 1e-9
PARTS = 0.01
"""A part of a bill is compared as if it were this share of the whole at least: what is left of a
difference, as coordination is of all runs less the first, has fewer than twelve digits."""


@dataclass
class Seen:
    """What draws came to: bills that agree, and refusals that do."""

    billed: int = 0
    refused: int = 0
    invalid: int = 0
    unknown: int = 0
    worst: float = 0.0
    apart: list[str] = field(default_factory=list)


def compare(
    evaluator: Evaluator, workload: Workload, drawn: Mapping[str, Floats], count: int, seen: Seen
) -> None:
    """Every draw of every stack, and every figure that both ways of billing have."""
    try:
        found = spreads(workload, evaluator.catalog, evaluator.as_of, drawn)
    except InvalidInput as error:  # then no draw of some stack can be billed
        exact = exactly(workload, drawn, 0)
        if not any(refused(evaluator, exact, name) for name in workload.stack):
            seen.apart.append(f"{workload.name}: refused, {error.problems[0].message}")
        seen.refused += 1
        return
    for at in range(count):
        exact = exactly(workload, drawn, at)
        if any(list(table.check()) for table in (*exact.step, *exact.job)):
            seen.invalid += 1  # no file may say so: a part is more than its whole
            continue
        solutions, owner = Solutions(exact), with_machines(evaluator, exact)
        for name, spread in found.items():
            where = f"{workload.name}, {name}, draw {at}"
            try:
                totals = owner.total(solutions, name)
            except InvalidInput as error:
                seen.refused += 1
                if not spread.blocked[at]:
                    seen.apart.append(f"{where}: refused, {error.problems[0].message}")
                continue
            if spread.blocked[at]:
                seen.apart.append(
                    f"{where}: not refused, {totals.monthly}, drawn {spread.monthly[at]}"
                )
                continue
            seen.billed += 1
            seen.unknown += totals.at_least
            if totals.at_least != spread.unknown[at]:
                seen.apart.append(f"{where}: unknown is {totals.unpriced}")
            _same(totals, spread, at, where, seen)


def with_machines(evaluator: Evaluator, exact: Workload) -> Evaluator:
    """An evaluator whose own machines are those of the draw."""
    if not exact.hardware:
        return evaluator
    machines = [owned.entry(name, exact.currency, "own") for name, owned in exact.hardware.items()]
    shelves = [*evaluator.catalog.shelves, OwnPrices(None, machines)]
    return Evaluator(Catalog(shelves), evaluator.as_of)


def refused(evaluator: Evaluator, workload: Workload, stack: str) -> bool:
    """Whether the exact bill is refused."""
    try:
        evaluator.total(Solutions(workload), stack)
    except InvalidInput:
        return True
    return False


def _same(totals: Totals, spread: Spread, at: int, where: str, seen: Seen) -> None:
    nothing = np.zeros(at + 1)
    whole = float(totals.monthly)
    pairs = [("monthly", totals.monthly, spread.monthly, 1e-6)]
    pairs += [("requests", totals.requests, spread.requests, 1e-6)]
    pairs += [
        (name, amount, spread.by_component.get(name, nothing), whole * PARTS)
        for name, amount in totals.by_component.items()
    ]
    pairs += [
        (name, totals.by_purpose[name], spread.by_purpose[name], whole * PARTS) for name in PURPOSES
    ]
    assert (totals.outcome is None) == (spread.trusted is None)
    if totals.outcome is not None:
        for name, share in totals.outcome._asdict().items():
            pairs.append((name, share, getattr(spread, name), 1e-3))
    for name, exact, drawn, least in pairs:
        apart = abs(float(exact) - drawn[at]) / max(abs(float(exact)), least, 1e-6)
        seen.worst = max(seen.worst, apart)
        if not apart < NEAR:
            seen.apart.append(f"{where}: {name} is {exact}, drawn {drawn[at]}")
