"""What a check rests on: the lock beside the workload, and exchange rates that somebody states."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest
from pinned import MODELS, here, plans, project
from run import DAY, WORKLOAD, Ran, costplan, files_below

DEARER = MODELS.replace("input = 2.00", "input = 4")


@pytest.fixture
def locked(tmp_path: Path) -> Path:
    """A project whose stacks cost 52, locked; then its model became dearer: 54."""
    project(tmp_path)
    assert here("pricing", "lock", *DAY, folder=tmp_path).code == 0
    project(tmp_path, DEARER)
    return tmp_path


def check(folder: Path, *options: str) -> Ran:
    return here("check", "--max-total=53", "--format=json", *DAY, *options, folder=folder)


def figures(ran: Ran) -> list[Decimal]:
    return [one["figure"] for one in ran.data["verdicts"]]


def test_the_lock_beside_the_workload_is_honoured(locked: Path) -> None:
    ran = check(locked)
    assert (ran.code, figures(ran)) == (0, [52, 52])
    without = check(locked, "--no-lock")
    assert (without.code, figures(without)) == (1, [54, 54])


def test_locked_with_a_moved_catalogue_says_why(locked: Path) -> None:
    before = files_below(locked)
    ran = costplan("check", "--max-total=53", "--locked", *DAY, folder=locked)
    assert (ran.code, ran.out) == (3, "")
    assert "/costplan.lock pins them" in ran.err
    assert "- mine/small: input: lock 2, catalogue 4 since 2026-01-01" in ran.err
    assert "= help: review it, then 'costplan pricing lock --update'" in ran.err
    assert check(locked, "--locked", "--exit-zero").code == 3
    assert files_below(locked) == before
    assert here("pricing", "lock", "--update", *DAY, folder=locked).code == 0
    assert check(locked, "--locked").code == 1
    (locked / "costplan.lock").unlink()
    ran = check(locked, "--locked")
    assert (ran.code, ran.out) == (3, "")
    assert "no costplan.lock beside " in ran.err


def test_another_lock_by_name(locked: Path) -> None:
    (locked / "costplan.lock").rename(locked / "other.lock")
    assert figures(check(locked)) == [54, 54]
    assert figures(check(locked, "--lock=other.lock")) == [52, 52]
    ran = check(locked, "--lock=other.lock", "--no-lock")
    assert (ran.code, ran.out) == (2, "")


def test_a_baseline_has_the_same_lock(locked: Path) -> None:
    """A workload as its own baseline did not become dearer, moved catalogue or not."""
    project(locked, DEARER, plans(team="21", solo="30"))
    ran = here(
        "check", "--max-increase=1%", "--baseline=costplan.toml", *DAY, "--format=json",
        folder=locked,
    )  # fmt: skip
    assert ran.code == 0
    assert figures(ran) == [0, 0]


EUROS = WORKLOAD + 'orchestration = "n8n/pro"\n[budget]\nallow_stale = ["n8n/pro"]\n'
"""3.50 USD and 50 EUR a month."""


def test_a_check_takes_a_stated_rate(tmp_path: Path) -> None:
    (tmp_path / "w.toml").write_text(EUROS)
    rates = ("--exchange", "usd_per_eur=1.08@2026-11-20")
    bare = costplan("check", "w.toml", "--max-total=60", *DAY, folder=tmp_path)
    assert (bare.code, bare.out) == (2, "")
    assert "--exchange usd_per_eur=RATE@DATE" in bare.err
    ran = here("check", "w.toml", "--max-total=60", *DAY, *rates, "--format=json", folder=tmp_path)
    assert (ran.code, figures(ran)[0]) == (0, Decimal("57.5"))
    same = ("--baseline=w.toml", "--max-increase=0", *DAY, *rates)
    assert here("check", "w.toml", *same, folder=tmp_path).code == 0
    saved = here("estimate", "w.toml", *DAY, *rates, "--format=json", folder=tmp_path)
    (tmp_path / "est.json").write_text(saved.out)
    ran = here("check", "est.json", "--max-total=60", *rates, folder=tmp_path)
    assert (ran.code, ran.out) == (2, "")
    assert "its prices and quantities are made" in ran.err
    assert "--exchange" in ran.err


def test_a_rate_of_long_ago_is_no_pass(tmp_path: Path) -> None:
    (tmp_path / "w.toml").write_text(EUROS)
    old = ("--max-total=60", "--exchange", "usd_per_eur=1.08@2026-01-20", *DAY)
    ran = costplan("check", "w.toml", *old, folder=tmp_path)
    assert ran.code == 3
    assert "unknown: a: price of usd_per_eur: stale: exchange rate of 2026-01-20" in ran.err
    assert 'allow_stale = ["usd_per_eur"]' in ran.err
    stated = here("estimate", "w.toml", *old[1:], "--format=json", folder=tmp_path)
    (tmp_path / "est.json").write_text(stated.out)
    assert here("check", "est.json", "--max-total=60", folder=tmp_path).code == 3
    allowed = EUROS.replace('["n8n/pro"]', '["n8n/pro", "usd_per_eur"]')
    (tmp_path / "w.toml").write_text(allowed)
    ran = here("check", "w.toml", *old, folder=tmp_path)
    assert ran.code == 0
    assert "stale: exchange rate of 2026-01-20 (allowed)" in ran.out


def test_a_diff_takes_a_stated_rate(tmp_path: Path) -> None:
    (tmp_path / "w.toml").write_text(EUROS)
    (tmp_path / "more.toml").write_text(EUROS.replace("1_000\n\n", "2_000\n\n"))
    both = ("w.toml", "more.toml", *DAY)
    assert here("diff", *both, folder=tmp_path).code == 2
    rates = ("--exchange", "usd_per_eur=1.08@2026-11-20")
    ran = here("diff", *both, *rates, "--format=json", folder=tmp_path)
    assert ran.code == 0, ran.err
    (stack,) = ran.data["stacks"]
    assert (stack["base"]["total_monthly"], stack["difference"]) == (
        Decimal("57.5"),
        Decimal("3.5"),
    )
    for name in ("a.json", "b.json"):
        here("estimate", "w.toml", *DAY, *rates, "--format=json", f"--out={name}", folder=tmp_path)
    ran = here("diff", "a.json", "b.json", *rates, folder=tmp_path)
    assert (ran.code, ran.out) == (2, "")
    assert "their exchange rates are made" in ran.err
