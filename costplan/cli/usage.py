"""``costplan usage``: what real usage cost at the catalogue's prices."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from costplan.cli.common.options import ExplainOption, OutOption
from costplan.problems import BadUsage

if TYPE_CHECKING:
    from decimal import Decimal

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
KindOption = Annotated[
    str | None,
    typer.Option("--source", metavar="NAME", help="What the files are; recognised if left out."),
]
MapOption = Annotated[
    list[str] | None,
    typer.Option(
        "--map",
        metavar="NAME=COLUMN|FILE",
        help="Where a column of usage stands, or a file with [columns] and [map].",
    ),
]
VendorOfOption = Annotated[
    str | None,
    typer.Option("--vendor", metavar="NAME", help="Who served, where the source does not say."),
]

SamplingOption = Annotated[
    str | None,
    typer.Option("--sampling", metavar="SHARE", help="Share of requests logged: 0.1, or 1."),
]


class Format(StrEnum):
    """What usage can be drawn as."""

    table = "table"
    json = "json"
    lean = "lean"
    markdown = "markdown"
    html = "html"
    csv = "csv"


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
    kind: KindOption = None,
    mapping: MapOption = None,
    vendor: VendorOfOption = None,
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
    form: Annotated[Format, typer.Option("--format", help="What to print.")] = Format.table,
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
    from costplan.api.warehouse import Options, mapping_of, usage_from
    from costplan.cli.common.words import day, look, put, spare
    from costplan.render.results import draw_result

    options = Options(
        day=day(as_of),
        fixed=as_of is not None,
        by=tuple(dict.fromkeys(one.strip() for one in by.split(",") if one.strip())),
        source=kind,
        mapping=mapping_of(mapping or []),
        vendor=vendor,
    )
    made = usage_from(source or [], warehouse, table, options)
    spare(out)
    put(draw_result(made, form.value, look(explain)), out)
    return 3 if strict and not made.complete else 0


def sampled(text: str | None) -> Decimal | None:
    """The share of ``--sampling``; None where it was not given. Raises BadUsage."""
    from costplan.cli.common.words import sane

    if text is None:
        return None
    share = sane("--sampling", text.removesuffix("%")) / (100 if text.endswith("%") else 1)
    if not 0 < share <= 1:
        raise BadUsage(f"--sampling is {text}: it must be above 0 and at most 1")
    return share
