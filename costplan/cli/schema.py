"""``costplan schema``: the JSON Schema of a file, for editors and checks."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def command(
    name: Annotated[
        str, typer.Argument(metavar="[NAME]", help="workload, catalog, estimate or bill.")
    ] = "workload",
    out: Annotated[
        Path | None, typer.Option("--out", metavar="FILE", help="Write to a file instead.")
    ] = None,
) -> int:
    """Print a JSON Schema. With '#:schema FILE' on its first line, editors check the workload."""
    from costplan.cli.words import put
    from costplan.store.schemas import schema

    put(schema(name), out)
    return 0
