"""Texts of files inside Markdown, for every page that is written in it.

What a name, a note or a source says cannot make a table cell, a tag, a link, a mention or an issue
reference.
"""

from __future__ import annotations

import re
from functools import lru_cache

from costplan.problems import clean

MARKUP = re.compile(r"([\\`*\[\]|~$]|(?<![A-Za-z0-9])_|_(?![A-Za-z0-9]))")
LEAD = re.compile(r"^(?:[-+=#](?=\D)|\d+[.)](?=\s|$))")
"""What begins a list or a heading, where a text begins a line."""
APART = "&#8203;"
"""A zero-width space: it keeps @names, #numbers and addresses of a text from becoming links."""


@lru_cache(maxsize=4096)  # names stand in many cells
def safe(text: str) -> str:
    """A text that renders as itself, on one line."""
    text = MARKUP.sub(r"\\\1", in_html(text))
    return LEAD.sub(lambda found: f"{found[0][:-1]}\\{found[0][-1]}", text)


def in_html(text: str) -> str:
    """A text for a line of HTML, in which Markdown is not read: no tag, no link by itself."""
    text = clean(text).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    text = re.sub(r"#(?=\d)", f"#{APART}", text)  # before the others, which hold such a number
    text = text.replace("://", f":{APART}//").replace("@", f"@{APART}")
    text = re.sub(r"(?i)\b(www)\.", rf"\1{APART}.", text)
    text = re.sub(r"(?i)\b(mailto|xmpp):", rf"\1{APART}:", text)
    return re.sub(r"(?i)\b(GH)-(?=\d)", rf"\1{APART}-", text)


def strong(text: str) -> str:
    """Bold, for a text that is safe and not empty."""
    return f"**{text}**" if text else ""
