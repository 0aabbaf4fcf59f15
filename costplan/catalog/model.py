"""Models priced by the token: cards of rates, and the factors that may meet on one request.

A price is composed, never enumerated: base rates by token kind, then a tier (a cliff: the whole
request moves), a mode, a region and a schedule, each of which may meet any other. A price change
is a further card, so the past and the announced future stay priceable.
"""

from collections.abc import Iterable, Mapping
from dataclasses import field
from datetime import date
from decimal import Decimal
from typing import Literal

from costplan.catalog.fees import FEES, Fee, fee_problems
from costplan.catalog.origin import Accepted, Origin
from costplan.catalog.schedule import Window
from costplan.problems import Problem, did_you_mean
from costplan.record import Amount, Count, Positive, record, with_fields
from costplan.words import TOKEN_KINDS

MODES: tuple[str, ...] = ("batch", "flex", "priority", "fast")


@record
@with_fields(TOKEN_KINDS, Amount | None)
class Rates:
    """Price per ``per`` tokens of each kind. None: the catalogue has no rate of that kind.

    Keys:
        input (the file's currency per 'per' tokens): input that no cache holds
        cache_read (the file's currency per 'per' tokens): input read from a cache
        cache_write (the file's currency per 'per' tokens): input written to a cache
        output (the file's currency per 'per' tokens): output
        cache_write_1h (the file's currency per 'per' tokens): input written to a cache for an hour
        reasoning (the file's currency per 'per' tokens): reasoning; the output rate when left out
        input_audio (the file's currency per 'per' tokens): audio in the input
        output_audio (the file's currency per 'per' tokens): audio in the output
        cache_read_audio (the file's currency per 'per' tokens): audio read from a cache
        input_image (the file's currency per 'per' tokens): images in the input
        output_image (the file's currency per 'per' tokens): images in the output
        input_video (the file's currency per 'per' tokens): video in the input
    """

    input: Amount | None = None
    cache_read: Amount | None = None
    cache_write: Amount | None = None
    output: Amount | None = None

    def published(self) -> dict[str, Decimal]:
        """The rates there are, by kind."""
        return {name: rate for name in TOKEN_KINDS if (rate := getattr(self, name)) is not None}


@record
class Tier:
    """Rates of the whole request from an input size on.

    ``above`` N: more than N input tokens, cached ones included; ``at_or_above`` N: N or more.

    Keys:
        above (input tokens a request): a request with more input, cached included, moves to these
            rates as a whole
        at_or_above (input tokens a request): a request with so much input or more moves to these
            rates as a whole
        rates: every rate of the tier
        origin: its own source and days; the card's when left out
    """

    above: Count | None = None
    at_or_above: Count | None = None
    rates: Rates
    origin: Origin | None = None

    def check(self) -> Iterable[Problem]:
        if (self.above is None) == (self.at_or_above is None):
            yield Problem((), "a tier has either 'above' or 'at_or_above'")

    @property
    def first(self) -> int:
        """The smallest input, in tokens, that this tier prices."""
        return self.above + 1 if self.above is not None else self.at_or_above or 0


@record
class Mode:
    """How a request is processed: a multiplier on the rates, or rates (and tiers) of its own.

    Keys:
        times (ratio): multiplies every rate of the card
        rates: rates of its own, in place of 'times'
        tiers: tiers beside rates of its own
        origin: its own source and days; the card's when left out
    """

    times: Positive | None = None
    rates: Rates | None = None
    tiers: tuple[Tier, ...] = ()
    origin: Origin | None = None

    def check(self) -> Iterable[Problem]:
        if (self.times is None) == (self.rates is None):
            yield Problem((), "a mode has either 'times' or 'rates'")
        if self.tiers and self.rates is None:
            yield Problem(("tiers",), "a mode has tiers of its own only beside rates of its own")


@record
class Region:
    """A region or data residency that multiplies the rates.

    Keys:
        times (ratio): multiplies every rate of the card
        origin: its own source and days; the card's when left out
    """

    times: Positive
    origin: Origin | None = None


ASIDE = "its "
"""How the reason begins in the catalogue where a part of the card is meant: "its batch rates"."""


@record
class Rejected:
    """Rates that another source showed for the same days, and why they were not taken.

    ``rates`` holds only the kinds on which it differs, per ``per`` tokens of the card.

    Keys:
        source: the entry of [source] that showed them
        checked: the day of that source
        rates: the rates on which it differs; never billed
        reason: why they were not taken
    """

    source: str
    checked: date
    rates: Rates
    reason: str

    @property
    def aside(self) -> bool:
        """Whether it is about a mode, a region or a tier of the card, not about its base rates."""
        return self.reason.startswith(ASIDE)


@record
class Card:
    """All prices of a model from ``origin.since`` until the next card.

    Keys:
        origin: the source of the card, and the day from which it applies
        unit: what the rates are for
        per (tokens): how many tokens each rate is for
        rates: the ordinary price of each kind of token
        tiers: rates of requests with a large input
        mode: batch, flex, priority or fast, by name
        region: regions or residencies that cost more, by name
        schedule: hours at another price; the first that matches applies
        fee: prices per call beside the tokens, by what is counted
        unpublished: what its source says has no price, by token kind, mode or fee, and where
        rejected: what other sources showed, and why it was not taken
    """

    origin: Origin
    unit: Literal["token"] = "token"
    per: Positive
    rates: Rates = field(default_factory=Rates)
    tiers: tuple[Tier, ...] = ()
    mode: Mapping[str, Mode] = field(default_factory=dict)
    region: Mapping[str, Region] = field(default_factory=dict)
    schedule: tuple[Window, ...] = ()
    fee: Mapping[str, Fee] = field(default_factory=dict)
    unpublished: Mapping[str, Origin] = field(default_factory=dict)
    rejected: tuple[Rejected, ...] = ()

    def check(self) -> Iterable[Problem]:
        for name in self.mode:
            if name not in MODES:
                yield Problem(("mode", name), f"unknown mode '{name}'", ", ".join(MODES), "key")
        yield from fee_problems(self.fee)
        priced = {*self.rates.published(), *self.mode, *self.fee}
        for name in self.unpublished:
            if name not in {*TOKEN_KINDS, *MODES, *FEES}:
                known = "a token kind, a mode or a fee"
                yield Problem(("unpublished", name), f"'{name}' is none of these", known, "key")
            elif name in priced:
                yield Problem(("unpublished", name), f"the card has a price for {name}", part="key")
        yield from _tier_problems(("tiers",), self.rates, self.tiers)
        for name, mode in self.mode.items():
            if mode.rates is not None:
                yield from _tier_problems(("mode", name, "tiers"), mode.rates, mode.tiers)
        for at, window in enumerate(self.schedule):
            for kind in window.rates or ():
                if kind not in TOKEN_KINDS:
                    yield Problem(
                        ("schedule", at, "rates", kind),
                        f"unknown rate '{kind}'",
                        did_you_mean(kind, TOKEN_KINDS) or "rates: " + ", ".join(TOKEN_KINDS),
                        "key",
                    )

    def origins(self) -> Iterable[tuple[tuple[str | int, ...], Origin]]:
        """Every origin on the card, with its path."""
        yield ("origin",), self.origin
        parts: tuple[tuple[str, Mapping[str, Mode | Region | Fee]], ...] = (
            ("mode", self.mode),
            ("region", self.region),
            ("fee", self.fee),
        )
        for key, named in parts:
            for name, part in named.items():
                if part.origin:
                    yield (key, name, "origin"), part.origin
        for name, fee in self.fee.items():
            if fee.free and fee.free.origin:
                yield ("fee", name, "free", "origin"), fee.free.origin
        for name, origin in self.unpublished.items():
            yield ("unpublished", name), origin
        for at, tier in enumerate(self.tiers):
            if tier.origin:
                yield ("tiers", at, "origin"), tier.origin
        for at, window in enumerate(self.schedule):
            if window.origin:
                yield ("schedule", at, "origin"), window.origin


def _tier_problems(
    path: tuple[str | int, ...], base: Rates, tiers: tuple[Tier, ...]
) -> Iterable[Problem]:
    reached = 0
    for at, tier in enumerate(tiers):
        if tier.first <= reached:
            yield Problem((*path, at), "tiers must ascend")
        reached = tier.first
        missing = [kind for kind in base.published() if kind not in tier.rates.published()]
        if missing:
            yield Problem(
                (*path, at, "rates"),
                f"a tier repeats every rate of its card; missing: {', '.join(missing)}",
            )


@record
class CacheTerms:
    """What a prefix must be to be cached: tokens at least, minutes it lives after its last use.

    Without ``ttl_minutes`` nothing says how long a prefix lives.

    Keys:
        minimum_tokens (tokens): a shorter prefix is not cached
        ttl_minutes (minutes): how long a prefix lives after its last use; unknown when left out
    """

    minimum_tokens: Amount
    ttl_minutes: Positive | None = None


@record
class Model:
    """A model and its history of price cards, oldest first.

    Keys:
        id: exact name, vendor/model
        aliases: other names of it
        kind: what it does
        context (tokens): context window; a larger request is refused
        max_output (tokens): most tokens of one answer
        region: the region the id itself is bound to
        cache: what a prefix must be to be cached
        retires: the day the vendor stops serving it
        note: a word that goes with its bill
        accepted: findings of the audit that are right as they stand
        price: its cards, oldest first; each applies until the next
    """

    id: str
    aliases: tuple[str, ...] = ()
    kind: Literal["chat", "embedding", "rerank"] = "chat"
    context: Count | None = None
    max_output: Count | None = None
    region: str | None = None
    cache: CacheTerms | None = None
    retires: date | None = None
    note: str | None = None
    accepted: tuple[Accepted, ...] = ()
    price: tuple[Card, ...]

    def check(self) -> Iterable[Problem]:
        if not self.price:
            yield Problem(("price",), "a model has at least one [[model.price]]")
        for at in range(1, len(self.price)):
            if self.price[at].origin.since <= self.price[at - 1].origin.since:
                yield Problem(("price", at, "origin"), "cards go from the oldest to the newest")

    @property
    def first_known(self) -> date:
        return self.price[0].origin.since

    def card(self, day: date) -> Card | None:
        """The card in force on a day; None before the first."""
        in_force = None
        for card in self.price:
            if card.origin.since > day:
                break
            in_force = card
        return in_force

    def origins(self) -> Iterable[tuple[tuple[str | int, ...], Origin]]:
        for at, card in enumerate(self.price):
            for path, origin in card.origins():
                yield ("price", at, *path), origin

    def sources(self) -> set[str]:
        """Every source that the model names: of its prices, and of the values it rejects."""
        named = {name for _, origin in self.origins() for name in (origin.source, *origin.also)}
        return named | {rejected.source for card in self.price for rejected in card.rejected}
