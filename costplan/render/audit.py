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


def draw(audit: Audit, form: str, look: Look, first: int | None = None) -> str:
    """The audit as ``table``, ``json`` or ``markdown``, ending in a newline.

    ``first``: how many warnings or notes of a kind a table shows; None for all. Errors it always
    shows.
    """
    if form == "json":
        return dumps(plain(audit)) + "\n"
    return _markdown(audit) if form == "markdown" else _table(audit, look, first)


def draw_report(report: Report, form: str, look: Look) -> str:
    """The report as ``table`` or ``json``, ending in a newline."""
    if form == "json":
        return dumps(plain(report)) + "\n"
    page = Page(look)
    page.say(f"{report.scope} on {report.as_of}", "bold")
    page.say()
    table = Table("", "count", "share")
    for block in _figures(report):
        if table.rows:
            table.rule()
        for name, count, share in block:
            table.add(name, f"{count:,}", share)
    page.draw(table)
    page.say()
    _longest_unread(page, report)
    for sentence in report.missed:
        page.say(f"missed: {sentence}", "red")
    if not report.missed:
        page.say("every price has its source and date, no zero is silent, the audit has no error")
    return page.text()


UNREAD = 10  # vendors


def _longest_unread(page: Page, report: Report) -> None:
    """The vendors whose newest source is oldest; JSON has every vendor."""
    table = Table("longest unread vendors", "newest source", "oldest source")
    for vendor, days in list(report.read_by_vendor.items())[:UNREAD]:
        table.add(vendor, str(days.newest), str(days.oldest))
    page.draw(table)
    page.say()


def _figures(report: Report) -> Iterable[list[tuple[str, int, str]]]:
    """Blocks of rows: what is counted, how often, and its share where it is one of a whole."""
    yield [
        ("providers", report.providers, ""),
        ("models", report.models, ""),
        ("other offers", report.offers, ""),
        ("charges of offers, all dates", report.charges, ""),
        ("aliases", report.aliases, ""),
    ]
    yield [
        ("prices, all dates", report.prices, ""),
        _part("  with a source and its date", report.with_source, report.prices),
        _part("  in force", report.prices_in_force, report.prices),
        *(
            _part(f"    {name}", count, report.prices_in_force)
            for name, count in report.by_confidence.items()
        ),
        ("prices not known", report.quotes, ""),
        ("silent zeros", report.silent_zeros, ""),
        _part("stale entries", report.stale, report.models + report.offers),
    ]
    yield [
        _part(f"models {what}", count, report.models)
        for what, count in (
            ("seen in two sources or more", report.models_of_two_sources),
            ("with more than one card", report.models_with_history),
            ("with tiers", report.models_with_tiers),
            ("with modes", report.models_with_modes),
            ("with regions", report.models_with_regions),
            ("with schedules", report.models_with_schedules),
            ("whose end is known", report.retirements),
        )
    ]
    yield [
        ("announced changes", report.announced, ""),
        ("conflicts settled", report.conflicts_settled, ""),
        ("conflicts open", report.conflicts_open, ""),
        ("conflicts overruled", report.conflicts_overruled, ""),
        ("errors of the audit", report.errors, ""),
        ("warnings of the audit", report.warnings, ""),
        ("accepted findings", report.accepted, ""),
    ]


def _part(name: str, count: int, whole: int) -> tuple[str, int, str]:
    return name, count, _percent(count, whole)


def _percent(part: int, whole: int) -> str:
    """A share that reads 100 % and 0 % only where it is the whole or nothing."""
    if not whole:
        return ""
    tenths = part * 1000 // whole
    if part and not tenths:
        return "< 0.1 %"
    return f"{tenths // 10}.{tenths % 10} %" if tenths % 10 else f"{tenths // 10} %"


def _counted(audit: Audit) -> str:
    counts = ((audit.errors, "error"), (audit.warnings, "warning"), (audit.notes, "note"))
    words = [counted(count, name) for count, name in counts]
    unpublished = f"{counted(audit.quotes, 'price')} not known"
    return f"{', '.join(words)}; {grouped_count(len(audit.accepted))} accepted; {unpublished}"


def grouped_count(count: int) -> str:
    """A count with its thousands separated."""
    return f"{count:,}"


def _title(audit: Audit) -> str:
    chosen = [f"vendor {audit.vendor}"] if audit.vendor else []
    chosen += [f"category {audit.category}"] if audit.category else []
    what = f" ({', '.join(chosen)})" if chosen else ""
    count = f"{grouped_count(audit.entries)} {'entry' if audit.entries == 1 else 'entries'}"
    return f"audit of {audit.scope}{what} on {audit.as_of}: {count}"


def _hidden(audit: Audit) -> str | None:
    """A sentence on what ``level`` leaves out."""
    hidden = audit.errors + audit.warnings + audit.notes - len(audit.findings)
    if not hidden:
        return None
    lower = "note" if audit.notes else "warning"
    return f"{grouped_count(hidden)} below '{audit.level}' not shown: --level {lower}"


def _by_finding(findings: Sequence[Finding]) -> Iterable[tuple[Finding, list[Finding]]]:
    for _, group in groupby(findings, key=lambda finding: finding.finding):
        rows = list(group)
        yield rows[0], rows


def _where(finding: Finding) -> str:
    return f"{finding.file}:{finding.line}" if finding.line is not None else finding.file


def _shared_hint(rows: Sequence[Finding]) -> str | None:
    """The remedy that all findings of a group name."""
    hints = {finding.hint for finding in rows}
    return hints.pop() if len(hints) == 1 else None


def _table(audit: Audit, look: Look, most: int | None) -> str:
    page = Page(look)
    page.say(_title(audit), "bold")
    page.say(_counted(audit), "dim")
    for first, rows in _by_finding(audit.findings):
        page.say()
        meaning = audit.meanings[first.finding]
        title = f"{first.level} {first.finding}: {meaning} ({grouped_count(len(rows))})"
        page.say(title, STYLES[first.level])
        shared = _shared_hint(rows)
        if shared:
            page.say(f"help: {shared}", "dim", 2)
        shown = rows if first.level == "error" else rows[:most]
        for finding in shown:
            page.say(f"{finding.id}: {finding.message}", "", 2)
            help_ = f"; {finding.hint}" if finding.hint and not shared else ""
            page.say(f"{_where(finding)}{help_}", "dim", 6)
        if len(shown) < len(rows):
            page.say(f"{grouped_count(len(rows) - len(shown))} more: --all, or --vendor", "dim", 2)
    if audit.accepted:
        page.say()
        page.bullets("Accepted", [_let(accepted) for accepted in audit.accepted[:most]])
        if len(audit.accepted) > len(audit.accepted[:most]):
            page.say(f"{len(audit.accepted[most:]):,} more: --all", "dim", 2)
    hidden = _hidden(audit)
    if hidden:
        page.say()
        page.say(hidden, "dim")
    return page.text()


def _let(accepted: AcceptedFinding) -> str:
    finding = accepted.finding
    name = f"{finding.finding}:{finding.part}" if finding.part else finding.finding
    return f"{finding.id}, {name}: {accepted.reason}"


def _markdown(audit: Audit) -> str:
    lines = [f"# {safe(_title(audit))}", "", safe(_counted(audit)), ""]
    for first, rows in _by_finding(audit.findings):
        count = grouped_count(len(rows))
        lines += [
            f"## {safe(first.finding)} ({first.level}, {count})",
            "",
            safe(audit.meanings[first.finding]) + ".",
            "",
            "| entry | finding | place |",
            "| --- | --- | --- |",
            *(
                f"| {safe(finding.id)} | {safe(_said(finding))} | {safe(_where(finding))} |"
                for finding in rows
            ),
            "",
        ]
    if audit.accepted:
        lines += ["## Accepted", "", "| finding | entry | what | reason |"]
        lines += ["| --- | --- | --- | --- |"]
        for accepted in audit.accepted:
            finding = accepted.finding
            cells = (finding.finding, finding.id, finding.message, accepted.reason)
            lines.append(f"| {' | '.join(safe(text) for text in cells)} |")
        lines.append("")
    hidden = _hidden(audit)
    if hidden:
        lines += [safe(hidden), ""]
    return "\n".join(lines).rstrip("\n") + "\n"


def _said(finding: Finding) -> str:
    return f"{finding.message}; {finding.hint}" if finding.hint else finding.message
