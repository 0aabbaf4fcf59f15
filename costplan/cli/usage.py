"""``costplan usage``: what real usage cost at the catalogue's prices."""

from __future__ import annotations

from typing import Annotated

import typer

from costplan.cli.common.grouping import grouped
from costplan.cli.common.options import FORM, ExplainOption, OutOption, Reading, ResultFormat

SourceArgument = Annotated[
    list[str],
    typer.Argument(
        metavar="SOURCE...",
        help="Logs, traces, usage pages: files, folders, patterns, or - for standard input.",
    ),
]
SourcesArgument = Annotated[
    list[str] | None,
    typer.Argument(
        metavar="[SOURCE...]",
        help="Logs, traces, usage pages: files, folders, patterns, or - for standard input.",
    ),
]


@grouped
def command(
    source: SourcesArgument = None,
    by: Annotated[
        str,
        typer.Option(
            "--by",
            metavar="A,B",
            help="Group by model, vendor, step, tenant, day, month, ... or a column.",
        ),
    ] = "model",
    *,
    reading: Reading,
    warehouse: Annotated[
        str | None,
        typer.Option(
            "--warehouse", metavar="URL", help="Ask a warehouse, such as postgres://host/database."
        ),
    ] = None,
    table: Annotated[
        str | None,
        typer.Option("--table", metavar="NAME", help="The table there, as schema.table."),
    ] = None,
    as_of: Annotated[
        str | None,
        typer.Option(
            "--as-of", metavar="DATE", help="One day's prices for all; else each request's own."
        ),
    ] = None,
    form: Annotated[ResultFormat, FORM] = ResultFormat.table,
    out: OutOption = None,
    explain: ExplainOption = False,
    strict: Annotated[
        bool,
        typer.Option("--strict", help="Exit 3 where a record is unread or has no price."),
    ] = False,
) -> int:
    """Say what real usage cost at list prices, and how requests came.

    Prompts and answers are not kept, printed or stored.
    """
    from costplan.api.warehouse import usage_from
    from costplan.cli.common.words import day, look, put, spare
    from costplan.render.results import draw_result

    groups = tuple(dict.fromkeys(name.strip() for name in by.split(",") if name.strip()))
    options = reading.options(day(as_of))._replace(fixed=as_of is not None, by=groups)
    document = usage_from(source or [], warehouse, table, options)
    spare(out)
    put(draw_result(document, form.value, look(explain)), out)
    return 3 if strict and not document.complete else 0
