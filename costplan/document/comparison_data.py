"""A comparison as plain data, and back: the estimates as they are, and what setting them side by
side says."""

from __future__ import annotations

from typing import Any

from costplan.document import estimate_data
from costplan.document.comparison import (
    SCHEMA_VERSION,
    BreakEven,
    Comparison,
    Lever,
    LockIn,
    Mix,
    Option,
    Sensitivity,
    Strategies,
    Versus,
)
from costplan.document.fields import Fields
from costplan.quantity import ZERO
from costplan.words import PURPOSES

KINDS = ("plan", "orchestrate", "hosting", "unchecked", "quality")


def data(made: Comparison) -> dict[str, Any]:
    """The whole document."""
    return {
        "schema_version": SCHEMA_VERSION,
        "kind": "comparison",
        "baseline": made.baseline,
        "at_reliability": made.at_reliability,
        "versus": [
            {
                "stack": one.stack,
                "difference": one.difference,
                "wins": dict(one.wins),
                "loses": dict(one.loses),
                "break_even_requests": one.break_even,
                "one_off": one.one_off,
                "payback_months": one.payback_months,
            }
            for one in made.versus
        ],
        "lock_in": [
            {"stack": one.stack, "vendor": one.vendor, "share": one.share} for one in made.lock_in
        ],
        "mixes": [
            {
                "name": one.name,
                "shares": one.shares,
                "monthly": one.monthly,
                "at_least": one.at_least,
            }
            for one in made.mixes
        ],
        "margins": made.margins,
        "strategies": [_strategies(one) for one in made.strategies],
        "sensitivity": _sensitivity(made.sensitivity),
        "notes": made.notes,
        "estimate": estimate_data.data(made.document),
    }


def _strategies(made: Strategies) -> dict[str, Any]:
    return {
        "stack": made.stack,
        "target": made.target,
        "coordination_gap": made.gap,
        "shortfall": made.shortfall,
        "brute_force_multiple": made.multiple,
        "at_target": None if made.at_target is None else made.at_target.name,
        "sentence": made.sentence,
        "advice": made.advice,
        "frontier": [_option(one) for one in made.frontier],
        "options": [_option(one) for one in made.options],
        "notes": made.notes,
    }


def _sensitivity(found: Sensitivity | None) -> dict[str, Any] | None:
    if found is None:
        return None
    return {
        "escalation_threshold": found.threshold,
        "choice": found.choice,
        "monthly": found.monthly,
        "levers": [
            {
                "input": one.name,
                "low": one.low,
                "high": one.high,
                "low_choice": one.low_choice,
                "high_choice": one.high_choice,
                "flips": one.flips,
                "moves": one.moves,
            }
            for one in found.levers
        ],
        "break_evens": [
            {"what": one.what, "against": one.against, "value": one.value, "now": one.now}
            for one in found.break_evens
        ],
    }


def _option(one: Option) -> dict[str, Any]:
    return {
        "name": one.name,
        "kind": one.kind,
        "monthly": one.monthly,
        "reliability": one.reliability,
        "silent": one.silent,
        "cases": one.cases,
        "ceiling": one.ceiling,
        "marginal": one.marginal,
        "by_purpose": one.by_purpose,
        "reason": one.reason,
    }


def read(at: Fields) -> Comparison:
    """The comparison of plain data. Problems are noted, not raised."""
    document = estimate_data.read(at.within("estimate"))
    made = Comparison(
        document=document,
        baseline=at.text("baseline"),
        versus=[_read_versus(one) for one in at.each("versus")],
        lock_in=[
            LockIn(stack=one.text("stack"), vendor=one.text("vendor"), share=one.number("share"))
            for one in at.each("lock_in")
        ],
        strategies=[_read_strategies(one) for one in at.each("strategies")],
        mixes=[
            Mix(
                name=one.text("name"),
                shares=one.figures("shares"),
                monthly=one.number("monthly"),
                at_least=one.flag("at_least"),
            )
            for one in at.each("mixes")
        ],
        margins=at.figures("margins"),
        at_reliability=at.maybe_number("at_reliability", ZERO),
        sensitivity=_read_sensitivity(at.within("sensitivity")) if at.has("sensitivity") else None,
        notes=at.texts("notes"),
    )
    _check_stacks(at, made)
    return made


def _check_stacks(at: Fields, made: Comparison) -> None:
    """Every stack that is spoken of is there, and differences are what the totals make them."""
    totals = {one.stack: one.total_monthly for one in made.estimates}
    spoken = [
        ("versus", [one.stack for one in made.versus]),
        ("lock_in", [one.stack for one in made.lock_in]),
        ("strategies", [one.stack for one in made.strategies]),
        ("margins", list(made.margins)),
        ("baseline", [made.baseline]),
    ]
    for key, stacks in spoken:
        for stack in stacks:
            if stack not in totals:
                at.wrong(key, f"names the stack '{stack}', which has no estimate here")
    for number, one in enumerate(made.versus):
        if one.stack in totals and made.baseline in totals:
            apart = totals[one.stack] - totals[made.baseline]
            if abs(apart - one.difference) > estimate_data.CLOSE:
                at.wrong(
                    "versus",
                    f"has a difference of {one.difference:f} (element {number}), "
                    f"but the totals are {apart:f} apart",
                )


def _read_versus(at: Fields) -> Versus:
    return Versus(
        stack=at.text("stack"),
        difference=at.number("difference"),
        wins=list(at.figures("wins").items()),
        loses=list(at.figures("loses").items()),
        break_even=at.maybe_number("break_even_requests", ZERO),
        one_off=at.maybe_number("one_off"),
        payback_months=at.maybe_number("payback_months"),
    )


def _read_strategies(at: Fields) -> Strategies:
    options = [_read_option(one) for one in at.each("options")]
    name = at.maybe_text("at_target")
    at_target = next((one for one in options if one.name == name), None)
    if name is not None and at_target is None:
        at.wrong("at_target", f"names '{name}', which is not among the options")
    return Strategies(
        stack=at.text("stack"),
        target=at.maybe_number("target", ZERO),
        options=options,
        frontier=[_read_option(one) for one in at.each("frontier")],
        gap=at.maybe_number("coordination_gap"),
        shortfall=at.maybe_number("shortfall"),
        multiple=at.maybe_number("brute_force_multiple"),
        at_target=at_target,
        sentence=at.text("sentence"),
        advice=at.maybe_text("advice"),
        notes=at.texts("notes"),
    )


def _read_option(at: Fields) -> Option:
    purposes = at.figures("by_purpose") if at.has("by_purpose") else None
    if purposes is not None and tuple(purposes) != PURPOSES:
        at.wrong("by_purpose", f"must have {', '.join(PURPOSES)}, in this order")
    return Option(
        name=at.text("name"),
        kind=at.choice("kind", KINDS),
        monthly=at.maybe_number("monthly"),
        reliability=at.maybe_number("reliability", ZERO),
        silent=at.maybe_number("silent", ZERO),
        cases=at.amount("cases"),
        reason=at.maybe_text("reason"),
        ceiling=at.maybe_number("ceiling", ZERO),
        marginal=at.maybe_number("marginal"),
        by_purpose=purposes,
    )


def _read_sensitivity(at: Fields) -> Sensitivity:
    return Sensitivity(
        threshold=at.maybe_number("escalation_threshold"),
        choice=at.maybe_text("choice"),
        monthly=at.maybe_number("monthly"),
        levers=[
            Lever(
                name=one.text("input"),
                low=one.maybe_number("low"),
                high=one.maybe_number("high"),
                low_choice=one.maybe_text("low_choice"),
                high_choice=one.maybe_text("high_choice"),
                flips=one.flag("flips"),
                moves=one.number("moves"),
            )
            for one in at.each("levers")
        ],
        break_evens=[
            BreakEven(
                what=one.text("what"),
                against=one.text("against"),
                value=one.number("value"),
                now=one.number("now"),
            )
            for one in at.each("break_evens")
        ],
    )
