"""``costplan pricing refresh``: take published prices into a catalogue folder of your own."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from costplan.cli.common.options import FORM, PlainFormat

if TYPE_CHECKING:
    from costplan.document.refresh import PriceRefresh


def command(
    source: Annotated[
        list[str] | None,
        typer.Option(
            "--from",
            metavar="SOURCE",
            help="A source's name, NAME=FILE, an address or a file; may be repeated. "
            "Without it: models.dev.",
        ),
    ] = None,
    to: Annotated[
        Path | None,
        typer.Option(
            "--to", metavar="DIR", help="A project's pricing folder; or your own catalogue folder."
        ),
    ] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Say what would change, and write nothing.")
    ] = False,
    accept_loss: Annotated[
        bool,
        typer.Option("--accept-loss", help="Write even where a source looks broken."),
    ] = False,
    timeout: Annotated[
        float, typer.Option("--timeout", metavar="SECONDS", min=0.1, max=3600, help="For a source.")
    ] = 60,
    form: Annotated[PlainFormat, FORM] = PlainFormat.table,
) -> int:
    """Take published prices into your catalogue; uses the network."""
    from costplan.api.refreshing import DEFAULT, refresh_prices
    from costplan.cli.common.voice import note
    from costplan.cli.common.words import day, look, put
    from costplan.render.price_refresh import draw

    if not source:
        note(f"no --from: reading {DEFAULT}")
    with _progress() as progress:
        done = refresh_prices(
            source or [DEFAULT],
            to,
            day(None),
            dry_run=dry_run,
            accept_loss=accept_loss,
            seconds=timeout,
            progress=progress,
        )
    put(draw(done, form.value, look()), None)
    return _say(done, dry_run)


def _say(done: PriceRefresh, dry_run: bool) -> int:
    """What is to be known of a refresh beside its answer, on stderr; its exit code."""
    import sys

    from costplan.cli.common.voice import note
    from costplan.problems import clean

    if done.damage:
        print(f"warning: the refresh before was left out: {clean(done.damage)}", file=sys.stderr)
    for doubt in done.refused:
        print(f"{'accepted' if done.accepted else 'refused'}: {clean(doubt)}", file=sys.stderr)
    if done.stopped:
        print(
            f"nothing was written\n   = help: {'' if dry_run else 'look at it with --dry-run; '}"
            "--accept-loss takes it",
            file=sys.stderr,
        )
        return 1
    if not done.diff.changes:
        note("no price has changed")
    if dry_run:
        note("dry run: nothing was written")
    elif done.written:
        note(f"wrote {clean(done.written)}")
    return 0


@contextmanager
def _progress() -> Iterator[Callable[[int, int | None], None] | None]:
    """A bar on a terminal; nothing in a pipe, a log or a build."""
    import os
    import sys

    if sys.stderr is None or not sys.stderr.isatty() or os.environ.get("TERM") == "dumb":
        yield None
        return
    from rich.console import Console
    from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn

    columns = (TextColumn("reading prices"), BarColumn(), DownloadColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("", total=None)
        yield lambda received, total: bar.update(task, completed=received, total=total)
