"""Defaults that an older estimate did not have: what they move is nobody's doing."""

from __future__ import annotations

from decimal import Decimal
from typing import NamedTuple

from costplan.document.estimate import Estimate
from costplan.facts import Fact, Value
from costplan.quantity import ONE

ASSUMED = "verdicts-correlate"


class Cases(NamedTuple):
    """Of the head's cases, the share that a default ``added``, and what share ``one_case`` is."""

    added: Decimal
    one_case: Decimal


def newly_assumed(base: Estimate | None, head: Estimate) -> Fact | None:
    """The head's assumption that validators repeat themselves, where the base has the same
    validators and supposed nothing of the kind; so did all estimates before there was a rho of
    validators."""
    told = next((stated for stated in head.facts if stated.code == ASSUMED), None)
    if base is None or base.reliability is None or told is None:
        return None
    if any(stated.code == ASSUMED for stated in base.facts):
        return None
    judged = {line.step for line in base.lines}
    return told if any(name.strip("'") in judged for name in told.listed("steps")) else None


def cases_before(base: Estimate | None, head: Estimate | None) -> Cases | None:
    """What that default adds to the head's cases; None where it adds nothing that is known."""
    told = None if head is None else newly_assumed(base, head)
    if head is None or told is None or head.reliability is None:
        return None
    reliability = head.reliability
    cases = (reliability.human_right + reliability.human_wrong) * head.requests
    apart = _number(told.values.get("cases_apart"))
    if not cases or apart is None:
        return None
    return Cases(ONE - apart / cases, ONE / cases)


def _number(value: Value | None) -> Decimal | None:
    """A figure of a fact; a sentence that was read again has it in words, with commas."""
    if value is None or isinstance(value, list):
        return None
    return value if isinstance(value, Decimal) else Decimal(value.replace(",", ""))
