"""What may change a bill's money, each kind in a line or two: missing, ended, stale, own prices and
what is not modelled."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from decimal import Decimal
from operator import attrgetter
from typing import NamedTuple

from costplan.document.estimate import Estimate, EstimateDocument
from costplan.document.prices_used import Pinned
from costplan.facts import Fact, texts
from costplan.quantity import grouped
from costplan.render.page import counted, money, width_of
from costplan.render.sentences import reasons

SHOWN = 2
"""So many sentences of one kind stand on the first screen."""
POINTER = re.compile(r" \(--full: [^)]+\)$")
"""What ``_pointed`` puts at the end of a sentence."""
BRIEFLY = {
    "reliability": "reliability",
    "outcomes": "retries, rejections and cases",
    "people": "people",
    "orchestration": "orchestration",
    "idle-unknown": "idle time",
}
"""What is not modelled, by its fact's code, where the fact is about nothing that has a name."""


class Alert(NamedTuple):
    """A sentence, and the style that says how much it matters. ``told``: in full by --full, so that
    a low screen may leave it out."""

    text: str
    style: str = "yellow"
    told: bool = False


def alerts(document: EstimateDocument, width: int, *, full: bool, most: int = SHOWN) -> list[Alert]:
    """All that a reader must know before the total is used; every kind cut short, to ``most`` and
    to ``width`` if it can be, unless ``full``. What is true of some stacks alone names them.
    """
    estimates = document.estimates
    shown = None if full else most
    missing = _unpriced(estimates, width, full)
    warned = [f"warning: {sentence}" for sentence in each_once(estimates, _warnings(full))]
    said = _cut(missing, shown, "missing price")
    if not full:
        coming = [f"announced: {sentence}" for sentence in coming_prices(estimates)]
        coming = [_pointed(sentence, width, "prices") for sentence in coming]
        said += _cut(coming, shown, "announced price")
    said += _cut(warned, shown, "warning")
    own = texts(override.fact for override in document.own_prices)
    own += each_once(estimates, lambda stack: texts(stack.facts_of("no-prices-in-file")))
    said += _cut(own, shown, "own price")
    known = [Alert(sentence) for sentence in said]
    known += [Alert(sentence, told=True) for sentence in _aged(estimates, width, full)]
    undrawn = each_once(estimates, lambda stack: texts(stack.facts_of("ranges-not-drawn")))
    known += [Alert(sentence) for sentence in undrawn]
    subjects = each_once(estimates, left_out)
    if subjects:
        unmodelled = f"not modelled: {', '.join(subjects)}"
        pointed = unmodelled if full else _pointed(unmodelled, width, "why")
        known.append(Alert(pointed, told=True))
    if document.lock:
        known += _pinned(document.lock, full)
    if not full:
        known += [Alert(sentence, "dim", told=True) for sentence in repeating_verdicts(estimates)]
    return known


def joined(known: Sequence[Alert], width: int) -> list[Alert]:
    """The alerts in fewer lines: neighbours that --full tells share one that has room for both."""
    lines: list[Alert] = []
    for alert in known:
        before = lines[-1] if lines else None
        if before is not None and before.told and alert.told and before.style == alert.style:
            parts = [POINTER.sub("", each.text) for each in (before, alert)]
            both = _pointed("; ".join(parts), width, "which, why")
            if width_of(both) <= width:
                lines[-1] = before._replace(text=both)
                continue
        lines.append(alert)
    return lines


def _warnings(full: bool) -> Callable[[Estimate], list[str]]:
    """A stack's warnings; unless ``full`` without announced prices, which have their own line."""
    if full:
        return attrgetter("warnings")
    return lambda stack: [said for said in stack.warnings if said not in texts(stack.announced)]


def coming_prices(estimates: Sequence[Estimate]) -> list[str]:
    """The offers whose prices change soon, what that does to the month, and in which stacks."""
    changes: dict[str, dict[str, Fact]] = {}
    for stack in estimates:
        for change in stack.announced:
            said = f"{change.subject} {change.values['how']} on {change.values['since']}"
            changes.setdefault(said, {})[stack.stack] = change
    sentences = []
    for said, stacks in changes.items():
        known = [_more(change) for change in stacks.values()]
        amounts = sorted(amount for amount in known if amount is not None)
        if len(amounts) == len(known):
            ends = [f"{'+' if each > 0 else ''}{money(each)}" for each in (amounts[0], amounts[-1])]
            said += f": {' to '.join(dict.fromkeys(ends))} a month"
        whose = "" if len(stacks) == len(estimates) else f" ({', '.join(stacks)})"
        sentences.append(f"{said}{whose}")
    return sentences


def _more(change: Fact) -> Decimal | None:
    """What an announced price adds to the month; None where a price is missing."""
    amount = change.values.get("amount")
    if not isinstance(amount, Decimal):
        return None
    return -amount if change.code == "price-soon-less" else amount


def _unpriced(estimates: Sequence[Estimate], width: int, full: bool) -> list[str]:
    """The lines without a price; the reason where it is the same in all stacks and fits."""
    whole = each_once(estimates, lambda stack: reasons(stack.unpriced))
    if full:
        return whole
    bare = each_once(estimates, lambda stack: [line.lacks for line in stack.unpriced])
    if len(whole) != len(bare):
        return [_pointed(sentence, width, "why") for sentence in bare]
    return [
        sentence if width_of(sentence) <= width else _pointed(short, width, "why")
        for sentence, short in zip(whole, bare, strict=True)
    ]


def _pinned(lock: Pinned, full: bool) -> list[Alert]:
    """Which file pins the prices, and where the catalogue has moved since."""
    said = lock.facts
    alerts = [Alert(fact.text, "dim") for fact in said if fact.code == "pinned"]
    if not full and len(lock.moved) > SHOWN:
        count = counted(len(lock.moved), "price")
        who = "'costplan pricing lock --check' names them"
        alerts.append(Alert(f"the catalogue has moved in {count}: {who}"))
        said = [fact for fact in said if fact.code not in ("moved", "more-moved")]
    return alerts + [Alert(fact.text) for fact in said if fact.code != "pinned"]


def _pointed(sentence: str, width: int, what: str) -> str:
    """The sentence, with which option says ``what`` it leaves out if that fits."""
    longer = f"{sentence} (--full: {what})"
    return sentence if width_of(longer) > width else longer


def each_once(estimates: Sequence[Estimate], of: Callable[[Estimate], Iterable[str]]) -> list[str]:
    """Every sentence once; one that is not said of all stacks ends in the names of its own."""
    whose: dict[str, list[str]] = {}
    for stack in estimates:
        for sentence in dict.fromkeys(of(stack)):
            whose.setdefault(sentence, []).append(stack.stack)
    return [
        sentence if len(stacks) == len(estimates) else f"{sentence} ({', '.join(stacks)})"
        for sentence, stacks in whose.items()
    ]


def unverified(stack: Estimate) -> Iterable[str]:
    """The offers of a stack that rest on an unverified source."""
    return (line.price.offer for line in stack.lines if line.price.confidence == "unverified")


def left_out(stack: Estimate) -> Iterable[str]:
    """What of a stack is not modelled, without the reasons."""
    for known in stack.facts:
        if known.code == "part-of-roles":
            yield f"{known.subject} of the steps"
        elif known.topic == "not-modelled":
            yield BRIEFLY.get(known.code) or known.subject or known.text


def repeating_verdicts(estimates: Sequence[Estimate]) -> list[str]:
    """That validators are assumed to repeat themselves, in a line: it decides how many cases there
    are. Of several stacks that differ the first one's figures."""
    known = [
        (estimate.stack, fact)
        for estimate in estimates
        for fact in estimate.facts_of("verdicts-correlate")
    ]
    if not known:
        return []
    stack, first = known[0]
    if len(known) == len(estimates) and all(fact == first for _, fact in known):
        stack = ""
    ends = f"{_count(first, 'cases_apart')} at 0, {_count(first, 'cases_alike')} at 1"
    names = ", ".join(first.listed("steps"))
    rho = first.values.get("rho")
    whose = f" ({stack})" if stack else ""
    return [f"assumed rho = {rho} of {names} decides the cases: {ends}{whose}"]


def _count(fact: Fact, name: str) -> str:
    value = fact.values.get(name)
    return grouped(value, 0) if isinstance(value, Decimal) else "unknown"


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
    if full or all(width_of(sentence) <= width for sentence in named):
        yield from named
        return
    counts = []
    if stale:
        facts = [fact for stack in estimates for fact in stack.facts if fact.topic == "stale"]
        days = [day for fact in facts if isinstance(day := _day(fact), str)]
        oldest = f", the oldest of {min(days)}" if days else ""
        counts.append(f"{len(stale)} stale prices{oldest}")
    if doubted:
        counts.append(f"{len(doubted)} from unverified sources")
    yield _pointed("; ".join(counts), width, "which")


def _day(fact: Fact) -> object:
    """When a stale price was checked, or of which day a rate is; an ISO text."""
    return fact.values.get("checked") or fact.values.get("date")


def _cut(sentences: Sequence[str], most: int | None, what: str) -> list[str]:
    if most is None or len(sentences) <= most:
        return list(sentences)
    return [*sentences[:most], f"{counted(len(sentences) - most, f'more {what}')}: --full"]
