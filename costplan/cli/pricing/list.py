"""``costplan pricing list``: the catalogue's prices in a table, narrowed and sorted."""

from __future__ import annotations

from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Any

import typer

from costplan.cli.common.options import (
    FORM,
    CatalogueDayOption,
    CategoryOption,
    VendorOption,
)


class Format(StrEnum):
    """How a list can be printed."""

    table = "table"
    json = "json"
    csv = "csv"


def amount(name: str) -> Any:
    """An option that bounds a price per 1M tokens."""
    bound = "least" if name.startswith("--min") else "most"
    what = name.partition("-")[2].rpartition("-")[2]
    return typer.Option(
        name, metavar="PRICE", help=f"{what.capitalize()} price per 1M tokens, at {bound}."
    )


KindOption = Annotated[
    str | None, typer.Option("--kind", metavar="KIND", help="chat, embedding, rerank or offer.")
]
ContextOption = Annotated[
    int | None, typer.Option("--min-context", min=1, metavar="TOKENS", help="Context window.")
]
CapabilityOption = Annotated[
    list[str] | None,
    typer.Option(
        "--capability", metavar="NAME", help="Such as batch, cache or audio; may be repeated."
    ),
]
SortOption = Annotated[
    str,
    typer.Option("--sort", metavar="FIELD", help="id, input, output, context, since or checked."),
]
LimitOption = Annotated[
    int | None, typer.Option("--limit", min=1, metavar="N", help="At most so many.")
]
EverythingOption = Annotated[
    bool, typer.Option("--all", help="Every entry, where nothing narrows the table.")
]


def command(
    category: CategoryOption = None,
    vendor: VendorOption = None,
    kind: KindOption = None,
    min_input: Annotated[str | None, amount("--min-input")] = None,
    max_input: Annotated[str | None, amount("--max-input")] = None,
    min_output: Annotated[str | None, amount("--min-output")] = None,
    max_output: Annotated[str | None, amount("--max-output")] = None,
    min_context: ContextOption = None,
    capability: CapabilityOption = None,
    sort: SortOption = "id",
    descending: Annotated[bool, typer.Option("--desc", help="Largest first.")] = False,
    limit: LimitOption = None,
    everything: EverythingOption = False,
    as_of: CatalogueDayOption = None,
    form: Annotated[Format, FORM] = Format.table,
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
    listed, fit, any_chosen = list_prices(category, vendor, wanted, when)
    if listed.entries or form is not Format.table:
        put(draw(listed, form.value, look()), None)
    if len(listed.entries) < fit:
        note(f"{len(listed.entries):,} of {fit:,} that fit; --limit shows more")
    if not listed.entries:
        note(_nothing(category, vendor, any_chosen))
    return 0 if listed.entries else 1


def _price(name: str, text: str | None) -> Decimal | None:
    from costplan.cli.common.words import sane
    from costplan.problems import BadUsage

    if text is None:
        return None
    price = sane(name, text)
    if price < 0:
        raise BadUsage(f"{name} is {price}: it must be at least 0")
    return price


def _nothing(category: str | None, vendor: str | None, left_out: bool) -> str:
    if left_out:
        return "nothing in the catalogue fits these bounds; an entry without the figure is left out"
    return f"nothing in the category {category} is from {vendor}"
