"""A comment's text: a marker, the Markdown of one or more documents, and a size it fits into."""

from __future__ import annotations

import re

DETAILS = re.compile(r"<details>.*?</details>\n*", re.S)
SHORTENED = "_Shortened to fit; the full report is among this job's files._\n"


def fitted(marker: str, parts: list[str], limit: int) -> str:
    """The comment, at most ``limit`` characters: folded details are left out from the last one
    on, then whole lines from the end."""
    text = "\n".join(part.strip("\n") + "\n" for part in parts)
    room = limit - len(marker) - 1
    if len(text) <= room:
        return f"{marker}\n{text}"
    room -= len(SHORTENED) + 1
    for found in reversed(list(DETAILS.finditer(text))):
        if len(text) <= room:
            break
        text = text[: found.start()] + text[found.end() :]
    while len(text) > room:
        text = text[:room].rpartition("\n")[0] if "\n" in text[:room] else ""
    return f"{marker}\n{text.rstrip()}\n\n{SHORTENED}"
