"""Responses of Gemini (``usageMetadata``), alone or as the parts of a stream.

``promptTokenCount`` holds the cached tokens; tokens of a tool's prompt stand beside it and are
billed as input; thoughts stand beside the candidates and are billed as output. Of a stream the last
count is the whole.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from costplan.store.traces.columns import INSIDE
from costplan.store.traces.shape import NOT_A_REQUEST, LeftOut, Record, Row, Shape, Shaped

USE = "usageMetadata"
TOOLS = f"{USE}.toolUsePromptTokenCount"
THOUGHTS = f"{USE}.thoughtsTokenCount"


def _of(details: str, modality: str) -> str:
    return f"{USE}.{details}[modality={modality}].tokenCount"


SHAPE = Shape(
    name="gemini",
    about="responses of Gemini's API and of Vertex AI",
    needs=((f"{USE}.promptTokenCount",), (f"{USE}.totalTokenCount",), ("response", "method")),
    paths={
        "time": ("createTime", "timestamp"),
        "vendor": ("=google",),
        "model": ("modelVersion", "model"),
        "input_tokens": (f"{USE}.promptTokenCount + {TOOLS}",),
        "output_tokens": (f"{USE}.candidatesTokenCount + {THOUGHTS}",),
        "cache_read_tokens": (
            f"{USE}.cachedContentTokenCount - {_of('cacheTokensDetails', 'AUDIO')}",
        ),
        "cache_read_audio_tokens": (_of("cacheTokensDetails", "AUDIO"),),
        "reasoning_tokens": (THOUGHTS,),
        "input_audio_tokens": (
            f"{_of('promptTokensDetails', 'AUDIO')} - {_of('cacheTokensDetails', 'AUDIO')}",
        ),
        "input_image_tokens": (_of("promptTokensDetails", "IMAGE"),),
        "input_video_tokens": (_of("promptTokensDetails", "VIDEO"),),
        "output_audio_tokens": (_of("candidatesTokensDetails", "AUDIO"),),
        "output_image_tokens": (_of("candidatesTokensDetails", "IMAGE"),),
        "mode": (f"{USE}.serviceTier",),
        "identity": ("responseId",),
    },
    input_holds=INSIDE,
    output_holds=INSIDE,
    vendor_said=False,
)


class Adapter:
    """A row a response; the last part with a count where a record holds a stream."""

    def __init__(self, shaped: Shaped) -> None:
        self._plain = shaped(SHAPE)

    def rows(self, record: Record) -> Iterable[Row | LeftOut]:
        """The row of the response."""
        parts = record.get("response")
        if USE in record or not isinstance(parts, list | Mapping):
            yield from self._plain.rows(record)
            return
        whole: Any = [parts] if isinstance(parts, Mapping) else parts
        counted = [part for part in whole if isinstance(part, Mapping) and USE in part]
        if counted:
            around = {key: value for key, value in record.items() if key != "response"}
            yield from self._plain.rows({**around, **counted[-1]})
        else:
            yield NOT_A_REQUEST
