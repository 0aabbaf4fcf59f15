"""What a check must not take for a pass: bad rules, bad files.

Its exit code, where and what is wrong and the remedy on standard error, nothing on standard output,
nothing written. One of each sort is also in ``test_failure_table.py``.
"""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

import pytest
from check_files import TWO, put
from run import CONTROL, DAY, WORKLOAD, costplan, files_below


class Bad(NamedTuple):
    """Text added to the workload, a policy file, options; and what must be said of them."""

    add: str = ""
    policy: str | None = None
    options: str = ""
    says: tuple[str, ...] = ()


def budget(line: str, *says: str) -> Bad:
    return Bad(add=f"[budget]\n{line}\n", says=("w.toml", *says))


def policy(lines: str, *says: str) -> Bad:
    return Bad(add=f'[[policy]]\nname = "p"\n{lines}\n', says=("w.toml", *says))


def option(options: str, *says: str) -> Bad:
    return Bad(options=options, says=says)


def file(text: str, *says: str) -> Bad:
    return Bad(policy=text, options="--policy rules.toml", says=says)


CASES = {
    "key of the budget": budget("montly_total = 1", "w.toml:16:1", "mean 'monthly_total'?"),
    "key of a limit": budget("monthly_total = { dney = 1 }", "16:19", "mean 'deny'?"),
    "key of a stack's budget": budget("stack.a.monthly = 1", "16:9", "mean 'monthly_total'?"),
    "negative": budget("monthly_total = -1", "w.toml:16:17", "at least 0, not -1"),
    "nan": budget("monthly_total = nan", "w.toml:16:17", "a finite number"),
    "huge": budget("monthly_total = 1e15", "w.toml:16:17", "stay under 1e+15"),
    "text": budget('monthly_total = "3000"', "16:17", "a number or a table, not a string"),
    "empty limit": budget("monthly_total = {}", "w.toml:16:1", "'warn', 'deny' or both"),
    "warning above": budget("monthly_total = { warn = 3, deny = 2 }", "16:26", "never be heard"),
    "reliability of 98": budget("min_reliability = 98", "w.toml:16:19", "at most 1, not 98"),
    "component": budget("component.toknes = 1", "w.toml:16:11", "did you mean 'tokens'?"),
    "component of a stack": budget("stack.a.component.x = 1", "16:19", "components: tokens"),
    "stack of the budget": budget("stack.b.monthly_total = 1", "w.toml:16:7", "no stack 'b'"),
    "stack of a policy": policy('deny = "lines > 1"\nstacks = ["b"]', "18:11", "stacks: a"),
    "only an allowance": budget('allow_stale = ["x/y"]', "nothing to check")._replace(
        says=("nothing to check", "--max-total 3000")
    ),
    "figure": policy('deny = "total_montly > 1"', "w.toml:17:8", "mean 'total_monthly' or"),
    "figure without a neighbour": policy('warn = "zzz > 1"', "17:8", "check --figures"),
    "component as a figure": policy('deny = "component_toknes > 1"', "mean 'component_tokens' or"),
    "syntax": policy('deny = "total_monthly >"', "w.toml:17:8", "not a formula", "such as"),
    "no condition": policy('deny = "total_monthly"', "17:8", "not a condition; compare it"),
    "code": policy('deny = "__import__(1) > 1"', "w.toml:17:8", "is not allowed"),
    "key of a policy": policy('dney = "lines > 1"', "w.toml:17:1", "did you mean 'deny'?"),
    "policy without condition": policy('message = "x"', "15:3", "has no condition", "deny ="),
    "policy without name": Bad(
        add='[[policy]]\ndeny = "lines > 1"\n', says=("w.toml:15:3", "missing key 'name'")
    ),
    "two policies of a name": policy(
        'deny = "lines > 1"\n[[policy]]\nname = "p"\ndeny = "lines > 2"', "19:8", "two policies"
    ),
    "one policy as a table": Bad(add='[policy]\nname = "p"\n', says=("15:2", "[[policy]]")),
    "nothing at all": option("", "nothing to check", "[budget] or [[policy]]"),
    "component option": option("--max-component toknes=1", "mean 'tokens'?"),
    "component without limit": option("--max-component tokens", "write it as tokens=1000"),
    "negative option": option("--max-total -1", "--max-total: must be at least 0, not -1"),
    "nan option": option("--max-total nan", "--max-total: nan is not a finite number"),
    "huge option": option("--max-total 1e999999999", "not a finite number under 1e15"),
    "reliability option": option(
        "--min-reliability 98", "share between 0 and 1\n   = help: as a share 0.98"
    ),
    "the same option twice": option("--max-total 3 --max-total 9", "--max-total is given twice"),
    "increase option": option("--max-increase ten%", "'ten' is not a number"),
    "increase twice": option("--max-increase 1% --max-increase 2%", "twice as a percentage"),
    "stack option": option("--max-total 1 --stack b", "no stack 'b'", "stacks: a"),
    "day": option("--max-total 1 --as-of 2026-02-30", "'2026-02-30' is not a date"),
    "baseline for nothing": option("--max-total 9 --baseline w.toml", "no rule compares"),
    "baseline missing": option("--max-increase 1 --baseline no.json", "no.json does not exist"),
    "baseline a folder": option("--max-increase 1 --baseline .", ". is a folder"),
    "baseline not JSON": option("--max-increase 1 --baseline cut.json", "cut.json:1:", "not JSON"),
    "baseline of a new schema": option(
        "--max-increase 1 --baseline newer.json", "newer.json", "schema is 2.0", "update costplan"
    ),
    "baseline of another kind": option(
        "--max-increase 1 --baseline bill.json", "bill.json is a saved document, but no estimate"
    ),
    "baseline in euro": option(
        "--max-increase 1 --baseline euro.toml", "euro.toml is in EUR", "save a baseline in USD"
    ),
    "policy file missing": option("--policy no.toml", "no.toml does not exist"),
    "policy file a folder": option("--policy .", ". is a folder, not a file"),
    "policy file empty": file("# later\n", "rules.toml is empty", "[budget], [[policy]]"),
    "policy file's key": file("[bugdet]\nmonthly_total = 1\n", "rules.toml:1:2", "mean 'budget'?"),
    "policy file not TOML": file("monthly_total 1\n", "rules.toml:1:15", "not TOML"),
    "policy file's stack": file("[budget.stack.b]\nper_request = 1\n", "rules.toml:1:15", "'b'"),
    "policy file's figure": file(
        '[[policy]]\nname = "p"\ndeny = "line > 1"\n', "rules.toml:3:8", "did you mean 'lines'?"
    ),
    "policy file in euro": file(
        'currency = "EUR"\nbudget.monthly_total = 9\n', "rules.toml:1:12", "estimate is in USD"
    ),
    "out over the policy file": Bad(
        policy="budget.monthly_total = 9\n",
        options="--policy rules.toml --out rules.toml",
        says=("rules.toml is read here", "name another file"),
    ),
    "out over the workload": option("--max-total 9 --out w.toml", "w.toml is read here"),
    "out into nowhere": option("--max-total 9 --out no/x", "no/x cannot be written: No such file"),
}
NEIGHBOURS = {
    "cut.json": '{"schema_version": "1.0", ',
    "newer.json": '{"schema_version": "2.0", "kind": "estimate"}',
    "euro.toml": WORKLOAD.replace("USD", "EUR").replace(
        '"openai/gpt-6.1-terra"', '{ none = "not yet" }'
    ),
}


@pytest.fixture(scope="module")
def bill(tmp_path_factory: pytest.TempPathFactory) -> str:
    folder = tmp_path_factory.mktemp("bill")
    return costplan("price", "openai/gpt-4o", "input_tokens=1", "--format=json", folder=folder).out


@pytest.mark.parametrize("name", CASES)
def test_bad_input_is_refused(name: str, bill: str, tmp_path: Path) -> None:
    case = CASES[name]
    put(tmp_path, w=WORKLOAD + case.add)
    if "--baseline" in case.options:
        for other, text in {**NEIGHBOURS, "bill.json": bill}.items():
            (tmp_path / other).write_text(text)
    if case.policy is not None:
        put(tmp_path, rules=case.policy)
    before = files_below(tmp_path)
    day = () if "--as-of" in case.options else DAY
    ran = costplan("check", "w.toml", "--exit-zero", *case.options.split(), *day, folder=tmp_path)
    assert ran.code == 2, ran.err
    assert ran.out == ""
    assert ran.err.startswith("error: ")
    assert "Traceback" not in ran.err
    for said in case.says:
        assert said in ran.err
    assert not CONTROL.search(ran.err)
    assert files_below(tmp_path) == before


SUBJECTS = {
    "empty file": ("w.toml", "", "w.toml is empty"),
    "empty standard input": ("-", "", "standard input is empty"),
    "no JSON": ("w.json", "{", "w.json:1:2: not JSON"),
    "JSON of something else": ("w.json", '{"a": 1}', "has no 'schema_version'"),
    "an array": ("w.json", "[1]", "w.json:1:2"),
    "missing file": ("no.toml", "", "no.toml does not exist"),
    "folder": (".", "", ". is a folder"),
}


@pytest.mark.parametrize("name", SUBJECTS)
def test_what_is_neither_workload_nor_estimate(name: str, tmp_path: Path) -> None:
    subject, text, says = SUBJECTS[name]
    if subject in ("w.toml", "w.json"):
        (tmp_path / subject).write_text(text)
    ran = costplan("check", subject, "--max-total", "1", folder=tmp_path)
    assert (ran.code, ran.out) == (2, "")
    assert says in ran.err


def estimated(folder: Path, text: str = WORKLOAD) -> None:
    put(folder, w=text)
    ran = costplan("estimate", "w.toml", "--format=json", "--out=est.json", *DAY, folder=folder)
    assert ran.code == 0


def test_a_saved_estimate_holds_no_rules_and_takes_no_other_day(tmp_path: Path) -> None:
    estimated(tmp_path, WORKLOAD + "[budget]\nmonthly_total = 100\n")
    for options, says in (
        ((), "a saved estimate holds no rules"),
        (("--max-total=9", "--stack=b"), "the estimate has no stack 'b'"),
        (("--max-total=9", *DAY), "give the workload with --as-of, --set and --lock"),
        (("--max-total=9", "--set=a=1"), "give the workload with --as-of, --set and --lock"),
        (("--max-total=9", "--out=est.json"), "is read here, and would be written over"),
    ):
        ran = costplan("check", "est.json", *options, folder=tmp_path)
        assert (ran.code, ran.out) == (2, "")
        assert says in ran.err


def test_a_saved_estimate_that_was_changed_by_hand(tmp_path: Path) -> None:
    estimated(tmp_path)
    path = tmp_path / "est.json"
    path.write_text(path.read_text().replace('"total_monthly": 3.5', '"total_monthly": 0.5'))
    ran = costplan("check", "est.json", "--max-total", "1", folder=tmp_path)
    assert (ran.code, ran.out) == (2, "")
    assert "the rest of the document makes it 3.5" in ran.err


def test_a_stack_that_no_rule_is_about(tmp_path: Path) -> None:
    put(tmp_path, w=TWO + "[budget.stack.a]\nmonthly_total = 100\n")
    ran = costplan("check", "w.toml", *DAY, folder=tmp_path)
    assert (ran.code, ran.out) == (2, "")
    assert "no limit and no policy is about stack 'b'" in ran.err
    assert costplan("check", "w.toml", "--stack=a", *DAY, folder=tmp_path).code == 0


def test_standard_input_is_read_once(tmp_path: Path) -> None:
    ran = costplan("check", "-", "--baseline", "-", "--max-increase=1", folder=tmp_path)
    assert ran.code == 2
    assert "both the subject and its baseline" in ran.err


DIVIDED = '[[policy]]\nname = "p"\ndeny = "total_monthly / stale_lines > 1"\n'


def test_a_division_by_zero_is_no_pass(tmp_path: Path) -> None:
    put(tmp_path, w=WORKLOAD + DIVIDED)
    ran = costplan("check", "w.toml", *DAY, folder=tmp_path)
    assert ran.code == 1
    assert "UNKNOWN" in ran.out
    assert "division by zero in `total_monthly / stale_lines`" in ran.err
    assert "--> w.toml:17:8" in ran.err
    assert "= help: ask first" in ran.err
