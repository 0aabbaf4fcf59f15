"""Lines in the shape of FOCUS 1.4, which names who provides a service and who hosts it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from costplan.render import Look
from costplan.render.focus import draw_version

if TYPE_CHECKING:
    from costplan.document.kinds import Saved


def draw(saved: Sequence[Saved], look: Look) -> str:
    """As ``costplan.render.focus``, with the columns of 1.4."""
    return draw_version(saved, "1.4")
