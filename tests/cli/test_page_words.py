"""Every title of a row, a column or a list that a page prints is known to ``costplan explain``."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest
from run import ROOT, costplan

from costplan.cli.common.glossary import ALIASES, TERMS
from costplan.plan.judge.measures import MEASURES
from costplan.render.verdict import WORDS

OF_PRICES = ("audit", "health", "history", "listing", "price_diff", "price_list", "price_refresh")
"""Pages of the catalogue; all others are of bills, comparisons, checks and diffs."""
PAGES = [
    path.stem
    for path in sorted((ROOT / "costplan" / "render").glob("*.py"))
    if path.stem not in OF_PRICES
]
DRAWN = ("Table", "add", "cell", "bullets")
ROWS = ("Row", "_money")
"""What makes a row of figures: its block, then its title."""
LABELS = ("Column", "Said")
"""What makes a column or a sentence of an answer: its title first."""


def titles(page: str) -> Iterator[str]:
    """The words that a page's code gives to its tables and lists."""
    tree = ast.parse((ROOT / "costplan" / "render" / f"{page}.py").read_text("utf-8"))
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            name = getattr(node.func, "attr", getattr(node.func, "id", ""))
            given = node.args[:1] if name in ("cell", "bullets") else node.args
            given = node.args[1:2] if name in ROWS else given
            given = node.args[:1] if name in LABELS else given
            if name in (*DRAWN, *ROWS, *LABELS):
                yield from (one.value for one in given if isinstance(one, ast.Constant))
        if isinstance(node, ast.Tuple):
            match node.elts:
                case [ast.Constant(value=str(title)), ast.ListComp() | ast.Name() | ast.Call(), *_]:
                    yield title


WORDS_OF_PAGES = sorted(
    {
        word.strip().casefold()
        for page in PAGES
        for word in titles(page)
        if isinstance(word, str) and any(letter.isalpha() for letter in word)
    }
)
ASKED = (
    "seconds",
    "P95 s",
    "total",
    "extra",
    "wrong",
    "what would change the answer",
    "overprovisioned",
    "orchestration spend",
    "rho",
    "request",
    "trusted answers",
    "silent failures",
    "at least",
    "idle",
    "redundant",
    "verdict",
    "purpose",
)


def test_the_titles_are_seen() -> None:
    assert set(OF_PRICES) <= {path.stem for path in (ROOT / "costplan" / "render").glob("*.py")}
    assert {"orchestration spend", "fixed", "budget left", "headroom"} <= set(WORDS_OF_PAGES)
    assert len(WORDS_OF_PAGES) > 40


@pytest.mark.parametrize(
    "word", sorted({*WORDS_OF_PAGES, *ASKED, *(one.casefold() for one in WORDS.values())})
)
def test_explain_knows_the_word(word: str, tmp_path: Path) -> None:
    ran = costplan("explain", word, folder=tmp_path)
    assert ran.code == 0, ran.err
    assert len(ran.out) > len(word) + 20


@pytest.mark.parametrize("figure", [*MEASURES])
def test_explain_knows_the_figures_of_policies(figure: str, tmp_path: Path) -> None:
    ran = costplan("explain", figure, folder=tmp_path)
    assert ran.code == 0, ran.err
    assert figure in TERMS or figure in ALIASES or figure in ran.out
