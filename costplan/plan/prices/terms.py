"""Terms of reserved throughput beside those of another day or another catalogue."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import NamedTuple

from costplan.billing.reserved import CHARGE
from costplan.catalog.provisioned import Commitment, Deployment, Reserve, Weights
from costplan.document.price_diff import Figure, PriceDiff, Side
from costplan.plan.prices.figures import Figures, Key
from costplan.plan.prices.pins import GONE, differences
from costplan.plan.prices.price_diff import listed_diff
from costplan.quantity import grouped

CATEGORY = "provisioned"
"""What the catalogue calls the folder of such terms, beside its categories."""


class ListedTerms(NamedTuple):
    """Terms as a list of prices and facts: what a unit costs, what it carries, how it is sold."""

    reserve: Reserve
    aliases: tuple[str, ...] = ()
    category: str = CATEGORY

    @property
    def id(self) -> str:
        return self.reserve.id

    @property
    def vendor(self) -> str:
        return self.reserve.file.vendor

    @property
    def currency(self) -> str:
        return self.reserve.file.currency

    @property
    def shelf(self) -> str:
        return self.reserve.shelf

    @property
    def first_known(self) -> date:
        return min([self.reserve.terms.origin.since, *self.turning_days()])

    @property
    def content(self) -> tuple[object, ...]:
        terms, file, _ = self.reserve.alone()
        return terms, file

    def turning_days(self) -> set[date]:
        return {commitment.origin.since for commitment in self.reserve.sold}

    def figures(self, day: date) -> Figures:
        """The price of a unit in force on a day, by what it is bound to and the deployment, as the
        lines of a bill call it."""
        newest: dict[Key, Commitment] = {}
        for commitment in self.reserve.sold:
            variant = " ".join(filter(None, (commitment.name, commitment.kind)))
            key = Key("charge", CHARGE, variant, "price")
            before = newest.get(key, commitment).origin.since
            if before <= commitment.origin.since <= day:
                newest[key] = commitment
        return {key: self._figure(commitment) for key, commitment in newest.items()}

    def _figure(self, commitment: Commitment) -> Figure:
        where = self.reserve.provenance(commitment.origin)
        unit = f"{self.reserve.terms.unit}-hour"
        return Figure(commitment.price, commitment.hours, unit, self.currency, where)

    def facts(self, day: date) -> Mapping[str, str]:
        """What else decides a bill, in words."""
        terms = self.reserve.terms
        carried = f"{grouped(terms.tokens)} tokens in {grouped(terms.per_seconds)} seconds"
        said = {f"a {terms.unit} carries": carried, "a token weighs": _weights(terms.weights)}
        if terms.long_input is not None:
            edge = f"a token weighs above {grouped(terms.long_input.above)} input tokens"
            said[edge] = _weights(terms.long_input.weights)
        said |= {
            " ".join(filter(None, (sold.kind, "deployment"))): _sold(sold)
            for sold in terms.deployment
        }
        return said | ({"no price": terms.reason} if terms.reason is not None else {})


def _weights(weights: Weights) -> str:
    output = "unknown" if weights.output is None else grouped(weights.output)
    return (
        f"{grouped(weights.input)} as input, {grouped(weights.cached_input)} cached, "
        f"{output} as output"
    )


def _sold(sold: Deployment) -> str:
    said = f"from {sold.minimum:,} units on by {sold.increment:,}"
    if sold.output_minimum is not None:
        said += f", from {sold.output_minimum:,} of output on"
    return said + (f", for {', '.join(sorted(sold.offers))}" if sold.offers else "")


def terms_diff(
    old: Iterable[Reserve], new: Iterable[Reserve], before: Side, after: Side
) -> PriceDiff:
    """What differs between two collections of terms, as ``price_diff`` says it of entries."""
    return listed_diff(map(ListedTerms, old), map(ListedTerms, new), before, after)


def moved_terms(pinned: Reserve, now: Reserve | None, day: date) -> Iterable[str]:
    """How the price of a unit and what it carries differ from what is pinned."""
    if now is None:
        yield GONE
    else:
        yield from differences(ListedTerms(pinned), ListedTerms(now), day, unit=True)
