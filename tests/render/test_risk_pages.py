"""What a month may come to on every page: the figures, strips on one scale, what is left open."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from xml.etree import ElementTree

import pytest
from run import DAY, WORKLOAD, Ran, costplan

from costplan.document.estimate import Estimate
from costplan.document.risk import Measuring, Risk, Unknown
from costplan.render import Look
from costplan.render.page import Page
from costplan.render.risk import (
    Drawn,
    Scale,
    columns,
    lay_out_risk,
    measuring,
    percent,
    sentences,
    strip,
)

TEXT = (
    WORKLOAD.replace("= 1_000\n\n", "= { p5 = 500, p95 = 2_000 }\n\n").replace(
        "output_tokens = 500", "output_tokens = { low = 200, likely = 400, high = 2_000 }"
    )
    + '\n[stack.b]\nchat = "anthropic/claude-sonnet-5-5"\n[budget]\nmonthly_total = 6\n'
)


def draw(folder: Path, form: str, *arguments: str, command: str = "estimate") -> Ran:
    (folder / "w.toml").write_text(TEXT, encoding="utf-8")
    return costplan(command, "w.toml", *DAY, "--format", form, *arguments, folder=folder)


def month(p5: str, p50: str, mean: str, p95: str) -> dict[str, Decimal]:
    return dict(zip(("p5", "p50", "mean", "p95"), map(Decimal, (p5, p50, mean, p95)), strict=True))


def stack(name: str, monthly: dict[str, Decimal], **given: object) -> Estimate:
    risk = Risk(
        draws=8_192,
        seed=1,
        monthly=monthly,
        errors=month("1", "1", "1", "1"),
        percentiles=[Decimal(at) for at in range(99)],
        **given,  # type: ignore[arg-type]
    )
    return Estimate(stack=name, requests=Decimal(1), components=[], risk=risk)


def test_a_strip_has_its_marks_where_the_figures_are() -> None:
    """0 to 100 in 101 columns: each figure is its own place; the likely month here is 0."""
    made = stack("a", month("10", "40", "60", "100"))
    assert made.risk is not None
    drawn = Drawn(made, made.risk)
    text = strip(drawn, Scale.of([drawn]), 101, unicode=True)
    places = {mark: text.index(mark) for mark in "├┤●xo"}
    assert places == {"├": 10, "┤": 100, "●": 40, "x": 60, "o": 0}
    plain = strip(drawn, Scale.of([drawn]), 101, unicode=False)
    assert plain.isascii()
    assert (plain[10], plain[40], plain[100]) == ("|", "*", "|")


def test_a_mean_beyond_the_p95_has_its_place() -> None:
    made = stack("a", month("10", "20", "900", "100"))
    assert made.risk is not None
    drawn = Drawn(made, made.risk)
    text = strip(drawn, Scale.of([drawn]), 91, unicode=True)
    assert text.index("x") == 90


def test_a_month_that_does_not_move_is_one_mark() -> None:
    made = stack("a", month("0", "0", "0", "0"))
    assert made.risk is not None
    drawn = Drawn(made, made.risk)
    assert strip(drawn, Scale.of([drawn]), 20, unicode=True) == "o"


@pytest.mark.parametrize(
    ("share", "words"),
    [("0", "0 %"), ("0.004", "< 1 %"), ("0.5", "50 %"), ("0.996", "> 99 %"), ("1", "100 %")],
)
def test_a_probability_is_sure_only_where_it_is(share: str, words: str) -> None:
    assert percent(Decimal(share)) == words


def test_columns_that_say_nothing_are_not_there() -> None:
    one = stack("a", month("1", "2", "3", "4"))
    assert one.risk is not None
    titles = [each.title for each in columns([Drawn(one, one.risk)])]
    assert titles == ["P5", "median", "mean", "P95"]
    other = stack("b", month("1", "2", "3", "4"), refused=Decimal("0.1"), on_target=Decimal(1))
    assert other.risk is not None
    stacks = [Drawn(one, one.risk), Drawn(other, other.risk)]
    assert [each.title for each in columns(stacks)][4:] == ["on target", "refused"]
    assert [each.title for each in columns(stacks, every=False)][4:] == ["refused"]


@pytest.mark.parametrize("width", [40, 60, 80, 120])
def test_a_table_of_strips_keeps_its_width(width: int) -> None:
    chances = {"over_budget": Decimal("0.5"), "cheapest": Decimal("0.996")}
    many = [
        stack(f"a-stack-of-a-long-name-{at}", month("1000", "20000", "30000", "4000000"), **chances)
        for at in range(3)
    ]
    page = Page(Look(width=width))
    lay_out_risk(page, many)
    lines = page.text().splitlines()
    assert max(map(len, lines)) <= width
    assert "P95" in lines[0]
    assert sum("┤" in line for line in lines) == 3


def test_what_to_measure_is_told_with_what_it_takes() -> None:
    two = [stack("a", month("1", "2", "3", "4")), stack("b", month("1", "2", "3", "4"))]
    key, share = "step.chat.input_tokens", Decimal("0.6")
    asked = Measuring(key=key, share=share, worth=Decimal(250), observations=120, flips=True)
    assert measuring(asked, two) == (
        "measure next: step.chat.input_tokens, 120 observations halve it; worth 250 a month"
    )
    idle = Measuring(key=key, share=share)
    assert measuring(idle, two).endswith("; no choice hangs on it")
    assert measuring(idle, two[:1]) == "measure next: step.chat.input_tokens"


def test_the_spread_names_as_many_ranges_as_a_line_has_room_for() -> None:
    unknowns = [
        Unknown(
            key=f"step.chat.key_{at}",
            low=Decimal(1),
            high=Decimal(2),
            monthly_low=Decimal(100),
            monthly_high=None if at == 2 else Decimal(200),
            share=Decimal("0.4") - Decimal(at) / 10,
        )
        for at in range(4)
    ]
    made = stack("a", month("1", "2", "3", "4"), unknowns=unknowns)
    (said,) = sentences([made], 80)
    assert said == "spread: step.chat.key_0 40 % (100 to 200); step.chat.key_1 30 % (100 to 200)"
    assert sentences([made], 66) == [
        "spread: step.chat.key_0 40 % (100 to 200); step.chat.key_1 30 %"
    ]
    assert sentences([made], 50) == ["spread: step.chat.key_0 40 % (100 to 200)"]
    assert "key_2 20 %" in sentences([made], 200)[0]
    assert [each.swing for each in unknowns] == [100, 100, 0, 100]


@pytest.mark.parametrize("form", ["table", "markdown", "html", "json", "lean"])
def test_every_page_has_the_figures(tmp_path: Path, form: str) -> None:
    ran = draw(tmp_path, form)
    assert ran.code == 0, ran.err
    shown = ran.out if form in ("json", "lean") else ran.out.replace("&gt;", ">")
    words = ("p5", "p95", "p50") if form in ("json", "lean") else ("P5", "median", "mean", "P95")
    assert all(word in shown for word in words)
    assert "traffic.requests_per_month" in shown


@pytest.mark.parametrize("form", ["table", "markdown", "html"])
def test_a_comparison_says_what_its_plans_may_come_to(tmp_path: Path, form: str) -> None:
    ran = draw(tmp_path, form, command="compare")
    assert ran.code == 0, ran.err
    assert "measure next" in ran.out.lower()
    full = draw(tmp_path, form, "--full", command="compare").out
    assert "median" in full
    assert len(draw(tmp_path, "table", command="compare").out.splitlines()) <= 23


def test_drawings_are_whole_and_in_bounds(tmp_path: Path) -> None:
    page = draw(tmp_path, "html").out
    pictures = [
        ElementTree.fromstring('<svg class="plot"' + part.split("<figcaption>")[0])
        for part in page.split('<svg class="plot"')[1:]
    ]
    assert len(pictures) == 2
    for picture in pictures:
        for bar in picture.iter("rect"):
            left, wide = (float(bar.attrib[key].rstrip("%")) for key in ("x", "width"))
            assert left >= 0
            assert left + wide <= 100.5


def test_full_pages_say_each_range_and_error(tmp_path: Path) -> None:
    out = draw(tmp_path, "table", "--full").out
    assert "step.answer.output_tokens" in out
    assert out.count("standard error:") == 2


def test_hostile_names_forge_nothing(tmp_path: Path) -> None:
    text = TEXT.replace("[stack.b]", '[stack."b<script>|\\u001b[2J"]')
    (tmp_path / "w.toml").write_text(text, encoding="utf-8")
    for form in ("html", "markdown", "table"):
        out = costplan("estimate", "w.toml", *DAY, "--format", form, folder=tmp_path).out
        assert "\x1b" not in out
        assert "b<script>" not in out or form == "table"
