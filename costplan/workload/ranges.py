"""What is not known exactly: ranges in place of numbers, and which of them move together.

A range says what is not known of a month's *mean*: not how requests differ from each other. Its
point is what an estimate without draws is made from. Records and Decimals alone: what draws from
them is ``costplan.risk``.

Between its quantiles a range is straight against the normal score, on the scale that its key's
bounds ask for: the logarithm of what is above the least (so that ``{ p5, p95 }`` of an amount is
lognormal), the logit between the least and the most (so that one of a share is logit-normal), the
number itself where nothing bounds it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from itertools import combinations, pairwise
from typing import Annotated, Any

from costplan.problems import Problem, did_you_mean
from costplan.quantity import ONE, TWELVE, ZERO, literal
from costplan.record import Ge, Le, record

HALF = Decimal("0.5")


@record
class Range:
    """A number that is known to lie somewhere. ``least`` and ``most``: the bounds of its key;
    ``whole``: it is drawn as a whole number."""

    least: Decimal | None = None
    most: Decimal | None = None
    whole: bool = False

    @property
    def point(self) -> Decimal:
        """The number that stands for the range where nothing is drawn."""
        likely = self.likely
        return round(likely) * ONE if self.whole else likely

    @property
    def likely(self) -> Decimal:
        """The point before it is rounded."""
        raise NotImplementedError

    @property
    def written(self) -> Any:
        """As a file writes it."""
        raise NotImplementedError

    @property
    def numbers(self) -> Iterator[tuple[tuple[str | int, ...], Decimal]]:
        """Every number of it that its key must be able to have, with the place within it."""
        raise NotImplementedError

    def scaled(self, number: Decimal) -> Decimal:
        """The number on the scale of the key's bounds."""
        if self.least is None:
            return number
        if self.most is None:
            return (number - self.least).ln()
        return ((number - self.least) / (self.most - number)).ln()

    def unscaled(self, number: Decimal) -> Decimal:
        """The inverse of ``scaled``."""
        if self.least is None:
            return number
        if self.most is None:
            return self.least + number.exp()
        return self.most - (self.most - self.least) / (ONE + number.exp())


@record
class Quantiles(Range):
    """Known quantiles: (share, number) in rising order, at least two. Beyond the outermost the
    nearest slope goes on, which stays within the key's bounds."""

    at: tuple[tuple[Decimal, Decimal], ...]
    apart: bool = False
    """Written as ``quantiles = { ... }``."""

    @property
    def likely(self) -> Decimal:
        """The median."""
        for share, number in self.at:
            if share == HALF:
                return number
        (below, low), (above, high) = self._around()
        weight = _weight(below, above)
        ends = self.scaled(low) * (ONE - weight) + self.scaled(high) * weight
        return TWELVE.plus(self.unscaled(ends)).normalize() + ZERO

    def _around(self) -> tuple[tuple[Decimal, Decimal], tuple[Decimal, Decimal]]:
        """The two quantiles between which the median lies, or those nearest to it."""
        for before, after in pairwise(self.at):
            if after[0] > HALF:
                return before, after
        return self.at[-2], self.at[-1]

    @property
    def written(self) -> Any:
        plain = {f"p{literal(share * 100)}": number for share, number in self.at}
        return {"quantiles": plain} if self.apart else plain

    @property
    def numbers(self) -> Iterator[tuple[tuple[str | int, ...], Decimal]]:
        inside = self.written["quantiles"] if self.apart else self.written
        head = ("quantiles",) if self.apart else ()
        yield from (((*head, key), number) for key, number in inside.items())


@record
class Pert(Range):
    """The least, the most likely and the most: a PERT distribution, the beta of these three whose
    mean weighs the likely number four times."""

    low: Decimal
    middle: Decimal
    high: Decimal

    @property
    def likely(self) -> Decimal:
        return self.middle

    @property
    def written(self) -> Any:
        return {"low": self.low, "likely": self.middle, "high": self.high}

    @property
    def numbers(self) -> Iterator[tuple[tuple[str | int, ...], Decimal]]:
        yield from (((key,), number) for key, number in self.written.items())


@record
class Listed(Range):
    """One of several numbers: (number, weight) in the file's order."""

    of: tuple[tuple[Decimal, Decimal], ...]

    @property
    def likely(self) -> Decimal:
        """The number of the greatest weight; the first of several."""
        return max(self.of, key=lambda each: each[1])[0]

    @property
    def written(self) -> Any:
        return [{"value": number, "weight": weight} for number, weight in self.of]

    @property
    def numbers(self) -> Iterator[tuple[tuple[str | int, ...], Decimal]]:
        yield from (((at, "value"), number) for at, (number, _) in enumerate(self.of))


def _weight(below: Decimal, above: Decimal) -> Decimal:
    """How far the median lies from one quantile to another, as a share of their normal scores."""
    if below + above == ONE:
        return HALF
    from statistics import NormalDist  # only files with such ranges need it

    score: Callable[[Any], float] = NormalDist().inv_cdf
    low, high = score(below), score(above)
    return Decimal(-low / (high - low))


@record
class Correlated:
    """Ranges that move together: a Gaussian copula, the same coefficient between any two.

    Keys:
        paths: the ranges' keys, such as traffic.requests_per_month or step.chat.input_tokens
        coefficient (correlation, -1 to 1): of their normal scores; pairs that no table names have 0
    """

    paths: tuple[str, ...]
    coefficient: Annotated[Decimal, Ge(-1), Le(1)]

    def check(self) -> Iterable[Problem]:
        if len(set(self.paths)) < 2:
            yield Problem(("paths",), "must name at least two ranges")
        if abs(self.coefficient) == 1:
            yield Problem(
                ("coefficient",),
                "two numbers that are one another are one number",
                "between -1 and 1, such as 0.9",
            )


Pair = tuple[str, str]


def coefficients(tables: Sequence[Correlated]) -> dict[Pair, tuple[Decimal, int]]:
    """The coefficient of each pair of keys that a table names, and the table's position."""
    stated: dict[Pair, tuple[Decimal, int]] = {}
    for at, table in enumerate(tables):
        for first, second in combinations(dict.fromkeys(table.paths), 2):
            pair = (first, second) if first < second else (second, first)
            stated.setdefault(pair, (table.coefficient, at))
    return stated


def correlation_problems(
    ranges: Mapping[str, Range], tables: Sequence[Correlated], known: Callable[[str], bool]
) -> Iterable[Problem]:
    """What is wrong with the tables. ``known``: whether the file has a number at a path; what is
    one number there, as after --set or in a scenario, moves with nothing."""
    wrong = False
    for at, table in enumerate(tables):
        for position, path in enumerate(table.paths):
            if path not in ranges and not known(path):
                wrong = True
                near = did_you_mean(path, ranges) or "ranges: " + (", ".join(ranges) or "none")
                yield Problem(("correlation", at, "paths", position), f"'{path}' is no range", near)
    seen: dict[Pair, int] = {}
    for at, table in enumerate(tables):
        for pair in coefficients([table]):
            if pair in seen:
                wrong = True
                message = f"'{pair[0]}' and '{pair[1]}' have a coefficient already"
                yield Problem(("correlation", at, "paths"), message, "name each pair once")
            seen[pair] = at
    if not wrong:
        yield from _impossible(coefficients(tables))


def _impossible(stated: Mapping[Pair, tuple[Decimal, int]]) -> Iterable[Problem]:
    """The pair that makes the matrix one that no numbers can have: not positive definite."""
    names = [*dict.fromkeys(name for pair in stated for name in pair)]
    matrix = [[_between(stated, row, column) for column in names] for row in names]
    fails = _fails(matrix)
    if fails is None:
        return
    for first, second in reversed([*stated]):  # what was said last is doubted first
        limits = _limits(matrix, names.index(first), names.index(second))
        if limits is not None:
            coefficient, at = stated[first, second]
            message = f"{coefficient} between '{first}' and '{second}' contradicts the other pairs"
            hint = f"with them it is between {limits[0]:.2f} and {limits[1]:.2f}"
            yield Problem(("correlation", at, "coefficient"), message, hint)
            return
    row = names[fails]
    others = {pair: said for pair, said in stated.items() if row in pair}
    (first, second), (_, at) = max(others.items(), key=lambda each: abs(each[1][0]))
    message = f"'{first}' and '{second}' cannot move so with the others: not positive definite"
    yield Problem(("correlation", at, "coefficient"), message, "weaker coefficients")


def _between(stated: Mapping[Pair, tuple[Decimal, int]], row: str, column: str) -> Decimal:
    if row == column:
        return ONE
    return stated.get((row, column) if row < column else (column, row), (ZERO, 0))[0]


SLACK = Decimal("1e-9")
"""A pivot under it is none: the draws would be of fewer numbers than there are ranges."""


def _factor(matrix: Sequence[Sequence[Decimal]]) -> tuple[list[list[Decimal]], int | None]:
    """The lower factor of Cholesky as far as there is one, and the row that has no pivot."""
    lower: list[list[Decimal]] = []
    for at, row in enumerate(matrix):
        built: list[Decimal] = []
        for column in range(at):
            above = lower[column]
            inner = sum((built[k] * above[k] for k in range(column)), ZERO)
            built.append((row[column] - inner) / above[column])
        left = row[at] - sum((value * value for value in built), ZERO)
        if left < SLACK:
            return lower, at
        lower.append([*built, left.sqrt()])
    return lower, None


def _fails(matrix: Sequence[Sequence[Decimal]]) -> int | None:
    """The first row that makes the matrix not positive definite."""
    return _factor(matrix)[1]


def _limits(
    matrix: Sequence[Sequence[Decimal]], first: int, second: int
) -> tuple[Decimal, Decimal] | None:
    """Between what a coefficient must be, given all others; None where these contradict."""
    order = [at for at in range(len(matrix)) if at not in (first, second)] + [first, second]
    moved = [[matrix[row][column] for column in order] for row in order]
    moved[-1][-2] = moved[-2][-1] = ZERO
    lower, fails = _factor([row[:-1] for row in moved[:-1]])
    if fails is not None:
        return None
    other, fails = _factor([[*row[:-2], row[-1]] for row in (*moved[:-2], moved[-1])])
    if fails is not None:
        return None
    shared = sum((lower[-1][at] * other[-1][at] for at in range(len(order) - 2)), ZERO)
    room = lower[-1][-1] * other[-1][-1]
    return shared - room, shared + room
