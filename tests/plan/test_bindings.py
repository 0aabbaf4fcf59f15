"""From a role to an offer: plans chosen by price and gates, what is left out, what comes along."""

from __future__ import annotations

import subprocess
import sys
from decimal import Decimal
from pathlib import Path

import pytest
from planning import HEAD, PRICES, line, planned, stack_of

from costplan.problems import CostplanError

ROOT = Path(__file__).resolve().parents[2]


def refusal(folder: Path, bindings: str, more: str = "") -> str:
    with pytest.raises(CostplanError) as caught:
        stack_of(folder, bindings, more)
    return str(caught.value)


def test_a_product_without_its_plan_gets_the_cheapest_whose_gates_admit(tmp_path: Path) -> None:
    made = stack_of(tmp_path, 'helper = "plans"')
    assert {one.price.offer for one in made.lines} == {"plans/flat"}
    assert made.total_monthly == 20
    (reason,) = [note for note in made.notes if note.startswith("'plans'")]
    assert "plans/flat is the cheapest plan that serves it" in reason
    assert "plans/free ends at calls 500 (here 1,000)" in reason
    assert "plans/enterprise has charges without a price" in reason
    assert "plans/metered costs 10.00 more" in reason


@pytest.mark.parametrize(
    ("requests", "offer", "total"),
    [(500, "plans/free", 0), (501, "plans/metered", "15.03"), (667, "plans/flat", 20)],
)
def test_the_choice_follows_the_traffic(
    tmp_path: Path, requests: int, offer: str, total: str | int
) -> None:
    head = HEAD.replace("1_000", str(requests))
    made = stack_of(tmp_path, 'helper = "plans"', head=head)
    assert {one.price.offer for one in made.lines} == {offer}
    assert made.total_monthly == Decimal(total)


def test_the_plan_s_own_id_is_never_replaced(tmp_path: Path) -> None:
    assert stack_of(tmp_path, 'helper = "plans/metered"').total_monthly == 30
    said = refusal(tmp_path, 'helper = "plans/free"')
    assert "plans/free does not serve this workload: calls is 1,000, at most 500" in said
    assert '"plans" alone takes the cheapest plan that does' in said


REFUSING = """
[[prices.offer]]
id = "NAME"
product = "PRODUCT"
plan = "Small"
origin = { since = 2026-01-01, checked = 2026-11-01, source = "list" }
gates = [{ variable = "calls", max = 500, action = "ineligible" }]
charge = [{ id = "fee", quantity = "1", unit = "month", price = 1 }]
"""


@pytest.mark.parametrize(
    ("name", "product", "says"),
    [
        ("many/small", "One", "other plans: many/one"),
        ("many/small", "Three", "'costplan pricing list --category runtime' shows what else"),
        ("alone/small", "Alone", "'costplan pricing list --category runtime' shows what else"),
    ],
)
def test_a_name_alone_is_offered_only_where_it_chooses(
    name: str, product: str, says: str, tmp_path: Path
) -> None:
    own = REFUSING.replace("NAME", name).replace("PRODUCT", product)
    text = f'{HEAD}\n[stack.s]\nhelper = "{name}"\n{PRICES}{own}'
    with pytest.raises(CostplanError) as caught:
        planned(tmp_path, text)
    assert "does not serve this workload" in str(caught.value)
    assert says in str(caught.value)
    assert "alone takes" not in str(caught.value)


def test_a_prefix_of_several_products_lists_them(tmp_path: Path) -> None:
    said = refusal(tmp_path, 'helper = "many"')
    assert "'many' names 2 offers: say which" in said
    assert "many/one, many/two" in said
    assert "w.toml:11:10" in said


def test_none_with_its_reason_is_not_included(tmp_path: Path) -> None:
    made = stack_of(tmp_path, 'helper = { none = "the team already owns one" }')
    assert made.total_monthly == 0
    assert "helper: the team already owns one" in made.not_included


def test_what_an_offer_requires_is_bought_once(tmp_path: Path) -> None:
    more = '\n[[step]]\nname = "second"\ntool = "other"\n'
    bindings = 'helper = "helper/calls"\nother = "helper/calls"'
    made = stack_of(tmp_path, bindings, head=HEAD + more)
    assert line(made, "helper/base", "fee").amount == 5
    assert "helper/calls needs helper/base: its bill is included" in made.notes


def test_what_is_bound_already_is_not_bought_again(tmp_path: Path) -> None:
    made = stack_of(tmp_path, 'helper = "helper/calls"\norchestration = "helper/base"')
    assert line(made, "helper/base", "fee").role == "orchestration"
    assert not any("needs helper/base" in note for note in made.notes)


def test_an_account_s_quota_counts_once_for_two_roles(tmp_path: Path) -> None:
    more = '\n[[step]]\nname = "second"\ntool = "other"\n'
    bindings = 'helper = "helper/calls"\nother = "helper/calls"'
    made = stack_of(tmp_path, bindings, head=HEAD + more)
    calls = [one for one in made.lines if one.price.charge == "calls"]
    assert {one.role for one in calls} == {"helper", "other"}
    assert sum(one.quantity for one in calls) == 2_000 - 200
    assert sum(one.amount or 0 for one in calls) == 18


def test_an_unknown_variable_is_refused_with_a_hint(tmp_path: Path) -> None:
    said = refusal(tmp_path, 'helper = { offer = "floor/paid", shar = 1 }')
    assert "floor/paid has no variable 'shar'" in said
    assert "did you mean 'share'?" in said
    assert "w.toml:11:34" in said


def test_a_value_of_the_binding_wins(tmp_path: Path) -> None:
    made = stack_of(tmp_path, 'helper = { offer = "floor/paid", share = 8 }')
    assert line(made, "floor/paid", "calls").quantity == 8_000


def test_every_problem_of_every_stack_at_once(tmp_path: Path) -> None:
    text = f'{HEAD}\n[stack.one]\nhelper = "nope/x"\n[stack.two]\nhelper = "many"\n{PRICES}'
    with pytest.raises(CostplanError) as caught:
        planned(tmp_path, text)
    assert "w.toml:11:10" in str(caught.value)
    assert "w.toml:13:10" in str(caught.value)


def test_a_person_s_offer_replaces_the_stated_cost(tmp_path: Path) -> None:
    head = HEAD + 'success = 0.9\ndetection_rate = 1\non_exhaust = "human"\n'
    head += "\n[human]\ncost_per_case = 4\n"
    stated = stack_of(tmp_path, 'helper = { none = "-" }', head=head)
    assert line(stated, "workload", "cases").amount == 400  # 1,000 requests, a tenth fails
    bound = stack_of(
        tmp_path, 'helper = { none = "-" }\nhuman = "benchmark/chat-ticket"', head=head
    )
    assert {one.role for one in bound.lines} == {"human"}
    assert {one.price.offer for one in bound.lines} == {"benchmark/chat-ticket"}
    assert bound.by_purpose["people"] == bound.total_monthly > 0


SPY = """
import os, sys
opened = []

def hook(event, arguments):
    if event in ("open", "os.listdir", "os.scandir"):
        opened.append((event, str(arguments[0])))

sys.addaudithook(hook)
from costplan.cli import run
code = run(["estimate", sys.argv[1], "--as-of", "2026-11-22", "--out", os.devnull + "x"])
folder = os.sep + "pricing" + os.sep
for event, path in opened:
    if folder in path and not path.endswith((".py", ".pyc")) and "__pycache__" not in path:
        print(event, path.rsplit(folder, 1)[1])
"""


@pytest.mark.parametrize(
    ("example", "files"),
    [
        ("minimal", {"tokens/openai.toml", "tokens/anthropic.toml", "tokens/google.toml"}),
        ("support-agent", None),
    ],
)
def test_only_the_files_of_the_named_vendors_are_opened(
    example: str, files: set[str] | None, tmp_path: Path
) -> None:
    path = ROOT / "examples" / f"{example}.toml"
    program = SPY.replace('os.devnull + "x"', repr(str(tmp_path / "out.txt")))
    ran = subprocess.run(
        [sys.executable, "-c", program, str(path)],
        capture_output=True,
        text=True,
        cwd=tmp_path,
        check=False,
    )
    assert (tmp_path / "out.txt").exists(), ran.stderr
    events = [line.split(" ", 1) for line in ran.stdout.splitlines()]
    assert {event for event, _ in events} == {"open"}
    opened = [file for _, file in events]
    assert len(opened) == len(set(opened))
    if files is not None:
        assert set(opened) == files
    vendors = {Path(file).stem for file in opened}
    text = path.read_text()
    assert all(f'"{vendor}/' in text or f'"{vendor}"' in text for vendor in vendors), vendors
