"""Input that would hang a command, or end it in a fault of its own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from run import WORKLOAD, Ran, costplan

OFFER = """\
vendor = "Mine"
source.page = {{ at = "mine.test", confidence = "vendor" }}
[[offer]]
id = "mine/huge"
origin = {{ since = 2026-01-01, checked = 2026-10-01, source = "page" }}
[[offer.charge]]
id = "a"
unit = "u"
{charge}
"""


def refused(ran: Ran) -> None:
    assert (ran.code, ran.out) == (2, ""), ran.err
    assert "Traceback" not in ran.err


@pytest.mark.parametrize("kind", [[], {}, [[]], 1, True, None, "", "estimates"])
@pytest.mark.parametrize("command", [("report",), ("comment", "github", "--dry-run")])
def test_a_kind_of_another_type_is_refused(
    tmp_path: Path, command: tuple[str, ...], kind: object
) -> None:
    (tmp_path / "saved.json").write_text(json.dumps({"kind": kind, "schema_version": "1.0"}))
    refused(costplan(*command, "saved.json", folder=tmp_path))


@pytest.mark.parametrize(
    "charge",
    [
        'quantity = "1e29"\nprice = 100_000_000_000_000\nper = 1e-9',
        'quantity = "1e29"\ntiers = [{ price = 1e14 }]\nper = 1e-9',
        'quantity = "1e29 * 1e29"\nprice = 1',
    ],
)
def test_an_amount_beyond_all_digits_is_refused(tmp_path: Path, charge: str) -> None:
    folder = tmp_path / "pricing" / "compute"
    folder.mkdir(parents=True)
    (folder / "mine.toml").write_text(OFFER.format(charge=charge))
    refused(costplan("price", "mine/huge", folder=tmp_path))


@pytest.mark.timeout(60)  # who waits for a writer waits for good
@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes with names")
@pytest.mark.parametrize("name", ["compute/mine.toml", "throughput/mine.toml", "refreshed/current"])
def test_a_pipe_among_the_prices_is_not_waited_for(tmp_path: Path, name: str) -> None:
    path = tmp_path / "pricing" / name
    path.parent.mkdir(parents=True)
    os.mkfifo(path)
    (tmp_path / "costplan.toml").write_text(WORKLOAD)
    for command in (("compare",), ("estimate",), ("price", "mine/huge")):
        ran = costplan(*command, folder=tmp_path)
        assert ran.code in (0, 2), ran.err


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no full device")
@pytest.mark.parametrize(
    ("command", "code"),
    [(("pricing", "lock"), 0), (("--verbose", "estimate"), 0), (("price", "no/thing"), 2)],
)
def test_a_full_standard_error_changes_no_exit_code(
    tmp_path: Path, command: tuple[str, ...], code: int
) -> None:
    (tmp_path / "costplan.toml").write_text(WORKLOAD)
    with open("/dev/full", "w") as full:
        ran = subprocess.run(
            [sys.executable, "-m", "costplan", *command],
            cwd=tmp_path,
            env={**os.environ, "HOME": str(tmp_path / "nobody")},
            stdout=subprocess.DEVNULL,
            stderr=full,
            timeout=60,
            check=False,
        )
    assert ran.returncode == code


def test_ten_thousand_unknown_keys_are_twenty_problems_and_a_count(tmp_path: Path) -> None:
    keys = "".join(f"k{at} = 1\n" for at in range(10_000))
    (tmp_path / "costplan.toml").write_text(keys + WORKLOAD)
    ran = costplan("estimate", folder=tmp_path)
    refused(ran)
    assert ran.err.count("error: unknown key") == 20
    assert "9,980 more" in ran.err


def test_a_key_that_stands_twice_is_looked_for_once(tmp_path: Path) -> None:
    pairs = ",".join(f'"k{at}":1' for at in range(20_000))
    (tmp_path / "saved.json").write_text(f'{{{pairs},"k19999":2}}')
    ran = costplan("report", "saved.json", folder=tmp_path)
    refused(ran)
    assert "'k19999' stands twice" in ran.err


@pytest.mark.parametrize(
    "command", [("report", "many.json"), ("pricing", "refresh", "--from", "litellm=many.json")]
)
def test_values_beyond_count_are_refused_before_they_are_parsed(
    tmp_path: Path, command: tuple[str, ...]
) -> None:
    (tmp_path / "many.json").write_bytes(b"[" + b"[]," * 700_000 + b"[]]")
    ran = costplan(*command, folder=tmp_path)
    refused(ran)
    assert "holds more than 600,000 values" in ran.err
