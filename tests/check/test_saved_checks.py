"""A check saved as JSON, read back, drawn again; and one that was changed by hand."""

from __future__ import annotations

import json
from collections.abc import Callable
from copy import deepcopy
from decimal import Decimal
from functools import cache
from typing import Any

import pytest
from check_cases import document, judged, line, stack
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator, FormatChecker
from properties import examples

from costplan.document.finding import Where
from costplan.document.saved import parse_result, plain
from costplan.document.verdict import CheckDocument
from costplan.facts import fact
from costplan.problems import BadUsage, InvalidInput
from costplan.render import Look
from costplan.render.results import RESULT_FORMATS, draw_result
from costplan.store.files.schemas import schema

FORMS = tuple(RESULT_FORMATS["check"])
LOOK = Look(80)


@cache
def validator() -> Draft202012Validator:
    return Draft202012Validator(json.loads(schema("check")), format_checker=FormatChecker())


def reread(made: CheckDocument) -> CheckDocument:
    text = draw_result(made, "json", LOOK)
    validator().validate(json.loads(text))
    found = parse_result(json.loads(text, parse_float=Decimal, parse_int=Decimal))
    assert isinstance(found, CheckDocument)
    for form in FORMS:
        assert draw_result(found, form, LOOK) == draw_result(made, form, LOOK), form
    return found


MONEY = st.decimals(0, 10**6, places=2)
LEVELS = st.one_of(
    MONEY,
    st.builds(
        lambda low, high: {"warn": min(low, high), "deny": max(low, high)},
        MONEY,
        MONEY,
    ).filter(lambda both: both["warn"] < both["deny"]),
    st.builds(lambda one: {"warn": one}, MONEY),
)
BUDGETS = st.fixed_dictionaries(
    {"monthly_total": LEVELS},
    optional={
        "per_request": LEVELS,
        "per_trusted_answer": LEVELS,
        "vendor_share": st.decimals(0, 1, places=3),
        "min_reliability": st.decimals(0, 1, places=3),
        "price_age_days": LEVELS,
        "unpriced_lines": LEVELS,
        "component": st.just({"vector-db": Decimal(3)}),
        "allow_unpriced": st.just(["vendor/secret"]),
        "allow_stale": st.just(["openai/chat"]),
    },
)
CONDITIONS = ("total_monthly > 10", "lines > 1", "seats > 3", "total_monthly / stale_lines > 1")
POLICIES = st.builds(
    lambda texts, name: {"name": name, **texts},
    st.fixed_dictionaries({"deny": st.sampled_from(CONDITIONS)})
    | st.fixed_dictionaries({"warn": st.sampled_from(CONDITIONS)})
    | st.fixed_dictionaries(
        {"warn": st.sampled_from(CONDITIONS), "deny": st.sampled_from(CONDITIONS)}
    ),
    st.text("ab|*\n\x1b日=", min_size=1, max_size=8).filter(str.strip),
)


@examples(60)
@given(
    st.lists(MONEY, min_size=1, max_size=3),
    BUDGETS,
    st.lists(POLICIES, max_size=2, unique_by=lambda one: one["name"]),
    st.booleans(),
    st.booleans(),
    st.booleans(),
)
def test_every_check_is_read_back_and_drawn_the_same(
    amounts: list[Decimal],
    budget: dict[str, Any],
    policies: list[dict[str, Any]],
    wanting: bool,
    stale: bool,
    placed: bool,
) -> None:
    lines = [line("openai/chat", str(amount)) for amount in amounts]
    lines += [line("vendor/secret", None)] * wanting
    old = [fact("stale-price", "openai/chat", checked="2026-11-01")] if stale else []
    made = judged(document(stack("a", *lines, facts=old), stack("b", *lines)), budget, policies)
    if placed:
        for number, one in enumerate(made.verdicts):
            one.where = Where("dir/w.toml", number + 1, 7)
    found = reread(made)
    assert (found.exit_code, found.result, found.changed) == (
        made.exit_code,
        made.result,
        made.changed,
    )


LINES = [line("openai/chat", "40"), line("vendor/secret", None), line("me/db", "2", "vector-db")]
BUDGET = {
    "monthly_total": {"warn": 30, "deny": 35},
    "component": {"vector-db": {"warn": 1}},
    "min_reliability": Decimal("0.9"),
    "unpriced_lines": 5,
    "allow_unpriced": ["vendor/secret"],
}


@cache
def made() -> Any:
    policy = {"name": "small", "deny": "total_monthly > 10", "message": "too much"}
    several = {"name": "seats", "warn": "seats > 3"}
    check = judged(document(stack("a", *LINES)), BUDGET, [policy, several])
    reread(check)
    return plain(check)


def verdict(data: Any, rule: str) -> Any:
    return next(one for one in data["verdicts"] if one["rule"] == rule)


def put(rule: str, **values: Any) -> Callable[[Any], None]:
    return lambda data: verdict(data, rule).update(values)


def top(**values: Any) -> Callable[[Any], None]:
    return lambda data: data.update(values)


def counted(**values: int) -> Callable[[Any], None]:
    return lambda data: data["counts"].update(values)


TAMPERED: dict[str, tuple[Callable[[Any], None], str]] = {
    "a denial made a pass": (put("monthly_total", status="pass"), "status is 'pass', but the"),
    "a denial made unknown": (put("monthly_total", status="unknown"), "makes it 'deny'"),
    "a pass made unknown": (put("unpriced_lines", status="unknown"), "must not be 'unknown'"),
    "one that waits": (
        put("monthly_total", status="unknown", waits_for_price=True),
        "status is 'unknown', but",
    ),
    "a figure": (put("monthly_total", figure=Decimal(3)), "status is 'deny', but"),
    "a limit": (put("monthly_total", deny=Decimal(99)), "status is 'deny', but"),
    "the limit that counts": (put("monthly_total", limit=Decimal(99)), "limit is 99, but"),
    "what is left": (put("monthly_total", headroom=Decimal(1)), "headroom is 1, but"),
    "no limit": (put("monthly_total", warn=None, deny=None), "and warn must not both be null"),
    "a maximum made a minimum": (put("monthly_total", compare="minimum"), "status is 'deny', but"),
    "a limit of a policy": (put("small", figure=Decimal(1)), "figure is 1, but"),
    "a warning": (put("component vector-db", status="pass"), "status is 'pass', but"),
    "a level": (put("component vector-db", level="deny"), "level is 'deny', but"),
    "a level of a policy": (put("small", level="warn"), "level must be 'deny'"),
    "an unknown figure that passes": (put("seats", status="pass"), "seats is not known"),
    "a policy without its reason": (put("small", reason=None, why=None), "reason must be said"),
    "a missing price that denies": (put("vendor/secret", status="deny"), "'pass' or 'unknown'"),
    "a missing price that waits": (put("vendor/secret", waits_for_price=True), "must be false"),
    "a pass that waits": (put("unpriced_lines", waits_for_price=True), "must be false where"),
    "a stack that is not checked": (put("small", stack="c"), "none of the checked stacks"),
    "a stack without a verdict": (top(stacks=["a", "b"]), "has 'b', and no verdict"),
    "a stack twice": (top(stacks=["a", "a"]), "must be different ones"),
    "counts": (counted(**{"pass": 7}), "counts.pass is 7, but"),
    "result": (top(result="pass"), "result is 'pass', but"),
    "exit code": (top(exit_code=0), "exit_code is 0, but"),
    "unknown key": (top(surprise=1), "unknown key 'surprise'"),
    "unknown key of a verdict": (put("small", statsu="pass"), "did you mean 'status'"),
    "unknown count": (counted(maybe=0), "unknown key 'maybe'"),
    "a place of line 0": (
        put("small", where={"file": "a", "line": 0, "column": 1}),
        "line must be at least 1",
    ),
    "a place of half a line": (
        put("small", where={"file": "a", "line": Decimal("1.5"), "column": 1}),
        "must be a whole number",
    ),
    "no number": (put("monthly_total", figure="40"), "must be a number, not a string"),
    "an unknown word": (put("monthly_total", status="passed"), "did you mean 'pass'"),
    "nan": (put("monthly_total", figure=Decimal("NaN")), "must be a finite number"),
    "no verdicts": (top(verdicts=[]), "has 'a', and no verdict is about it"),
}


def said(error: InvalidInput) -> str:
    return "\n".join(
        f"{'.'.join(map(str, one.path))} {one.message} {one.hint}" for one in error.problems
    )


@pytest.mark.parametrize("name", TAMPERED)
def test_a_check_that_was_changed_by_hand_is_refused(name: str) -> None:
    change, says = TAMPERED[name]
    data = deepcopy(made())
    change(data)
    with pytest.raises(InvalidInput) as caught:
        parse_result(data)
    assert says in said(caught.value)


def test_every_key_is_needed() -> None:
    for key in set(made()) - {"schema_version", "kind"}:
        data = deepcopy(made())
        del data[key]
        with pytest.raises(InvalidInput, match=f"missing key '{key}'"):
            parse_result(data)
    for key in made()["verdicts"][0]:
        data = deepcopy(made())
        del data["verdicts"][0][key]
        with pytest.raises(InvalidInput, match=f"missing key '{key}'"):
            parse_result(data)


def test_versions() -> None:
    newer = {**deepcopy(made()), "schema_version": "1.9", "later": 1}
    assert isinstance(parse_result(newer), CheckDocument)
    with pytest.raises(BadUsage, match="newer costplan"):
        parse_result({**made(), "schema_version": "2.0"})
