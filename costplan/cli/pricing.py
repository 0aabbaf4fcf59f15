"""``costplan pricing``: what the catalogue holds."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from costplan.cli import audit as audits
from costplan.cli import price_list, pricing_diff, pricing_lock, refresh

if TYPE_CHECKING:
    from costplan.document.listing import Document

tree = typer.Typer(
    no_args_is_help=True,
    rich_markup_mode=None,
    help="Look up, refresh, pin and compare prices, with their sources.",
)
tree.command("audit")(audits.audit)
tree.command("report")(audits.report)


tree.command("diff")(pricing_diff.command)
tree.command("lock")(pricing_lock.command)


class Format(StrEnum):
    """What ``costplan.render.listing`` can draw."""

    table = "table"
    json = "json"


SHOWN = 40
"""So many ids below a name fit on a page or two."""
At = Annotated[
    str | None,
    typer.Option("--at", "--as-of", metavar="DATE", help="The day whose prices apply; or today."),
]
Form = Annotated[Format, typer.Option("--format", help="What to print.")]


tree.command("list")(price_list.command)


@tree.command("show")
def show(
    offer: Annotated[
        str, typer.Argument(metavar="OFFER", help="An exact id or alias; a vendor lists its plans.")
    ],
    at: At = None,
    form: Form = Format.table,
) -> int:
    """Show one entry: prices, variables, limits, history, sources."""
    from costplan.catalog.model import Model
    from costplan.cli.voice import note
    from costplan.cli.words import clean, day
    from costplan.plan.listing import below, price_list
    from costplan.plan.price_page import model_page, offer_page
    from costplan.problems import UnknownOffer, did_you_mean
    from costplan.store.scan import heads
    from costplan.store.shelves import open_catalog

    when = day(at)
    catalog = open_catalog(Path())
    entry = catalog.find(offer)
    if entry is not None:
        item, dated = entry.item, at is not None
        if isinstance(item, Model):
            _print(model_page(entry, item, when, dated=dated, asked=offer), form)
        else:
            _print(offer_page(entry, item, when, dated=dated, asked=offer), form)
        return 0
    known = heads(catalog)
    plans = below(known, offer)
    if not plans:
        vendors = sorted({head.prefix for head in known})
        hint = None if "/" in offer else did_you_mean(offer, vendors)
        raise UnknownOffer(f"unknown offer '{offer}'", hint or catalog.hint(offer))
    count = f"{len(plans):,} ids begin" if len(plans) > 1 else "one id begins"
    note(f"'{clean(offer)}' is not an id; {count} with it")
    if len(plans) > SHOWN and form is Format.table:
        plans = plans[:SHOWN]
        vendor = plans[0].prefix
        note(f"the first {SHOWN} below; 'costplan pricing list --vendor {vendor}' lists all")
    _print(price_list([catalog.get(head.id) for head in plans], when), form)
    return 0


@tree.command("search")
def search(
    word: Annotated[list[str], typer.Argument(metavar="WORD...", help="All of them must match.")],
    form: Form = Format.table,
    limit: Annotated[
        int, typer.Option("--limit", min=1, metavar="N", help="At most so many.")
    ] = 20,
) -> int:
    """Search ids, aliases, vendors and products.

    What is found by likeness is never priced.
    """
    from costplan.cli.voice import note
    from costplan.cli.words import clean
    from costplan.plan.searching import search as search_in
    from costplan.store.scan import heads
    from costplan.store.shelves import open_catalog

    found = search_in(heads(open_catalog(Path())), word, limit)
    if found.hits or form is Format.json:
        _print(found, form)
    if not found.hits:
        note(f"nothing in the catalogue is like '{clean(' '.join(word))}'")
    return 0 if found.hits else 1


tree.command("refresh")(refresh.command)


def _print(document: Document, form: Format) -> None:
    from costplan.cli.words import look, put
    from costplan.render.listing import draw

    put(draw(document, form.value, look()), None)
