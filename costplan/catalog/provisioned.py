"""Throughput that a vendor reserves by the unit: Azure's PTU, Google's GSU.

    units = (input (1 - cached) + cached_input_weight input cached + output_weight output)
            / tokens that one unit carries

up to the next increment and at least the smallest deployment; tokens and capacity over the same
time. The weights turn every token into input tokens. Paid by the hour, used or not.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import ROUND_CEILING, Decimal
from typing import Literal, NamedTuple

from costplan.catalog.origin import Origin, Source, unknown_sources
from costplan.problems import BadUsage, PriceNotKnown, Problem, did_you_mean
from costplan.quantity import ONE, ZERO, literal
from costplan.record import Amount, Count, Currency, Positive, record

Kind = Literal["global", "data-zone", "regional"]


@record
class Deployment:
    """How much of a unit can be bought, for one kind of deployment.

    Keys:
        kind: left out where the vendor knows one kind only
        minimum (units): the fewest that can be bought
        increment (units): more are bought in steps of so many
    """

    kind: Kind | None = None
    minimum: Count
    increment: Count


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
class Terms:
    """What one unit carries of one model, and how it is sold.

    Keys:
        id: exact name, vendor/model
        model: the vendor's name for it
        unit: what the vendor calls a unit
        tokens (input tokens): what one unit carries in per_seconds
        per_seconds (seconds): the time in which a unit carries them
        weights: what each kind of token counts as
        long_input: weights of requests with a large input
        deployment: how much can be bought, for each kind
        latency: the vendor's own target
        price (the file's currency a unit and hour): paid used or not
        quote: there is no price here
        reason: why there is no price
        origin: its source and days
        note: a word for readers of the file
    """

    id: str
    model: str
    unit: Literal["PTU", "GSU"]
    tokens: Positive
    per_seconds: Positive
    weights: Weights
    long_input: LongInput | None = None
    deployment: tuple[Deployment, ...]
    latency: str | None = None
    price: Amount | None = None
    quote: bool = False
    reason: str | None = None
    origin: Origin
    note: str | None = None

    def check(self) -> Iterable[Problem]:
        if (self.price is None) != self.quote:
            yield Problem((), "terms have either 'price' or 'quote = true'")
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

    def sold_as(self, kind: Kind | None) -> Deployment:
        """The deployment of that kind, or the only one. Raises BadUsage."""
        known = [deployment.kind for deployment in self.deployment if deployment.kind]
        if not known:
            if kind is None:
                return self.deployment[0]
            raise BadUsage(f"{self.id} knows no kinds of deployment", "leave the kind out")
        chosen = known[0] if kind is None and len(known) == 1 else kind
        for deployment in self.deployment:
            if chosen is not None and deployment.kind == chosen:
                return deployment
        said = f"is not sold as a {kind} deployment" if kind else "needs a kind of deployment"
        raise BadUsage(f"{self.id} {said}", "kinds: " + ", ".join(known))


@record
class ProvisionedFile:
    """One vendor's terms.

    Keys:
        vendor: the seller; the first part of its ids
        currency: of every price in the file
        source: what the terms rest on, by the name that origins use
        terms: terms, one model each
    """

    vendor: str
    currency: Currency = "USD"
    source: Mapping[str, Source]
    terms: tuple[Terms, ...] = ()

    def check(self) -> Iterable[Problem]:
        seen: set[str] = set()
        for at, terms in enumerate(self.terms):
            for problem in unknown_sources([(("origin",), terms.origin)], self.source):
                yield problem.under(("terms", at))
            if terms.id in seen:
                yield Problem(("terms", at, "id"), f"'{terms.id}' is written twice")
            seen.add(terms.id)

    def get(self, name: str) -> Terms:
        """The terms of an exact id. Raises BadUsage with the nearest."""
        for terms in self.terms:
            if terms.id == name:
                return terms
        known = [terms.id for terms in self.terms]
        raise BadUsage(
            f"no provisioned throughput is known for '{name}'",
            did_you_mean(name, known) or "known: " + ", ".join(known),
        )


class Reserved(NamedTuple):
    """Units to buy. ``price`` is for a unit and hour; None, with the reason, where not known.

    ``exact`` is what the load needs, ``units`` what can be bought.
    """

    exact: Decimal
    units: int
    unit: str
    formula: str
    price: Decimal | None
    reason: str | None


def ptus(
    input_tpm: Decimal,
    output_tpm: Decimal,
    cache_share: Decimal,
    terms: Terms,
    kind: Kind | None = None,
) -> Reserved:
    """Azure's provisioned throughput units for a load in tokens a minute at its peak.

    ``input_tpm`` is the whole input, ``cache_share`` the part of it that the cache answers, 0 to
    1. Without load the smallest deployment: it is paid for all the same. Raises BadUsage for a
    kind that is not sold, PriceNotKnown where the weight of output is not known.
    """
    return _reserve(input_tpm, output_tpm, cache_share, terms, terms.weights, kind)


def gsus(
    input_tpm: Decimal,
    output_tpm: Decimal,
    cache_share: Decimal,
    terms: Terms,
    request_input_tokens: Decimal = ZERO,
) -> Reserved:
    """Google's generative AI scale units for a load in tokens a minute at its peak.

    As ``ptus``, with the burndown of the terms. A request of more input than the terms' edge has
    the weights of long input, whole: give each class of request by itself. ``output_tpm`` holds
    the thinking tokens.
    """
    long_input = terms.long_input
    is_long = long_input is not None and request_input_tokens > long_input.above
    weights = long_input.weights if long_input is not None and is_long else terms.weights
    return _reserve(input_tpm, output_tpm, cache_share, terms, weights, None)


def _reserve(
    input_tpm: Decimal,
    output_tpm: Decimal,
    cache_share: Decimal,
    terms: Terms,
    weights: Weights,
    kind: Kind | None,
) -> Reserved:
    if input_tpm < 0 or output_tpm < 0 or not 0 <= cache_share <= 1:
        raise BadUsage(
            "tokens a minute are at least 0, the cached share between 0 and 1",
            "give the share as 0.25, not 25",
        )
    sold = terms.sold_as(kind)
    if weights.output is None and output_tpm:
        raise PriceNotKnown(
            f"{terms.id}: the catalogue does not say how much an output token weighs",
            "ask the vendor's capacity calculator, and state the units",
        )
    parts = [f"{literal(input_tpm)} * (1 - {literal(cache_share)})"]
    load = input_tpm * (1 - cache_share)
    if weights.input != 1:
        parts[0] = f"{literal(weights.input)} * {parts[0]}"
        load *= weights.input
    if weights.cached_input and cache_share:
        parts.append(
            f"{literal(weights.cached_input)} * {literal(input_tpm)} * {literal(cache_share)}"
        )
        load += weights.cached_input * input_tpm * cache_share
    if weights.output is not None and output_tpm:
        parts.append(f"{literal(weights.output)} * {literal(output_tpm)}")
        load += weights.output * output_tpm
    exact = load / terms.tokens_per_minute
    # at nine places first: a load of exactly three units is not four
    steps = (round(exact, 9) / sold.increment).to_integral_value(ROUND_CEILING)
    return Reserved(
        exact=exact,
        units=max(sold.minimum, int(steps) * sold.increment),
        unit=terms.unit,
        formula=f"({' + '.join(parts)}) / {literal(terms.tokens_per_minute)}",
        price=terms.price,
        reason=terms.reason,
    )
