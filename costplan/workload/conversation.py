"""A conversation as request classes: one a call, each with what it could find in a cache.

    input(call) = fixed + history + new        history: every earlier turn's kept tokens

The workload says what it marks as cacheable; how much of that is read, written or too short is the
offer's business (``costplan.billing.caching``). A mean context is never priced in place of its
classes: with tiers and caches the mean's price is nobody's.
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from costplan.quantity import ZERO
from costplan.reading import record
from costplan.workload.model import Conversation


@record
class Prefix:
    """What one call could find in a cache, and what it leaves there. Tokens from the start.

    ``shared``: the prefix that all requests have in common. ``own``: the prefix that an earlier
    call of the same conversation wrote (0 for the first). ``marked``: up to where this call writes.
    ``gap_seconds``: since that earlier call.
    """

    shared: Decimal = ZERO
    own: Decimal = ZERO
    marked: Decimal = ZERO
    gap_seconds: Decimal = ZERO


@record
class Call:
    """One model call of a conversation: tokens and its prefix."""

    input_tokens: Decimal
    output_tokens: Decimal
    prefix: Prefix


def calls(conversation: Conversation) -> Iterator[Call]:
    """The calls of one conversation in order: ``turns`` x (1 + ``tool_calls``)."""
    fixed = conversation.fixed_tokens
    loop = conversation.tool_request_tokens + conversation.tool_tokens
    history = written = ZERO
    first = True
    for _ in range(conversation.turns):
        new = conversation.retrieval_tokens + conversation.user_tokens
        gap = conversation.gap_seconds
        for number in range(conversation.tool_calls + 1):
            context = fixed + history + new + loop * number
            last = number == conversation.tool_calls
            marked = _marked(conversation, fixed + history, context)
            yield Call(
                input_tokens=context,
                output_tokens=(
                    conversation.output_tokens if last else conversation.tool_request_tokens
                ),
                prefix=Prefix(
                    shared=ZERO if conversation.cacheable == "none" else fixed,
                    own=ZERO if first else min(written, marked),
                    marked=marked,
                    gap_seconds=gap,
                ),
            )
            written, first, gap = marked, False, ZERO
        if not conversation.keep_retrieval and conversation.retrieval_tokens:
            # The next turn's history has no retrieved text, so its prefix parts ways before it.
            written = min(written, fixed + history)
        history += conversation.user_tokens + loop * conversation.tool_calls
        history += conversation.output_tokens
        if conversation.keep_retrieval:
            history += conversation.retrieval_tokens


def _marked(conversation: Conversation, stable: Decimal, context: Decimal) -> Decimal:
    if conversation.cacheable == "none":
        return ZERO
    if conversation.cacheable == "fixed":
        return conversation.fixed_tokens
    drops = bool(conversation.retrieval_tokens) and not conversation.keep_retrieval
    if drops and not conversation.tool_calls:
        return stable  # writing what no later call reads would cost more than it saves
    return context
