"""What a model's calls pay beside their tokens: price / per for each unit, no factor.

A fee that every call pays is billed with it where there is one price for all calls. Where there is
a choice (the size of a search's context) or a number that nobody knows (how often a model that
always searches does so), the line is unpriced until the workload says it.
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping
from datetime import date
from decimal import Decimal

from costplan.billing.reasons import absent
from costplan.catalog.fees import BY_CONTEXT, FEES, REQUESTS, Fee
from costplan.catalog.lookup import Entry
from costplan.catalog.model import Card
from costplan.catalog.origin import Origin
from costplan.document.line import LineItem, Price
from costplan.facts import Fact, fact
from costplan.quantity import ONE, settle

SIZES = tuple(BY_CONTEXT.values())


class FeePrices:
    """The fees of a model's card on a day, and what calls pay of them."""

    def __init__(self, entry: Entry, card: Card, day: date) -> None:
        self._entry, self._card, self._day = entry, card, day
        self._made: dict[str, Price] = {}
        self.sizes = [name for name in SIZES if name in card.fee]
        self._owed = bool(self.sizes) or any(
            fee.always or name == REQUESTS for name, fee in card.fee.items()
        )

    def price(self, name: str) -> Price:
        """The price of one unit of a fee; one without a price where the catalogue has none."""
        price = self._made.get(name)
        if price is None:
            price = self._made[name] = self._find(name)
        return price

    def known(self, name: str) -> Fee | None:
        """The fee, where it is in force."""
        fee = self._card.fee.get(name)
        return None if fee is None or self._since(fee).since > self._day else fee

    def lines(
        self, asked: Mapping[str, Decimal], count: Decimal, calls: Decimal, called: Decimal
    ) -> list[LineItem]:
        """A line for each fee that ``count`` times ``calls`` requests ask for, in units of those
        calls, and for those that every call pays: ``called`` of them have tokens.

        What a request says of the size of its searches decides between fees by that size, and is
        nothing to a model without them.
        """
        lines = []
        for name, units in asked.items():
            if name in SIZES and not self.sizes:
                continue
            fee = self._card.fee.get(name)
            paid = fee.charged(units, calls) if fee is not None else units
            lines.append(line_of(self.price(name), paid * count))
        if called and self._owed:
            lines += [line_of(price, called * count) for price in self.of_every_call(asked)]
        return lines

    def _find(self, name: str) -> Price:
        fee = self._card.fee.get(name)
        if fee is None:
            why = absent(self._entry, self._card, name, f"fee for {name}")
            return self._price(name, FEES[name], None, ONE, self._card.origin, why)
        origin = self._since(fee)
        if origin.since > self._day:
            why = fact("fee-later", name, since=origin.since)
            return self._price(name, fee.unit, None, fee.per, origin, why)
        return self._price(name, fee.unit, fee.price, fee.per, origin)

    def of_every_call(self, asked: Container[str]) -> Iterable[Price]:
        """What each call pays whatever it asks for, and what nobody said of it."""
        fees = self._card.fee
        if REQUESTS in fees:
            yield self.price(REQUESTS)
        if self.sizes and not any(name in asked for name in self.sizes):
            prices = ", ".join(f"{name} {fees[name].words}" for name in self.sizes)
            yield self._unsaid(REQUESTS, fees[self.sizes[0]], f"one of {prices}", "search_context")
        for name, fee in fees.items():
            if fee.always and name not in asked and name not in (REQUESTS, *SIZES):
                yield self._unsaid(name, fee, f"{name} {fee.words}", name)

    def _unsaid(self, name: str, fee: Fee, what: str, key: str) -> Price:
        price = self._made.get(f"{name} unsaid")
        if price is None:
            why = fact("fee-unsaid", name, fee=what, key=key)
            price = self._price(name, fee.unit, None, fee.per, self._since(fee), why)
            self._made[f"{name} unsaid"] = price
        return price

    def _since(self, fee: Fee) -> Origin:
        return fee.origin or self._card.origin

    def _price(
        self,
        name: str,
        unit: str,
        rate: Decimal | None,
        per: Decimal,
        origin: Origin,
        why: Fact | None = None,
    ) -> Price:
        where = self._entry.provenance(origin)
        return Price(
            offer=self._entry.item.id,
            charge=name,
            unit=unit,
            price=rate,
            per=per,
            source=where.source,
            confidence=where.confidence,
            since=where.since,
            checked=where.checked,
            base=rate,
            why=why,
        )


def line_of(price: Price, quantity: Decimal) -> LineItem:
    """A line of a quantity at a price; without an amount where there is no price."""
    if price.price is None:
        return LineItem(price, quantity, None, None)
    amount = settle(quantity * price.price / price.per)
    return LineItem(price, quantity, amount, amount)
