"""The words of an offer's bill: the arithmetic of its lines, what was assumed and what was sized.

No sum depends on them, so they are found only for a bill that somebody reads.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from costplan.billing.charges import Priced
from costplan.billing.takes import OfferBill, Take
from costplan.billing.variables import Values
from costplan.catalog.offer import Charge, Gate, Offer
from costplan.document.line import LineItem
from costplan.facts import fact, unique
from costplan.quantity import counted_to, grouped


def write_basis(
    lines: Sequence[LineItem],
    charge: Charge,
    takers: Sequence[tuple[Take, Values]],
    included: Decimal | None,
) -> None:
    """How the quantity of a charge's lines came about, ``included`` taken off it."""
    basis = _with_numbers(charge.quantity, takers)
    if included is not None:
        basis += f" - {grouped(included)} included"
    for line in lines:
        line.basis = basis


def _with_numbers(text: str, takers: Sequence[tuple[Take, Values]]) -> str:
    """The quantity's expression with the value of each variable it names."""
    sets = []
    for take, values in takers:
        numbers = [f"{name} = {grouped(values.value(name))}" for name in values.named(text)]
        if numbers:
            sets.append((f"{take.role}: " if len(takers) > 1 else "") + ", ".join(numbers))
    return f"{text}  ({'; '.join(sets)})" if sets else text


def write_package(lines: Sequence[LineItem], charge: Charge, priced: Priced) -> None:
    """That a quantity is bought as one package."""
    assert priced.price is not None
    size = grouped(counted_to(priced.quantity))
    for line in lines:
        line.flat = f"package of {grouped(priced.price)} for {size} {charge.unit}"


def write_cap(lines: Sequence[LineItem], cap: Decimal, listed: Decimal) -> None:
    """What a cap takes off a charge."""
    for line in lines:
        line.flat = f"at most {grouped(cap)} a month, charged {grouped(listed)}"


def write_throttle(bill: OfferBill, offer: Offer, gate: Gate, reached: Decimal) -> None:
    """That a limit is passed which slows the workload down."""
    limit = {"variable": gate.variable, "limit": gate.max, "reached": reached}
    bill.facts.append(fact("throttled", offer.id, **limit))


def write_facts(
    charges: Sequence[Charge], values: Sequence[Values], lines: Sequence[LineItem], bill: OfferBill
) -> None:
    """The defaults that were used, and what decides the fixed lines without being stated."""
    for own in values:
        bill.assumed.update(own.assumed)
    fixed = {line.price.charge for line in lines if line.fixed}
    for charge in charges:
        if charge.id in fixed:
            for own in values:
                for name, rule in own.sizings(charge.quantity).items():
                    sized = {"variable": name, "value": own.value(name), "rule": rule}
                    bill.facts.append(fact("sized", own.offer.id, **sized))
    bill.facts = unique(bill.facts)
