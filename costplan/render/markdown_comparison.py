"""A comparison's part of a page in Markdown: the answer before the bills, the rest after."""

from __future__ import annotations

from decimal import Decimal

from costplan.document.comparison import Answer, Comparison, Lever, Sensitivity
from costplan.document.options import Option, Strategies
from costplan.quantity import percent
from costplan.render import owning, versus
from costplan.render.answer import best_ways, caption, columns, sentences
from costplan.render.markdown_parts import bulleted, folded, safe_rows, table_of
from costplan.render.markup import safe, strong
from costplan.render.page import money
from costplan.render.ways import (
    HOW_MOVED,
    LISTS,
    PLACES,
    Blocks,
    Columns,
    ask_below,
    at_end,
    changes_of,
    flip_of,
    heading_of,
    known,
    lever_name,
    measures,
    moving,
    now_of,
    owner,
    purpose_titles,
    purposes,
    said_once,
    sensitivities,
    sentence_of,
    span_of,
    telling,
    to_measure,
)

STRIP = 24
"""Letters of a lever's bar."""


def answered(comparison: Comparison) -> list[str]:
    """What to do, the stacks' standings, the recommended stack's frontier and levers."""
    if comparison.answer is None:
        return []
    answer, first = comparison.answer, comparison.answer.standings[0].stack
    ways = next(strategies for strategies in comparison.strategies if strategies.stack == first)
    body = ["## What to do", "", *_said(comparison, answer), "", *_standings(comparison, answer)]
    if ways.frontier:
        goal = "" if ways.target is None else f", {percent(ways.target)} % asked for"
        title = f"{ways.stack}: the frontier{goal}"
        body += [strong(safe(title)), "", *_block(ways, comparison, ways.frontier)]
    for sensitivity in sensitivities(comparison):
        if owner(sensitivity, comparison) is ways:
            body += _levers(sensitivity, comparison)
    return [*body, *bulleted("To measure", to_measure(comparison)), "## The plans in the file", ""]


def compared(comparison: Comparison) -> list[str]:
    """Everything else: stacks against the baseline, each stack's ways, notes."""
    body = _versus(comparison)
    if comparison.owning:
        cells = safe_rows(owning.rows(comparison))
        body += [strong(owning.TITLE), "", *table_of(owning.HEADER, cells, owning.FIGURES), ""]
    for title, words in LISTS.items():
        body += bulleted(title, words(comparison))
    shown = comparison.answer.standings[0].stack if comparison.answer is not None else None
    for strategies in comparison.strategies:
        body += _strategies(strategies, comparison, above=strategies.stack == shown)
    for title, said in said_once(comparison).items():
        body += bulleted(title, said)
    return [*body, *bulleted("Notes", comparison.notes)]


def _said(comparison: Comparison, answer: Answer) -> list[str]:
    """The answer's sentences; those that go on stand with the one before."""
    lines: list[str] = []
    for sentence in sentences(comparison, answer):
        words = safe(sentence.sentence)
        words = strong(words) if sentence.tone == "leads" else words
        if sentence.about:
            lines.append(f"- {sentence.about}: {words}")
        else:
            lines[-1] += f"<br>{words}"
    return lines


def _standings(comparison: Comparison, answer: Answer) -> list[str]:
    shown = columns(comparison, answer)
    ways = {stack: way.name for stack, way in best_ways(comparison, answer).items()}
    rows = [
        [
            standing.stack,
            *([ways.get(standing.stack, "-")] if ways else []),
            *(column.cells[at] for column in shown),
        ]
        for at, standing in enumerate(answer.standings)
    ]
    header = ["stack", *(["way"] if ways else []), *(safe(column.title) for column in shown)]
    flags = [False, *([False] if ways else []), *(True for _ in shown)]
    whose = caption(comparison, answer)
    body = table_of(header, safe_rows(rows), flags)
    return [*body, "", *([f"{safe(whose)}.", ""] if whose else [])]


def _versus(comparison: Comparison) -> list[str]:
    if not comparison.versus:
        return []
    baseline = safe(comparison.baseline)
    header, rows = versus.header(comparison, f"against {baseline}"), versus.rows(comparison)
    body = table_of(header, safe_rows(rows), versus.figures(comparison))
    return [f"## Against {baseline}", "", *body, ""]


def _strategies(strategies: Strategies, comparison: Comparison, *, above: bool) -> list[str]:
    """One stack's ways, folded; ``above``: its frontier and levers stand there."""
    body = [safe(sentence_of(strategies, comparison)), ""]
    said = [strategies.advice] if strategies.advice else []
    said += measures(strategies) if strategies.options else strategies.notes
    for sentence in said:
        body += [safe(f"{sentence}."), ""]
    for place, ways in zip(PLACES, Blocks.of(strategies), strict=True):
        if ways and not (above and ways is strategies.frontier):
            body += [strong(place), "", *_block(strategies, comparison, ways)]
    spent = telling(strategies) if strategies.options else []
    if spent:
        loss = known(comparison).loss
        rows = [[safe(way.name), *purposes(way, loss=loss)] for way in spent]
        header = ["where the money goes", *purpose_titles(loss=loss)]
        body += [*table_of(header, rows), ""]
    for sensitivity in sensitivities(comparison):
        if not above and owner(sensitivity, comparison) is strategies:
            body += _levers(sensitivity, comparison)
    return folded(f"{strategies.stack}: ways to trusted answers", body)


def _block(strategies: Strategies, comparison: Comparison, ways: list[Option]) -> list[str]:
    shown = Columns.of(strategies, known(comparison))
    header = ["way", *(safe(title) for title in shown.titles(comparison.document.currency))]
    header += ["extra"] if ways is strategies.frontier else []
    rows = [
        [
            safe(way.name),
            *(safe(text) for text in shown.cells(way)),
            "" if way.marginal is None else money(way.marginal),
        ][: len(header)]
        for way in ways
    ]
    return [*table_of(header, rows), ""]


def _levers(sensitivity: Sensitivity, comparison: Comparison) -> list[str]:
    """Levers with their bars; in words where there is nothing to move."""
    ways, now = owner(sensitivity, comparison), now_of(sensitivity, comparison)
    if ways is None or not ways.options:
        return []
    if sensitivity.choice is None or now is None:
        return ["Nothing can be moved: no way reaches the target.", ""]
    shown = moving(sensitivity)
    low, high = span_of(shown, now)
    rows = [
        [
            safe(lever_name(lever)),
            f"`{_strip(lever, low, now, high)}`",
            safe(at_end(lever, 0)),
            safe(at_end(lever, 1)),
            safe(flip_of(lever) or "-"),
        ]
        for lever in shown
    ]
    header = ["input", "`-` less, `+` more", "less", "more", "the answer changes"]
    flags = [False, False, True, True, False]
    said = [HOW_MOVED, *changes_of(sensitivity), *ask_below(sensitivity)]
    body = [*table_of(header, rows, flags), ""] if rows else []
    return [strong(safe(heading_of(sensitivity, ways, now))), "", *body, *bulleted("Levers", said)]


def _strip(lever: Lever, low: Decimal, now: Decimal, high: Decimal) -> str:
    """A bar of letters about what it costs now: "-" where the input is less, "+" where it is more;
    what is out of reach ends at the border."""

    def place(amount: Decimal | None) -> int:
        if amount is None or low == high:
            return STRIP - 1
        return int((amount - low) / (high - low) * (STRIP - 1))

    letters = ["."] * STRIP
    middle, ends = place(now), (place(lever.low), place(lever.high))
    for end in sorted((0, 1), key=lambda at: -abs(ends[at] - middle)):
        for at in range(min(middle, ends[end]), max(middle, ends[end]) + 1):
            letters[at] = "-+"[end]
    letters[middle] = ":"
    return "".join(letters)
