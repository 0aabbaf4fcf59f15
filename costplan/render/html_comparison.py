"""A comparison's part of an HTML page: the answer before the bills, all that it rests on after."""

from __future__ import annotations

from costplan.document.comparison import Answer, Comparison, Sensitivity, Versus
from costplan.document.options import Strategies
from costplan.quantity import grouped, rounded
from costplan.render import owning
from costplan.render.answer import best_ways, caption, columns, sentences
from costplan.render.html_frontier import frontier
from costplan.render.html_page import bullets, folded, held, table, text_of
from costplan.render.html_tornado import tornado
from costplan.render.page import money
from costplan.render.ways import (
    HOW_MOVED,
    LISTS,
    PLACES,
    Blocks,
    Columns,
    ask_below,
    at_end,
    brief,
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
    telling,
    to_measure,
)


def answered(made: Comparison, number: int) -> str:
    """What to do, the stacks' standings, the recommended stack's frontier and levers."""
    if made.answer is None:
        return ""
    first = made.answer.standings[0].stack
    ways = next(one for one in made.strategies if one.stack == first)
    found = next((one for one in sensitivities(made) if owner(one, made) is ways), None)
    parts = [_said(made, made.answer), _standings(made, made.answer)]
    parts.append(frontier(ways, made.document.currency, f"frontier{number}"))
    parts += [] if found is None else [_levers(found, made, f"levers{number}")]
    parts.append(bullets("To measure", to_measure(made)))
    return f"<section><h2>What to do</h2>{''.join(parts)}</section>"


def compared(made: Comparison, number: int) -> str:
    """Everything else: stacks against the baseline, each stack's ways, notes."""
    parts = [_versus(made)]
    if made.owning:
        body = table(owning.TITLE, list(owning.HEADER), owning.rows(made), list(owning.FIGURES))
        parts.append(f"<section><h2>{owning.TITLE}</h2>{body}</section>")
    for title, words in LISTS.items():
        parts.append(bullets(title, words(made)))
    shown = made.answer.standings[0].stack if made.answer is not None else None
    for at, one in enumerate(made.strategies):
        parts.append(_strategies(one, made, f"{number}-{at}", charts=one.stack != shown))
    for title, said in said_once(made).items():
        parts.append(bullets(title, said))
    parts.append(bullets("Notes", made.notes))
    return "".join(parts)


def _said(made: Comparison, answer: Answer) -> str:
    """The answer's sentences; those that go on stand with the one before."""
    groups: list[tuple[str, list[str]]] = []
    for one in sentences(made, answer):
        if one.about:
            groups.append((one.about, []))
        shade = f' class="{one.tone}"' if one.tone else ""
        groups[-1][1].append(f"<dd{shade}>{held(one.sentence)}</dd>")
    rows = [f"<div><dt>{text_of(about)}</dt>{''.join(said)}</div>" for about, said in groups]
    return f'<dl class="said">{"".join(rows)}</dl>'


def _standings(made: Comparison, answer: Answer) -> str:
    shown = columns(made, answer)
    ways = best_ways(made, answer)
    names = {one.name for one in ways.values()}
    same = f'<p class="sub">In every stack: {text_of(names.pop())}.</p>' if len(names) == 1 else ""
    rows = [
        [
            one.stack,
            *([brief(ways[one.stack].name) if one.stack in ways else "-"] if names else []),
            *(each.cells[at] for each in shown),
        ]
        for at, one in enumerate(answer.standings)
    ]
    header = ["stack", *(["way"] if names else []), *(one.title for one in shown)]
    flags = [False, *([False] if names else []), *(True for _ in shown)]
    title = f"The best of each stack, {made.document.currency} a month"
    whose = caption(made, answer)
    said = f'<p class="sub">{text_of(whose)}.</p>' if whose else ""
    return table(title, header, rows, flags) + said + same


def _versus(made: Comparison) -> str:
    if not made.versus:
        return ""
    moves = any(one.one_off is not None for one in made.versus)
    header = ["stack", "difference", "wins on", "loses on", "break-even volume"]
    header += ["moving once", "payback, months"] if moves else []
    rows = [_against(one, moves=moves) for one in made.versus]
    flags = [False, True, False, False, True, *([True, True] if moves else [])]
    body = table(f"Against {made.baseline}", header, rows, flags)
    return f"<section><h2>Against {text_of(made.baseline)}</h2>{body}</section>"


def _against(one: Versus, *, moves: bool) -> list[str]:
    row = [
        one.stack,
        ("+" if one.difference > 0 else "") + money(one.difference),
        ", ".join(f"{name} {money(amount)}" for name, amount in one.wins) or "-",
        ", ".join(f"{name} +{money(amount)}" for name, amount in one.loses) or "-",
        "-" if one.break_even is None else grouped(one.break_even, 0),
    ]
    if moves:
        row.append("-" if one.one_off is None else money(one.one_off))
        row.append("-" if one.payback_months is None else rounded(one.payback_months, 2))
    return row


def _strategies(made: Strategies, whole: Comparison, name: str, *, charts: bool) -> str:
    parts = [f"<section><h2>{text_of(made.stack)}: ways to trusted answers</h2>"]
    parts += [f"<p>{held(sentence_of(made, whole))}</p>"]
    parts += [f"<p>{held(made.advice)}.</p>"] if made.advice else []
    parts += [f"<p>{held(one)}.</p>" for one in (measures(made) if made.options else made.notes)]
    if made.options:
        if charts:
            parts.append(frontier(made, whole.document.currency, f"frontier{name}"))
        parts.append(
            folded("Every way that was tried", _ways(made, whole) + _money(made, whole), shut=True)
        )
    for found in sensitivities(whole):
        if owner(found, whole) is made and charts:
            parts.append(
                folded("What would change the answer", _levers(found, whole, f"l{name}"), shut=True)
            )
    return "".join([*parts, "</section>"])


def _ways(made: Strategies, whole: Comparison) -> str:
    shown = Columns.of(made, known(whole))
    titles = shown.titles(whole.document.currency)
    parts = []
    for place, ways in zip(PLACES, Blocks.of(made), strict=True):
        header = ["way", *titles, *(["extra"] if ways is made.frontier else [])]
        rows = [
            [one.name, *shown.cells(one), "" if one.marginal is None else money(one.marginal)]
            for one in ways
        ]
        if rows:
            body = table(place, header, [row[: len(header)] for row in rows])
            parts.append(f"<h3>{place.capitalize()}</h3>{body}")
    return "".join(parts)


def _money(made: Strategies, whole: Comparison) -> str:
    loss = known(whole).loss
    rows = [[one.name, *purposes(one, loss=loss)] for one in telling(made)]
    caption = "Where the money goes"
    return f"<h3>{caption}</h3>" + table(caption, ["way", *purpose_titles(loss=loss)], rows)


def _levers(found: Sensitivity, made: Comparison, name: str) -> str:
    """A tornado with its table; in words where there is nothing to move."""
    ways, now = owner(found, made), now_of(found, made)
    if ways is None or not ways.options:
        return ""
    if found.choice is None or now is None:
        return "<p>Nothing can be moved: no way reaches the target.</p>"
    shown = moving(found)
    heading = heading_of(found, ways, now)
    rows = [[lever_name(one), at_end(one, 0), at_end(one, 1), flip_of(one) or "-"] for one in shown]
    header = ["input", "less", "more", "the answer changes"]
    said = [HOW_MOVED, *changes_of(found), *ask_below(found)]
    flags = [False, True, True, False]
    body = table("Levers", header, rows, flags) + bullets("", said)
    more = folded("Levers as a table", body, shut=True)
    return tornado(shown, now, heading, name) + more
