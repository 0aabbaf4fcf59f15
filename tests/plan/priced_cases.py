"""Random workloads and stacks over a small catalogue that has every way to bill in it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from hypothesis import strategies as st

from costplan.problems import InvalidInput
from costplan.record import read
from costplan.workload.model import Workload

CHATS = (
    {"offer": "m/tiered", "success": "0.97"},
    {"offer": "m/tiered", "output_factor": "1.3", "input_factor": "0.9"},
    {"offer": "m/night", "success": "0.9"},
    {"offer": "m/silent"},
    {"offer": "g/box", "hours": 730, "instances": 2, "tokens_per_second": 900},
)
INDEXED: tuple[Mapping[str, Any], ...] = (
    {"offer": "v"},
    {"offer": "v/plans/free"},
    {"offer": "v/plans/paid"},
    {"offer": "v/nodes", "replicas": 2},
    {"offer": "v/nodes", "nodes": 3},
)
FOUND = ({"offer": "t/calls"}, {"offer": "t/packs"}, {"offer": "t/calls", "chunks": 9})
shares = st.sampled_from(["0.5", "0.9", "0.97", "1"]).map(Decimal)
numbers = st.sampled_from([0, 1, 700, 1_000, 4_096])
money = st.sampled_from(["0.01", "7", "120.5", "2000"]).map(Decimal)


def _binding(given: Mapping[str, Any]) -> dict[str, Any]:
    return {key: Decimal(value) if key != "offer" else value for key, value in given.items()}


@st.composite
def _steps(draw: st.DrawFn) -> list[dict[str, Any]]:
    reason: dict[str, Any] = {
        "name": "reason",
        "model": "chat",
        "input_tokens": Decimal(draw(st.sampled_from([1_500, 2_500]))),
        "output_tokens": Decimal(draw(st.sampled_from([0, 333]))),
        "success": draw(shares),
        "detection_rate": draw(shares),
        "max_attempts": draw(st.integers(1, 3)),
    }
    if draw(st.booleans()):
        reason["cacheable_tokens"] = Decimal(1_200)
    extra = draw(st.sampled_from(["", "vote", "early", "fallback", "batch"]))
    if extra in ("vote", "early"):
        reason["vote"] = {"runs": 3, "stop_early": extra == "early"}
    elif extra == "fallback":
        reason["fallback"] = {"model": "judge", "success": Decimal("0.8")}
    elif extra == "batch":
        reason["mode"] = "batch"
    steps = [
        {"name": "look", "index": "passages", "calls": Decimal("1.5"), "success": draw(shares)},
        reason,
        {"name": "act", "tool": "finder", "success": draw(shares)},
        {
            "name": "check",
            "model": "judge",
            "input_tokens": Decimal(900),
            "output_tokens": Decimal(20),
            "judges": ["look", "reason"],
            "sensitivity": draw(shares),
            "false_positive_rate": Decimal("0.1"),
            "on_reject": {"restart": "look", "max_attempts": draw(st.integers(1, 2))},
        },
    ]
    return [one for one in steps if one["name"] in ("reason", "check") or draw(st.booleans())]


@st.composite
def _terms(draw: st.DrawFn) -> dict[str, Any]:
    patterns = st.sampled_from(["m/*", "t/calls", "*", "e/*"])
    found: dict[str, Any] = {}
    if draw(st.booleans()):
        found["discount"] = [
            {"offers": draw(patterns), "percent": Decimal(12)},
            {
                "offers": draw(patterns),
                "bands": [{"up_to": Decimal(40), "percent": Decimal(5)}, {"percent": Decimal(30)}],
                "mode": draw(st.sampled_from(["graduated", "volume"])),
            },
        ]
    if draw(st.booleans()):
        found["commitment"] = [
            {
                "name": "deal",
                "offers": draw(patterns),
                "monthly": draw(money),
                "percent": Decimal(20),
                "overage_percent": Decimal(10),
            }
        ]
    if draw(st.booleans()):
        found["credit"] = [
            {"name": "gift", "offers": draw(patterns), "amount": draw(money)},
            {"name": "start", "offers": "*", "amount": draw(money), "one_time": True},
        ]
    return found


@st.composite
def workloads(draw: st.DrawFn) -> Workload:
    """A workload with one stack, ``s``; some cannot be billed."""
    steps = draw(_steps())
    names = [step["name"] for step in steps]
    for step in steps:
        if "judges" in step:
            step["judges"] = [name for name in step["judges"] if name in names]
            step["on_reject"]["restart"] = names[0]
    stack: dict[str, Any] = {
        "chat": _binding(draw(st.sampled_from(CHATS))),
        "judge": {"offer": "m/tiered"},
        "free_tiers": draw(st.booleans()),
    }
    data: dict[str, Any] = {
        "name": "random",
        "traffic": {
            "requests_per_month": Decimal(draw(st.sampled_from([0, 3, 500, 9_999, 250_000]))),
            "growth_per_month": Decimal("0.1"),
        },
        "step": steps,
        "fixed": [{"name": "on-call", "monthly": Decimal(draw(numbers)), "purpose": "people"}],
        "stack": {"s": stack},
        **draw(_terms()),
    }
    if draw(st.booleans()):
        data["traffic"] |= {"hourly": [Decimal(hour % 5) for hour in range(24)]}
    if "look" in names:
        data["index"] = {"passages": _index(draw)}
        stack["passages"] = _binding(draw(st.sampled_from(INDEXED)))
        how = draw(st.sampled_from([{"offer": "m/silent"}, {"none": "the index embeds"}]))
        stack["embedder"] = dict(how)
    if "act" in names:
        stack["finder"] = _binding(draw(st.sampled_from(FOUND)))
        data["tool"] = {"finder": {"chunks": Decimal(3)}}
    _platform(draw, data, stack)
    return _read(data)


def _index(draw: st.DrawFn) -> dict[str, Any]:
    return {
        "vectors": Decimal(draw(st.sampled_from([0, 4_000, 3_000_000]))),
        "dimensions": Decimal(768),
        "upserts_per_month": Decimal(draw(numbers)),
        "embedding": "embedder",
        "query_tokens": Decimal(40),
        "chunk_tokens": Decimal(300),
    }


def _platform(draw: st.DrawFn, data: dict[str, Any], stack: dict[str, Any]) -> None:
    if draw(st.booleans()):
        data["observability"] = {"seats": Decimal(2), "sample": draw(shares)}
        stack["observability"] = "o/traces"
    if draw(st.booleans()):
        data["runtime"] = {
            "active_cpu_seconds": Decimal("0.7"),
            "wall_seconds": Decimal(4),
            "memory_gib": Decimal(1),
        }
        stack["runtime"] = "e/seconds"
        if draw(st.integers(0, 4)):  # without a rate the offer cannot be billed
            rate = {"rate": Decimal("1.0873"), "date": date(2026, 11, 20), "source": "a bank"}
            data["exchange"] = {"usd_per_eur": rate}
    if draw(st.booleans()):
        data["human"] = {"cost_per_case": Decimal("4.5"), "success": Decimal("0.98")}
    if draw(st.booleans()):
        data["conversation"] = {
            "step": "reason",
            "turns": draw(st.integers(1, 4)),
            "fixed_tokens": Decimal(900),
            "user_tokens": Decimal(50),
            "output_tokens": Decimal(200),
            "gap_seconds": Decimal(draw(st.sampled_from([0, 90, 400]))),
            "cacheable": draw(st.sampled_from(["all", "fixed", "none"])),
        }
        for step in data["step"]:
            if step["name"] == "reason":
                for key in ("input_tokens", "output_tokens", "cacheable_tokens"):
                    step.pop(key, None)
    if draw(st.booleans()):
        data["job"] = [
            {
                "name": "nightly",
                "runs_per_month": Decimal(30),
                "items": Decimal(draw(numbers)),
                "model": "chat",
                "input_tokens": Decimal(2_100),
                "hours": ["22:00-06:00"],
            }
        ]


def _read(data: dict[str, Any]) -> Workload:
    try:
        return read(Workload, data)
    except InvalidInput as error:  # a case that no file can hold is a fault of these cases
        raise AssertionError([str(one) for one in error.problems]) from error
