"""What an entry of the glossary holds."""

from __future__ import annotations

from typing import NamedTuple


class Term(NamedTuple):
    """``short``: the term in one line. ``text``: paragraphs. ``see``: where more of it stands."""

    short: str
    text: tuple[str, ...] = ()
    see: str = ""
    aliases: tuple[str, ...] = ()
