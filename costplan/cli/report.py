"""``costplan report``: saved documents drawn again, without prices or workload."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from costplan.cli.common.options import (
    ExplainOption,
    Format,
    FormatOption,
    FullOption,
    LinesOption,
    OutOption,
    StackOption,
)

if TYPE_CHECKING:
    from costplan.document.rows import Rows
    from costplan.document.saved import Saved, SavedResult


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
    condition: Annotated[
        list[str] | None,
        typer.Option(
            "--filter", metavar="K=V", help="Only such lines: component=tokens, offer!=aws/*."
        ),
    ] = None,
    fields: Annotated[
        str | None, typer.Option("--fields", metavar="A,B", help="Lines with these fields.")
    ] = None,
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

    These are estimates, comparisons, bills, diffs and checks.
    """
    from costplan.cli.common.words import look, put, spare
    from costplan.document.saved import SavedResult
    from costplan.render import render_all, render_rows
    from costplan.render.results import draw_results
    from costplan.store.files.documents import open_all

    _check(form, fields, group_by, top)
    found = open_all(file)
    spare(out)
    saved = [one for one in found if not isinstance(one, SavedResult)]
    results = [one for one in found if isinstance(one, SavedResult)]
    if results:
        given = {
            "--stack": stack,
            "--filter": condition,
            "--fields": fields,
            "--group-by": group_by,
            "--top": top,
            "--lines": lines or None,
            "--full": full or None,
            "--explain": explain or None,
        }
        _alone(results, saved, [name for name, value in given.items() if value is not None])
        put(draw_results(results, form.value, look()), out)
        return 0
    chosen = _chosen(saved, stack or [], condition or [])
    rows = _rows(chosen, fields, group_by, top)
    if rows is not None:
        text = render_rows(rows, form.value, look(explain, lines, full))
    else:
        text = render_all(chosen, form.value, look(explain, lines, full))
    put(text, out)
    return 0


def _chosen(saved: Sequence[Saved], stacks: list[str], conditions: list[str]) -> Sequence[Saved]:
    if not stacks and not conditions:
        return saved
    from costplan.document.choosing import choose, read_filter

    return choose(saved, stacks, [read_filter(text) for text in conditions])


def _check(form: Format, fields: str | None, group_by: Group | None, top: int | None) -> None:
    """Raises BadUsage for options that do not go together, before anything is read."""
    from costplan.problems import BadUsage
    from costplan.render import TABULAR

    if fields is not None and group_by is not None:
        raise BadUsage("--fields shows lines and --group-by sums", "give one of them")
    if top is not None and top < 1:
        raise BadUsage(f"--top is {top}: it must be at least 1")
    asked = {"--fields": fields, "--group-by": group_by, "--top": top}
    given = next((name for name, value in asked.items() if value is not None), None)
    if given is not None and form.value not in TABULAR:
        raise BadUsage(
            f"{given} does not apply to --format {form.value}",
            f"it applies to {', '.join(TABULAR)}; --stack and --filter apply to all",
        )


def _alone(results: Sequence[SavedResult], saved: Sequence[Saved], options: list[str]) -> None:
    """Raises BadUsage where results stand beside documents of lines, or options ask for lines."""
    from costplan.document.saved import kind_of
    from costplan.problems import BadUsage

    first, kind = results[0], kind_of(results[0].document)
    if saved:
        other = saved[0]
        raise BadUsage(
            f"{first.name} is a {kind} and has no lines, as {other.name} has: "
            f"it cannot be drawn beside the {kind_of(other.document)}",
            "report diffs and checks by themselves, documents of lines by themselves",
        )
    if options:
        raise BadUsage(
            f"{options[0]} does not apply to {first.name}: a {kind} has no lines",
            "only --format and --out apply to diffs and checks",
        )


def _rows(
    saved: Sequence[Saved], fields: str | None, group_by: Group | None, top: int | None
) -> Rows | None:
    """The rows that were asked for; None where whole documents were."""
    if fields is None and group_by is None and top is None:
        return None
    from costplan.document.rows import default_fields, grouped_by, lines, read_fields

    if group_by is not None:
        return grouped_by(saved, group_by.value, top)
    return lines(saved, read_fields(fields) if fields is not None else default_fields(saved), top)
