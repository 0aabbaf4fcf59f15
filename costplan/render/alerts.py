"""What may change a bill's money, each kind in a line or two: missing, ended, stale, own prices and
what is not modelled."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from operator import attrgetter
from typing import NamedTuple

from costplan.document.estimate import VERDICTS_REPEAT, Estimate, EstimateDocument
from costplan.document.prices_used import Pinned
from costplan.render.page import counted
from costplan.render.sentences import reasons, unpriced_words

DAY = re.compile(r"\d{4}-\d\d-\d\d")
SHOWN = 2
"""So many sentences of one kind stand on the first screen."""
VERDICTS_RANGE = re.compile(
    rf"(.+): {re.escape(VERDICTS_REPEAT)}(\S+); (\S+) cases .* at 0, (\S+) cases .* at 1$"
)
MORE = "--full names them"


class Alert(NamedTuple):
    """A sentence, and the style that says how much it matters."""

    text: str
    style: str = "yellow"


def alerts(document: EstimateDocument, width: int, *, full: bool) -> list[Alert]:
    """All that a reader must know before the total is used; every kind cut short, to ``width`` if
    it can be, unless ``full``. What is true of some stacks alone names them.
    """
    estimates = document.estimates
    missing = _unpriced(estimates, width, full)
    warned = [f"warning: {one}" for one in each_once(estimates, attrgetter("warnings"))]
    found = [Alert(one) for one in _cut(missing, full, "prices are missing")]
    found += [Alert(one) for one in _cut(warned, full, "warnings")]
    own = [one.sentence for one in document.own_prices]
    found += [Alert(one) for one in _cut(own, full, "prices differ")]
    found += [Alert(one) for one in _aged(estimates, width, full)]
    subjects = each_once(estimates, left_out)
    if subjects:
        said_so = f"not modelled: {', '.join(subjects)}"
        found.append(Alert(said_so if full else _pointed(said_so, width, "why")))
    if document.lock:
        found += _pinned(document.lock, full)
    if not full:
        found += [Alert(one, "dim") for one in repeating_verdicts(estimates)]
    return found


def _unpriced(estimates: Sequence[Estimate], width: int, full: bool) -> list[str]:
    """The lines without a price; the reason where it fits."""
    whole = each_once(estimates, lambda made: reasons(made.unpriced))
    bare = each_once(estimates, lambda made: [unpriced_words(line) for line in made.unpriced])
    if full or len(whole) != len(bare):
        return whole
    return [
        one if len(one) <= width else _pointed(short, width, "why")
        for one, short in zip(whole, bare, strict=True)
    ]


def _pinned(lock: Pinned, full: bool) -> list[Alert]:
    """Which file pins the prices, and where the catalogue has moved since."""
    pinned, *rest = lock.sentences
    if not full and len(lock.moved) > SHOWN:
        count = counted(len(lock.moved), "price")
        rest = [f"the catalogue has moved in {count}: 'costplan pricing lock --check' names them"]
        rest += lock.not_pinned
    return [Alert(pinned, "dim"), *(Alert(one) for one in rest)]


def _pointed(sentence: str, width: int, what: str) -> str:
    """The sentence, with which option says ``what`` it leaves out if that fits."""
    longer = f"{sentence} (--full: {what})"
    return sentence if len(longer) > width else longer


def each_once(estimates: Sequence[Estimate], of: Callable[[Estimate], Iterable[str]]) -> list[str]:
    """Every sentence once; one that is not said of all stacks ends in the names of its own."""
    whose: dict[str, list[str]] = {}
    for made in estimates:
        for sentence in dict.fromkeys(of(made)):
            whose.setdefault(sentence, []).append(made.stack)
    return [
        sentence if len(stacks) == len(estimates) else f"{sentence} ({', '.join(stacks)})"
        for sentence, stacks in whose.items()
    ]


def unverified(made: Estimate) -> Iterable[str]:
    """The offers of a stack that rest on an unverified source."""
    return (line.price.offer for line in made.lines if line.price.confidence == "unverified")


def left_out(made: Estimate) -> Iterable[str]:
    """What of a stack is not modelled, without the reasons."""
    return (one.partition(":")[0] for one in made.not_modelled)


def repeating_verdicts(estimates: Sequence[Estimate]) -> list[str]:
    """That validators are assumed to repeat themselves, in a line: it decides how many cases there
    are. Of several stacks the first one's figures."""
    for made in estimates:
        for sentence in made.assumptions:
            said = VERDICTS_RANGE.match(sentence)
            if said is not None:
                whose = "" if all(sentence in one.assumptions for one in estimates) else made.stack
                names, rho, at_none, at_all = said.groups()
                return [
                    f"assumed rho = {rho} of {names} decides the cases: {at_none} at 0, "
                    f"{at_all} at 1" + (f" ({whose})" if whose else "")
                ]
    return []


def _aged(estimates: Sequence[Estimate], width: int, full: bool) -> Iterable[str]:
    """Prices that were read long ago or rest on an unverified source: by name, or how many.

    Of a single stack the lines are shown, and marked where they rest on such a source.
    """
    stale = each_once(estimates, attrgetter("stale"))
    doubted = each_once(estimates, unverified) if len(estimates) > 1 else []
    named = [
        f"{title}: {', '.join(names)}"
        for title, names in (("stale prices", stale), ("unverified prices (?)", doubted))
        if names
    ]
    if full or all(len(one) <= width for one in named):
        yield from named
        return
    counts = []
    if stale:
        days = [day[0] for one in stale if (day := DAY.search(one))]
        oldest = f", the oldest of {min(days)}" if days else ""
        counts.append(f"{len(stale)} stale prices{oldest}")
    if doubted:
        counts.append(f"{len(doubted)} from unverified sources")
    yield _pointed("; ".join(counts), width, "which")


def _cut(sentences: Sequence[str], full: bool, what: str) -> list[str]:
    if full or len(sentences) <= SHOWN:
        return list(sentences)
    return [*sentences[:SHOWN], f"{len(sentences) - SHOWN} more {what}: {MORE}"]
