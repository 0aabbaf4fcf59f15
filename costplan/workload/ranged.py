"""Finds the ranges in a workload's plain data and puts their points in their place.

Where a number of the bill is expected, a table or an array is a range; what may stand there is
read from the records' own annotations, as the reader does.
"""

from __future__ import annotations

import re
import types
import typing
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from itertools import pairwise
from typing import Annotated, Any, NamedTuple

from costplan.problems import Path, Problem, did_you_mean
from costplan.record import BAD, TOML, Ge, Gt, Le
from costplan.record.kinds import entries, hints_of, is_record, values_of
from costplan.workload.paths import dotted, name_in
from costplan.workload.ranges import HALF, Listed, Pert, Quantiles, Range

FIXED: Mapping[str, str] = {
    "budget": "a limit is one number",
    "policy": "a limit is one number",
    "correlation": "a coefficient is one number",
    "energy": "energy is not drawn",
    "target": "what is asked for is one number",
    "candidates": "'costplan compare' takes one number here",
    "strategy": "'costplan compare' takes one number here",
    "migration": "'costplan compare' takes one number here",
    "mix": "the shares of a mix are 1 together",
}
"""Tables whose numbers take no range, and why."""
WHOLE = ("turns", "tool_calls")
"""Whole numbers that take a range. Others shape the plan itself."""
FIXED_KEYS: Mapping[str, str] = {
    "weekend_factor": "a weekend's weight says when requests come, not how many",
    "next": "the shares of what follows are 1 together",
    "hourly": "the hours' weights say when requests come, not how many",
    "bands": "the bands of a discount are one table",
}
SHARE = re.compile(r"p([0-9]{1,2}(?:\.[0-9]{1,6})?)")
EXAMPLE = (
    "{ p5 = 600, p95 = 4_000 }, { low = 1, likely = 2, high = 5 } or [{ value = 1, weight = 3 }]"
)


class Taken(NamedTuple):
    """The ranges by their dotted path, and the problems of those that are none by their place."""

    ranges: dict[str, Range]
    problems: dict[Path, list[Problem]]


def take_ranges(kind: type, data: Mapping[str, Any]) -> Taken:
    """The ranges of a file's plain data, in which their points stand afterwards."""
    taken = Taken({}, {})
    _Walk(taken).record(kind, data, (), ())
    return taken


class _Walk:
    def __init__(self, taken: Taken) -> None:
        self.taken = taken

    def record(self, kind: type, table: Any, path: Path, names: Path) -> None:
        """Every key of one record."""
        known = {entry.key: entry.kind for entry in entries(kind)}
        fields = getattr(kind, "__dataclass_fields__", {}).values()
        rest = next((field.name for field in fields if field.metadata.get("rest")), None)
        other = values_of(hints_of(kind)[rest]) if rest else None
        for key, value in [*table.items()]:
            if isinstance(value, Mapping | list) and (annotation := known.get(key, other)):
                self.value(annotation, value, table, key, (*path, key), (*names, key))

    def value(
        self, annotation: Any, value: Any, holder: Any, key: Any, path: Path, names: Path
    ) -> None:
        """One value, which stands at ``key`` of ``holder``."""
        bare, marks = annotation, ()
        if typing.get_origin(annotation) is Annotated:
            bare, *rest = typing.get_args(annotation)
            marks = tuple(rest)
        origin = typing.get_origin(bare)
        if origin in (typing.Union, types.UnionType):
            chosen = _member(typing.get_args(bare), value)
            if chosen is not None:
                self.value(chosen, value, holder, key, path, names)
        elif bare is Decimal or (bare is int and looks_like_range(value)):
            self.number(bare, marks, value, holder, key, path, names)
        elif is_record(bare) and isinstance(value, Mapping):
            self.record(bare, value, path, names)
        elif origin in (dict, Mapping) and isinstance(value, Mapping):
            for name, each in [*value.items()]:
                if isinstance(each, Mapping | list):
                    self.value(values_of(bare), each, value, name, (*path, name), (*names, name))
        elif origin is tuple and isinstance(value, list):
            for at, each in enumerate(value):
                if isinstance(each, Mapping | list):
                    below = (*names, name_in(value, at))
                    self.value(values_of(bare), each, value, at, (*path, at), below)

    def number(
        self,
        kind: type,
        marks: Sequence[Any],
        value: Any,
        holder: Any,
        key: Any,
        path: Path,
        names: Path,
    ) -> None:
        """A range where a number stands otherwise."""
        why = _refused(kind, path)
        problems: list[Problem] = []
        if why is not None:
            problems.append(Problem(path, "must be one number, not a range", why, "key"))
        else:
            bounds = [mark for mark in marks if isinstance(mark, Ge | Gt | Le)]
            known = read_range(value, bounds, path, problems, whole=kind is int)
            if known is not None:
                self.taken.ranges[dotted(names)] = known
                holder[key] = known.point
                return
        self.taken.problems[path] = problems


def rangeable(kind: type, place: tuple[str, ...]) -> list[str]:
    """The fields of a record whose number takes a range, where the record stands in a file."""
    if place and place[0] in FIXED:
        return []
    fields: Mapping[str, Any] = getattr(kind, "__dataclass_fields__", {})
    hints = hints_of(kind)
    numbers = []
    for name, field in fields.items():
        annotation = values_of(hints[name]) if field.metadata.get("rest") else hints[name]
        fixed = name in FIXED_KEYS or not FIXED_KEYS.keys().isdisjoint(place)
        if not fixed and _is_number(annotation, whole=name in WHOLE):
            numbers.append(name)
    return numbers


def _is_number(annotation: Any, *, whole: bool) -> bool:
    """Whether a Decimal may stand there itself, or a whole number that takes a range."""
    origin, arguments = typing.get_origin(annotation), typing.get_args(annotation)
    if origin is Annotated:
        return _is_number(arguments[0], whole=whole)
    if origin in (typing.Union, types.UnionType):
        return any(_is_number(each, whole=whole) for each in arguments)
    return annotation is Decimal or (whole and annotation is int)


def _refused(kind: type, path: Path) -> str | None:
    """Why a number takes no range; None where it takes one."""
    if kind is int and path[-1] not in WHOLE:
        return "a whole number that shapes the plan is one number: --set or [scenario] change it"
    for key in path:
        if isinstance(key, str) and key in FIXED_KEYS:
            return FIXED_KEYS[key]
    return FIXED.get(str(path[0]))


def looks_like_range(value: Any) -> bool:
    """Whether a value is meant as a range, wherever it stands."""
    if isinstance(value, Mapping):
        return any(key in WORDS or SHARE.fullmatch(key) for key in value)
    if not isinstance(value, list) or not value:
        return False
    return all(isinstance(each, Mapping) and "value" in each for each in value)


def _member(members: Iterable[Any], value: Any) -> Any:
    """The member of a union that a table or an array is."""
    bare = {
        typing.get_args(each)[0] if typing.get_origin(each) is Annotated else each: each
        for each in members
    }
    tables = [
        each
        for kind, each in bare.items()
        if is_record(kind) or typing.get_origin(kind) in (dict, Mapping, tuple)
    ]
    numbers = [each for kind, each in bare.items() if kind in (Decimal, int)]
    if tables and not (numbers and looks_like_range(value)):
        return tables[0]
    return numbers[0] if numbers else None


ORDER = ("low", "likely", "high")
WORDS = ("p5", "p95", "low", "likely", "high", "quantiles")


def read_range(
    value: Any,
    bounds: Sequence[Ge | Gt | Le],
    path: Path,
    problems: list[Problem],
    *,
    whole: bool = False,
) -> Range | None:
    """A table or an array as a range of a number with these bounds; notes what is wrong.

    The least of whole numbers is half a step lower, so that a quantile may be the bound itself.
    """
    limits: dict[str, Any] = {"whole": whole} if whole else {}
    for bound in bounds:
        limits["most" if isinstance(bound, Le) else "least"] = Decimal(bound.bound)
    if whole:
        limits["least"] -= HALF
    before = len(problems)
    if isinstance(value, Mapping):
        known = _table(value, limits, path, problems)
    else:
        known = _listed(value, limits, path, problems)
    if known is None or len(problems) > before:
        return None
    for place, number in known.numbers:
        broken = next((said for bound in bounds if (said := bound.broken(number))), None)
        if broken:
            problems.append(Problem((*path, *place), f"{broken}, not {number}"))
    if len(problems) == before and isinstance(known, Quantiles):
        problems += (problem.under(path) for problem in _on_the_edge(known))
    return known if len(problems) == before else None


def _table(
    value: Mapping[str, Any], limits: Mapping[str, Any], path: Path, problems: list[Problem]
) -> Range | None:
    odd = [key for key in value if key not in WORDS and not SHARE.fullmatch(key)]
    for key in odd:
        hint = did_you_mean(key, WORDS) or "a range is " + EXAMPLE
        problems.append(Problem((*path, key), f"unknown key '{key}' of a range", hint, "key"))
    if odd:
        return None
    likely = [key for key in ORDER if key in value]
    shares = [key for key in value if SHARE.fullmatch(key)]
    forms = [bool(likely), bool(shares), "quantiles" in value]
    if sum(forms) != 1:
        message = "is no range" if not value else "mixes forms of ranges"
        problems.append(Problem(path, message, "a range is " + EXAMPLE, "key"))
        return None
    if likely:
        return _pert(value, limits, path, problems)
    if shares:
        return _quantiles(value, limits, path, problems, apart=False)
    inside = value["quantiles"]
    if not isinstance(inside, Mapping):
        TOML.refuse("a table such as { p10 = 1, p90 = 5 }", inside, (*path, "quantiles"), problems)
        return None
    for key in inside:
        if not SHARE.fullmatch(key):
            problems.append(
                Problem(
                    (*path, "quantiles", key), f"'{key}' is no quantile", "p10, p50, p99", "key"
                )
            )
            return None
    return _quantiles(inside, limits, (*path, "quantiles"), problems, apart=True)


def _pert(
    value: Mapping[str, Any], limits: Mapping[str, Any], path: Path, problems: list[Problem]
) -> Range | None:
    lacking = [key for key in ORDER if key not in value]
    for key in lacking:
        problems.append(Problem(path, f"missing key '{key}'", "low, likely and high", "key"))
    if lacking:
        return None
    low, middle, high = (_number(value[key], (*path, key), problems) for key in ORDER)
    if BAD in (low, middle, high):
        return None
    if not low <= middle <= high:
        message = f"low {low}, likely {middle}, high {high} do not rise"
        problems.append(Problem((*path, "likely"), message))
    elif low == high:
        problems.append(Problem((*path, "high"), f"low and high are both {low}", f"write {low}"))
    return Pert(low=low, middle=middle, high=high, **limits)


def _quantiles(
    value: Mapping[str, Any],
    limits: Mapping[str, Any],
    path: Path,
    problems: list[Problem],
    *,
    apart: bool,
) -> Range | None:
    at: list[tuple[Decimal, Decimal, str]] = []
    for key, given in value.items():
        spelled = SHARE.fullmatch(key)
        assert spelled is not None
        share = Decimal(spelled[1]) / 100
        number = _number(given, (*path, key), problems)
        if share == 0:
            problems.append(
                Problem((*path, key), "is no quantile: nothing is below it", "p1", "key")
            )
        if number is not BAD:
            at.append((share, number, key))
    if len(at) < len(value):
        return None
    at.sort()
    if len(at) < 2:
        hint = "such as p5 and p95" if at else "a range is " + EXAMPLE
        problems.append(Problem(path, "needs two quantiles at least", hint, "key"))
        return None
    for (share, low, before), (above, high, after) in pairwise(at):
        if share == above:
            problems.append(
                Problem((*path, after), f"'{before}' and '{after}' are one", None, "key")
            )
        elif low > high:
            message = f"{before} is {low}, more than {after}, which is {high}"
            problems.append(Problem((*path, before), message))
    first, last = at[0], at[-1]
    if first[1] == last[1]:
        message = f"{first[2]} and {last[2]} are both {first[1]}"
        problems.append(Problem((*path, last[2]), message, f"a number that is known: {first[1]}"))
    points = tuple((share, number) for share, number, _ in at)
    return Quantiles(at=points, apart=apart, **limits)


def _listed(
    value: Sequence[Any], limits: Mapping[str, Any], path: Path, problems: list[Problem]
) -> Range | None:
    of: list[tuple[Decimal, Decimal]] = []
    before = len(problems)
    for at, each in enumerate(value):
        place = (*path, at)
        if not isinstance(each, Mapping):
            hint = "[{ value = 1, weight = 3 }, { value = 2, weight = 1 }]"
            problems.append(Problem(place, "is no value with its weight", hint))
            continue
        for key in each:
            if key not in ("value", "weight"):
                hint = did_you_mean(key, ("value", "weight")) or "known keys: value, weight"
                problems.append(Problem((*place, key), f"unknown key '{key}'", hint, "key"))
        for key in ("value", "weight"):
            if key not in each:
                problems.append(Problem(place, f"missing key '{key}'", None, "key"))
        if "value" in each and "weight" in each:
            number = _number(each["value"], (*place, "value"), problems)
            weight = _number(each["weight"], (*place, "weight"), problems)
            if weight is not BAD and weight <= 0:
                message = f"must be more than 0, not {weight}"
                problems.append(Problem((*place, "weight"), message, "leave it out"))
            of.append((number, weight))
    if len(problems) > before:
        return None
    if len({number for number, _ in of}) < 2:
        hint = f"a number that is known: {of[0][0]}" if of else "a range is " + EXAMPLE
        problems.append(Problem(path, "lists fewer than two numbers", hint, "key"))
    if len({number for number, _ in of}) < len(of) and len(problems) == before:
        problems.append(Problem(path, "lists a number twice", "add their weights", "key"))
    return Listed(of=tuple(of), **limits)


def _number(value: object, path: Path, problems: list[Problem]) -> Any:
    return TOML.reader(Decimal)(value, path, problems)


def _on_the_edge(known: Quantiles) -> Iterable[Problem]:
    """Quantiles that no distribution of this kind has: they stand on its bound."""
    for place, number in known.numbers:
        for bound, word in ((known.least, "more"), (known.most, "less")):
            if number == bound:
                kind = "a logit-normal" if known.most is not None else "a lognormal"
                message = f"must be {word} than {bound} in {kind} range"
                hint = "low, likely and high may stand on the bound"
                yield Problem(place, message, hint)
