"""Limits and policies on estimates made by hand: what passes, what does not, what is not known."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from check_cases import RIGHT, document, judged, line, only, stack
from hypothesis import given
from hypothesis import strategies as st

from costplan.facts import fact
from costplan.problems import BadUsage, InvalidInput

BILL = (
    line("openai/chat", "60"),
    line("pinecone/plan", "30", "vector-db", fixed=True),
    line("desk/people", "10", "human", purpose="people"),
)
MODELLED: dict[str, Any] = {"reliability": RIGHT, "seats": Decimal(4)}
LIMITS: list[tuple[dict[str, Any], str, str]] = [
    ({"monthly_total": 100}, "pass", "0"),
    ({"monthly_total": Decimal("99.99")}, "deny", "-0.01"),
    ({"monthly_total": {"warn": 100, "deny": 200}}, "pass", "100"),
    ({"monthly_total": {"warn": 99, "deny": 100}}, "warn", "-1"),
    ({"monthly_total": {"warn": 50, "deny": 99}}, "deny", "-1"),
    ({"monthly_total": {"warn": 50}}, "warn", "-50"),
    ({"monthly_total": {"deny": 50}}, "deny", "-50"),
    ({"component": {"tokens": 59}}, "deny", "-1"),
    ({"component": {"runtime": 0}}, "pass", "0"),
    ({"per_request": Decimal("0.1")}, "pass", "0"),
    ({"per_trusted_answer": Decimal("0.1")}, "deny", "-0.003092783505"),
    ({"per_seat": 25}, "pass", "0"),
    ({"min_reliability": Decimal("0.97")}, "pass", "0.00"),
    ({"min_reliability": {"warn": Decimal("0.98"), "deny": Decimal("0.9")}}, "warn", "-0.01"),
    ({"min_reliability": Decimal("0.971")}, "deny", "-0.001"),
    ({"silent_per_month": 29}, "deny", "-1"),
    ({"vendor_share": Decimal("0.6")}, "pass", "0"),
    ({"price_age_days": 20}, "deny", "-1"),
    ({"unpriced_lines": 0}, "pass", "0"),
]


@pytest.mark.parametrize(("budget", "status", "headroom"), LIMITS, ids=str)
def test_a_figure_at_its_limit_passes(budget: dict[str, Any], status: str, headroom: str) -> None:
    made = judged(document(stack("a", *BILL, **MODELLED)), budget)
    found = only(made)
    assert found.status == status
    assert found.headroom == Decimal(headroom)
    assert made.exit_code == (1 if status == "deny" else 0)


UNKNOWN: list[tuple[dict[str, Any], str]] = [
    ({"min_reliability": 0}, "reliability is not modelled"),
    ({"per_trusted_answer": 10**9}, "reliability is not modelled"),
    ({"silent_per_month": 10**9}, "reliability is not modelled"),
    ({"per_seat": 10**9}, "no seats"),
    ({"increase": 10**9}, "no --baseline"),
    ({"increase_percent": 10**9}, "no --baseline"),
]


@pytest.mark.parametrize(("budget", "reason"), UNKNOWN, ids=str)
def test_what_is_not_known_is_no_pass(budget: dict[str, Any], reason: str) -> None:
    made = judged(document(stack("a", *BILL)), budget)
    found = only(made)
    assert (found.status, found.waits_for_price, made.exit_code) == ("unknown", False, 1)
    assert found.headroom is None
    assert reason in (found.reason or "")


def test_a_month_without_requests_has_no_cost_a_request() -> None:
    empty = stack("a", *BILL, requests=Decimal(0), reliability=RIGHT, seats=Decimal(0))
    for key in ("per_request", "per_trusted_answer", "per_seat"):
        assert only(judged(document(empty), {key: 10**9})).status == "unknown"


def test_a_limit_that_only_warns_fails_nothing_even_where_it_is_unknown() -> None:
    made = judged(document(stack("a", *BILL)), {"min_reliability": {"warn": 1}})
    assert (only(made).status, only(made).level, made.exit_code) == ("unknown", "warn", 0)


WANTING = (*BILL, line("vendor/secret", None, "runtime"))
ALLOW = {"allow_unpriced": ["vendor/secret"]}


def test_a_total_that_is_the_least_it_can_be_never_passes() -> None:
    made = judged(document(stack("a", *WANTING)), {"monthly_total": 10**6})
    found = only(made, "monthly_total")
    assert (found.status, found.waits_for_price, found.at_least) == ("unknown", True, True)
    assert "vendor/secret" in (found.reason or "")
    assert (only(made, "vendor/secret").status, made.exit_code) == ("unknown", 3)


def test_it_is_denied_where_what_is_known_is_over_the_maximum_already() -> None:
    made = judged(document(stack("a", *WANTING)), {"monthly_total": 99})
    assert (only(made, "monthly_total").status, made.exit_code) == ("deny", 1)


def test_an_allowed_offer_leaves_the_words_at_least() -> None:
    made = judged(document(stack("a", *WANTING)), {"monthly_total": 100, **ALLOW})
    found = only(made, "monthly_total")
    assert (found.status, found.at_least, made.exit_code) == ("pass", True, 0)
    assert only(made, "vendor/secret").reason == "no price: on request (allowed)"


def test_an_allowance_names_an_offer_and_no_pattern() -> None:
    budget = {"monthly_total": 100, "allow_unpriced": ["vendor/*", "vendor/secrt"]}
    made = judged(document(stack("a", *WANTING)), budget)
    assert made.exit_code == 3
    assert len(made.notes) == 2
    assert "did you mean 'vendor/secret'?" in made.notes[1]


def test_other_components_do_not_wait_for_a_price() -> None:
    made = judged(document(stack("a", *WANTING)), {"component": {"tokens": 60, "runtime": 5}})
    assert only(made, "component tokens").status == "pass"
    assert only(made, "component runtime").status == "unknown"


def test_allowed_lines_still_count_as_lines_without_a_price() -> None:
    made = judged(document(stack("a", *WANTING)), {"unpriced_lines": 0, **ALLOW})
    assert (only(made, "unpriced_lines").status, made.exit_code) == ("deny", 1)


def test_a_share_may_fall_with_the_price_so_it_is_not_denied_yet() -> None:
    made = judged(document(stack("a", *WANTING)), {"vendor_share": Decimal("0.5")})
    assert (only(made, "vendor_share").status, made.exit_code) == ("unknown", 3)
    made = judged(document(stack("a", *WANTING)), {"vendor_share": Decimal("0.5"), **ALLOW})
    assert (only(made, "vendor_share").status, made.exit_code) == ("deny", 1)


def test_a_share_is_unknown_where_nobody_knows_the_vendor() -> None:
    made = judged(document(stack("a", line("odd/one", "5"))), {"vendor_share": 1})
    assert (only(made).status, made.exit_code) == ("unknown", 1)


def test_stated_amounts_have_no_vendor_and_no_age() -> None:
    own = line("workload", "60", "other", confidence="stated", checked=date(2020, 1, 1))
    bill = stack("a", own, line("openai/chat", "40"))
    made = judged(document(bill), {"vendor_share": Decimal("0.4"), "price_age_days": 21})
    assert made.exit_code == 0
    alone = judged(document(stack("a", own)), {"price_age_days": 0})
    assert (only(alone).figure, alone.exit_code) == (0, 0)


def test_only_the_price_that_is_named_is_stale() -> None:
    """Not another offer that was read on the same day, nor another price of the same offer."""
    old, fresh = date(2026, 1, 1), date(2026, 11, 1)
    bill = stack(
        "a",
        line("openai/chat", "60", checked=old),
        line("openai/chat", "60", checked=fresh),
        line("openai/other", "60", checked=old),
        facts=[fact("stale-price", "openai/chat", checked="2026-01-01")],
    )
    policy = {"name": "stale", "deny": "stale_lines > 0"}
    verdicts = judged(document(bill), policies=[policy])
    assert only(verdicts, "stale").figures == {"stale_lines": 1}
    assert [verdict.rule for verdict in verdicts.verdicts if verdict.kind == "stale"] == [
        "openai/chat"
    ]


def test_a_stale_price_fails_until_it_is_allowed() -> None:
    old = line("openai/chat", "60", checked=date(2026, 1, 1))
    made = document(
        stack("a", old, facts=[fact("stale-price", "openai/chat", checked="2026-01-01")])
    )
    refused = judged(made, {"monthly_total": 60})
    assert only(refused, "monthly_total").status == "pass"
    assert (only(refused, "openai/chat").kind, refused.exit_code) == ("stale", 3)
    allowed = judged(made, {"monthly_total": 60, "allow_stale": ["openai/chat"]})
    assert (only(allowed, "openai/chat").status, allowed.exit_code) == ("pass", 0)


def test_a_denial_is_said_before_a_missing_price() -> None:
    budget = {"monthly_total": 10**6, "component": {"tokens": 1}}
    assert judged(document(stack("a", *WANTING)), budget).exit_code == 1


CHANGES = [
    ("50", {"increase": 50}, "pass"),
    ("50", {"increase": 49}, "deny"),
    ("50", {"increase_percent": 100}, "pass"),
    ("50", {"increase_percent": 99}, "deny"),
    ("200", {"increase": 0}, "pass"),
    ("0", {"increase_percent": 100}, "unknown"),
    ("0", {"increase": 100}, "pass"),
]


@pytest.mark.parametrize(("before", "budget", "status"), CHANGES)
def test_the_change_against_a_baseline(before: str, budget: dict[str, Any], status: str) -> None:
    baseline = document(stack("a", line("openai/chat", before)))
    made = judged(document(stack("a", *BILL)), budget, baseline=baseline)
    assert only(made).status == status


def test_a_baseline_without_a_price_could_hide_less_of_an_increase() -> None:
    baseline = document(stack("a", line("vendor/secret", None)))
    made = judged(document(stack("a", *BILL)), {"increase": 1}, baseline=baseline)
    assert (only(made).status, made.exit_code) == ("unknown", 3)


def test_a_stack_that_the_baseline_has_not_is_an_increase_by_all_of_it() -> None:
    """A new name must not hide an increase; a percentage of nothing says nothing."""
    whole = sum((one.amount for one in BILL if one.amount is not None), Decimal(0))
    now, before = document(stack("a", *BILL)), document(stack("b"))
    for limit, status in ((whole, "pass"), (whole - 1, "deny")):
        made = judged(now, {"increase": limit}, baseline=before)
        assert (only(made).figure, only(made).status) == (whole, status)
    made = judged(now, {"increase_percent": 1, "monthly_total": whole}, baseline=before)
    found = {one.rule: one.status for one in made.verdicts}
    assert found == {"increase_percent": "unknown", "monthly_total": "pass"}
    assert made.exit_code == 1


def test_a_stacks_own_limit_replaces_the_same_one_and_no_other() -> None:
    budget = {
        "monthly_total": 100,
        "per_request": 1,
        "component": {"tokens": 1, "human": 10},
        "stack": {"a": {"monthly_total": 50, "component": {"tokens": 60}}},
    }
    made = judged(document(stack("a", *BILL), stack("b", *BILL)), budget)
    found = {(one.stack, one.rule): one for one in made.verdicts}
    assert found["a", "monthly_total"].status == "deny"
    assert found["a", "monthly_total"].path == ("budget", "stack", "a", "monthly_total")
    assert found["a", "component tokens"].status == "pass"
    assert found["b", "monthly_total"].status == "pass"
    assert found["b", "component tokens"].status == "deny"
    assert found["a", "per_request"].status == found["a", "component human"].status == "pass"
    assert len(found) == 8


NOTHING: list[dict[str, Any] | None] = [None, {}, {"allow_unpriced": ["x/y"]}, {"stack": {"a": {}}}]


@pytest.mark.parametrize("budget", NOTHING, ids=str)
def test_nothing_to_check_is_no_pass(budget: dict[str, Any] | None) -> None:
    with pytest.raises(BadUsage, match="nothing to check"):
        judged(document(stack("a", *BILL)), budget)


def test_every_stack_has_a_rule() -> None:
    both = document(stack("a", *BILL), stack("b", *BILL))
    with pytest.raises(BadUsage, match="about stack 'b'"):
        judged(both, {"stack": {"a": {"monthly_total": 1}}})


def test_a_baseline_in_another_currency_or_for_no_rule_is_refused() -> None:
    made = document(stack("a", *BILL))
    with pytest.raises(BadUsage, match="is in EUR"):
        judged(made, {"increase": 1}, baseline=document(stack("a", *BILL), currency="EUR"))
    with pytest.raises(BadUsage, match="no rule compares"):
        judged(made, {"monthly_total": 1}, baseline=made)


@given(st.decimals(0, 10**6, places=2), st.decimals(0, 10**6, places=2), st.booleans())
def test_no_maximum_ever_passes_above_itself(
    amount: Decimal, limit: Decimal, wanting: bool
) -> None:
    lines = [line("openai/chat", str(amount))] + [line("vendor/secret", None)] * wanting
    made = judged(document(stack("a", *lines)), {"monthly_total": limit})
    found = only(made, "monthly_total")
    if amount > limit:
        assert (found.status, made.exit_code) == ("deny", 1)
    else:
        assert found.status == ("unknown" if wanting else "pass")
        assert made.exit_code == (3 if wanting else 0)


# Policies.


def policy(made: dict[str, str], *lines: Any, **more: Any) -> Any:
    return judged(document(stack("a", *(lines or BILL), **more)), None, [{"name": "p", **made}])


POLICIES = [
    ({"deny": "total_monthly > 100"}, "pass", 0),
    ({"deny": "total_monthly >= 100"}, "deny", 1),
    ({"warn": "total_monthly >= 100"}, "warn", 0),
    ({"deny": "total_monthly > 100", "warn": "fixed_monthly > 1"}, "warn", 0),
    ({"deny": "component_tokens > 0.5 * total_monthly"}, "deny", 1),
    ({"deny": "component_runtime > 0 or purpose_idle > 0"}, "pass", 0),
    ({"deny": "reliability < 0.98"}, "unknown", 1),
    ({"warn": "reliability < 0.98"}, "unknown", 0),
    ({"deny": "total_monthly > 1 or reliability < 0.98"}, "unknown", 1),
    ({"deny": "total_monthly / unpriced_lines > 1"}, "unknown", 1),
    ({"deny": "unpriced_lines > 0 and total_monthly / unpriced_lines > 1"}, "pass", 0),
    ({"deny": "1 / 0 > 1"}, "unknown", 1),
]


@pytest.mark.parametrize(("made", "status", "code"), POLICIES, ids=str)
def test_a_policy_that_comes_true_is_a_violation(
    made: dict[str, str], status: str, code: int
) -> None:
    found = policy(made)
    assert (only(found).status, found.exit_code) == (status, code)


def test_a_policy_says_its_message_and_its_figures() -> None:
    found = only(policy({"deny": "lines > 2", "message": "too long a bill"}))
    assert (found.reason, found.figures) == ("too long a bill", {"lines": Decimal(3)})


def test_a_policy_on_a_sum_with_a_price_missing_waits_for_it() -> None:
    found = policy({"deny": "total_monthly > 10"}, *WANTING)
    assert (only(found, "p").status, only(found, "p").waits_for_price) == ("unknown", True)
    assert found.exit_code == 3
    assert only(policy({"deny": "component_tokens > 60"}, *WANTING), "p").status == "pass"


def test_a_policy_may_be_about_some_stacks() -> None:
    both = document(stack("a", *BILL), stack("b", *BILL))
    one = {"name": "p", "deny": "lines > 0", "stacks": ["a"]}
    found = judged(both, {"monthly_total": 100}, [one])
    assert [x.stack for x in found.verdicts if x.rule == "p"] == ["a"]


BAD: list[tuple[dict[str, Any], str]] = [
    ({"monthly_total": {}}, "'warn', 'deny' or both"),
    ({"monthly_total": {"warn": 3, "deny": 2}}, "above the maximum"),
    ({"min_reliability": {"warn": 0, "deny": 1}}, "below the minimum"),
    ({"min_reliability": 2}, "at most 1"),
    ({"vendor_share": Decimal("1.1")}, "at most 1"),
    ({"monthly_total": -1}, "at least 0"),
]


@pytest.mark.parametrize(("budget", "says"), BAD, ids=str)
def test_limits_that_make_no_sense(budget: dict[str, Any], says: str) -> None:
    with pytest.raises(InvalidInput, match=says):
        judged(document(stack("a", *BILL)), budget)
