"""``costplan diff``: what a change does to each stack's month, and why."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import typer

from costplan.cli.common.drawing import Part
from costplan.cli.common.grouping import grouped
from costplan.cli.common.options import (
    FORM,
    DayOption,
    NoLockOption,
    OutOption,
    RateOption,
    SaveOption,
    StackOption,
)


class Format(StrEnum):
    """What a diff can be drawn as."""

    table = "table"
    json = "json"
    lean = "lean"
    markdown = "markdown"
    html = "html"


@grouped
def command(
    subject: Annotated[
        str | None,
        typer.Argument(
            metavar="[BASE|WORKLOAD]",
            help="A workload or saved estimate; with --base, the workload.",
        ),
    ] = None,
    after: Annotated[str | None, typer.Argument(metavar="[HEAD]", help="What BASE became.")] = None,
    base: Annotated[
        str | None,
        typer.Option("--base", metavar="REV", help="The workload as of a git revision."),
    ] = None,
    head: Annotated[
        str | None,
        typer.Option("--head", metavar="REV", help="With --base: another revision than the disk."),
    ] = None,
    stack: StackOption = None,
    as_of: DayOption = None,
    no_lock: NoLockOption = False,
    exchange: RateOption = None,
    form: Annotated[Format, FORM] = Format.table,
    out: OutOption = None,
    *,
    part: Part,
    save: SaveOption = None,
) -> int:
    """Say what a change costs: volume, mix, intensity and price."""
    from costplan.api.diffing import diff_files, diff_revisions
    from costplan.api.estimating import Locking
    from costplan.cli.common.words import also, day, file_look, look, put, spare
    from costplan.problems import BadUsage

    part.check(form.value)
    when = None if as_of is None else day(as_of)
    locking = Locking(off=no_lock)
    saves = also(save or [], list(Format), out)
    if base is not None:
        if after is not None:
            raise BadUsage("--base takes one workload", "costplan diff --base REV [WORKLOAD]")
        document = diff_revisions(subject, base, head, when, stack or [], locking, exchange or [])
    elif head is not None:
        raise BadUsage("--head needs --base", "costplan diff --base REV --head REV [WORKLOAD]")
    elif subject is None or after is None:
        raise BadUsage(
            "a diff has two sides",
            "costplan diff BASE HEAD for two files, or --base REV for a git revision",
        )
    else:
        document = diff_files(subject, after, when, stack or [], locking, exchange or [])
    spare(out, *saves.values())
    for name, target in saves.items():
        put(Part().draw(document, name, file_look()), target)
    put(part.draw(document, form.value, look()), out)
    return 0
