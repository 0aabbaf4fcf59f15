"""``costplan reconcile``: a plan, real usage and an invoice, and what lies between them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from costplan.cli.common.grouping import grouped
from costplan.cli.common.options import (
    FORM,
    ChangeOption,
    OutOption,
    RateOption,
    Reading,
    ResultFormat,
)

if TYPE_CHECKING:
    from decimal import Decimal


@grouped
def command(
    workload: Annotated[
        str | None,
        typer.Argument(metavar="[WORKLOAD]", help="The plan; left out, none is compared."),
    ] = None,
    usage: Annotated[
        list[str] | None,
        typer.Option("--usage", metavar="SOURCE", help="Logs or traces; may be repeated."),
    ] = None,
    invoice: Annotated[
        list[str] | None,
        typer.Option(
            "--invoice", metavar="FILE", help="FOCUS, a page of costs, a table; may be repeated."
        ),
    ] = None,
    stack: Annotated[
        str | None, typer.Option("--stack", metavar="NAME", help="The stack that was bought.")
    ] = None,
    limit: Annotated[
        str,
        typer.Option("--limit", metavar="PERCENT", help="The unexplained share that is let pass."),
    ] = "1%",
    *,
    reading: Reading,
    column: Annotated[
        list[str] | None,
        typer.Option(
            "--invoice-map",
            metavar="NAME=COLUMN",
            help="Where item, quantity, unit, amount, currency, begin, end, category stand.",
        ),
    ] = None,
    change: ChangeOption = None,
    exchange: RateOption = None,
    form: Annotated[ResultFormat, FORM] = ResultFormat.table,
    out: OutOption = None,
) -> int:
    """Bridge a plan, real usage and an invoice. Exit 1 where more than the limit is unexplained.

    Two of the three are enough. What nobody mapped is listed, never guessed.
    """
    from costplan.api.reconciling import Sides, open_workload, reconcile
    from costplan.cli.common.words import day, look, put, spare
    from costplan.render.results import draw_result

    share, columns = _share(limit), _columns(column or [])
    options = reading.options(day(None))
    plan = None if workload is None else open_workload(workload, change or [], exchange or [])
    bridge = reconcile(Sides(plan, stack, usage or [], invoice or []), options, share, columns)
    spare(out)
    put(draw_result(bridge, form.value, look()), out)
    return 0 if bridge.passes else 1


def _share(text: str) -> Decimal:
    from costplan.cli.common.words import sane
    from costplan.problems import BadUsage

    share = sane("--limit", text.removesuffix("%")) / 100
    if not 0 <= share <= 1:
        raise BadUsage(f"--limit is {text}: it must be from 0 to 100 percent")
    return share


def _columns(pairs: list[str]) -> dict[str, str]:
    from costplan.api.reconciling import PLAIN
    from costplan.problems import BadUsage, did_you_mean

    column_of = {}
    for pair in pairs:
        name, equals, column = pair.partition("=")
        if name not in PLAIN or not equals or not column:
            hint = did_you_mean(name, PLAIN) or "columns: " + ", ".join(PLAIN)
            raise BadUsage(f"--invoice-map {pair}: is no NAME=COLUMN", hint)
        column_of[name] = column
    return column_of
