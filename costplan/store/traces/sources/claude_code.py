"""Transcripts of Claude Code: ``projects/PROJECT/SESSION.jsonl`` below its folder.

A message is written again as it streams, with growing counts, and again in what a sub-agent was
given to read: the fullest of one (message, request) counts, and a sub-agent's replay of a message
that the session itself has does not. Messages of the model ``<synthetic>`` the program made itself.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from costplan.store.traces.columns import INSIDE, OUTSIDE
from costplan.store.traces.shape import NOT_A_REQUEST, LeftOut, Record, Row, Shape, Shaped
from costplan.store.traces.sources.anthropic import USAGE

SYNTHETIC: LeftOut = "a message that the program made itself"
SHAPE = Shape(
    name="claude-code",
    about="transcripts of Claude Code (~/.claude/projects/**/*.jsonl)",
    needs=(
        ("sessionId", "timestamp", "message.usage"),
        ("sessionId", "type", "uuid"),
        ("sessionId", "type", "timestamp"),
        ("type", "leafUuid"),
    ),
    paths={
        **{name: tuple(f"message.{path}" for path in paths) for name, paths in USAGE.items()},
        "time": ("timestamp",),
        "vendor": ("=anthropic",),
        "model": ("message.model",),
        "mode": ("own.mode",),
        "step": ("own.step",),
        "conversation": ("sessionId",),
        "tenant": ("cwd",),
        "identity": ("own.identity",),
        "family": ("message.id",),
        "replay": ("isSidechain",),
        "rank": ("own.rank",),
        "cost": ("costUSD",),
        "failed": ("isApiErrorMessage",),
    },
    input_holds=OUTSIDE,
    output_holds=INSIDE,
)


class Adapter:
    """A row a message that has a usage."""

    def __init__(self, shaped: Shaped) -> None:
        self._plain = shaped(SHAPE)

    def rows(self, record: Record) -> Iterable[Row | LeftOut]:
        """The row of a message, with what tells its copies apart."""
        message = record.get("message")
        usage = message.get("usage") if isinstance(message, Mapping) else None
        if not isinstance(message, Mapping) or not isinstance(usage, Mapping):
            yield NOT_A_REQUEST
        elif message.get("model") == "<synthetic>":
            yield SYNTHETIC
        else:
            yield from self._plain.rows({**record, "own": _own(record, message, usage)})


def _own(record: Record, message: Record, usage: Record) -> dict[str, Any]:
    side = record.get("isSidechain") is True
    row: dict[str, Any] = {"step": "sub-agent" if side else "session"}
    speed = usage.get("speed")
    row["mode"] = speed if speed not in (None, "standard") else usage.get("service_tier")
    own, request = message.get("id"), record.get("requestId")
    if isinstance(own, str):
        row["identity"] = f"{own}:{request}" if isinstance(request, str) else own
    tokens = sum(value for value in usage.values() if type(value) is int and 0 <= value < 10**9)
    row["rank"] = (0 if side else 10**11) + 2 * tokens + (speed is not None)
    return row
