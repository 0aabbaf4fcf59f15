"""Prompt caching: what the workload marks as cacheable, by the offer's terms.

The prefix already written is read, the rest up to the breakpoint is written. A prefix that all
requests share is found warm with probability

    w = 1 - exp(-lambda TTL)        lambda: calls a second that use the prefix

because it lives TTL after its last use and arrivals are taken as Poisson.
"""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import NamedTuple

from costplan.billing.tokens import Tariff, TokenUsage
from costplan.catalog.model import CacheTerms
from costplan.quantity import ONE, ZERO
from costplan.workload.conversation import Prefix

ASSUMED_TERMS = CacheTerms(minimum_tokens=Decimal(1024))
"""Used, and printed as assumed, where the catalogue has no terms for a model with a read rate."""
ASSUMED_MINUTES = Decimal(5)
"""How long a prefix lives where the vendor publishes only its least length; printed as assumed."""


class Case(NamedTuple):
    """A share of a request class with one cache outcome."""

    share: Decimal
    usage: TokenUsage


def cases(
    usage: TokenUsage, prefix: Prefix | None, rate_per_second: Decimal, tariff: Tariff
) -> list[Case]:
    """One class of requests as the cases its cache can be in; shares sum to 1.

    ``usage`` is the request without any caching; token counts of ``prefix`` are in the same
    tokenizer. Without a published read rate nothing is cached: a price is never guessed.
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
    pays_for_writes = prices["cache_write"].base is not None

    def with_read(read: Decimal, share: Decimal) -> Case:
        read = read if read >= terms.minimum_tokens else ZERO
        read = min(read, marked)
        written = marked - read if pays_for_writes else ZERO
        return Case(share, replace(usage, cache_read_tokens=read, cache_write_tokens=written))

    ttl = (terms.ttl_minutes or ASSUMED_MINUTES) * 60
    if prefix.own and prefix.gap_seconds <= ttl:
        return [with_read(prefix.own, ONE)]
    warm = ONE - (-(rate_per_second * ttl)).exp() if prefix.shared else ZERO
    found = [with_read(prefix.shared, warm), with_read(ZERO, ONE - warm)]
    return [case for case in found if case.share > 0]
