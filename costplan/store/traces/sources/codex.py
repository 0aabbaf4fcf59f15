"""Transcripts of Codex: ``sessions/**/*.jsonl`` below its folder.

Each ``token_count`` has the turn's own count and the session's so far; events are repeated, and one
whose sum did not grow is no further turn. Where the turn's own is missing it is what the sum grew
by. The model is the one of the last ``turn_context``; the input holds its cached part, the output
its reasoning.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from costplan.store.traces.columns import INSIDE
from costplan.store.traces.shape import NOT_A_REQUEST, LeftOut, Record, Row, Shape, Shaped

REPEATED: LeftOut = "an event that repeats the last count"
COUNTED = ("input_tokens", "cached_input_tokens", "output_tokens", "reasoning_output_tokens")
SHAPE = Shape(
    name="codex",
    about="transcripts of Codex (~/.codex/sessions/**/*.jsonl)",
    needs=(("payload", "type", "timestamp"),),
    paths={
        "time": ("timestamp",),
        "vendor": ("=openai",),
        "model": ("model",),
        "input_tokens": ("input_tokens",),
        "cache_read_tokens": ("cached_input_tokens",),
        "output_tokens": ("output_tokens",),
        "reasoning_tokens": ("reasoning_output_tokens",),
        "conversation": ("session",),
        "tenant": ("cwd",),
        "step": ("=session",),
    },
    input_holds=INSIDE,
    output_holds=INSIDE,
)


class Adapter:
    """Rows of one session: what it said last holds for what follows."""

    def __init__(self, shaped: Shaped) -> None:
        self._plain = shaped(SHAPE)
        self._said: dict[str, Any] = {}
        self._sum: dict[str, int] = {}

    def rows(self, record: Record) -> Iterable[Row | LeftOut]:
        """The row of an event that counts a turn."""
        payload = record.get("payload")
        if not isinstance(payload, Mapping):
            yield NOT_A_REQUEST
            return
        for key, name in (("model", "model"), ("cwd", "cwd"), ("id", "session")):
            value = payload.get(key)
            if isinstance(value, str) and record.get("type") in ("turn_context", "session_meta"):
                self._said[name] = value
        info = payload.get("info")
        if payload.get("type") != "token_count" or not isinstance(info, Mapping):
            yield NOT_A_REQUEST
            return
        turn = self._turn(info)
        if turn is None:
            yield REPEATED
            return
        model = info.get("model")
        own = {"model": model} if isinstance(model, str) else {}
        yield from self._plain.rows(
            {"timestamp": record.get("timestamp"), **self._said, **own, **turn}
        )

    def _turn(self, info: Record) -> Record | None:
        """The counts of a turn; None where the event only says again what the last one said."""
        whole, last = _counts(info.get("total_token_usage")), info.get("last_token_usage")
        if whole is not None:
            if whole == self._sum:
                return None
            before, self._sum = self._sum, whole
            if not isinstance(last, Mapping):
                return {name: value - before.get(name, 0) for name, value in whole.items()}
        return last if isinstance(last, Mapping) else None


def _counts(given: Any) -> dict[str, int] | None:
    if not isinstance(given, Mapping):
        return None
    return {name: value for name in COUNTED if type(value := given.get(name)) is int}
