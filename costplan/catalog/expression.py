"""The formula language of the catalogue: one line of arithmetic over named quantities.

    queries * bands(max(1.28, namespace_gb), [32, 128], [1, 0.20, 0.04])

Python's parser reads the text, then one walk refuses what is not on the list and makes closures of
what is; nothing of the text is ever executed. A result has the unit that its charge states.
Operators round to 28 significant digits, half to even. ``ceil``, ``floor``, ``round_up``,
``lookup`` and comparisons look at 9 decimal places, so that floats will decide as Decimals do.
"""

from __future__ import annotations

import ast
import decimal
import keyword
import operator
import re
from bisect import bisect_left
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from decimal import Context, Decimal, DecimalException
from functools import lru_cache
from itertools import pairwise
from typing import Any, NamedTuple, cast

MAX_LENGTH = 400  # characters, counted before parsing
MAX_NESTING = 24  # operators, functions, conditions around a part; a left side is no deeper
MAX_PARTS = 120  # numbers (in lists too), names, operators, calls, comparisons, if, and, or
MAX_DIGITS = 30  # of a number, its exponent's included; magnitudes are 1e-30 or more, below 1e30

ALLOWED = (
    "allowed are numbers (1000, 1_000, 0.5, 1e9), variables, + - * /, min max ceil floor round_up, "
    "bands and lookup with lists of numbers, `a if c else b`, < <= > >= == !=, `and`, `or`"
)
_HINTS = {
    "**": "use * instead of **; ",
    "//": "use floor(a / b) instead of //; ",
    "%": "use `a - b * floor(a / b)` instead of %; ",
    "=": "use == to compare; ",
    "not": "turn the comparison round, `a >= b` instead of `not a < b`; ",
    "#": "put the comment on a line of its own; ",
}
_SIGNATURES = {
    "min": "min(a, b, ...)",
    "max": "max(a, b, ...)",
    "ceil": "ceil(x)",
    "floor": "floor(x)",
    "round_up": "round_up(x, step)",
    "bands": "bands(x, [edges], [weights])",
    "lookup": "lookup(x, [edges], [values])",
}
_WORDS = "|".join(sorted({*keyword.kwlist} - {"if", "else", "and", "or"}))
_REFUSED = re.compile(  # a number that runs into a letter; a keyword; an operator; a character
    r"(?<!\w)\.?\d[\d_.]*+(?:[eE][+-]?\d[\d_]*+)?+[A-Za-z_]"
    rf"|\b(?:{_WORDS})\b|\*\*|//|(?<![<>=!])=(?!=)|[^\w +\-*/().,<>=!\[\]]",
    re.ASCII,
)
_NUMBER = re.compile(r"(?:\d[\d_]*\.?[\d_]*|\.\d[\d_]*)(?:[eE][+-]?\d[\d_]*)?", re.ASCII)
_NAME = re.compile(r"[a-z][a-z0-9_]*")

_SIGNALS = [decimal.DivisionByZero, decimal.InvalidOperation, decimal.Overflow]
_CONTEXT = Context(28, decimal.ROUND_HALF_EVEN, Emin=-99, Emax=99, traps=_SIGNALS)
# Wide enough for 9 places of anything below the 1e100 of _CONTEXT.
_WIDE = Context(120, decimal.ROUND_HALF_EVEN, traps=_SIGNALS)
_NINTH, _ZERO = Decimal("1e-9"), Decimal(0)
_add, _subtract, _multiply = _CONTEXT.add, _CONTEXT.subtract, _CONTEXT.multiply

Run = Callable[[Mapping[str, Any]], Any]
Arithmetic = Mapping[type[ast.AST] | str, Callable[..., Any]]
"""All that an expression does with numbers; another table may evaluate it on arrays.

``Constant`` makes a number of a Decimal, ``Name`` checks a variable's value. Operators, comparisons
and functions work on numbers, ``bands`` and ``lookup`` also on two tuples of literals. ``IfExp``,
``And`` and ``Or`` work on closures, so that a branch not taken is not run. An ArithmeticError from
any of them becomes an ExpressionError that names the part at fault.
"""


class ExpressionError(ValueError):
    """What is wrong (``message``) in an expression (``text``), and where.

    ``column`` counts from 1; it is None where the text as a whole is meant.
    """

    def __init__(self, message: str, text: str, column: int | None = None) -> None:
        super().__init__(message, text, column)  # all three, so that the error can be pickled
        self.message, self.text, self.column = message, text, column

    def __str__(self) -> str:
        place = "" if self.column is None else f"column {self.column} of "
        return f"{self.message} ({place}`{_shown(self.text)}`)"


def _shown(text: str) -> str:
    """The text made safe for a terminal, and cut."""
    return text[:MAX_LENGTH].encode("unicode_escape").decode() + "..." * (len(text) > MAX_LENGTH)


def _nine(x: Decimal) -> Decimal:
    return _WIDE.quantize(x, _NINTH)


def _at_nine(compare: Callable[[Any, Any], bool]) -> Callable[[Decimal, Decimal], bool]:
    return lambda a, b: compare(_nine(a), _nine(b))


def _finite(value: object) -> Decimal:
    if isinstance(value, Decimal) and value.is_finite():
        return value
    what = value if isinstance(value, Decimal) else type(value).__name__
    raise ArithmeticError(f"is {what}, not a finite Decimal")


def _divide(a: Decimal, b: Decimal) -> Decimal:
    if not b:
        raise ZeroDivisionError("division by zero")
    return _CONTEXT.divide(a, b)


def _round_up(x: Decimal, step: Decimal) -> Decimal:
    """The smallest multiple of step that is >= x, where x / step is first rounded to 9 places."""
    if step <= 0:
        raise ArithmeticError("a step that is not above 0")
    steps = _nine(_CONTEXT.divide(x, step)).to_integral_value(decimal.ROUND_CEILING, _WIDE)
    return _multiply(steps, step)


def _bands(x: Decimal, edges: Sequence[Decimal], weights: Sequence[Decimal]) -> Decimal:
    """Each slice of x between two edges times its weight; what exceeds the last edge, the last."""
    if x < 0:
        raise ArithmeticError("a negative first argument")
    total = _ZERO
    for low, high, weight in zip((_ZERO, *edges), (*edges, x), weights, strict=True):
        total = _add(total, _multiply(_subtract(min(x, high), min(x, low)), weight))
    return total


def _lookup(x: Decimal, edges: Sequence[Decimal], values: Sequence[Decimal]) -> Decimal:
    """The value of the first edge that is >= x, else the last value."""
    return values[bisect_left(edges, _nine(x), key=_nine)]


DECIMAL_ARITHMETIC: Arithmetic = {
    ast.Constant: lambda number: number,
    ast.Name: _finite,
    ast.Add: _add,
    ast.Sub: _subtract,
    ast.Mult: _multiply,
    ast.Div: _divide,
    ast.USub: Decimal.copy_negate,
    ast.Lt: _at_nine(operator.lt),
    ast.LtE: _at_nine(operator.le),
    ast.Gt: _at_nine(operator.gt),
    ast.GtE: _at_nine(operator.ge),
    ast.Eq: _at_nine(operator.eq),
    ast.NotEq: _at_nine(operator.ne),
    ast.IfExp: lambda test, body, orelse: lambda given: (body if test(given) else orelse)(given),
    ast.And: lambda *tests: lambda given: all(test(given) for test in tests),
    ast.Or: lambda *tests: lambda given: any(test(given) for test in tests),
    "min": lambda *numbers: min(numbers),
    "max": lambda *numbers: max(numbers),
    "ceil": lambda x: _nine(x).to_integral_value(decimal.ROUND_CEILING, _WIDE),
    "floor": lambda x: _nine(x).to_integral_value(decimal.ROUND_FLOOR, _WIDE),
    "round_up": _round_up,
    "bands": _bands,
    "lookup": _lookup,
}


class Expression(NamedTuple):
    """A checked formula, equal to another of the same text; made by ``parse`` only."""

    text: str
    names: frozenset[str]  # variables, in branches not taken too
    ordered: tuple[str, ...]  # the same by name
    run: Run

    @classmethod
    def parse(cls, text: str) -> Expression:
        """The expression of a text. ExpressionError for all that is not in ``ALLOWED``."""
        return parse(text)

    def evaluate(self, variables: Mapping[str, Decimal]) -> Decimal:
        """The value: finite, of magnitude below 1e30, never -0.

        ExpressionError for a variable that is missing or not a finite Decimal, a division by zero,
        a number too large, a negative x in ``bands``, a step of ``round_up`` not above 0; but not
        in a branch that is not taken. The caller's decimal context neither matters nor changes.
        """
        result: Decimal = self.run(variables)
        if result and result.adjusted() >= MAX_DIGITS:
            raise ExpressionError("the result is 1e30 or more; check the variables", self.text)
        return result or _ZERO


class Condition(NamedTuple):
    """A checked comparison, alone or joined by ``and`` and ``or``; made by ``condition`` only."""

    text: str
    names: frozenset[str]
    run: Run

    def holds(self, variables: Mapping[str, Decimal]) -> bool:
        """Whether it is true. ExpressionError as ``Expression.evaluate``."""
        return bool(self.run(variables))


@lru_cache(maxsize=4096)
def condition(text: str) -> Condition:
    """The condition of a text, such as ``a > 0.5 * b and c < 3``. ExpressionError as ``parse``."""
    compiler, body = _read(text, DECIMAL_ARITHMETIC)
    run = compiler.condition(body, 0)
    return Condition(text, frozenset(compiler.names), run)


@lru_cache(maxsize=4096)
def parse(text: str) -> Expression:
    """As ``Expression.parse``; a text seen before is free."""
    run, names = compiled(text, DECIMAL_ARITHMETIC)
    return Expression(text, names, tuple(sorted(names)), run)


def compiled(text: str, arithmetic: Arithmetic) -> tuple[Run, frozenset[str]]:
    """The text as a function of its variables under an arithmetic, and the variables it reads."""
    compiler, body = _read(text, arithmetic)
    return compiler.number(body, 0), frozenset(compiler.names)


def _read(text: str, arithmetic: Arithmetic) -> tuple[_Compiler, ast.expr]:
    """A compiler for the text, and its tree, not walked yet."""
    if len(text) > MAX_LENGTH:
        raise ExpressionError(f"{len(text)} characters, more than {MAX_LENGTH}; split it", text)
    if refused := _REFUSED.search(text):
        what = f"`{_shown(refused[0])}` is not allowed; {_HINTS.get(refused[0], '')}{ALLOWED}"
        raise ExpressionError(what, text, refused.start() + 1)
    compiler = _Compiler(text, len(text) - len(text.lstrip()), arithmetic)
    try:
        tree = ast.parse(text.lstrip(), mode="eval")
    except SyntaxError as error:
        column = min(max(error.offset or 1, 1) + compiler.margin, len(text) + 1)
        raise ExpressionError(f"not a formula: {error.msg}; {ALLOWED}", text, column) from None
    except (RecursionError, MemoryError, ValueError):
        raise ExpressionError("nested too deeply to be read; split it", text) from None
    return compiler, tree.body


class _Compiler:
    """The walk; ``depth`` is the number of operators, functions and conditions around a node."""

    def __init__(self, text: str, margin: int, arithmetic: Arithmetic) -> None:
        self.text, self.margin, self.arithmetic = text, margin, arithmetic
        self.parts = 0
        self.names: set[str] = set()

    def number(self, node: ast.expr, depth: int) -> Run:
        self.count(node, depth)
        match node:
            case ast.Constant():
                value = self.arithmetic[ast.Constant](self.literal(node))
                return lambda given: value
            case ast.Name():
                return self.variable(node)
            case ast.UnaryOp(op=ast.USub() as op):
                return self.apply(node, type(op), self.number(node.operand, depth + 1))
            case ast.BinOp(op=ast.Add() | ast.Sub() | ast.Mult() | ast.Div() as op):
                left, right = self.number(node.left, depth), self.number(node.right, depth + 1)
                return self.apply(node, type(op), left, right)
            case ast.IfExp():
                test = self.condition(node.test, depth + 1)
                ways = [self.number(way, depth + 1) for way in (node.body, node.orelse)]
                return cast(Run, self.arithmetic[ast.IfExp](test, *ways))
            case ast.Call(func=ast.Name(id=name), keywords=[]) if name in _SIGNATURES:
                return self.call(node, name, depth + 1)
            case ast.Compare() | ast.BoolOp():
                raise self.error(node, "a condition is not a number; write `1 if c else 0`")
        raise self.error(node, f"`{self.source(node)}` is not allowed; {ALLOWED}")

    def condition(self, node: ast.expr, depth: int) -> Run:
        self.count(node, depth)
        match node:
            case ast.Compare(ops=[op], comparators=[other]) if type(op) in self.arithmetic:
                left, right = self.number(node.left, depth + 1), self.number(other, depth + 1)
                return self.apply(node, type(op), left, right)
            case ast.Compare():
                raise self.error(node, "one comparison at a time; write `a < b and b < c`")
            case ast.BoolOp():
                tests = [self.condition(value, depth + 1) for value in node.values]
                return cast(Run, self.arithmetic[type(node.op)](*tests))
        raise self.error(node, "a number is not a condition; compare it, as in `x > 0`")

    def variable(self, node: ast.Name) -> Run:
        name, check = node.id, self.arithmetic[ast.Name]
        if name in _SIGNATURES:
            raise self.error(node, f"`{name}` is a function; write {_SIGNATURES[name]}")
        if not _NAME.fullmatch(name):
            raise self.error(node, f"`{name}` is not a name; use a-z, 0-9 and _, a letter first")
        self.names.add(name)

        def run(given: Mapping[str, Any]) -> Any:
            try:
                return check(given[name])
            except (KeyError, ArithmeticError) as error:
                what = "has no value" if isinstance(error, KeyError) else error
                raise self.error(node, f"`{name}` {what}") from None

        return run

    def call(self, node: ast.Call, name: str, depth: int) -> Run:
        signature, count = _SIGNATURES[name], len(node.args)
        if count == 0 or (name not in ("min", "max") and count != signature.count(",") + 1):
            raise self.error(node, f"{count} arguments; write {signature}")
        if name not in ("bands", "lookup"):
            return self.apply(node, name, *[self.number(arg, depth) for arg in node.args])
        first, second, third = node.args
        x, edges, values = self.number(first, depth), self.table(second), self.table(third)
        if not edges or len(values) != len(edges) + 1:
            raise self.error(node, "one edge or more, and one value more than edges, are needed")
        if any(low >= high for low, high in pairwise(edges)) or (name == "bands" and edges[0] <= 0):
            raise self.error(second, "edges must ascend, and those of bands start above 0")
        tables = [tuple(map(self.arithmetic[ast.Constant], column)) for column in (edges, values)]
        return self.apply(node, name, x, *[lambda given, table=table: table for table in tables])

    def table(self, node: ast.expr) -> list[Decimal]:
        """The numbers of a list, each with or without a minus sign, each one part."""
        if not isinstance(node, ast.List):
            raise self.error(node, "a list of numbers belongs here, such as [10, 100]")
        numbers = []
        for element in node.elts:
            self.count(element, 0)
            match element:
                case ast.UnaryOp(op=ast.USub(), operand=ast.Constant() as inner):
                    numbers.append(self.literal(inner).copy_negate())
                case _:
                    numbers.append(self.literal(element))
        return numbers

    def literal(self, node: ast.expr) -> Decimal:
        """The Decimal that the source text states, never by way of a float."""
        source = self.source(node)
        if not isinstance(node, ast.Constant) or not _NUMBER.fullmatch(source):
            raise self.error(node, f"`{source}` is not a plain number; {ALLOWED}")
        if sum(map(str.isdigit, source)) > MAX_DIGITS:
            raise self.error(node, f"a number of more than {MAX_DIGITS} digits; round it")
        with suppress(DecimalException):
            value = Decimal(source)
            if value.is_finite() and -MAX_DIGITS <= value.adjusted() < MAX_DIGITS:
                return value
        raise self.error(node, "a number below 1e-30, or 1e30 or more; use another unit")

    def apply(self, node: ast.expr, key: type[ast.AST] | str, *arguments: Run) -> Run:
        """The operation on the arguments' values; what it raises names this part of the text."""
        operation = self.arithmetic[key]

        def fault(error: ArithmeticError) -> ExpressionError:
            what = "a number too large" if isinstance(error, DecimalException) else error
            return self.error(node, f"{what} in `{self.source(node)}`")

        def run(given: Mapping[str, Any]) -> Any:
            try:
                return operation(*[argument(given) for argument in arguments])
            except ArithmeticError as error:
                raise fault(error) from None

        if len(arguments) != 2:
            return run
        left, right = arguments

        def run_both(given: Mapping[str, Any]) -> Any:
            """Most operations are of two numbers, and this is most of what a bill computes."""
            try:
                return operation(left(given), right(given))
            except ArithmeticError as error:
                raise fault(error) from None

        return run_both

    def count(self, node: ast.expr, depth: int) -> None:
        self.parts += 1
        if self.parts > MAX_PARTS:
            raise self.error(node, f"more than {MAX_PARTS} parts; split it")
        if depth > MAX_NESTING:
            raise self.error(node, f"nested more than {MAX_NESTING} deep; split it")

    def source(self, node: ast.expr) -> str:
        return self.text[node.col_offset + self.margin : (node.end_col_offset or 0) + self.margin]

    def error(self, node: ast.expr, message: str) -> ExpressionError:
        return ExpressionError(message, self.text, node.col_offset + self.margin + 1)
