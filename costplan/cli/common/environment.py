"""Environment variables, each written once: what sets an option, and what sets something else.

A variable stands in for its option wherever a command has that option; what is on the command
line comes before it. An empty one is an unset one.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from copy import copy
from typing import Any, NamedTuple

from costplan.problems import BadUsage, CostplanError, did_you_mean

PREFIX = "COSTPLAN_"
WORKLOAD = "WORKLOAD"
"""How help writes an argument that takes a workload: [WORKLOAD], [WORKLOAD|ESTIMATE]."""


class Variable(NamedTuple):
    """``sets``: the options and arguments it stands in for, none where it sets something else."""

    name: str
    meaning: str
    sets: tuple[str, ...] = ()


VARIABLES = (
    Variable(
        "COSTPLAN_WORKLOAD", "the workload file, where none is named", (WORKLOAD, "--workload")
    ),
    Variable("COSTPLAN_STACK", "the stacks to estimate, separated by blanks", ("--stack",)),
    Variable("COSTPLAN_AS_OF", "the day whose prices apply, as 2026-11-22", ("--as-of", "--at")),
    Variable("COSTPLAN_FORMAT", "what to print: table, json or another format", ("--format",)),
    Variable("COSTPLAN_STRICT", "1: exit 3 if a price is missing or stale", ("--strict",)),
    Variable("COSTPLAN_QUIET", "1: data and errors only", ("--quiet",)),
    Variable("COSTPLAN_VERBOSE", "1: say on standard error which files were read", ("--verbose",)),
    Variable(
        "COSTPLAN_ROOT",
        "the folder outside of which nothing is read or written; several as in PATH",
        ("--root",),
    ),
    Variable(
        "COSTPLAN_PRICING",
        "your own catalogue folder, in place of costplan/pricing in XDG_CONFIG_HOME",
    ),
    Variable("COSTPLAN_WIDTH", "columns of a page, 40 to 1000; in place of the terminal's"),
    Variable("COSTPLAN_DEBUG", "1: a traceback for a fault of costplan itself"),
)
"""Those of costplan itself. docs/environment.md says more of each; a test compares them."""
OTHERS = (
    Variable("NO_COLOR", "set: no colour, whatever else is set"),
    Variable("FORCE_COLOR", "set: colour in a pipe too"),
    Variable("COLUMNS", "columns of a page, up to 120; in place of the terminal's"),
    Variable("TERM", "dumb: no colour"),
    Variable("XDG_CONFIG_HOME", "where costplan/pricing is looked for; else ~/.config"),
)
"""Those that many programs share."""
UNBOUND = ("doctor", "explain", "completion")
"""Commands that take nothing from the environment: a bad variable must not stop those that help."""
WIDTHS = range(40, 1001)


def given(environ: Mapping[str, str]) -> dict[str, str]:
    """Every variable of costplan's that is set to something, by name."""
    return {
        name: environ[name] for name in sorted(environ) if name.startswith(PREFIX) and environ[name]
    }


def unknown(environ: Mapping[str, str]) -> dict[str, str | None]:
    """Variables that begin like costplan's and are none, each with its remedy."""
    names = [variable.name for variable in VARIABLES]
    return {name: did_you_mean(name, names) for name in given(environ) if name not in names}


def width() -> int | None:
    """The width that COSTPLAN_WIDTH asks for. Raises BadUsage."""
    text = os.environ.get("COSTPLAN_WIDTH")
    if not text:
        return None
    if not (text.isascii() and text.isdecimal()) or len(text) > 4 or int(text) not in WIDTHS:
        raise BadUsage(
            f"'{text}' is no width",
            f"COSTPLAN_WIDTH is a whole number of columns, {WIDTHS.start} to {WIDTHS.stop - 1}",
        )
    return int(text)


def on_command_line(variable: str, value: str | None) -> bool:
    """Whether an option was given, and not only set by its variable."""
    return bool(value) and value != os.environ.get(variable)


def bind(tree: Any) -> None:
    """Let the variables stand in for the options of a command and of all below it."""
    for parameter in tree.params:
        for variable in VARIABLES:
            if {*names(parameter)} & {*variable.sets}:
                parameter.envvar = variable.name
                parameter.show_envvar = False
                if WORKLOAD in names(parameter):
                    parameter.type = _whole(parameter.type)
    tree.invoke = _telling(tree.invoke)
    for command in getattr(tree, "commands", {}).values():
        bind(command)


def _whole(kind: Any) -> Any:
    """The type of a value that a variable holds one of: a path may have blanks in it."""
    undivided = copy(kind)
    undivided.split_envvar_value = lambda text: [text]
    return undivided


def names(parameter: Any) -> list[str]:
    """What a reader calls an option or an argument: as the command's help writes it, never as the
    code does."""
    if parameter.param_type_name == "argument":
        return (parameter.metavar or "").strip("[].").split("|")
    return [*parameter.opts, *parameter.secondary_opts]


def _telling(invoke: Any) -> Any:
    """A command that says with an error which of its values came from the environment."""

    def invoked(context: Any) -> Any:
        try:
            return invoke(context)
        except CostplanError as error:
            for sentence in taken(context, context.command.params):
                error.add_note(sentence)
            raise

    return invoked


def taken(context: Any, parameters: Iterable[Any]) -> Iterable[str]:
    """For each value of these parameters that came from the environment, where it came from."""
    for parameter in parameters:
        source = context.get_parameter_source(parameter.name)
        if parameter.envvar and source is not None and source.name == "ENVIRONMENT":
            name = max(parameter.opts, key=len) if parameter.opts[0].startswith("-") else "WORKLOAD"
            yield f"{name} comes from {parameter.envvar}={os.environ.get(parameter.envvar, '')}"
