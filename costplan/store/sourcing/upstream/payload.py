"""What the adapters share: a strict look into a JSON payload, and a basket for what it quotes.

A payload is somebody else's text. A wrong shape raises InvalidInput with its place; an entry that
the catalogue cannot hold (no token price, a hostile name, a unit error) is skipped with a reason.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from costplan.catalog.fees import Fee
from costplan.catalog.model import Card, Mode, Model, Rates, Region, Tier
from costplan.catalog.origin import Origin, Source
from costplan.catalog.schedule import Window
from costplan.problems import InvalidInput, Path, Problem
from costplan.quantity import ONE, ZERO, stepped
from costplan.record import replace
from costplan.store.files.catalog_text import plain_id
from costplan.store.files.text import MOST_VALUES, too_many_values
from costplan.store.sourcing.upstream import Quoted, Skipped, Upstream, sanity
from costplan.store.sourcing.upstream.vendors import VENDORS

LARGEST_PAYLOAD = 64_000_000
"""Bytes. The largest of the sets is about 3 MB; a set that grows twentyfold still passes."""
MILLION = Decimal(1_000_000)
FINEST = Decimal("1e-9")
"""Rates per million tokens are kept to this: floats such as 3.3000000000000004e-07 carry noise."""
FREE = (":free", "-free", "-free-preview")
NOT_FREE = "zero price, not declared free"
FREE_NOTE = "Declared free of charge by its vendor, within the vendor's limits."
SHOWN = 200  # characters of a foreign name in a message

Priced = dict[str, Decimal]


def json_of(payload: bytes) -> Any:
    """The payload as plain data, numbers as Decimal. Raises InvalidInput."""
    if len(payload) > LARGEST_PAYLOAD:
        raise _wrong((), f"larger than {LARGEST_PAYLOAD // 1_000_000} MB")
    if too_many_values(payload):
        raise _wrong((), f"holds more than {MOST_VALUES:,} values")
    try:
        return json.loads(
            payload,
            parse_float=_decimal,
            parse_int=_decimal,
            parse_constant=_not_a_number,
        )
    except RecursionError:
        raise _wrong((), "nests too deeply") from None
    except ValueError as error:
        raise _wrong((), f"not JSON: {str(error)[:SHOWN]}") from None


def _decimal(text: str) -> Decimal:
    try:
        number = Decimal(text) if len(text) < 100 else None
    except InvalidOperation:
        number = None
    if number is None or (number and not -30 < number.adjusted() < 15):
        raise ValueError(f"{text[:40]} is no number of a price list")
    return number


def _not_a_number(text: str) -> Decimal:
    raise ValueError(f"{text} is not a number")


def _wrong(path: Path, message: str) -> InvalidInput:
    return InvalidInput([Problem(path, message)])


def table(value: object, path: Path) -> Mapping[str, Any]:
    """A JSON object. Raises InvalidInput."""
    if not isinstance(value, dict):
        raise _wrong(path, "must be an object")
    return value


def items(value: object, path: Path) -> list[Any]:
    """A JSON array. Raises InvalidInput."""
    if not isinstance(value, list):
        raise _wrong(path, "must be an array")
    return value


def text(value: object, path: Path) -> str:
    """A string. Raises InvalidInput."""
    if not isinstance(value, str):
        raise _wrong(path, "must be a string")
    return value


def number(value: object, path: Path) -> Decimal | None:
    """A number that is not negative, or a string of one; None for null. Raises InvalidInput."""
    if value is None:
        return None
    if isinstance(value, str):
        try:
            value = _decimal(value)
        except ValueError:
            raise _wrong(path, "must be a number") from None
    if not isinstance(value, Decimal) or not value.is_finite():
        raise _wrong(path, "must be a number")
    if value < 0:
        raise _wrong(path, "must not be negative")
    return value


def rate(value: object, path: Path, scale: Decimal = ONE) -> Decimal | None:
    """A rate per million tokens, without the noise of floats; None for null."""
    parsed = number(value, path)
    if parsed is None:
        return None
    return stepped(parsed * scale, FINEST).normalize() + ZERO


def count(value: object, path: Path) -> int | None:
    """A whole number of tokens above 0; None for null, 0 and what is not whole."""
    parsed = number(value, path)
    if parsed is None or parsed < 1 or parsed != parsed.to_integral_value() or parsed >= 10**12:
        return None
    return int(parsed)


def day(value: object, path: Path) -> date:
    """The day of "2026-10-26" or "2026-10-26T18:46:35Z". Raises InvalidInput."""
    try:
        return date.fromisoformat(text(value, path)[:10])
    except ValueError:
        raise _wrong(path, "must begin with a date such as 2026-01-31") from None


def cleaned(rates: Priced) -> Priced:
    """Without zeros: a set writes 0 for a kind that it does not know or that nobody sells."""
    return {kind: each for kind, each in rates.items() if each}


def complete(base: Priced, tiers: Mapping[int, Priced], flat: bool) -> tuple[Priced, list[Tier]]:
    """Rates and tiers of which every tier repeats every kind. ``tiers``: above N tokens, rates.

    A kind that a tier leaves out costs there what it costs in the base if ``flat``; else only
    input and output do, and another kind is left out altogether: unknown, not cheap.
    """
    always = base.keys() if flat else {"input", "output"}
    kinds = [kind for kind in base if kind in always or all(kind in own for own in tiers.values())]
    kept = {kind: base[kind] for kind in kinds}
    graded = []
    for edge in sorted(tiers):
        own = {kind: tiers[edge].get(kind, base[kind]) for kind in kinds}
        if edge % 1000 == 999:
            graded.append(Tier(at_or_above=edge + 1, rates=Rates(**own)))
        else:
            graded.append(Tier(above=edge, rates=Rates(**own)))
    return kept, graded


def mode(base: Card, rates: Priced, tiers: Mapping[int, Priced], origin: Origin | None) -> Mode:
    """A mode as a multiplier where every rate of the base, tiers included, has the same ratio to
    its own; else as rates."""
    own, own_tiers = complete(rates, tiers, flat=False)
    published = base.rates.published()
    if own.keys() == published.keys() and len(own_tiers) == len(base.tiers):
        pairs = [(own[kind], published[kind]) for kind in own]
        for mine, theirs in zip(own_tiers, base.tiers, strict=True):
            known = theirs.rates.published()
            pairs += [(each, known[kind]) for kind, each in mine.rates.published().items()]
            if mine.first != theirs.first:
                pairs.append((ZERO, ONE))
        ratios = {mine / theirs for mine, theirs in pairs if theirs}
        ratio = next(iter(ratios), ZERO)
        if len(ratios) == 1 and ratio and ratio == ratio.quantize(Decimal("0.0001")):
            return Mode(times=ratio.normalize(), origin=origin)
    return Mode(rates=Rates(**own), tiers=tuple(own_tiers), origin=origin)


def search_fee(price: Decimal | None, per: int = 1000) -> dict[str, Fee]:
    """The fee of a web search, or nothing."""
    if not price:
        return {}
    return {"web_searches": Fee(price=price.normalize() + ZERO, per=Decimal(per), unit="search")}


def request_fees(prices: Mapping[str, Decimal | None]) -> dict[str, Fee]:
    """The fees that each call of a model pays, from the price of one request by name."""
    return {
        name: Fee(price=thousandfold(price), per=Decimal(1000), unit="request")
        for name, price in prices.items()
        if price
    }


def thousandfold(price: Decimal) -> Decimal:
    """The price of a thousand, without the noise of floats."""
    return stepped(price * 1000, Decimal("1e-9")).normalize() + ZERO


SEARCHES = frozenset(("perplexity",))
"""Sellers whose models search with every call: the size of a search's context is a request's."""


class Basket:
    """Models and refusals of one payload."""

    def __init__(self, name: str, source: Source, checked: date) -> None:
        self.name, self.source, self.checked = name, source, checked
        self.quoted: dict[str, Quoted] = {}
        self.skipped: list[Skipped] = []

    def origin(self, since: date | None = None) -> Origin:
        """This source as an origin; ``since`` is the day it was read where it gives none."""
        return Origin(since=since or self.checked, checked=self.checked, source=self.name)

    def card(
        self,
        rates: Priced,
        tiers: Iterable[Tier] = (),
        since: date | None = None,
        mode: Mapping[str, Mode] | None = None,
        fee: Mapping[str, Fee] | None = None,
        region: Mapping[str, Region] | None = None,
        schedule: Iterable[Window] = (),
    ) -> Card:
        """A price card of this source, per million tokens."""
        return Card(
            origin=self.origin(since),
            per=MILLION,
            rates=Rates(**rates),
            tiers=tuple(tiers),
            mode=mode or {},
            fee=fee or {},
            region=region or {},
            schedule=tuple(schedule),
        )

    def skip(self, name: str, reason: str) -> None:
        """Note why an entry is left out; its name is made safe to print."""
        shown = name.encode("unicode_escape").decode()[:SHOWN]
        self.skipped.append(Skipped(shown, reason))

    def add(self, vendor: str, model: Model, named: str) -> None:
        """Take a model, or skip it with the reason. ``named``: what the source calls it."""
        name = model.id.partition("/")[2]
        model = replace(model, kind=sanity.kind_of(name, model.kind, model.price[-1].rates))
        cards = tuple(sanity.edged(vendor, card) for card in model.price)
        model = replace(model, price=cards)
        reason = self._refusal(model)
        if reason is not None:
            self.skip(named, reason)
            return
        model = self._sound(self._limited(model, named), named)
        aliases = tuple(name for name in model.aliases if plain_id(name))
        model = replace(model, aliases=aliases)
        known = self.quoted.get(model.id)
        if known is None:
            self.quoted[model.id] = Quoted(vendor, VENDORS[vendor], model)
        elif known.model.price[-1].rates != model.price[-1].rates:
            self.skip(named, f"a second price for {model.id} in the same set")

    def add_free(self, vendor: str, model_id: str, named: str, **facts: Any) -> None:
        """Take a model whose price is 0 if its name declares it free, else skip it."""
        if not model_id.endswith(FREE):
            self.skip(named, NOT_FREE)
            return
        card = self.card({"input": ZERO, "output": ZERO})
        self.add(vendor, Model(id=model_id, note=FREE_NOTE, price=(card,), **facts), named)

    def result(self) -> Upstream:
        """All of it, models in the order of ids."""
        self._drop_ambiguous()
        quoted = tuple(self.quoted[name] for name in sorted(self.quoted))
        return Upstream(self.name, self.source, self.checked, quoted, tuple(self.skipped))

    def _drop_ambiguous(self) -> None:
        """Without names that differ in case alone and are priced differently: which holds?"""
        spelt: dict[str, list[str]] = {}
        for name in self.quoted:
            spelt.setdefault(name.casefold(), []).append(name)
        for names in spelt.values():
            cards = [self.quoted[name].model.price[-1] for name in names]
            dated = any(card.origin.since != self.checked for card in cards)
            if not dated and any(card.rates != cards[0].rates for card in cards):
                for name in names:
                    del self.quoted[name]
                    self.skip(name, "two prices for one name in the same set")

    def _sound(self, model: Model, named: str) -> Model:
        cards = []
        for card in model.price:
            card, reasons = sanity.sound(model, card)
            for reason in reasons:
                self.skip(named, reason)
            cards.append(card)
        return replace(model, price=tuple(cards))

    def _refusal(self, model: Model) -> str | None:
        if not plain_id(model.id):
            return "not a name that an id can hold"
        return sanity.refusal(self.name, model)

    def _limited(self, model: Model, named: str) -> Model:
        """Without tiers at or above the model's own context window."""
        context = model.context
        if context is None:
            return model
        cards = []
        for card in model.price:
            kept = tuple(tier for tier in card.tiers if tier.first < context)
            if kept != card.tiers:
                edge = card.tiers[len(kept)].first - 1
                self.skip(named, f"a tier above {edge:,} tokens, the window is {context:,}")
                modes = {
                    name: replace(way, tiers=tuple(t for t in way.tiers if t.first < context))
                    for name, way in card.mode.items()
                }
                card = replace(card, tiers=kept, mode=modes)
            cards.append(card)
        return replace(model, price=tuple(cards))
