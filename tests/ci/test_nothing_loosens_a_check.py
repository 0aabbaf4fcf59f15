"""What is judged loosens no judge, and what narrows or softens a check is said with its answer."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from check_files import OLD, PRICES, QUOTED, TWO, put
from ci_runner import commit, repository
from run import DAY, WORKLOAD, Ran, costplan

LIMIT = "[budget]\nmonthly_total = 100\n"
HOUSE = 'currency = "USD"\n' + LIMIT
RETIRED = "openai/gpt-4.5-preview"


def check(folder: Path, *options: str, env: dict[str, str] | None = None) -> Ran:
    return costplan("check", "w.toml", *DAY, *options, folder=folder, env=env)


def words(ran: Ran) -> str:
    return " ".join(ran.out.split())


# What a policy states, it states alone.


@pytest.mark.parametrize(
    ("text", "key", "name"),
    [(QUOTED, "allow_unpriced", "me/quoted"), (OLD, "allow_stale", "me/old")],
)
def test_a_workload_allows_itself_nothing_that_its_policy_states(
    text: str, key: str, name: str, tmp_path: Path
) -> None:
    put(tmp_path, w=text.replace("[prices]", f'{LIMIT}{key} = ["{name}"]\n[prices]'))
    put(tmp_path, mute=HOUSE, strict=HOUSE + f"{key} = []\n")
    put(tmp_path, kind=HOUSE + f'{key} = ["{name}"]\n', other=HOUSE + f'{key} = ["me/x"]\n')
    assert check(tmp_path).code == 0
    assert check(tmp_path, "--policy", "mute.toml").code == 0  # it leaves it to the workload
    refused = check(tmp_path, "--policy", "strict.toml")
    assert refused.code == 3
    assert f"{key} of the workload is ignored, since strict.toml states it: {name}" in words(
        refused
    )
    assert check(tmp_path, "--policy", "kind.toml").code == 0
    both = check(tmp_path, "--policy", "kind.toml", "--policy", "other.toml")
    assert both.code == 3  # of two policies the one that allows less
    for form in ("json", "markdown"):
        drawn = check(tmp_path, "--policy", "strict.toml", "--format", form)
        assert "of the workload is ignored" in drawn.out.replace("\\", "")


@pytest.mark.parametrize("own", ["stale_after_days = 100_000\n", "stale_after_days = 1_000\n"])
def test_the_age_of_prices_is_the_stricter_of_both(own: str, tmp_path: Path) -> None:
    put(tmp_path, w=own + OLD.replace("[prices]", f"{LIMIT}[prices]"))
    put(tmp_path, house="stale_after_days = 90\n" + HOUSE)
    loose = check(tmp_path)
    assert loose.code == 0
    assert "as the workload says; 180 is usual" in words(loose)
    refused = check(tmp_path, "--policy", "house.toml")
    assert (refused.code, "a policy says 90" in words(refused)) == (3, True)


def test_a_policy_does_not_make_a_workload_s_own_age_longer(tmp_path: Path) -> None:
    put(tmp_path, w="stale_after_days = 30\n" + OLD.replace("[prices]", f"{LIMIT}[prices]"))
    put(tmp_path, house="stale_after_days = 100_000\n" + HOUSE)
    assert check(tmp_path, "--policy", "house.toml").code == 3


def test_a_saved_estimate_is_judged_by_the_policy_s_age_too(tmp_path: Path) -> None:
    put(tmp_path, w="stale_after_days = 100_000\n" + OLD)
    saved = costplan("estimate", "w.toml", *DAY, "--format=json", "--out=e.json", folder=tmp_path)
    assert saved.code == 0
    put(tmp_path, plain=HOUSE, strict="stale_after_days = 90\n" + HOUSE)
    for name, code in (("plain", 0), ("strict", 3)):
        ran = costplan("check", "e.json", "--policy", f"{name}.toml", folder=tmp_path)
        assert ran.code == code, name


def test_rates_of_a_policy_stand_over_the_workload_s_and_under_the_command_line_s(
    tmp_path: Path,
) -> None:
    own = 'exchange.usd_per_eur = { rate = 100, date = 2026-11-20, source = "me" }\n'
    put(tmp_path, w=own + WORKLOAD.replace('"USD"', '"EUR"') + "[budget]\nmonthly_total = 1\n")
    rate = 'exchange.{} = {{ rate = {}, date = 2026-11-20, source = "ECB" }}\n'
    put(tmp_path, house='currency = "EUR"\n' + rate.format("usd_per_eur", "1.1") + LIMIT)
    put(tmp_path, turned='currency = "EUR"\n' + rate.format("eur_per_usd", "0.9") + LIMIT)
    put(tmp_path, yen='currency = "EUR"\n' + rate.format("usd_per_jpy", "0.01") + LIMIT)
    assert check(tmp_path).code == 0  # 3.50 USD as 0.035 EUR
    for name in ("house", "turned"):
        ran = check(tmp_path, "--policy", f"{name}.toml")
        assert ran.code == 1
        assert f"usd_per_eur of the workload is ignored: {name}.toml states it" in words(ran)
    assert check(tmp_path, "--policy", "yen.toml").code == 0
    stated = ("--exchange", "usd_per_eur=100@2026-11-20")
    ran = check(tmp_path, "--policy", "house.toml", *stated)
    assert (ran.code, "with --exchange usd_per_eur=100@2026-11-20" in words(ran)) == (0, True)
    two = check(tmp_path, "--policy", "house.toml", "--policy", "turned.toml")
    assert (two.code, "another policy states" in two.err) == (2, True)


def test_a_limit_without_a_currency_is_in_the_policy_s(tmp_path: Path) -> None:
    rate = ("--exchange", "usd_per_kwd=3.25@2026-11-20")
    put(tmp_path, w=WORKLOAD.replace('"USD"', '"KWD"'), house=LIMIT)
    ran = check(tmp_path, "--policy", "house.toml", *rate)
    assert (ran.code, ran.out) == (2, "")
    assert "the estimate is in KWD, the policy's limits are in USD" in ran.err
    put(tmp_path, shares="[budget]\nvendor_share = 1\n", dinars='currency = "KWD"\n' + LIMIT)
    for name in ("shares", "dinars"):  # a share has no currency
        assert check(tmp_path, "--policy", f"{name}.toml", *rate).code == 0


@pytest.mark.parametrize(
    "text", ['currency = "USD"\n', "[budget]\n", "[budget.stack.a]\n", "budget.component = {}\n"]
)
def test_a_policy_file_without_a_rule_is_refused_beside_another_limit(
    text: str, tmp_path: Path
) -> None:
    put(tmp_path, w=WORKLOAD + LIMIT, house=text)
    ran = check(tmp_path, "--policy", "house.toml", "--max-total", "50")
    assert (ran.code, "house.toml holds no rule" in ran.err) == (2, True)


def test_a_policy_about_other_stacks_is_named(tmp_path: Path) -> None:
    put(tmp_path, w=TWO, house='[[policy]]\nname = "x"\ndeny = "lines > 9"\nstacks = ["b"]\n')
    line = ("--policy", "house.toml", "--max-total", "50")
    ran = check(tmp_path, *line, "--stack", "a")
    assert "no limit and no policy of house.toml is about a checked stack" in words(ran)
    assert "house.toml" not in check(tmp_path, *line).out


# A change that edits its own judge.


def test_a_change_is_told_what_it_does_to_its_own_rules(tmp_path: Path) -> None:
    repository(tmp_path)
    policy = '[[policy]]\nname = "small"\ndeny = "total_monthly > {}"\n'
    before = WORKLOAD + "[budget]\nmonthly_total = 4\n" + policy.format(4)
    commit(tmp_path, "one", **{"w.toml": before, "house.toml": HOUSE})
    assert costplan("pricing", "lock", "w.toml", *DAY, folder=tmp_path).code == 0
    after = WORKLOAD + "[budget]\nmonthly_total = 400\n" + policy.format(400)
    (tmp_path / "w.toml").write_text(after)
    (tmp_path / "house.toml").write_text(HOUSE.replace("100", "900"))
    told = [
        "w.toml: budget.monthly_total: 4 -> 400",
        "w.toml: policy 'small'.deny: total_monthly > 4 -> total_monthly > 400",
        "costplan.lock: new",
    ]
    line = ("diff", "--base", "HEAD", "w.toml", *DAY)
    ran = costplan(*line, "--format", "json", folder=tmp_path)
    assert (ran.data["rule_changes"], ran.data["changed"]) == (told, True)
    for form in ("table", "markdown"):
        drawn = costplan(*line, "--format", form, folder=tmp_path)
        assert "judged by" in drawn.out
        assert "400" in drawn.out
    checked = check(tmp_path, "--base", "HEAD", "--policy", "house.toml", "--format", "json")
    policy_told = "house.toml: budget.monthly_total: 100 -> 900"
    assert [one for one in (*told, policy_told) if one not in checked.data["notes"]] == []
    (tmp_path / "d.json").write_text(ran.out)
    comment = costplan("comment", "github", "d.json", "--dry-run", folder=tmp_path)
    assert "judged by" in comment.out
    commit(tmp_path, "two")
    both = costplan(*line[:3], *line[3:], "--head", "HEAD", "--format", "json", folder=tmp_path)
    assert "rule_changes" not in both.data  # nothing between a revision and itself


def test_a_change_that_leaves_its_rules_alone_is_told_nothing(tmp_path: Path) -> None:
    repository(tmp_path)
    commit(tmp_path, "one", **{"w.toml": WORKLOAD + LIMIT})
    (tmp_path / "w.toml").write_text(WORKLOAD.replace("500", "600") + LIMIT)
    ran = costplan("diff", "--base", "HEAD", "w.toml", *DAY, "--format", "json", folder=tmp_path)
    assert (ran.data["changed"], "rule_changes" in ran.data) == (True, False)
    assert check(tmp_path, "--base", "HEAD", "--format", "json").data["notes"] == []


@pytest.mark.parametrize("key", ["prices", "discount", "currency", "stale_after_days", "exchange"])
def test_every_key_that_softens_a_bill_is_among_what_is_told(key: str, tmp_path: Path) -> None:
    texts = {
        "prices": WORKLOAD + PRICES,
        "discount": WORKLOAD + '[[discount]]\noffers = "openai/*"\npercent = 100\n',
        "currency": WORKLOAD.replace('"USD"', '"EUR"'),
        "stale_after_days": "stale_after_days = 900\n" + WORKLOAD,
        "exchange": 'exchange.usd_per_eur = {rate=1.1,date=2026-11-20,source="x"}\n' + WORKLOAD,
    }
    repository(tmp_path)
    commit(tmp_path, "one", **{"w.toml": WORKLOAD + LIMIT})
    (tmp_path / "w.toml").write_text(texts[key])
    rate = ("--exchange", "usd_per_eur=1.1@2026-11-20") if key == "currency" else ()
    ran = check(tmp_path, "--base", "HEAD", "--max-total", "90", *rate, "--format", "json")
    assert ran.code == 0, ran.err
    assert any(key in note for note in ran.data["notes"] if note.startswith("w.toml: "))


def test_a_base_that_nests_too_deeply_is_said(tmp_path: Path) -> None:
    """Forty tables of ninety keys each are 3,600 within each other."""
    within = "{" + "a." * 90 + "a = "
    repository(tmp_path)
    deep = "budget = " + within * 40 + "1" + "}" * 40 + "\n"
    commit(tmp_path, "one", **{"w.toml": deep + WORKLOAD})
    put(tmp_path, w=WORKLOAD + LIMIT)
    ran = check(tmp_path, "--base", "HEAD")
    assert (ran.code, "it could not be read before" in words(ran)) == (0, True)


def test_a_base_that_is_not_there_is_said_and_no_fault_where_no_rule_compares(
    tmp_path: Path,
) -> None:
    put(tmp_path, w=WORKLOAD + LIMIT)
    ran = check(tmp_path, "--base", "gone")
    assert (ran.code, "its rules since gone cannot be told" in words(ran)) == (0, True)
    assert check(tmp_path, "--base", "gone", "--max-increase", "10%").code == 2


# Days that have not come.


@pytest.mark.parametrize("day", ["2099-11-01", "2999-01-01"])
def test_a_price_checked_on_a_day_to_come_is_not_fresh(day: str, tmp_path: Path) -> None:
    put(tmp_path, w=OLD.replace("2025-02-01", day).replace("[prices]", f"{LIMIT}[prices]"))
    ran = check(tmp_path)
    assert (ran.code, f"stale: checked {day}" in ran.err) == (3, True)
    assert check(tmp_path, "--max-price-age", "90").code == 3
    strict = costplan("estimate", "w.toml", *DAY, "--strict", folder=tmp_path)
    assert (strict.code, f"checked {day}" in strict.err) == (3, True)


def test_a_rate_of_a_day_to_come_is_not_fresh(tmp_path: Path) -> None:
    put(tmp_path, w=WORKLOAD.replace('"USD"', '"EUR"') + LIMIT)
    ran = check(tmp_path, "--exchange", "usd_per_eur=1.1@2099-11-20")
    assert (ran.code, "exchange rate of 2099-11-20" in ran.err) == (3, True)


def test_a_plan_of_the_past_rests_on_prices_that_were_read_since(tmp_path: Path) -> None:
    put(tmp_path, w=OLD.replace("2025-02-01", "2026-11-20").replace("[prices]", f"{LIMIT}[prices]"))
    ran = costplan("check", "w.toml", "--as-of", "2026-11-10", folder=tmp_path)
    assert (ran.code, ran.err) == (0, "")


# Comparisons that compare nothing.


def test_a_diff_with_itself_is_no_change_where_a_price_is_missing(tmp_path: Path) -> None:
    put(tmp_path, w=QUOTED)
    ran = costplan("diff", "w.toml", "w.toml", *DAY, "--format", "json", folder=tmp_path)
    assert ran.data["changed"] is False
    assert [one["kind"] for one in ran.data["stacks"]] == ["same"]
    table = costplan("diff", "w.toml", "w.toml", *DAY, folder=tmp_path)
    assert "unchanged (at least" in table.out
    put(tmp_path, head=QUOTED.replace('quantity = "1"', 'quantity = "2"', 1))
    more = costplan("diff", "w.toml", "head.toml", *DAY, "--format", "json", folder=tmp_path)
    assert more.data["changed"] is True  # more of what nobody prices is a change


def test_a_saved_diff_of_schema_1_0_is_still_read(tmp_path: Path) -> None:
    put(tmp_path, w=QUOTED)
    text = costplan("diff", "w.toml", "w.toml", *DAY, "--format", "json", folder=tmp_path).out
    old = json.loads(text)
    old |= {"schema_version": "1.0", "changed": True}
    old["stacks"][0]["kind"] = "changed"
    for line in old["stacks"][0]["lines"]:
        line["kind"] = "changed" if line["unpriced"] else line["kind"]
    (tmp_path / "old.json").write_text(json.dumps(old))
    ran = costplan("report", "old.json", folder=tmp_path)
    assert (ran.code, ran.err) == (0, "")


def test_a_baseline_of_another_workload_is_refused(tmp_path: Path) -> None:
    put(tmp_path, w=WORKLOAD, other=WORKLOAD.replace('"probe"', '"another"'))
    ran = check(tmp_path, "--baseline", "other.toml", "--max-increase", "10%")
    assert (ran.code, "of workload 'another', not of 'probe'" in ran.err) == (2, True)
    saved = ("estimate", "other.toml", *DAY, "--format=json", "--out=o.json")
    assert costplan(*saved, folder=tmp_path).code == 0
    assert check(tmp_path, "--baseline", "o.json", "--max-increase", "10%").code == 2
    assert check(tmp_path, "--baseline", "w.toml", "--max-increase", "10%").code == 0


# What narrows or softens a check.


def test_what_is_left_out_or_changed_is_said(tmp_path: Path) -> None:
    put(tmp_path, w=TWO)
    line = ("--max-total", "50")
    for given, env in ((("--stack", "a"), None), ((), {"COSTPLAN_STACK": "a"})):
        ran = check(tmp_path, *line, *given, env=env)
        assert (ran.code, "not checked: b" in words(ran)) == (0, True)
    ran = check(tmp_path, *line, "--set", "budget.monthly_total=9999")
    assert "with --set budget.monthly_total=9999" in words(ran)
    assert "with --no-lock" in words(check(tmp_path, *line, "--no-lock"))
    assert "Notes" not in check(tmp_path, *line).out


def test_a_bill_that_is_taken_off_whole_is_said(tmp_path: Path) -> None:
    put(tmp_path, w=WORKLOAD + LIMIT + '[[discount]]\noffers = "openai/*"\npercent = 100\n')
    ran = check(tmp_path)
    assert "a discount or credit takes all of openai/gpt-6.1-terra" in words(ran)
    assert "the bill has 2 lines and comes to nothing" in words(ran)


@pytest.mark.parametrize(("percent", "says"), [("40", False), ("50", False), ("99.9", True)])
def test_more_than_half_of_a_bill_taken_off_is_said(
    percent: str, says: bool, tmp_path: Path
) -> None:
    term = f'[[discount]]\noffers = "openai/*"\npercent = {percent}\n'
    put(tmp_path, w=WORKLOAD + LIMIT + term)
    assert (f"a: {percent} % of the list price is taken off" in words(check(tmp_path))) == says


def test_nothing_bought_is_said(tmp_path: Path) -> None:
    none = WORKLOAD.replace("input_tokens = 1_000", "input_tokens = 0").replace("= 500", "= 0")
    put(tmp_path, w=none + LIMIT)
    ran = check(tmp_path)
    assert (ran.code, "a: nothing is bought" in words(ran)) == (0, True)
    nothing = costplan(
        "check", "w.toml", *DAY, "--set", "traffic.requests_per_month=0", folder=tmp_path
    )
    assert "a: nothing is bought" in words(nothing)


def test_allowances_that_are_used_are_rows_of_their_own(tmp_path: Path) -> None:
    put(tmp_path, w=QUOTED.replace("[prices]", f'{LIMIT}allow_unpriced = ["me/quoted"]\n[prices]'))
    ran = check(tmp_path)
    assert (ran.code, "on request (allowed)" in words(ran) or "(allowed)" in words(ran)) == (
        0,
        True,
    )


# Offers that are no longer sold.


MODEL = """
[prices]
vendor = "Acme"
source.page = {{ at = "acme.test/prices", confidence = "vendor" }}
[[prices.model]]
id = "acme/one"
retires = {}
[[prices.model.price]]
origin = {{ since = 2026-01-01, checked = 2026-11-01, source = "page" }}
per = 1_000_000
rates = {{ input = 1, output = 10 }}
"""
ENDS = WORKLOAD.replace("openai/gpt-6.1-terra", "acme/one")


@pytest.mark.parametrize("day", ["2026-11-01", "2026-11-22", "2026-11-30"])
def test_an_offer_that_ends_within_the_plan_is_no_pass(day: str, tmp_path: Path) -> None:
    put(tmp_path, w=ENDS + LIMIT + MODEL.format(day))
    ran = check(tmp_path)
    assert (ran.code, "acme/one" in ran.err, day in ran.err) == (3, True, True)
    assert 'allow_ended = ["acme/one"] in [budget] accepts it' in ran.err
    saved = check(tmp_path, "--format", "json", "--save", "junit=j.xml", "--save", "sarif=s.json")
    (ended,) = [one for one in saved.data["verdicts"] if one["kind"] == "ended"]
    assert (ended["status"], ended["where"]["line"]) == ("unknown", 14)
    assert "is sold to the end of the plan" in (tmp_path / "j.xml").read_text()
    strict = costplan("estimate", "w.toml", *DAY, "--strict", folder=tmp_path)
    assert (strict.code, "no longer sold" in strict.out) == (3, True)
    valid = costplan("validate", "w.toml", *DAY, folder=tmp_path)
    assert (valid.code, "warning: acme/one" in valid.err) == (0, True)
    allowed = LIMIT + 'allow_ended = ["acme/one"]\n'
    put(tmp_path, w=ENDS + allowed + MODEL.format(day), house=HOUSE + "allow_ended = []\n")
    assert check(tmp_path).code == 0
    assert check(tmp_path, "--policy", "house.toml").code == 3


def test_an_offer_that_ends_after_the_plan_passes_and_a_longer_plan_does_not(
    tmp_path: Path,
) -> None:
    put(tmp_path, w=ENDS + LIMIT + MODEL.format("2027-03-01"))
    assert check(tmp_path).code == 0
    assert check(tmp_path, "--set", "horizon_months=4").code == 0
    assert check(tmp_path, "--set", "horizon_months=5").code == 3


def test_a_saved_estimate_remembers_what_ends(tmp_path: Path) -> None:
    put(tmp_path, w=ENDS + MODEL.format("2026-11-01"))
    line = ("estimate", "w.toml", *DAY, "--format=json", "--out=e.json")
    assert costplan(*line, folder=tmp_path).code == 0
    assert costplan("check", "e.json", "--max-total", "90", folder=tmp_path).code == 3
