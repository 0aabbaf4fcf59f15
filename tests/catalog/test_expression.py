"""The formula language: known values, every refusal, the bounds, and properties."""

from __future__ import annotations

import ast
import math
import operator
import pickle
import time
import warnings
from collections.abc import Callable
from decimal import Context, Decimal, DecimalException, Inexact, localcontext
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from costplan.catalog.expression import (
    DECIMAL_ARITHMETIC,
    MAX_LENGTH,
    MAX_NESTING,
    MAX_PARTS,
    Arithmetic,
    Expression,
    ExpressionError,
    compiled,
    parse,
)


def value(text: str, **variables: object) -> Decimal:
    return Expression.parse(text).evaluate({k: Decimal(str(v)) for k, v in variables.items()})


def refusal(text: str) -> ExpressionError:
    with pytest.raises(ExpressionError) as caught:
        Expression.parse(text)
    assert caught.value.text == text
    return caught.value


def failure(text: str, **variables: object) -> ExpressionError:
    expression = Expression.parse(text)
    with pytest.raises(ExpressionError) as caught:
        expression.evaluate({k: Decimal(str(v)) for k, v in variables.items()})
    assert caught.value.text == text
    return caught.value


# Known values

INDEX = {"vectors": 3_000_000, "dimensions": 1536, "metadata_bytes": 500, "namespaces": 1}


@pytest.mark.parametrize(
    ("text", "variables", "expected"),
    [
        # 3e6 * (6144 + 500) bytes = 19.932 GB
        ("vectors * (4 * dimensions + metadata_bytes) / 1e9 / namespaces", INDEX, "19.932"),
        (
            "ceil(upsert_batch * (4 * dimensions + metadata_bytes) / 1000)",
            {**INDEX, "upsert_batch": 100},
            "665",  # 664.4
        ),
        ("queries * max(0.25, namespace_gb)", {"queries": 1000, "namespace_gb": 19.932}, "19932"),
        ("queries * max(0.25, namespace_gb)", {"queries": 1000, "namespace_gb": 0.1}, "250"),
        (
            "upserts / upsert_batch * max(5, write_request_kb)",
            {"upserts": 3000, "upsert_batch": 100, "write_request_kb": 665},
            "19950",
        ),
        # turbopuffer: 32 * 1 + 96 * 0.20 + 872 * 0.04
        ("bands(max(1.28, gb), [32, 128], [1, 0.20, 0.04])", {"gb": 1000}, "86.08"),
        ("bands(max(1.28, gb), [32, 128], [1, 0.20, 0.04])", {"gb": 0.5}, "1.28"),
        ("2.5 * hours_per_month", {"hours_per_month": 744}, "1860"),
        (
            "requests * max(1, active_cpu_seconds) / 3600",
            {"requests": 36, "active_cpu_seconds": 2},
            "0.02",
        ),
        ("max(1, wall_seconds + idle_seconds)", {"wall_seconds": 9, "idle_seconds": 0}, "9"),
        (
            "requests * session_seconds * max(0.125, memory_gib) / 3600",
            {"requests": 8, "session_seconds": 9, "memory_gib": 0.1},
            "0.0025",
        ),
        (
            "queries * n * scanned / 1024 / 1024 / 1024 / 1024",
            {"queries": 1024, "n": 1024, "scanned": 1048576},
            "1",
        ),
    ],
)
def test_the_catalogues_formulas(text: str, variables: dict[str, object], expected: str) -> None:
    assert value(text, **variables) == Decimal(expected)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1", "1"),
        ("  1 + 2 ", "3"),
        ("1_000 + 1e3 + 1E+3 + .5 + 2.", "3002.5"),
        ("007", None),
        ("00", "0"),
        ("2 + 3 * 4 - 6 / 3", "12"),
        ("10 - 3 - 2", "5"),
        ("16 / 4 / 2", "2"),
        ("-(2 - 5)", "3"),
        ("--2", "2"),
        ("2 * -3", "-6"),
        ("min(3)", "3"),
        ("min(3, 1, 2) + max(3, 1, 2)", "4"),
        ("ceil(1.2) + ceil(-1.2) + floor(1.8) + floor(-1.2)", "0"),
        ("round_up(0, 5)", "0"),
        ("round_up(10, 5)", "10"),
        ("round_up(10.01, 5)", "15"),
        ("round_up(-7, 5)", "-5"),
        ("round_up(0.7, 0.1)", "0.7"),
        ("bands(0, [10], [2, 1])", "0"),
        ("bands(10, [10], [2, 1])", "20"),
        ("bands(11, [10], [2, 1])", "21"),
        ("bands(25, [10, 20], [1, -0.5, 0])", "5"),
        ("lookup(9.99, [10, 20], [1, 2, 3])", "1"),
        ("lookup(10, [10, 20], [1, 2, 3])", "1"),
        ("lookup(10.01, [10, 20], [1, 2, 3])", "2"),
        ("lookup(20, [10, 20], [1, 2, 3])", "2"),
        ("lookup(21, [10, 20], [1, 2, 3])", "3"),
        ("lookup(-5, [-1, 0], [-7, 2, 3])", "-7"),
        ("1 if 2 > 1 else 1 / 0", "1"),
        ("1 / 0 if 2 < 1 else 3", "3"),
        ("1 if 1 <= 1 and 2 >= 2 and 3 == 3 and 1 != 2 else 0", "1"),
        ("1 if 2 < 1 or 1 < 2 else 0", "1"),
        ("1 if 2 < 1 and 1 / 0 > 1 else 0", "0"),
        ("1 if 1 < 2 or 1 / 0 > 1 else 0", "1"),
        ("1 if (1 < 2 or 1 < 1) and 2 < 1 else 0", "0"),
        ("1 if 1 < 2 or 1 < 1 and 2 < 1 else 0", "1"),
        ("1 if 2 < 1 else 2 if 3 < 1 else 3", "3"),
        ("min(1 if 1 < 2 else 5, 3)", "1"),
    ],
)
def test_known_values(text: str, expected: str | None) -> None:
    if expected is None:
        assert "not a formula" in refusal(text).message
    else:
        assert value(text) == Decimal(expected)


def test_literals_never_pass_through_a_float() -> None:
    assert value("0.1 + 0.2") == Decimal("0.3")
    assert value("1.005 * 100") == Decimal("100.5")
    digits = "123456789012345678.901234567891"
    assert value(digits) == Decimal(digits)
    assert value(f"-{digits}") == Decimal(f"-{digits}")
    assert value(f"lookup(1, [2], [{digits}, 0])") == Decimal(digits)


def test_names_are_those_of_every_branch() -> None:
    text = "max(a, b2) if c_c > 0 or d > 1 else bands(e, [1], [2, 3])"
    assert Expression.parse(text).names == {"a", "b2", "c_c", "d", "e"}
    assert Expression.parse("1 + 2").names == frozenset()


def test_an_expression_is_a_value() -> None:
    one, same, other = Expression.parse("a + 1"), parse("a + 1"), parse("a+1")
    assert one == same
    assert hash(one) == hash(same)
    assert one != other
    assert one.text == "a + 1"
    with pytest.raises(AttributeError):
        one.text = "b"  # type: ignore[misc]
    assert not hasattr(one, "__dict__")


# Refusals: text, column, what the message says

ALLOWED = "allowed are numbers"


@pytest.mark.parametrize(
    ("text", "column", "says"),
    [
        ("", 1, ALLOWED),
        ("   ", 4, ALLOWED),
        ("1 +", None, ALLOWED),
        ("(1", 1, ALLOWED),
        ("1)+(1", 2, ALLOWED),
        ("1 2", None, ALLOWED),
        ("a ** 2", 3, "use * instead of **"),
        ("a // 2", 3, "use floor(a / b)"),
        ("a % 2", 3, "instead of %"),
        ("not a > 2", 1, "instead of `not a < b`"),
        ("1 # one", 3, "comment"),
        ("a\n+ 1", 2, r"`\n` is not allowed"),
        ("a +\t1", 4, ALLOWED),
        ("a\r", 2, ALLOWED),
        ("1\x00", 2, ALLOWED),
        ("a \\", 3, ALLOWED),
        ("a + é", 5, ALLOWED),
        ("１ + 1", 1, ALLOWED),
        ("\ud800", 1, ALLOWED),
        ("'a'", 1, ALLOWED),
        ('"a"', 1, ALLOWED),
        ("f'{a}'", 2, ALLOWED),
        ("b'a'", 2, ALLOWED),
        ("1 + True", 5, "`True` is not allowed"),
        ("False", 1, ALLOWED),
        ("None", 1, ALLOWED),
        ("...", 1, "not a plain number"),
        ("0x10", 1, ALLOWED),
        ("1 + 0b1", 5, ALLOWED),
        ("0o7", 1, ALLOWED),
        ("1j", 1, ALLOWED),
        ("1.5J", 1, ALLOWED),
        ("1if 1 < 2 else 3", 1, ALLOWED),
        ("1_", None, ALLOWED),
        ("a.b", 1, "`a.b` is not allowed"),
        ("(1).real", 1, ALLOWED),
        ("a[0]", 1, ALLOWED),
        ("a[0:1]", 4, ALLOWED),
        ("(1, 2)", 1, ALLOWED),
        ("1, 2", 1, ALLOWED),
        ("()", 1, ALLOWED),
        ("[1, 2]", 1, ALLOWED),
        ("{1}", 1, ALLOWED),
        ("1 + +a", 5, ALLOWED),
        ("~a", 1, ALLOWED),
        ("a @ b", 3, ALLOWED),
        ("a & b", 3, ALLOWED),
        ("a | b", 3, ALLOWED),
        ("a ^ b", 3, ALLOWED),
        ("a << 2", None, ALLOWED),
        ("a >> 2", None, ALLOWED),
        ("a <> b", None, ALLOWED),
        ("a! = b", None, "="),
        ("lambda x: x", 1, ALLOWED),
        ("lambda: 1", 1, ALLOWED),
        ("(a := 1)", 4, ALLOWED),
        ("a = 1", 3, "use == to compare"),
        ("[a for a in b]", 4, ALLOWED),
        ("max(a for a in b)", 7, ALLOWED),
        ("1 if a in b else 2", 8, ALLOWED),
        ("1 if a is b else 2", 8, ALLOWED),
        ("await a", 1, ALLOWED),
        ("yield", 1, ALLOWED),
        ("import os", 1, ALLOWED),
        ("max(*a)", 5, ALLOWED),
        ("max(**a)", 5, ALLOWED),
        ("max(a, key=b)", 11, ALLOWED),
        ("sqrt(a)", 1, ALLOWED),
        ("round(a)", 1, ALLOWED),
        ("__import__(1)", 1, ALLOWED),
        ("a(1)(2)", 1, ALLOWED),
        ("max", 1, "write max(a, b, ...)"),
        ("1 + ceil", 5, "write ceil(x)"),
        ("  Vectors", 3, "is not a name"),
        ("_a", 1, "is not a name"),
        ("max()", 1, "0 arguments"),
        ("min()", 1, "0 arguments"),
        ("ceil()", 1, "write ceil(x)"),
        ("ceil(1, 2)", 1, "2 arguments"),
        ("floor(1, 2)", 1, "write floor(x)"),
        ("round_up(1)", 1, "write round_up(x, step)"),
        ("round_up(1, 2, 3)", 1, "3 arguments"),
        ("bands(1, [2])", 1, "write bands(x, [edges], [weights])"),
        ("lookup(1, [2], [3, 4], 5)", 1, "write lookup(x, [edges], [values])"),
        ("bands(1, 2, [3, 4])", 10, "a list of numbers"),
        ("lookup(1, [2], a)", 16, "a list of numbers"),
        ("bands(1, [a], [3, 4])", 11, "plain number"),
        ("bands(1, [1 + 1], [3, 4])", 11, "plain number"),
        ("bands(1, [[1]], [3, 4])", 11, "plain number"),
        ("bands(1, [*a], [3, 4])", 11, "plain number"),
        ("lookup(1, [--1], [3, 4])", 12, "plain number"),
        ("lookup(1, [+1], [3, 4])", 12, "plain number"),
        ("bands([1], [1], [3, 4])", 7, ALLOWED),
        ("max([1, 2])", 5, ALLOWED),
        ("bands(1, [2], [3])", 1, "one value more than edges"),
        ("bands(1, [2], [3, 4, 5])", 1, "one value more than edges"),
        ("lookup(1, [], [3])", 1, "one edge or more"),
        ("bands(1, [2, 2], [3, 4, 5])", 10, "ascend"),
        ("lookup(1, [3, 2], [3, 4, 5])", 11, "ascend"),
        ("bands(1, [0, 2], [3, 4, 5])", 10, "above 0"),
        ("a > 1", 1, "a condition is not a number"),
        ("1 + (a > 1)", 6, "a condition is not a number"),
        ("max(a > 1, 2)", 5, "a condition is not a number"),
        ("-(a > 1)", 3, "a condition is not a number"),
        ("1 if a > (b < c) else 2", 11, "a condition is not a number"),
        ("a and b", 1, "a condition is not a number"),
        ("(a > 1) if a > 2 else 3", 2, "a condition is not a number"),
        ("1 if a else 2", 6, "a number is not a condition"),
        ("1 if 1 else 2", 6, "a number is not a condition"),
        ("1 if a > 1 and b else 2", 16, "a number is not a condition"),
        ("1 if max(a) or b > 1 else 2", 6, "a number is not a condition"),
        ("1 if (1 if a > b else 2) else 2", 7, "a number is not a condition"),
        ("1 if 0 < a < 2 else 3", 6, "write `a < b and b < c`"),
        ("1 if a > 1", None, ALLOWED),
    ],
)
def test_everything_else_is_refused_with_its_place(
    text: str, column: int | None, says: str
) -> None:
    error = refusal(text)
    assert says in error.message
    assert error.column is not None
    assert 1 <= error.column <= len(text) + 1
    if column is not None:  # None: where Python's parser stumbles differs between its versions
        assert error.column == column
    assert f"column {error.column}" in str(error)


def test_an_error_is_safe_to_print_and_to_pickle() -> None:
    error = refusal("a \x1b[31m")
    assert str(error).isprintable()
    copy = pickle.loads(pickle.dumps(error))
    assert (copy.message, copy.text, copy.column) == (error.message, error.text, error.column)
    assert str(refusal("\ud800")).isascii()
    assert len(str(refusal("a" * 10_000))) < 600


# Bounds: at the limit, and one above


def test_at_most_400_characters() -> None:
    assert MAX_LENGTH == 400
    longest = "1" + " " * (400 - 3) + "+1"
    assert value(longest) == 2
    error = refusal(longest + " ")
    assert "401 characters" in error.message
    assert error.column is None


def test_a_million_terms_are_refused_before_parsing() -> None:
    chain = "+".join(["1"] * 1_000_000)
    start = time.perf_counter()
    refusal(chain)
    refusal("(" * 1_000_000)
    refusal("-" * 1_000_000 + "1")
    assert time.perf_counter() - start < 0.2


@pytest.mark.parametrize(
    ("opening", "closing", "column"),
    [("-", "", 26), ("ceil(", ")", 126), ("1+(", ")", 76)],
)
def test_at_most_24_deep(opening: str, closing: str, column: int) -> None:
    assert MAX_NESTING == 24
    assert value(opening * 24 + "0" + closing * 24) in (0, 24)
    error = refusal(opening * 25 + "0" + closing * 25)
    assert "more than 24 deep" in error.message
    assert error.column == column


@pytest.mark.parametrize("trouble", [RecursionError, MemoryError, ValueError("null bytes")])
def test_what_the_parser_cannot_bear_is_a_refusal(
    trouble: Exception | type[Exception], monkeypatch: pytest.MonkeyPatch
) -> None:
    def overwhelmed(*_: object, **__: object) -> ast.AST:
        raise trouble

    monkeypatch.setattr(ast, "parse", overwhelmed)
    assert "too deeply" in refusal("1 + 1.2345").message


def test_conditions_count_as_levels() -> None:
    def ladder(rungs: int) -> str:
        return "0 if 2<1 else " * rungs + "7"

    assert value(ladder(23)) == 7  # the comparison of the last rung and its sides: 25 - 1 levels
    assert "more than 24 deep" in refusal(ladder(24)).message


def test_a_long_sum_is_not_deep() -> None:
    assert value("+".join(["1"] * 60)) == 60
    assert value("*".join(["1"] * 60)) == 1


def test_at_most_120_parts() -> None:
    assert MAX_PARTS == 120
    fits = "-" + "+".join(["1"] * 60)  # 60 numbers, 59 sums, one minus
    assert value(fits) == 58
    error = refusal(fits + "+1")
    assert "more than 120 parts" in error.message
    edges = ",".join(str(edge) for edge in range(1, 59))
    fits = f"lookup(7,[{edges}],[{edges},0])"  # a call, a number, 58 + 59 elements: 119
    assert value(f"-{fits}") == -7
    assert "more than 120 parts" in refusal(f"--{fits}").message


@pytest.mark.parametrize(
    ("fits", "refused"),
    [
        ("9" * 30, "1" + "0" * 30),
        ("0." + "1" * 29, "0." + "1" * 30),
        ("1" * 27 + "e-20", "1" * 29 + "e-20"),
        ("1e29", "1e30"),
        ("9.99e29", "10e29"),
        ("1e-30", "1e-31"),
        ("0e5", "0e999999999"),
        ("1", "1e400"),
        ("1", "1e99999999999999999999"),
        ("1", "1e-99999999999999999999"),
    ],
)
def test_numbers_have_at_most_30_digits_and_magnitude(fits: str, refused: str) -> None:
    assert value(fits) == Decimal(fits)
    error = refusal(f"1 + {refused}")
    assert error.column == 5
    assert "digits" in error.message or "1e30" in error.message
    assert refusal(f"lookup(1, [2], [{refused}, 1])").column == 17


def test_results_stay_below_1e30() -> None:
    assert value("a * 10", a="9.9e28") == Decimal("9.9e29")
    assert value("-a", a="9.9e29") == Decimal("-9.9e29")
    assert "1e30" in failure("a * 10", a="1e29").message
    assert "1e30" in failure("-a", a="1e30").message
    assert value("a * a / a", a="1e29") == Decimal("1e29")
    assert "too large in `a * a * a * a`" in failure("a * a * a * a", a="1e29").message
    assert "too large in `a + 1`" in failure("a + 1", a="1e999999").message
    assert "too large in `ceil(a)`" in failure("ceil(a)", a="1e999999").message
    assert "1e30" in failure("a", a="1e999999").message


# Evaluation


@pytest.mark.parametrize(
    ("text", "variables", "message", "column"),
    [
        ("vectors / namespaces", {"vectors": 1, "namespaces": 0}, "in `vectors / namespaces`", 1),
        ("1 + a / (b - b)", {"a": 0, "b": 3}, "division by zero in `a / (b - b)`", 5),
        ("  2 * (1 / a)", {"a": "-0"}, "division by zero in `1 / a`", 8),
        ("bands(a, [1], [2, 3])", {"a": "-0.01"}, "a negative first argument in `bands(a", 1),
        ("round_up(a, b)", {"a": 1, "b": 0}, "step that is not above 0 in `round_up(a, b)`", 1),
        ("round_up(a, -1)", {"a": 1}, "not above 0", 1),
        ("1 + missing", {}, "`missing` has no value", 5),
        ("a", {"a": "NaN"}, "`a` is NaN, not a finite Decimal", 1),
        ("1 if a == 1 else 2", {"a": "sNaN"}, "`a` is sNaN", 6),
        ("max(1, a)", {"a": "-Infinity"}, "`a` is -Infinity", 8),
    ],
)
def test_what_cannot_be_evaluated(
    text: str, variables: dict[str, object], message: str, column: int
) -> None:
    error = failure(text, **variables)
    assert message in error.message
    assert error.column == column


@pytest.mark.parametrize("wrong", [1, 1.5, True, "1", None])
def test_a_variable_must_be_a_decimal(wrong: Any) -> None:
    with pytest.raises(ExpressionError, match=f"`a` is {type(wrong).__name__}, not a finite"):
        parse("a + 1").evaluate({"a": wrong})


def test_a_huge_int_is_refused_without_being_written_out() -> None:
    with pytest.raises(ExpressionError, match="`a` is int"):
        parse("a + 1").evaluate({"a": 10**5000})  # type: ignore[dict-item]


def test_zero_has_no_sign() -> None:
    for text in ("-a", "a * -1", "round_up(a - 1, 5)", "ceil(a - 0.5)", "0 * 1e20"):
        assert str(value(text, a=0)).lstrip("0.E+") == ""


def test_nine_places_decide() -> None:
    third = "a / 3 * 3"  # 0.9999999999999999999999999999
    assert value(third, a=1) != 1
    assert value(f"ceil({third} + 2)", a=1) == 3
    assert value(f"floor({third})", a=1) == 1
    assert value(f"7 if {third} == 1 else 8", a=1) == 7
    assert value(f"7 if {third} < 1 else 8", a=1) == 8
    assert value("ceil(1.0000000001)") == 1
    assert value("ceil(1.000000001)") == 2
    assert value("floor(1.999999999)") == 1
    assert value("floor(1.9999999999)") == 2
    assert value("lookup(10.0000000001, [10], [1, 2])") == 1
    assert value("lookup(10.000000001, [10], [1, 2])") == 2
    assert value("round_up(10.0000000001, 5)") == 10
    assert value("ceil(a)", a="12345678901234567890123456.5") == Decimal(
        "12345678901234567890123457"
    )


def test_the_callers_context_neither_matters_nor_changes() -> None:
    expression = parse("ceil(a / 3) + a / 3 - -0.123456789")
    expected = expression.evaluate({"a": Decimal(1)})
    with localcontext(Context(prec=2, traps=[Inexact])) as context:
        parse.cache_clear()
        again = parse("ceil(a / 3) + a / 3 - -0.123456789")
        assert again.evaluate({"a": Decimal(1)}) == expected
        assert not any(context.flags.values())
    assert len(expected.as_tuple().digits) == 28
    with localcontext(Context(traps=[])):
        assert "1e30" in refusal("1e99999999999999999999").message
        assert "division by zero" in failure("1 / a", a=0).message


def test_another_arithmetic_can_take_the_decimals_place() -> None:
    """What an arithmetic on arrays will do: its own numbers, both branches, the same text."""

    def both(test: Callable[..., Any], body: Callable[..., Any], orelse: Callable[..., Any]) -> Any:
        return lambda given: [
            yes if choice else no
            for choice, yes, no in zip(test(given), body(given), orelse(given), strict=True)
        ]

    def each(operation: Callable[..., Any]) -> Callable[..., Any]:
        return lambda a, b: [operation(x, y) for x, y in zip(a, b, strict=True)]

    columns: Arithmetic = {
        **DECIMAL_ARITHMETIC,
        ast.Constant: lambda number: [float(number)] * 3,
        ast.Name: lambda column: column,
        ast.Add: each(operator.add),
        ast.Mult: each(operator.mul),
        ast.Gt: each(operator.gt),
        ast.IfExp: both,
    }
    run, names = compiled("a * 2 + 1 if a > 1 else 0", columns)
    assert run({"a": [1.0, 2.0, 3.0]}) == [0.0, 5.0, 7.0]
    assert names == {"a"}


# Properties


WORDS = (
    "a b_1 X _ 0 1 2.5 1e9 1_000 . e ( ) [ ] , + - * / % ** // < <= == != = > ! : := # ' \" { } @"
    " if else and or not in is lambda True None max( ceil( bands( lookup( round_up( \\ é"
)
PIECES = st.sampled_from([*WORDS.split(), " ", "\n", "\t", "\0"])
PIECEWISE = st.lists(PIECES, max_size=25).flatmap(
    lambda pieces: st.sampled_from(["", " "]).map(lambda space: space.join(pieces))
)


@given(st.text(max_size=450) | PIECEWISE | st.text("0123456789._eEjxab +-*/()", max_size=40))
@example("x.5if 1 else 2")
@example("1or 2")
@example("-" * 399 + "1")
@example("(" * 199 + "1" + ")" * 199)
@example("(" * 400)
@example("ceil(" * 80)
@example("[" * 400)
@example("1 if " * 80)
def test_any_text_parses_or_is_refused(text: str) -> None:
    expression, result = None, None
    variables: dict[str, Decimal] = {}
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        try:
            expression = parse(text)
            variables = dict.fromkeys(expression.names, Decimal("1.5"))
            result = expression.evaluate(variables)
        except ExpressionError as error:
            refused = error
    if result is None:
        assert refused.text == text
        assert refused.message
        assert refused.column is None or 1 <= refused.column <= len(text) + 1
        assert str(refused).isascii()
    else:
        assert result.is_finite()
        assert result.copy_abs() < Decimal("1e30")
    if expression is not None:
        assert expression.text == text
        assert text.isascii()
    assert not caught


Tree = tuple[Any, ...]
VARIABLES = {"a": Decimal("0"), "b": Decimal("2.5"), "c_3": Decimal("-1234.000001")}
NUMBERS = st.decimals("0.001", "1e6", places=3).map(lambda n: f"{n:f}") | st.sampled_from(
    ["0", "1", "0.1", "1e3", "1_000", ".5", "3."]
)


@st.composite
def tables(draw: st.DrawFn) -> tuple[list[Decimal], list[Decimal]]:
    edges = draw(st.lists(st.decimals(1, 1000, places=1), min_size=1, max_size=3, unique=True))
    count = len(edges) + 1
    return sorted(edges), draw(
        st.lists(st.decimals(-10, 10, places=2), min_size=count, max_size=count)
    )


def compound(numbers: st.SearchStrategy[Tree]) -> st.SearchStrategy[Tree]:
    comparisons = st.tuples(st.sampled_from(["<", "<=", ">", ">=", "==", "!="]), numbers, numbers)
    conditions = comparisons | st.tuples(st.sampled_from(["and", "or"]), comparisons, comparisons)
    return st.one_of(
        st.tuples(st.sampled_from(["+", "-", "*", "/"]), numbers, numbers),
        st.tuples(st.just("neg"), numbers),
        st.tuples(st.sampled_from(["ceil", "floor"]), numbers),
        st.tuples(st.just("round_up"), numbers, numbers),
        st.tuples(st.sampled_from(["min", "max"]), st.lists(numbers, min_size=1, max_size=3)),
        st.tuples(st.just("if"), conditions, numbers, numbers),
        st.tuples(st.sampled_from(["bands", "lookup"]), numbers, tables()),
    )


TREES = st.recursive(
    st.tuples(st.just("number"), NUMBERS)
    | st.tuples(st.just("name"), st.sampled_from(sorted(VARIABLES))),
    compound,
    max_leaves=7,
)
STRENGTH = {"if": 0, "or": 1, "and": 2, "+": 4, "-": 4, "*": 5, "/": 5, "neg": 6}
STRENGTH |= dict.fromkeys(["<", "<=", ">", ">=", "==", "!="], 3)


def written(tree: Tree, at_least: int = 0) -> str:
    """The tree as text, with no parenthesis that the precedence of operators makes needless."""
    kind, *rest = tree
    strength = STRENGTH.get(kind, 9)
    if kind in ("number", "name"):
        text = rest[0]
    elif kind == "neg":
        text = "-" + written(rest[0], strength)
    elif kind == "if":
        test, body, orelse = rest
        text = f"{written(body, 1)} if {written(test, 1)} else {written(orelse)}"
    elif kind in STRENGTH:
        text = f"{written(rest[0], strength)} {kind} {written(rest[1], strength + 1)}"
    elif kind in ("bands", "lookup"):
        lists = ("[" + ", ".join(f"{n:f}" for n in column) + "]" for column in rest[1])
        text = f"{kind}({written(rest[0])}, {', '.join(lists)})"
    else:
        arguments = rest[0] if kind in ("min", "max") else rest
        text = f"{kind}({', '.join(written(argument) for argument in arguments)})"
    return f"({text})" if strength < at_least else text


COMPARISONS: dict[str, Callable[..., bool]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
    "==": operator.eq,
    "!=": operator.ne,
}


def nine(number: Decimal) -> Fraction:
    return round(Fraction(number), 9)


def blocks_of(x: Decimal, step: Decimal) -> Decimal:
    if step <= 0:
        raise ArithmeticError
    return math.ceil(nine(x / step)) * step


OPERATORS: dict[str, Callable[..., Any]] = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "/": operator.truediv,
    "neg": operator.neg,
    "ceil": lambda x: Decimal(math.ceil(nine(x))),
    "floor": lambda x: Decimal(math.floor(nine(x))),
    "round_up": blocks_of,
}


def names(tree: object) -> set[str]:
    if isinstance(tree, tuple | list):
        if tree[0] == "name":
            return {tree[1]}
        return set().union(*map(names, tree))
    return set()


def worked_out(tree: Tree) -> Any:
    """The same meaning, straightforwardly: Decimal's operators, and Fractions where it decides."""
    kind, *rest = tree
    if kind in ("number", "name"):
        return Decimal(rest[0]) if kind == "number" else VARIABLES[rest[0]]
    if kind == "if":
        return worked_out(rest[1]) if worked_out(rest[0]) else worked_out(rest[2])
    if kind == "and":
        return worked_out(rest[0]) and worked_out(rest[1])
    if kind == "or":
        return worked_out(rest[0]) or worked_out(rest[1])
    if kind in ("min", "max"):
        numbers = sorted(worked_out(argument) for argument in rest[0])
        return numbers[0] if kind == "min" else numbers[-1]
    if kind in ("bands", "lookup"):
        return tabled(kind, worked_out(rest[0]), *rest[1])
    numbers = [worked_out(argument) for argument in rest]
    if kind in COMPARISONS:
        return COMPARISONS[kind](*map(nine, numbers))
    return OPERATORS[kind](*numbers)


def tabled(kind: str, x: Decimal, edges: list[Decimal], values: list[Decimal]) -> Decimal:
    if kind == "lookup":
        return next((v for e, v in zip(edges, values, strict=False) if nine(x) <= e), values[-1])
    if x < 0:
        raise ArithmeticError
    lows, highs = [Decimal(0), *edges], [*edges, max(x, *edges)]
    slices = [max(min(x, high) - low, Decimal(0)) for low, high in zip(lows, highs, strict=True)]
    return sum((part * v for part, v in zip(slices, values, strict=True)), Decimal(0))


@given(TREES)
def test_the_grammar_means_what_it_says(tree: Tree) -> None:
    text = written(tree)
    assume(len(text) <= MAX_LENGTH)
    expression = parse(text)
    assert expression.names == names(tree)
    with localcontext(Context(prec=28, Emin=-99, Emax=99)):
        try:
            expected = worked_out(tree)
        except (ArithmeticError, DecimalException):
            expected = None
    if expected is None or not abs(expected) < Decimal("1e30"):
        with pytest.raises(ExpressionError):
            expression.evaluate(VARIABLES)
    else:
        assert expression.evaluate(VARIABLES) == expected


@given(
    st.recursive(
        st.tuples(st.just("number"), st.integers(0, 9999).map(lambda n: f"{n / 100:.2f}")),
        lambda numbers: st.tuples(st.sampled_from("+-*"), numbers, numbers),
        max_leaves=6,
    )
)
def test_sums_and_products_of_cents_are_exact(tree: Tree) -> None:
    def exact(node: Tree) -> Fraction:
        kind, *rest = node
        return Fraction(rest[0]) if kind == "number" else OPERATORS[kind](*map(exact, rest))

    assert Fraction(parse(written(tree)).evaluate({})) == exact(tree)


@given(
    st.decimals(0, 10_000, places=3), st.decimals(1, 5000, places=2), st.decimals(0, 9, places=2)
)
def test_bands_and_lookup_and_round_up_keep_their_promises(
    x: Decimal, edge: Decimal, weight: Decimal
) -> None:
    split = value(f"bands(x, [{edge}], [1, {weight}])", x=x)
    assert split == min(x, edge) + max(x - edge, Decimal(0)) * weight
    assert value(f"bands(x, [{edge}], [1, 1])", x=x) == x
    assert value(f"lookup(x, [{edge}], [1, 2])", x=x) == (1 if x <= edge else 2)
    blocks = value(f"round_up(x, {edge})", x=x)
    assert blocks % edge == 0
    assert x <= blocks < x + edge
