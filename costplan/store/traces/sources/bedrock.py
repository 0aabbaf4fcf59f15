"""Amazon Bedrock: responses of Converse, and the invocation log (one JSON a line).

The input leaves cached tokens out. In Converse ``cacheDetails`` splits writes by how long they
live; the log has no such split outside of the bodies, which are not read.
"""

from __future__ import annotations

from costplan.store.traces.columns import INSIDE, OUTSIDE
from costplan.store.traces.shape import Shape

WRITTEN = ("usage.cacheWriteInputTokens", "usage.cacheWriteInputTokenCount")
HOUR = "usage.cacheDetails[ttl=1h].inputTokens"
SHAPE = Shape(
    name="bedrock",
    about="responses of Amazon Bedrock's Converse",
    needs=(("usage.inputTokens",),),
    paths={
        "time": ("timestamp",),
        "vendor": ("=bedrock",),
        "model": ("modelId", "model"),
        "input_tokens": ("usage.inputTokens",),
        "output_tokens": ("usage.outputTokens",),
        "total_tokens": ("usage.totalTokens",),
        "cache_read_tokens": ("usage.cacheReadInputTokens", "usage.cacheReadInputTokenCount"),
        "cache_write_tokens": tuple(f"{name} - {HOUR}" for name in WRITTEN),
        "cache_write_1h_tokens": (HOUR,),
        "mode": ("serviceTier.type",),
        "identity": ("requestId", "ResponseMetadata.RequestId"),
    },
    input_holds=OUTSIDE,
    output_holds=INSIDE,
)
LOG = Shape(
    name="bedrock-log",
    about="Amazon Bedrock's model invocation log",
    needs=(("schemaType", "modelId"), ("modelId", "input.inputTokenCount")),
    paths={
        "time": ("timestamp",),
        "vendor": ("=bedrock",),
        "model": ("modelId",),
        "input_tokens": ("input.inputTokenCount",),
        "output_tokens": ("output.outputTokenCount",),
        "cache_read_tokens": ("input.cacheReadInputTokenCount",),
        "cache_write_tokens": ("input.cacheWriteInputTokenCount",),
        "mode": ("input.inputBodyJson.serviceTier.type", "input.inputBodyJson.service_tier"),
        "tenant": ("identity.arn", "accountId"),
        "step": ("requestMetadata.step", "operation"),
        "conversation": ("requestMetadata.session_id",),
        "identity": ("requestId",),
        "failed": ("errorCode",),
    },
    input_holds=OUTSIDE,
    output_holds=INSIDE,
)
