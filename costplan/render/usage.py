"""Real usage as a table for a person; its words for every page."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal

from costplan.document.usage import Group, Usage
from costplan.problems import clean
from costplan.quantity import grouped, plural, rounded
from costplan.render import Look
from costplan.render.page import Page, Table, counted, money, short

MOST_ROWS = 40
"""Groups that a page shows; JSON and CSV have all."""
FIRST = 5
"""Questions that are shown with a line to paste."""


def draw(usage: Usage, look: Look) -> str:
    """The groups, what all of it cost, how requests came, and what is open."""
    page = Page(look)
    page.say(f"usage  {when(usage)}", "bold")
    page.say()
    table = Table(*usage.by, *COLUMNS, texts=len(usage.by))
    sizes = Table(*usage.by, *SIZES, texts=len(usage.by))
    for group in usage.groups[:MOST_ROWS]:
        table.add(*names(group), *figures(group))
        if group.input_p50 is not None:
            sizes.add(*names(group), *sizes_of(group))
    if not usage.groups:
        page.say("no request to a model was found")
        _asides(page, usage)
        return page.text()
    page.draw(table)
    if len(usage.groups) > MOST_ROWS:
        page.say(f"and {len(usage.groups) - MOST_ROWS:,} more; --format csv has all", "dim")
    page.part()
    for total in usage.totals:
        page.say(f"total  {bounds(total.low, total.high, total.at_least)} {total.currency}", "bold")
    if any(total.low != total.high for total in usage.totals):
        page.say(BOUNDS, "dim")
    if sizes.rows:
        page.part()
        page.draw(sizes)
    page.say()
    _traffic(page, usage)
    if look.explain:
        _explained(page, usage)
    _asides(page, usage)
    return page.text()


COLUMNS = ("requests", "input", "cached", "output", "cost")
SIZES = ("input P50", "P95", "output P50", "P95")
BOUNDS = (
    "Two amounts: the source gives sums of requests, and the price depends on the size of each. "
    "The lower is with all of them small, the higher with all of them large."
)


def when(usage: Usage) -> str:
    """The days of the usage and those of its prices."""
    if usage.first is None:
        span = "of unknown days"
    elif usage.first == usage.last:
        span = f"of {usage.first} (UTC)"
    else:
        span = f"of {usage.first} to {usage.last} (UTC)"
    priced = f"prices of {usage.priced_on}" if usage.priced_on else "prices of each request's day"
    return f"{span}, {priced}"


SCALE = ((10**12, "T"), (10**9, "B"), (10**6, "M"))


def compact(number: int | Decimal) -> str:
    """A count for a column: in full up to a million, then to four digits that count."""
    for size, letter in SCALE:
        if number >= size:
            return f"{rounded(Decimal(number) / size)}{letter}"
    return f"{number:,.0f}"


def names(group: Group) -> list[str]:
    """What a group is of; what has no name says so."""
    return ["(none)" if name is None else name for name in group.names]


def figures(group: Group) -> list[str]:
    """A group's cells of ``COLUMNS``."""
    tokens = group.tokens
    return [
        compact(group.requests),
        compact(tokens.get("input_tokens", 0)),
        "" if group.cache_share is None else f"{grouped(group.cache_share * 100, 1)} %",
        compact(tokens.get("output_tokens", 0)),
        "unknown" if group.currency is None else bounds(group.low, group.high, group.at_least),
    ]


def bounds(low: Decimal, high: Decimal, at_least: bool) -> str:
    """An amount, or two where sizes are lost."""
    lead = ">= " if at_least else ""
    return lead + (money(low) if low == high else f"{money(low)} to {money(high)}")


def sizes_of(group: Group) -> list[str]:
    """A group's cells of ``SIZES``."""
    sizes = (group.input_p50, group.input_p95, group.output_p50, group.output_p95)
    return ["" if size is None else compact(size) for size in sizes]


def _traffic(page: Page, usage: Usage) -> None:
    for sentence in traffic_words(usage):
        page.say(sentence)


def traffic_words(usage: Usage) -> list[str]:
    """How requests came, in sentences."""
    traffic = usage.traffic
    said = [f"{counted(traffic.requests, 'request')} answered, {traffic.failed:,} failed"]
    if traffic.error_rate is not None and traffic.failed:
        share = grouped(traffic.error_rate * 100, 2)
        said[0] += f" ({share} %, with {traffic.failed_tokens:,} tokens, not priced)"
    if traffic.retry_rate is not None:
        said.append(
            f"{grouped(traffic.retry_rate * 100, 2)} % of those that say so are further attempts"
        )
    if traffic.peak_to_mean is not None and traffic.hours > 1:
        times = rounded(traffic.peak_to_mean)
        said.append(f"the busiest hour has {times} times the mean of {traffic.hours:,} hours")
    if traffic.conversations and traffic.turns_mean is not None:
        turns = f"{rounded(traffic.turns_mean)} turns on average, {traffic.turns_p95}"
        talks = counted(traffic.conversations, "conversation")
        said.append(f"{talks} of {turns} at the 95th percentile")
    if usage.said_by_sources is not None:
        said.append(f"the sources themselves say {money(usage.said_by_sources)} (not used)")
    return said


def _explained(page: Page, usage: Usage) -> None:
    page.say()
    page.say("Prices", "bold")
    for line in usage.lines:
        name = f"{line.offer} {line.charge}" + (f" {line.variant}" if line.variant else "")
        price = "no price" if line.price is None else f"{grouped(line.price)} / {short(line.per)}"
        cost = line.reason or ""
        if line.amount is not None:
            cost = f"= {grouped(line.amount)} {line.currency}"
        units = plural(line.unit, line.quantity)
        page.say(f"{name}: {grouped(line.quantity)} {units} x {price} {cost}", further=2)
        page.say(
            f"{line.confidence}, since {line.since}, read {line.checked}: {line.source}", "dim", 4
        )


def _asides(page: Page, usage: Usage) -> None:
    page.part()
    page.bullets("Not counted", counts(source.unread for source in usage.sources), "yellow")
    page.part()
    page.bullets("Left out", counts(source.left_out for source in usage.sources))
    page.part()
    page.bullets("Without a price", unpriced(usage), "yellow")
    if usage.questions:
        page.part()
        page.say("which offer is this? Put the right line in a file for --map", "yellow")
        page.paste(["[map]", *question_lines(usage)])
    page.part()
    page.bullets("Notes", usage.notes)


def unpriced(usage: Usage) -> list[str]:
    """What has no price, a sentence each."""
    return [
        f"{line.offer} {line.charge}, {grouped(line.quantity)}: {line.reason}"
        for line in usage.unpriced
    ]


def question_lines(usage: Usage) -> list[str]:
    """Two lines for each model without an offer, the largest first: what it is, and one of
    ``[map]`` to paste once it is right."""
    lines = []
    for question in usage.questions:
        target = question.hints[0] if question.hints else "vendor/model"
        more = f", or {', '.join(map(clean, question.hints[1:]))}" if question.hints[1:] else ""
        lines.append(f"# {counted(question.rows, 'row')}, {question.tokens:,} tokens{more}")
        lines.append(f"{toml_text(question.logged)} = {toml_text(target)}")
    return lines


def toml_text(text: str) -> str:
    """A text of a file as a key or a value to paste into another one."""
    return '"' + clean(text).replace("\\", "\\\\").replace('"', '\\"') + '"'


def counts(sources: Iterable[Mapping[str, int]]) -> list[str]:
    """Counts by reason, of all files together, the largest first, a sentence each."""
    sums: dict[str, int] = {}
    for reasons in sources:
        for why, count in reasons.items():
            sums[why] = sums.get(why, 0) + count
    largest = sorted(sums.items(), key=lambda pair: -pair[1])
    return [f"{count:,}: {why}" for why, count in largest]
