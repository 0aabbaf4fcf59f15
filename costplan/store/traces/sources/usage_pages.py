"""Pages of OpenAI's and of Anthropic's usage APIs: sums of many requests, one a bucket of time.

How large a request was is lost, so a model with prices by size gets two bounds. OpenAI's input
holds its cached and its written part; its counts by medium leave cached ones out. Anthropic's input
leaves both out, and ``context_window`` says on which side of 200,000 a request was, and no more.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from costplan.store.traces.columns import INSIDE, OUTSIDE
from costplan.store.traces.paths import maps
from costplan.store.traces.shape import NOT_A_REQUEST, LeftOut, Record, Row, Shape, Shaped

OPENAI = Shape(
    name="openai-usage",
    about="pages of OpenAI's usage API (/organization/usage/completions)",
    needs=(
        ("data[].results[].num_model_requests",),
        ("data[].results[].input_uncached_tokens",),
    ),
    paths={
        "time": ("start_time",),
        "vendor": ("=openai",),
        "model": ("model",),
        "requests": ("num_model_requests",),
        "size_low": ("=0",),
        "size_high": ("input_tokens",),
        "input_tokens": ("input_tokens",),
        "output_tokens": ("output_tokens",),
        "cache_read_tokens": ("input_cached_tokens - input_cached_audio_tokens",),
        "cache_read_audio_tokens": ("input_cached_audio_tokens",),
        "cache_write_tokens": ("input_cache_write_tokens",),
        "input_audio_tokens": ("input_audio_tokens",),
        "input_image_tokens": ("input_image_tokens",),
        "output_audio_tokens": ("output_audio_tokens",),
        "output_image_tokens": ("output_image_tokens",),
        "mode": ("own.mode", "service_tier"),
        "tenant": ("project_id", "user_id", "api_key_id"),
    },
    input_holds=INSIDE,
    output_holds=INSIDE,
)
ANTHROPIC = Shape(
    name="anthropic-usage",
    about="pages of Anthropic's usage report (/organizations/usage_report/messages)",
    needs=(("data[].results[].uncached_input_tokens",),),
    paths={
        "time": ("starting_at",),
        "vendor": ("=anthropic",),
        "model": ("model",),
        "requests": ("requests", "=0"),
        "size_low": ("own.low", "=0"),
        "size_high": ("own.high", "=1000000"),
        "input_tokens": ("uncached_input_tokens",),
        "output_tokens": ("output_tokens",),
        "cache_read_tokens": ("cache_read_input_tokens",),
        "cache_write_tokens": ("cache_creation.ephemeral_5m_input_tokens",),
        "cache_write_1h_tokens": ("cache_creation.ephemeral_1h_input_tokens",),
        "web_searches": ("server_tool_use.web_search_requests",),
        "mode": ("speed", "service_tier"),
        "region": ("inference_geo",),
        "tenant": ("workspace_id", "api_key_id", "account_id"),
    },
    input_holds=OUTSIDE,
    output_holds=INSIDE,
)
SIZES = {"0-200k": (0, 200_000), "200k-1M": (200_001, 1_000_000)}
"""The smallest and the largest input of a ``context_window``."""


class Adapter:
    """A row a result of a bucket, with the bucket's time."""

    def __init__(self, shape: Shape, shaped: Shaped) -> None:
        self._plain = shaped(shape)

    def rows(self, record: Record) -> Iterable[Row | LeftOut]:
        """The rows of a page."""
        seen = False
        for bucket in maps(record.get("data")):
            around = {key: value for key, value in bucket.items() if not isinstance(value, list)}
            for result in maps(bucket.get("results")):
                seen = True
                yield from self._plain.rows({**around, **result, "own": _own(result)})
        if not seen:
            yield NOT_A_REQUEST


def _own(result: Record) -> dict[str, Any]:
    row: dict[str, Any] = {}
    window = result.get("context_window")
    if isinstance(window, str) and window in SIZES:
        row["low"], row["high"] = SIZES[window]
    if result.get("batch") is True:
        row["mode"] = "batch"
    return row
