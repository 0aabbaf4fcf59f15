"""``costplan pricing list``: the catalogue's prices in a table, narrowed and sorted."""

from __future__ import annotations

from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Any

import typer

from costplan.cli.common.options import CatalogueDayOption, CategoryOption, VendorOption


class Format(StrEnum):
    """How a list can be printed."""

    table = "table"
    json = "json"
    csv = "csv"


def _amount(name: str) -> Any:
    bound = "least" if name.startswith("--min") else "most"
    what = name.partition("-")[2].rpartition("-")[2]
    return typer.Option(
        name, metavar="PRICE", help=f"{what.capitalize()} price per 1M tokens, at {bound}."
    )


def command(
    category: CategoryOption = None,
    vendor: VendorOption = None,
    kind: Annotated[
        str | None,
        typer.Option("--kind", metavar="KIND", help="chat, embedding, rerank or offer."),
    ] = None,
    min_input: Annotated[str | None, _amount("--min-input")] = None,
    max_input: Annotated[str | None, _amount("--max-input")] = None,
    min_output: Annotated[str | None, _amount("--min-output")] = None,
    max_output: Annotated[str | None, _amount("--max-output")] = None,
    min_context: Annotated[
        int | None, typer.Option("--min-context", min=1, metavar="TOKENS", help="Context window.")
    ] = None,
    capability: Annotated[
        list[str] | None,
        typer.Option(
            "--capability", metavar="NAME", help="Such as batch, cache or audio; may be repeated."
        ),
    ] = None,
    sort: Annotated[
        str,
        typer.Option(
            "--sort", metavar="FIELD", help="id, input, output, context, since or checked."
        ),
    ] = "id",
    descending: Annotated[bool, typer.Option("--desc", help="Largest first.")] = False,
    limit: Annotated[
        int | None, typer.Option("--limit", min=1, metavar="N", help="At most so many.")
    ] = None,
    everything: Annotated[
        bool, typer.Option("--all", help="Every entry, where nothing narrows the table.")
    ] = False,
    as_of: CatalogueDayOption = None,
    form: Annotated[Format, typer.Option("--format", help="What to print.")] = Format.table,
) -> int:
    """List models and offers with their prices, or who sells what.

    Without a filter the vendors of each category are named.
    """
    from costplan.api.prices import Wanted, list_prices, overview
    from costplan.cli.common.environment import on_command_line
    from costplan.cli.common.voice import note
    from costplan.cli.common.words import day, look, put
    from costplan.render.listing import draw

    when = day(as_of)
    wanted = Wanted(
        kind=kind,
        capabilities=tuple(capability or ()),
        input_price=(_price("--min-input", min_input), _price("--max-input", max_input)),
        output_price=(_price("--min-output", min_output), _price("--max-output", max_output)),
        min_context=min_context,
        sort=sort,
        descending=descending,
        limit=limit,
    )
    narrowed = (
        wanted != Wanted()
        or category
        or vendor
        or everything
        or on_command_line("COSTPLAN_AS_OF", as_of)
    )
    if not narrowed and form is Format.table:
        put(draw(overview(), form.value, look()), None)
        return 0
    found, fit, any_chosen = list_prices(category, vendor, wanted, when)
    if found.entries or form is not Format.table:
        put(draw(found, form.value, look()), None)
    if len(found.entries) < fit:
        note(f"{len(found.entries):,} of {fit:,} that fit; --limit shows more")
    if not found.entries:
        note(_nothing(category, vendor, any_chosen))
    return 0 if found.entries else 1


def _price(name: str, text: str | None) -> Decimal | None:
    from costplan.cli.common.words import sane
    from costplan.problems import BadUsage

    if text is None:
        return None
    found = sane(name, text)
    if found < 0:
        raise BadUsage(f"{name} is {found}: it must be at least 0")
    return found


def _nothing(category: str | None, vendor: str | None, left_out: bool) -> str:
    if left_out:
        return "nothing in the catalogue fits these bounds; an entry without the figure is left out"
    return f"nothing in the category {category} is from {vendor}"
