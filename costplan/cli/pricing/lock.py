"""``costplan pricing lock``: pin the prices of a workload in a file beside it."""

from __future__ import annotations

from typing import Annotated

import typer

from costplan.cli.common.options import DayOption, OutOption, WorkloadArgument


def command(
    workload: WorkloadArgument = None,
    as_of: DayOption = None,
    out: OutOption = None,
    update: Annotated[
        bool, typer.Option("--update", help="Take every price from the catalogue again.")
    ] = False,
    update_offer: Annotated[
        list[str] | None,
        typer.Option("--update-offer", metavar="OFFER", help="Only this one; may be repeated."),
    ] = None,
    check: Annotated[
        bool, typer.Option("--check", help="Write nothing; exit 3 if anything differs.")
    ] = False,
) -> int:
    """Pin a workload's prices in costplan.lock.

    What it pins stays, what it lacks is added, what is unused goes.
    """
    from costplan.api.estimating import open_workload
    from costplan.api.pinning import check_lock, pin
    from costplan.cli.common.voice import note
    from costplan.cli.common.words import day, look, put, spare
    from costplan.problems import BadUsage, clean
    from costplan.render.price_diff import counts, draw

    when = day(as_of)
    opened = open_workload(workload)
    if check:
        if update or update_offer:
            raise BadUsage("--check changes nothing", "leave out --update and --update-offer")
        pinned = check_lock(opened, when, out)
        said = f"{pinned.file}: {len(pinned.offers)} entries as the catalogue has them"
        note(clean(said))
        return 0
    spare(out)
    relocked = pin(opened, when, out, update, update_offer or [])
    for name in relocked.damaged:
        note(clean(f"dropped: {name} was edited or damaged, not used here"))
    if relocked.text == relocked.before:
        note(clean(f"{relocked.path} is up to date: {relocked.entries} entries"))
        return 0
    note(clean(f"wrote {relocked.path}: {relocked.entries} entries"))
    if relocked.before:
        note(counts(relocked.diff))
        if relocked.diff.changes:
            put(draw(relocked.diff, "table", look()), None)
    return 0
