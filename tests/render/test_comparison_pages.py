"""Comparisons as pages: everything is on each of them, once, whatever things are called."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

from costplan.document.comparison import Comparison
from costplan.document.prices_used import Ended
from costplan.document.saved import parse
from costplan.problems import clean
from costplan.quantity import grouped
from costplan.record.writing import plain
from costplan.render import Look, render
from costplan.render.json import dumps
from costplan.render.page import money, width_of
from costplan.render.ways import brief, known, lever_name, moving

SAVED = Path(__file__).resolve().parents[1] / "data" / "saved"
PAGES = ("table", "markdown", "html")
FULL = Look(full=True)
NASTY = "</script><script>alert(1)</script> | `c` **b** [x](javascript:1) @team \x1b[31m\n\u202e\"'"


def loaded(name: str = "answer-comparison", change: Callable[[str], str] = str) -> Comparison:
    """A saved comparison; ``change`` alters its text."""
    text = change((SAVED / f"{name}.json").read_text("utf-8"))
    data = json.loads(text, parse_float=Decimal, parse_int=Decimal)
    made = parse(data)
    assert isinstance(made, Comparison)
    return made


def renamed(names: dict[str, str]) -> Comparison:
    """The comparison with other names of stacks and of ways, wherever they stand."""

    def change(value: Any) -> Any:
        if isinstance(value, dict):
            return {change(key): change(one) for key, one in value.items()}
        if isinstance(value, list):
            return [change(one) for one in value]
        return names.get(value, value) if isinstance(value, str) else value

    text = (SAVED / "answer-comparison.json").read_text("utf-8")
    made = parse(change(json.loads(text, parse_float=Decimal, parse_int=Decimal)))
    assert isinstance(made, Comparison)
    return made


def unfolded(text: str) -> str:
    """A terminal's text without its line ends."""
    return " ".join(text.split())


def text_in(page: str, form: str) -> str:
    """What a reader sees of a page, blanks made one."""
    if form == "html":
        import html

        page = page.split("</style>")[1]
        page = html.unescape(re.sub(r"<[^>]+>", " ", page)).replace("\xa0", " ")
    if form == "markdown":
        import html

        page = html.unescape(re.sub(r"\\(?=[^\w\s])", "", page)).replace("\u200b", "")
    return unfolded(page)


@pytest.mark.parametrize("form", PAGES)
def test_nothing_of_a_comparison_is_missing_from_a_page(form: str) -> None:
    made = loaded()
    page = text_in(render(made, form, FULL), form)
    assert made.answer is not None
    assert f"{made.answer.stack}: {made.answer.way}: {grouped(made.answer.monthly, 0)}" in page
    assert made.answer.compute in page
    for one in made.answer.standings:
        assert grouped(one.plan_monthly, 0) in page
        assert one.whole is not None
        assert grouped(one.whole, 0) in page
    for sentence in [*made.answer.to_measure, *made.answer.candidates, *made.notes]:
        assert sentence in page
    for each in made.strategies:
        for way in each.options:
            assert brief(way.name) in page or way.name in page
            if way.monthly is not None:
                assert way.whole is not None
                assert {money(way.monthly), money(way.whole)} <= set(page.split())
            if way.reason:
                assert way.reason.removeprefix("not modelled: ") in page
        assert each.advice is not None
        assert each.advice in page
    for found in made.levers:
        for lever in moving(found):
            assert lever_name(lever) in page
            assert lever.low is not None
            assert grouped(lever.low, 0) in page
    for mix in made.mixes:
        assert money(mix.monthly) in page
    for amount in made.margins.values():
        assert money(amount) in page
    for versus in made.versus:
        assert versus.one_off is not None
        assert money(versus.one_off) in page


@pytest.mark.parametrize("form", PAGES)
def test_what_holds_for_every_stack_is_said_once(form: str) -> None:
    made = loaded()
    page = text_in(render(made, form, FULL), form)
    reasons = {
        one.reason.removeprefix("not modelled: ")
        for each in made.strategies
        for one in each.options
        if one.reason
    }
    assert len(reasons) > 3
    for sentence in (*reasons, *made.notes, "human accuracy less case cost over loss"):
        stacks = 1 if sentence in (*reasons, *made.notes) else len(made.levers)
        assert 1 <= page.count(sentence) <= (1 if form == "table" else stacks), sentence


@pytest.mark.parametrize("form", PAGES)
def test_a_page_is_the_same_from_what_was_saved(form: str) -> None:
    made = loaded()
    again = parse(json.loads(dumps(plain(made)), parse_float=Decimal, parse_int=Decimal))
    assert isinstance(again, Comparison)
    for look in (Look(), FULL, Look(width=60, unicode=False)):
        assert render(made, form, look) == render(again, form, look)


@pytest.mark.parametrize("form", PAGES)
def test_comparisons_without_an_answer_are_drawn_without_it(form: str) -> None:
    page = text_in(render(loaded("support-agent-comparison"), form, Look()), form)
    assert "do this" not in page.casefold().replace("do this:", "do this")
    assert "hangs on" not in page
    assert "99 % trusted answers cost 1,037 a month orchestrated" in page
    for words in ("2,250.96", "cost of a case", "GPUs sized for the peak", "12,224.26"):
        assert words in page


# the first screen


LONG = {
    "metered": "portable-bought-in-pieces-from-as-many-vendors-as-there-are-roles",
    "quoted": "ein-Stack-mit-Umlauten-äöü-und-日本語-in-seinem-Namen",
}


def at_most_four(made: Comparison) -> list[str]:
    lines = render(made, "table", Look()).splitlines()
    assert len(lines) <= 23
    assert max(map(width_of, lines)) <= 80
    return lines


@pytest.mark.parametrize("names", [{}, LONG], ids=["plain", "long"])
def test_the_answer_is_one_screen(names: dict[str, str]) -> None:
    made = renamed(names)
    lines = at_most_four(made)
    rows = lines[next(at for at, line in enumerate(lines) if line.startswith("─")) + 1 :][:3]
    for row, standing in zip(rows, made.answer.standings, strict=True):  # type: ignore[union-attr]
        assert row.startswith(standing.stack[:6])
        assert grouped(standing.plan_monthly, 0) in row
    assert not [line for line in lines if re.fullmatch(r"\s*[-+]*[\d.,]+( [%s])?", line)]


def test_a_crowded_answer_still_fits_and_says_what_to_do() -> None:
    made = renamed(LONG)
    answer = made.answer
    assert answer is not None
    answer.equal = [one.stack for one in answer.standings]
    answer.to_measure = [f"'search' with {'x' * 90}: about 1,118 cases for +-1 point"]
    answer.standings.append(replace(answer.standings[0]))
    answer.hangs_on = [
        replace(one, instead=f"{LONG['metered']}: 5 attempts, without check, with people")
        for one in answer.hangs_on
    ]
    text = unfolded("\n".join(at_most_four(made)))
    assert f"do this {LONG['metered']}: {answer.way}" in text
    assert "hangs on" in text
    assert "--full: all ways" in text


def test_a_stack_is_equally_right_only_beside_another() -> None:
    made = loaded()
    answer = made.answer
    assert answer is not None
    answer.equal = ["quoted", "metered"]
    page = unfolded(render(made, "table", Look(width=80)))
    assert "assumed quoted, metered equally right: the bill alone ranks them" in page
    answer.equal = ["quoted"]
    page = unfolded(render(made, "table", Look(width=80)))
    assert "equally right" not in page
    assert "assumed quoted as right as the steps say: not measured with its models" in page


def test_what_is_no_longer_sold_stands_on_the_first_screen() -> None:
    made = loaded()
    ended = Ended("acme/old", date(2026, 7, 24), 0, 1)
    for stack in made.document.estimates:
        stack.ended = [ended]
    page = render(made, "table", Look(width=80))
    assert page.count("not sold") == 1
    assert f"not sold   {ended.fact.text}" in page
    assert "not sold" not in render(loaded(), "table", Look(width=80))


def test_columns_give_way_before_the_names_of_stacks_do() -> None:
    wide = render(loaded(), "table", Look(width=130))
    narrow = render(loaded(), "table", Look(width=80))
    head = next(line for line in wide.splitlines() if line.startswith("stack")).split()
    assert {"wrong", "idle"} <= set(head)
    assert "flat-fee-with-a-name-that-is-too-long-for-a-column" in wide
    less = next(line for line in narrow.splitlines() if line.startswith("stack")).split()
    assert "total" in less
    assert not {"wrong", "idle"} & set(less)


@pytest.mark.parametrize("width", [60, 80, 120])
def test_no_line_of_the_full_page_is_wider_than_the_terminal(width: int) -> None:
    for made in (loaded(), renamed(LONG), renamed({"metered": NASTY})):
        lines = render(made, "table", Look(width=width, full=True)).splitlines()
        assert max(map(width_of, lines)) <= width


def test_seconds_and_totals_stand_where_they_are_known() -> None:
    made = loaded()
    assert known(made).loss
    assert known(made).spread
    assert "P95 s" in render(made, "table", FULL)
    for each in made.strategies:
        for way in each.options:
            way.loss = way.seconds = way.seconds_p95 = None
    page = render(made, "table", FULL)
    below = page[page.index("metered: ways") : page.index("Measures")]
    assert "P95 s" not in below
    assert " total" not in below


# charts


def charts(made: Comparison) -> list[ElementTree.Element]:
    page = render(made, "html", Look())
    found = []
    for part in page.split('<svg class="plot"')[1:]:
        found.append(ElementTree.fromstring('<svg class="plot"' + part.split("<figcaption>")[0]))
    return found


def test_a_frontier_has_a_mark_a_way_and_the_target() -> None:
    made = loaded()
    frontiers = [one for one in charts(made) if one.find(".//line[@class='goal']") is not None]
    assert len(frontiers) == len(made.strategies)
    order = [made.answer.stack, *(one.stack for one in made.strategies)]  # type: ignore[union-attr]
    ways = {one.stack: one for one in made.strategies}
    for drawn, stack in zip(frontiers, dict.fromkeys(order), strict=True):
        priced = [one for one in ways[str(stack)].options if one.monthly is not None]
        compute = [one for one in priced if one.kind in ("hosting", "unchecked", "quality")]
        assert len(drawn.findall(".//path[@class='metal']")) == len(compute)
        assert len(drawn.findall(".//circle[@class='own']")) == len(priced) - len(compute)
        assert len(drawn.findall(".//circle[@class='ring']")) == 1
        titles = [str(one.text) for one in drawn.iter("title")]
        assert str(stack) in titles[0]
        for way in priced:
            assert sum(title.startswith(f"{way.name}: ") for title in titles) >= 1


def test_marks_stand_where_their_figures_say() -> None:
    drawn = charts(loaded())[0]
    places = {}
    for mark in drawn.findall("svg"):
        title = mark.find("title")
        assert title is not None
        name, _, said = str(title.text).rpartition(": ")
        share, cost = re.findall(r"\d[\d.,]*", said)
        spot = (float(mark.attrib["x"].rstrip("%")), float(mark.attrib["y"]))
        places[name] = (float(share), float(cost.replace(",", "")), *spot)
    for share, cost, x, y in places.values():
        for other_share, other_cost, other_x, other_y in places.values():
            assert share <= other_share + 0.01 or x >= other_x
            assert cost <= other_cost + 1 or y <= other_y


def test_a_tornado_has_a_row_a_lever_the_strongest_above() -> None:
    made = loaded()
    tornados = [one for one in charts(made) if one.find(".//line[@class='now']") is not None]
    assert len(tornados) == len(made.levers)
    for drawn, found in zip(tornados, made.levers, strict=True):
        rows = drawn.findall("g")
        assert [str(row.findall("text")[0].text) for row in rows] == [
            lever_name(one) for one in moving(found)
        ]
        widths = [
            max(float(one.attrib["width"].rstrip("%")) for one in row.findall("rect"))
            for row in rows
        ]
        assert min(widths) >= 0
        assert widths[0] == max(widths)
        assert all(0 <= float(one.attrib["x"].rstrip("%")) <= 100 for one in drawn.iter("rect"))


def test_an_end_out_of_reach_is_drawn_to_the_border() -> None:
    made = loaded()
    for found in made.levers:
        found.levers[0].high = None
    page = render(made, "html", Look())
    assert "out of reach at 1" in page
    assert 'class="higher open"' in page
    assert "out of reach at 1" in text_in(render(made, "markdown", FULL), "markdown")
    assert "out of reach at 1" in render(made, "table", FULL)


# names that would be more than names


def hostile() -> Comparison:
    made = loaded()
    names = {one.stack: f"{NASTY}{at}" for at, one in enumerate(made.strategies)}
    names |= {
        way.name: f"{NASTY}{way.name}"
        for each in made.strategies
        for way in each.options
        if way.kind != "plan"
    }
    made = renamed(names)
    assert made.answer is not None
    made.answer.candidates = [NASTY]
    made.answer.to_measure = [NASTY]
    made.answer.compute = NASTY
    made.document.currency = "U|S`D"
    for each in made.strategies:
        each.sentence = each.advice = NASTY
        for way in each.options:
            way.reason = NASTY
    for found in made.levers:
        for lever in found.levers:
            lever.name, lever.instead, lever.reason = NASTY, NASTY, NASTY
    made.answer.hangs_on = made.levers[0].levers[:3]
    return made


def test_hostile_names_stay_text_on_a_page() -> None:
    page = render(hostile(), "html", Look())
    assert "<script" not in page
    assert "javascript:1)" in page
    assert not re.search(r'<[^>]*(href|src|onload|onerror)="?(?!https?://)', page)
    assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u202e]", page)
    assert len(charts(hostile())) > 4  # each is a whole drawing


def test_hostile_names_make_no_cell_tag_or_link_in_markdown() -> None:
    page = render(hostile(), "markdown", FULL)
    assert "<script" not in page
    assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u202e]", page)
    read = re.sub(r"<summary>.*?</summary>", "", page)  # a line of HTML, which is no Markdown
    assert not re.search(r"(?<!\\)\[x\]\(", read)
    assert "@team" not in page
    rows = re.findall(r"^\|.*\|$", page, flags=re.M)
    assert len(rows) > 100
    tables = re.split(r"\n(?!\|)", page)
    for one in tables:
        widths = {len(re.findall(r"(?<!\\)\|", row)) for row in re.findall(r"^\|.*$", one, re.M)}
        assert len(widths) <= 1, one[:300]


@pytest.mark.parametrize("look", [Look(), FULL, Look(width=40, full=True)])
def test_hostile_names_steer_no_terminal(look: Look) -> None:
    page = render(hostile(), "table", look)
    assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u202e]", page)
    assert clean(NASTY)[:12] in page
