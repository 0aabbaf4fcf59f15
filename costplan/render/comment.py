"""A comment's text: a marker, the Markdown of one or more documents, and a size it fits into."""

from __future__ import annotations

import re

from costplan.problems import clean

DETAILS = re.compile(r"<details>.*?</details>\n*", re.S)
QUOTED = 20_000
"""Characters of a quoted text."""
SHORTENED = "_Shortened to fit; the full report is among this job's files._\n"


def quoted(text: str) -> str:
    """A text that is not trusted, as a block of code: no Markdown in it is read.

    Its fence is longer than any in the text; of a long text the beginning is kept.
    """
    rows = [clean(row) for row in text[:QUOTED].splitlines()]
    if len(text) > QUOTED:
        rows[-1] = "..."
    longest = max((len(run) for row in rows for run in re.findall("~+", row)), default=0)
    fence = "~" * max(3, longest + 1)
    return "\n".join([f"{fence}text", *rows, fence]) + "\n"


def fitted(marker: str, parts: list[str], limit: int) -> str:
    """The comment, at most ``limit`` characters: folded details are left out from the last one
    on, then whole lines from the end."""
    text = "\n".join(part.strip("\n") + "\n" for part in parts)
    room = limit - len(marker) - 1
    if len(text) <= room:
        return f"{marker}\n{text}"
    room -= len(SHORTENED) + 1
    for match in reversed(list(DETAILS.finditer(text))):
        if len(text) <= room:
            break
        text = text[: match.start()] + text[match.end() :]
    while len(text) > room:
        text = text[:room].rpartition("\n")[0] if "\n" in text[:room] else ""
    return f"{marker}\n{text.rstrip()}\n\n{SHORTENED}"
