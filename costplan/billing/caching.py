"""Prompt caching: what the workload marks as cacheable, by the offer's terms.

The prefix already written is read, the rest up to the breakpoint is written. An entry lives TTL
after its last use. What this conversation wrote is certain while its gaps are no longer than that;
a prefix that all conversations share is otherwise found warm where some other one has used it:

    w = 1 - exp(-lambda L)        lambda: conversations a second
    s + (1 - s) w                 s: the share of calls that an explicit cache is kept for
    L = TTL + (turns - 1) E min(gap, TTL)        how long one conversation keeps it warm

for conversations that begin as a Poisson process. A request without a conversation is one turn.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import NamedTuple

from costplan.billing.tokens import Tariff, TokenUsage
from costplan.catalog.fees import STORAGE
from costplan.catalog.model import CacheTerms
from costplan.quantity import ONE, ZERO
from costplan.record import replace
from costplan.workload.conversation import Prefix
from costplan.workload.traffic import STEADY, Level

ASSUMED_TERMS = CacheTerms(minimum_tokens=Decimal(1024))
"""Used, and printed as assumed, where the catalogue has no terms for a model with a read rate."""
ASSUMED_MINUTES = Decimal(5)
"""How long a prefix lives where the vendor publishes only its least length; printed as assumed."""


class Case(NamedTuple):
    """A share of a request class with one cache outcome."""

    share: Decimal
    usage: TokenUsage


def cases(
    usage: TokenUsage,
    prefix: Prefix | None,
    rate_per_second: Decimal,
    tariff: Tariff,
    levels: Sequence[Level] = STEADY,
) -> list[Case]:
    """One class of requests as the cases its cache can be in; shares sum to 1.

    ``usage`` is the request without any caching; token counts of ``prefix`` are in the same
    tokenizer. ``rate_per_second``: conversations that begin, over the month's mean second;
    ``levels``: how busy the hours are in which these requests come. Without a published read rate
    nothing is cached: a price is never guessed.
    """
    plain = [Case(ONE, usage)]
    if prefix is None or not prefix.marked:
        return plain
    prices = tariff.prices(tariff.tier(usage.input_tokens))
    if prices["cache_read"].base is None:
        return plain
    terms = tariff.model.cache or ASSUMED_TERMS
    marked = min(prefix.marked, usage.input_tokens)
    if marked < terms.minimum_tokens:
        return plain
    pays_for_writes = tariff.pays_for_writes(tariff.tier(usage.input_tokens))

    def with_read(read: Decimal, share: Decimal) -> Case:
        read = read if read >= terms.minimum_tokens else ZERO
        read = min(read, marked)
        written = marked - read if pays_for_writes else ZERO
        return Case(share, replace(usage, cache_read_tokens=read, cache_write_tokens=written))

    ttl = (terms.ttl_minutes or ASSUMED_MINUTES) * 60
    own = _own_chance(prefix, ttl)
    warm = ZERO
    if own != ONE and prefix.shared >= terms.minimum_tokens:
        kept = kept_seconds(prefix, ttl)
        warm = ONE - sum(
            (level.share * (-(rate_per_second * level.pace * kept)).exp() for level in levels), ZERO
        )
    if tariff.fees.known(STORAGE) is not None:
        warm = prefix.stored + (ONE - prefix.stored) * warm
    rest = ONE - own
    possible = [
        with_read(prefix.own, own),
        with_read(prefix.shared, rest * warm),
        with_read(ZERO, rest - rest * warm),
    ]
    return [case for case in possible if case.share > 0]


def _own_chance(prefix: Prefix, ttl: Decimal) -> Decimal:
    """P(what an earlier call of this conversation wrote is still there)."""
    varied = prefix.gaps_vary and prefix.gap_seconds > 0
    if not prefix.own or (prefix.gap_seconds > ttl and not varied):
        return ZERO
    if varied:
        return ONE - _missed(prefix, ttl / prefix.gap_seconds)
    if prefix.turn == 1 or prefix.chance == ONE:
        return ONE
    before = prefix.turn - 1
    if prefix.gap_seconds:
        before = min(before, int(ttl / prefix.gap_seconds))
    return ONE - _power(ONE - prefix.chance, before)


def _missed(prefix: Prefix, mean: Decimal) -> Decimal:
    """P(no earlier turn within the time to live ran), where gaps are exponential: the turns in it
    are Poisson with ``mean``, at most those there were, and each ran by chance."""
    missed, before = ONE - prefix.chance, prefix.turn - 1
    exactly = (-mean).exp()
    if not missed:
        return exactly
    left, chance = ONE, ZERO
    for number in range(before):
        chance += exactly * _power(missed, number)
        left -= exactly
        exactly *= mean / (number + 1)
    return chance + max(left, ZERO) * _power(missed, before)


def kept_seconds(prefix: Prefix, ttl: Decimal) -> Decimal:
    """L: how long one conversation is expected to keep the prefix that all share, in seconds.

    Where the step runs in every turn, TTL + (turns - 1) E min(gap, TTL). Where it runs in a share
    of them, by chance, every moment counts with P(one of the turns less than TTL before it ran): a
    window of so many turns slides over the conversation. With exponential gaps runs are then taken
    as exponential too, with gap / chance between them, which is exact but for the ends.
    """
    gap, chance = prefix.turn_gap_seconds, prefix.chance
    any_ran = ONE if chance == ONE else ONE - _power(ONE - chance, prefix.turns)
    if not gap:
        return ttl * any_ran
    if prefix.gaps_vary:
        mean = gap / chance
        return ttl * any_ran + (prefix.turns * chance - any_ran) * mean * (
            ONE - (-ttl / mean).exp()
        )
    if chance == ONE:
        return ttl + (prefix.turns - 1) * min(gap, ttl)
    back = int(ttl / gap)
    early = ttl - back * gap
    return early * _covered(prefix, back + 1) + (gap - early) * _covered(prefix, back)


def _covered(prefix: Prefix, window: int) -> Decimal:
    """Expected places of a window, sliding over the turns, with a turn in it that ran."""
    missed = ONE - prefix.chance
    most = min(window, prefix.turns)
    if not most:
        return ZERO
    edges = most - 1 - missed * (ONE - _power(missed, most - 1)) / prefix.chance
    return 2 * edges + (abs(prefix.turns - window) + 1) * (ONE - _power(missed, most))


def _power(base: Decimal, exponent: int) -> Decimal:
    return base**exponent if exponent else ONE
