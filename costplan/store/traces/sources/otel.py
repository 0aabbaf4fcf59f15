"""OpenTelemetry spans of generative AI, as attributes: the names of today and of before.

Semantic conventions for generative AI (schema gen-ai/1.42.0, all of it in development): the input
should hold every kind of input token, cached ones included, and the output its reasoning. Spans of
agents and workflows carry the sums of their children. Older names are still the default of many
instrumentations (up to 1.36), and three others are common: pydantic-ai, Sentry, Vercel's AI SDK.
"""

from __future__ import annotations

from costplan.store.traces.columns import BY_TOTAL_OR_INSIDE, INSIDE
from costplan.store.traces.shape import Shape

REQUESTS = ("chat", "generate_content", "text_completion", "embeddings")
"""Operations that are requests to a model."""
PARENTS = ("invoke_agent", "create_agent", "invoke_workflow", "plan")
"""Operations that repeat the tokens of the requests below them."""
SHAPE = Shape(
    name="otel",
    about="OpenTelemetry GenAI spans (OTLP JSON lines, the collector's ClickHouse table)",
    needs=(
        ("gen_ai.operation.name",),
        ("gen_ai.usage.input_tokens",),
        ("gen_ai.usage.prompt_tokens",),
        ("gen_ai.request.model",),
        ("ai.usage.promptTokens",),
    ),
    paths={
        "time": ("span.start", "start_time", "Timestamp"),
        "vendor": ("gen_ai.provider.name", "gen_ai.system", "ai.model.provider"),
        "model": ("gen_ai.response.model", "gen_ai.request.model", "ai.model.id"),
        "input_tokens": (
            "gen_ai.usage.input_tokens",
            "gen_ai.usage.prompt_tokens",
            "ai.usage.promptTokens",
        ),
        "output_tokens": (
            "gen_ai.usage.output_tokens",
            "gen_ai.usage.completion_tokens",
            "ai.usage.completionTokens",
        ),
        "cache_read_tokens": (
            "gen_ai.usage.cache_read.input_tokens",
            "gen_ai.usage.cache_read_input_tokens",
            "gen_ai.usage.details.cache_read_tokens",
            "gen_ai.usage.cache_read_tokens",
            "gen_ai.usage.input_tokens.cached",
            "ai.usage.cachedInputTokens",
        ),
        "cache_write_tokens": (
            "gen_ai.usage.cache_creation.input_tokens",
            "gen_ai.usage.cache_creation_input_tokens",
            "gen_ai.usage.details.cache_write_tokens",
            "gen_ai.usage.cache_write_tokens",
            "gen_ai.usage.input_tokens.cache_write",
        ),
        "reasoning_tokens": (
            "gen_ai.usage.reasoning.output_tokens",
            "gen_ai.usage.details.reasoning_tokens",
            "gen_ai.usage.output_tokens.reasoning",
            "ai.usage.reasoningTokens",
        ),
        "input_audio_tokens": ("gen_ai.usage.audio.input_tokens",),
        "output_audio_tokens": ("gen_ai.usage.audio.output_tokens",),
        "input_image_tokens": ("gen_ai.usage.image.input_tokens",),
        "input_video_tokens": ("gen_ai.usage.video.input_tokens",),
        "total_tokens": ("gen_ai.usage.total_tokens", "llm.usage.total_tokens"),
        "mode": ("openai.response.service_tier", "openai.request.service_tier"),
        "step": ("gen_ai.agent.name", "gen_ai.prompt.name", "span.name"),
        "conversation": ("gen_ai.conversation.id", "session.id"),
        "tenant": ("tenant.id", "enduser.id", "user.id"),
        "identity": ("span.identity",),
        "trace": ("span.trace", "TraceId"),
        "failed": ("error.type", "span.error"),
        "attempt": ("span.attempt",),
    },
    input_holds=INSIDE,
    output_holds=BY_TOTAL_OR_INSIDE,
)
