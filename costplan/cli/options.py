"""Arguments and options that several commands share, each written once."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

WorkloadArgument = Annotated[
    str | None,
    typer.Argument(
        metavar="[WORKLOAD]",
        help="A workload file, - for standard input, or the nearest costplan.toml upward.",
    ),
]
StackOption = Annotated[
    list[str] | None, typer.Option("--stack", help="Only this stack; may be repeated.")
]
DayOption = Annotated[
    str | None, typer.Option("--as-of", metavar="DATE", help="The day whose prices apply.")
]
OutOption = Annotated[
    Path | None, typer.Option("--out", metavar="FILE", help="Write to a file instead.")
]
ChangeOption = Annotated[
    list[str] | None,
    typer.Option("--set", metavar="a.b=1", help="Change a value; steps and jobs go by their name."),
]
ExplainOption = Annotated[
    bool,
    typer.Option("--explain", help="Show each line's formula, price, source and date."),
]
LockOption = Annotated[
    Path | None,
    typer.Option("--lock", metavar="FILE", help="Prices pinned by this lock file."),
]
NoLockOption = Annotated[
    bool, typer.Option("--no-lock", help="Leave the costplan.lock beside the workload alone.")
]
LockedOption = Annotated[
    bool,
    typer.Option("--locked", help="Exit 3 if prices are not exactly what the lock pins."),
]
