"""A conversation as request classes: one a call, each with what it could find in a cache.

    input(call) = fixed + history + new        history: every earlier turn's kept tokens

The workload says what it marks as cacheable; how much of that is read, written or too short is the
offer's business (``costplan.billing.caching``). A mean context is never priced in place of its
classes: with tiers and caches the mean's price is nobody's.
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Literal

from costplan.quantity import ONE, ZERO, least
from costplan.record import record, replace
from costplan.workload.step import Conversation

Opening = Literal["turn before", "same turn", "nothing"]
"""What the first call of a turn finds of its own conversation: what the turn before wrote; what
this very turn wrote, as a retry does; nothing, as a fallback does, which did not answer before."""


@record
class Prefix:
    """What one call could find in a cache, and what it leaves there. Tokens from the start.

    ``shared``: the prefix that all conversations have in common. ``own``: the prefix that an
    earlier call of the same conversation wrote (0 for the first). ``marked``: up to where this call
    writes. ``gap_seconds``: since that earlier call. ``chance``: the share of turns in which the
    step runs at all, ``turn``: which of the ``turns``, ``turn_gap_seconds`` apart, this call is of.
    ``gaps_vary``: gaps are exponential with that mean, not all equal. ``stored``: the share of
    calls that come while an explicit cache holds the shared prefix. A request without a
    conversation is a conversation of a single turn.
    """

    shared: Decimal = ZERO
    own: Decimal = ZERO
    marked: Decimal = ZERO
    gap_seconds: Decimal = ZERO
    chance: Decimal = ONE
    turn: int = 1
    turns: int = 1
    turn_gap_seconds: Decimal = ZERO
    gaps_vary: bool = False
    stored: Decimal = ZERO

    def scaled(self, factor: Decimal) -> Prefix:
        """The same in another tokenizer."""
        return replace(
            self,
            shared=self.shared * factor,
            own=self.own * factor,
            marked=self.marked * factor,
        )


@record
class Call:
    """One model call of a conversation: tokens and its prefix."""

    input_tokens: Decimal
    output_tokens: Decimal
    prefix: Prefix


def calls(
    conversation: Conversation, opening: Opening = "turn before", chance: Decimal = ONE
) -> Iterator[Call]:
    """The calls of one conversation in order: ``turns`` x (1 + ``tool_calls``).

    ``chance``: the share of turns in which they run, 0 to 1.
    """
    fixed = conversation.fixed_tokens
    loop = conversation.tool_request_tokens + conversation.tool_tokens
    clustered = opening != "nothing"
    history = written = ZERO
    for turn in range(1, conversation.turns + 1):
        new = conversation.retrieval_tokens + conversation.user_tokens
        for number in range(conversation.tool_calls + 1):
            context = fixed + history + new + loop * number
            opens = number == 0
            last = number == conversation.tool_calls
            marked = _marked(conversation, fixed + history, context)
            own = least(written, marked)
            if opens and opening != "turn before":
                own = marked if opening == "same turn" else ZERO
            waited = opens and opening == "turn before"
            yield Call(
                input_tokens=context,
                output_tokens=(
                    conversation.output_tokens if last else conversation.tool_request_tokens
                ),
                prefix=Prefix(
                    shared=ZERO if conversation.cacheable == "none" else fixed,
                    own=own,
                    marked=marked,
                    gap_seconds=conversation.gap_seconds if waited else ZERO,
                    chance=chance if waited or not clustered else ONE,
                    turn=turn if waited else 1,
                    turns=conversation.turns if clustered else 1,
                    turn_gap_seconds=conversation.gap_seconds if clustered else ZERO,
                    gaps_vary=conversation.gaps == "exponential",
                ),
            )
            written = marked
        if not conversation.keep_retrieval and conversation.retrieval_tokens:
            # The next turn's history has no retrieved text, so its prefix parts ways before it.
            written = least(written, fixed + history)
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
