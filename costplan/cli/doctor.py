"""``costplan doctor``: whether this installation is sound."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from datetime import date

    from costplan.document.health import Setting, Shelf, Terminal
    from costplan.render import Look
    from costplan.store.files.health import Read

STALE_DAYS = 180


class Format(StrEnum):
    """What ``costplan.render.health`` can draw."""

    table = "table"
    json = "json"


def command(
    form: Annotated[Format, typer.Option("--format", help="What to print.")] = Format.table,
) -> int:
    """Check this installation: catalogues, settings, terminal.

    Reads only, never the network.

    Exits 1 where something is broken. Takes nothing from the environment itself.
    """
    import platform
    import sys

    from costplan import __version__
    from costplan.cli.common.words import day, put
    from costplan.document.health import Health
    from costplan.render.health import draw
    from costplan.store.files import health

    workload = health.workload_file()
    project = workload.parent if workload is not None else Path()
    read, problems = health.catalogues(project)
    today = day(None)
    settings = tuple(_settings())
    packages = tuple(health.packages())
    problems += [f"{one.name}: {one.problem}" for one in settings if one.problem]
    problems += [sentence for one in read for sentence in one.problems]
    problems += [
        f"{one.name} is not installed, and some commands need it"
        for one in packages
        if one.needed and one.version is None
    ]
    looks = _look()
    made = Health(
        version=__version__,
        python=platform.python_version(),
        platform=f"{platform.system()} {platform.release()} {platform.machine()}",
        program=sys.executable,
        as_of=today,
        stale_days=STALE_DAYS,
        catalogues=tuple(_shelf(one, today) for one in read),
        workload=None if workload is None else str(workload),
        settings=settings,
        tokens=health.secrets(),
        terminal=_terminal(looks),
        git=health.git(),
        packages=packages,
        problems=tuple(problems),
    )
    put(draw(made, form.value, looks), None)
    return 0 if made.healthy else 1


def _shelf(read: Read, today: date) -> Shelf:
    from costplan.catalog.model import Model
    from costplan.document.health import Shelf
    from costplan.plan.prices.audit.dates import stale_model, stale_offer
    from costplan.plan.prices.audit.parts import Terms

    terms = Terms(today, today, 0, STALE_DAYS)
    stale, newest = 0, None
    for one in read.filed or ():
        item = one.entry.item
        looked = (
            stale_model(one.entry, item, terms)
            if isinstance(item, Model)
            else stale_offer(one.entry, item, terms)
        )
        stale += any(True for _ in looked)
        for _, origin in item.origins():
            newest = origin.checked if newest is None else max(newest, origin.checked)
    return Shelf(
        read.name,
        None if read.folder is None else str(read.folder),
        None if read.filed is None else len(read.filed),
        newest,
        stale,
        tuple(read.problems),
    )


def _settings() -> Iterable[Setting]:
    import os

    from costplan.cli.common.environment import OTHERS, given, unknown
    from costplan.document.health import Setting

    strange = unknown(os.environ)
    for name, hint in strange.items():
        yield Setting(name, None, f"no variable of costplan; {hint or 'it has no effect'}")
    for name, value in given(os.environ).items():
        if name not in strange:
            yield Setting(name, value, _fault(name, value))
    for one in OTHERS:
        if os.environ.get(one.name):
            yield Setting(one.name, os.environ[one.name], None)


def _fault(name: str, value: str) -> str | None:
    """What is wrong with a variable's value, as the command that reads it would say."""
    from costplan.cli.common.environment import width
    from costplan.cli.common.words import moment
    from costplan.problems import BadUsage

    try:
        if name == "COSTPLAN_WIDTH":
            width()
        elif name == "COSTPLAN_AS_OF":
            for one in value.split():
                moment(one)
        elif name == "COSTPLAN_WORKLOAD" and value != "-" and not Path(value).is_file():
            return f"'{value}' is no file"
        elif name == "COSTPLAN_FORMAT" and value not in _formats():
            return f"no command prints '{value}'"
        elif name in FLAGS and value.strip().lower() not in BOOLEANS:
            return f"'{value}' is neither 1 nor 0"
    except BadUsage as error:
        return f"{error}; {error.hint}" if error.hint else str(error)
    return None


FLAGS = ("COSTPLAN_STRICT", "COSTPLAN_QUIET", "COSTPLAN_VERBOSE")
BOOLEANS = ("1", "true", "t", "yes", "y", "on", "0", "false", "f", "no", "n", "off")
"""What the parser reads as a truth."""


def _formats() -> set[str]:
    from costplan.cli import app
    from costplan.cli.common.tree import choices

    return {form for formats in choices(app([]), "--format").values() for form in formats}


def _look() -> Look:
    """The look of stdout, whatever a wrong COSTPLAN_WIDTH says."""
    from costplan.cli.common.words import look
    from costplan.problems import BadUsage
    from costplan.render import Look

    try:
        return look()
    except BadUsage:
        return Look()


def _terminal(look: Look) -> Terminal:
    import sys

    from costplan.document.health import Terminal

    out = sys.stdout
    encoding = "" if out is None else getattr(out, "encoding", None) or ""
    return Terminal(out is not None and out.isatty(), look.width, look.color, encoding)
