"""One model and its history out of what several sources quote.

Who wins. Quotes are ranked: a vendor's own page or price API before a data set, before third
parties; then the later ``checked``; then the seller itself before a reseller; then the order in
which they were given. The best quote's cards are taken as they are, and the others are laid
against them one by one, those with a history first:

1. A card that agrees (every token kind that both publish costs the same, on the same day) names
   the quote's source in ``origin.also`` and gets from it what it lacks: kinds, tiers, modes,
   regions, fees (``agreement.completed``). If it was only known from the day a source was read, it
   takes the earlier ``since``: the first day on which a source shows the price.
2. A card that differs is written down in ``rejected``, with the kinds that differ and the reason.
   It is no change of price: two undated sources that differ say only that one of them is wrong.
3. A dated card from before the first known day is history that nobody else has: it is put in front.
   A change announced for after the day of reading is put behind, if the quote agrees on today.
4. An undated quote lags when a dated source documents its price as one that has ended; it is
   never the best quote, and is rejected with the day on which that price began.
5. An undated quote of a data set that moves a kind more than twentyfold from the price that is in
   force, and that no second quote shows, is a slip or an offer of the moment: it is rejected.

What a base holds stays. Cards of ``base`` keep their rates, dates and source, whoever contradicts
them; they only get ``also`` (where their source is a data set), ``rejected``, and a later
``checked`` where their own source shows the same price again. A quote that was read after the base
card and differs from it appends a card, except where a better quote confirms the base card, where
the quote repeats a price that the history says has ended (it lags), or where the card rejects that
value of that source already (a conflict once judged stays judged until the source moves). Where the
card's own source moved, its quote is laid before others of the same rank: they lag, however new
their file. ``since``
of an appended card is the day the quote documents, else the day it was read. Factors of modes and
regions and fees that no quote speaks of go on with the origin they had; tiers, modes with rates of
their own and hours do not, and the model's note says so (``carrying``).

A source documents a day when a card's ``since`` is not the day on which the source was read.
Nothing here reads a file or a clock; the same input gives the same model.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from typing import Any, NamedTuple

from costplan.catalog.agreement import (
    agree,
    as_rates,
    completed,
    differences,
    leaps,
    same_finding,
    same_rates,
    side_differences,
)
from costplan.catalog.carrying import carried, unanswered, unknown_since, within
from costplan.catalog.model import Card, Model, Rejected
from costplan.catalog.origin import Source
from costplan.record import replace
from costplan.words import CONFIDENCES, Confidence


class Quote(NamedTuple):
    """A model as one source shows it.

    ``source`` is the name that the origins on the model's cards carry; ``checked`` the day the
    source was published or read. ``reseller``: the source shows the price of somebody who sells
    the model on, not of the seller whose id the model has.
    """

    source: str
    confidence: Confidence
    checked: date
    model: Model
    reseller: bool = False


def merge(
    base: Model | None, quotes: Sequence[Quote], sources: Mapping[str, Source] | None = None
) -> Model:
    """The base model with what the quotes add; without a base, a model of the quotes alone.

    ``sources`` is the head of the base's file: it says which base cards rest on a data set.
    Without quotes the base is returned as it is; with neither a ValueError is raised.
    """
    ranked = sorted(quotes, key=_rank)
    if not ranked:
        if base is None:
            raise ValueError("neither a base nor a quote")
        return base
    timeline = _Timeline(base.price if base else (), sources or {}, ranked)
    sound = [quote for quote in ranked if not _lags(quote, ranked) and not _alone(quote, ranked)]
    first = _moved(base, sound) or next(iter(sound), ranked[0])
    others = [quote for quote in ranked if quote is not first]
    for quote in [first, *sorted(others, key=lambda quote: not _dated(quote))]:
        timeline.lay(quote)
    return _whole(base, ranked, timeline)


def _rank(quote: Quote) -> tuple[int, int, bool]:
    return (CONFIDENCES.index(quote.confidence), -quote.checked.toordinal(), quote.reseller)


def _moved(base: Model | None, ranked: Sequence[Quote]) -> Quote | None:
    """The quote, of the best rank, of the source that a base card rests on and that left it.

    Its change was seen; a source that goes on showing the old price may only be late.
    """
    for quote in ranked if base is not None else ():
        if quote.confidence != ranked[0].confidence:
            return None
        card, shown = base.card(quote.checked) if base else None, quote.model.card(quote.checked)
        if card is None or shown is None or card.origin.source != quote.source:
            continue
        if quote.checked > card.origin.checked and differences(card, shown):
            return quote
    return None


def _dated(quote: Quote) -> bool:
    return any(card.origin.since != quote.checked for card in quote.model.price)


def _lags(quote: Quote, others: Sequence[Quote]) -> bool:
    """Whether an undated data set shows what another source documents as ended."""
    if quote.confidence == "vendor" or _dated(quote):
        return False
    shown = quote.model.price[-1]
    for other in others:
        if _dated(other):
            card = other.model.card(other.checked)
            if card is not None and not agree(card, shown):
                past = [
                    earlier
                    for earlier in other.model.price
                    if earlier.origin.since < card.origin.since
                ]
                if any(agree(earlier, shown) for earlier in past):
                    return True
    return False


def _alone(quote: Quote, others: Sequence[Quote]) -> bool:
    """Whether an undated data set is a leap away from a dated source, and nobody shows the same."""
    if quote.confidence == "vendor" or _dated(quote):
        return False
    dated = [other for other in others if _dated(other)]
    known = [card for other in dated if (card := other.model.card(quote.checked)) is not None]
    return any(leaps(card, quote.model.price[-1]) for card in known) and not _seconded(
        quote, others
    )


def _seconded(quote: Quote, others: Sequence[Quote]) -> bool:
    shown = quote.model.price[-1]
    second = (other.model.card(other.checked) for other in others if other is not quote)
    return any(card is not None and agree(card, shown) for card in second)


class _Entry:
    """A card on the timeline; ``kept``: it is the base's, ``seen``: its day is a reading day.

    ``after``: the kept card that this one, which a quote showed, takes the place of.
    """

    def __init__(self, card: Card, kept: bool, seen: bool, after: Card | None = None) -> None:
        self.card, self.kept, self.seen, self.after = card, kept, seen, after
        self.confirmed = False

    @property
    def since(self) -> date:
        return self.card.origin.since


class _Timeline:
    def __init__(
        self, base: Iterable[Card], sources: Mapping[str, Source], quotes: Sequence[Quote]
    ) -> None:
        self.entries = [_Entry(card, kept=True, seen=False) for card in base]
        self.sources, self.quotes = sources, quotes
        self.joins = True  # the quote being laid agrees on the day it was read

    def lay(self, quote: Quote) -> None:
        """Lay a quote's cards against the timeline, newest first, so that history comes last."""
        cards = quote.model.price
        if not self.entries:
            self.entries = [
                _Entry(card, kept=False, seen=card.origin.since == quote.checked) for card in cards
            ]
            return
        now = quote.model.card(quote.checked)
        at = self._at(quote.checked)
        self.joins = now is None or at is None or agree(self.entries[at].card, now)
        ends = [*(card.origin.since for card in cards[1:]), None]
        for card, end in reversed(list(zip(cards, ends, strict=True))):
            self._lay(quote, card, end)

    def _lay(self, quote: Quote, card: Card, end: date | None) -> None:
        since = card.origin.since
        seen = since == quote.checked
        # A current price is vouched for on the day of reading, a past or future one on its first.
        current = since <= quote.checked and (end is None or end > quote.checked)
        at = self._at(quote.checked if current else since)
        if at is None:
            self._lay_before(quote, card, end, seen)
            return
        differing = differences(self.entries[at].card, card)
        if differing == {}:
            self._confirm(at, quote, card, seen)
        elif differing and since > quote.checked:
            if self.joins and since > self.entries[at].since:
                self.entries.insert(at + 1, _Entry(card, kept=False, seen=False))
        elif differing:
            self._contradict(at, quote, card, current)
            if not seen and since < self.entries[0].since:
                self.entries.insert(0, _Entry(card, kept=False, seen=False))

    def _lay_before(self, quote: Quote, card: Card, end: date | None, seen: bool) -> None:
        first = self.entries[0]
        same = agree(first.card, card)
        if same and (end is None or end > first.since):
            self._confirm(0, quote, card, seen)
        elif not seen:
            self.entries.insert(0, _Entry(card, kept=False, seen=False))
        else:
            self._reject(first, quote, card, "read before the price it contradicts")

    def _at(self, day: date) -> int | None:
        """The entry in force on a day; None before the first."""
        begun = [at for at, entry in enumerate(self.entries) if entry.since <= day]
        return begun[-1] if begun else None

    def _confirm(self, at: int, quote: Quote, card: Card, seen: bool) -> None:
        entry = self.entries[at]
        entry.confirmed = True
        origin = entry.card.origin
        if quote.source == origin.source:
            if quote.checked > origin.checked:
                self._set(entry, origin=replace(origin, checked=quote.checked))
        elif self._takes_names(entry) and quote.source not in origin.also:
            self._set(entry, origin=replace(origin, also=(*origin.also, quote.source)))
        self._add_rejected(entry, side_differences(entry.card, card, quote.source, quote.checked))
        since = card.origin.since
        if not entry.kept:
            entry.card = completed(entry.card, card, quote.source)
            if since < entry.since and (at == 0 or (entry.seen and since > self._before(at))):
                self._set(entry, origin=replace(entry.card.origin, since=since))
                entry.seen = entry.seen and seen
        elif at == 0 and since < entry.since and not seen:
            self.entries.insert(0, _Entry(card, kept=False, seen=False))

    def _takes_names(self, entry: _Entry) -> bool:
        if not entry.kept:
            return True
        source = self.sources.get(entry.card.origin.source)
        return source is not None and source.confidence == "dataset"

    def _before(self, at: int) -> date:
        return self.entries[at - 1].since

    def _contradict(self, at: int, quote: Quote, card: Card, current: bool) -> None:
        entry = self.entries[at]
        origin = entry.card.origin
        following = self.entries[at + 1] if at + 1 < len(self.entries) else None
        if following is not None and not following.kept and agree(following.card, card):
            self._confirm(at + 1, quote, card, seen=card.origin.since == quote.checked)
            return
        if not current and following is not None and agree(following.card, card):
            return  # the same change, on another day
        odd = (differences(entry.card, card) or {}).keys()
        ended = [
            earlier
            for earlier in self.entries[:at]
            if agree(earlier.card, card) and odd <= earlier.card.rates.published().keys()
        ]
        returned = quote.source == origin.source and quote.checked > origin.checked
        if ended and not returned:
            if current:
                reason = f"still the price of {ended[-1].since}"
                self._reject(entry, quote, card, reason)
            return
        newer = quote.checked > origin.checked and not _known_conflict(entry.card, quote, card)
        newer = newer and not self._leap(entry, quote, card)
        if entry.kept and current and newer and not entry.confirmed:
            since = card.origin.since if card.origin.since > entry.since else quote.checked
            if following is None or since < following.since:
                card = replace(card, origin=replace(card.origin, since=since))
                fresh = _Entry(card, kept=False, seen=since == quote.checked, after=entry.card)
                self.entries.insert(at + 1, fresh)
                return
        self._reject(entry, quote, card, self._reason(entry, quote, card, current))

    def _reason(self, entry: _Entry, quote: Quote, card: Card, current: bool) -> str:
        if not current:
            return "another price for the same days"
        if quote.checked < entry.card.origin.checked:
            return "read earlier"
        if entry.confirmed:
            return "a better source confirms the card"
        if self._leap(entry, quote, card):
            return "more than twentyfold apart, and no second source shows it"
        return "ranked below the card's source"

    def _leap(self, entry: _Entry, quote: Quote, card: Card) -> bool:
        """Whether an undated price of a data set alone is too far from the one in force."""
        undated = card.origin.since == quote.checked and quote.confidence != "vendor"
        return undated and leaps(entry.card, card) and not _seconded(quote, self.quotes)

    def _reject(self, entry: _Entry, quote: Quote, card: Card, reason: str) -> None:
        differing = differences(entry.card, card)
        if differing:
            rates = as_rates(differing)
            conflict = Rejected(
                source=quote.source, checked=quote.checked, rates=rates, reason=reason
            )
            self._add_rejected(entry, [conflict])

    def _add_rejected(self, entry: _Entry, more: Iterable[Rejected]) -> None:
        known = entry.card.rejected
        fresh = [
            conflict for conflict in more if not any(same_finding(conflict, old) for old in known)
        ]
        if fresh:
            self._set(entry, rejected=(*known, *fresh))

    def _set(self, entry: _Entry, **changes: Any) -> None:
        entry.card = replace(entry.card, **changes)


def _known_conflict(card: Card, quote: Quote, other: Card) -> bool:
    """Whether the card rejects this very value of this source already."""
    rates = as_rates(differences(card, other) or {})
    return any(
        conflict.source == quote.source and same_rates(conflict, rates)
        for conflict in card.rejected
    )


def _whole(base: Model | None, quotes: Sequence[Quote], timeline: _Timeline) -> Model:
    """The model: facts of the base, else of the best quote that states them; then the cards.

    A day of retirement that had passed when the source was read is not put on a base model: its
    file would have said so.
    """
    models = [*([base] if base else []), *(quote.model for quote in quotes)]
    model = models[0]
    stated: dict[str, Any] = {
        name: next((value for m in models if (value := getattr(m, name)) is not None), None)
        for name in ("context", "max_output", "region", "cache")
    }
    terms = [m.cache for m in models if m.cache is not None]
    if terms and terms[0].ttl_minutes is None:
        kept = (
            cache.ttl_minutes for cache in terms if cache.minimum_tokens == terms[0].minimum_tokens
        )
        stated["cache"] = replace(
            terms[0], ttl_minutes=next((minutes for minutes in kept if minutes), None)
        )
    days = [quote.model.retires for quote in quotes if quote.model.retires is not None]
    if base is None:
        stated["kind"] = next((m.kind for m in models if m.kind != "chat"), "chat")
        stated["retires"] = next(iter(days), None)
        stated["note"] = next((m.note for m in models if m.note is not None), None)
    elif base.retires is None:
        stated["retires"] = next((day for day in days if day > quotes[0].checked), None)
    names = dict.fromkeys(name for m in models for name in (m.id, *m.aliases))
    stated["aliases"] = tuple(name for name in names if name != model.id)
    context = stated["context"]
    for entry in timeline.entries:
        if entry.after is not None:
            entry.card = carried(entry.after, entry.card)
            lost = unknown_since(entry.after, entry.card, entry.since)
            said = stated.get("note", model.note) or ""
            if lost and lost not in said:
                stated["note"] = f"{said} {lost}".strip()
        if not entry.kept:
            entry.card = within(entry.card, context)
            if stated.get("kind", model.kind) != "chat":
                entry.card = unanswered(entry.card)
    return replace(model, **stated, price=tuple(_without_repeats(timeline.entries)))


def _without_repeats(entries: Sequence[_Entry]) -> Iterable[Card]:
    """The cards; one of the same terms as the card before it is one price with it."""
    kept: list[_Entry] = []
    for entry in entries:
        before = kept[-1] if kept else None
        if before is None or entry.kept or _terms(before.card) != _terms(entry.card):
            kept.append(entry)
        elif not before.kept:
            origin = replace(entry.card.origin, since=before.since)
            before.card = replace(entry.card, origin=origin)
    return [entry.card for entry in kept]


def _terms(card: Card) -> Card:
    """A card without its provenance; two cards of the same terms are one price."""
    day = date.min + timedelta(days=1)
    origin = replace(card.origin, since=day, checked=day, source="", also=())
    return replace(card, origin=origin, rejected=())
