"""Documents as a picture of the terminal, for a README or a slide (rich's SVG export)."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

from costplan.render import Look
from costplan.render.table import page

if TYPE_CHECKING:
    from costplan.document.kinds import Saved


def draw(saved: Sequence[Saved], look: Look) -> str:
    """The table as an SVG image, in colour whatever the terminal is."""
    from io import StringIO

    from rich.console import Console
    from rich.text import Text

    laid_out = page(saved, look._replace(color=True, unicode=True))
    console = Console(file=StringIO(), width=laid_out.width, record=True, highlight=False)
    for line in laid_out.lines:
        console.print(Text.assemble(*((cell.text, cell.style) for cell in line)), soft_wrap=True)
    drawn = console.export_svg(title="costplan", unique_id="costplan")
    # Rich's picture fetches its fonts from the network; the reader's own monospace one will do.
    text = re.sub(r"\s*@font-face \{.*?\}", "", drawn, flags=re.S) + "\n"
    return look.markup(text)
