"""Responses of Cohere: what is billed stands apart from what was counted, and is what is taken."""

from __future__ import annotations

from costplan.store.traces.shape import Shape

SHAPE = Shape(
    name="cohere",
    about="responses of Cohere (chat, embed, rerank)",
    needs=(("usage.billed_units",), ("meta.billed_units",)),
    paths={
        "time": ("created_at", "timestamp"),
        "vendor": ("=cohere",),
        "model": ("model",),
        "input_tokens": ("usage.billed_units.input_tokens", "meta.billed_units.input_tokens"),
        "output_tokens": ("usage.billed_units.output_tokens", "meta.billed_units.output_tokens"),
        "input_image_tokens": ("meta.billed_units.image_tokens",),
        "searches": ("usage.billed_units.search_units", "meta.billed_units.search_units"),
        "identity": ("id",),
    },
)
