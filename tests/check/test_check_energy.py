"""Limits on electricity and carbon: what is not known is no pass."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from check_cases import judged, only
from run import costplan

from costplan.api.estimating import estimate_opened
from costplan.document.estimate import EstimateDocument
from costplan.store.files.workloads import read_workload

HEAD = """\
name = "drawn"
traffic.requests_per_month = 100_000

[[step]]
name = "answer"
model = "chat"
input_tokens = 1_024
output_tokens = 1_024
"""
API = '\n[stack.api]\nchat = "openai/gpt-6-luna"\n'
RENT = '\n[stack.rent]\nchat = { offer = "lambda/gpu-1x-h100-sxm", tokens_per_second = 100 }\n'
DAY = date(2026, 11, 22)


def bills(words: str) -> EstimateDocument:
    return estimate_opened(read_workload("costplan.toml", HEAD + words, Path("/nowhere")), DAY)


def test_a_check_holds_it_to_limits_and_lets_nothing_unknown_pass() -> None:
    known = bills(RENT + '[energy]\ncountry = "DEU"\n')
    found = known.estimates[0].energy
    assert found is not None
    assert found.kwh is not None
    assert only(judged(known, {"kwh": found.kwh.likely}), "kwh").status == "pass"
    assert only(judged(known, {"kwh": round(found.kwh.likely) - 1}), "kwh").status == "deny"
    assert only(judged(known, {"kgco2e": {"warn": 1}}), "kgco2e").status == "warn"
    lacking = bills(API + "[energy]\n")
    assert only(judged(lacking, {"kwh": 10**9}), "kwh").status == "unknown"
    nowhere = bills(RENT + "[energy]\n")
    assert only(judged(nowhere, {"kwh": 10**9}), "kwh").status == "pass"
    assert only(judged(nowhere, {"kgco2e": 10**9}), "kgco2e").status == "unknown"
    unasked = only(judged(bills(RENT), {"kwh": 10**9}), "kwh")
    assert (unasked.status, unasked.reason) == ("unknown", "the workload has no [energy]")


def test_the_options_of_the_command(tmp_path: Path) -> None:
    path = tmp_path / "costplan.toml"
    path.write_text(HEAD + RENT + '[energy]\ncountry = "DEU"\n', encoding="utf-8")
    day = ("--as-of", str(DAY))
    over = costplan("check", str(path), "--max-kwh", "100", *day, folder=tmp_path)
    assert over.code == 1
    assert "kwh" in over.out
    held = costplan("check", str(path), "--max-kgco2e", "900", *day, folder=tmp_path)
    assert "kgco2e" in held.out
