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
    def of(cls, made: Strategies, told: Known) -> Columns:
        priced = [one for one in made.options if one.monthly is not None]
        return cls(told, bool(priced) and all(one.at_least for one in priced))

    def titles(self, currency: str) -> list[str]:
        least = ">= " if self.least else ""
        found = ["trusted", f"{least}{currency}"]
        found += [f"{least}total"] if self.told.loss else []
        return [*found, *([self.told.time] if self.told.seconds else [])]

    def cells(self, one: Option) -> list[str]:
        found = [share_of(one.reliability), self._bill(one, one.monthly)]
        if self.told.loss:
            found.append(self._bill(one, None if one.loss is None else one.whole))
        return [*found, *([seconds(one)] if self.told.seconds else [])]

    def _bill(self, one: Option, amount: Decimal | None) -> str:
        bound = one.at_least and not self.least and amount is not None
        return (">= " if bound else "") + or_dash(amount)


def known(made: Comparison) -> Known:
    """Over every way of every stack."""
    ways = [one for each in made.strategies for one in each.options]
    return Known(
        any(one.loss is not None for one in ways),
        any(one.seconds is not None for one in ways),
        any(one.seconds_p95 is not None for one in ways),
    )


def seconds(one: Option) -> str:
    took = one.seconds if one.seconds_p95 is None else one.seconds_p95
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
    def of(cls, made: Strategies) -> Blocks:
        best = {one.name for one in made.frontier}
        rest = [one for one in made.options if one.name not in best and one.monthly is not None]
        beaten = [one for one in rest if one.kind not in BY_COMPUTE]
        beaten.sort(key=lambda one: (one.kind != "plan", one.monthly))
        hosted = [one for one in rest if one.kind == HOSTED]
        return cls(made.frontier, beaten, hosted, [one for one in rest if one.brute_force])


def telling(made: Strategies) -> list[Option]:
    """The ways whose money is worth following: the plan, the best, metal, and the most runs."""
    metal = [one for one in made.options if one.kind == "hosting" and one.monthly is not None]
    votes = [one for one in made.options if one.votes]
    chosen = [made.options[0], made.at_target, *metal[:1], *votes[-1:]]
    unique = {one.name: one for one in chosen if one is not None and one.by_purpose is not None}
    return list(unique.values())


def purposes(one: Option, *, loss: bool) -> list[str]:
    """Where a way's money goes, under ``purpose_titles``."""
    spent = one.by_purpose or {}
    found = [money(spent.get(name, ZERO)) for name in PURPOSES]
    return [*found, *([or_dash(one.loss)] if loss else [])]


def purpose_titles(*, loss: bool) -> list[str]:
    return [*PURPOSES, *(["wrong"] if loss else [])]


def sentence_of(made: Strategies, whole: Comparison) -> str:
    """What a stack's ways come to, without the clauses that every stack's have: the answer has
    them once."""
    clauses = _clauses(made)
    if whole.answer is None or len(whole.strategies) < 2:
        return made.sentence
    others = [_clauses(one) for one in whole.strategies]
    own = [one for one in clauses if not all(one in other for other in others)]
    return f"{'; '.join(own)}." if own else made.sentence


def _clauses(made: Strategies) -> list[str]:
    return made.sentence.removesuffix(".").split("; ")


def measures(made: Strategies) -> list[str]:
    """What a stack's ways say of its plan."""
    said = []
    if made.gap is not None:
        said.append(_gap(made.gap, made.options[0]))
    if made.shortfall is not None:
        said.append(
            "the target is missed; meeting it changes the bill by "
            f"{signed(made.shortfall, 2)} a month"
        )
    if made.multiple is not None:
        said.append(
            f"brute-force multiple {rounded(made.multiple, 3)}: by compute alone over orchestrated"
        )
    if made.orchestrated_kwh is not None and made.brute_force_kwh is not None:
        words = f"{rounded(made.brute_force_kwh)} kWh in place of {rounded(made.orchestrated_kwh)}"
        if made.orchestrated_kwh:
            times = made.brute_force_kwh / made.orchestrated_kwh
            words += f", {rounded(times, 3)} times the energy"
        said.append(f"by compute alone {words}")
    if made.billed is not None and made.space is not None:
        bound = "none of the rest can be cheaper" if made.proven else "the rest were not billed"
        said.append(f"{made.billed:,} ways billed of {made.space:,}: {bound}")
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


def said_once(made: Comparison) -> dict[str, list[str]]:
    """How ways were measured and why some were not modelled, each sentence once: with the stacks
    that it is said of, unless it is all of them."""
    stacks = [one for one in made.strategies if one.options]
    found: dict[str, dict[str, list[str]]] = {"Measures": {}, "Not modelled": {}}
    for each in stacks:
        for title, sentence in _said(each):
            found[title].setdefault(sentence, []).append(each.stack)
    return {
        title: [
            sentence if len(of) == len(stacks) else f"{', '.join(of)}: {sentence}"
            for sentence, of in sentences.items()
        ]
        for title, sentences in found.items()
    }


def _said(made: Strategies) -> Iterable[tuple[str, str]]:
    votes = [one for one in made.options if one.votes and one.ceiling is not None]
    if votes:
        top = votes[0].ceiling or ZERO
        end = ""
        if made.target is not None and top < made.target:
            end = f"; unreachable, ceiling R = {percent(top, 1)} %"
        yield "Measures", f"votes of whole runs: {votes[0].reason}{end}"
    for one in made.options:
        if one.reason and not one.votes and one.kind != "unchecked":
            title = "Not modelled" if one.monthly is None else "Measures"
            yield title, f"{one.name}: {one.reason.removeprefix('not modelled: ')}"
    for note in made.notes:
        yield "Measures", note


def sensitivities(made: Comparison) -> list[Sensitivity]:
    """What would change each stack's answer, the recommended stack's first."""
    found = made.levers or ([made.sensitivity] if made.sensitivity is not None else [])
    first = made.answer.stack if made.answer is not None else made.baseline
    return sorted(found, key=lambda one: (one.stack or made.baseline) != first)


def owner(found: Sensitivity, made: Comparison) -> Strategies | None:
    """The ways that levers move."""
    stack = found.stack or made.baseline
    return next((one for one in made.strategies if one.stack == stack), None)


def now_of(found: Sensitivity, made: Comparison) -> Decimal | None:
    """What the levers move: the chosen way's bill, wrong answers included where they cost."""
    ways = owner(found, made)
    options = [] if ways is None else ways.options
    chosen = next((one for one in options if one.name == found.choice), None)
    return found.monthly if chosen is None else chosen.whole


def heading_of(found: Sensitivity, ways: Strategies, now: Decimal) -> str:
    """Whose answer levers move, and what it comes to."""
    whole = ", wrong answers included" if now != found.monthly else ""
    return f"{ways.stack}: what moves {brief(found.choice or '-')}, {money(now)} a month{whole}"


def ask_below(found: Sensitivity) -> list[str]:
    """When to ask a person, where that is known."""
    if found.threshold is None:
        return []
    return [
        f"ask a person below a calibrated confidence of {rounded(found.threshold, 3)} "
        "(human accuracy less case cost over loss)"
    ]


def moving(found: Sensitivity) -> list[Lever]:
    """The levers that do something."""
    return [one for one in found.levers if one.moves or one.flips]


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


def changes_of(found: Sensitivity) -> list[str]:
    """In words: where another way becomes the best, why a lever pulls both ways, what the volume
    and the rates are at which the plan and another cost the same."""
    said = []
    for lever in moving(found):
        if lever.flips_at is not None:
            said.append(hinge(lever))
        elif lever.flips:
            for end, choice in enumerate((lever.low_choice, lever.high_choice)):
                if choice != found.choice:
                    way = choice or "the target is out of reach"
                    said.append(f"{lever_name(lever)}, {end_of(lever, end)}: {way}")
        if lever.reason:
            said.append(f"{lever_name(lever)}: {lever.reason}")
    idle = [lever_name(one) for one in found.levers if one not in moving(found)]
    if idle:
        said.append(f"nothing depends on {', '.join(idle)}")
    return [*said, *(break_even(one) for one in found.break_evens)]


def break_even(one: BreakEven) -> str:
    value, now = rounded(one.value), rounded(one.now)
    if one.against == "the target":
        return f"{one.what}: this plan reaches the target from {value} on (now {now})"
    return f"{one.what}: this plan and '{one.against}' cost the same at {value} (now {now})"


def to_measure(made: Comparison) -> list[str]:
    """What would tell stacks apart, and models that may be worth a test."""
    if made.answer is None:
        return []
    return [*made.answer.to_measure, *made.answer.candidates]


def shares_of_vendors(made: Comparison) -> list[str]:
    """The largest vendor of each stack's bill."""
    return [
        f"{one.stack}: {percent(one.share, digits=3)} % with {one.vendor}"
        for one in made.lock_in
        if one.share
    ]


def mixes(made: Comparison) -> list[str]:
    words = []
    for mix in made.mixes:
        shares = ", ".join(f"{percent(share)} % {stack}" for stack, share in mix.shares.items())
        least = "at least " if mix.at_least else ""
        words.append(f"{mix.name} ({shares}): {least}{money(mix.monthly)}")
    return words


def margins(made: Comparison) -> list[str]:
    unknown = {one.stack for one in made.estimates if one.at_least}
    return [
        f"{stack}: {'at most ' if stack in unknown else ''}{money(amount)}"
        for stack, amount in made.margins.items()
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
    ends = [one for lever in levers for one in (lever.low, lever.high) if one is not None]
    return min([now, *ends]), max([now, *ends])
