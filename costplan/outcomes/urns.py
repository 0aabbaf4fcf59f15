"""What earlier runs on one request tell of the next one: Polya's urns.

Repeats of one step on one request share a success rate drawn from Beta(alpha, beta) with mean p and
rho = 1 / (alpha + beta + 1), so that after some right and wrong runs

    P(right) = (alpha + right) / (alpha + beta + runs)

A validator's verdicts share two such rates, one for requests with a fault that it can see and one
for all others; a step that is told why it failed has an urn of its own for those runs.
Different steps are independent.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from math import comb
from typing import NamedTuple

from costplan.outcomes.node import Node

COUNTER = 32
"""Bits of a count in a record: more draws than any graph that can be followed makes."""
RECORD = 4 * COUNTER
COUNT = (1 << COUNTER) - 1
Record = int
"""What one node did on this request, as far as it tells of what it will do: hits and misses of an
urn, and above them those of another, in one integer.

Of a step: runs that were right and wrong, and those that were told of a failure. Of a validator:
its rejections and passes of a fault that it can see, and those of everything else. Of a common
cause: a miss where it struck, two where it did not.
"""
NOTHING, STRUCK, SPARED = 0, 1 << COUNTER, 2 << COUNTER


def urn(record: Record, other: bool) -> tuple[int, int]:
    """Hits and misses of a record's first or its other urn."""
    if other:
        record >>= 2 * COUNTER
    return record & COUNT, record >> COUNTER & COUNT


def drawn(record: Record, other: bool, hits: int, misses: int) -> Record:
    """The record with further draws from its first or its other urn."""
    draws = hits | misses << COUNTER
    return record + (draws << 2 * COUNTER if other else draws)


class Try(NamedTuple):
    """One way that an execution on a clean input can come out, after ``runs`` runs."""

    probability: float
    right: bool
    rights: int
    wrongs: int
    runs: int


def learned(mean: float, rho: float, hits: int, misses: int) -> float:
    """P(a hit) of an urn with that mean after so many hits and misses."""
    if rho <= 0 or mean in (0.0, 1.0):
        return mean
    seen = hits + misses
    if rho >= 1:
        return mean if not seen else 1.0 if hits else 0.0
    weight = 1.0 / rho - 1.0
    return (mean * weight + hits) / (weight + seen)


def teaches(mean: float, rho: float) -> bool:
    """Whether a draw says anything of the next one."""
    return rho > 0 and mean not in (0.0, 1.0)


def tries(node: Node, record: Record, told: bool) -> Iterator[Try]:
    """The ways that one execution of a step can come out on a clean input."""
    if told and node.retry is not None:
        p = learned(node.retry, node.rho, *urn(record, True))
        yield Try(p, True, 1, 0, 1)
        yield Try(1.0 - p, False, 0, 1, 1)
        return
    if node.common_cause:
        yield from _common_cause(node, record)
        return
    if node.runs == 1:
        p = learned(node.success, node.rho, *urn(record, False))
        yield Try(1.0 - p, False, 0, 1, 1)
        yield Try(p, True, 1, 0, 1)
        return
    if not teaches(node.success, node.rho):
        yield from _runs(node, lambda a, b: _flat(node.success, a, b))
        return
    if node.rho >= 1:
        p = learned(node.success, 1.0, *urn(record, False))
        yield from _runs(node, lambda a, b: _same(p, a, b))
        return
    weight = 1.0 / node.rho - 1.0
    right, wrong = urn(record, False)
    alpha = node.success * weight + right
    beta = (1.0 - node.success) * weight + wrong
    yield from _runs(node, lambda a, b: _polya(alpha, beta, a, b))


def _common_cause(node: Node, record: Record) -> Iterator[Try]:
    """A failure that all runs share or none; ``rights`` -1 marks the ways where it struck."""
    shared = node.common_cause * (1.0 - node.success)
    apart = 1.0 - (1.0 - node.success - shared) / (1.0 - shared) if shared != 1 else 0.0
    if record == STRUCK:
        yield Try(1.0, False, -1, 0, node.all_wrong)
        return
    struck = shared if record == NOTHING else 0.0
    if struck:
        yield Try(struck, False, -1, 0, node.all_wrong)
    for way in _runs(node, lambda a, b: _flat(apart, a, b)):
        yield way._replace(probability=(1.0 - struck) * way.probability)


def _flat(p: float, rights: int, wrongs: int) -> float:
    share: float = p**rights * (1.0 - p) ** wrongs
    return share


def _same(p: float, rights: int, wrongs: int) -> float:
    if not rights and not wrongs:
        return 1.0
    return 0.0 if rights and wrongs else p if rights else 1.0 - p


def _polya(alpha: float, beta: float, rights: int, wrongs: int) -> float:
    """P of one given sequence of so many right and wrong runs under Beta(alpha, beta)."""
    share = 1.0
    for at in range(rights):
        share *= (alpha + at) / (alpha + beta + at)
    for at in range(wrongs):
        share *= (beta + at) / (alpha + beta + rights + at)
    return share


def _runs(node: Node, sequence: Callable[[int, int], float]) -> Iterator[Try]:
    """The ways that a node's parallel runs can come out."""
    if node.selector is not None:
        for rights in range(node.runs + 1):
            wrongs = node.runs - rights
            share = comb(node.runs, rights) * sequence(rights, wrongs)
            picked = 1.0 if not wrongs else node.selector if rights else 0.0
            yield Try(share * picked, True, rights, wrongs, node.runs)
            yield Try(share * (1.0 - picked), False, rights, wrongs, node.runs)
        return
    if not node.early:
        for rights in range(node.runs + 1):
            wrongs = node.runs - rights
            share = comb(node.runs, rights) * sequence(rights, wrongs)
            yield Try(share, rights >= node.quorum, rights, wrongs, node.runs)
        return
    lost = node.runs - node.quorum + 1  # so many wrong ones and the quorum is out of reach
    for wrongs in range(lost):
        ways = comb(node.quorum - 1 + wrongs, wrongs)
        runs = node.quorum + wrongs
        yield Try(ways * sequence(node.quorum, wrongs), True, node.quorum, wrongs, runs)
    for rights in range(node.quorum):
        ways = comb(lost - 1 + rights, rights)
        yield Try(ways * sequence(rights, lost), False, rights, lost, rights + lost)
