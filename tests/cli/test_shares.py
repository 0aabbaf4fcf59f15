"""A share on the command line: 0.99, 99% and 99 % are one, in every option that takes a share."""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path

import pytest
from run import DAY, WORKLOAD, costplan

from costplan.cli.common.words import percentage, share
from costplan.problems import BadUsage

WRITTEN = {
    "0.99": "0.99",
    "99%": "0.99",
    "99 %": "0.99",
    " 99.5 % ": "0.995",
    "0": "0",
    "1": "1",
    "100%": "1",
    "0.5%": "0.005",
}
RULES = {"--min-reliability": "min_reliability", "--max-vendor-share": "vendor_share"}


@pytest.mark.parametrize("text", WRITTEN)
def test_a_share_is_read_as_it_is_written(text: str) -> None:
    assert share("--x", text) == Decimal(WRITTEN[text])


@pytest.mark.parametrize(
    ("text", "says", "hint"),
    [
        ("99", "--x is 99: it is a share between 0 and 1", "as a share 0.99, in per cent '99 %'"),
        ("101%", "--x is 101%: it is a share between 0 and 1", None),
        ("-1%", "--x is -1%: it is a share between 0 and 1", None),
        ("120", "--x is 120: it is a share between 0 and 1", None),
        ("%", "--x: '' is not a number", None),
        ("most %", "--x: 'most' is not a number", None),
        ("nan%", "--x: nan is not a finite number under 1e15", None),
    ],
)
def test_what_is_no_share_is_refused(text: str, says: str, hint: str | None) -> None:
    with pytest.raises(BadUsage) as refused:
        share("--x", text)
    assert (str(refused.value), refused.value.hint) == (says, hint)


def test_a_percentage_is_known_by_its_sign() -> None:
    assert percentage("--x", "10 %") == percentage("--x", "10%") == 10
    assert percentage("--x", "10") is None


@pytest.mark.parametrize("option", RULES)
@pytest.mark.parametrize("words", [("0.97",), ("97%",), ("97 %",), ("97", "%")])
def test_a_check_holds_to_a_share(option: str, words: tuple[str, ...], tmp_path: Path) -> None:
    """Also as a shell splits 97 %, which is no name of a workload."""
    (tmp_path / "costplan.toml").write_text(WORKLOAD)
    ran = costplan("check", option, *words, "--format", "json", *DAY, folder=tmp_path)
    (verdict,) = [one for one in json.loads(ran.out)["verdicts"] if one["rule"] == RULES[option]]
    assert verdict["deny"] == 0.97


def test_an_increase_in_per_cent_may_have_a_space(tmp_path: Path) -> None:
    (tmp_path / "w.toml").write_text(WORKLOAD)
    limits = []
    for words in (("10%",), ("10 %",), ("10", "%")):
        given = ("--baseline", "w.toml", "--max-increase", *words, "--format", "json", *DAY)
        ran = costplan("check", "w.toml", *given, folder=tmp_path)
        (verdict,) = [
            one for one in json.loads(ran.out)["verdicts"] if one["rule"] == "increase_percent"
        ]
        limits.append(verdict["deny"])
    assert limits == [10, 10, 10]


@pytest.mark.parametrize("words", [("90%",), ("90 %",), ("90", "%")])
def test_compare_takes_a_reliability_in_per_cent(words: tuple[str, ...], tmp_path: Path) -> None:
    (tmp_path / "w.toml").write_text(WORKLOAD)
    plain = costplan("compare", "w.toml", "--at-reliability", "0.9", *DAY, folder=tmp_path)
    ran = costplan("compare", "w.toml", "--at-reliability", *words, *DAY, folder=tmp_path)
    assert (ran.code, ran.out) == (0, plain.out)
