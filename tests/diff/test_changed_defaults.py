"""An estimate saved before validators repeated themselves, against one of today."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from costplan.api.estimating import estimate_opened
from costplan.document.diff import DiffDocument
from costplan.document.estimate import EstimateDocument
from costplan.document.verdict import CheckDocument
from costplan.plan.judge.check import check
from costplan.plan.judge.diff import diff
from costplan.plan.judge.figures import Against
from costplan.plan.judge.ruleset import from_limits
from costplan.render import Look
from costplan.render.diff import draw
from costplan.store.files.documents import open_document
from costplan.store.files.workloads import open_workload

DOCUMENTS = Path(__file__).resolve().parents[1] / "data" / "documents"
EXAMPLE = Path(__file__).resolve().parents[2] / "examples" / "support-agent.toml"
CASE = Decimal(4)
SAID = (
    "a default changed: validators repeat themselves (rho 0.5), which the base did not suppose: "
    "'validate'"
)


def base() -> EstimateDocument:
    found = open_document(str(DOCUMENTS / "estimate-independent-verdicts.json")).document
    assert isinstance(found, EstimateDocument)
    return found


def head(*changes: str, text: str | None = None, folder: Path | None = None) -> EstimateDocument:
    path = EXAMPLE
    if text is not None:
        assert folder is not None
        path = folder / "w.toml"
        path.write_text(text)
    return estimate_opened(open_workload(str(path), list(changes)), date(2026, 11, 22), "portable")


def change(after: EstimateDocument) -> DiffDocument:
    return diff(base(), after, "old.json", "new")


def cases(made: EstimateDocument) -> Decimal:
    (line,) = [line for line in made.estimates[0].lines if line.price.charge == "cases"]
    return line.quantity


def test_the_people_line_is_the_changed_default_s_and_is_said() -> None:
    after = head()
    made = change(after)
    (stack,) = made.stacks
    added = cases(after) - cases(base())
    assert added > 400  # 393 cases a month, 815 now
    assert stack.split.default == pytest.approx(added * CASE)
    assert SAID in made.notes
    assert stack.split.difference == stack.difference
    page = draw(made, Look(width=100))
    assert "default: a default changed: validators repeat themselves" in page


def judged(after: EstimateDocument, before: EstimateDocument) -> CheckDocument:
    rules = from_limits({"increase": Decimal(100)})
    against = Against(before)
    return check(after, [rules], subject="w.toml", vendor_of=lambda _: None, against=against)


def test_a_limit_of_the_increase_counts_it_and_says_so() -> None:
    after = head()
    made = judged(after, base())
    (verdict,) = [one for one in made.verdicts if one.rule == "increase"]
    whole = after.estimates[0].total_monthly - base().estimates[0].total_monthly
    assert (verdict.figure, verdict.status) == (whole, "deny")
    (told,) = [one for one in made.facts if one.code == "increase-has-default"]
    (stack,) = change(after).stacks
    assert told.values["cost"] == stack.split.default > 1_000
    assert "'validate'" in told.text


def test_a_baseline_that_supposed_the_same_says_nothing_of_it() -> None:
    made = judged(head("human.cost_per_case=6"), head())
    assert "increase-has-default" not in {one.code for one in made.facts}


def test_more_traffic_is_volume_and_no_default() -> None:
    after = head("traffic.requests_per_month=20000")
    (stack,) = change(after).stacks
    added = cases(after) - 2 * cases(base())
    # documents say whole cases: what is left of one is intensity
    assert abs(stack.split.default - added * CASE) <= CASE
    assert stack.split.volume >= cases(base()) * CASE


def test_more_cases_of_another_cause_are_intensity() -> None:
    """What the head would have without the default, above what the base had, is its own doing."""
    after = head("step.validate.false_positive_rate=0.2")
    (assumed,) = after.estimates[0].facts_of("verdicts-correlate")
    apart = Decimal(str(assumed.values["cases_apart"]))
    (stack,) = change(after).stacks
    assert apart - cases(base()) > 100
    assert stack.split.default == pytest.approx((cases(after) - apart) * CASE, abs=float(CASE))
    human = next(line for line in stack.lines if line.charge == "cases")
    assert human.head is not None
    assert human.base is not None
    own = human.head - human.base - stack.split.default
    assert own == pytest.approx((apart - cases(base())) * CASE, abs=float(CASE))
    assert stack.split.intensity >= own - CASE


def test_a_validator_whose_rho_is_stated_is_no_default(tmp_path: Path) -> None:
    text = EXAMPLE.read_text().replace("sensitivity = 0.94", "rho = 0\nsensitivity = 0.94")
    made = change(head(text=text, folder=tmp_path))
    (stack,) = made.stacks
    assert stack.split.default == 0
    assert SAID not in made.notes


def test_between_two_estimates_of_today_no_default_changed() -> None:
    made = diff(head(), head("human.cost_per_case=5"), "old", "new")
    (stack,) = made.stacks
    assert stack.split.default == 0
    assert stack.split.price > 0
    assert made.notes == []
