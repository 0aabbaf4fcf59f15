"""What tables, Markdown and HTML say alike: the rows of a summary, reasons, sources, sentences."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, NamedTuple

from costplan.document.line import LineItem
from costplan.quantity import grouped, rounded
from costplan.render.page import known_sum, money

if TYPE_CHECKING:
    from costplan.document.estimate import Estimate
    from costplan.document.reliability import Reliability

SENTENCES = {
    "assumptions": "Assumed",
    "not_modelled": "Not modelled",
    "not_included": "Not included",
}


def reasons(lines: Iterable[LineItem]) -> list[str]:
    """Why lines have no price, each once."""
    found = [f"no price for {line.price.offer} {line.label}: {line.price.reason}" for line in lines]
    return list(dict.fromkeys(found))


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
    found: dict[str, list[str]] = {}
    for name in SENTENCES:
        lists: list[list[str]] = [getattr(made, name) for made in estimates]
        first = lists[0] if lists else []
        found[name] = [one for one in first if all(one in other for other in lists)]
    return found


def component_names(estimates: Sequence[Estimate]) -> list[str]:
    """The components of all stacks in the order of a bill."""
    rank: dict[str, int] = {}
    for made in estimates:
        for at, component in enumerate(made.components):
            rank[component.name] = max(rank.get(component.name, 0), at)
    return sorted(rank, key=lambda name: rank[name])


def total_of(made: Estimate) -> str:
    """The month's total, "at least" where a price is missing."""
    return (">= " if made.at_least else "") + money(made.total_monthly)


def trusted(found: Reliability) -> str:
    """Per cent with so many digits that a missed target does not look met."""
    places = 2
    if found.target is not None and found.trusted < found.target:
        while places < 8 and round(found.trusted * 100, places) >= found.target * 100:
            places += 1
    return f"{grouped(found.trusted * 100, places)} %"


def share_of(share: Decimal | None) -> str:
    """A share in per cent, or a dash."""
    return "-" if share is None else f"{grouped(share * 100, 2)} %"


def or_dash(amount: Decimal | None) -> str:
    """Money, or a dash."""
    return "-" if amount is None else money(amount)


def summary_rows(estimates: Sequence[Estimate]) -> list[tuple[str, list[str]]]:
    """The stacks side by side: each row its title and a cell a stack."""
    rows: list[tuple[str, list[str]]] = []
    for name in component_names(estimates):
        parts = [
            next((one for one in made.components if one.name == name), None) for made in estimates
        ]
        rows.append((name, ["-" if one is None else known_sum(one.line_items) for one in parts]))
    rows.append(("total a month", [total_of(made) for made in estimates]))
    rows += ended_rows(estimates)
    rows.append(("fixed", [money(made.fixed_monthly) for made in estimates]))
    rows.append(("variable", [money(made.variable_monthly) for made in estimates]))
    if any(made.list_monthly != made.total_monthly for made in estimates):
        rows.append(("at list price", [money(made.list_monthly) for made in estimates]))
    rows.append(("a request", [or_dash(made.cost_per_request) for made in estimates]))
    rows.append(("orchestration spend", [money(made.orchestration_spend) for made in estimates]))
    rows.append(("overprovisioned", [money(made.overprovisioned_compute) for made in estimates]))
    rows += reliability_rows(estimates)
    if any(made.budget is not None for made in estimates):
        left = [None if x.budget is None else x.budget - x.total_monthly for x in estimates]
        rows.append(("budget left", [or_dash(one) for one in left]))
    return rows


def ended_rows(estimates: Sequence[Estimate]) -> list[tuple[str, list[str]]]:
    """How many offers are no longer sold within the plan; nothing where there are none."""
    if not any(made.ended for made in estimates):
        return []
    counts = [len(made.ended) for made in estimates]
    words = [f"{count} {'offer' if count == 1 else 'offers'}" if count else "-" for count in counts]
    return [("no longer sold", words)]


def reliability_rows(estimates: Sequence[Estimate]) -> list[tuple[str, list[str]]]:
    """What the money buys; nothing where no stack's reliability is modelled."""
    if all(made.reliability is None for made in estimates):
        return []
    found = [(made, made.reliability) for made in estimates]
    return [
        ("trusted answers", [trusted(one) if one else "-" for _, one in found]),
        ("silent failures", [monthly(made, one.silent) if one else "-" for made, one in found]),
        ("cases for people", [monthly(made, one.escalated) if one else "-" for made, one in found]),
        ("a trusted answer", [or_dash(made.cost_per_trusted_answer) for made in estimates]),
    ]


def monthly(made: Estimate, share: Decimal) -> str:
    """How many of the month's requests a share is."""
    return rounded(share * made.requests, 3)


class Source(NamedTuple):
    """Where an offer's price is written, and when it was looked at."""

    offer: str
    source: str
    since: date
    checked: date
    confidence: str


def source_dates(lines: Iterable[LineItem]) -> list[Source]:
    """The sources of the lines, each once."""
    found = [
        Source(
            line.price.offer,
            line.price.source,
            line.price.since,
            line.price.checked,
            line.price.confidence,
        )
        for line in lines
    ]
    return list(dict.fromkeys(found))
