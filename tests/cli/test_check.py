"""``costplan check``: verdicts, exit codes, the saved document, where rules stand."""

from __future__ import annotations

import json
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from check_files import OLD, QUOTED, TWO, put
from jsonschema import Draft202012Validator, FormatChecker
from run import DAY, ROOT, WORKLOAD, Ran, costplan

from costplan.store.files.schemas import schema

BUDGET = "[budget]\nmonthly_total = 3.5\n"


@cache
def validator() -> Draft202012Validator:
    return Draft202012Validator(json.loads(schema("check")), format_checker=FormatChecker())


def check(folder: Path, *options: str, stdin: str = "") -> Ran:
    if "-" in options:
        return costplan("check", *options, folder=folder, stdin=stdin)
    return costplan("check", *options, folder=folder)


def verdicts(ran: Ran) -> dict[tuple[str, str], Any]:
    """The verdicts of a JSON run, by stack and rule; the document keeps to its schema."""
    validator().validate(json.loads(ran.out))
    assert ran.data["kind"] == "check"
    assert ran.data["exit_code"] == ran.code
    found = ran.data["verdicts"]
    assert sum(ran.data["counts"].values()) == len(found)
    return {(one["stack"], one["rule"]): one for one in found}


def test_a_budget_that_holds(tmp_path: Path) -> None:
    put(tmp_path, w=WORKLOAD + BUDGET)
    ran = costplan("check", "w.toml", *DAY, folder=tmp_path)
    assert (ran.code, ran.err) == (0, "")
    assert "probe: passes (1 passed)" in ran.out
    assert "pass     monthly total     3.50    3.50       0.00" in ran.out


def test_the_nearest_workload_is_checked(tmp_path: Path) -> None:
    (tmp_path / "costplan.toml").write_text(WORKLOAD + BUDGET)
    assert check(tmp_path, *DAY).code == 0


def test_a_budget_that_does_not_hold_says_where_it_stands(tmp_path: Path) -> None:
    put(tmp_path, w=WORKLOAD + BUDGET.replace("3.5", "3.4999"))
    ran = costplan("check", "w.toml", *DAY, folder=tmp_path)
    assert ran.code == 1
    assert "DENY" in ran.out
    assert ran.err.splitlines()[0] == (
        "denied: a: monthly total: 3.5000 is over the maximum of 3.4999"
    )
    assert ran.err.splitlines()[1] == "  --> w.toml:16:17"


RULES = """
[budget]
monthly_total = { warn = 1, deny = 100 }
component.tokens = { deny = 100 }
min_reliability = 0.9
stack.a.per_request = 0.001

[[policy]]
name = "answers cost"
deny = "component_tokens > 0.5 * total_monthly"
message = "too much for tokens"
"""


def test_every_source_of_rules_is_heard(tmp_path: Path) -> None:
    put(tmp_path, w=TWO + BUDGET, rules=RULES)
    options = ("--policy", "rules.toml", "--max-total", "4", "--format", "json")
    ran = check(tmp_path, "w.toml", "--stack", "a", *options, *DAY)
    assert ran.code == 1
    verdicts(ran)
    found = {(one["rule"], one["source"]): one for one in ran.data["verdicts"]}
    assert {key: one["status"] for key, one in found.items()} == {
        ("monthly_total", "w.toml"): "pass",
        ("monthly_total", "rules.toml"): "warn",
        ("min_reliability", "rules.toml"): "unknown",
        ("per_request", "rules.toml"): "deny",
        ("component tokens", "rules.toml"): "pass",
        ("answers cost", "rules.toml"): "deny",
        ("monthly_total", "the command line"): "pass",
    }
    places = {key[0]: one["where"] for key, one in found.items() if key[1] == "rules.toml"}
    lines = {name: place["line"] for name, place in places.items()}
    assert lines == {
        "monthly_total": 3,
        "component tokens": 4,
        "min_reliability": 5,
        "per_request": 6,
        "answers cost": 10,
    }
    assert found["answers cost", "rules.toml"]["reason"] == "too much for tokens"
    assert found["per_request", "rules.toml"]["figure"] == Decimal("0.0035")


def test_every_stack_is_checked_unless_one_is_named(tmp_path: Path) -> None:
    put(tmp_path, w=TWO + BUDGET.replace("3.5", "2"))
    both = check(tmp_path, "w.toml", "--format", "json", *DAY)
    assert [key[0] for key in verdicts(both)] == ["a", "b"]
    assert both.code == 1
    one = check(tmp_path, "w.toml", "--stack", "b", "--format", "json", *DAY)
    assert [key[0] for key in verdicts(one)] == ["b"]
    assert one.code == 0


def test_a_price_that_is_missing_or_old_fails_until_the_budget_names_it(tmp_path: Path) -> None:
    limit = "--max-total=100"
    for text, offer, kind in ((QUOTED, "me/quoted", "unpriced"), (OLD, "me/old", "stale")):
        put(tmp_path, w=text)
        ran = check(tmp_path, "w.toml", limit, "--format", "json", *DAY)
        assert ran.code == 3
        found = verdicts(ran)["a", offer]
        assert (found["kind"], found["status"]) == (kind, "unknown")
        assert found["where"] == {"file": "w.toml", "line": 15, "column": 17}
        assert f'allow_{kind} = ["{offer}"]' in ran.err
        put(tmp_path, rules=f'[budget]\nallow_{kind} = ["{offer}"]\n')
        ran = check(tmp_path, "w.toml", limit, "--policy", "rules.toml", *DAY)
        assert (ran.code, ran.err) == (0, "")
        assert f"price of {offer}" in ran.out
        assert ("pass     monthly total   >= 3.50" in ran.out) == (kind == "unpriced")


def test_what_is_over_its_maximum_already_is_denied(tmp_path: Path) -> None:
    put(tmp_path, w=QUOTED)
    ran = check(tmp_path, "w.toml", "--max-total", "3", *DAY)
    assert ran.code == 1
    assert "at least 3.50 is over the maximum of 3.00" in ran.err


def test_exit_zero_prints_all_the_same(tmp_path: Path) -> None:
    put(tmp_path, w=WORKLOAD)
    plain = check(tmp_path, "w.toml", "--max-total", "1", *DAY)
    quiet = check(tmp_path, "w.toml", "--max-total", "1", "--exit-zero", *DAY)
    assert (plain.code, quiet.code) == (1, 0)
    assert (plain.out, plain.err) == (quiet.out, quiet.err)


def saved(folder: Path, name: str, *options: str) -> str:
    ran = costplan("estimate", name, "--format", "json", *options, *DAY, folder=folder)
    assert ran.code == 0
    return ran.out


def test_a_saved_estimate_gives_the_verdicts_of_its_workload(tmp_path: Path) -> None:
    example = str(ROOT / "examples" / "support-agent.toml")
    put(tmp_path, rules=RULES.replace("stack.a", "stack.aws"), est=saved(tmp_path, example))
    shared = ("--policy", "rules.toml", "--max-per-seat", "800", "--max-vendor-share", "0.5")
    shared = (*shared, "--max-price-age", "900", "--format", "json")
    direct = check(tmp_path, example, "--set", "budget.monthly_total=1e6", *shared, *DAY)
    read = check(tmp_path, "est.json", *shared)
    piped = check(tmp_path, "-", *shared, stdin=(tmp_path / "est.json").read_text())
    assert direct.code == read.code == piped.code == 1
    own = [one for one in direct.data["verdicts"] if one["source"] != example]
    for one in (*own, *read.data["verdicts"], *piped.data["verdicts"]):
        if one["kind"] in ("unpriced", "stale"):
            one["where"] = None  # a saved estimate has no line to point at
    assert own == read.data["verdicts"] == piped.data["verdicts"]
    assert direct.data["catalog"] == read.data["catalog"]


def test_a_workload_on_standard_input(tmp_path: Path) -> None:
    ran = check(tmp_path, "-", *DAY, stdin=WORKLOAD + BUDGET)
    assert (ran.code, ran.err) == (0, "")


def test_a_change_against_a_baseline(tmp_path: Path) -> None:
    put(tmp_path, w=WORKLOAD)
    put(tmp_path, est=saved(tmp_path, "w.toml"))
    grown = ("--set", "traffic.requests_per_month=1100", "--baseline", "est.json", *DAY)
    for limit, code in (("10%", 0), ("9.99%", 1), ("0.35", 0), ("0.34", 1)):
        assert check(tmp_path, "w.toml", "--max-increase", limit, *grown).code == code
    other = check(tmp_path, "est.json", "--baseline", "w.toml", "--max-increase=0", "--format=json")
    assert verdicts(other)["a", "increase"]["figure"] == 0
    assert other.data["baseline"] == "w.toml"


def test_a_budget_that_asks_for_a_baseline_does_not_pass_without_one(tmp_path: Path) -> None:
    put(tmp_path, w=WORKLOAD + "[budget]\nincrease_percent = 1000\n")
    ran = check(tmp_path, "w.toml", *DAY)
    assert ran.code == 1
    assert "no --baseline was given\n  --> w.toml:16:20" in ran.err
    assert "= help: --baseline FILE" in ran.err


def test_the_table_fits_eighty_columns(tmp_path: Path) -> None:
    example = str(ROOT / "examples" / "support-agent.toml")
    put(tmp_path, rules=RULES.replace("stack.a", "stack.aws"))
    ran = costplan(
        "check",
        example,
        "--policy=rules.toml",
        *DAY,
        folder=tmp_path,
        env={"COLUMNS": "80"},
    )
    assert ran.code == 1
    assert max(map(len, ran.out.splitlines())) <= 80
    for stack in ("portable", "aws", "google", "own-gpu"):
        assert f"\n{stack}\n" in ran.out


def test_figures_are_listed(tmp_path: Path) -> None:
    ran = check(tmp_path, "--figures")
    assert ran.code == 0
    assert "component_vector_db" in ran.out


def test_validate_looks_at_policies_too(tmp_path: Path) -> None:
    put(tmp_path, w=WORKLOAD + '[[policy]]\nname = "x"\ndeny = "total_montly > 1"\n')
    ran = costplan("validate", "w.toml", *DAY, folder=tmp_path)
    assert ran.code == 2
    assert "w.toml:17:8" in ran.err
    assert "did you mean 'total_monthly' or" in ran.err


@pytest.mark.parametrize("name", ["\x1b[31mred", "[red]x[/red]", "日本語 \u202etxet", "n" * 3000])
def test_names_of_policies_never_drive_the_terminal(name: str, tmp_path: Path) -> None:
    from run import CONTROL

    quoted = '"' + "".join(f"\\U{ord(one):08X}" for one in name) + '"'
    text = f'[[policy]]\nname = {quoted}\ndeny = "lines > 0"\nmessage = {quoted}\n'
    put(tmp_path, w=WORKLOAD + text)
    ran = check(tmp_path, "w.toml", *DAY)
    assert ran.code == 1
    assert not CONTROL.search(ran.out + ran.err)


def drawn(folder: Path, form: str) -> Ran:
    put(folder, w=QUOTED + "[budget]\nmonthly_total = { warn = 1, deny = 3 }\n")
    rules = (
        '[budget]\ncomponent.tokens = { warn = 1 }\n[[policy]]\nname = "p"\nwarn = "lines > 0"\n'
    )
    put(folder, rules=rules)
    return check(folder, "w.toml", "--policy=rules.toml", "--format", form, *DAY)


def test_annotations_stand_on_the_line_of_their_rule(tmp_path: Path) -> None:
    ran = drawn(tmp_path, "github")
    assert ran.code == 1
    line = QUOTED.count("\n") + 2
    places = [row.partition(",title=")[0] for row in ran.out.splitlines()]
    assert places == [
        f"::error file=w.toml,line={line}",
        "::warning file=rules.toml,line=2",
        "::warning file=rules.toml,line=5",
        "::error file=w.toml,line=15",
    ]


def test_a_warning_is_no_failure_of_a_test_report(tmp_path: Path) -> None:
    import xml.etree.ElementTree as Xml

    suites = Xml.fromstring(drawn(tmp_path, "junit").out)
    assert suites.attrib == {"name": "costplan", "tests": "4", "failures": "1", "errors": "1"}
    (failure,) = suites.iter("failure")
    assert failure.attrib["message"] == ("monthly total: at least 3.50 is over the maximum of 3.00")


def test_code_scanning_gets_each_rule_once(tmp_path: Path) -> None:
    schema_file = ROOT / "tests" / "data" / "sarif-schema-2.1.0.json"
    made = json.loads(drawn(tmp_path, "sarif").out)
    Draft202012Validator(json.loads(schema_file.read_text())).validate(made)
    (run,) = made["runs"]
    ids = [rule["id"] for rule in run["tool"]["driver"]["rules"]]
    assert ids == ["monthly-total", "component-tokens", "policy-p", "unpriced"]
    levels = [(one["ruleId"], one["level"]) for one in run["results"]]
    assert levels == list(zip(ids, ["error", "warning", "warning", "error"], strict=True))


def test_a_quality_report_and_a_comment(tmp_path: Path) -> None:
    issues = json.loads(drawn(tmp_path, "gitlab").out)
    assert [one["severity"] for one in issues] == ["major", "minor", "minor", "major"]
    assert len({one["fingerprint"] for one in issues}) == 4
    comment = drawn(tmp_path, "markdown").out
    assert "| **deny** | a | monthly total | &gt;= 3.50 | 3.00 | -0.50 |  |" in comment
