"""One colour a component, on every page and every bar.

Light and dark ones have a contrast of at least 3 to 1 to their paper (WCAG 1.4.11), tested.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from costplan.words import CATEGORIES

OTHER = "other"
"""The component of what is no category, such as a stated cost that is not people's."""


class Colour(NamedTuple):
    """On light paper, on dark paper, on a terminal; and the blocks of a bar without colour."""

    light: str
    dark: str
    terminal: str
    block: str
    ascii: str


OF_CATEGORIES = (
    Colour("#2f6fb5", "#6aa9ec", "cyan", "█", "#"),  # tokens
    Colour("#c2570c", "#f09a5c", "magenta", "▓", "="),  # vector-db
    Colour("#8e4fb0", "#c391e0", "yellow", "▒", "+"),  # observability
    Colour("#8a7a10", "#d2c04e", "green", "░", "-"),  # orchestration
    Colour("#0e8a8a", "#4cc3c3", "blue", "▞", "o"),  # runtime
    Colour("#2b8a4b", "#63c086", "bright_green", "▤", "%"),  # compute
    Colour("#5757c9", "#a6a6ff", "bright_blue", "▥", "x"),  # search-rerank
    Colour("#7d5a36", "#c9a47c", "bright_yellow", "▨", ":"),  # guardrails
    Colour("#b03a5b", "#e884a0", "red", "◆", "*"),  # human
)
COLOURS: Mapping[str, Colour] = {
    **dict(zip(CATEGORIES, OF_CATEGORIES, strict=True)),
    OTHER: Colour("#5d6b78", "#9aa8b5", "white", "●", "@"),
}


def colour_of(component: str) -> Colour:
    """The colour of a component; a name that no category has is shown as other costs are."""
    return COLOURS.get(component, COLOURS[OTHER])


def shade_of(component: str) -> str:
    """The component's class in a stylesheet."""
    return f"c-{component if component in COLOURS else OTHER}"
