"""``[scenario.NAME]``: other values for keys of the same file, laid over it where they are asked
for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from costplan.problems import BadUsage, Path, Problem, did_you_mean
from costplan.record import TOML
from costplan.store.files.text import DocumentError
from costplan.workload.paths import Astray, keys_of, put, value_at
from costplan.workload.ranged import looks_like_range

KEY = "scenario"
Overlaid = dict[Path, Path]
"""Where a value went in the file's data, and where the scenario writes it."""


def scenarios_of(name: str, text: str, data: dict[str, Any]) -> Mapping[str, Any]:
    """The scenarios of a file's data, out of which they are taken. Raises DocumentError."""
    tables = data.pop(KEY, {})
    wrong: list[tuple[Path, Any]] = [((KEY,), tables)] if not isinstance(tables, dict) else []
    if not wrong:
        wrong = [
            ((KEY, key), table) for key, table in tables.items() if not isinstance(table, dict)
        ]
        if "" in tables:
            unnamed = Problem((KEY,), "a scenario has no name", f"[{KEY}.NAME]")
            raise DocumentError(name, text, [unnamed])
    if wrong:
        problems = [
            Problem(path, f"must be a table, not {TOML.word_for(value)}", f"[{KEY}.NAME]")
            for path, value in wrong
        ]
        raise DocumentError(name, text, problems)
    return tables  # type: ignore[no-any-return]


def overlay(
    name: str, text: str, data: dict[str, Any], scenarios: Mapping[str, Any], scenario: str
) -> Overlaid:
    """Lay one scenario over the data; none where none is named.

    Raises BadUsage for a name that no scenario has, DocumentError for a path that leads nowhere.
    """
    if not scenario:
        return {}
    if scenario not in scenarios:
        hint = did_you_mean(scenario, scenarios)
        known = "scenarios: " + ", ".join(scenarios) if scenarios else f"[{KEY}.{scenario}]"
        raise BadUsage(f"{name} has no scenario '{scenario}'", hint or known)
    places: Overlaid = {}
    problems: list[Problem] = []
    for written, keys, value in [*_leaves(scenarios[scenario], data, (KEY, scenario), ())]:
        try:
            places[put(data, keys, value)] = written
        except Astray as error:
            problems.append(Problem(written, error.message, error.hint, "key"))
    if problems:
        raise DocumentError(name, text, problems)
    return places


def _leaves(
    table: Mapping[str, Any], target: Any, written: Path, keys: tuple[str, ...]
) -> Iterator[tuple[Path, tuple[str, ...], Any]]:
    """(place in the file, path, value) of everything that a scenario changes. A table replaces what
    is no table; a range replaces all that stands in its place."""
    for key, value in table.items():
        names = (key,) if isinstance(target, dict) and key in target else tuple(keys_of(key))
        below = value_at(target, names)
        place, path = (*written, key), (*keys, *names)
        replaces = not isinstance(below, dict | list) or looks_like_range(value)
        if isinstance(value, dict) and value and not replaces:
            yield from _leaves(value, below, place, path)
        else:
            yield place, path, value


def overlaid_problem(problem: Problem, overlaid: Overlaid, scenario: str) -> Problem:
    """A problem at the place where the scenario writes the value; of any other it is said that the
    scenario is laid over the file."""
    for place, written in overlaid.items():
        if problem.path[: len(place)] == place:
            return problem._replace(path=(*written, *problem.path[len(place) :]))
    hint = f"with scenario '{scenario}'"
    return problem._replace(hint=f"{problem.hint}; {hint}" if problem.hint else hint)
