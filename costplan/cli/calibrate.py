"""``costplan calibrate``: a workload's numbers from real usage."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from costplan.cli.common.grouping import grouped
from costplan.cli.common.options import FORM, PlainFormat, Reading, SamplingOption

if TYPE_CHECKING:
    from costplan.api.calibrating import Calibrated


@grouped
def command(
    source: Annotated[
        list[str],
        typer.Argument(
            metavar="[WORKLOAD] SOURCE...",
            help="The file to calibrate (*.toml), then logs or traces; a new one without it.",
        ),
    ],
    stack: Annotated[
        str | None, typer.Option("--stack", metavar="NAME", help="The stack that was in use.")
    ] = None,
    sampling: SamplingOption = None,
    step: Annotated[
        list[str] | None,
        typer.Option("--step", metavar="NAME=LOGGED", help="What a step is called in the logs."),
    ] = None,
    *,
    reading: Reading,
    ranges: Annotated[
        bool,
        typer.Option("--ranges", help="Write tokens and success as what their means may be."),
    ] = False,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Show what would change, and write nothing.")
    ] = False,
    form: Annotated[PlainFormat, FORM] = PlainFormat.table,
    out: Annotated[
        Path | None,
        typer.Option("--out", metavar="FILE", help="Write the workload elsewhere."),
    ] = None,
) -> int:
    """Write a workload's numbers from real usage, each with what it rests on.

    Order and comments of the file stay. What logs cannot say is asked for.
    """
    from costplan.api.calibrating import Asked, calibrated
    from costplan.cli.common.voice import note
    from costplan.cli.common.words import day, look, put, sampled
    from costplan.problems import BadUsage, clean
    from costplan.render.calibration import draw

    workload = source[0] if source[0].endswith(".toml") else None
    sources = source[1:] if workload is not None else source
    if not sources:
        raise BadUsage("calibrating needs usage", "costplan calibrate WORKLOAD SOURCE...")
    asked = Asked(workload, sources, stack, sampled(sampling), _pairs(step or []), ranges)
    result = calibrated(asked, reading.options(day(None)))
    is_diff = dry_run and form is PlainFormat.table
    drawn = result.diff if is_diff else draw(result.document, form, look())
    put(drawn, None)
    if dry_run:
        for sentence in result.document.notes if form is PlainFormat.table else ():
            note(clean(sentence))
    else:
        _write(result, workload, out)
    return 0


def _write(result: Calibrated, workload: str | None, out: Path | None) -> None:
    """Write the workload: in its place, elsewhere, or as a new file that is not there yet."""
    from costplan.api.calibrating import keep
    from costplan.cli.common.voice import note
    from costplan.cli.common.words import put, spare
    from costplan.problems import BadUsage

    if workload is not None and out is None:
        keep(result, Path(workload))
        note(f"wrote {workload}")
        return
    target = out or Path("costplan.toml")
    if out is None and target.exists():
        raise BadUsage(f"{target} is there already", "name it to calibrate it, or give --out")
    spare(out)
    put(result.after, target)


def _pairs(pairs: list[str]) -> dict[str, str]:
    from costplan.problems import BadUsage

    logged_as = {}
    for pair in pairs:
        name, equals, logged = pair.partition("=")
        if not name or not equals:
            raise BadUsage(
                f"--step {pair}: is no NAME=LOGGED", "such as --step answer='chat gpt-4o'"
            )
        logged_as[name] = logged
    return logged_as
