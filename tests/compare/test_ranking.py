"""What wins: losses, seconds, candidates, votes of whole runs, machines, regions, neighbours."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest
from compare_cases import (
    DAY,
    HEAD,
    ROOT,
    SUPPORT,
    WHOLE,
    named,
    near,
    opened_at,
    ready,
    value,
    ways,
)
from run import costplan

from costplan.document.comparison import Answer, Comparison
from costplan.problems import BadUsage, CostplanError
from costplan.store.files.workloads import open_workload

CODING = ROOT / "examples" / "coding-agent.toml"
ANSWER = '\n[[step]]\nname = "answer"\ntool = "finder"\nsuccess = 0.9\n'
CHEAP = '\n[stack.cheap]\nfinder = { offer = "metered/calls", success = 0.9 }\n'
RIGHT = '\n[stack.right]\nfinder = { offer = "flat/calls", success = 0.95 }\n'
# 1,000 requests: cheap costs 100 and is wrong 100 times, right costs 320 and is wrong 50 times
VENDORS = HEAD + ANSWER + CHEAP + RIGHT


def answer(made: Comparison) -> Answer:
    assert made.answer is not None
    return made.answer


@pytest.mark.parametrize(("loss", "first"), [("4.3", "cheap"), ("4.5", "right")])
def test_a_loss_reverses_the_order_of_vendors(loss: str, first: str, tmp_path: Path) -> None:
    """100 + 100 L and 320 + 50 L are the same at L = 4.4."""
    votes = "\n[strategy.vote]\nruns = [1]\n"
    target = f"\n[target]\nloss_per_wrong_answer = {loss}\n"
    told = answer(ready(tmp_path, VENDORS + target + votes).compare())
    assert told.stack == first
    assert told.standings[0].stack == first
    wrong, bill = {"cheap": (100, 100), "right": (50, 320)}[first]
    assert told.monthly == bill
    assert told.whole == bill + wrong * Decimal(loss)


def test_without_a_loss_the_lowest_bill_wins_at_the_plan_s_own_reliability(tmp_path: Path) -> None:
    told = answer(ready(tmp_path, VENDORS).compare())
    assert (told.stack, told.monthly, told.saved) == ("cheap", 100, 0)
    other = answer(ready(tmp_path, VENDORS).compare(baseline="right"))
    assert other.stack == "right"  # 'cheap' alone is not as right as the baseline's plan
    assert other.reliability == Decimal("0.95")


def test_a_loss_of_60_reverses_the_coding_agent_s_vendors() -> None:
    """60 people with 8 tasks a day: 10,080 a month. The dearer vendor is right more often."""
    changes = (
        "traffic.requests_per_month=10080",
        "step.look-up.success=1",
        "strategy.vote.runs=[1]",
        "stack.portable.coder={offer='anthropic/claude-sonnet-5-5',success=0.72}",
        "stack.openai.coder={offer='openai/gpt-6.1-sol',success=0.85}",
    )
    wrong = {"portable": Decimal("0.28") * 10_080, "openai": Decimal("0.15") * 10_080}
    for loss, order in ((0, ["portable", "openai"]), (60, ["openai", "portable"])):
        made = opened_at(CODING, *changes, f"target.loss_per_wrong_answer={loss}")
        told = answer(made.compare(["portable", "openai"]))
        assert [one.stack for one in told.standings] == order
        for one in told.standings:
            assert one.whole == one.plan_monthly + loss * wrong[one.stack]


def test_a_request_without_an_answer_loses_as_much_as_a_wrong_one(tmp_path: Path) -> None:
    step = ANSWER + "detection_rate = 0.5\n"
    text = HEAD + step + '\n[stack.a]\nfinder = "metered/calls"\n'
    # 1,000 x 0.1 fail: half are noticed and end without an answer, half are delivered
    for more, loss in (
        ("", 20 * 50 + 20 * 50),
        ("loss_per_aborted_request = 5\n", 20 * 50 + 5 * 50),
        ("loss_per_aborted_request = 0\n", 20 * 50),
    ):
        target = f"\n[target]\nloss_per_wrong_answer = 20\n{more}"
        plan = ways(ready(tmp_path, text + target).compare()).options[0]
        assert (plan.silent, plan.aborted) == (Decimal("0.05"), Decimal("0.05"))
        assert plan.loss == loss
        assert plan.whole == 100 + loss


def test_five_attempts_of_45_seconds_are_no_plan_for_a_chat(tmp_path: Path) -> None:
    step = ANSWER + "detection_rate = 1\nrho = 0\nmax_attempts = 5\nseconds = 45\n"
    text = HEAD + step.replace("success = 0.9", "success = 0.5")
    text += '\n[stack.a]\nfinder = "metered/calls"\n\n[target]\nreliability = 0.7\nseconds = {}\n'
    slow = ways(ready(tmp_path, text.format(200)).compare())
    plan = slow.options[0]
    # 1 + 1/2 + 1/4 + 1/8 + 1/16 runs of 45 s
    assert plan.seconds == Decimal("87.1875")
    assert slow.at_target is not None
    assert slow.at_target.name == "2 attempts"  # right in 3 of 4
    quick = ready(tmp_path, text.format(60)).compare()
    assert ways(quick).at_target is None  # two attempts take 67.5 s
    assert answer(quick).stack is None
    assert answer(quick).reason == "nothing tried reaches 70 % within 60 s"


def test_a_batch_takes_a_day_and_two_of_them_two(tmp_path: Path) -> None:
    bound = "\n# no [prices]\n[stack.a]\nchat = { offer = 'openai/gpt-6-luna', seconds = 9 }\n"
    text = CHAT.replace("success = 0.9", "success = 0.9\nseconds = 2")
    waits = f"\n[target]\nseconds = 86_400\n{bound}"
    found = ways(ready(tmp_path, text + waits).compare())
    batch = named(found, "batch where it may wait")
    assert (found.options[0].seconds, batch.seconds) == (18, 2 * 86_400)
    assert value(batch)[0] < value(found.options[0])[0]
    assert not batch.reaches(None, Decimal(86_400))
    single = text.partition('\n[[step]]\nname = "two"')[0]
    batch = named(ways(ready(tmp_path, single + waits).compare()), "batch where it may wait")
    assert batch.reaches(None, Decimal(86_400))


def test_what_has_no_seconds_is_not_quick_enough(tmp_path: Path) -> None:
    text = VENDORS + "\n[target]\nseconds = 10\n"
    told = answer(ready(tmp_path, text).compare())
    assert told.stack is None
    assert {one.reason for one in told.standings} == {"steps state no seconds"}


@pytest.mark.parametrize(
    ("rho", "right"),
    [("0", "0.972"), ("0.5", "0.912")],
    # 0.9^3 + 3 x 0.9^2 x 0.1; and of Beta(0.9, 0.1): (0.9 1.9 2.9 + 3 x 0.9 1.9 0.1) / (1 2 3)
)
def test_a_vote_of_whole_runs_by_hand(rho: str, right: str, tmp_path: Path) -> None:
    end = '\n[stack.a]\nfinder = "metered/calls"\n'
    text = HEAD + ANSWER + f"\n[vote]\nruns = 3\nrho = {rho}\n" + end
    found = ways(ready(tmp_path, text).compare())
    assert value(found.options[0]) == (Decimal(300), Decimal(right))
    tried = HEAD + ANSWER + f"\n[strategy.vote]\nruns = [3]\nrho = {rho}\n" + end
    option = named(ways(ready(tmp_path, tried).compare()), "vote of 3 whole runs")
    assert value(option) == (Decimal(300), Decimal(right))


def test_a_vote_and_people_do_not_go_together(tmp_path: Path) -> None:
    with pytest.raises(CostplanError, match="may end with a person"):
        ready(tmp_path, WHOLE + "\n[vote]\nruns = 3\n").compare()


# -- candidates -------------------------------------------------------------------------------

PRICED = "\n# no [prices]\n[stack.a]\nchat = 'openai/gpt-6-luna'\n"
CHAT = (
    HEAD
    + '\n[[step]]\nname = "one"\nmodel = "chat"\ninput_tokens = 1_000\nsuccess = 0.9\n'
    + '\n[[step]]\nname = "two"\nmodel = "chat"\ninput_tokens = 500\nsuccess = 0.9\n'
)
OPUS = "anthropic/claude-opus-5-5"


def test_a_candidate_s_success_is_by_step_and_never_assumed(tmp_path: Path) -> None:
    for success, right in (
        ("success = 0.99", Decimal("0.9801")),
        ("success = { one = 0.99, two = 0.98 }", Decimal("0.9702")),
    ):
        text = f'{CHAT}\n[[candidates.chat]]\noffer = "{OPUS}"\n{success}\n{PRICED}'
        found = named(ways(ready(tmp_path, text).compare()), OPUS)
        assert found.reliability == right
    for success, lacking in (("", "'one', 'two'"), ("success = { one = 0.99 }", "'two'")):
        text = f'{CHAT}\n[[candidates.chat]]\noffer = "{OPUS}"\n{success}\n{PRICED}'
        found = named(ways(ready(tmp_path, text).compare()), OPUS)
        assert found.monthly is None
        assert found.reason == f"not modelled: give its success on {lacking}"


def test_a_fallback_s_success_with_a_candidate_is_asked_for(tmp_path: Path) -> None:
    step = 'detection_rate = 0.5\nfallback = { model = "spare", success = 0.8 }\n'
    text = CHAT.replace('name = "one"', f'name = "one"\n{step}'.rstrip())
    text += '\n[[step]]\nname = "three"\nmodel = "spare"\ninput_tokens = 10\nsuccess = 0.9\n'
    text += f'\n[[candidates.spare]]\noffer = "{OPUS}"\nsuccess = {{ three = 0.99 }}\n'
    found = ways(ready(tmp_path, text + PRICED + 'spare = "openai/gpt-6-luna"\n').compare())
    assert "the fallback of 'one'" in (named(found, OPUS).reason or "")


def test_a_candidate_does_not_inherit_how_another_model_retries(tmp_path: Path) -> None:
    told = "detection_rate = 1\nmax_attempts = 2\nrho = 0\nretry_success = 0.5\n"
    text = CHAT.replace('name = "one"', f'name = "one"\n{told}'.rstrip())
    text += f'\n[[candidates.chat]]\noffer = "{OPUS}"\nsuccess = 0.9\n'
    found = ways(ready(tmp_path, text + PRICED).compare())
    # the plan: 0.9 + 0.1 x 0.5; the candidate, blind and without correlation: 0.9 + 0.1 x 0.9
    assert found.options[0].reliability == Decimal("0.95") * Decimal("0.9")
    assert named(found, OPUS).reliability == Decimal("0.99") * Decimal("0.9")


def test_two_candidates_of_one_offer_are_told_apart(tmp_path: Path) -> None:
    rows = "".join(
        f'\n[[candidates.chat]]\noffer = "{OPUS}"\nsuccess = {success}\noutput_factor = {times}\n'
        for success, times in (("0.95", 1), ("0.99", 3))
    )
    found = ways(ready(tmp_path, CHAT + rows + PRICED).compare())
    first, second = (named(found, f"{OPUS} #{at}") for at in (1, 2))
    assert first.reliability == Decimal("0.9025")
    assert second.reliability == Decimal("0.9801")


# -- machines and regions ---------------------------------------------------------------------


def test_machines_of_another_accelerator_are_an_error_that_names_machines() -> None:
    changes = ("strategy.gpus.accelerator=a100", "strategy.gpus.tokens_per_second=100")
    with pytest.raises(BadUsage) as refused:
        opened_at(SUPPORT, *changes).compare(["portable"])
    said = str(refused.value)
    assert said.startswith("--set strategy.gpus.accelerator=a100: ")
    assert said.endswith("not a100 as accelerator")
    assert "machines with that: aws/p4d.24xlarge" in (refused.value.hint or "")
    with pytest.raises(CostplanError, match="not 3 as accelerators"):
        opened_at(SUPPORT, "strategy.gpus.accelerators=3").compare(["portable"])


def test_machines_without_the_served_model_s_success_are_not_modelled() -> None:
    rate = "strategy.gpus.tokens_per_second=2000"
    lacking = named(ways(opened_at(SUPPORT, rate).compare(["portable"])), "GPUs sized for the peak")
    assert lacking.monthly is None
    assert (lacking.reason or "").startswith("not modelled: give [strategy.gpus] success")
    given = opened_at(SUPPORT, rate, "strategy.gpus.success=0.5").compare(["portable"])
    found = named(ways(given), "GPUs sized for the peak")
    assert found.reliability is not None
    assert found.reliability < (ways(given).options[0].reliability or 0)


def test_a_second_region_doubles_capacity_and_no_account_s_fee(tmp_path: Path) -> None:
    """Fees and floors of an account are paid once: a stack of them alone has no second region."""
    text = HEAD + ANSWER + '\n[stack.a]\nfinder = "flat/calls"\n'
    assert not [
        one for one in ways(ready(tmp_path, text).compare()).options if "regions" in one.name
    ]
    made = opened_at(SUPPORT).compare(["portable"])
    bill = made.estimates[0]
    doubled = [
        line.amount or Decimal(0)
        for line in bill.lines
        if line.fixed and line.component in ("runtime", "compute", "vector-db")
        if line.flat is None and line.price.unit != "month"
    ]
    option = named(ways(made), "2 regions")
    assert near(value(option)[0], bill.total_monthly + sum(doubled))


# -- neighbours, writing, reading of a share --------------------------------------------------


def test_a_neighbour_pays_from_the_success_that_it_names(tmp_path: Path) -> None:
    text = CHAT + "\n[strategy.vote]\nruns = [1]\n"
    text += "\n[target]\nloss_per_wrong_answer = 1\n" + PRICED
    made = ready(tmp_path, text).compare(levers=True)
    told = [one for one in answer(made).candidates if "pays from" in one]
    assert told
    offer, needed = told[0].split()[0], Decimal(told[0].split("pays from ")[1].split()[0]) / 100
    best = answer(made).whole
    assert best is not None
    for off, wins in ((Decimal("0.002"), True), (Decimal("-0.002"), False)):
        rate = min(Decimal(1), needed + off)
        more = f'\n[[candidates.chat]]\noffer = "{offer}"\nsuccess = {rate}\n'
        found = ready(tmp_path, text.replace("\n[target]", f"{more}\n[target]")).compare()
        whole = named(ways(found), offer).whole
        assert whole is not None
        assert (whole < best) is wins


def test_the_recommended_plan_is_written_and_estimated_the_same(tmp_path: Path) -> None:
    (tmp_path / "w.toml").write_text(ready(tmp_path, WHOLE).opened.text)
    day = ("--as-of", DAY.isoformat())
    ran = costplan("compare", "w.toml", "--write", "best.toml", *day, folder=tmp_path)
    assert (ran.code, ran.err) == (0, "wrote best.toml\n")
    best = opened_at(tmp_path / "best.toml")
    told = answer(opened_at(tmp_path / "w.toml").compare())
    (bill,) = best.estimates().values()
    assert bill.total_monthly == told.monthly
    assert bill.reliability is not None
    assert bill.reliability.trusted == told.reliability
    assert open_workload(str(tmp_path / "best.toml"), []).workload == best.workload


def test_nothing_recommended_is_nothing_written(tmp_path: Path) -> None:
    ready(tmp_path, WHOLE, "target.reliability=0.9999")
    (tmp_path / "w.toml").write_text((tmp_path / "w.toml").read_text().replace("0.97", "0.9999"))
    ran = costplan("compare", "w.toml", "--write", "best.toml", folder=tmp_path)
    assert ran.code == 2
    assert "nothing is recommended" in ran.err
    assert not (tmp_path / "best.toml").exists()


@pytest.mark.parametrize("share", ["0.95", "95%", "95 %"])
def test_a_share_may_be_a_percentage(share: str, tmp_path: Path) -> None:
    ready(tmp_path, WHOLE)
    ran = costplan("compare", "w.toml", "--at-reliability", share, folder=tmp_path)
    assert ran.code == 0, ran.err
    assert "at 95 %" in ran.out


# -- what is not there ------------------------------------------------------------------------

NOTHING = {
    "no steps but a job": HEAD
    + '\n[[job]]\nname = "j"\nruns_per_month = 1\nitems = 5\ntool = "finder"\n'
    + '\n[stack.a]\nfinder = "metered/calls"\n',
    "no success rate": WHOLE.replace("success = 0.9\n", ""),
    "no success rate on one stack's step": HEAD
    + ANSWER.replace("success = 0.9\n", "")
    + CHEAP.replace("cheap", "a").replace(", success = 0.9", "")
    + RIGHT,
    "no price": WHOLE.replace('"flat/calls"', '"quoted/calls"'),
    "no price of the baseline": WHOLE.replace(
        'finder = "metered/calls"', 'finder = "quoted/calls"'
    ),
    "no traffic": WHOLE.replace("requests_per_month = 1_000", "requests_per_month = 0"),
    "people at no cost": WHOLE.replace("cost_per_case = 4", "cost_per_case = 0"),
    "one step": HEAD + ANSWER + '\n[stack.a]\nfinder = "metered/calls"\n',
    "a common cause": HEAD
    + ANSWER.replace(
        "success = 0.9",
        "success = 0.9\ndetection_rate = 0.5\nmax_attempts = 3\ncommon_cause = 0.05",
    )
    + '\n[stack.a]\nfinder = "metered/calls"\n',
    "a loop": HEAD
    + ANSWER.replace("success = 0.9", "success = 0.9\nnext = { answer = 0.3, end = 0.7 }")
    + '\n[stack.a]\nfinder = "metered/calls"\n',
    "success of nothing": HEAD
    + ANSWER.replace("0.9", "0")
    + '\n[stack.a]\nfinder = "metered/calls"\n\n[target]\nloss_per_wrong_answer = 2\n',
}


@pytest.mark.parametrize("name", NOTHING)
@pytest.mark.parametrize("more", [(), ("--full",), ("--at-reliability", "0.9")])
def test_what_is_not_there_is_said_and_never_a_fault(
    name: str, more: tuple[str, ...], tmp_path: Path
) -> None:
    ready(tmp_path, NOTHING[name])
    ran = costplan("compare", "w.toml", *more, folder=tmp_path)
    assert ran.code == 0, ran.err
    assert "requests a month" in ran.out
