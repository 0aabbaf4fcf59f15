"""A result in brief, as ``costplan.render.lean`` writes it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from costplan.document.briefs import summary
from costplan.record.writing import plain
from costplan.render import Look
from costplan.render.lean import text

if TYPE_CHECKING:
    from costplan.document.kinds import Result


def draw(document: Result, look: Look) -> str:
    """The summary; how it may look on a terminal changes nothing."""
    return text(plain(summary(document)))
