"""A workload is simulated to logs, calibrated back from them, and costs what the logs cost.

The simulation is a few lines of its own: it writes rows and adds up what each costs by hand, and
knows nothing of cells, workloads or calibration. Prices: ``acme/plain`` 1 and 5 a million, reads
0.1; ``acme/tiered`` 3 and 15, from 1,001 of input on 6 and 30.
"""

from __future__ import annotations

import json
import math
import random
import statistics
import sys
import tomllib
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import tomli
import tomlkit
from run import Ran, costplan
from usage_cases import HEADER, TEXT

MONTH = 730
COLUMNS = (
    *("time", "model", "step", "trace", "conversation", "attempt", "failed", "label"),
    *("input_tokens", "output_tokens", "cache_read_tokens"),
)
MAPS = [f"--map={name}={name}" for name in COLUMNS] + ["--map=vendor==acme"]
START = datetime(2026, 6, 1, tzinfo=UTC)  # a Monday
WORKLOAD = """\
# The shop's assistant.
name = "shop"

[traffic]
requests_per_month = 500      # a guess
hourly = [1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1]

[[step]]
name = "answer"
model = "chat"
input_tokens = 5_000          # from the brochure
output_tokens = 10
success = 0.9

[[step]]                      # half of them
name = "check"
model = "judge"
input_tokens = 10
output_tokens = 10

[stack.own]                   # what we buy
chat = "acme/plain"
judge = "acme/tiered"
"""


class Simulation:
    """Rows, and what they cost by the price list above."""

    def __init__(self, seed: int) -> None:
        self.dice = random.Random(seed)
        self.rows: list[dict[str, Any]] = []
        self.cost = Decimal(0)

    def call(self, model: str, tokens: tuple[int, int, int], **more: Any) -> None:
        sent, read, got = tokens
        names = ("input_tokens", "cache_read_tokens", "output_tokens")
        self.rows.append({"model": model, **dict(zip(names, tokens, strict=True)), **more})
        if more.get("failed"):
            return
        if model == "plain":
            cost = (sent - read) * Decimal(1) + read * Decimal("0.1") + got * Decimal(5)
        else:
            high = 2 if sent > 1_000 else 1
            cost = sent * Decimal(3) * high + got * Decimal(15) * high
        self.cost += cost / 1_000_000

    def write(self, path: Path) -> None:
        path.write_text("".join(json.dumps(row) + "\n" for row in self.rows), encoding="utf-8")


def shop(days: int = 14, judged: bool = False) -> Simulation:
    """Requests round the clock, more at noon; half of them checked, a few tried again."""
    made = Simulation(7)
    for hour in range(days * 24):
        for number in range(12 if hour % 24 == 12 else 5):
            when = (START + timedelta(hours=hour, minutes=number)).isoformat()
            common = {"time": when, "trace": f"{hour}-{number}"}
            sent = made.dice.randint(500, 4_000)
            tokens = (sent, sent // 4, made.dice.randint(20, 600))
            label = {"label": "pass" if made.dice.random() < 0.8 else "fail"} if judged else {}
            made.call("plain", tokens, step="answer", attempt=1, **common, **label)
            if number == 4 and hour % 6 == 0:
                made.call("plain", tokens, step="answer", attempt=2, **common)
            if number % 2:
                made.call("tiered", (300, 0, 40), step="check", **common)
        if hour % 8 == 0:
            failed = {"failed": True, "time": when, "trace": f"{hour}-0"}
            made.call("plain", (100, 0, 0), step="answer", **failed)
    return made


def run(folder: Path, *arguments: str) -> Ran:
    (folder / "pricing" / "tokens").mkdir(parents=True, exist_ok=True)
    (folder / "pricing" / "tokens" / "acme.toml").write_text(HEADER + TEXT, encoding="utf-8")
    return costplan(*arguments, folder=folder)


def estimated(folder: Path, name: str = "shop.toml", stack: str = "own") -> Decimal:
    ran = run(
        folder, "estimate", name, "--stack", stack, "--as-of", "2026-06-15", "--format", "json"
    )
    assert ran.code == 0, ran.err
    (made,) = ran.data["estimates"]
    assert not made["at_least"]
    return made["total_monthly"]


def calibrate(folder: Path, *arguments: str, maps: Sequence[str] = MAPS) -> Any:
    ran = run(folder, "calibrate", *arguments, *maps, "--format", "json")
    assert ran.code == 0, (ran.out, ran.err)
    return ran.data


def test_a_calibrated_workload_costs_what_its_logs_cost(tmp_path: Path) -> None:
    made = shop()
    made.write(tmp_path / "log.jsonl")
    (tmp_path / "shop.toml").write_text(WORKLOAD, encoding="utf-8")
    calibrate(tmp_path, "shop.toml", "log.jsonl")
    truth = made.cost / (14 * 24) * MONTH
    assert abs(estimated(tmp_path) / truth - 1) < Decimal("0.01")
    text = (tmp_path / "shop.toml").read_text("utf-8")
    data = tomllib.loads(text)
    # 14 days of 5 x 23 + 12 requests
    assert data["traffic"]["requests_per_month"] == round(14 * 127 / (14 * 24) * MONTH)
    answer, check = data["step"]
    assert answer["calls"] == pytest.approx(
        1 + 56 / (14 * 127), rel=1e-3
    )  # four further ones a day
    assert check["calls"] == pytest.approx((2 * 23 + 6) / 127, rel=1e-3)
    assert (check["input_tokens"], check["output_tokens"]) == (300, 40)
    # 127 answers, 52 checks, 4 further attempts and 3 failures a day; 12, 6 and 1 of them at noon
    assert data["traffic"]["hourly"][12] == pytest.approx(19 / (186 / 24), rel=1e-3)
    assert data["traffic"]["peak_to_mean"] == pytest.approx(19 / (186 / 24), rel=1e-3)
    # what a person wrote stays, and each number says what it rests on
    for words in (
        "# The shop's assistant.",
        "# half of them",
        "# what we buy",
        "was 500: a guess",
        "was 5_000: from the brochure",
        "columns, 2026-06-01 to 2026-06-14",
    ):
        assert words in text, words
    assert text.count("name = ") == 3


def test_a_second_calibration_changes_nothing(tmp_path: Path) -> None:
    shop().write(tmp_path / "log.jsonl")
    (tmp_path / "shop.toml").write_text(WORKLOAD, encoding="utf-8")
    calibrate(tmp_path, "shop.toml", "log.jsonl")
    once = (tmp_path / "shop.toml").read_text("utf-8")
    again = calibrate(tmp_path, "shop.toml", "log.jsonl")
    assert again["measured"] == []
    assert len(again["unchanged"]) > 5
    assert (tmp_path / "shop.toml").read_text("utf-8") == once


def test_a_dry_run_shows_the_difference_and_writes_nothing(tmp_path: Path) -> None:
    shop().write(tmp_path / "log.jsonl")
    (tmp_path / "shop.toml").write_text(WORKLOAD, encoding="utf-8")
    ran = run(tmp_path, "calibrate", "shop.toml", "log.jsonl", "--dry-run", *MAPS)
    assert ran.code == 0, ran.err
    assert "-requests_per_month = 500" in ran.out
    assert "+requests_per_month = 3_863" in ran.out
    assert (tmp_path / "shop.toml").read_text("utf-8") == WORKLOAD


def test_without_a_workload_one_is_written(tmp_path: Path) -> None:
    made = shop()
    made.write(tmp_path / "log.jsonl")
    ran = run(tmp_path, "calibrate", "log.jsonl", *MAPS, "--out", "new.toml")
    assert ran.code == 0, ran.err
    truth = made.cost / (14 * 24) * MONTH
    assert abs(estimated(tmp_path, "new.toml", "measured") / truth - 1) < Decimal("0.01")
    assert run(tmp_path, "calibrate", "log.jsonl", *MAPS).code == 0
    ran = run(tmp_path, "calibrate", "log.jsonl", *MAPS)
    assert ran.code == 2
    assert "is there already" in ran.err


def test_success_is_asked_for_with_its_sample_or_read_from_labels(tmp_path: Path) -> None:
    (tmp_path / "shop.toml").write_text(WORKLOAD, encoding="utf-8")
    shop().write(tmp_path / "log.jsonl")
    wanted = {
        one["key"]: one["cases"] for one in calibrate(tmp_path, "shop.toml", "log.jsonl")["wanted"]
    }
    # 1.96^2 p (1 - p) / 0.02^2: 865 where p is 0.9, 2,401 where nothing is known
    assert wanted == {"step.answer.success": 865, "step.check.success": 2_401}
    made = shop(judged=True)
    made.write(tmp_path / "log.jsonl")
    found = calibrate(tmp_path, "shop.toml", "log.jsonl")
    labels = [row["label"] for row in made.rows if "label" in row]
    data = tomllib.loads((tmp_path / "shop.toml").read_text("utf-8"))
    assert data["step"][0]["success"] == pytest.approx(labels.count("pass") / len(labels), abs=1e-4)
    assert [one["key"] for one in found["wanted"]] == ["step.check.success"]


def test_means_are_written_as_what_they_may_be(tmp_path: Path) -> None:
    """P5 and P95 lie 1.645 standard errors about the mean of n calls, on a logarithm; of labels
    they are Wilson's. A second time nothing changes, and the bill of the points stays."""
    (tmp_path / "shop.toml").write_text(WORKLOAD, encoding="utf-8")
    made = shop(judged=True)
    made.write(tmp_path / "log.jsonl")
    calibrate(tmp_path, "shop.toml", "log.jsonl")
    plain = tomllib.loads((tmp_path / "shop.toml").read_text("utf-8"))["step"][0]
    calibrate(tmp_path, "shop.toml", "log.jsonl", "--ranges")
    text = (tmp_path / "shop.toml").read_text("utf-8")
    ranged = tomllib.loads(text)["step"][0]
    tokens = [row["output_tokens"] for row in made.rows if row["step"] == "answer"]
    error = statistics.pstdev(tokens) / len(tokens) ** 0.5
    ends = ranged["output_tokens"]
    assert (ends["p5"] * ends["p95"]) ** 0.5 == pytest.approx(plain["output_tokens"], rel=0.01)
    assert ends["p95"] / ends["p5"] == pytest.approx(
        math.exp(2 * 1.645 * error / plain["output_tokens"]), abs=0.01
    )
    labels = [row["label"] for row in made.rows if "label" in row]
    share = labels.count("pass") / len(labels)
    assert ranged["success"]["p5"] < share < ranged["success"]["p95"]
    assert ranged["success"]["p95"] - ranged["success"]["p5"] == pytest.approx(
        2 * 1.645 * (share * (1 - share) / len(labels)) ** 0.5, rel=0.1
    )
    assert "what its mean may be" in text
    again = calibrate(tmp_path, "shop.toml", "log.jsonl", "--ranges")
    assert again["measured"] == []
    assert "step.answer.success" in again["unchanged"]


def test_a_way_of_processing_is_written_as_the_file_spells_it(tmp_path: Path) -> None:
    made = Simulation(4)
    for hour in range(3):
        when = (START + timedelta(hours=hour)).isoformat()
        made.call("plain", (100, 0, 10), time=when, step="answer", mode="batch")
    made.write(tmp_path / "log.jsonl")
    (tmp_path / "shop.toml").write_text(WORKLOAD, encoding="utf-8")
    calibrate(tmp_path, "shop.toml", "log.jsonl", "--map=mode=mode")
    data = tomllib.loads((tmp_path / "shop.toml").read_text("utf-8"))
    assert data["step"][0]["mode"] == "batch"


def test_models_in_use_become_a_stack(tmp_path: Path) -> None:
    shop().write(tmp_path / "log.jsonl")
    text = WORKLOAD.replace('chat = "acme/plain"', 'chat = "acme/tiered"')
    (tmp_path / "shop.toml").write_text(text, encoding="utf-8")
    calibrate(tmp_path, "shop.toml", "log.jsonl")
    data = tomllib.loads((tmp_path / "shop.toml").read_text("utf-8"))
    assert data["stack"]["own"] == {"chat": "acme/tiered", "judge": "acme/tiered"}
    assert data["stack"]["measured"] == {"chat": "acme/plain", "judge": "acme/tiered"}


def test_volume_needs_whole_days_and_the_sampling_rate(tmp_path: Path) -> None:
    made = shop(2)
    made.rows = [row for row in made.rows if row["time"][10:] > "T05" or row["time"] > "2026-06-02"]
    made.write(tmp_path / "log.jsonl")
    (tmp_path / "shop.toml").write_text(WORKLOAD, encoding="utf-8")
    found = calibrate(tmp_path, "shop.toml", "log.jsonl")
    assert found["whole_days"] == 1
    assert "hourly" not in {one["key"] for one in found["measured"]}  # not a whole week
    values = {one["key"]: one["value"] for one in found["measured"]}
    assert values["traffic.requests_per_month"] == "3_863"
    (tmp_path / "shop.toml").write_text(WORKLOAD, encoding="utf-8")
    found = calibrate(tmp_path, "shop.toml", "log.jsonl", "--sampling", "10%")
    values = {one["key"]: one["value"] for one in found["measured"]}
    assert values["traffic.requests_per_month"] == "38_629"
    made.rows = [row for row in made.rows if row["time"] > "2026-06-02T06"]
    made.write(tmp_path / "log.jsonl")
    (tmp_path / "shop.toml").write_text(WORKLOAD, encoding="utf-8")
    found = calibrate(tmp_path, "shop.toml", "log.jsonl")
    assert found["whole_days"] == 0
    assert "traffic.requests_per_month" not in {one["key"] for one in found["measured"]}
    assert "step.answer.input_tokens" in {one["key"] for one in found["measured"]}
    assert "traffic.requests_per_month stays 500: no day of the usage is whole" in found["notes"]


def test_a_volume_that_was_not_measured_is_said(tmp_path: Path) -> None:
    """A new file has no requests of its own: its bill would be nothing, and nobody told."""
    rows = [
        {
            "id": f"g{at}",
            "traceId": f"t{at}",
            "type": "GENERATION",
            "name": "answer",
            "model": "plain",
            "startTime": (START + timedelta(hours=at)).isoformat(),
            "usageDetails": {"input": 10, "output": 5, "total": 15},
        }
        for at in range(72)
    ]
    (tmp_path / "log.jsonl").write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")
    arguments = ("log.jsonl", "--vendor", "acme")
    found = calibrate(tmp_path, *arguments, maps=())
    assert found["notes"][0] == (
        "traffic.requests_per_month stays 0: langfuse is often sampled; --sampling 10% says what "
        "share was logged, --sampling 1 that all was"
    )
    (tmp_path / "costplan.toml").unlink()
    found = calibrate(tmp_path, *arguments, "--sampling", "1", maps=())
    assert not any("requests_per_month" in note for note in found["notes"])
    assert "traffic.requests_per_month" in {one["key"] for one in found["measured"]}


TALK = """\
name = "talk"
traffic.requests_per_month = 10
step = [{ name = "answer", model = "chat" }]
stack.own.chat = "acme/plain"

[conversation]
turns = 2
fixed_tokens = 10
user_tokens = 10
output_tokens = 10
cacheable = "none"
"""


def test_a_conversations_turns_and_growth(tmp_path: Path) -> None:
    """Six turns; 800 fixed, 100 of the user's and 150 of the answer's stay in the history."""
    made = Simulation(3)
    for hour in range(7 * 24):
        for turn in range(6):
            when = (START + timedelta(hours=hour, seconds=90 * turn)).isoformat()
            sent = 800 + turn * 250 + 100
            made.call("plain", (sent, 0, 150), time=when, step="answer", conversation=f"c{hour}")
    made.write(tmp_path / "log.jsonl")
    (tmp_path / "talk.toml").write_text(TALK, encoding="utf-8")
    calibrate(tmp_path, "talk.toml", "log.jsonl")
    data = tomllib.loads((tmp_path / "talk.toml").read_text("utf-8"))
    talk = data["conversation"]
    assert (talk["turns"], talk["fixed_tokens"], talk["user_tokens"]) == (6, 800, 100)
    assert (talk["output_tokens"], talk["gap_seconds"]) == (150, 90)
    assert data["traffic"]["requests_per_month"] == MONTH  # one conversation an hour
    truth = made.cost / (7 * 24) * MONTH
    assert abs(estimated(tmp_path, "talk.toml") / truth - 1) < Decimal("0.01")


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["shop.toml"], "calibrating needs usage"),
        (["shop.toml", "log.jsonl", "--step", "answr=x"], "did you mean 'answer'"),
        (["shop.toml", "log.jsonl", "--step", "answer=x"], "no request was logged as that"),
        (["shop.toml", "log.jsonl", "--sampling", "0"], "above 0 and at most 1"),
        (["shop.toml", "log.jsonl", "--stack", "onw"], "did you mean 'own'"),
        (["other.toml", "log.jsonl"], "no logged step is a step of the workload"),
    ],
)
def test_what_cannot_be_asked(arguments: list[str], says: str, tmp_path: Path) -> None:
    shop(1).write(tmp_path / "log.jsonl")
    (tmp_path / "shop.toml").write_text(WORKLOAD, encoding="utf-8")
    other = WORKLOAD.replace('"answer"', '"one"').replace('"check"', '"two"')
    (tmp_path / "other.toml").write_text(other, encoding="utf-8")
    ran = run(tmp_path, "calibrate", *arguments, *MAPS)
    assert ran.code == 2, ran.out
    assert says in ran.err
    assert (tmp_path / "shop.toml").read_text("utf-8") == WORKLOAD


def test_steps_by_another_name(tmp_path: Path) -> None:
    made = shop(1)
    rename: Callable[[str], str] = {"answer": "chat gpt", "check": "check"}.__getitem__
    made.rows = [{**row, "step": rename(row["step"])} for row in made.rows]
    made.write(tmp_path / "log.jsonl")
    (tmp_path / "shop.toml").write_text(WORKLOAD, encoding="utf-8")
    found = calibrate(tmp_path, "shop.toml", "log.jsonl")
    assert any("logged as 'chat gpt'" in note for note in found["notes"])
    found = calibrate(tmp_path, "shop.toml", "log.jsonl", "--step", "answer=chat gpt")
    assert "step.answer.input_tokens" in {one["key"] for one in found["measured"]}


def test_without_tomlkit_it_says_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "tomlkit", None)
    shop(1).write(tmp_path / "log.jsonl")
    (tmp_path / "shop.toml").write_text(WORKLOAD, encoding="utf-8")
    ran = run(tmp_path, "calibrate", "shop.toml", "log.jsonl", *MAPS)
    assert ran.code == 2
    assert "pip install 'costplan[calibrate]'" in ran.err


OLD_TOMLKIT = "Empty key at line 5 col 11"


def test_a_tomlkit_that_cannot_read_the_file_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Before 0.15 it knew no inline table over several lines."""

    def parse(text: str) -> None:
        raise tomlkit.exceptions.ParseError(5, 11, OLD_TOMLKIT)

    monkeypatch.setattr(tomlkit, "parse", parse)
    shop(1).write(tmp_path / "log.jsonl")
    (tmp_path / "shop.toml").write_text(WORKLOAD, encoding="utf-8")
    ran = run(tmp_path, "calibrate", "shop.toml", "log.jsonl", *MAPS)
    assert ran.code == 2
    assert OLD_TOMLKIT in ran.err
    assert "pip install 'costplan[calibrate]' --upgrade" in ran.err


def test_lines_end_as_they_did(tmp_path: Path) -> None:
    """A file of another system is no changed file, and stays one of that system."""
    shop().write(tmp_path / "log.jsonl")
    file = tmp_path / "shop.toml"
    file.write_text(WORKLOAD, encoding="utf-8", newline="\n")
    calibrate(tmp_path, "shop.toml", "log.jsonl")
    usual = file.read_bytes()
    given = WORKLOAD.replace("\n", "\r\n").encode()
    for mark in (b"", b"\xef\xbb\xbf"):
        file.write_bytes(mark + given)
        calibrate(tmp_path, "shop.toml", "log.jsonl")
        assert file.read_bytes() == usual.replace(b"\n", b"\r\n")
    file.write_bytes(b"\xef\xbb\xbf" + WORKLOAD.encode())
    calibrate(tmp_path, "shop.toml", "log.jsonl")
    assert file.read_bytes() == usual


OVER_LINES = """\
# The shop's assistant.
name = "shop"
traffic = { # as it comes
  requests_per_month = 500, # a guess
  hourly = [1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1]
  # flat
}
step = [
  {
    name = "answer",
    model = "chat",
    input_tokens = 5_000, # from the brochure
    output_tokens = 10,
    success = 0.9 # who knows
  },
  { name = "check", model = "judge", input_tokens = 10, output_tokens = 10, }, # half of them
]
stack = {
  own = { # what we buy
    chat = "acme/plain", judge = "acme/tiered",
  },
}
"""


def test_a_workload_of_tables_over_lines(tmp_path: Path) -> None:
    shop().write(tmp_path / "log.jsonl")
    file = tmp_path / "shop.toml"
    file.write_text(WORKLOAD, encoding="utf-8")
    calibrate(tmp_path, "shop.toml", "log.jsonl")
    usual = tomli.loads(file.read_text("utf-8"))
    file.write_text(OVER_LINES, encoding="utf-8")
    calibrate(tmp_path, "shop.toml", "log.jsonl")
    text = file.read_text("utf-8")
    assert tomli.loads(text) == usual
    for line in OVER_LINES.splitlines():
        assert line.partition("#")[2] in text


ATTEMPTS = """
name = "shop"
traffic.requests_per_month = 500
stack.own.chat = "acme/plain"

[[step]]
name = "answer"
model = "chat"
input_tokens = 1_000
output_tokens = 100
success = 0.9
detection_rate = 0.5
%s
"""


@pytest.mark.parametrize(
    ("allowed", "seen", "failed_at_last", "expected"),
    [
        (None, 3, False, 3),  # more than the workload allows
        (2, 3, False, 3),
        (3, 3, True, None),  # as it has them
        (5, 3, False, None),  # three were enough: that says nothing of a fourth
        (5, 3, True, 3),  # the third failed, and nobody tried again
        (None, 1, True, None),
        (3, 1, True, 1),  # the first failed, and nobody tried again
    ],
)
def test_attempts_are_set_where_the_log_shows_them(
    allowed: int | None, seen: int, failed_at_last: bool, expected: int | None, tmp_path: Path
) -> None:
    made = Simulation(3)
    for hour in range(14 * 24):
        common = {"time": (START + timedelta(hours=hour)).isoformat(), "step": "answer"}
        tried = seen if hour == 5 else 1
        for attempt in range(1, tried + 1):
            last = hour == 5 and attempt == tried
            failed = {"failed": True} if failed_at_last and last else {}
            made.call("plain", (1_000, 0, 100), attempt=attempt, **common, **failed)
    made.write(tmp_path / "log.jsonl")
    said = "" if allowed is None else f"max_attempts = {allowed}"
    (tmp_path / "shop.toml").write_text(ATTEMPTS % said, encoding="utf-8")
    document = calibrate(tmp_path, "shop.toml", "log.jsonl")
    found = {one["key"]: one for one in document["measured"]}
    if expected is None:
        assert "step.answer.max_attempts" not in found
    else:
        assert found["step.answer.max_attempts"]["value"] == str(expected)
    # what a request calls stays what was logged, however often retries run it already
    data = tomllib.loads((tmp_path / "shop.toml").read_text("utf-8"))
    most = data["step"][0].get("max_attempts", 1)
    assert most == (expected or allowed or 1)
    again = calibrate(tmp_path, "shop.toml", "log.jsonl")
    assert "step.answer.max_attempts" not in {one["key"] for one in again["measured"]}
    assert "step.answer.calls" not in {one["key"] for one in again["measured"]}


def test_attempts_that_nothing_says_how_to_notice_are_only_told(tmp_path: Path) -> None:
    shop().write(tmp_path / "log.jsonl")
    (tmp_path / "shop.toml").write_text(WORKLOAD, encoding="utf-8")
    document = calibrate(tmp_path, "shop.toml", "log.jsonl")
    assert "step.answer.max_attempts" not in {one["key"] for one in document["measured"]}
    assert any("up to 2 attempts were logged" in note for note in document["notes"])
