"""A workload names a trace of arrivals: the fleet is sized for it, bursts are not smoothed away."""

import csv
from pathlib import Path

import pytest
from run import DAY, costplan

from costplan.problems import BadUsage
from costplan.store.files.capacity import CapacityFiles

ROOT = Path(__file__).resolve().parents[2]
TRACE = ROOT / "tests" / "data" / "azure_chat_2023-11.csv"
WORKLOAD = """
name = "probe"
traffic.requests_per_month = 1_000_000
[[step]]
name = "answer"
model = "chat"
input_tokens = 1_000
output_tokens = 200
success = 0.9
[stack.a]
chat = "openai/gpt-6.1-terra"
[strategy]
gpus = { arrivals = "arrivals.csv", concurrency = 26, spare = 1 }
"""


def compare(folder: Path) -> str:
    (folder / "w.toml").write_text(WORKLOAD)
    ran = costplan("compare", "w.toml", "--full", *DAY, folder=folder)
    assert ran.code == 0, ran.err
    return " ".join(ran.out.split())


def test_azures_chat_hour_needs_52_slots(tmp_path: Path) -> None:
    rows = [row for row in TRACE.read_text().splitlines() if not row.startswith("#")]
    with (tmp_path / "arrivals.csv").open("w") as file:
        file.write("seconds,service_seconds\n")
        for row in csv.DictReader(rows):
            service = 0.15 + 0.0001 * int(row["input_tokens"]) + 0.03 * int(row["output_tokens"])
            file.write(f"{row['offset_seconds']},{service}\n")
    said = compare(tmp_path)
    assert "3 x aws/p5.4xlarge: 52 slots by Erlang-C" in said  # 52 / 26 machines and one spare
    assert "bursty" not in said


def test_bursts_are_replayed_and_said(tmp_path: Path) -> None:
    rows = [f"{minute * 60 + place * 0.01},2" for minute in range(60) for place in range(100)]
    (tmp_path / "arrivals.csv").write_text("\n".join(rows))
    said = compare(tmp_path)
    assert "warning: arrivals are bursty" in said
    assert "a replay of the trace needs 9" in said  # a hundred at once, two seconds each


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "has no arrivals"),
        ("seconds,service_seconds\n1,2\nx,3\n", ":3: not seconds,service_seconds"),
        ("1,2\n3,-1\n", ":2: not"),
        ("1,2\nnan,1\n", ":2: not"),
    ],
)
def test_what_is_no_trace_is_refused(text: str, words: str, tmp_path: Path) -> None:
    (tmp_path / "arrivals.csv").write_text(text)
    with pytest.raises(BadUsage) as caught:
        CapacityFiles(tmp_path).arrivals("arrivals.csv")
    assert words in caught.value.message
