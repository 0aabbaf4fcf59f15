"""Throughput that a vendor reserves by the unit: PTU, GSU, Bedrock's Reserved tier.

    units = (input (1 - cached) + cached_input_weight input cached + output_weight output)
            / tokens that one unit carries

up to the next increment and at least the smallest deployment; tokens and capacity over the same
time. The weights turn every token into input tokens. Paid by the hour, used or not.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from decimal import ROUND_CEILING, Decimal
from typing import Literal, NamedTuple

from costplan.catalog.origin import Origin, Provenance, Source, resolve, unknown_sources
from costplan.problems import BadUsage, Path, PriceNotKnown, Problem
from costplan.quantity import ONE, ZERO
from costplan.record import Amount, Count, Currency, Positive, record, replace
from costplan.words import TOKEN_KINDS

Kind = Literal["global", "data-zone", "regional"]


@record
class Deployment:
    """How much of a unit can be bought, for one kind of deployment.

    Keys:
        kind: left out where the vendor knows one kind only
        minimum (units): the fewest that can be bought
        increment (units): more are bought in steps of so many
        output_minimum (units): the fewest of output, where input and output are bought apart; the
            minimum is then that of input
        offers: models of the catalogue whose calls it takes over
    """

    kind: Kind | None = None
    minimum: Count
    increment: Count
    output_minimum: Count | None = None
    offers: tuple[str, ...] = ()


@record
class Weights:
    """Input tokens that one token counts as. Thinking tokens are output tokens.

    Keys:
        input (input tokens): what an uncached input token counts as
        cached_input (input tokens): what a cached one counts as; 0 for nothing
        output (input tokens): what an output token counts as; left out where it is not known
    """

    input: Positive = ONE
    cached_input: Amount
    output: Positive | None = None


@record
class LongInput:
    """The weights of a whole request whose input is above an edge: a cliff.

    Keys:
        above (input tokens a request): a request with more moves to these weights as a whole
        weights: the weights then
    """

    above: Positive
    weights: Weights


@record
class Commitment:
    """What a unit costs for as long as one is bound to it.

    Keys:
        name: how the vendor calls the term
        kind: the kind of deployment that the price is for; all of them when left out
        months (months): how long it binds; 0 for nothing
        price (the file's currency a unit): paid used or not, for so many hours
        hours (hours): that the price is for
        origin: its source and days
    """

    name: str
    kind: Kind | None = None
    months: Amount
    price: Positive
    hours: Positive = ONE
    origin: Origin

    @property
    def hourly(self) -> Decimal:
        """The price of a unit and hour."""
        return self.price / self.hours


@record
class Terms:
    """What one unit carries of one model, and how it is sold.

    Keys:
        id: exact name, vendor/model
        model: the vendor's name for it
        unit: what the vendor calls a unit; kTPM is a thousand tokens a minute
        tokens (input tokens): what one unit carries in per_seconds
        per_seconds (seconds): the time in which a unit carries them
        weights: what each kind of token counts as
        long_input: weights of requests with a large input
        deployment: how much can be bought, for each kind
        commitment: prices of this model's units; the file's when left out
        latency: the vendor's own target
        quote: there is no price here
        reason: why there is no price
        origin: its source and days
        note: a word for readers of the file
    """

    id: str
    model: str
    unit: Literal["PTU", "GSU", "kTPM"]
    tokens: Positive
    per_seconds: Positive
    weights: Weights
    long_input: LongInput | None = None
    deployment: tuple[Deployment, ...]
    commitment: tuple[Commitment, ...] = ()
    latency: str | None = None
    quote: bool = False
    reason: str | None = None
    origin: Origin
    note: str | None = None

    def check(self) -> Iterable[Problem]:
        if self.commitment and self.quote:
            yield Problem((), "terms have either prices or 'quote = true'")
        if self.quote != (self.reason is not None):
            yield Problem((), "'quote = true' goes with the 'reason' why there is no price")
        kinds = [deployment.kind for deployment in self.deployment]
        if not kinds:
            yield Problem(("deployment",), "needs one kind of deployment at least")
        if len(set(kinds)) < len(kinds):
            yield Problem(("deployment",), "names a kind twice")
        if None in kinds and len(kinds) > 1:
            yield Problem(("deployment",), "each kind needs its name where there are several")

    @property
    def tokens_per_minute(self) -> Decimal:
        """Input tokens that one unit carries in a minute."""
        return self.tokens * 60 / self.per_seconds

    def sold_as(self, kind: Kind | None, offer: str = "") -> Deployment:
        """The deployment of that kind; without one that of the offer, or the only one. Raises
        BadUsage."""
        known = [deployment.kind for deployment in self.deployment if deployment.kind]
        if not known:
            if kind is None:
                return self.deployment[0]
            raise BadUsage(f"{self.id} knows no kinds of deployment", "leave the kind out")
        for deployment in self.deployment:
            own = offer in deployment.offers or len(known) == 1
            if deployment.kind == kind or (kind is None and own):
                return deployment
        said = f"is not sold as a {kind} deployment" if kind else "needs a kind of deployment"
        raise BadUsage(f"{self.id} {said}", "kinds: " + ", ".join(known))

    def load(self, tokens: Mapping[str, Decimal], *, long: bool = False) -> Load:
        """Input tokens that tokens count as, by the kinds in which they are billed.

        What is written to a cache is input. Raises PriceNotKnown for a kind without a weight.
        """
        weights = self.long_input.weights if self.long_input is not None and long else self.weights
        load = Load()
        for name, number in tokens.items():
            kind = TOKEN_KINDS[name]
            if not number:
                continue
            own = weights.cached_input if kind.cache == "read" else weights.input
            weight = weights.output if kind.whole == "output" else own
            if weight is None or kind.medium == "audio":
                what = "an output token" if kind.whole == "output" else f"a token of {name}"
                raise PriceNotKnown(
                    f"{self.id}: the catalogue does not say how much {what} weighs",
                    "ask the vendor's capacity calculator",
                )
            load += Load(**{kind.whole: number * weight})
        return load

    def needed(self, load: Load, sold: Deployment) -> Decimal:
        """Units of a deployment that carry a load of a minute: up to the increment, at least the
        smallest, which is paid for without load too."""
        if sold.output_minimum is None or self.weights.output is None:
            return _stepped(load.whole / self.tokens_per_minute, sold.minimum, sold.increment)
        weight = self.weights.output  # what a unit of output costs in units of input
        output = load.output / weight / self.tokens_per_minute
        own = _stepped(load.input / self.tokens_per_minute, sold.minimum, sold.increment)
        return own + weight * _stepped(output, sold.output_minimum, sold.increment)


class Load(NamedTuple):
    """Tokens in the worth of input tokens, those that go in and those that come out."""

    input: Decimal = ZERO
    output: Decimal = ZERO

    @property
    def whole(self) -> Decimal:
        """Both."""
        return self.input + self.output

    def __add__(self, other: object) -> Load:
        assert isinstance(other, Load)
        return Load(self.input + other.input, self.output + other.output)

    def times(self, factor: Decimal) -> Load:
        """So many times the load."""
        return Load(self.input * factor, self.output * factor)


def _stepped(exact: Decimal, minimum: int, increment: int) -> Decimal:
    """Up to the increment and at least the minimum; at nine places first: a load of exactly three
    units is not four."""
    steps = (round(exact, 9) / increment).to_integral_value(ROUND_CEILING)
    return max(Decimal(minimum), steps * increment)


@record
class ProvisionedFile:
    """One vendor's terms.

    Keys:
        vendor: the seller; the first part of its ids
        currency: of every price in the file
        source: what the terms rest on, by the name that origins use
        commitment: prices of a unit, whatever the model
        terms: terms, one model each
    """

    vendor: str
    currency: Currency = "USD"
    source: Mapping[str, Source]
    commitment: tuple[Commitment, ...] = ()
    terms: tuple[Terms, ...] = ()

    def check(self) -> Iterable[Problem]:
        for at, commitment in enumerate(self.commitment):
            for problem in unknown_sources([(("origin",), commitment.origin)], self.source):
                yield problem.under(("commitment", at))
        seen: set[str] = set()
        served: set[str] = set()
        for at, terms in enumerate(self.terms):
            origins: list[tuple[Path, Origin]] = [(("origin",), terms.origin)]
            origins += [
                (("commitment", which, "origin"), commitment.origin)
                for which, commitment in enumerate(terms.commitment)
            ]
            for problem in unknown_sources(origins, self.source):
                yield problem.under(("terms", at))
            if terms.id in seen:
                yield Problem(("terms", at, "id"), f"'{terms.id}' is written twice")
            seen.add(terms.id)
            offers = [offer for sold in terms.deployment for offer in sold.offers]
            for offer in offers:
                if offer in served:
                    yield Problem(("terms", at), f"'{offer}' is served twice")
                served.add(offer)

    def find(self, offer: str, name: str | None) -> Terms | None:
        """The terms of an exact id, else those that take over the calls of a model of the
        catalogue."""
        for terms in self.terms:
            served = any(offer in sold.offers for sold in terms.deployment)
            if served if name is None else terms.id == name:
                return terms
        return None


LONGEST = ONE
"""Months that a commitment may bind which nobody asked for: a bill is a month's."""


class Reserve(NamedTuple):
    """Terms with what their file says of all of them, and the shelf that it is on."""

    terms: Terms
    file: ProvisionedFile
    shelf: str

    @property
    def id(self) -> str:
        return self.terms.id

    @property
    def sold(self) -> tuple[Commitment, ...]:
        """Every price that a unit of these terms can have, of any day."""
        if self.terms.quote:
            return ()
        kinds = {None, *(deployment.kind for deployment in self.terms.deployment)}
        prices = self.terms.commitment or self.file.commitment
        return tuple(commitment for commitment in prices if commitment.kind in kinds)

    def origins(self) -> list[Origin]:
        """Where the terms and every price of them are from."""
        return [self.terms.origin, *(commitment.origin for commitment in self.sold)]

    def alone(self) -> Reserve:
        """The same with a file that holds what the terms and their prices follow from, no more."""
        own = () if self.terms.commitment else self.sold
        named = {name for origin in self.origins() for name in (origin.source, *origin.also)}
        sources = {name: self.file.source[name] for name in sorted(named)}
        file = replace(self.file, source=sources, commitment=own, terms=(self.terms,))
        return self._replace(file=file)

    def provenance(self, origin: Origin) -> Provenance:
        """The origin with its source's address and confidence."""
        return resolve(origin, self.file.source)

    def commitment(self, day: date, kind: Kind | None, name: str | None = None) -> Commitment:
        """The price of that name on a day; without a name the cheapest that binds for a month at
        most. Raises BadUsage for a name that is not sold, PriceNotKnown where there is no price."""
        if self.terms.quote:
            raise PriceNotKnown(f"{self.terms.id} has no price: {self.terms.reason}", STATE)
        sold = list(_on(self.terms.commitment or self.file.commitment, day, kind))
        if not sold:
            raise PriceNotKnown(f"{self.terms.id} has no known price on {day}", STATE)
        if name is None:
            short = [commitment for commitment in sold if commitment.months <= LONGEST]
            return min(short or sold, key=lambda commitment: commitment.hourly)
        for commitment in sold:
            if commitment.name == name:
                return commitment
        known = ", ".join(commitment.name for commitment in sold)
        raise BadUsage(f"{self.terms.id} is not sold for '{name}'", f"commitments: {known}")


STATE = "state price_per_unit_hour, what you were quoted"


def _on(commitments: Sequence[Commitment], day: date, kind: Kind | None) -> Iterator[Commitment]:
    """The newest price of each name on a day, of those for a kind of deployment."""
    newest: dict[str, Commitment] = {}
    for commitment in commitments:
        since, before = commitment.origin.since, newest.get(commitment.name)
        if commitment.kind not in (None, kind) or since > day:
            continue
        if before is None or before.origin.since <= since:
            newest[commitment.name] = commitment
    return iter(newest.values())
