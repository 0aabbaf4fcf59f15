"""A step's model calls in a month: how many of each class, what for, and what each could find in a
cache."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import NamedTuple

from costplan.catalog.fees import BY_CONTEXT, STORAGE
from costplan.quantity import ONE, ZERO, least
from costplan.record import record, replace
from costplan.words import TOKENS, Purpose
from costplan.workload.conversation import Opening, Prefix, calls
from costplan.workload.model import Workload
from costplan.workload.solving import Visits
from costplan.workload.step import Conversation, Step
from costplan.workload.tables import Job

SECONDS_PER_MONTH = Decimal(730 * 3600)
TINY = Decimal("1e-11")
"""Differences of expected visits below this are rounding: visits have 12 digits."""


@record
class ModelCalls:
    """So many calls a month of one class, to whatever model a stack binds to ``role``.

    ``rate_per_second``: conversations that begin a second, requests where there are none.
    """

    role: str
    step: str
    purpose: str
    count: Decimal
    tokens: Mapping[str, Decimal]
    prefix: Prefix | None = None
    mode: str | None = None
    job: Job | None = None
    rate_per_second: Decimal = ZERO
    tags: tuple[str, ...] = ()


class Portion(NamedTuple):
    """So many runs of a step a month for one purpose.

    ``fresh`` of them find in a cache what earlier requests left, the rest what this one did.
    """

    purpose: str
    tags: tuple[str, ...]
    runs: Decimal
    fresh: Decimal


def portions(step: Step, visits: Visits, requests: Decimal) -> list[Portion]:
    """A step's runs: first ones produce, retries and restarts coordinate, votes are redundant."""
    purpose = purpose_of(step)
    whole = visits.runs[step.name] * requests
    spare = visits.redundant.get(step.name, ZERO) * requests
    first = visits.first.get(step.name, ZERO) * requests
    fresh = least(first, requests)
    # A vote's runs go side by side, so that none reads what another writes; one at a time where
    # it stops early.
    aside = spare * fresh / first if first and not (step.vote and step.vote.stop_early) else ZERO
    if step.purpose or step.judges:
        first = whole - spare
    parts = [
        Portion(purpose, (), first, least(first, fresh)),
        Portion("coordinate", (), whole - spare - first, ZERO),
        Portion(purpose, ("redundant",), spare, aside),
    ]
    return [portion for portion in parts if portion.runs > whole * TINY]


def purpose_of(step: Step) -> Purpose:
    """Validators coordinate, everything else produces, unless the step says."""
    return step.purpose or ("coordinate" if step.judges else "produce")


def step_calls(
    workload: Workload, step: Step, visits: Visits, requests: Decimal, arrivals: Decimal
) -> list[ModelCalls]:
    chance = least(least(ONE, visits.first.get(step.name, ZERO)), step.calls or ONE)
    if ONE - chance < TINY:
        chance = ONE
    sent = [*_storage(step)]
    for portion in portions(step, visits, requests):
        sent += [
            replace(call, purpose=portion.purpose, tags=portion.tags)
            for call in _portion_calls(workload, step, portion, arrivals, "turn before", chance)
        ]
    spare = visits.fallbacks.get(step.name, ZERO) if step.fallback else ZERO
    if step.fallback and spare:
        runs = spare * requests
        portion = Portion("coordinate", (), runs, least(runs, requests))
        chance = least(ONE, spare)
        sent += [
            replace(
                call,
                role=step.fallback.model,
                purpose="coordinate",
                prefix=call.prefix and replace(call.prefix, stored=ZERO),
            )
            for call in _portion_calls(workload, step, portion, arrivals, "nothing", chance)
        ]
    return sent


def asked_of(work: Step | Job) -> dict[str, Decimal]:
    """What one call asks for beside tokens."""
    asked = {"web_searches": work.web_searches} if work.web_searches else {}
    if work.search_context is not None:
        asked[BY_CONTEXT[work.search_context]] = ONE
    return asked


def _storage(step: Step) -> Iterator[ModelCalls]:
    """What an explicit cache of the step holds all month, as a single request for nothing else: it
    is paid whether or not the step runs."""
    if step.cache_storage is not None:
        yield ModelCalls(
            role=step.model or "",
            step=step.name,
            purpose=purpose_of(step),
            count=ONE,
            tokens={STORAGE: step.stored_tokens * step.cache_storage.hours},
        )


def _stored_share(step: Step) -> Decimal:
    """The share of a step's calls that come while its explicit cache is kept, spread evenly."""
    stored = step.cache_storage
    return ZERO if stored is None else least(ONE, stored.hours * 3600 / SECONDS_PER_MONTH)


def _portion_calls(
    workload: Workload,
    step: Step,
    portion: Portion,
    arrivals: Decimal,
    opening: Opening,
    chance: Decimal,
) -> list[ModelCalls]:
    """The first call of each fresh run, which finds what ``opening`` says; the others find what
    this turn wrote."""
    whole = portion.runs * step.calls
    fresh = portion.fresh * least(step.calls, ONE)
    if not _caches(workload, step):
        fresh = whole
    sent = _classes(workload, step, fresh, arrivals, opening, chance) if fresh else []
    if whole - fresh > whole * TINY:
        sent += _classes(workload, step, whole - fresh, arrivals, "same turn", chance)
    return sent


def _caches(workload: Workload, step: Step) -> bool:
    if workload.conversation is not None and step is workload.answering_step:
        return workload.conversation.cacheable != "none"
    return bool(step.cacheable_tokens)


def _classes(
    workload: Workload,
    step: Step,
    count: Decimal,
    arrivals: Decimal,
    opening: Opening,
    chance: Decimal,
) -> list[ModelCalls]:
    """The classes of ``count`` calls of a step; in a conversation, a call for each of a turn's."""
    conversation = workload.conversation
    turns = conversation.turns if conversation else 1
    rate = arrivals / SECONDS_PER_MONTH
    if opening == "nothing":  # spread thinly over conversations: each a single turn
        rate *= turns
    stored, asked = _stored_share(step), asked_of(step)

    def of(share: int, tokens: dict[str, Decimal], prefix: Prefix | None) -> ModelCalls:
        return ModelCalls(
            role=step.model or "",
            step=step.name,
            purpose=purpose_of(step),
            mode=step.mode,
            count=count * share / turns,
            tokens=tokens,
            prefix=prefix and (replace(prefix, stored=stored) if stored else prefix),
            rate_per_second=rate,
        )

    if conversation is not None and step is workload.answering_step:
        return [
            of(
                1,
                {"input_tokens": call.input_tokens, "output_tokens": call.output_tokens} | asked,
                call.prefix,
            )
            for call in calls(conversation, opening, chance)
        ]
    tokens = {kind.tokens: value for kind in TOKENS if (value := getattr(step, kind.tokens))}
    tokens |= asked
    return [
        of(share, tokens, prefix)
        for share, prefix in _prefixes(step, conversation, opening, chance)
    ]


def _prefixes(
    step: Step, conversation: Conversation | None, opening: Opening, chance: Decimal
) -> Sequence[tuple[int, Prefix | None]]:
    """The prefix of a step whose calls have one size, and of how many turns."""
    size = step.cacheable_tokens
    turns = conversation.turns if conversation else 1
    if not size:
        return [(turns, None)]
    alone = Prefix(shared=size, marked=size, chance=chance)
    if opening == "same turn":
        return [(turns, replace(alone, own=size))]
    if conversation is None or opening == "nothing":
        return [(turns, alone)]
    gap, varied = conversation.gap_seconds, conversation.gaps == "exponential"
    first = replace(alone, turns=turns, turn_gap_seconds=gap, gaps_vary=varied)
    later = replace(first, own=size, gap_seconds=gap)
    if chance == ONE:  # then all turns but the first are alike
        return [(1, first), (turns - 1, replace(later, turn=2))][: 1 if turns == 1 else 2]
    return [(1, replace(later, turn=turn) if turn > 1 else first) for turn in range(1, turns + 1)]
