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
RateOption = Annotated[
    list[str] | None,
    typer.Option(
        "--exchange",
        metavar="usd_per_eur=RATE@DATE",
        help="State an exchange rate: so many USD for one EUR, on a day.",
    ),
]
ExplainOption = Annotated[
    bool,
    typer.Option("--explain", help="Show each line's formula, price, source and date."),
]
