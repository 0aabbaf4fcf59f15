"""The command tree as data, for what speaks of all commands: completion, help, checks.

Only what every version of the parser has is looked at: commands, their parameters, and of these
the names, the choices and whether a value follows.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any


def children(command: Any) -> Mapping[str, Any]:
    """The commands below one, by name; none below a leaf."""
    commands: Mapping[str, Any] = getattr(command, "commands", {})
    return {name: child for name, child in commands.items() if not child.hidden}


def leaves(command: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    """Every command that runs something, by its words after the program's name."""
    below = children(command)
    if not below:
        yield path, command
    for name, child in below.items():
        yield from leaves(child, f"{path} {name}".strip())


def is_option(parameter: Any) -> bool:
    """Whether it goes by a name on the command line; else by its place."""
    return bool(parameter.param_type_name == "option")


def takes_value(parameter: Any) -> bool:
    """Whether a word after the option belongs to it."""
    return not (parameter.is_flag or parameter.count)


def names(parameter: Any) -> list[str]:
    """All names of an option, those that switch it off among them."""
    return [*parameter.opts, *parameter.secondary_opts]


def fixed_values(parameter: Any) -> list[str]:
    """The values of a parameter that knows no others."""
    choices = getattr(parameter.type, "choices", ())
    return [str(getattr(choice, "value", choice)) for choice in choices]


def choices(tree: Any, option: str) -> dict[str, list[str]]:
    """The values that an option may have, by the command that has it."""
    return {
        path: fixed_values(parameter)
        for path, command in leaves(tree)
        for parameter in command.params
        if option in parameter.opts
    }
