"""The values an offer's expressions are evaluated with: given, derived, or a stated default."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import NamedTuple

from costplan.catalog.expression import Expression, ExpressionError
from costplan.catalog.offer import Offer
from costplan.catalog.vocabulary import HOURS_PER_MONTH, VOCABULARY
from costplan.problems import BadUsage
from costplan.quantity import grouped, rounded

STEPS = re.compile(r"\b(ceil|floor|round_up|lookup)\(|\bif\b")
"""What makes a derived quantity one of whole machines or sizes."""
NONE: frozenset[str] = frozenset()


class Needed(NamedTuple):
    """A variable without a value: what the user is asked for."""

    name: str
    unit: str
    about: str


class MissingVariables(BadUsage):
    """An offer cannot be billed without these."""

    def __init__(self, offer: str, needed: list[Needed]) -> None:
        self.offer = offer
        self.needed = tuple(needed)
        words = ", ".join(f"{variable.name} ({variable.unit})" for variable in needed)
        super().__init__(
            f"{offer} needs {words}",
            "; ".join(
                f"{variable.name} = {variable.about or variable.unit}" for variable in needed
            ),
        )


@dataclass(slots=True, repr=False, eq=False)
class Values:
    """The variables of one binding of an offer.

    A given value wins over a derived one, a derived one over a default. ``assumed`` collects the
    defaults that were used, ``missing`` the variables that have no value.
    """

    offer: Offer
    given: Mapping[str, Decimal]
    assumed: dict[str, Decimal] = field(default_factory=dict)
    missing: dict[str, Needed] = field(default_factory=dict)
    _known: dict[str, Decimal] = field(default_factory=dict)

    def probe(self) -> Values:
        """The same values, for a question whose answer may be missing without refusing the bill."""
        return Values(self.offer, self.given, _known=dict(self._known))

    @property
    def instead(self) -> frozenset[str]:
        """The derived variables that are given."""
        if not self.offer.derived:
            return NONE
        return frozenset(self.offer.derived.keys() & self.given.keys())

    def value(self, name: str) -> Decimal:
        """The value of a variable. A missing one is noted and counts as 0 until refused."""
        if name in self._known:
            return self._known[name]
        if name in self.given:
            value = self.given[name]
        elif name in self.offer.derived:
            value = self.evaluate(self.offer.derived[name])
        else:
            value = self._default(name)
        self._known[name] = value
        return value

    def _default(self, name: str) -> Decimal:
        own = self.offer.variables.get(name)
        if own is not None:
            if own.default is None:
                self.missing[name] = Needed(name, own.unit, own.about)
                return Decimal(0)
            self.assumed[name] = own.default
            return own.default
        if name in ("hours_per_month", "hours"):
            return self.offer.hours_per_month or HOURS_PER_MONTH
        known = VOCABULARY[name]
        if known.default is None:
            self.missing[name] = Needed(name, known.unit, known.about)
            return Decimal(0)
        return known.default

    def evaluate(self, text: str) -> Decimal:
        """An expression's value. Raises BadUsage when it has none (division by zero and such)."""
        expression = Expression.parse(text)
        for name in expression.ordered:
            if name not in self._known:
                self.value(name)
        if self.missing:
            return Decimal(0)
        try:
            return expression.evaluate(self._known)
        except ExpressionError as error:
            values = [(name, self._known[name]) for name in expression.ordered]
            numbers = ", ".join(f"{name} = {grouped(number)}" for name, number in values)
            with_them = f" (with {numbers})" if numbers else ""
            raise BadUsage(f"{self.offer.id}: {error}{with_them}") from error

    def named(self, text: str) -> list[str]:
        """The variables an expression names, then those its derived ones come from."""
        direct = sorted(Expression.parse(text).names)
        return [*direct, *sorted(self.reaches(text) - set(direct))]

    def sizings(self, text: str) -> dict[str, str]:
        """Derived variables that an expression names and that a rule in steps decides, such as how
        many machines of what size hold an index: each with the rule and the numbers behind it."""
        sized: dict[str, str] = {}
        for name in sorted(Expression.parse(text).names):
            if name in self.given or name not in self.offer.derived:
                continue
            rule = self.offer.derived[name]
            below = [
                self.offer.derived[variable]
                for variable in self.reaches(rule) & set(self.offer.derived)
            ]
            if any(STEPS.search(formula) for formula in (rule, *below)):
                known = sorted(Expression.parse(rule).names)
                numbers = ", ".join(
                    f"{variable} = {rounded(self.value(variable))}" for variable in known
                )
                sized[name] = f"{rule} ({numbers})" if numbers else rule
        return sized

    def reaches(self, text: str) -> set[str]:
        """Every variable that an expression depends on, through derived ones too."""
        reached: set[str] = set()
        waiting = list(Expression.parse(text).names)
        while waiting:
            name = waiting.pop()
            if name in reached:
                continue
            reached.add(name)
            if name in self.offer.derived and name not in self.given:
                waiting.extend(Expression.parse(self.offer.derived[name]).names)
        return reached


def is_fixed(values: Values, text: str) -> bool:
    """Whether a quantity stays when traffic goes: every variable behind it is a fixed one."""
    for name in values.reaches(text):
        own = values.offer.variables.get(name)
        if own is not None:
            if not own.fixed:
                return False
        elif name in VOCABULARY and VOCABULARY[name].behaviour != "fixed":
            return False
    return True


def takes_variable(offer: Offer, name: str) -> bool:
    """Whether a value for this variable can change the offer's bill."""
    if name in offer.variables or name in offer.derived:
        return True
    texts = [text for charge in offer.charge for _, text in charge.expressions()]
    texts += [*offer.derived.values(), *offer.pools.values()]
    texts += [gate.variable for gate in offer.gates]
    return any(name in Expression.parse(text).names for text in texts)


def variables_of(offer: Offer) -> list[str]:
    """Every variable a user may give, in the order the charges name them."""
    values = Values(offer, {})
    seen: dict[str, None] = {}
    for charge in offer.charge:
        for _, text in charge.expressions():
            for name in sorted(values.reaches(text)):
                seen.setdefault(name)
    for text in (*(gate.variable for gate in offer.gates), *offer.pools.values()):
        for name in sorted(values.reaches(text)):
            seen.setdefault(name)
    for name in (*offer.derived, *offer.variables):
        seen.setdefault(name)
    return list(seen)
