"""The curves that ship, and what is read between and beyond their points."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from math import log, sqrt
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from properties import examples

from costplan.catalog.curves import (
    LatencyTarget,
    Run,
    Shape,
    Weights,
    frontier,
    input_share,
    inside,
    reading,
    reshaped,
)
from costplan.catalog.origin import Origin
from costplan.catalog.throughput import (
    Machine,
    NotMeasured,
    Throughput,
    ThroughputFile,
    TooSmall,
)
from costplan.problems import InvalidInput
from costplan.record import read
from costplan.store.files.folders import built_in_folder
from costplan.store.files.shelves import SlicedFolder
from costplan.store.files.text import DocumentError, parse_toml
from costplan.store.files.throughput import open_throughput, throughput_of

GPT, H100, R1 = "openai/gpt-oss-120b", "h100-sxm", "deepseek-ai/DeepSeek-R1"
MEMORY = {"h100-sxm": 80, "h200-sxm": 141, "b200-sxm": 180, "b300-sxm": 268, "gb200": 186}


def target(tpot_ms: float, ttft_ms: int = 5_000) -> LatencyTarget:
    return LatencyTarget(tpot_ms=Decimal(str(tpot_ms)), ttft_ms=Decimal(ttft_ms))


def shape(tokens_in: int, tokens_out: int) -> Shape:
    return Shape(Decimal(tokens_in), Decimal(tokens_out))


EVEN = shape(1_000, 1_000)


@pytest.fixture(scope="module")
def shipped() -> Throughput:
    return open_throughput()


def test_every_curve_has_a_source_a_day_and_the_size_of_its_model(shipped: Throughput) -> None:
    assert len(shipped.curves) == 236
    assert sum(len(curve.points) for curve in shipped.curves) == 1_675
    for curve in shipped.curves:
        source = shipped.provenance(curve)
        assert "InferenceMAX" in source.source
        assert date(2025, 10, 1) <= source.since <= source.checked <= date(2026, 4, 30)
        assert source.confidence in ("dataset", "unverified")
        assert shipped.weights[curve.model].parameters > 10**9
    assert {curve.accelerator for curve in shipped.curves} == {*MEMORY}
    assert len(shipped.models()) == 14


def test_what_is_not_the_benchmarks_own_shape_is_unverified(shipped: Throughput) -> None:
    own = {shape(1_024, 1_024), shape(8_192, 1_024), shape(1_024, 8_192)}
    for curve in shipped.curves:
        if curve.shape not in own:
            assert shipped.provenance(curve).confidence == "unverified"


def test_no_measurement_is_filed_twice(shipped: Throughput) -> None:
    seen: dict[tuple[object, ...], list[Decimal]] = {}
    for curve in shipped.curves:
        for run in curve.runs():
            key = (curve.model, curve.accelerator, curve.precision, curve.shape, curve.server)
            key = (*key, shipped.provenance(curve).confidence, run.gpus, run.concurrency)
            others = seen.setdefault(key, [])
            # two digits after the point are kept of what was compared in full
            assert all(abs(run.tpot_ms / one - 1) > Decimal("0.001") for one in others)
            others.append(run.tpot_ms)


def test_what_ran_fits_by_the_rule_that_says_what_does(shipped: Throughput) -> None:
    """Sizes of models, memory, cache and the usable share against what in fact ran."""
    held = [
        run.fits(Decimal(MEMORY[curve.accelerator]), shipped.weights[curve.model], curve.shape)
        for curve in shipped.curves
        for run in curve.runs()
    ]
    assert held.count(False) <= len(held) * 0.01


def test_the_catalogue_does_not_take_measurements_for_offers() -> None:
    texts = [text for _, text in SlicedFolder("built-in", built_in_folder()).texts()]
    assert texts
    assert not any("[[curve]]" in text or "[[terms]]" in text for text in texts)


def test_one_model_is_read_alone_and_alike(shipped: Throughput) -> None:
    alone = throughput_of(GPT)
    assert alone.models() == [GPT]
    found, whole = (table.rate(GPT, H100, target(12), EVEN) for table in (alone, shipped))
    assert found[:5] == whole[:5]
    assert throughput_of("nobody/nothing").models() == shipped.models()


# by hand: points of a made-up accelerator, 101 tokens out, so that 100 follow the first

POINTS = ([1, 10, 10, 1_000], [1, 30, 20, 2_000], [1, 20, 25, 2_500], [2, 80, 20, 2_000])


def made(
    points: Sequence[Sequence[object]] = POINTS,
    *more: Mapping[str, object],
    weights: tuple[str, str] | None = None,
    **changed: object,
) -> Throughput:
    """A table of one curve, and of more that differ from it as said."""
    curve = {
        "model": "a/b",
        "accelerator": "x1",
        "precision": "fp8",
        "input_tokens": 100,
        "output_tokens": 101,
        "server": "vllm",
        "origin": {"since": date(2026, 4, 1), "checked": date(2026, 4, 2), "source": "page"},
        "points": points,
    } | changed
    sizes = {}
    if weights is not None:
        parameters, cache = map(Decimal, weights)
        sizes["a/b"] = {"parameters": parameters, "cache": cache, "origin": curve["origin"]}
    source = {"page": {"at": "somewhere", "confidence": "dataset"}}
    source["rumour"] = {"at": "elsewhere", "confidence": "unverified"}
    curves = [curve, *({**curve, **one} for one in more)]
    return Throughput([read(ThroughputFile, {"source": source, "weights": sizes, "curve": curves})])


def own(tokens: int = 100) -> Shape:
    return shape(tokens, 101)


def test_a_run_s_speed_by_hand() -> None:
    runs = list(made().curves[0].runs())
    # 10 requests x 101 tokens in 1 + 100 x 0.01 = 2 s; 80 x 101 in 2 + 2 = 4 s, on two
    assert [run.speed for run in runs] == [505, Decimal("757.5"), Decimal("404"), 1_010]


def test_the_frontier_leaves_out_what_a_quicker_run_beats() -> None:
    best = frontier(made().curves[0].runs())
    assert [(run.tpot_ms, run.speed) for run in best] == [(10, 505), (20, 1_010)]
    backwards = frontier(reversed(list(made().curves[0].runs())))
    assert [run[:5] for run in backwards] == [run[:5] for run in best]


def test_between_two_points_by_hand() -> None:
    best = frontier(made().curves[0].runs())
    found = reading(best, Decimal(15))
    # from 505 at 10 ms to 1,010 at 20 ms both doubled: the line of logarithms is v = 50.5 t, so
    # 757.5; v t grows from 5,050 to 20,200, so 12,625 at 15 ms, over 15 is 841.67
    assert found is not None
    assert found.speed == round(Decimal(sqrt(757.5 * 12_625 / 15)), 9)
    assert not found.at_least
    assert [run.tpot_ms for run in found.between] == [10, 20]
    x = log(1.2) / log(2)
    expected = sqrt(505 * 2**x * (5_050 + 15_150 * 0.2) / 12)
    at_twelve = reading(best, Decimal(12))
    assert at_twelve is not None
    assert float(at_twelve.speed) == pytest.approx(expected, rel=1e-12)


def test_at_above_and_below_the_points() -> None:
    table = made()
    exact = table.rate("a/b", "x1", target(10), own())
    assert (exact.low, exact.likely, exact.high) == (Decimal("454.5"), 505, Decimal("555.5"))
    assert exact.how.startswith("measured, 100 in, 101 out")
    above = table.rate("a/b", "x1", target(50), own())
    assert (above.likely, above.high) == (1_010, None)
    assert "at least: no run is slower than 20 ms" in above.how
    with pytest.raises(NotMeasured, match="keeps at most 9 ms a token") as raised:
        table.rate("a/b", "x1", target(9), own())
    assert raised.value.hint is not None
    assert raised.value.hint.startswith("the quickest took 10 ms a token and 1,000 ms to the first")


def test_a_first_token_that_takes_too_long_is_no_answer() -> None:
    table = made()
    assert table.rate("a/b", "x1", target(50, 1_500), own()).likely == 505
    with pytest.raises(NotMeasured, match="999 ms to the first"):
        table.rate("a/b", "x1", target(50, 999), own())


def test_a_curve_of_few_points_has_the_wider_band() -> None:
    few = made().rate("a/b", "x1", target(15), own())
    assert few.high is not None
    assert (few.low / few.likely, few.high / few.likely) == (
        pytest.approx(Decimal("0.75")),
        pytest.approx(Decimal("1.4")),
    )
    many = [[1, 10 * step, 10 + step, 100] for step in range(1, 6)]
    dense = made(many).rate("a/b", "x1", target(12.5), own())
    assert dense.high is not None
    assert dense.high / dense.likely == pytest.approx(Decimal("1.17"))
    assert "interpolated between measured runs" in dense.how


def test_input_tokens_take_their_share_by_hand() -> None:
    assert [input_share(Decimal(ms)) for ms in (5, 15, 25, 33, 90)] == [
        Decimal(one) for one in ("0.14", "0.14", "0.28", "0.4", "0.4")
    ]
    assert input_share(Decimal(20)) == Decimal("0.21")
    # 1 in for 1 out at 25 ms: 1.28 of an output token's time; 5 in for 1 out: 2.4
    slower = reshaped(Decimal(240), shape(10, 10), shape(50, 10), Decimal(25))
    assert slower == 128


def test_another_shape_lies_inside_those_measured_or_is_refused() -> None:
    table = made(POINTS, {"input_tokens": 808, "points": [[1, 10, 10, 1_000]]})
    found = table.rate("a/b", "x1", target(10), shape(202, 101))
    # nearest is 100 in: 505 x (1 + 0.14 x 100/101) / (1 + 0.14 x 2)
    assert float(found.likely) == pytest.approx(505 * (1 + 14 / 101) / 1.28, rel=1e-9)
    assert found.high is not None
    assert found.high / found.likely == pytest.approx(Decimal("1.6"))
    assert found.likely / found.low == pytest.approx(Decimal("1.6"))
    assert "interpolated from 100 in, 101 out, an input token at 0.14 of an output" in found.how
    for asked in (shape(50, 101), shape(900, 101), shape(2_000, 2_000)):
        assert not inside(asked, [own(), own(808)])
        with pytest.raises(NotMeasured, match="was not measured with requests like") as raised:
            table.rate("a/b", "x1", target(10), asked)
        assert "100 in, 101 out; 808 in, 101 out" in (raised.value.hint or "")


def test_a_longer_prompt_takes_longer_to_its_first_token() -> None:
    table = made(POINTS, {"input_tokens": 808, "points": [[1, 10, 10, 9_000]]})
    table.rate("a/b", "x1", target(10, 2_020), shape(202, 101))
    with pytest.raises(NotMeasured, match="keeps"):
        table.rate("a/b", "x1", target(10, 2_019), shape(202, 101))


def test_what_is_unverified_is_said_and_comes_second() -> None:
    rumour = {"since": date(2026, 4, 1), "checked": date(2026, 4, 1), "source": "rumour"}
    both = made(POINTS, {"origin": rumour, "points": [[1, 90, 10, 1_000]]})
    trusted = both.rate("a/b", "x1", target(10), own())
    assert trusted.likely == 505
    assert "unverified" not in trusted.how
    doubted = made(POINTS, origin=rumour).rate("a/b", "x1", target(10), own())
    assert doubted.how.endswith("by vllm, unverified")
    assert doubted.provenance.confidence == "unverified"


def test_servers_are_pooled_and_named() -> None:
    other = {"server": "sglang", "points": [[1, 100, 20, 2_000]]}
    found = made(POINTS, other).rate("a/b", "x1", target(15), own())
    assert "by vllm and sglang" in found.how


def test_the_precision_that_delivers_most_answers_unless_one_is_asked() -> None:
    table = made(POINTS, {"precision": "fp4", "points": [[1, 20, 10, 1_000]]})
    assert table.rate("a/b", "x1", target(10), own()).precision == "fp4"
    assert table.rate("a/b", "x1", target(10), own(), precision="fp8").likely == 505
    with pytest.raises(NotMeasured, match="in int4") as raised:
        table.rate("a/b", "x1", target(10), own(), precision="int4")
    assert raised.value.hint == "precisions: fp4, fp8"


# machines


def test_a_replica_must_divide_the_machine() -> None:
    table = made()
    one = table.rate("a/b", "x1", target(20), own(), machine=Machine(1))
    assert one.likely == Decimal("757.5")
    assert table.rate("a/b", "x1", target(20), own(), machine=Machine(8)).likely == 1_010
    with pytest.raises(TooSmall, match="as little as 3 x x1") as raised:
        made(POINTS[3:]).rate("a/b", "x1", target(20), own(), machine=Machine(3))
    assert raised.value.gpus == 2
    assert raised.value.hint == "replicas were measured on 2 of them"


def test_the_asked_shape_s_own_runs_are_what_is_refused() -> None:
    small = {"input_tokens": 808, "points": [[1, 10, 5, 1_000]]}
    table = made(POINTS[3:], small)
    with pytest.raises(TooSmall, match="as little as 1 x x1"):
        table.rate("a/b", "x1", target(20), own(), machine=Machine(1))
    with pytest.raises(NotMeasured, match="keeps") as raised:
        table.rate("a/b", "x1", target(6), own())
    assert "the quickest took 20 ms" in (raised.value.hint or "")


def test_weights_and_cache_must_fit_by_hand() -> None:
    weights = Weights(
        parameters=Decimal(40 * 10**9),
        cache=Decimal(10**6),
        origin=Origin(since=date(2026, 4, 1), checked=date(2026, 4, 1), source="page"),
    )
    assert weights.gigabytes("bf16") == 80
    assert weights.gigabytes("fp4") == Decimal("22.4")
    # 10 requests of 100 in and half of 100 out: 1,500 tokens x 1 MB = 1.5 GB beside 40 GB
    run: Run = next(made().curves[0].runs())
    asked = shape(100, 100)
    assert run.fits(Decimal("41.5") / Decimal("0.92") + Decimal("0.001"), weights, asked)
    assert not run.fits(Decimal("41.5") / Decimal("0.92") - Decimal("0.001"), weights, asked)
    # the same points with 40 times the context: 60 GB of cache
    assert not run.fits(Decimal(80), weights, shape(4_000, 4_000))


def test_a_run_that_does_not_fit_with_the_asked_requests_does_not_count() -> None:
    big = (str(40 * 10**9), str(10**6))
    table = made(([1, 10, 10, 100], [1, 300, 20, 200]), weights=big)
    roomy = table.rate("a/b", "x1", target(30), own(), machine=Machine(1, Decimal(99)))
    tight = table.rate("a/b", "x1", target(30), own(), machine=Machine(1, Decimal(60)))
    assert tight.likely < roomy.likely
    assert tight.between[0].concurrency == 10
    with pytest.raises(
        TooSmall, match="does not fit into 1 x x1: its weights take 40 GB"
    ) as raised:
        table.rate("a/b", "x1", target(30), own(), machine=Machine(1, Decimal(40)))
    assert raised.value.gpus == 1


def test_the_shipped_model_too_large_for_one_accelerator(shipped: Throughput) -> None:
    with pytest.raises(TooSmall, match=re.escape("take 375.8 GB, of 165.6 GB")) as raised:
        shipped.rate(R1, "b200-sxm", target(20), EVEN, machine=Machine(1, Decimal(180)))
    assert raised.value.gpus == 4


# refusals


def test_what_was_not_measured_is_said_with_what_was(shipped: Throughput) -> None:
    with pytest.raises(NotMeasured, match="no throughput of 'deepseek-ai/DeepSeek-R2'") as raised:
        shipped.rate("deepseek-ai/DeepSeek-R2", "b200-sxm", target(33), EVEN)
    assert "deepseek-ai/DeepSeek-R1" in (raised.value.hint or "")
    assert "strategy.gpus.modelled" in (raised.value.hint or "")
    with pytest.raises(NotMeasured, match="on 'mi300x'") as raised:
        shipped.rate(R1, "mi300x", target(33), EVEN)
    assert (raised.value.hint or "").startswith(
        "measured on: b200-sxm, gb200, h200-sxm; [strategy.gpus"
    )


latencies = st.decimals(5, 60, places=2)


@examples(30)
@given(st.sampled_from([GPT, R1, "Qwen/Qwen3-32B"]), latencies, latencies)
def test_a_laxer_target_never_delivers_less(model: str, one: Decimal, other: Decimal) -> None:
    table = throughput_of(model)
    for accelerator in table.accelerators(model):
        try:
            quick = table.rate(model, accelerator, target(float(min(one, other))), EVEN)
        except NotMeasured:
            continue
        slow = table.rate(model, accelerator, target(float(max(one, other))), EVEN)
        if quick.between[0].curve.shape == slow.between[0].curve.shape:
            assert quick.likely <= slow.likely
        assert quick.low <= quick.likely
        assert quick.high is None or quick.likely <= quick.high


# hostile files


def points(*several: Sequence[object]) -> dict[str, Any]:
    return {"points": [*several]}


@pytest.mark.parametrize(
    ("changed", "problem"),
    [
        (points(), "a curve has at least one point"),
        (points([1, 2, 3]), r"a point is \[gpus"),
        (points([1, 8, 0, 100]), "must be more than 0"),
        (points([1, 8, -5, 100]), "must be more than 0"),
        (points([Decimal("1.5"), 8, 5, 100]), "gpus is a whole number"),
        (points([1, Decimal("0.5"), 5, 100]), "concurrency at least 1"),
        (points([1, 8, 5, 100], [1, 8, 5, 100]), "written twice"),
        (points([1, 8, Decimal("nan"), 100]), "finite|number"),
        (points([1, 8, "5", 100]), "must be a number"),
        (
            {"origin": {"since": date(2026, 4, 1), "checked": date(2026, 4, 1), "source": "no"}},
            "no",
        ),
        ({"precision": "fp5"}, "must be one of"),
        ({"colour": "red"}, "unknown key 'colour'"),
    ],
)
def test_a_bad_curve_is_refused(changed: dict[str, Any], problem: str) -> None:
    with pytest.raises(InvalidInput, match=problem):
        made(changed.pop("points", POINTS), **changed)


def test_the_same_curve_twice_is_refused() -> None:
    with pytest.raises(InvalidInput, match="written twice"):
        made(POINTS, {})


@pytest.mark.parametrize("number", ["nan", "inf", "-inf", "1e400"])
def test_a_number_that_is_none_is_refused_with_its_place(tmp_path: Path, number: str) -> None:
    source = built_in_folder() / "throughput" / "inferencemax.toml"
    text = source.read_text(encoding="utf-8").replace("[1, 4, 7.24,", f"[1, 4, {number},", 1)
    path = tmp_path / "throughput" / "mine.toml"
    path.parent.mkdir()
    path.write_text(text, encoding="utf-8")
    parse_toml("mine.toml", text)
    with pytest.raises(DocumentError, match=r"mine\.toml:\d+"):
        open_throughput(tmp_path)


def test_a_curve_of_one_point_is_measured_there_and_at_least_above() -> None:
    table = made(POINTS[:1])
    assert table.rate("a/b", "x1", target(10), own()).likely == 505
    assert table.rate("a/b", "x1", target(11), own()).high is None
    with pytest.raises(NotMeasured, match="keeps"):
        table.rate("a/b", "x1", target(9.99), own())


def test_latencies_that_hardly_differ_are_no_division_by_zero() -> None:
    close = Decimal("10.00000000000000000000000000002")
    table = made([[1, 10, 10, 1_000], [1, 20, close, 1_000]])
    asked = LatencyTarget(
        tpot_ms=Decimal("10.00000000000000000000000000001"), ttft_ms=Decimal(5_000)
    )
    assert table.rate("a/b", "x1", asked, own()).likely == 505


def test_a_bad_file_is_shown_with_its_place(tmp_path: Path) -> None:
    path = tmp_path / "throughput" / "mine.toml"
    path.parent.mkdir()
    path.write_text("sauce = 1\n", encoding="utf-8")
    with pytest.raises(DocumentError, match=r"mine\.toml:1"):
        open_throughput(tmp_path)


def test_a_folder_without_measurements_has_none(tmp_path: Path) -> None:
    assert open_throughput(tmp_path).models() == []
    with pytest.raises(NotMeasured, match="no throughput of 'a/b'"):
        open_throughput(tmp_path).rate("a/b", "x1", target(9), own())
