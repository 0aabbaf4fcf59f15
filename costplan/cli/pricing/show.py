"""``costplan pricing show``: all that is known of one entry."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from costplan.cli.common.options import FORM, CatalogueDayOption, PlainFormat

if TYPE_CHECKING:
    from costplan.document.listing import Document


SHOWN = 40
"""So many ids below a name fit on a page or two."""


def command(
    offer: Annotated[
        str, typer.Argument(metavar="OFFER", help="An exact id or alias; a vendor lists its plans.")
    ],
    as_of: CatalogueDayOption = None,
    form: Annotated[PlainFormat, FORM] = PlainFormat.table,
) -> int:
    """Show one entry: prices, variables, limits, history, sources."""
    from costplan.api.prices import price_list_of, price_page
    from costplan.cli.common.voice import note
    from costplan.cli.common.words import day
    from costplan.document.listing import ModelPage, OfferPage
    from costplan.problems import clean

    when = day(as_of)
    answer = price_page(offer, when, dated=as_of is not None)
    if isinstance(answer, ModelPage | OfferPage):
        show(answer, form)
        return 0
    catalog, plans = answer
    count = f"{len(plans):,} ids begin" if len(plans) > 1 else "one id begins"
    note(f"'{clean(offer)}' is not an id; {count} with it")
    if len(plans) > SHOWN and form is PlainFormat.table:
        plans = plans[:SHOWN]
        vendor = plans[0].prefix
        note(f"the first {SHOWN} below; 'costplan pricing list --vendor {vendor}' lists all")
    show(price_list_of(catalog, plans, when), form)
    return 0


def show(document: Document, form: PlainFormat) -> None:
    """Print what the catalogue says."""
    from costplan.cli.common.words import look, put
    from costplan.render.listing import draw

    put(draw(document, form.value, look()), None)
