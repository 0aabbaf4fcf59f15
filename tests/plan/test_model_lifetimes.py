"""Models that end, prices that change over a horizon, and names that stand for others."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest

import costplan
from costplan import estimate
from costplan.catalog.lookup import Catalog
from costplan.catalog.model import Model
from costplan.document.estimate import Estimate
from costplan.plan.bill.price import price
from costplan.store.files.shelves import open_catalog

DAY = date(2026, 11, 22)
ARGON = "google/gemini-4-argon"
OWN = """
[prices]
vendor = "Acme"
source.page = { at = "acme.test/prices", confidence = "vendor" }

[[prices.model]]
id = "acme/one"
aliases = ["acme/latest", "acme/[b]x\\u001b"]
%s

[[prices.model.price]]
origin = { since = 2026-01-01, checked = 2026-11-01, source = "page" }
per = 1_000_000
rates = { input = 1, output = 10 }

[[prices.offer]]
id = "acme/search"
aliases = ["acme/find"]
origin = { since = 2026-01-01, checked = 2026-11-01, source = "page" }

[[prices.offer.charge]]
id = "searches"
quantity = "searches"
unit = "search"
price = 0.001
"""


def plan(
    folder: Path, about: str = "", *, months: int = 1, chat: str = "acme/one", day: date = DAY
) -> Estimate:
    path = folder / "plan.toml"
    path.write_text(
        f"""name = "plan"
horizon_months = {months}

[traffic]
requests_per_month = 1_000

[[step]]
name = "answer"
model = "chat"
input_tokens = 1_000
output_tokens = 100

[stack.a]
chat = '{chat}'
{OWN % about}""",
        encoding="utf-8",
    )
    (made,) = estimate(path, as_of=day).estimates
    return made


@pytest.mark.parametrize(
    ("ends", "months", "warning"),
    [
        ("2026-11-22", 1, "acme/one was retired on 2026-11-22"),
        ("2025-01-01", 12, "acme/one was retired on 2025-01-01"),
        ("2026-11-23", 1, "acme/one retires on 2026-11-23, in this month; "),
        ("2026-11-30", 1, "acme/one retires on 2026-11-30, in this month; "),
        ("2026-12-22", 1, "acme/one retires on 2026-12-22; it is billed as if it stayed"),
        ("2026-12-23", 1, None),
        ("2026-12-01", 2, "acme/one retires on 2026-12-01, in month 2 of 2; "),
        ("2027-10-31", 12, "acme/one retires on 2027-10-31, in month 12 of 12; "),
        ("2027-11-01", 12, None),
    ],
)
def test_an_estimate_whose_horizon_passes_an_end_says_so(
    tmp_path: Path, ends: str, months: int, warning: str | None
) -> None:
    made = plan(tmp_path, f"retires = {ends}", months=months)
    if warning is None:
        assert made.warnings == []
        assert f"acme/one retires on {ends}" in made.notes
    else:
        (said,) = made.warnings
        assert said.startswith(warning)
        assert not [note for note in made.notes if "retire" in note]


def test_the_end_of_the_calendar_is_no_fault(tmp_path: Path) -> None:
    made = plan(tmp_path, "retires = 9999-12-31", day=date(9999, 12, 1))
    assert made.warnings == [
        "acme/one retires on 9999-12-31, in this month; it is billed as if it stayed"
    ]


def test_a_model_without_an_end_is_not_spoken_of(tmp_path: Path) -> None:
    made = plan(tmp_path, months=24)
    assert not [one for one in (*made.warnings, *made.notes) if "retire" in one]


def test_a_bill_notes_an_end(tmp_path: Path) -> None:
    entry = open_catalog().get("anthropic/claude-sonnet-4-5")
    assert isinstance(entry.item, Model)
    ends = entry.item.retires
    assert ends is not None
    for day, said in (
        (ends - timedelta(1), f"{entry.id} retires on {ends}"),
        (ends, f"{entry.id} was retired on {ends}"),
    ):
        moment = datetime.fromisoformat(f"{day}T12:00:00+00:00")
        assert said in costplan.price(entry.id, at=moment, input_tokens=1).notes


def cards(catalog: Catalog, name: str) -> dict[date, Decimal]:
    model = catalog.get(name).item
    assert isinstance(model, Model)
    return {card.origin.since: card.rates.input or Decimal(0) for card in model.price}


def test_each_month_of_a_horizon_has_its_own_price(tmp_path: Path) -> None:
    """Gemini 4 Argon doubles on 2026-12-01: the month of November is half of every later one."""
    known = cards(open_catalog(), ARGON)
    before, after = known[date(2026, 10, 13)], known[date(2026, 12, 1)]
    assert after == 2 * before
    made = plan(tmp_path, months=3, chat=ARGON)
    november, december, january = (month.recurring for month in made.months)
    assert made.total_monthly == november
    assert december == january == 2 * november
    assert any("doubles on 2026-12-01" in warning for warning in made.warnings)


def test_an_estimate_says_which_name_is_an_alias(tmp_path: Path) -> None:
    by_alias = plan(tmp_path, chat="acme/latest")
    assert "acme/latest is an alias of acme/one" in by_alias.notes
    by_id = plan(tmp_path)
    assert not [note for note in by_id.notes if "alias" in note]
    assert by_alias.total_monthly == by_id.total_monthly > 0


def test_a_bill_says_which_name_is_an_alias(tmp_path: Path) -> None:
    moment = datetime.fromisoformat("2026-11-22T00:00:00+00:00")
    alias = "anthropic/claude-sonnet-4-5-20250929"
    bill = costplan.price(alias, at=moment, input_tokens=1)
    assert bill.notes[0] == f"{alias} is an alias of anthropic/claude-sonnet-4-5"
    path = tmp_path / "pricing" / "tokens" / "acme.toml"
    path.parent.mkdir(parents=True)
    text = (OWN % "").replace("[prices]", "").replace("[prices.", "[")
    path.write_text(text.lstrip(), encoding="utf-8")
    catalog = open_catalog(tmp_path)
    found = price(catalog, "acme/find", {"searches": Decimal(5)}, moment)
    assert found.notes == ["acme/find is an alias of acme/search"]
    assert price(catalog, "acme/search", {"searches": Decimal(5)}, moment).notes == []
