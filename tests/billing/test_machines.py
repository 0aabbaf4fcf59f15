"""Rented machines: what is used, what is idle, what they cannot carry."""

from dataclasses import replace
from decimal import Decimal

import pytest
from small_catalog import billed, entry_of, take

from costplan.billing.machines import bill_machines
from costplan.catalog.curves import input_share
from costplan.facts import texts
from costplan.workload.model import Binding
from costplan.workload.model_calls import ModelCalls
from costplan.workload.tables import Traffic

GPU = entry_of(
    """
[[offer]]
id = "acme/gpu"
origin = { since = 2026-01-01, checked = 2026-06-01, source = "page" }
[[offer.charge]]
id = "instance_hours"
quantity = "instances * hours"
unit = "GPU-hour"
price = 3
""",
    "compute",
)


def demand(step: str, count: int, output: int, purpose: str = "produce") -> ModelCalls:
    return ModelCalls(
        role="chat",
        step=step,
        purpose=purpose,
        count=Decimal(count),
        tokens={"input_tokens": Decimal(100), "output_tokens": Decimal(output)},
    )


def run(*demands: ModelCalls, hours: int = 100, speed: int = 10, peak: str | None = None, **keys):
    bill = billed(GPU, take("chat", hours=hours, instances=1))
    binding = Binding(offer="acme/gpu", tokens_per_second=Decimal(speed), **keys)
    traffic = Traffic(
        requests_per_month=Decimal(1), peak_to_mean=None if peak is None else Decimal(peak)
    )
    problems = bill_machines(GPU, bill, demands, binding, traffic)
    return bill.write(), problems


def test_what_is_used_produces_and_the_rest_is_idle() -> None:
    # 10 tokens/s for 100 hours are 3.6 million tokens; 0.9 million are used.
    bill, problems = run(demand("answer", 6_000, 100), demand("check", 3_000, 100, "coordinate"))
    assert problems == []
    assert [(line.purpose, line.step, line.quantity, line.amount) for line in bill.lines] == [
        ("produce", "answer", Decimal(100) / 6, 50),
        ("coordinate", "check", Decimal(100) / 12, 25),
        ("idle", None, 75, 225),
    ] or [(line.purpose, line.step, line.amount) for line in bill.lines] == [
        ("produce", "answer", 50),
        ("coordinate", "check", 25),
        ("idle", None, 225),
    ]
    assert sum(line.amount for line in bill.lines) == 300
    assert sum(line.quantity for line in bill.lines) == 100
    assert texts(bill.facts, "note") == [
        "acme/gpu: 25.0 % of 10 tokens/s (as stated) is used over the month; 75.0 % is headroom "
        "above the busiest hour, 0.0 % idle between peaks"
    ]


def prompt(step: str, count: int, tokens_in: int, output: int) -> ModelCalls:
    made = demand(step, count, output)
    return replace(made, tokens={**made.tokens, "input_tokens": Decimal(tokens_in)})


def test_prompts_take_their_share_of_the_machine() -> None:
    calls = prompt("read", 3_000, 1_000, 100), prompt("write", 6_000, 100, 100)
    # as long as 100 + 0.4 x 1,000 and 100 + 0.4 x 100 output tokens: 1.5 to 0.84 million
    bill, problems = run(*calls, input_share=Decimal("0.4"))
    assert problems == []
    own = {line.step: line.amount for line in bill.lines}
    assert own[None] == 225  # 0.9 of 3.6 million tokens were asked, as at its own mix
    assert abs(own["read"] / own["write"] - Decimal("1.5") / Decimal("0.84")) < Decimal("1e-9")
    plain, _ = run(*calls, input_share=Decimal(0))
    assert {line.step: line.amount for line in plain.lines} == {"read": 25, "write": 50, None: 225}
    assumed, _ = run(*calls)
    told = [one for one in assumed.facts if one.code == "input-share"]
    assert [one.values["share"] for one in told] == [input_share(Decimal(25))]
    assert not [one for one in bill.facts if one.code == "input-share"]


def test_a_speed_measured_with_short_prompts_is_less_for_long_ones() -> None:
    # measured with one token in for one out: an output token and its prompt took 1.4; here 5
    call = prompt("read", 3_600, 1_000, 100)
    bill, _ = run(call, input_share=Decimal("0.4"), input_per_output=Decimal(1))
    used = Decimal(360_000) * 5 / Decimal("1.4") / 3_600_000
    assert abs(bill.lines[0].amount - 300 * used) < Decimal("1e-9")
    _, problems = run(
        prompt("read", 36_000, 1_000, 100), input_share=Decimal("0.4"), input_per_output=Decimal(1)
    )
    assert len(problems) == 1


def test_prompts_without_an_answer_take_time_too() -> None:
    bill, _ = run(prompt("sort", 3_600, 500, 0), input_share=Decimal("0.5"))
    assert [line.amount for line in bill.lines] == [75, 225]


def test_an_unused_machine_is_all_idle() -> None:
    bill, problems = run()
    assert problems == []
    assert [(line.purpose, line.amount) for line in bill.lines] == [("idle", 300)]


def test_a_full_machine_has_nothing_idle() -> None:
    bill, problems = run(demand("answer", 36_000, 100))
    assert problems == []
    assert [(line.purpose, line.amount) for line in bill.lines] == [("produce", 300)]


def test_a_fleet_that_cannot_carry_the_month_is_refused() -> None:
    bill, problems = run(demand("answer", 36_000, 101))
    (problem,) = problems
    assert "3,600,000 output tokens in 100 hours; the month has 3,636,000" in problem.message
    # One instance of 730 hours makes 26.28 million tokens.
    assert problem.hint == "instances = 1 at 730 hours each would carry the mean"
    assert [line.purpose for line in bill.lines] == ["produce"]
    _, problems = run(demand("answer", 10**6, 100), hours=730)
    assert problems[0].hint == "instances = 4 at 730 hours each would carry the mean"


def test_a_verbose_model_needs_more_machine() -> None:
    bill, problems = run(demand("answer", 9_000, 100), output_factor=Decimal(2))
    assert problems == []
    assert [line.amount for line in bill.lines] == [150, 150]
    _, problems = run(demand("answer", 18_001, 100), output_factor=Decimal(2))
    assert len(problems) == 1


@pytest.mark.parametrize(("peak", "queues"), [(None, False), ("4", False), ("4.1", True)])
def test_a_peak_beyond_the_machine_queues(peak: str | None, queues: bool) -> None:
    bill, problems = run(demand("answer", 9_000, 100), peak=peak)
    assert problems == []
    assert any("requests will queue" in note for note in texts(bill.facts, "note")) is queues


def test_steps_of_the_same_name_and_purpose_are_one_share() -> None:
    bill, _ = run(demand("answer", 3_000, 100), demand("answer", 6_000, 100))
    assert [(line.step, line.amount) for line in bill.lines] == [("answer", 75), (None, 225)]


def test_hours_that_are_not_hours_do_not_make_tokens() -> None:
    """A machine's disk is billed by the GB; only its hours make tokens."""
    with_disk = entry_of(
        """
[[offer]]
id = "acme/gpu"
origin = { since = 2026-01-01, checked = 2026-06-01, source = "page" }
[[offer.charge]]
id = "instance_hours"
quantity = "instances * hours"
unit = "GPU-hour"
price = 3
[[offer.charge]]
id = "disk"
quantity = "500"
unit = "GB-month"
price = 0.1
""",
        "compute",
    )
    bill = billed(with_disk, take("chat", hours=100, instances=1))
    binding = Binding(offer="acme/gpu", tokens_per_second=Decimal(10))
    traffic = Traffic(requests_per_month=Decimal(1))
    # 100 hours make 3.6 million tokens, whatever the disk holds.
    found = bill_machines(with_disk, bill, [demand("answer", 40_000, 100)], binding, traffic)
    assert len(found) == 1
