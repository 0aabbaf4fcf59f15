"""Expressions of the catalogue on arrays, and the variables of an offer that they are given.

What an expression cannot be worked out for (a division by zero, a negative quantity in ``bands``)
is no number in that draw, unless a branch that is not taken asks for it.
"""

from __future__ import annotations

import ast
import operator
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache, reduce
from typing import Any

import numpy as np

from costplan.billing.arrays.numbers import (
    Amount,
    at_most,
    below,
    ceiling,
    floats,
    floor,
    same,
    slack,
)
from costplan.billing.variables import Needed, Values
from costplan.catalog.expression import Arithmetic, Run, compiled
from costplan.catalog.offer import Offer
from costplan.catalog.vocabulary import HOURS_PER_MONTH, VOCABULARY
from costplan.quantity import ZERO

Given = Mapping[str, Amount]


def _divide(number: Amount, other: Amount) -> Any:
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(np.equal(other, 0), np.nan, np.true_divide(number, other))


def _round_up(number: Amount, step: Amount) -> Any:
    return np.where(np.greater(step, 0), ceiling(_divide(number, step)) * step, np.nan)


def _bands(number: Amount, edges: Sequence[float], weights: Sequence[float]) -> Any:
    banded: Any = 0.0
    for low, high, weight in zip((0.0, *edges), (*edges, np.inf), weights, strict=True):
        banded = banded + weight * (np.minimum(number, high) - np.minimum(number, low))
    return np.where(np.less(number, 0), np.nan, banded)


def _lookup(number: Amount, edges: Sequence[float], values: Sequence[float]) -> Any:
    return np.asarray(values)[np.searchsorted(edges, number - slack(number), side="left")]


def _if(test: Run, body: Run, orelse: Run) -> Run:
    def run(given: Given) -> Any:
        holds = test(given)
        if np.ndim(holds) == 0:
            return (body if holds else orelse)(given)
        return np.where(holds, body(given), orelse(given))

    return run


def _join(joined: Callable[[Any, Any], Any]) -> Callable[..., Run]:
    return lambda *tests: lambda given: reduce(joined, [test(given) for test in tests])


ARRAYS: Arithmetic = {
    ast.Constant: float,
    ast.Name: lambda value: value,
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: _divide,
    ast.USub: operator.neg,
    ast.Lt: below,
    ast.LtE: at_most,
    ast.Gt: lambda number, other: below(other, number),
    ast.GtE: lambda number, other: at_most(other, number),
    ast.Eq: same,
    ast.NotEq: lambda number, other: ~same(number, other),
    ast.IfExp: _if,
    ast.And: _join(np.logical_and),
    ast.Or: _join(np.logical_or),
    "min": lambda *numbers: reduce(np.minimum, numbers),
    "max": lambda *numbers: reduce(np.maximum, numbers),
    "ceil": ceiling,
    "floor": floor,
    "round_up": _round_up,
    "bands": _bands,
    "lookup": _lookup,
}
"""``costplan.catalog.expression.DECIMAL_ARITHMETIC`` on arrays."""


@lru_cache(maxsize=4096)
def formula(text: str) -> tuple[Run, tuple[str, ...]]:
    """A text as a function of its variables, and those by name."""
    run, names = compiled(text, ARRAYS)
    return run, tuple(sorted(names))


class ArrayValues:
    """``costplan.billing.variables.Values`` in floats: given, derived, or a stated default.

    ``names`` are the exact ones, for what follows from names alone.
    """

    def __init__(self, offer: Offer, given: Mapping[str, Any]) -> None:
        self.offer = offer
        self.names = Values(offer, given)
        self.missing: dict[str, Needed] = {}
        self._known: dict[str, Amount] = {}

    def evaluate(self, text: str) -> Any:
        """An expression's value; 0 where a variable behind it has none."""
        run, names = formula(text)
        for name in names:
            if name not in self._known:
                self._known[name] = self._value(name)
        return 0.0 if self.missing else run(self._known)

    def probe(self, text: str) -> tuple[Any, bool]:
        """The value of a question that may go without an answer, and whether it does."""
        before = dict(self.missing), dict(self._known)
        value, missing = self.evaluate(text), bool(self.missing)
        self.missing, self._known = before
        return value, missing

    def _value(self, name: str) -> Any:
        if name in self.names.given:
            return floats(self.names.given[name])
        if name in self.offer.derived:
            return self.evaluate(self.offer.derived[name])
        own = self.offer.variables.get(name)
        if own is None and name in ("hours_per_month", "hours"):
            return float(self.offer.hours_per_month or HOURS_PER_MONTH)
        known = own or VOCABULARY[name]
        if known.default is None:
            self.missing[name] = Needed(name, known.unit, known.about)
        return float(known.default or ZERO)
