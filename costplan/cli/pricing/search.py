"""``costplan pricing search``: entries that a few words are about."""

from __future__ import annotations

from typing import Annotated

import typer

from costplan.cli.common.options import FORM, PlainFormat
from costplan.cli.pricing.show import show


def command(
    word: Annotated[list[str], typer.Argument(metavar="WORD...", help="All of them must match.")],
    form: Annotated[PlainFormat, FORM] = PlainFormat.table,
    limit: Annotated[
        int, typer.Option("--limit", min=1, metavar="N", help="At most so many.")
    ] = 20,
) -> int:
    """Search ids, aliases, vendors and products.

    What is found by likeness is never priced.
    """
    from costplan.api.prices import search_prices
    from costplan.cli.common.voice import note
    from costplan.problems import clean

    search = search_prices(word, limit)
    if search.hits or form is PlainFormat.json:
        show(search, form)
    if not search.hits:
        note(f"nothing in the catalogue is like '{clean(' '.join(word))}'")
    return 0 if search.hits else 1
