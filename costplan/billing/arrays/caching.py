"""The cases a prompt's cache can be in, on arrays: ``costplan.billing.caching``."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any, NamedTuple

import numpy as np

from costplan.billing.arrays.numbers import Amount, Mask, at_most, floats, floor, over
from costplan.billing.caching import ASSUMED_MINUTES, ASSUMED_TERMS
from costplan.billing.tokens import Tariff
from costplan.catalog.fees import STORAGE
from costplan.quantity import Many
from costplan.workload.conversation import Prefix
from costplan.workload.traffic import Level


class Cached(NamedTuple):
    """A share of a request class, and what it reads and writes."""

    share: Amount
    read: Amount
    written: Amount


class Priced(NamedTuple):
    """In which draws a cache's reads, and its writes, have a price of their own."""

    reads: Mask
    writes: Mask


PLAIN = (Cached(1.0, 0.0, 0.0),)


def cases(
    prefix: Prefix | None,
    input_tokens: Amount,
    rate_per_second: Amount,
    tariff: Tariff,
    levels: Sequence[Level],
    priced: Priced,
) -> tuple[Cached, ...]:
    """The cases of one class of requests; their shares sum to 1 in every draw."""
    if prefix is None or not prefix.marked:
        return PLAIN
    terms = tariff.model.cache or ASSUMED_TERMS
    least = float(terms.minimum_tokens)
    marked = np.minimum(floats(prefix.marked), input_tokens)
    holds = priced.reads & np.greater(floats(prefix.marked), 0) & at_most(least, marked)
    if not np.any(holds):
        return PLAIN

    def case(read: Amount, share: Amount) -> Cached:
        taken = np.where(at_most(least, read), np.minimum(read, marked), 0.0) * holds
        return Cached(share, taken, np.where(priced.writes & holds, marked - taken, 0.0))

    ttl = (terms.ttl_minutes or ASSUMED_MINUTES) * 60
    own = np.where(holds, _own_chance(prefix, ttl), 0.0)
    warm: Any = 0.0
    if not np.all(np.equal(own, 1)):
        kept = _kept_seconds(prefix, ttl)
        cold: Any = 0.0
        for level in levels:
            pace = float(level.pace)
            cold = cold + float(level.share) * np.exp(-(rate_per_second * pace * kept))
        warm = np.where(at_most(least, floats(prefix.shared)), 1.0 - cold, 0.0)
    if tariff.fees.known(STORAGE) is not None:
        stored = floats(prefix.stored)
        warm = stored + (1.0 - stored) * warm
    rest = 1.0 - own
    warm = np.where(holds, warm, 0.0)
    possible = (
        case(floats(prefix.own), own),
        case(floats(prefix.shared), rest * warm),
        case(0.0, rest - rest * warm),
    )
    return tuple(cached for cached in possible if np.any(np.greater(cached.share, 0)))


def _own_chance(prefix: Prefix, ttl: Decimal) -> Any:
    own = np.greater(floats(prefix.own), 0)
    gap, chance, seconds = floats(prefix.gap_seconds), floats(prefix.chance), float(ttl)
    before = prefix.turn - 1
    if prefix.gaps_vary and prefix.gap_seconds:
        missed = 1.0 - chance
        alive = 1.0 - _missed(missed, before, over(seconds, gap))
        return np.where(np.greater(gap, 0), alive, _equal_gaps(0.0, chance, before, seconds)) * own
    return _equal_gaps(gap, chance, before, seconds) * own


def _equal_gaps(gap: Amount, chance: Amount, before: int, ttl: float) -> Any:
    reached = np.where(np.greater(gap, 0), np.minimum(before, floor(over(ttl, gap))), before)
    ran = 1.0 - np.power(1.0 - chance, reached)
    alive = np.where(np.equal(chance, 1), 1.0, ran) if before else 1.0
    return np.where(at_most(gap, ttl), alive, 0.0)


def _missed(missed: Amount, before: int, mean: Amount) -> Any:
    exactly: Any = np.exp(np.negative(mean))
    if not np.any(missed):
        return exactly
    left: Any = 1.0
    chance: Any = 0.0
    for number in range(before):
        chance = chance + exactly * np.power(missed, number)
        left = left - exactly
        exactly = exactly * mean / (number + 1)
    return chance + np.maximum(left, 0.0) * np.power(missed, before)


def _kept_seconds(prefix: Prefix, ttl: Decimal) -> Any:
    gap, chance, seconds = floats(prefix.turn_gap_seconds), floats(prefix.chance), float(ttl)
    turns = prefix.turns
    any_ran = 1.0 - np.power(1.0 - chance, turns)
    if not prefix.turn_gap_seconds:
        return seconds * any_ran
    if prefix.gaps_vary:
        mean = over(gap, chance)
        spread = mean * (1.0 - np.exp(-over(seconds, mean)))
        kept = seconds * any_ran + (turns * chance - any_ran) * spread
    elif not isinstance(prefix.chance, Many) and chance == 1:
        kept = seconds + (turns - 1) * np.minimum(gap, seconds)
    else:
        back = np.where(np.greater(gap, 0), floor(over(seconds, gap)), 0.0)
        early = seconds - back * gap
        kept = early * _covered(chance, turns, back + 1)
        kept = kept + (gap - early) * _covered(chance, turns, back)
    return np.where(np.greater(gap, 0), kept, seconds * any_ran)


def _covered(chance: Amount, turns: int, window: Any) -> Any:
    missed = 1.0 - np.asarray(chance, dtype=float)
    most = np.minimum(window, turns)
    inner = np.maximum(most - 1, 0)
    edges = most - 1 - over(missed * (1.0 - np.power(missed, inner)), chance)
    covered = 2 * edges + (np.abs(turns - window) + 1) * (1.0 - np.power(missed, most))
    return np.where(np.greater(most, 0), covered, 0.0)
