"""What roles take of an offer in a month, and the bill that comes of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from costplan.billing.adjustments import Grant
from costplan.catalog.offer import Gate
from costplan.document.line import LineItem
from costplan.facts import Fact
from costplan.quantity import total
from costplan.record import record


@record
class Take:
    """What one role takes of an offer in a month.

    ``uses`` weighs the steps that share it, so that a charge serving several purposes is split;
    without them all of it is for ``purpose``.
    """

    role: str
    component: str
    purpose: str
    variables: Mapping[str, Decimal]
    uses: Mapping[tuple[str, str | None], Decimal] = field(default_factory=dict)


@dataclass(slots=True, repr=False, eq=False)
class OfferBill:
    """The lines of an offer, what it grants once, and what a reader must know of them.

    ``refused``: limits of the plan that are passed, and by what; ``unchecked``: those whose
    variables nobody gave, and which ones. Sums need no words: ``unwritten`` holds how to find them,
    and ``write`` gives the lines their arithmetic and fills ``facts`` and ``assumed``.
    """

    lines: list[LineItem] = field(default_factory=list)
    grants: list[Grant] = field(default_factory=list)
    facts: list[Fact] = field(default_factory=list)
    assumed: dict[str, Decimal] = field(default_factory=dict)
    refused: list[tuple[Gate, Decimal]] = field(default_factory=list)
    unchecked: list[tuple[Gate, tuple[str, ...]]] = field(default_factory=list)
    unwritten: list[Callable[[], None]] = field(default_factory=list)

    def write(self) -> OfferBill:
        """The bill with its words, those of lines that were added since too."""
        waiting, self.unwritten = self.unwritten, []
        for words in waiting:
            words()
        return self


User = tuple[Take, str, str | None]
"""Who pays a part of a charge: a taker, for a purpose, by a step."""


def users(
    takes: Sequence[Take], quantities: Sequence[Decimal], own: str | None, follows: bool
) -> tuple[list[User], list[Decimal]]:
    """Who a charge is split over, and the weight of each: the takers' quantities, and within a
    taker its steps and purposes where the charge ``follows`` the steps' runs. ``own``, a purpose of
    the charge or the offer, is everybody's."""
    shared: list[User] = []
    weights: list[Decimal] = []
    for take, quantity in zip(takes, quantities, strict=True):
        whole = total(take.uses.values()) if follows else None
        if not whole:
            shared.append((take, own or take.purpose, None))
            weights.append(quantity)
            continue
        for (purpose, step), weight in take.uses.items():
            shared.append((take, own or purpose, step))
            weights.append(quantity * weight / whole)
    return shared, weights
