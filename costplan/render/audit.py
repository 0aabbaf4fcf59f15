"""An audit as a table, JSON or Markdown; a report of the catalogue as a table or JSON."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import groupby

from costplan.document.audit import AcceptedFinding, Audit, Finding, Report
from costplan.record.writing import plain
from costplan.render import Look
from costplan.render.json import dumps
from costplan.render.markup import safe
from costplan.render.page import Page, Table, counted

STYLES = {"error": "red", "warning": "yellow", "note": "dim"}


FIRST = 5
"""So many findings of a kind show what it is about."""


def draw(made: Audit, form: str, look: Look, first: int | None = None) -> str:
    """The audit as ``table``, ``json`` or ``markdown``, ending in a newline.

    ``first``: how many warnings or notes of a kind a table shows; None for all. Errors it always
    shows.
    """
    if form == "json":
        return dumps(plain(made)) + "\n"
    return _markdown(made) if form == "markdown" else _table(made, look, first)


def draw_report(made: Report, form: str, look: Look) -> str:
    """The report as ``table`` or ``json``, ending in a newline."""
    if form == "json":
        return dumps(plain(made)) + "\n"
    page = Page(look)
    page.say(f"{made.scope} on {made.as_of}", "bold")
    page.say()
    table = Table("", "count", "share")
    for block in _figures(made):
        if table.rows:
            table.rule()
        for name, count, share in block:
            table.add(name, f"{count:,}", share)
    page.draw(table)
    page.say()
    _longest_unread(page, made)
    for sentence in made.missed:
        page.say(f"missed: {sentence}", "red")
    if not made.missed:
        page.say("every price has its source and date, no zero is silent, the audit has no error")
    return page.text()


UNREAD = 10  # vendors


def _longest_unread(page: Page, made: Report) -> None:
    """The vendors whose newest source is oldest; JSON has every vendor."""
    table = Table("longest unread vendors", "newest source", "oldest source")
    for vendor, days in list(made.read_by_vendor.items())[:UNREAD]:
        table.add(vendor, str(days.newest), str(days.oldest))
    page.draw(table)
    page.say()


def _figures(made: Report) -> Iterable[list[tuple[str, int, str]]]:
    """Blocks of rows: what is counted, how often, and its share where it is one of a whole."""
    yield [
        ("providers", made.providers, ""),
        ("models", made.models, ""),
        ("other offers", made.offers, ""),
        ("charges of offers, all dates", made.charges, ""),
        ("aliases", made.aliases, ""),
    ]
    yield [
        ("prices, all dates", made.prices, ""),
        ("  with a source and its date", made.with_source, _percent(made.with_source, made.prices)),
        ("  in force", made.prices_in_force, _percent(made.prices_in_force, made.prices)),
        *(
            (f"    {name}", count, _percent(count, made.prices_in_force))
            for name, count in made.by_confidence.items()
        ),
        ("prices not known", made.quotes, ""),
        ("silent zeros", made.silent_zeros, ""),
        ("stale entries", made.stale, _percent(made.stale, made.models + made.offers)),
    ]
    yield [
        (f"models {what}", count, _percent(count, made.models))
        for what, count in (
            ("seen in two sources or more", made.models_of_two_sources),
            ("with more than one card", made.models_with_history),
            ("with tiers", made.models_with_tiers),
            ("with modes", made.models_with_modes),
            ("with regions", made.models_with_regions),
            ("with schedules", made.models_with_schedules),
            ("whose end is known", made.retirements),
        )
    ]
    yield [
        ("announced changes", made.announced, ""),
        ("conflicts settled", made.conflicts_settled, ""),
        ("conflicts open", made.conflicts_open, ""),
        ("conflicts overruled", made.conflicts_overruled, ""),
        ("errors of the audit", made.errors, ""),
        ("warnings of the audit", made.warnings, ""),
        ("accepted findings", made.accepted, ""),
    ]


def _percent(part: int, whole: int) -> str:
    """A share that reads 100 % and 0 % only where it is the whole or nothing."""
    if not whole:
        return ""
    tenths = part * 1000 // whole
    if part and not tenths:
        return "< 0.1 %"
    return f"{tenths // 10}.{tenths % 10} %" if tenths % 10 else f"{tenths // 10} %"


def _counted(made: Audit) -> str:
    counts = ((made.errors, "error"), (made.warnings, "warning"), (made.notes, "note"))
    words = [counted(count, name) for count, name in counts]
    unpublished = f"{counted(made.quotes, 'price')} not known"
    return f"{', '.join(words)}; {grouped_count(len(made.accepted))} accepted; {unpublished}"


def grouped_count(count: int) -> str:
    """A count with its thousands separated."""
    return f"{count:,}"


def _title(made: Audit) -> str:
    chosen = [f"vendor {made.vendor}"] if made.vendor else []
    chosen += [f"category {made.category}"] if made.category else []
    what = f" ({', '.join(chosen)})" if chosen else ""
    count = f"{grouped_count(made.entries)} {'entry' if made.entries == 1 else 'entries'}"
    return f"audit of {made.scope}{what} on {made.as_of}: {count}"


def _hidden(made: Audit) -> str | None:
    """A sentence on what ``level`` leaves out."""
    hidden = made.errors + made.warnings + made.notes - len(made.findings)
    if not hidden:
        return None
    lower = "note" if made.notes else "warning"
    return f"{grouped_count(hidden)} below '{made.level}' not shown: --level {lower}"


def _by_finding(found: Sequence[Finding]) -> Iterable[tuple[Finding, list[Finding]]]:
    for _, group in groupby(found, key=lambda one: one.finding):
        rows = list(group)
        yield rows[0], rows


def _where(one: Finding) -> str:
    return f"{one.file}:{one.line}" if one.line is not None else one.file


def _shared_hint(rows: Sequence[Finding]) -> str | None:
    """The remedy that all findings of a group name."""
    hints = {one.hint for one in rows}
    return hints.pop() if len(hints) == 1 else None


def _table(made: Audit, look: Look, most: int | None) -> str:
    page = Page(look)
    page.say(_title(made), "bold")
    page.say(_counted(made), "dim")
    for first, rows in _by_finding(made.findings):
        page.say()
        meaning = made.meanings[first.finding]
        title = f"{first.level} {first.finding}: {meaning} ({grouped_count(len(rows))})"
        page.say(title, STYLES[first.level])
        shared = _shared_hint(rows)
        if shared:
            page.say(f"help: {shared}", "dim", 2)
        shown = rows if first.level == "error" else rows[:most]
        for one in shown:
            page.say(f"{one.id}: {one.message}", "", 2)
            help_ = f"; {one.hint}" if one.hint and not shared else ""
            page.say(f"{_where(one)}{help_}", "dim", 6)
        if len(shown) < len(rows):
            page.say(f"{grouped_count(len(rows) - len(shown))} more: --all, or --vendor", "dim", 2)
    if made.accepted:
        page.say()
        page.bullets("Accepted", [_let(one) for one in made.accepted[:most]])
        if len(made.accepted) > len(made.accepted[:most]):
            page.say(f"{len(made.accepted[most:]):,} more: --all", "dim", 2)
    hidden = _hidden(made)
    if hidden:
        page.say()
        page.say(hidden, "dim")
    return page.text()


def _let(one: AcceptedFinding) -> str:
    found = one.finding
    name = f"{found.finding}:{found.part}" if found.part else found.finding
    return f"{found.id}, {name}: {one.reason}"


def _markdown(made: Audit) -> str:
    lines = [f"# {safe(_title(made))}", "", safe(_counted(made)), ""]
    for first, rows in _by_finding(made.findings):
        count = grouped_count(len(rows))
        lines += [
            f"## {safe(first.finding)} ({first.level}, {count})",
            "",
            safe(made.meanings[first.finding]) + ".",
            "",
            "| entry | finding | place |",
            "| --- | --- | --- |",
            *(f"| {safe(one.id)} | {safe(_said(one))} | {safe(_where(one))} |" for one in rows),
            "",
        ]
    if made.accepted:
        lines += ["## Accepted", "", "| finding | entry | what | reason |"]
        lines += ["| --- | --- | --- | --- |"]
        for one in made.accepted:
            found = one.finding
            cells = (found.finding, found.id, found.message, one.reason)
            lines.append(f"| {' | '.join(safe(text) for text in cells)} |")
        lines.append("")
    hidden = _hidden(made)
    if hidden:
        lines += [safe(hidden), ""]
    return "\n".join(lines).rstrip("\n") + "\n"


def _said(one: Finding) -> str:
    return f"{one.message}; {one.hint}" if one.hint else one.message
