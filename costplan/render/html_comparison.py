"""A comparison's part of an HTML page: the answer before the bills, all that it rests on after."""

from __future__ import annotations

from costplan.document.comparison import Answer, Comparison, Sensitivity
from costplan.document.options import Strategies
from costplan.render import owning, versus
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


def answered(comparison: Comparison, number: int) -> str:
    """What to do, the stacks' standings, the recommended stack's frontier and levers."""
    if comparison.answer is None:
        return ""
    first = comparison.answer.standings[0].stack
    ways = next(strategies for strategies in comparison.strategies if strategies.stack == first)
    parts = [_said(comparison, comparison.answer), _standings(comparison, comparison.answer)]
    parts.append(frontier(ways, comparison.document.currency, f"frontier{number}"))
    for sensitivity in sensitivities(comparison):
        if owner(sensitivity, comparison) is ways:
            parts.append(_levers(sensitivity, comparison, f"levers{number}"))
            break
    parts.append(bullets("To measure", to_measure(comparison)))
    return f"<section><h2>What to do</h2>{''.join(parts)}</section>"


def compared(comparison: Comparison, number: int) -> str:
    """Everything else: stacks against the baseline, each stack's ways, notes."""
    parts = [_versus(comparison)]
    if comparison.owning:
        body = table(owning.TITLE, owning.HEADER, owning.rows(comparison), owning.FIGURES)
        parts.append(f"<section><h2>{owning.TITLE}</h2>{body}</section>")
    for title, words in LISTS.items():
        parts.append(bullets(title, words(comparison)))
    shown = comparison.answer.standings[0].stack if comparison.answer is not None else None
    for at, strategies in enumerate(comparison.strategies):
        parts.append(
            _strategies(strategies, comparison, f"{number}-{at}", charts=strategies.stack != shown)
        )
    for title, said in said_once(comparison).items():
        parts.append(bullets(title, said))
    parts.append(bullets("Notes", comparison.notes))
    return "".join(parts)


def _said(comparison: Comparison, answer: Answer) -> str:
    """The answer's sentences; those that go on stand with the one before."""
    groups: list[tuple[str, list[str]]] = []
    for sentence in sentences(comparison, answer):
        if sentence.about:
            groups.append((sentence.about, []))
        shade = f' class="{sentence.tone}"' if sentence.tone else ""
        groups[-1][1].append(f"<dd{shade}>{held(sentence.sentence)}</dd>")
    rows = [f"<div><dt>{text_of(about)}</dt>{''.join(said)}</div>" for about, said in groups]
    return f'<dl class="said">{"".join(rows)}</dl>'


def _standings(comparison: Comparison, answer: Answer) -> str:
    shown = columns(comparison, answer)
    ways = {stack: way.name for stack, way in best_ways(comparison, answer).items()}
    names = sorted(set(ways.values()))
    alike = len(names) < 2
    same = f'<p class="sub">In every stack: {text_of(names[0])}.</p>' if len(names) == 1 else ""
    rows = [
        [
            standing.stack,
            *([] if alike else [brief(ways.get(standing.stack, "-"))]),
            *(column.cells[at] for column in shown),
        ]
        for at, standing in enumerate(answer.standings)
    ]
    header = ["stack", *([] if alike else ["way"]), *(column.title for column in shown)]
    flags = [False, *([] if alike else [False]), *(True for _ in shown)]
    title = f"The best of each stack, {comparison.document.currency} a month"
    whose = caption(comparison, answer)
    said = f'<p class="sub">{text_of(whose)}.</p>' if whose else ""
    return table(title, header, rows, flags) + said + same


def _versus(comparison: Comparison) -> str:
    if not comparison.versus:
        return ""
    against = f"Against {comparison.baseline}"
    header = versus.header(comparison, "difference")
    body = table(against, header, versus.rows(comparison), versus.figures(comparison))
    return f"<section><h2>{text_of(against)}</h2>{body}</section>"


def _strategies(strategies: Strategies, comparison: Comparison, name: str, *, charts: bool) -> str:
    parts = [f"<section><h2>{text_of(strategies.stack)}: ways to trusted answers</h2>"]
    parts += [f"<p>{held(sentence_of(strategies, comparison))}</p>"]
    said = [strategies.advice] if strategies.advice else []
    said += measures(strategies) if strategies.options else strategies.notes
    parts += [f"<p>{held(sentence)}.</p>" for sentence in said]
    if strategies.options:
        if charts:
            parts.append(frontier(strategies, comparison.document.currency, f"frontier{name}"))
        parts.append(
            folded(
                "Every way that was tried",
                _ways(strategies, comparison) + _money(strategies, comparison),
                shut=True,
            )
        )
    for sensitivity in sensitivities(comparison):
        if owner(sensitivity, comparison) is strategies and charts:
            parts.append(
                folded(
                    "What would change the answer",
                    _levers(sensitivity, comparison, f"l{name}"),
                    shut=True,
                )
            )
    return "".join([*parts, "</section>"])


def _ways(strategies: Strategies, comparison: Comparison) -> str:
    shown = Columns.of(strategies, known(comparison))
    titles = shown.titles(comparison.document.currency)
    parts = []
    for place, ways in zip(PLACES, Blocks.of(strategies), strict=True):
        header = ["way", *titles, *(["extra"] if ways is strategies.frontier else [])]
        rows = [
            [way.name, *shown.cells(way), "" if way.marginal is None else money(way.marginal)]
            for way in ways
        ]
        if rows:
            body = table(place, header, [row[: len(header)] for row in rows])
            parts.append(f"<h3>{place.capitalize()}</h3>{body}")
    return "".join(parts)


def _money(strategies: Strategies, comparison: Comparison) -> str:
    loss = known(comparison).loss
    rows = [[way.name, *purposes(way, loss=loss)] for way in telling(strategies)]
    caption = "Where the money goes"
    return f"<h3>{caption}</h3>" + table(caption, ["way", *purpose_titles(loss=loss)], rows)


def _levers(sensitivity: Sensitivity, comparison: Comparison, name: str) -> str:
    """A tornado with its table; in words where there is nothing to move."""
    ways, now = owner(sensitivity, comparison), now_of(sensitivity, comparison)
    if ways is None or not ways.options:
        return ""
    if sensitivity.choice is None or now is None:
        return "<p>Nothing can be moved: no way reaches the target.</p>"
    shown = moving(sensitivity)
    heading = heading_of(sensitivity, ways, now)
    rows = [
        [lever_name(lever), at_end(lever, 0), at_end(lever, 1), flip_of(lever) or "-"]
        for lever in shown
    ]
    header = ["input", "less", "more", "the answer changes"]
    said = [HOW_MOVED, *changes_of(sensitivity), *ask_below(sensitivity)]
    flags = [False, True, True, False]
    body = table("Levers", header, rows, flags) + bullets("", said)
    more = folded("Levers as a table", body, shut=True)
    return tornado(shown, now, heading, name) + more
