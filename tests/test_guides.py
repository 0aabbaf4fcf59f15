"""The guides run: what each block of a page shows is what its commands print, at shipped prices.

``COSTPLAN_UPDATE_GOLDEN=1`` or ``make docs`` writes the outputs anew; read the diff.
"""

from __future__ import annotations

import os
import re
import runpy
from pathlib import Path
from typing import Any

import pytest
from run import ROOT, costplan

GUIDES: dict[str, Any] = runpy.run_path(str(ROOT / "docs" / "guides.py"))
PAGES: list[Path] = GUIDES["PAGES"]
LONGEST = 30
"""Lines of a block: what does not fit a screen is cut, so that a price changes few lines."""


def within(arguments: list[str], folder: Path, variables: dict[str, str]) -> tuple[str, int]:
    ran = costplan(*arguments, folder=folder, env=variables)
    return ran.out + ran.err, ran.code


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_a_guide_shows_what_its_commands_print(page: Path) -> None:
    text = page.read_text("utf-8")
    played = GUIDES["played"](text, within)
    if os.environ.get("COSTPLAN_UPDATE_GOLDEN"):
        page.write_text(played, encoding="utf-8")
    assert played == page.read_text("utf-8")
    blocks = [match for match in GUIDES["BLOCK"].finditer(text) if match["kind"] == "console"]
    assert blocks, "a guide runs something"
    assert all(len(match["body"].splitlines()) <= LONGEST for match in blocks)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_a_guide_leads_to_pages_that_are_there(page: Path) -> None:
    for target in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", page.read_text("utf-8")):
        assert (page.parent / target).exists(), target


def test_the_index_has_every_page() -> None:
    index = (ROOT / "docs" / "README.md").read_text("utf-8")
    docs = ROOT / "docs"
    pages = [*docs.glob("*.md"), *(docs / "howto").glob("*.md")]
    names = [page.relative_to(docs).as_posix() for page in pages if page.name != "README.md"]
    assert [name for name in names if f"]({name})" not in index] == []


def test_a_cut_keeps_its_place() -> None:
    scene = GUIDES["Scene"](Path(), lambda *_: ("a\nb\nc\nd\n", 3))
    assert scene.shown("costplan x", ["?", "...", "?", "?"]) == "$ costplan x\na\n...\nc\nd\n"
    assert scene.shown("costplan x | tail -1", []) == "$ costplan x | tail -1\nd\n"
    assert scene.said("echo $?") == "3\n"
