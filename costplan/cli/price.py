"""``costplan price``: the bill of one offer."""

from enum import StrEnum
from typing import Annotated

import typer

from costplan.cli.common.drawing import Part
from costplan.cli.common.grouping import grouped
from costplan.cli.common.options import ExplainOption, Format, FormatOption


class Mode(StrEnum):
    """How requests are processed."""

    batch = "batch"
    flex = "flex"
    priority = "priority"
    fast = "fast"


@grouped
def command(
    offer: Annotated[str, typer.Argument(metavar="OFFER", help="An exact id or alias.")],
    quantity: Annotated[
        list[str] | None,
        typer.Argument(metavar="[NAME=VALUE]...", help="Such as input_tokens=1000 or seats=5."),
    ] = None,
    requests: Annotated[
        str, typer.Option("--requests", metavar="N", help="Price one request, multiply by N.")
    ] = "1",
    mode: Annotated[Mode | None, typer.Option("--mode", help="How a model is called.")] = None,
    region: Annotated[
        str | None, typer.Option("--region", metavar="NAME", help="Data residency or region.")
    ] = None,
    charge: Annotated[
        str | None, typer.Option("--charge", metavar="ID", help="Bill one charge only.")
    ] = None,
    at: Annotated[
        str | None,
        typer.Option("--at", "--as-of", metavar="DATETIME", help="When; now if left out."),
    ] = None,
    form: FormatOption = Format.table,
    *,
    part: Part,
    explain: ExplainOption = False,
    strict: Annotated[bool, typer.Option("--strict", help="Exit 3 if a price is missing.")] = False,
    free_tiers: Annotated[
        bool, typer.Option("--free-tiers/--no-free-tiers", help="Count recurring free quotas.")
    ] = True,
) -> int:
    """Print the bill of one offer: a month's, or of one request."""
    from costplan.api.billing import price_offer
    from costplan.cli.common.words import look, moment, put, quantities, sane

    part.check(form.value)
    count = sane("--requests", requests)
    bill = price_offer(
        offer,
        moment(at),
        quantities(quantity or []),
        requests=count,
        mode=mode.value if mode else None,
        region=region,
        charge=charge,
        free_tiers=free_tiers,
    )
    put(part.draw(bill, form.value, look(explain)), None)
    return 3 if strict and bill.unpriced else 0
