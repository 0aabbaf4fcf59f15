"""What a comparison says of its ways and levers, alike in a terminal, in Markdown and in HTML."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from decimal import Decimal
from typing import NamedTuple

from costplan.document.comparison import BreakEven, Comparison, Lever, Sensitivity
from costplan.document.options import Option, Strategies
from costplan.quantity import ZERO, grouped, percent, rounded
from costplan.render.page import about, money
from costplan.render.sentences import bound, or_dash, share_of
from costplan.words import PURPOSES

BY_COMPUTE = ("hosting", "unchecked", "quality")
HOW_MOVED = (
    "each input alone is moved, by a quarter or, where it was assumed, to both of its ends, "
    "and the cheapest way sought again"
)
HOSTED = "hosting"
PLACES = ("frontier", "off the frontier", "this plan, hosted otherwise", "by compute alone")
"""What the ``Blocks`` are called."""
TIMES = ", times"
"""How the name of an input ends that is moved by a factor."""
BRIEF = ((re.compile(r"\bwithout "), "no "), (re.compile(r"\bwith people$"), "people"))


class Known(NamedTuple):
    """Of what any way of a comparison knows something, so that there is a column for it."""

    loss: bool
    seconds: bool
    spread: bool

    @property
    def time(self) -> str:
        """What a request's time is: its mean, or what 95 % of requests stay below."""
        return "P95 s" if self.spread else "seconds"


class Columns(NamedTuple):
    """The figures of one stack's ways: trusted answers, the bill, the bill with wrong answers, a
    request's seconds. ``least``: a price is missing in all, which the titles say once."""

    told: Known
    least: bool

    @classmethod
    def of(cls, strategies: Strategies, told: Known) -> Columns:
        priced = [way for way in strategies.options if way.monthly is not None]
        return cls(told, bool(priced) and all(way.at_least for way in priced))

    def titles(self, currency: str) -> list[str]:
        least = ">= " if self.least else ""
        names = ["trusted", f"{least}{currency}"]
        names += [f"{least}total"] if self.told.loss else []
        return [*names, *([self.told.time] if self.told.seconds else [])]

    def cells(self, way: Option) -> list[str]:
        figures = [share_of(way.reliability), self._bill(way, way.monthly)]
        if self.told.loss:
            figures.append(self._bill(way, None if way.loss is None else way.whole))
        return [*figures, *([seconds(way)] if self.told.seconds else [])]

    def _bill(self, way: Option, amount: Decimal | None) -> str:
        return bound(or_dash(amount), way.at_least and not self.least and amount is not None)


def known(comparison: Comparison) -> Known:
    """Over every way of every stack."""
    ways = [way for each in comparison.strategies for way in each.options]
    return Known(
        any(way.loss is not None for way in ways),
        any(way.seconds is not None for way in ways),
        any(way.seconds_p95 is not None for way in ways),
    )


def seconds(way: Option) -> str:
    took = way.seconds if way.seconds_p95 is None else way.seconds_p95
    return "-" if took is None else rounded(took, 3)


def brief(name: str) -> str:
    """A way's name in fewer letters, for tables."""
    for pattern, word in BRIEF:
        name = pattern.sub(word, name)
    return name


class Blocks(NamedTuple):
    """A stack's priced ways, each in one place: those that no other beats, the ways of
    orchestration that another beats, the plan with its checks on other machines, and compute in
    place of the checks, where another beats them."""

    frontier: list[Option]
    beaten: list[Option]
    hosted: list[Option]
    alone: list[Option]

    @classmethod
    def of(cls, strategies: Strategies) -> Blocks:
        best = {way.name for way in strategies.frontier}
        rest = [
            way for way in strategies.options if way.name not in best and way.monthly is not None
        ]
        beaten = [way for way in rest if way.kind not in BY_COMPUTE]
        beaten.sort(key=lambda way: (way.kind != "plan", way.monthly))
        hosted = [way for way in rest if way.kind == HOSTED]
        return cls(strategies.frontier, beaten, hosted, [way for way in rest if way.brute_force])


def telling(strategies: Strategies) -> list[Option]:
    """The ways whose money is worth following: the plan, the best, metal, and the most runs."""
    metal = [way for way in strategies.options if way.kind == "hosting" and way.monthly is not None]
    votes = [way for way in strategies.options if way.votes]
    chosen = [strategies.options[0], strategies.at_target, *metal[:1], *votes[-1:]]
    unique = {way.name: way for way in chosen if way is not None and way.by_purpose is not None}
    return list(unique.values())


def purposes(way: Option, *, loss: bool) -> list[str]:
    """Where a way's money goes, under ``purpose_titles``."""
    spent = way.by_purpose or {}
    amounts = [money(spent.get(name, ZERO)) for name in PURPOSES]
    return [*amounts, *([or_dash(way.loss)] if loss else [])]


def purpose_titles(*, loss: bool) -> list[str]:
    return [*PURPOSES, *(["wrong"] if loss else [])]


def sentence_of(strategies: Strategies, comparison: Comparison) -> str:
    """What a stack's ways come to, without the clauses that every stack's have: the answer has
    them once."""
    clauses = _clauses(strategies)
    if comparison.answer is None or len(comparison.strategies) < 2:
        return strategies.sentence
    others = [_clauses(each) for each in comparison.strategies]
    own = [clause for clause in clauses if not all(clause in other for other in others)]
    return f"{'; '.join(own)}." if own else strategies.sentence


def _clauses(strategies: Strategies) -> list[str]:
    return strategies.sentence.removesuffix(".").split("; ")


def measures(strategies: Strategies) -> list[str]:
    """What a stack's ways say of its plan."""
    said = []
    if strategies.gap is not None:
        said.append(_gap(strategies.gap, strategies.options[0]))
    if strategies.shortfall is not None:
        said.append(
            "the target is missed; meeting it changes the bill by "
            f"{signed(strategies.shortfall, 2)} a month"
        )
    if strategies.multiple is not None:
        times = rounded(strategies.multiple, 3)
        said.append(f"brute-force multiple {times}: by compute alone over orchestrated")
    ordered, brute = strategies.orchestrated_kwh, strategies.brute_force_kwh
    if ordered is not None and brute is not None:
        words = f"{rounded(brute)} kWh in place of {rounded(ordered)}"
        if ordered:
            times = rounded(brute / ordered, 3)
            words += f", {times} times the energy"
        said.append(f"by compute alone {words}")
    if strategies.billed is not None and strategies.space is not None:
        what = "combinations of models, votes and checks"
        if strategies.billed >= strategies.space:
            said.append(f"all {strategies.space:,} {what} billed")
        else:
            rest = "none of the rest can be cheaper" if strategies.proven else "the rest were not"
            said.append(f"{strategies.billed:,} of {strategies.space:,} {what} billed: {rest}")
    return said


def _gap(gap: Decimal, plan: Option) -> str:
    """What the plan costs more than the cheapest way that is at least as reliable."""
    if not gap or plan.monthly is None or plan.reliability is None:
        return "coordination gap 0: nothing tried here is as reliable for less"
    bills = [plan.monthly * (1 - gap), plan.monthly]
    least, most = (bound(about(amount), plan.at_least) for amount in bills)
    return (
        f"coordination gap {rounded(gap * 100, 3)} %: the cheapest way to this plan's "
        f"{percent(plan.reliability, 2)} % costs {least} a month, the plan {most}: "
        f"{about(plan.monthly * gap)} less"
    )


def said_once(comparison: Comparison) -> dict[str, list[str]]:
    """How ways were measured and why some were not modelled, each sentence once: with the stacks
    that it is said of, unless it is all of them."""
    stacks = [strategies for strategies in comparison.strategies if strategies.options]
    sentences_of: dict[str, dict[str, list[str]]] = {"Measures": {}, "Not modelled": {}}
    for each in stacks:
        for title, sentence in _said(each):
            sentences_of[title].setdefault(sentence, []).append(each.stack)
    return {
        title: [
            sentence if len(of) == len(stacks) else f"{', '.join(of)}: {sentence}"
            for sentence, of in sentences.items()
        ]
        for title, sentences in sentences_of.items()
    }


def _said(strategies: Strategies) -> Iterable[tuple[str, str]]:
    votes = [way for way in strategies.options if way.votes and way.ceiling is not None]
    if votes:
        top = votes[0].ceiling or ZERO
        end = ""
        if strategies.target is not None and top < strategies.target:
            end = f"; unreachable, ceiling R = {percent(top, 1)} %"
        yield "Measures", f"votes of whole runs: {votes[0].reason}{end}"
    for way in strategies.options:
        if way.reason and not way.votes and way.kind != "unchecked":
            title = "Not modelled" if way.monthly is None else "Measures"
            yield title, f"{way.name}: {way.reason.removeprefix('not modelled: ')}"
    for note in strategies.notes:
        yield "Measures", note


def sensitivities(comparison: Comparison) -> list[Sensitivity]:
    """What would change each stack's answer, the recommended stack's first."""
    levers = comparison.levers or (
        [comparison.sensitivity] if comparison.sensitivity is not None else []
    )
    first = comparison.answer.stack if comparison.answer is not None else comparison.baseline
    return sorted(
        levers, key=lambda sensitivity: (sensitivity.stack or comparison.baseline) != first
    )


def owner(sensitivity: Sensitivity, comparison: Comparison) -> Strategies | None:
    """The ways that levers move."""
    stack = sensitivity.stack or comparison.baseline
    return next(
        (strategies for strategies in comparison.strategies if strategies.stack == stack), None
    )


def now_of(sensitivity: Sensitivity, comparison: Comparison) -> Decimal | None:
    """What the levers move: the chosen way's bill, wrong answers included where they cost."""
    ways = owner(sensitivity, comparison)
    options = [] if ways is None else ways.options
    chosen = next((way for way in options if way.name == sensitivity.choice), None)
    return sensitivity.monthly if chosen is None else chosen.whole


def heading_of(sensitivity: Sensitivity, ways: Strategies, now: Decimal) -> str:
    """Whose answer levers move, and what it comes to."""
    whole = ", wrong answers included" if now != sensitivity.monthly else ""
    return (
        f"{ways.stack}: what moves {brief(sensitivity.choice or '-')}, {money(now)} a month{whole}"
    )


def ask_below(sensitivity: Sensitivity) -> list[str]:
    """When to ask a person, where that is known."""
    if sensitivity.threshold is None:
        return []
    return [
        f"ask a person below a calibrated confidence of {rounded(sensitivity.threshold, 3)} "
        "(human accuracy less case cost over loss)"
    ]


def moving(sensitivity: Sensitivity) -> list[Lever]:
    """The levers that do something."""
    return [lever for lever in sensitivity.levers if lever.moves or lever.flips]


def lever_name(lever: Lever) -> str:
    """An input with its value now; whoever moves it by a factor starts from 1."""
    name = lever.name.removesuffix(TIMES)
    if lever.assumed and lever.now is not None:
        return f"{name}, assumed {rounded(lever.now)}"
    if lever.now is None or lever.name.endswith(TIMES):
        return name
    return f"{name} at {rounded(lever.now)}"


def at_end(lever: Lever, end: int) -> str:
    """What the answer costs with the input at its low (0) or high (1) end."""
    amount = (lever.low, lever.high)[end]
    return f"{'out of reach' if amount is None else about(amount)} {end_of(lever, end)}"


def end_of(lever: Lever, end: int) -> str:
    where = (lever.low_at, lever.high_at)[end]
    if where is None or lever.name.endswith(TIMES):
        return f"at {('-25 %', '+25 %')[end]}"
    return f"at {rounded(where)}"


def flip_of(lever: Lever) -> str | None:
    """The value at which another way becomes the best, and which."""
    if lever.flips_at is None:
        return None
    side = "above" if lever.now is not None and lever.flips_at > lever.now else "below"
    scale = " times as many" if lever.name.endswith(TIMES) else ""
    instead = f"take {lever.instead}" if lever.instead else "nothing tried reaches it"
    return f"{side} {rounded(lever.flips_at, 3)}{scale} {instead}"


def hinge(lever: Lever, *, at_least: bool = False) -> str:
    """An input that decides: the value at which the answer changes, or what its ends cost, each
    ``at_least`` where a price is missing."""
    ends = (bound(at_end(lever, end), at_least) for end in range(2))
    said = flip_of(lever) or ", ".join(ends)
    return f"{lever_name(lever)}: {said}"


def changes_of(sensitivity: Sensitivity) -> list[str]:
    """In words: where another way becomes the best, why a lever pulls both ways, what the volume
    and the rates are at which the plan and another cost the same."""
    said = []
    for lever in moving(sensitivity):
        if lever.flips_at is not None:
            said.append(hinge(lever))
        elif lever.flips:
            for end, choice in enumerate((lever.low_choice, lever.high_choice)):
                if choice != sensitivity.choice:
                    way = choice or "the target is out of reach"
                    said.append(f"{lever_name(lever)}, {end_of(lever, end)}: {way}")
        if lever.reason:
            said.append(f"{lever_name(lever)}: {lever.reason}")
    idle = [lever_name(lever) for lever in sensitivity.levers if lever not in moving(sensitivity)]
    if idle:
        said.append(f"nothing depends on {', '.join(idle)}")
    return [*said, *(break_even(crossing) for crossing in sensitivity.break_evens)]


def break_even(crossing: BreakEven) -> str:
    value, now = rounded(crossing.value), rounded(crossing.now)
    if crossing.against == "the target":
        return f"{crossing.what}: this plan reaches the target from {value} on (now {now})"
    return (
        f"{crossing.what}: this plan and '{crossing.against}' cost the same at {value} (now {now})"
    )


def to_measure(comparison: Comparison) -> list[str]:
    """What would tell stacks apart, and models that may be worth a test."""
    if comparison.answer is None:
        return []
    return [*comparison.answer.to_measure, *comparison.answer.candidates]


def shares_of_vendors(comparison: Comparison) -> list[str]:
    """The largest vendor of each stack's bill."""
    return [
        f"{share.stack}: {percent(share.share, digits=3)} % with {share.vendor}"
        for share in comparison.lock_in
        if share.share
    ]


def mixes(comparison: Comparison) -> list[str]:
    words = []
    for mix in comparison.mixes:
        shares = ", ".join(f"{percent(share)} % {stack}" for stack, share in mix.shares.items())
        least = "at least " if mix.at_least else ""
        words.append(f"{mix.name} ({shares}): {least}{money(mix.monthly)}")
    return words


def margins(comparison: Comparison) -> list[str]:
    unknown = {stack.stack for stack in comparison.estimates if stack.at_least}
    return [
        f"{stack}: {'at most ' if stack in unknown else ''}{money(amount)}"
        for stack, amount in comparison.margins.items()
    ]


LISTS: dict[str, Callable[[Comparison], list[str]]] = {
    "Largest vendor's share of the bill, people included": shares_of_vendors,
    "Mixes, fixed costs of every part paid in full": mixes,
    "Margin a month, revenue less this bill": margins,
}
"""Lists over all stacks, by their titles."""


def signed(amount: Decimal, places: int) -> str:
    return ("+" if amount > 0 else "") + grouped(amount, places)


def span_of(levers: Sequence[Lever], now: Decimal) -> tuple[Decimal, Decimal]:
    """The least and the most of what levers come to, with what it is now."""
    ends = [amount for lever in levers for amount in (lever.low, lever.high) if amount is not None]
    return min([now, *ends]), max([now, *ends])
