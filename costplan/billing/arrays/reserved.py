"""Reserved throughput on arrays: ``costplan.billing.reserved``."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any, NamedTuple

import numpy as np

from costplan.billing.arrays.numbers import Amount, Draws, below, ceiling, floats, over
from costplan.billing.arrays.rows import ArrayBill, ArrayOff, Row, shared, total_of
from costplan.billing.reserved import CHARGE, MINUTES, TINY, Rate
from costplan.catalog.provisioned import Deployment, Load, Reserve, Terms
from costplan.catalog.vocabulary import HOURS_PER_MONTH
from costplan.quantity import ONE, ZERO
from costplan.record import replace
from costplan.words import TOKEN_KINDS
from costplan.workload.tables import Reservation, Traffic
from costplan.workload.traffic import HOURS, STEADY, levels_in


class ArrayShape(NamedTuple):
    """``costplan.workload.traffic.Shape``: a row of shares and paces for each level."""

    shares: Any
    paces: Any
    peak: Amount


def shape_on(traffic: Traffic, day: date) -> ArrayShape:
    """When requests come, in each draw."""
    levels = levels_in(traffic, day, ())[0]
    peak = floats(traffic.peak_to_mean or ONE)
    if tuple(levels) == STEADY:
        return _assumed(peak)
    shares = np.array([np.atleast_1d(floats(level.share)) for level in levels])
    paces = np.array([np.atleast_1d(floats(level.pace)) for level in levels])
    return ArrayShape(shares, paces, np.maximum(peak, paces.max(axis=0)))


def _assumed(peak: Amount) -> ArrayShape:
    left = (HOURS - np.arange(HOURS + 1, dtype=float)) / HOURS
    ends = HOURS * left[:, None] ** np.atleast_1d(peak)
    paces = ends[:-1] - ends[1:]
    return ArrayShape(paces / HOURS, paces, peak)


class Deployed(NamedTuple):
    """What a deployment comes to: rows of its units, and of what it does not carry."""

    units: ArrayBill
    spilled: list[Row]


def deploy(
    reserve: Reserve,
    asked: Reservation,
    sold: Deployment,
    rate: Rate,
    shape: ArrayShape,
    short: Sequence[Row],
    long: Sequence[Row],
    off: ArrayOff,
) -> Deployed:
    """The deployment that carries calls, by their rows at the price by the token."""
    terms = reserve.terms
    loads: dict[str, list[Any]] = {}
    for rows, is_long in ((short, False), (long, True)):
        for purpose, load in _loads(rows, terms, asked, is_long=is_long).items():
            own = loads.setdefault(purpose, [0.0, 0.0])
            own[0], own[1] = own[0] + load[0], own[1] + load[1]
    whole: Any = total_of(load[0] + load[1] for load in loads.values())
    per_minute = float(terms.tokens_per_minute)
    minutes = float(MINUTES)
    smallest = float(terms.needed(Load(), sold))
    peak = [total_of(load[at] for load in loads.values()) * shape.peak / minutes for at in (0, 1)]
    units: Any = _needed(terms, sold, peak) if asked.units is None else floats(asked.units)
    carried = _carried(units * per_minute, whole / minutes, shape)
    weights = {purpose: (load[0] + load[1]) * carried for purpose, load in loads.items()}
    idle = np.maximum(0.0, units * per_minute * minutes - whole * carried)
    weights["idle"] = weights.get("idle", 0.0) + idle
    hours = units * float(HOURS_PER_MONTH)
    assert rate.price.price is not None
    listed = hours * floats(rate.price.price) / floats(rate.price.per)
    published = asked.price_per_unit_hour is None and asked.terms is None
    paid = listed * (1.0 - off(CHARGE)) if published else listed
    role = next((row.role for row in (*short, *long)), "")
    parts = shared(1.0, list(weights.values()))
    bill = ArrayBill(
        [
            Row(
                offer=rate.price.offer,
                charge=CHARGE,
                role=role,
                component="tokens",
                purpose=purpose,
                listed=listed * part,
                paid=paid * part,
                quantity=hours * part,
                unit=rate.price.unit,
            )
            for purpose, part in zip(weights, parts, strict=True)
        ],
        refused=below(units, smallest),
    )
    return Deployed(bill, [_spilled(row, 1.0 - carried) for row in (*short, *long)])


def _spilled(row: Row, share: Any) -> Row:
    """A row of the price by the token, of the share that a deployment does not carry."""
    return replace(
        row,
        listed=row.listed * share,
        paid=row.paid * share,
        quantity=row.quantity * share,
        present=row.present & np.greater(share, 0),
        unknown=row.unknown & np.greater(share, 0),
    )


def _loads(
    rows: Sequence[Row], terms: Terms, asked: Reservation, *, is_long: bool
) -> dict[str, list[Any]]:
    """Input tokens' worth by purpose, of what goes in and of what comes out."""
    loads: dict[str, list[Any]] = {}
    for row in rows:
        into = TOKEN_KINDS[row.charge].whole == "input"
        own = loads.setdefault(row.purpose, [0.0, 0.0])
        if into and asked.cache_share is not None:
            read = floats(asked.cache_share)
            weight: Any = (1.0 - read) * _weight(terms, "input", is_long=is_long)
            weight = weight + read * _weight(terms, "cache_read", is_long=is_long)
        else:
            weight = _weight(terms, row.charge, is_long=is_long)
        own[0 if into else 1] = own[0 if into else 1] + row.quantity * weight
    return loads


def _weight(terms: Terms, kind: str, *, is_long: bool) -> float:
    return float(terms.load({kind: ONE}, long=is_long).whole)


def _needed(terms: Terms, sold: Deployment, load: Sequence[Any]) -> Any:
    """``costplan.catalog.provisioned.Terms.needed``."""
    per_minute = float(terms.tokens_per_minute)
    if sold.output_minimum is None or terms.weights.output is None:
        return _stepped((load[0] + load[1]) / per_minute, sold.minimum, sold.increment)
    weight = float(terms.weights.output)
    output = _stepped(load[1] / weight / per_minute, sold.output_minimum, sold.increment)
    return _stepped(load[0] / per_minute, sold.minimum, sold.increment) + weight * output


def _stepped(exact: Any, minimum: int, increment: int) -> Any:
    return np.maximum(float(minimum), ceiling(exact / increment) * increment)


def _carried(capacity: Any, mean: Any, shape: ArrayShape) -> Any:
    """``costplan.billing.reserved.Reserved.carried``: capacity and mean load of a minute."""
    paces = np.where(np.equal(mean, 0), np.inf, over(capacity, np.where(mean == 0, 1.0, mean)))
    reach = np.minimum(1.0, paces / np.where(shape.paces == 0, np.inf, shape.paces))
    share = np.minimum(1.0, np.where(np.isinf(paces), 1.0, (shape.shares * reach).sum(axis=0)))
    share = np.where(1.0 - share < float(TINY) * 100, 1.0, share)
    return share if np.ndim(capacity) or np.ndim(mean) or share.size > 1 else float(share.item())


def masked(count: Any, mask: Any) -> Any:
    """A number in the draws of a mask, 0 in the others."""
    if np.ndim(mask):
        return Draws(np.asarray(floats(count) * mask))
    return count if mask else ZERO
