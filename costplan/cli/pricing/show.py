"""``costplan pricing show``: all that is known of one entry."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from costplan.cli.common.options import CatalogueDayOption

if TYPE_CHECKING:
    from costplan.document.listing import Document


SHOWN = 40
"""So many ids below a name fit on a page or two."""


class Format(StrEnum):
    """What ``costplan.render.listing`` can draw."""

    table = "table"
    json = "json"


def command(
    offer: Annotated[
        str, typer.Argument(metavar="OFFER", help="An exact id or alias; a vendor lists its plans.")
    ],
    as_of: CatalogueDayOption = None,
    form: Annotated[Format, typer.Option("--format", help="What to print.")] = Format.table,
) -> int:
    """Show one entry: prices, variables, limits, history, sources."""
    from costplan.catalog.model import Model
    from costplan.cli.common.voice import note
    from costplan.cli.common.words import day
    from costplan.plan.prices.listing import below, price_list
    from costplan.plan.prices.price_page import model_page, offer_page
    from costplan.problems import UnknownOffer, clean, did_you_mean
    from costplan.store.files.scan import heads
    from costplan.store.files.shelves import open_catalog

    when = day(as_of)
    catalog = open_catalog(Path())
    entry = catalog.find(offer)
    if entry is not None:
        item, dated = entry.item, as_of is not None
        if isinstance(item, Model):
            show(model_page(entry, item, when, dated=dated, asked=offer), form)
        else:
            show(offer_page(entry, item, when, dated=dated, asked=offer), form)
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
    show(price_list([catalog.get(head.id) for head in plans], when), form)
    return 0


def show(document: Document, form: Format) -> None:
    """Print what the catalogue says."""
    from costplan.cli.common.words import look, put
    from costplan.render.listing import draw

    put(draw(document, form.value, look()), None)
