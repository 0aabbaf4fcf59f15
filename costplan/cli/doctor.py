"""``costplan doctor``: whether this installation is sound."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from costplan.cli.common.options import FORM, PlainFormat

if TYPE_CHECKING:
    from costplan.document.health import Setting, Terminal
    from costplan.render import Look


def command(
    form: Annotated[PlainFormat, FORM] = PlainFormat.table,
) -> int:
    """Check this installation: catalogues, settings, terminal.

    Reads only, never the network.

    Exits 1 where something is broken. Takes nothing from the environment itself.
    """
    from costplan.api.health import installation
    from costplan.cli.common.words import put
    from costplan.render.health import draw

    looks = _look()
    health = installation(_settings(), _terminal(looks))
    put(draw(health, form.value, looks), None)
    return 0 if health.healthy else 1


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
    for variable in OTHERS:
        if os.environ.get(variable.name):
            yield Setting(variable.name, os.environ[variable.name], None)


def _fault(name: str, value: str) -> str | None:
    """What is wrong with a variable's value, as the command that reads it would say."""
    from costplan.cli.common.environment import width
    from costplan.cli.common.words import moment
    from costplan.problems import BadUsage

    try:
        if name == "COSTPLAN_WIDTH":
            width()
        elif name == "COSTPLAN_AS_OF":
            for day in value.split():
                moment(day)
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
