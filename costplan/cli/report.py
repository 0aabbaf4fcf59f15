"""``costplan report``: saved documents drawn again, without prices or workload."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import typer

from costplan.cli.common.options import (
    ExplainOption,
    FieldsOption,
    FilterOption,
    Format,
    FormatOption,
    FullOption,
    LinesOption,
    OutOption,
    StackOption,
    SummaryOption,
)


class Group(StrEnum):
    """What ``costplan.document.rows`` can group lines by."""

    component = "component"
    role = "role"
    offer = "offer"
    vendor = "vendor"
    purpose = "purpose"
    stack = "stack"
    workload = "workload"


def command(
    file: Annotated[
        list[str],
        typer.Argument(
            metavar="FILE...",
            help="Saved JSON, - for standard input, or patterns: 'out/*.json'.",
        ),
    ],
    form: FormatOption = Format.table,
    out: OutOption = None,
    stack: StackOption = None,
    condition: FilterOption = None,
    fields: FieldsOption = None,
    summary: SummaryOption = False,
    group_by: Annotated[
        Group | None, typer.Option("--group-by", help="Sums of lines by a field.")
    ] = None,
    top: Annotated[
        int | None,
        typer.Option("--top", metavar="N", help="The N dearest of each; the rest in one row."),
    ] = None,
    lines: LinesOption = False,
    full: FullOption = False,
    explain: ExplainOption = False,
) -> int:
    """Draw saved documents again, alone or together.

    These are estimates, comparisons, bills, diffs, checks, real usage and reconciliations.
    """
    from costplan.api.reporting import Choice, draw, open_all
    from costplan.cli.common.words import look, put, spare

    group = None if group_by is None else group_by.value
    choice = Choice(stack or (), condition or (), fields, group, top, summary)
    choice.check(form.value)
    documents = open_all(file)
    spare(out)
    put(draw(documents, form.value, choice, look(explain, lines, full)), out)
    return 0
