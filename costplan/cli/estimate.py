"""``costplan estimate``: each stack's monthly bill."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer


class Format(StrEnum):
    """What ``costplan.render`` can draw."""

    table = "table"
    json = "json"
    svg = "svg"


def command(
    workload: Annotated[
        str | None,
        typer.Argument(
            metavar="[WORKLOAD]",
            help="A workload file, - for standard input, or the nearest costplan.toml upward.",
        ),
    ] = None,
    stack: Annotated[
        list[str] | None, typer.Option("--stack", help="Only this stack; may be repeated.")
    ] = None,
    as_of: Annotated[
        str | None, typer.Option("--as-of", metavar="DATE", help="The day whose prices apply.")
    ] = None,
    form: Annotated[Format, typer.Option("--format", help="What to print.")] = Format.table,
    out: Annotated[
        Path | None, typer.Option("--out", metavar="FILE", help="Write to a file instead.")
    ] = None,
    explain: Annotated[
        bool, typer.Option("--explain", help="Show each line's formula, price, source and date.")
    ] = False,
    strict: Annotated[
        bool, typer.Option("--strict", help="Exit 3 if a price is missing or stale.")
    ] = False,
    change: Annotated[
        list[str] | None,
        typer.Option(
            "--set", metavar="a.b=1", help="Change a value; steps and jobs go by their name."
        ),
    ] = None,
) -> int:
    """Estimate the monthly total cost of every stack in a workload file."""
    from costplan.api import estimate_opened
    from costplan.cli.words import day, look, put, spare
    from costplan.render import render
    from costplan.store.workloads import open_workload

    when = day(as_of)
    opened = open_workload(workload, change or [])
    spare(Path(opened.name), out)
    document = estimate_opened(opened, when, stack or [])
    put(render(document, form.value, look(explain)), out)
    return _verdict(document) if strict else 0


def _verdict(document: object) -> int:
    import sys

    from costplan.cli.words import clean
    from costplan.document.estimate import EstimateDocument

    assert isinstance(document, EstimateDocument)
    code = 0
    for made in document.estimates:
        for line in made.unpriced:
            print(
                clean(
                    f"strict: {made.stack}: {line.price.offer} {line.price.charge} has no price: "
                    f"{line.price.reason}"
                ),
                file=sys.stderr,
            )
            code = 3
        for sentence in made.stale:
            print(clean(f"strict: {made.stack}: stale price: {sentence}"), file=sys.stderr)
            code = 3
    return code
