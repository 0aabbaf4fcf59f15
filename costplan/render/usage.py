"""Real usage as a table for a person; its words for every page."""

from __future__ import annotations

from collections.abc import Iterable
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


def draw(made: Usage, look: Look) -> str:
    """The groups, what all of it cost, how requests came, and what is open."""
    page = Page(look)
    page.say(f"usage  {when(made)}", "bold")
    page.say()
    table = Table(*made.by, *COLUMNS, texts=len(made.by))
    sizes = Table(*made.by, *SIZES, texts=len(made.by))
    for group in made.groups[:MOST_ROWS]:
        table.add(*names(group), *figures(group))
        if group.input_p50 is not None:
            sizes.add(*names(group), *sizes_of(group))
    if not made.groups:
        page.say("no request to a model was found")
        _asides(page, made)
        return page.text()
    page.draw(table)
    if len(made.groups) > MOST_ROWS:
        page.say(f"and {len(made.groups) - MOST_ROWS:,} more; --format csv has all", "dim")
    page.say()
    for total in made.totals:
        page.say(f"total  {bounds(total.low, total.high, total.at_least)} {total.currency}", "bold")
    if any(total.low != total.high for total in made.totals):
        page.say(BOUNDS, "dim")
    if sizes.rows:
        page.say()
        page.draw(sizes)
    page.say()
    _traffic(page, made)
    if look.explain:
        _explained(page, made)
    _asides(page, made)
    return page.text()


COLUMNS = ("requests", "input", "cached", "output", "cost")
SIZES = ("input P50", "P95", "output P50", "P95")
BOUNDS = (
    "Two amounts: the source gives sums of requests, and the price depends on the size of each. "
    "The lower is with all of them small, the higher with all of them large."
)


def when(made: Usage) -> str:
    """The days of the usage and those of its prices."""
    if made.first is None:
        span = "of unknown days"
    elif made.first == made.last:
        span = f"of {made.first} (UTC)"
    else:
        span = f"of {made.first} to {made.last} (UTC)"
    priced = f"prices of {made.priced_on}" if made.priced_on else "prices of each request's day"
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
    return ["" if one is None else compact(one) for one in sizes]


def _traffic(page: Page, made: Usage) -> None:
    for sentence in traffic_words(made):
        page.say(sentence)


def traffic_words(made: Usage) -> list[str]:
    """How requests came, in sentences."""
    one = made.traffic
    said = [f"{counted(one.requests, 'request')} answered, {one.failed:,} failed"]
    if one.error_rate is not None and one.failed:
        share = grouped(one.error_rate * 100, 2)
        said[0] += f" ({share} %, with {one.failed_tokens:,} tokens, not priced)"
    if one.retry_rate is not None:
        said.append(
            f"{grouped(one.retry_rate * 100, 2)} % of those that say so are further attempts"
        )
    if one.peak_to_mean is not None and one.hours > 1:
        times = rounded(one.peak_to_mean)
        said.append(f"the busiest hour has {times} times the mean of {one.hours:,} hours")
    if one.conversations and one.turns_mean is not None:
        said.append(
            f"{counted(one.conversations, 'conversation')} of {rounded(one.turns_mean)} turns on "
            f"average, {one.turns_p95} at the 95th percentile"
        )
    if made.said_by_sources is not None:
        said.append(f"the sources themselves say {money(made.said_by_sources)} (not used)")
    return said


def _explained(page: Page, made: Usage) -> None:
    page.say()
    page.say("Prices", "bold")
    for one in made.lines:
        name = f"{one.offer} {one.charge}" + (f" {one.variant}" if one.variant else "")
        price = "no price" if one.price is None else f"{grouped(one.price)} / {short(one.per)}"
        cost = one.reason or "" if one.amount is None else f"= {grouped(one.amount)} {one.currency}"
        page.say(
            f"{name}: {grouped(one.quantity)} {plural(one.unit, one.quantity)} x {price} {cost}",
            further=2,
        )
        page.say(f"{one.confidence}, since {one.since}, read {one.checked}: {one.source}", "dim", 4)


def _asides(page: Page, made: Usage) -> None:
    unread = merged(one.unread.items() for one in made.sources)
    left_out = merged(one.left_out.items() for one in made.sources)
    for title, found, style in (("Not counted", unread, "yellow"), ("Left out", left_out, "")):
        if found:
            page.say()
            page.bullets(title, [f"{count:,}: {why}" for why, count in found.items()], style)
    if made.unpriced:
        page.say()
        said = [
            f"{one.offer} {one.charge}, {grouped(one.quantity)}: {one.reason}"
            for one in made.unpriced
        ]
        page.bullets("Without a price", said, "yellow")
    if made.questions:
        page.say()
        page.say("which offer is this? Put the right line in a file for --map", "yellow")
        page.say("[map]")
        for line in question_lines(made):
            page.say(line, further=4)
    if made.notes:
        page.say()
        page.bullets("Notes", made.notes)


def question_lines(made: Usage) -> list[str]:
    """Two lines for each model without an offer, the largest first: what it is, and one of
    ``[map]`` to paste once it is right."""
    lines = []
    for one in made.questions:
        target = one.hints[0] if one.hints else "vendor/model"
        more = f", or {', '.join(map(clean, one.hints[1:]))}" if one.hints[1:] else ""
        lines.append(f"# {counted(one.rows, 'row')}, {one.tokens:,} tokens{more}")
        lines.append(f"{_toml(one.logged)} = {_toml(target)}")
    return lines


def _toml(text: str) -> str:
    return '"' + clean(text).replace("\\", "\\\\").replace('"', '\\"') + '"'


def merged(found: Iterable[Iterable[tuple[str, int]]]) -> dict[str, int]:
    """Counts by reason, of all files together, the largest first."""
    sums: dict[str, int] = {}
    for items in found:
        for why, count in items:
            sums[why] = sums.get(why, 0) + count
    return dict(sorted(sums.items(), key=lambda one: -one[1]))
