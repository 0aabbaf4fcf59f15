"""The measurements that ship, and the lookup that never stretches one of them."""

from __future__ import annotations

from collections import Counter
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from costplan.catalog.throughput import (
    LatencyTarget,
    NotMeasured,
    Throughput,
    ThroughputFile,
)
from costplan.problems import InvalidInput
from costplan.record import read
from costplan.store.files.folders import built_in_folder
from costplan.store.files.shelves import SlicedFolder
from costplan.store.files.text import DocumentError
from costplan.store.files.throughput import open_throughput, read_throughput

PATH = built_in_folder() / "throughput" / "inferencemax.toml"
QUICK = LatencyTarget(tpot_ms=Decimal(10), ttft_ms=Decimal(5_000))
STEADY = LatencyTarget(tpot_ms=Decimal(33), ttft_ms=Decimal(5_000))
R1, B200 = "deepseek-ai/DeepSeek-R1", "b200-sxm"


@pytest.fixture(scope="module")
def file() -> ThroughputFile:
    return read_throughput(PATH)


@pytest.fixture(scope="module")
def table() -> Throughput:
    return open_throughput()


def test_every_block_has_a_source_and_a_date(file: ThroughputFile) -> None:
    assert len(file.measured) == 210
    for one in file.measured:
        source = file.source[one.origin.source]
        assert source.at
        assert date(2025, 10, 1) <= one.origin.checked <= date(2026, 4, 30), one.run
        assert one.origin.since <= one.origin.checked
        named = one.run[:10].replace("_", "-")
        if named[:2] == "20":
            assert str(one.origin.checked) == named


def test_every_model_accelerator_precision_and_target_is_there(file: ThroughputFile) -> None:
    kinds = {
        (one.model, one.accelerator, one.precision, one.target.tpot_ms) for one in file.measured
    }
    assert len({one[0] for one in kinds}) == 14
    assert {one[1] for one in kinds} == {"h100-sxm", "h200-sxm", B200, "b300-sxm", "gb200"}
    assert {one[2] for one in kinds} == {"bf16", "fp8", "fp4", "int4", None}
    assert {one[3] for one in kinds} == {10, 33}
    assert all(one.target.ttft_ms == 5_000 for one in file.measured)


def test_a_block_is_the_only_one_of_its_kind(file: ThroughputFile) -> None:
    keys = Counter(
        (one.model, one.accelerator, one.precision, one.shape, one.target) for one in file.measured
    )
    assert set(keys.values()) == {1}


def test_throughput_concurrency_and_latency_tell_one_story(file: ThroughputFile) -> None:
    """Little's law: requests together = finished a second x seconds each takes."""
    for one in file.measured:
        seconds = (one.ttft_ms + one.tpot_ms * one.output_tokens) / 1_000
        together = one.replica_tokens_per_second / one.output_tokens * seconds
        assert Decimal("0.85") < together / one.concurrency < Decimal("1.15"), one.run


def test_the_catalogue_does_not_take_measurements_for_offers() -> None:
    texts = [text for _, text in SlicedFolder("built-in", built_in_folder()).texts()]
    assert texts
    assert not any("[[measured]]" in text or "[[terms]]" in text for text in texts)


def test_the_best_run_within_the_target(table: Throughput) -> None:
    found = table.best(R1, B200, STEADY)
    assert found.measured.output_tokens_per_second == Decimal("1230.5")
    assert (found.measured.accelerators, found.measured.concurrency) == (4, 128)
    assert found.measured.replica_tokens_per_second == 4_922
    assert found.provenance.checked == date(2026, 3, 25)
    assert "InferenceMAX" in found.provenance.source
    assert table.best(R1, B200, QUICK).measured.output_tokens_per_second == Decimal("823.8")


def test_what_was_measured_counts_not_what_was_aimed_at(table: Throughput) -> None:
    between = LatencyTarget(tpot_ms=Decimal(15), ttft_ms=Decimal(5_000))
    found = table.best(R1, B200, between, precision="fp8").measured
    assert found.target == STEADY  # a run chosen for 33 ms that took 12.2
    assert found.tpot_ms == Decimal("12.2")


@pytest.mark.parametrize("model", open_throughput().models())
def test_a_laxer_target_never_delivers_less(table: Throughput, model: str) -> None:
    for accelerator in table.accelerators(model):
        lax = table.best(model, accelerator, STEADY).measured
        try:
            strict = table.best(model, accelerator, QUICK).measured
        except NotMeasured:
            continue
        assert strict.output_tokens_per_second <= lax.output_tokens_per_second


def test_a_shape_takes_only_runs_as_heavy(table: Throughput) -> None:
    chat = table.best(
        R1, B200, STEADY, input_tokens=Decimal(1_155), output_tokens=Decimal(211)
    ).measured
    assert (chat.input_tokens, chat.output_tokens) == (8_192, 1_024)
    assert chat.output_tokens_per_second == Decimal("491.4")
    even = table.best(
        R1, B200, STEADY, input_tokens=Decimal(1_000), output_tokens=Decimal(1_000)
    ).measured
    assert even.output_tokens_per_second == Decimal("1230.5")
    with pytest.raises(NotMeasured, match="as heavy as 9,000") as raised:
        table.best(R1, B200, STEADY, input_tokens=Decimal(9_000), output_tokens=Decimal(100))
    assert "8,192 in, 1,024 out" in (raised.value.hint or "")


def test_a_precision_narrows(table: Throughput) -> None:
    found = table.best(R1, B200, STEADY, precision="fp8").measured
    assert found.precision == "fp8"
    assert found.output_tokens_per_second == Decimal("750.2")
    with pytest.raises(NotMeasured, match="in int4") as raised:
        table.best(R1, B200, STEADY, precision="int4")
    assert raised.value.hint == "precisions: fp4, fp8"


def test_what_was_not_measured_is_said_with_what_was(table: Throughput) -> None:
    with pytest.raises(NotMeasured, match="no throughput of 'deepseek-ai/DeepSeek-R2'") as raised:
        table.best("deepseek-ai/DeepSeek-R2", B200, STEADY)
    assert "deepseek-ai/DeepSeek-R1" in (raised.value.hint or "")
    with pytest.raises(NotMeasured, match="on 'mi300x'") as raised:
        table.best(R1, "mi300x", STEADY)
    assert raised.value.hint == "measured on: b200-sxm, gb200, h200-sxm"
    hasty = LatencyTarget(tpot_ms=Decimal(1), ttft_ms=Decimal(5_000))
    with pytest.raises(NotMeasured, match="at most 1 ms a token") as raised:
        table.best(R1, B200, hasty)
    assert "the quickest took 7.47 ms" in (raised.value.hint or "")


def block(**changed: object) -> dict[str, object]:
    return {
        "model": "a/b",
        "accelerator": "h100-sxm",
        "input_tokens": 1_024,
        "output_tokens": 1_024,
        "accelerators": 1,
        "concurrency": 8,
        "output_tokens_per_second": Decimal(400),
        "target": {"tpot_ms": 33, "ttft_ms": 5_000},
        "tpot_ms": Decimal(20),
        "ttft_ms": Decimal(100),
        "server": "vllm",
        "run": "one",
        "origin": {"since": date(2026, 4, 1), "checked": date(2026, 4, 1), "source": "page"},
    } | changed


@pytest.mark.parametrize(
    ("blocks", "problem"),
    [
        ([block(tpot_ms=Decimal(40))], "slower than its own target"),
        ([block(), block()], "written twice"),
        ([block(origin={**block()["origin"], "source": "nowhere"})], "unknown source 'nowhere'"),  # type: ignore[dict-item]
        ([block(precision="fp5")], "must be one of"),
        ([block(output_tokens_per_second=0)], "must be more than 0"),
        ([block(colour="red")], "unknown key 'colour'"),
    ],
)
def test_a_bad_block_is_refused(blocks: list[dict[str, object]], problem: str) -> None:
    source = {"page": {"at": "somewhere", "confidence": "dataset"}}
    read(ThroughputFile, {"source": source, "measured": [block()]})
    with pytest.raises(InvalidInput, match=problem):
        read(ThroughputFile, {"source": source, "measured": blocks})


def test_a_bad_file_is_shown_with_its_place(tmp_path: Path) -> None:
    path = tmp_path / "throughput" / "mine.toml"
    path.parent.mkdir()
    path.write_text("sauce = 1\n", encoding="utf-8")
    with pytest.raises(DocumentError, match=r"mine\.toml:1"):
        open_throughput(tmp_path)


def test_a_folder_without_measurements_has_none(tmp_path: Path) -> None:
    assert open_throughput(tmp_path).models() == []
