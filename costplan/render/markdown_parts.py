"""The parts of a page in Markdown: tables, lists, what is folded away. Cells are given safe, titles
and sentences as they are."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from costplan.render.markup import in_html, safe, strong

SAFE_URL = re.compile(r"https://[A-Za-z0-9.-]+(?:/[A-Za-z0-9._~/%?=&+,;:#-]*)?")


def source_of(text: str) -> str:
    """A source as a link where it is a plain web address."""
    return f"<{text}>" if SAFE_URL.fullmatch(text) else safe(text)


def safe_rows(rows: Iterable[Iterable[str]]) -> list[list[str]]:
    """Texts of files as cells of ``table_of``."""
    return [[safe(text) for text in row] for row in rows]


def table_of(
    header: Sequence[str], rows: Iterable[Sequence[str]], figures: Sequence[bool] | None = None
) -> list[str]:
    """A table whose columns but the first are figures, unless said otherwise."""
    right = figures if figures is not None else [at > 0 for at in range(len(header))]
    rule = ["---:" if figure else "---" for figure in right]
    return [f"| {' | '.join(row)} |" for row in (header, rule, *rows)]


def folded(title: str, body: Sequence[str]) -> list[str]:
    """A part that is folded away."""
    return [f"<details><summary>{in_html(title)}</summary>", "", *body, "", "</details>", ""]


def bulleted(title: str, sentences: Sequence[str]) -> list[str]:
    """A titled list; nothing without sentences."""
    items = [f"- {safe(sentence)}" for sentence in sentences]
    return [strong(title), "", *items, ""] if items else []
