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
REFERENCES = (
    re.compile(r"[#!&](?=\d)"),  # issues, merge requests, epics; $1 is an amount first
    re.compile(r"[~%](?=[\w\"])"),  # labels, milestones
    re.compile(r":(?=//)|@"),
    re.compile(r"(?i)\bwww(?=\.)|\b(?:mailto|xmpp):"),
    re.compile(r"(?i)\bGH(?=-\d)"),
    re.compile(r"^\s*/(?=\w)"),  # a command to the host, where a text begins a line
)
"""Behind what a text is parted, so that GitHub and GitLab make nothing of it."""
HASH = re.compile(r"(?i)(?<![a-z0-9])[0-9a-f]{7,64}(?![a-z0-9])")
"""What may name a commit; hosts take seven digits or more of one."""
SIX = re.compile(r"[0-9a-fA-F]{6}(?=.)")


@lru_cache(maxsize=4096)  # names stand in many cells
def safe(text: str) -> str:
    """A text that renders as itself, on one line."""
    text = MARKUP.sub(r"\\\1", in_html(text))
    return LEAD.sub(lambda match: f"{match[0][:-1]}\\{match[0][-1]}", text)


def in_html(text: str) -> str:
    """A text for a line of HTML, in which Markdown is not read: no tag, no link by itself.

    Hosts look for references in what is drawn, where no backslash is left to keep them apart.
    """
    text = clean(text)  # spells out any zero-width space of the text's own
    for pattern in REFERENCES:
        text = pattern.sub("\\g<0>\u200b", text)
    text = HASH.sub(lambda word: SIX.sub("\\g<0>\u200b", word[0]), text)
    text = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return text.replace("\u200b", APART)


def strong(text: str) -> str:
    """Bold, for a text that is safe and not empty."""
    return f"**{text}**" if text else ""
