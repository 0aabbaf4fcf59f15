"""A result as JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING

from costplan.record.writing import plain
from costplan.render import Look
from costplan.render.json import dumps

if TYPE_CHECKING:
    from costplan.document.kinds import Result


def draw(document: Result, look: Look) -> str:
    """The whole result; how it may look on a terminal changes nothing."""
    return dumps(plain(document)) + "\n"
