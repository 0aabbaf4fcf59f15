"""A comparison's part of a page in Markdown: the answer before the bills, the rest after."""

from __future__ import annotations

from decimal import Decimal

from costplan.document.comparison import Answer, Comparison, Lever, Sensitivity, Versus
from costplan.document.options import Option, Strategies
from costplan.quantity import grouped, percent, rounded
from costplan.render import owning
from costplan.render.answer import best_ways, caption, columns, sentences
from costplan.render.markdown_parts import bulleted, folded, table_of
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


def answered(made: Comparison) -> list[str]:
    """What to do, the stacks' standings, the recommended stack's frontier and levers."""
    if made.answer is None:
        return []
    ways = next(x for x in made.strategies if x.stack == made.answer.standings[0].stack)
    body = ["## What to do", "", *_said(made, made.answer), "", *_standings(made, made.answer)]
    if ways.frontier:
        goal = "" if ways.target is None else f", {percent(ways.target)} % asked for"
        title = f"{ways.stack}: the frontier{goal}"
        body += [strong(safe(title)), "", *_block(ways, made, ways.frontier)]
    for one in sensitivities(made):
        if owner(one, made) is ways:
            body += _levers(one, made)
    return [*body, *bulleted("To measure", to_measure(made)), "## The plans in the file", ""]


def compared(made: Comparison) -> list[str]:
    """Everything else: stacks against the baseline, each stack's ways, notes."""
    body = _versus(made)
    if made.owning:
        cells = [[safe(one) for one in row] for row in owning.rows(made)]
        body += [strong(owning.TITLE), "", *table_of(owning.HEADER, cells, owning.FIGURES), ""]
    for title, words in LISTS.items():
        body += bulleted(title, words(made))
    shown = made.answer.standings[0].stack if made.answer is not None else None
    for one in made.strategies:
        body += _strategies(one, made, above=one.stack == shown)
    for title, said in said_once(made).items():
        body += bulleted(title, said)
    return [*body, *bulleted("Notes", made.notes)]


def _said(made: Comparison, answer: Answer) -> list[str]:
    """The answer's sentences; those that go on stand with the one before."""
    lines: list[str] = []
    for one in sentences(made, answer):
        words = strong(safe(one.sentence)) if one.tone == "leads" else safe(one.sentence)
        if one.about:
            lines.append(f"- {one.about}: {words}")
        else:
            lines[-1] += f"<br>{words}"
    return lines


def _standings(made: Comparison, answer: Answer) -> list[str]:
    shown, ways = columns(made, answer), best_ways(made, answer)
    rows = [
        [
            safe(one.stack),
            *([safe(ways[one.stack].name if one.stack in ways else "-")] if ways else []),
            *(safe(each.cells[at]) for each in shown),
        ]
        for at, one in enumerate(answer.standings)
    ]
    header = ["stack", *(["way"] if ways else []), *(safe(one.title) for one in shown)]
    flags = [False, *([False] if ways else []), *(True for _ in shown)]
    whose = caption(made, answer)
    return [*table_of(header, rows, flags), "", *([f"{safe(whose)}.", ""] if whose else [])]


def _versus(made: Comparison) -> list[str]:
    if not made.versus:
        return []
    moves = any(one.one_off is not None for one in made.versus)
    header = ["stack", f"against {safe(made.baseline)}", "wins on", "loses on", "break-even volume"]
    header += ["moving once", "payback, months"] if moves else []
    rows = [_against(one, moves=moves) for one in made.versus]
    flags = [False, True, False, False, True, *([True, True] if moves else [])]
    return [f"## Against {safe(made.baseline)}", "", *table_of(header, rows, flags), ""]


def _against(one: Versus, *, moves: bool) -> list[str]:
    row = [
        safe(one.stack),
        ("+" if one.difference > 0 else "") + money(one.difference),
        safe(", ".join(f"{name} {money(amount)}" for name, amount in one.wins) or "-"),
        safe(", ".join(f"{name} +{money(amount)}" for name, amount in one.loses) or "-"),
        "-" if one.break_even is None else grouped(one.break_even, 0),
    ]
    if moves:
        row.append("-" if one.one_off is None else money(one.one_off))
        row.append("-" if one.payback_months is None else rounded(one.payback_months, 2))
    return row


def _strategies(made: Strategies, whole: Comparison, *, above: bool) -> list[str]:
    """One stack's ways, folded; ``above``: its frontier and levers stand there."""
    said = [sentence_of(made, whole), *([f"{made.advice}."] if made.advice else [])]
    said += [f"{one}." for one in (measures(made) if made.options else made.notes)]
    body = [line for one in said for line in (safe(one), "")]
    for place, ways in zip(PLACES, Blocks.of(made), strict=True):
        if ways and not (above and ways is made.frontier):
            body += [strong(place), "", *_block(made, whole, ways)]
    spent = telling(made) if made.options else []
    if spent:
        loss = known(whole).loss
        rows = [[safe(one.name), *purposes(one, loss=loss)] for one in spent]
        header = ["where the money goes", *purpose_titles(loss=loss)]
        body += [*table_of(header, rows), ""]
    for one in sensitivities(whole):
        if not above and owner(one, whole) is made:
            body += _levers(one, whole)
    return folded(f"{made.stack}: ways to trusted answers", body)


def _block(made: Strategies, whole: Comparison, ways: list[Option]) -> list[str]:
    shown = Columns.of(made, known(whole))
    header = ["way", *(safe(one) for one in shown.titles(whole.document.currency))]
    header += ["extra"] if ways is made.frontier else []
    rows = [
        [
            safe(one.name),
            *(safe(each) for each in shown.cells(one)),
            "" if one.marginal is None else money(one.marginal),
        ][: len(header)]
        for one in ways
    ]
    return [*table_of(header, rows), ""]


def _levers(found: Sensitivity, made: Comparison) -> list[str]:
    """Levers with their bars; in words where there is nothing to move."""
    ways, now = owner(found, made), now_of(found, made)
    if ways is None or not ways.options:
        return []
    if found.choice is None or now is None:
        return ["Nothing can be moved: no way reaches the target.", ""]
    shown = moving(found)
    low, high = span_of(shown, now)
    rows = [
        [
            safe(lever_name(one)),
            f"`{_strip(one, low, now, high)}`",
            safe(at_end(one, 0)),
            safe(at_end(one, 1)),
            safe(flip_of(one) or "-"),
        ]
        for one in shown
    ]
    header = ["input", "`-` less, `+` more", "less", "more", "the answer changes"]
    flags = [False, False, True, True, False]
    said = [HOW_MOVED, *changes_of(found), *ask_below(found)]
    body = [*table_of(header, rows, flags), ""] if rows else []
    return [strong(safe(heading_of(found, ways, now))), "", *body, *bulleted("Levers", said)]


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
