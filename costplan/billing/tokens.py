"""The bill of one request to a model: rates composed with tier, mode, region and schedule.

    price(kind) = rate(kind, tier) x mode x region x window       fees: price / per, no factor

Exactly one request is priced, then multiplied by the count: a month's sum priced as one request
would reach long-context tiers that no request reaches.
"""

from __future__ import annotations

from dataclasses import fields
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from costplan.billing.fees import FeePrices, line_of
from costplan.billing.reasons import absent
from costplan.catalog.fees import STATED
from costplan.catalog.lookup import Entry, card_on
from costplan.catalog.model import Card, Mode, Model, Rates, Tier
from costplan.catalog.origin import Origin, Provenance, combined
from costplan.catalog.schedule import Window
from costplan.document.line import LineItem, Price
from costplan.facts import Fact, fact
from costplan.problems import BadUsage, Problem
from costplan.quantity import ONE, ZERO
from costplan.record import record, with_fields
from costplan.words import TOKEN_KINDS, TOKENS, parts_of


@record
@with_fields((*(kind.tokens for kind in TOKENS), *STATED), Decimal, ZERO)
class TokenUsage:
    """One request. ``input_tokens`` and ``output_tokens`` are totals; the others are parts."""

    input_tokens: Decimal = ZERO
    output_tokens: Decimal = ZERO
    cache_read_tokens: Decimal = ZERO
    cache_write_tokens: Decimal = ZERO

    def problems(self) -> list[Problem]:
        """A problem for each part larger than its whole, and each negative number."""
        problems = [
            Problem((name,), f"{name} is {value}: it must be at least 0")
            for name in (key.name for key in fields(self))
            if (value := getattr(self, name)) < 0
        ]
        for whole in WHOLES:
            parts = [kind.tokens for kind in parts_of(whole.whole) if getattr(self, kind.tokens)]
            together = sum((getattr(self, name) for name in parts), ZERO)
            if together > getattr(self, whole.tokens):
                problems.append(
                    Problem(
                        (whole.tokens,),
                        f"its parts ({', '.join(parts)}) are {together} together, more than "
                        f"{whole.tokens} ({getattr(self, whole.tokens)}), which is the total",
                    )
                )
        return problems


WHOLES = tuple(kind for kind in TOKENS if kind.name == kind.whole)
ORDER = tuple(
    (kind.name, kind.tokens, tuple((part.name, part.tokens) for part in parts_of(kind.whole)))
    for kind in WHOLES
)
"""The lines of a bill: what is left of each whole, then its parts; each by name and quantity."""


class Processing(NamedTuple):
    """How a request is processed: ``mode`` and ``region`` None are the standard ones.

    ``window`` is the schedule's window it falls in, None outside all of them.
    """

    mode: str | None = None
    region: str | None = None
    window: Window | None = None


STANDARD = Processing()


class Tariff:
    """A model's card on a day, ready to bill requests of one kind of processing.

    Composing the factors costs more than billing a request, so it is done once a tier.
    """

    def __init__(self, entry: Entry, day: date, processing: Processing = STANDARD) -> None:
        if not isinstance(entry.item, Model):
            raise BadUsage(f"{entry.id} is not priced by the token")
        self.entry = entry
        self.model = entry.item
        self.day = day
        self.processing = processing
        self.card = card_on(entry.item, day)
        self._unknown: Fact | None = None
        self._no_tiers: Fact | None = None
        factors: list[tuple[str, Decimal]] = []
        self._base = self.card.origin  # of the rates; a mode, window or tier may bring its own
        self._factor_origins: list[Origin] = []
        mode = self._mode(self.card, factors)
        self._region(factors)
        window = processing.window
        if window is not None:
            self._window(window, factors)
        self.factors = tuple(factors)
        tiers = self.card.tiers
        rates = self.card.rates
        if mode is not None and mode.rates is not None:
            rates = mode.rates
            if mode.tiers or not tiers:
                tiers = mode.tiers
            else:
                self._no_tiers = self._lacks(f"{processing.mode} price for inputs of this size")
        if window is not None and window.rates is not None:
            if rates is not self.card.rates:
                self._unknown = self._lacks(f"{processing.mode} price for {window.name} hours")
            if tiers:
                self._no_tiers = self._lacks(f"{window.name} price for inputs of this size")
            rates = Rates(**dict(window.rates))
        self._rates = rates
        self.edges = tuple(reversed([(tier.first, at) for at, tier in enumerate(tiers)]))
        self._tiers = tiers
        self._prices: dict[int, dict[str, Price]] = {}
        self.fees = FeePrices(entry, self.card, day)

    def _lacks(self, what: str, name: str = "") -> Fact:
        return absent(self.entry, self.card, name, what)

    def _mode(self, card: Card, factors: list[tuple[str, Decimal]]) -> Mode | None:
        name = self.processing.mode
        if name is None:
            return None
        mode = card.mode.get(name)
        if mode is None:
            known = ", ".join(card.mode) or "standard only"
            self._unknown = self._lacks(f"{name} price ({known})", name)
            return None
        if mode.origin is not None:
            if mode.origin.since > self.day:
                self._unknown = fact("mode-price-later", name, since=mode.origin.since)
                return None
            if mode.times is None:
                self._base = mode.origin
            else:
                self._factor_origins.append(mode.origin)
        if mode.times is not None:
            factors.append((name, mode.times))
        return mode

    def _region(self, factors: list[tuple[str, Decimal]]) -> None:
        name = self.processing.region
        if name is None or name == self.model.region:
            return
        region = self.card.region.get(name)
        if region is None:
            known = ", ".join(self.card.region) or self.model.region or "none"
            self._unknown = self._lacks(f"price for region '{name}' (known: {known})")
            return
        if region.origin is not None:
            if region.origin.since > self.day:
                self._unknown = fact("region-price-later", name, since=region.origin.since)
                return
            self._factor_origins.append(region.origin)
        factors.append((name, region.times))

    def _window(self, window: Window, factors: list[tuple[str, Decimal]]) -> None:
        if window.origin is not None:
            if window.origin.since > self.day:
                self._unknown = fact("mode-price-later", window.name, since=window.origin.since)
                return
            if window.times is None:
                self._base = window.origin
            else:
                self._factor_origins.append(window.origin)
        if window.times is not None:
            factors.append((window.name, window.times))

    def tier(self, input_tokens: Decimal) -> int:
        """The index of the tier that a request of this input falls in; -1 for the base rates."""
        for first, at in self.edges:
            if input_tokens >= first:
                return at
        return -1

    def prices(self, tier: int) -> dict[str, Price]:
        """The composed price of each token kind in a tier."""
        prices = self._prices.get(tier)
        if prices is None:
            prices = self._prices[tier] = self._compose(self._tiers[tier] if tier >= 0 else None)
        return prices

    def _compose(self, tier: Tier | None) -> dict[str, Price]:
        origin = self._base
        unknown = self._unknown or (self._no_tiers if tier is not None else None)
        if tier is not None and tier.origin is not None:
            origin = tier.origin
            if origin.since > self.day:
                unknown = fact("tier-price-later", since=origin.since)
        rates = (tier.rates if tier is not None else self._rates).published()
        times = ONE
        for _, factor in self.factors:
            times *= factor
        parts = dict.fromkeys([origin, *self._factor_origins])
        where = combined([self.entry.provenance(part) for part in parts])
        variant = self._variant(tier)
        prices = {}
        for kind, row in TOKEN_KINDS.items():
            rate = rates.get(kind)
            if rate is None and (row.as_whole or (kind == "cache_write" and self._free_writes)):
                continue
            why = unknown
            if rate is None and why is None:
                why = self._lacks(f"{kind} rate", kind)
            prices[kind] = self._price(
                kind,
                "token",
                None if why else rate,
                self.card.per,
                where,
                times,
                why,
                variant,
            )
        return prices

    @property
    def _free_writes(self) -> bool:
        """Where a vendor prices cache reads but no writes, the first pass over a prefix is input.

        Rates of a mode, a tier or a window that leave out a write that the card prices are silent.
        """
        return (
            self._unknown is None
            and self.card.rates.cache_read is not None
            and self.card.rates.cache_write is None
        )

    def pays_for_writes(self, tier: int) -> bool:
        """Whether writing a prefix costs something else than sending it."""
        return "cache_write" in self.prices(tier)

    def facts(self, usage: TokenUsage) -> list[Fact]:
        """What a reader must know of the lines of a request like this."""
        if not usage.cache_write_tokens or self.pays_for_writes(self.tier(usage.input_tokens)):
            return []
        return [fact("writes-as-input", self.model.id)]

    def _variant(self, tier: Tier | None) -> str | None:
        window = self.processing.window
        parts = [self.processing.mode, window.name if window else None]
        parts.append(f"above {tier.first - 1:,} input" if tier else None)
        return ", ".join(part for part in parts if part) or None

    def _price(
        self,
        charge: str,
        unit: str,
        rate: Decimal | None,
        per: Decimal,
        where: Provenance,
        times: Decimal = ONE,
        why: Fact | None = None,
        variant: str | None = None,
    ) -> Price:
        return Price(
            offer=self.model.id,
            charge=charge,
            unit=unit,
            price=None if rate is None else rate * times,
            per=per,
            source=where.source,
            confidence=where.confidence,
            since=where.since,
            checked=where.checked,
            base=rate,
            factors=() if times == ONE else self.factors,
            why=why,
            variant=variant,
        )

    def bill(
        self,
        usage: TokenUsage,
        count: Decimal = ONE,
        tier: int | None = None,
        calls: Decimal = ONE,
    ) -> list[LineItem]:
        """The lines of ``count`` requests like ``usage``: one a token kind, one a fee.

        ``tier``: the tier that all of it falls in, where ``usage`` is a sum of requests and so
        says nothing of the size of any (``costplan.billing.cells``); else that of its input.
        ``calls``: how many it is the sum of.

        A rate that the catalogue lacks makes an unpriced line, never a zero one.
        Raises nothing: parts larger than their whole are for ``TokenUsage.problems``.
        """
        if tier is None:
            tier = self.tier(usage.input_tokens)
        prices = self._prices.get(tier)
        if prices is None:
            prices = self.prices(tier)
        lines = []
        asked = usage.__dict__
        for whole, quantity, parts in ORDER:
            rest, own = asked[quantity], []
            for kind, part in parts:
                tokens = asked[part]
                if tokens and kind in prices:
                    rest -= tokens
                    own.append(line_of(prices[kind], tokens * count))
            if rest:
                lines.append(line_of(prices[whole], rest * count))
            lines += own
        wanted = {name: units for name in STATED if (units := asked[name])}
        called = calls if usage.input_tokens or usage.output_tokens else ZERO
        return lines + self.fees.lines(wanted, count, calls, called)


def windows(model: Model, day: date) -> tuple[Window, ...]:
    """The schedule of the model's card on a day, with windows whose price is known only later."""
    return card_on(model, day).schedule
