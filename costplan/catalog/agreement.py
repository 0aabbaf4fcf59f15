"""Whether two cards show the same prices, and what one can add to the other.

Two cards agree when every token kind that both publish costs the same per token. A card with a
schedule also agrees with a flat one that repeats the rates of one of its windows: a data set that
knows no hours shows either the peak or the off-peak price of the same truth.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal

from costplan.catalog.fees import Fee
from costplan.catalog.model import ASIDE, Card, Mode, Rates, Region, Rejected, Tier
from costplan.catalog.origin import Origin
from costplan.record import replace
from costplan.words import TOKEN_KINDS

Priced = dict[str, Decimal]
"""Price of one token by kind."""


def differences(card: Card, other: Card) -> Priced | None:
    """The kinds on which ``other`` differs, at its rate per ``per`` tokens of ``card``.

    Empty when they agree; None when they have no kind in common, so that neither is known.
    """
    own, theirs = _each(card.rates, card.per), _each(other.rates, other.per)
    if not own.keys() & theirs.keys():
        return None
    if any(not _differing(own, view) for view in _windows(other)):
        return {}
    if any(not _differing(view, theirs) for view in _windows(card)):
        return {}
    return {kind: each * card.per for kind, each in _differing(own, theirs).items()}


def agree(card: Card, other: Card) -> bool:
    """Whether the cards have a kind in common and every such kind costs the same."""
    return differences(card, other) == {}


LEAP = Decimal(20)
"""A price that moves by more than this from one day to the next was nearly always written in
another unit, or is that of a single offer of the moment."""


def leaps(card: Card, other: Card) -> bool:
    """Whether a kind that both publish costs more than twentyfold in one of them."""
    own, theirs = _each(card.rates, card.per), _each(other.rates, other.per)
    pairs = [(own[kind], theirs[kind]) for kind in own.keys() & theirs.keys()]
    return any(
        own_price and their_price and max(own_price / their_price, their_price / own_price) > LEAP
        for own_price, their_price in pairs
    )


def side_differences(card: Card, other: Card, source: str, checked: date) -> Iterable[Rejected]:
    """What agreeing cards still differ in: rates of a tier or of a mode that both have."""
    mine = {_edge(tier): tier for tier in card.tiers}
    for tier in other.tiers:
        known = mine.get(_edge(tier))
        if known is not None:
            odd = _differing(_each(known.rates, card.per), _each(tier.rates, other.per))
            if odd:
                reason = f"{ASIDE}rates above {tier.first - 1:,} input tokens"
                yield _rejected(odd, card.per, source, checked, reason)
    for name, mode in other.mode.items():
        if name in card.mode:
            odd = _differing(_mode_each(card, card.mode[name]), _mode_each(other, mode))
            if odd:
                yield _rejected(odd, card.per, source, checked, f"{ASIDE}{name} rates")


def _rejected(odd: Priced, per: Decimal, source: str, checked: date, reason: str) -> Rejected:
    rates = as_rates({kind: each * per for kind, each in odd.items()})
    return Rejected(source=source, checked=checked, rates=rates, reason=reason)


def as_rates(rates: Mapping[str, Decimal]) -> Rates:
    """Rates by kind as a record, without trailing zeros."""
    return Rates(**{kind: _plain(rate) for kind, rate in rates.items()})


def completed(card: Card, other: Card, source: str) -> Card:
    """``card`` with what only ``other``, which agrees with it, shows.

    - a schedule: the scheduled card's rates and windows take the place of the flat ones, and those
      of a card that knows the holidays that of windows that do not;
    - token kinds; where tiers would then lack a kind, the kind is left out;
    - tiers, where the card has none and they repeat every kind that the card has;
    - modes, regions and fees, each with an origin of its own.
    """
    if other.schedule and (not card.schedule or _knows_holidays(card, other)):
        card = _scheduled(card, other)
    card = _with_kinds(card, other)
    if other.tiers and not card.tiers:
        card = _with_tiers(card, other)
    return _with_factors(card, other, source)


def _knows_holidays(card: Card, other: Card) -> bool:
    """Whether only ``other``, which prices every kind that ``card`` does, says when it rests."""
    rests = [any(window.holidays for window in side.schedule) for side in (card, other)]
    return rests == [False, True] and not (
        card.rates.published().keys() - other.rates.published().keys()
    )


def _scheduled(card: Card, other: Card) -> Card:
    if _differing(_each(card.rates, card.per), _each(other.rates, other.per)):
        if card.tiers or card.mode:
            return card  # written for the other window's rates
        return replace(card, per=other.per, rates=other.rates, schedule=other.schedule)
    return replace(card, schedule=other.schedule)


def _with_kinds(card: Card, other: Card) -> Card:
    known = card.rates.published()
    if card.schedule != other.schedule:
        return card  # the kinds of one window are not those of another
    wanted = [kind for kind in other.rates.published() if kind not in known]
    theirs = {_edge(tier): tier for tier in other.tiers}
    if card.tiers:
        if {_edge(tier) for tier in card.tiers} - theirs.keys():
            wanted = []
        wanted = [k for k in wanted if all(_rate(theirs[_edge(t)], k) for t in card.tiers)]
    if any(window.rates is not None for window in card.schedule):
        wanted = []
    if not wanted:
        return card
    scale = card.per / other.per
    card = replace(card, mode={name: _spelt_out(card, mode) for name, mode in card.mode.items()})
    added = {kind: getattr(other.rates, kind) * scale for kind in wanted}
    tiers = tuple(
        replace(
            tier,
            rates=as_rates(
                tier.rates.published()
                | {kind: (_rate(theirs[_edge(tier)], kind) or 0) * scale for kind in wanted}
            ),
        )
        for tier in card.tiers
    )
    return replace(card, rates=as_rates(known | added), tiers=tiers)


def _with_tiers(card: Card, other: Card) -> Card:
    kinds = card.rates.published().keys()
    if any(kinds - tier.rates.published().keys() for tier in other.tiers):
        return card
    if card.schedule != other.schedule:
        return card
    scale = card.per / other.per
    card = replace(card, mode={name: _spelt_out(card, mode) for name, mode in card.mode.items()})
    tiers = tuple(
        replace(
            tier,
            rates=as_rates({k: r * scale for k, r in tier.rates.published().items() if k in kinds}),
            origin=None,
        )
        for tier in other.tiers
    )
    return replace(card, tiers=tiers)


def _with_factors(card: Card, other: Card, source: str) -> Card:
    modes: dict[str, Mode] = dict(card.mode)
    regions: dict[str, Region] = dict(card.region)
    fees: dict[str, Fee] = dict(card.fee)
    same = card.rates.published().keys() <= other.rates.published().keys()
    same = same and [_edge(tier) for tier in card.tiers] == [_edge(tier) for tier in other.tiers]
    for name, mode in other.mode.items():
        if name not in modes:
            if not same or card.per != other.per:
                mode = _spelt_out(other, mode)
                mode = replace(mode, rates=_scaled(mode.rates, card.per / other.per))
                if card.per != other.per:
                    mode = replace(mode, tiers=())
            modes[name] = replace(mode, origin=mode.origin or _own(other, source))
    for key, region in other.region.items():
        regions.setdefault(key, replace(region, origin=region.origin or _own(other, source)))
    for key, fee in other.fee.items():
        own = fee.origin or _own(other, source)
        fees[key] = _granted(fees[key], fee, own) if key in fees else replace(fee, origin=own)
    priced = {*card.rates.published(), *modes, *fees}
    unpublished = {name: where for name, where in card.unpublished.items() if name not in priced}
    return replace(card, mode=modes, region=regions, fee=fees, unpublished=unpublished)


def _granted(fee: Fee, other: Fee, source: Origin) -> Fee:
    """``fee`` with the free quota that only ``other``, which costs the same, shows."""
    if fee.free is not None or other.free is None or fee.price * other.per != other.price * fee.per:
        return fee
    free = replace(other.free, origin=other.free.origin or source)
    return replace(fee, unit=other.unit, once=other.once, free=free)


def _own(card: Card, source: str) -> Origin:
    return Origin(since=card.origin.since, checked=card.origin.checked, source=source)


def _scaled(rates: Rates | None, scale: Decimal) -> Rates | None:
    if rates is None:
        return None
    return as_rates({kind: rate * scale for kind, rate in rates.published().items()})


def _spelt_out(card: Card, mode: Mode) -> Mode:
    """A multiplier as rates, so that it will not reach kinds that its source does not have."""
    if mode.times is None:
        return mode
    times = mode.times
    rates = {kind: rate * times for kind, rate in card.rates.published().items()}
    tiers = tuple(
        replace(tier, rates=_scaled(tier.rates, times) or Rates(), origin=None)
        for tier in card.tiers
    )
    return Mode(rates=as_rates(rates), tiers=tiers, origin=mode.origin)


def _plain(rate: Decimal) -> Decimal:
    return rate.normalize() if rate else Decimal(0)


def _each(rates: Rates, per: Decimal) -> Priced:
    return {kind: rate / per for kind, rate in rates.published().items()}


def _mode_each(card: Card, mode: Mode) -> Priced:
    if mode.rates is not None:
        return _each(mode.rates, card.per)
    times = mode.times or Decimal(1)
    return {kind: each * times for kind, each in _each(card.rates, card.per).items()}


def _windows(card: Card) -> Iterable[Priced]:
    base = _each(card.rates, card.per)
    for window in card.schedule:
        if window.times is not None:
            times = window.times
            yield {kind: each * times for kind, each in base.items()}
        else:
            yield {kind: rate / card.per for kind, rate in (window.rates or {}).items()}


def _differing(own: Priced, theirs: Priced) -> Priced:
    """``theirs`` of the kinds in which it differs; everything when they have none in common."""
    common = own.keys() & theirs.keys()
    if not common:
        return theirs
    return {
        kind: theirs[kind] for kind in TOKEN_KINDS if kind in common and own[kind] != theirs[kind]
    }


def _edge(tier: Tier) -> int:
    """The edge; 'above 200,000' and '200,000 or more' are one edge that two sources read apart."""
    return tier.first - (tier.first % 1000 == 1)


def _rate(tier: Tier, kind: str) -> Decimal | None:
    rate: Decimal | None = getattr(tier.rates, kind)
    return rate


def same_finding(new: Rejected, old: Rejected) -> bool:
    """Whether it is written down already; a base rate's reason may have changed since."""
    if new.source != old.source or not same_rates(old, new.rates):
        return False
    return new.reason == old.reason or not (new.aside or old.aside)


def same_rates(old: Rejected, rates: Rates) -> bool:
    """Whether the kinds that both name cost the same: a card may have got a kind since."""
    mine, theirs = old.rates.published(), rates.published()
    common = mine.keys() & theirs.keys()
    return bool(common) and all(mine[kind] == theirs[kind] for kind in common)
