"""The HTML page in a real browser: what a reader sees, and that nothing is fetched or refused."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator
from pathlib import Path

import pytest
from chromium import Browser
from report_cases import (
    BILL,
    MINIMAL,
    RESULTS,
    SAVED,
    SUPPORT,
    data,
    hostile,
    hostile_result,
    opened,
)

from costplan.document.kinds import SavedResult
from costplan.document.saved import parse_result
from costplan.render import Look, render_all
from costplan.render.results import draw_results

OF_RESULTS = ("diff-stacks", "diff-prices", "check-support", "check-policies")
OF_RESULTS = (*OF_RESULTS, "usage", "reconciliation", "forecast")


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with Browser() as one:
        yield one


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("pages")
    drawn = {
        "support": opened(SUPPORT),
        "comparison": opened(SAVED / "support-agent-comparison.json"),
        "answer": opened(SAVED / "answer-comparison.json"),
        "several": opened(SUPPORT, MINIMAL, BILL),
        "hostile": [hostile()],
    }
    texts = {name: render_all(saved, "html", Look()) for name, saved in drawn.items()}
    for name in OF_RESULTS:
        result = SavedResult(name, parse_result(data(RESULTS / f"{name}.json")))
        texts[name] = draw_results([result], "html", Look())
    texts["hostile results"] = draw_results(
        [hostile_result(f"{name}.json") for name in OF_RESULTS], "html", Look()
    )
    made = {}
    for name, text in texts.items():
        made[name] = folder / f"{name}.html"
        made[name].write_text(text, encoding="utf-8")
    return made


def pixels(png: bytes) -> tuple[int, int, bytes]:
    """Width, height and the unfiltered bytes of a PNG of 8 bits and no interlace."""
    assert png.startswith(b"\x89PNG\r\n\x1a\n")
    width, height, depth, kind = struct.unpack(">IIBB", png[16:26])
    assert (depth, kind) in ((8, 2), (8, 6))
    at, body = 8, b""
    while at < len(png):
        (size,) = struct.unpack(">I", png[at : at + 4])
        if png[at + 4 : at + 8] == b"IDAT":
            body += png[at + 8 : at + 8 + size]
        at += size + 12
    return width, height, zlib.decompress(body)


@pytest.mark.parametrize(
    "name", ["support", "comparison", "several", "hostile", "hostile results", *OF_RESULTS]
)
def test_a_page_asks_for_nothing_and_complains_of_nothing(
    browser: Browser, pages: dict[str, Path], name: str
) -> None:
    browser.open(pages[name])
    assert browser.run("document.readyState") == "complete"
    assert browser.requests() == []
    assert browser.complaints() == []
    assert browser.run("document.scripts.length") == 0
    assert browser.run("typeof alert") == "function"


def test_the_page_shows_every_stack_line_and_source(
    browser: Browser, pages: dict[str, Path]
) -> None:
    browser.open(pages["support"])
    text = browser.run("document.body.innerText")
    document = data(SUPPORT)
    assert document["workload"] in text
    for stack in document["estimates"]:
        assert f"{stack['total_monthly']:,.2f}" in text
        for component in stack["components"]:
            for line in component["line_items"]:
                assert line["offer"] in text
                assert line["checked"] in text
    assert browser.run("document.querySelectorAll('svg.chart rect').length") > 12
    bars = browser.run(
        "[...document.querySelectorAll('svg.chart rect')].map(r => r.getBBox().width)"
    )
    assert max(bars) > 200
    headings = browser.run("[...document.querySelectorAll('h1,h2')].map(h => h.innerText)")
    assert headings[0] == "support-agent"
    assert [one["stack"] for one in document["estimates"]] == headings[-4:]
    assert browser.run("document.title") == "support-agent: monthly cost"


def test_a_hostile_name_is_only_text(browser: Browser, pages: dict[str, Path]) -> None:
    browser.open(pages["hostile"])
    assert "<script>alert(1)</script>" in browser.run("document.body.innerText")
    assert browser.run("document.querySelectorAll('a').length") == 0


def test_light_dark_and_print_are_drawn(browser: Browser, pages: dict[str, Path]) -> None:
    browser.open(pages["support"])
    shots = {
        "light": browser.look(**{"prefers-color-scheme": "light"}),
        "dark": browser.look(**{"prefers-color-scheme": "dark"}),
        "print": browser.look(media="print"),
    }
    assert len(set(shots.values())) == 3
    means = {}
    for name, png in shots.items():
        width, height, body = pixels(png)
        assert (width, height) == (1000, 900)
        assert len(png) > 20_000, name
        assert len(set(body)) > 100, name
    for name, low, high in (("light", 245, 256), ("dark", 0, 60)):
        scheme = {"prefers-color-scheme": name}
        browser.look(**scheme)
        color = browser.run("getComputedStyle(document.body).backgroundColor")
        means[name] = [int(one) for one in color.removeprefix("rgb(").rstrip(")").split(",")]
        assert all(low <= one < high for one in means[name]), (name, color)


def test_a_bar_is_as_long_as_its_figure_at_any_width(
    browser: Browser, pages: dict[str, Path]
) -> None:
    """And the text beside it keeps its size: it is no part of the drawing."""
    browser.open(pages["support"])
    totals = [stack["total_monthly"] for stack in data(SUPPORT)["estimates"]]
    for width in (400, 1200):
        browser.look(width=width)
        bars = browser.run(
            "[...document.querySelectorAll('.bars > li')].map(li => [...li.querySelectorAll"
            "('rect')].reduce((sum, r) => sum + r.getBoundingClientRect().width, 0))"
        )
        for bar, total in zip(bars, totals, strict=True):
            assert abs(bar / max(bars) - float(total / max(totals))) < 0.02
        size = "getComputedStyle(document.querySelector('.bars .name')).fontSize"
        assert browser.run(size) == "15px"
        shown = browser.run(
            "[...document.querySelectorAll('.bars .n')].map(one => one.getBoundingClientRect())"
            ".map(box => [box.left, box.right])"
        )
        assert all(0 <= left < right <= width for left, right in shown)


def test_a_diff_draws_its_causes_to_both_sides_of_the_axis(
    browser: Browser, pages: dict[str, Path]
) -> None:
    browser.open(pages["diff-prices"])
    browser.look(width=400)
    shown = browser.run(
        "[...document.querySelectorAll('.bars > li')].map(li => [li.querySelector('.name')"
        ".innerText, ...[...li.querySelectorAll('rect')].map(r => [r.getAttribute('class'),"
        " r.getBoundingClientRect().left, r.getBoundingClientRect().right])])"
    )
    causes = {
        name: stack["causes"][name]
        for stack in data(RESULTS / "diff-prices.json")["stacks"][:1]
        for name in stack["causes"]
        if stack["causes"][name]
    }
    assert [row[0].partition(":")[0] for row in shown[: len(causes)]] == [*causes]
    for row, value in zip(shown, causes.values(), strict=False):
        (shade, left, right), (axis, *_) = row[1], row[-1]
        assert (shade, axis) == ("more" if value > 0 else "less", "axis")
        middle = (row[-1][1] + row[-1][2]) / 2
        assert (left >= middle - 3) if value > 0 else (right <= middle + 3)


@pytest.mark.parametrize("width", [360, 768, 1400])
def test_only_tables_scroll_sideways(browser: Browser, pages: dict[str, Path], width: int) -> None:
    for name in ("several", "comparison", "answer", "hostile", "hostile results", *OF_RESULTS):
        browser.open(pages[name])
        browser.look(width=width)
        assert browser.run("document.documentElement.scrollWidth") <= width, name


LABELS = """
    [...document.querySelectorAll('svg.plot')].map(plot => {
        const all = [...plot.querySelectorAll('text')];
        const own = all.filter(one => !one.classList.contains('tick'));
        const shown = plot.querySelector('.goal') ? own : all;
        const edge = plot.getBoundingClientRect();
        return shown.map(one => one.getBoundingClientRect()).map(
            one => [one.left - edge.left, one.top, edge.right - one.right, one.bottom,
                one.right - edge.left]);
    })
"""


@pytest.mark.parametrize("width", [400, 1200])
@pytest.mark.parametrize("name", ["comparison", "answer"])
def test_labels_of_charts_stand_apart_and_inside(
    browser: Browser, pages: dict[str, Path], name: str, width: int
) -> None:
    browser.open(pages[name])
    browser.run("document.querySelectorAll('details').forEach(one => one.open = true)")
    browser.look(width=width)
    drawn = browser.run(LABELS)
    assert len(drawn) > 4
    for labels in drawn:
        assert len(labels) > 2
        for at, (left, top, beyond, bottom, right) in enumerate(labels):
            assert left >= -1, labels
            assert beyond >= -1, labels
            for other_left, other_top, _, other_bottom, other_right in labels[at + 1 :]:
                across = min(right, other_right) - max(left, other_left)
                down = min(bottom, other_bottom) - max(top, other_top)
                assert across <= 1 or down <= 3, labels  # a line's box is taller than its letters


def test_letters_of_charts_keep_their_size(browser: Browser, pages: dict[str, Path]) -> None:
    browser.open(pages["answer"])
    sizes = []
    for width in (400, 1200):
        browser.look(width=width)
        heights = "[...document.querySelectorAll('.plot text')].map(t => t.getBBox().height)"
        sizes.append(browser.run(heights))
    assert sizes[0] == sizes[1]
    assert min(sizes[0]) >= 12
