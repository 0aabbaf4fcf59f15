"""No page or report loads anything, runs anything, or takes a file's name for more than text."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any
from xml.etree import ElementTree

import pytest
from html_reader import Page
from report_cases import (
    BILL,
    HORIZON,
    MINIMAL,
    NASTY,
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
from costplan.problems import clean
from costplan.render import Look, render_all
from costplan.render.html_style import CSS
from costplan.render.results import RESULT_FORMATS, draw_results

LOOK = Look()
CHECKS = tuple(path.name for path in sorted(RESULTS.glob("check-*.json")))
DIFFS = tuple(path.name for path in sorted(RESULTS.glob("diff-*.json")))
SHOWN = clean(NASTY)
OTHERS = ("usage.json", "reconciliation.json", "forecast.json")
LOADS = ("script", "link", "img", "iframe", "object", "embed", "form", "base", "image", "use")
LOADS = (*LOADS, "video", "audio", "source", "track", "foreignobject", "animate", "set")
ADDRESSES = ("src", "srcset", "href", "action", "formaction", "data", "poster", "ping")
ADDRESSES = (*ADDRESSES, "background", "cite", "xlink:href", "xml:base", "manifest")


def result(name: str) -> SavedResult:
    return SavedResult(name, parse_result(data(RESULTS / name)))


def html_pages() -> Iterator[tuple[str, str]]:
    """Every kind of page, with and without names that try to be markup."""
    documents = {
        "support": opened(SUPPORT),
        "horizon": opened(HORIZON),
        "hostile": [hostile()],
        "comparison": opened(SAVED / "support-agent-comparison.json"),
        "several": opened(SAVED / "support-agent-comparison.json", MINIMAL, BILL),
    }
    for name, saved in documents.items():
        yield name, render_all(saved, "html", LOOK)
    for name in (*CHECKS, *DIFFS, *OTHERS):
        yield name, draw_results([result(name)], "html", LOOK)
        yield f"hostile {name}", draw_results([hostile_result(name)], "html", LOOK)
    yield "all", draw_results([result(name) for name in (*CHECKS, *DIFFS, *OTHERS)], "html", LOOK)


PAGES = dict(html_pages())


@pytest.mark.parametrize("name", PAGES)
def test_a_page_loads_nothing_and_runs_nothing(name: str) -> None:
    page = Page(PAGES[name])
    assert not {tag for tag, _ in page.tags} & set(LOADS)
    for tag, attributes in page.tags:
        assert not any(key.startswith("on") or key == "style" for key in attributes), tag
        for key in ADDRESSES:
            value = attributes.get(key)
            assert value is None or (tag == "a" and value.startswith("https://")), value
    policies = [a["content"] for _, a in page.tags if a.get("http-equiv")]
    assert [str(one).partition(";")[0] for one in policies] == ["default-src 'none'"]
    tables = sum(tag == "table" for tag, _ in page.tags)
    assert tables == sum(tag == "caption" for tag, _ in page.tags)
    heads = [attributes for tag, attributes in page.tags if tag == "th"]
    assert all(attributes.get("scope") in ("col", "row") for attributes in heads)


def test_the_stylesheet_loads_nothing() -> None:
    assert not re.search(r"url\(|@import|@font-face|expression\(|image-set|//", CSS)


@pytest.mark.parametrize("name", [name for name in PAGES if name.startswith("hostile")])
def test_a_hostile_name_is_text_of_the_page(name: str) -> None:
    page = Page(PAGES[name])
    assert SHOWN in "".join(page.texts)
    assert "\x1b" not in PAGES[name]
    assert not [tag for tag, _ in page.tags if tag == "a"]


def annotated(form: str) -> list[tuple[str, str]]:
    found = [("estimate", render_all([hostile()], form, LOOK))]
    for name in CHECKS:
        found.append((name, draw_results([hostile_result(name)], form, LOOK)))
        found.append((f"plain {name}", draw_results([result(name)], form, LOOK)))
    return found


def strings(given: Any, key: str = "") -> Iterator[tuple[str, str]]:
    """Every string of some JSON with the key that it stands below."""
    if isinstance(given, dict):
        for name, value in given.items():
            yield from strings(value, name)
    elif isinstance(given, list):
        for one in given:
            yield from strings(one, key)
    elif isinstance(given, str):
        yield key, given


@pytest.mark.parametrize(("name", "text"), annotated("sarif"), ids=lambda one: one[:30])
def test_sarif_points_to_files_alone_and_its_messages_hold_no_link(name: str, text: str) -> None:
    """A viewer makes a link of [text](address) in a message unless its brackets are escaped
    (SARIF 2.1.0, 3.11.6), and fetches external property files."""
    made = json.loads(text)
    assert made.pop("$schema") == "https://json.schemastore.org/sarif-2.1.0.json"
    for key, value in strings(made):
        assert key not in ("helpUri", "informationUri", "downloadUri", "markdown", "host"), key
        assert not key.startswith("external"), key
        if key == "uri":
            assert re.fullmatch(r"(file:///)?[A-Za-z0-9._~%/-]+", value), value
        if key == "text":
            assert not re.search(r"(?<!\\)\]\(", value), value
            assert value.isprintable(), value
    if name != "estimate" and not name.startswith("plain") and made["runs"][0]["results"]:
        said = "".join(value for key, value in strings(made) if key == "text")
        assert SHOWN in said.replace("\\[", "[").replace("\\]", "]")


@pytest.mark.parametrize(("name", "text"), annotated("junit"), ids=lambda one: one[:30])
def test_junit_refers_to_nothing_and_a_name_stays_a_name(name: str, text: str) -> None:
    assert "<!" not in text
    assert text.count("<?") == 1
    root = ElementTree.fromstring(text)
    tags = {"testsuites", "testsuite", "testcase", "failure", "error", "system-out"}
    known = {"name", "classname", "time", "tests", "failures", "errors", "skipped"}
    for element in root.iter():
        assert element.tag in tags
        assert set(element.attrib) <= known | {"message", "type"}
    if not name.startswith("plain"):
        names = "".join(value for one in root.iter() for value in one.attrib.values())
        assert SHOWN in names


def test_every_result_that_is_annotated_is_tried() -> None:
    assert {"junit", "sarif"} <= set(RESULT_FORMATS["check"])
    assert CHECKS
    assert DIFFS
