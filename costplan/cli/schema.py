"""``costplan schema``: the JSON Schema of a file, for editors and checks."""

from __future__ import annotations

from typing import Annotated

import typer

from costplan.cli.common.options import OutOption


def command(
    name: Annotated[
        str,
        typer.Argument(
            metavar="[NAME]", help="workload, policy, catalog, or a document such as estimate."
        ),
    ] = "workload",
    out: OutOption = None,
) -> int:
    """Print a JSON Schema. With '#:schema FILE' on its first line, editors check the workload."""
    from costplan.cli.common.words import put
    from costplan.store.files.schemas import schema

    put(schema(name), out)
    return 0
