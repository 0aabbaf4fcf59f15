"""Whether a refresh looks like news or like a fault of its source.

A source that loses a fifth of its models has changed its form or was cut off; prices that move
tenfold by the dozen are a unit that was mistaken. Both have happened to every public price list.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal

from costplan.document.price_diff import OfferChange, PriceChange, PriceDiff
from costplan.document.refresh import SourceRead
from costplan.quantity import grouped

LOST = Decimal("0.2")
"""Of the models that a source showed the last time, the most it may no longer show."""
LOST_AT_FIRST = Decimal("0.5")
"""The same, of the models in the catalogue that rest on it: some bear names that it never had."""
FEWEST = 5
"""Of fewer models than this, no share can be said to be lost."""
JUMP = 10
"""Times as much, or as little: more than any vendor ever moved a price at once."""
JUMPED = Decimal("0.02")
"""Of the models that are compared, the most that may jump so."""


def doubts(sources: Iterable[SourceRead], diff: PriceDiff) -> tuple[str, ...]:
    """Why a refresh should not be taken as it is, in sentences; empty when it may."""
    reasons = [
        f"{source.name} no longer shows {len(source.gone):,} of the {source.had:,} models it had"
        for source in sources
        if source.had >= FEWEST
        and len(source.gone) > (LOST_AT_FIRST if source.first else LOST) * source.had
    ]
    compared = diff.unchanged + len(diff.same_prices) + len(diff.having("changed"))
    jumps = jumped(diff.having("changed"))
    if len(jumps) > JUMPED * compared:
        reasons.append(
            f"prices of {len(jumps):,} of {compared:,} models moved more than {JUMP} times, "
            f"such as {_such_as(jumps[0])}: a unit may have been mistaken"
        )
    return tuple(reasons)


def jumped(changes: Iterable[OfferChange]) -> Sequence[OfferChange]:
    """The models of which a price now in force moved more than ``JUMP`` times."""
    return [change for change in changes if any(_jump(price) for price in change.prices)]


def _jump(price: PriceChange) -> bool:
    old, new = price.old and price.old.value, price.new and price.new.value
    if price.announced is not None or price.kind != "rate" or not old or not new:
        return False
    return new > JUMP * old or old > JUMP * new


def _such_as(change: OfferChange) -> str:
    price = next(moved for moved in change.prices if _jump(moved))
    values = [grouped(figure.value) for figure in (price.old, price.new) if figure and figure.value]
    return f"{change.id} {price.label} {' -> '.join(values)}"
