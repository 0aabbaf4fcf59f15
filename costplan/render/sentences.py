"""What tables, Markdown and HTML say alike: the rows of a summary, reasons, sources, sentences."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, NamedTuple

from costplan.document.line import LineItem
from costplan.quantity import percent, rounded
from costplan.render.page import money

if TYPE_CHECKING:
    from costplan.document.estimate import Estimate

SENTENCES = {
    "assumptions": "Assumed",
    "not_modelled": "Not modelled",
    "not_included": "Not included",
}


def reasons(lines: Iterable[LineItem]) -> list[str]:
    """Why lines have no price, each once."""
    told = [f"{line.lacks}: {line.price.reason}" for line in lines]
    return list(dict.fromkeys(told))


def traffic(estimates: Sequence[Estimate]) -> str:
    """How many requests (or conversations) the estimates are for."""
    if not estimates:
        return "no stacks"
    first = estimates[0]
    requests = f"{rounded(first.requests)} requests"
    if first.conversations is None:
        return requests
    return f"{rounded(first.conversations)} conversations, {requests} (turns)"


def shared_sentences(estimates: Sequence[Estimate]) -> dict[str, list[str]]:
    """What every stack says, to be said once."""
    shared: dict[str, list[str]] = {}
    for name in SENTENCES:
        lists: list[list[str]] = [getattr(estimate, name) for estimate in estimates]
        first = lists[0] if lists else []
        shared[name] = [sentence for sentence in first if all(sentence in other for other in lists)]
    return shared


def total_of(estimate: Estimate) -> str:
    """The month's total, "at least" where a price is missing."""
    return bound(money(estimate.total_monthly), estimate.at_least)


def bound(figure: str, at_least: bool) -> str:
    """A figure, marked where a price is missing that would make it larger."""
    return f">= {figure}" if at_least else figure


def share_of(share: Decimal | None) -> str:
    """A share in per cent, or a dash."""
    return "-" if share is None else f"{percent(share, 2)} %"


def or_dash(amount: Decimal | None) -> str:
    """Money, or a dash."""
    return "-" if amount is None else money(amount)


class Source(NamedTuple):
    """Where an offer's price is written, and when it was looked at."""

    offer: str
    source: str
    since: date
    checked: date
    confidence: str


def source_dates(lines: Iterable[LineItem]) -> list[Source]:
    """The sources of the lines, each once."""
    sources = [
        Source(
            line.price.offer,
            line.price.source,
            line.price.since,
            line.price.checked,
            line.price.confidence,
        )
        for line in lines
    ]
    return list(dict.fromkeys(sources))
