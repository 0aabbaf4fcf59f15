"""Parts of saved documents: some stacks, some lines. What is left says that it is a part."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from fnmatch import fnmatchcase
from typing import NamedTuple

from costplan.document.bill import Bill
from costplan.document.entries import FIELDS, Entry, entries, estimates_of
from costplan.document.estimate import Component, Estimate, EstimateDocument
from costplan.document.kinds import Saved
from costplan.document.line import LineItem
from costplan.facts import Fact, fact
from costplan.problems import BadUsage, did_you_mean
from costplan.record import replace
from costplan.words import several

KEYS = (
    "workload",
    "stack",
    "component",
    "role",
    "step",
    "vendor",
    "offer",
    "charge",
    "variant",
    "purpose",
    "tags",
    "fixed",
    "unit",
    "confidence",
)
"""Fields whose values name something, so that lines can be chosen by them."""


class Filter(NamedTuple):
    """One condition: a field is (or, ``negated``, is not) like one of the patterns."""

    text: str
    field: str
    patterns: tuple[str, ...]
    negated: bool

    def takes(self, entry: Entry) -> bool:
        """Whether the line is chosen. Tags are one value each."""
        if self.field == "tags":
            return self._any_of(entry.line.tags)
        return self.matches(FIELDS[self.field](entry))

    def matches(self, value: object) -> bool:
        """Whether a field's value is asked for; true and false are words."""
        return self._any_of((_word(value),))

    def _any_of(self, words: Iterable[str]) -> bool:
        matched = any(fnmatchcase(word, pattern) for word in words for pattern in self.patterns)
        return matched != self.negated


def _word(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else "" if value is None else str(value)


def read_filter(text: str) -> Filter:
    """A condition written ``component=tokens``, ``offer=openai/*,aws/*`` or ``purpose!=idle``.

    Raises BadUsage.
    """
    return read_condition(text, KEYS, "lines")


def read_condition(text: str, known: Sequence[str], what: str) -> Filter:
    """As ``read_filter``, of what is called ``what`` and has the fields ``known``."""
    name, equals, value = text.partition("=")
    negated = name.endswith("!")
    name = name.removesuffix("!").strip()
    patterns = tuple(pattern.strip() for pattern in value.split(","))
    if not equals or not name or not all(patterns):
        raise BadUsage(
            f"'{text}' is no filter", "write it as component=tokens or offer=openai/*,aws/*"
        )
    if name not in known:
        hint = did_you_mean(name, known) or "known: " + ", ".join(known)
        raise BadUsage(f"{what} cannot be chosen by '{name}'", hint)
    return Filter(text, name, patterns, negated)


def choose(
    saved: Sequence[Saved], stacks: str | Sequence[str] = (), filters: Sequence[Filter] = ()
) -> list[Saved]:
    """The documents with these stacks and lines only. Without conditions they are as they were.

    A comparison is left with its estimates: what it says of stacks side by side would be of others.
    An estimate of chosen lines has no budget, months, commitments or reliability: they are of the
    whole bill.

    Raises BadUsage for a stack that no document has, and where no line is left.
    """
    if not stacks and not filters:
        return list(saved)
    known = [estimate.stack for named in saved for estimate in _estimates(named)]
    stacks = several(stacks)
    for name in stacks:
        if name not in known:
            hint = did_you_mean(name, known) or "stacks: " + ", ".join(dict.fromkeys(known))
            raise BadUsage(f"there is no stack '{name}'", hint)
    for condition in filters:
        if not any(condition.takes(entry) for entry in entries(saved)):
            values = {_word(FIELDS[condition.field](entry)): None for entry in entries(saved)}
            hint = did_you_mean(condition.patterns[0], values) or "there are: " + ", ".join(
                [value for value in values if value][:12]
            )
            raise BadUsage(f"no line has {condition.text}", hint)
    chosen = [_chosen(named, stacks, filters) for named in saved]
    kept = [named for named in chosen if named is not None]
    if not kept:
        raise BadUsage("no line is left", "ask for fewer conditions")
    return kept


def _estimates(saved: Saved) -> Sequence[Estimate]:
    estimated = estimates_of(saved.document)
    return estimated.estimates if estimated is not None else ()


def _chosen(saved: Saved, stacks: Sequence[str], filters: Sequence[Filter]) -> Saved | None:
    """None where nothing of the document is left."""
    document = saved.document
    if isinstance(document, Bill):
        if stacks:
            return None
        takes = _taker(saved, "", document.currency, filters)
        bill = replace(document, line_items=[line for line in document.line_items if takes(line)])
        return Saved(saved.name, _noted(bill, filters)) if bill.line_items else None
    estimated = estimates_of(document)
    assert estimated is not None
    estimates = [
        estimate for estimate in estimated.estimates if not stacks or estimate.stack in stacks
    ]
    if filters:
        estimates = [
            _part(estimate, _taker(saved, estimate.stack, estimated.currency, filters), filters)
            for estimate in estimates
        ]
        estimates = [estimate for estimate in estimates if estimate.components]
    return Saved(saved.name, replace(estimated, estimates=estimates)) if estimates else None


def _taker(
    saved: Saved, stack: str, currency: str, filters: Sequence[Filter]
) -> Callable[[LineItem], bool]:
    estimated = estimates_of(saved.document)
    workload = estimated.workload if isinstance(estimated, EstimateDocument) else ""
    day = saved.document.as_of.date() if isinstance(saved.document, Bill) else None
    when = estimated.as_of if estimated is not None else day
    assert when is not None

    def takes(line: LineItem) -> bool:
        entry = Entry(saved.name, workload, when, currency, stack, line)
        return all(condition.takes(entry) for condition in filters)

    return takes


def _said(filters: Sequence[Filter]) -> Fact:
    return fact("part-of-bill", filters=[condition.text for condition in filters])


def _noted(bill: Bill, filters: Sequence[Filter]) -> Bill:
    return replace(bill, facts=[_said(filters), *bill.facts])


def _part(
    estimate: Estimate, takes: Callable[[LineItem], bool], filters: Sequence[Filter]
) -> Estimate:
    components = [
        Component(component.name, [line for line in component.line_items if takes(line)])
        for component in estimate.components
    ]
    kept = [component for component in components if component.line_items]
    offers = {line.price.offer for component in kept for line in component.line_items}
    return replace(
        estimate,
        components=kept,
        facts=[
            _said(filters),
            *(
                stated
                for stated in estimate.facts
                if stated.code != "stale-price" or stated.subject in offers
            ),
        ],
        months=[],
        budget=None,
        reliability=None,
        commitments=[],
    )
