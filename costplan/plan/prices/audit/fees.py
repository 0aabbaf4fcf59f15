"""Rules that hold the fees of a model against its siblings': what each call pays, what of a fee is
free, what a stored cache costs.

Data sets show a fee under one name of several, or at one seller of several. The cards compared are
the last ones, and a group of siblings is one finding.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Sequence

from costplan.catalog.fees import BY_CONTEXT, REQUESTS, STORAGE
from costplan.catalog.filed import Filed
from costplan.catalog.model import Card, Model
from costplan.plan.prices.audit.parts import Hit, Hits
from costplan.quantity import grouped

FAMILY = re.compile(r"[a-z]+-\d+")
"""A line of models and its generation: gemini-3 of gemini-3.1-pro-preview."""
NAMED = 3
"""So many of a finding's models are named, the others counted."""


def owed(filed: Sequence[Filed]) -> Hits:
    """Models of one name, at whatever seller, of which only some charge each call a fee."""

    def group(filing: Filed, name: str, card: Card) -> Hashable:
        return filing.entry.shelf, name.rpartition("/")[2].casefold()

    for have, lack in _uneven(filed, group, _pays):
        like = have[0].entry.id
        yield lack[0], Hit("", f"no fee for each call of {_listed(lack)}; {like} has one")


def quotas(filed: Sequence[Filed]) -> Hits:
    """Siblings that pay the same fee, of which only some have a part of it free."""
    for fee in ("web_searches", "searches"):

        def group(filing: Filed, name: str, card: Card, fee: str = fee) -> Hashable:
            own = card.fee.get(fee)
            return own and (filing.file, _family(name), own.price / own.per)

        def has(card: Card, fee: str = fee) -> bool:
            return card.fee[fee].free is not None

        for have, lack in _uneven(filed, group, has):
            free = _last(have[0]).fee[fee].free
            assert free is not None
            words = f"{grouped(free.quantity)} a {free.period} free"
            message = f"{_listed(lack)}: none of its {fee} is free; {have[0].entry.id} has {words}"
            yield lack[0], Hit(fee, message)


def storage(filed: Sequence[Filed]) -> Hits:
    """Siblings with a price of cached tokens, of which only some sell storage."""

    def group(filing: Filed, name: str, card: Card) -> Hashable:
        return (filing.file, _family(name)) if card.rates.cache_read is not None else None

    for have, lack in _uneven(filed, group, lambda card: STORAGE in card.fee):
        like = have[0].entry.id
        yield lack[0], Hit(STORAGE, f"{_listed(lack)}: no price of a stored cache; {like} has one")


def _uneven(
    filed: Sequence[Filed],
    group: Callable[[Filed, str, Card], Hashable],
    has: Callable[[Card], bool],
) -> Iterable[tuple[list[Filed], list[Filed]]]:
    """The members of each group that have something and those that lack it, where there are both.

    A model of the group None belongs to none.
    """
    groups: dict[Hashable, tuple[list[Filed], list[Filed]]] = defaultdict(lambda: ([], []))
    for filing in filed:
        if isinstance(filing.entry.item, Model):
            card = _last(filing)
            key = group(filing, filing.entry.id.partition("/")[2], card)
            if key is not None:
                groups[key][not has(card)].append(filing)
    return [(have, lack) for have, lack in groups.values() if have and lack]


def _last(filing: Filed) -> Card:
    assert isinstance(filing.entry.item, Model)
    return filing.entry.item.price[-1]


def _pays(card: Card) -> bool:
    """Whether each call pays a fee beside its tokens."""
    owed_by_name = card.fee.keys() & {REQUESTS, *BY_CONTEXT.values()}
    return bool(owed_by_name) or any(fee.always for fee in card.fee.values())


def _family(name: str) -> str:
    match = FAMILY.match(name.casefold())
    return match[0] if match else name


def _listed(filed: Sequence[Filed]) -> str:
    names = ", ".join(filing.entry.id for filing in filed[:NAMED])
    rest = len(filed) - NAMED
    return f"{names} and {rest:,} more" if rest > 0 else names
