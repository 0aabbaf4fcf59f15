"""``costplan init``: a workload to start from."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def command(
    template: Annotated[
        str, typer.Option("--template", metavar="NAME", help="Which one; --list names them.")
    ] = "minimal",
    size: Annotated[
        str, typer.Option("--size", metavar="light|typical|heavy", help="How much traffic.")
    ] = "typical",
    out: Annotated[
        str, typer.Option("--out", metavar="FILE", help="Where to write; - prints it.")
    ] = "costplan.toml",
    force: Annotated[bool, typer.Option("--force", help="Replace a file that is there.")] = False,
    names: Annotated[bool, typer.Option("--list", help="Name the templates and stop.")] = False,
) -> int:
    """Write a commented workload that runs as it is."""
    from costplan.cli.common.words import put
    from costplan.problems import BadUsage
    from costplan.store.files import starters
    from costplan.store.files.writing import alone

    if names:
        for name in starters.names():
            first = starters.text(name).splitlines()[0].removeprefix("# ")
            print(f"{name:18} {first}")
        return 0
    text = starters.sized(starters.text(template), size)
    if out == "-":
        put(text, None)
        return 0
    path = Path(out)
    with alone(path):  # of two at once the second is told, too
        if path.exists() and not force:
            mend = "--force replaces it, --out names another file"
            raise BadUsage(f"{path} is there already", mend)
        put(text, path)
    return 0
