"""The first screen of a comparison: what to do, what it saves and hangs on, a row a stack."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from typing import NamedTuple

from costplan.document.comparison import Answer, Comparison, Standing
from costplan.document.line_kinds import always_on
from costplan.document.options import Option
from costplan.document.risk import Risk
from costplan.facts import texts
from costplan.problems import clean
from costplan.quantity import ZERO, percent, rounded
from costplan.render.alerts import coming_prices
from costplan.render.owning import deciding
from costplan.render.page import BESIDE, Page, Table, about, shortened, width_of
from costplan.render.sentences import bound, traffic
from costplan.render.ways import hinge, known

LABEL = 11
"""Columns of what a line is about."""
SLACK = 10
"""Columns that are lost where a sentence is folded between words."""
AT_POINTS = "all figures but these have every range at its point"
NO_TARGET = "none is stated: the lowest bill wins (--at-reliability 99%)"
NAMES = 40
"""Letters of stacks' names in a sentence; more are counted instead."""


class Detail(NamedTuple):
    """How much is said: inputs that decide, what to measure, stacks that lack a price by name, and
    how many lines a sentence may have before its middle is left out."""

    hinges: int = 3
    measure: bool = True
    lacking: bool = True
    lines: int | None = None


ALL = Detail()
LESS = Detail(measure=False, lacking=False)
DETAILS = (
    ALL,
    Detail(lacking=False),
    *(LESS._replace(hinges=hinges) for hinges in (3, 2, 1)),
    *(LESS._replace(hinges=1, lines=lines) for lines in (2, 1)),
    LESS._replace(hinges=0, lines=1),
)
"""From all to the least: the first that fits the screen is shown."""


class Said(NamedTuple):
    """A sentence of the answer, what it is about, and whether it ``warns`` or ``leads``."""

    about: str
    sentence: str
    tone: str = ""


TONES = {"leads": "bold", "warns": "yellow"}


def lay_out(page: Page, comparison: Comparison) -> None:
    """The answer on a page; with ``look.full``, or where there is none, all that it rests on."""
    if comparison.answer is not None:
        _lay_out_answer(page, comparison, comparison.answer)
        if not page.look.full:
            return
    from costplan.render import comparison as whole  # no first screen waits for it

    whole.lay_out(page, comparison)


def _lay_out_answer(page: Page, comparison: Comparison, answer: Answer) -> None:
    """The answer on a page of 24 lines for up to four stacks; all of it on a full page."""
    if page.look.full:
        _screen(page, comparison, answer, ALL)
        if whose := caption(comparison, answer):
            page.say(f"{whose}.", "dim")
        return
    for detail in DETAILS:
        screen = Page(page.look)
        _screen(screen, comparison, answer, detail)
        screen.say()
        screen.say(_hint(comparison, answer), "dim")
        if len(screen.lines) <= page.look.height or len(answer.standings) > BESIDE:
            break
    page.lines += screen.lines


def _hint(comparison: Comparison, answer: Answer) -> str:
    """Whose the figures above are, and where the rest is: a line."""
    if not caption(comparison, answer):
        return "--full shows every way tried, the frontier, levers, and where the money goes."
    return (
        f"From '{_goal(comparison)}' on: each stack's best way. --full: all ways, frontier, levers."
    )


def _screen(page: Page, comparison: Comparison, answer: Answer, detail: Detail) -> None:
    document = comparison.document
    page.say(
        f"{document.title}: {traffic(document.estimates)} a month, prices of "
        f"{document.as_of}, {document.currency} a month",
        "bold",
    )
    page.say()
    for said in sentences(comparison, answer, detail):
        sentence = said.sentence
        if detail.lines is not None and said.tone != "leads":
            sentence = shortened(clean(sentence), (page.width - LABEL) * detail.lines - SLACK)
        page.say(f"{said.about:{LABEL}}{sentence}", TONES.get(said.tone, ""), 0, LABEL)
    page.say()
    page.draw(_table(comparison, answer, page.width))


def sentences(comparison: Comparison, answer: Answer, detail: Detail = ALL) -> Iterator[Said]:
    """Everything that the answer says, for any page; what goes on has no label."""
    yield from _recommendation(comparison, answer)
    if answer.stack is not None and answer.reason:
        yield Said("unknown", answer.reason, "warns")
    if answer.stack is not None and not answer.reason and _aimless(comparison):
        yield Said("target", NO_TARGET, "warns")
    if answer.compute:
        yield Said("compute", answer.compute)
    label = "hangs on"
    lacks = bool(answer.standings) and answer.standings[0].at_least
    for lever in answer.hangs_on[: detail.hinges]:
        yield Said(label, hinge(lever, at_least=lacks), "warns" if lever.assumed else "")
        label = ""
    yield from _ranges(comparison, answer)
    if answer.equal:
        yield Said("assumed", _as_right(answer.equal), "warns")
        if detail.measure and answer.to_measure:
            yield Said("measure", answer.to_measure[0])
    if owned := deciding(comparison, answer):
        yield Said("owning", owned)
    yield from _first("own price", [own.fact.text for own in comparison.document.overrides])
    estimates = comparison.document.estimates
    ended = [end.fact.text for stack in estimates for end in stack.ended]
    ended += texts(soon for stack in estimates for soon in stack.facts_of("retires-soon"))
    yield from _first("not sold", list(dict.fromkeys(ended)))
    own_first = sorted(estimates, key=lambda stack: stack.stack != answer.stack)
    yield from _first("announced", coming_prices(own_first))
    label = "unknown"
    for sentence in _missing(comparison, by_name=detail.lacking):
        yield Said(label, sentence, "warns")
        label = ""


def _first(about: str, warnings: Sequence[str]) -> Iterator[Said]:
    """The first warning of a kind, and how many more there are."""
    if warnings:
        more = f" and {len(warnings) - 1} more" if len(warnings) > 1 else ""
        yield Said(about, f"{warnings[0]}{more}", "warns")


def _ranges(comparison: Comparison, answer: Answer) -> Iterator[Said]:
    """What the plan in the file may come to, of the stack that is recommended, and what would tell
    more."""
    if answer.risk is None and all(stack.risk is None for stack in comparison.estimates):
        return
    from costplan.render import risk  # few files have ranges

    stacks = {stack.name: stack for stack in risk.drawn(comparison.estimates)}
    own = stacks.get(answer.stack or "") or next(iter(stacks.values()), None)
    another = answer.risk is not None and (own is None or answer.risk.monthly != own.risk.monthly)
    label = "ranges"
    if stacks:
        yield Said(label, AT_POINTS)
        label = ""
    if answer.risk is not None and another:
        said = f"this way {_span(answer.risk)}"
        if answer.risk.on_target not in (None, 0, 1):
            said += f", on target {risk.percent(answer.risk.on_target or ZERO)}"
        if answer.cheaper is not None:
            said += f"; cheaper than {answer.against}'s plan {risk.percent(answer.cheaper)}"
        yield Said(label, said)
        label = ""
    if own is None:
        return
    said = f"{own.name} in the file {_span(own.risk)}"
    if own.risk.cheapest is not None and len(stacks) > 1:
        said += f", cheapest {risk.percent(own.risk.cheapest)}"
    if own.risk.over_budget is not None:
        said += f", over budget {risk.percent(own.risk.over_budget)}"
    yield Said(label, said)
    if own.risk.measure is not None:
        yield Said("", risk.measuring(own.risk.measure, comparison.estimates))


def _span(known: Risk) -> str:
    monthly = known.monthly
    ends = f"{about(monthly['p5'])} to {about(monthly['p95'])}"
    return f"{ends} in 90 %, mean {about(monthly['mean'])}"


def _recommendation(comparison: Comparison, answer: Answer) -> Iterator[Said]:
    if answer.stack is None or answer.monthly is None:
        yield Said("no answer", f"{answer.reason}.", "warns")
        return
    standing = answer.standings[0]
    least = ">= " if standing.at_least else ""
    said = [f"{answer.stack}: {answer.way}: {least}{about(answer.monthly)}"]
    if answer.reliability is not None:
        said.append(f"{percent(answer.reliability, 2)} % right")
    if standing.seconds is not None:
        within = "95 % within " if known(comparison).spread else ""
        said.append(f"{within}{rounded(standing.seconds, 3)} s")
    yield Said("do this", ", ".join(said), "leads")
    whole = ""
    if answer.whole is not None and answer.whole != answer.monthly:
        whole = f"{least}{about(answer.whole)} with wrong answers"
    saved = "" if answer.saved is None else saved_words(answer.saved, answer.against)
    if answer.saved == 0 and answer.stack == answer.against:
        saved = "" if answer.reason else "nothing tried costs less"
    if whole or saved:
        yield Said("", ", ".join(part for part in (whole, saved) if part))
    if standing.people is not None and standing.people > Decimal("0.005"):
        yield Said("", f"people are {percent(standing.people, 0)} % of the bill")


def _aimless(comparison: Comparison) -> bool:
    """Whether nobody said how right answers must be, or what a wrong one costs."""
    targets = [each.target for each in comparison.strategies]
    return all(target is None for target in targets) and not known(comparison).loss


def saved_words(saved: Decimal, against: str) -> str:
    """What the way takes off a stack's plan as the file has it."""
    if abs(saved) < Decimal("0.5"):
        return f"as much as {against}'s plan in the file"
    word = "less" if saved > 0 else "more"
    return f"{about(abs(saved))} {word} than {against}'s plan in the file"


def _as_right(stacks: Sequence[str]) -> str:
    """That stacks have no success rates of their own; among several of them money alone decides."""
    if len(stacks) == 1:
        return f"{stacks[0]} as right as the steps say: not measured with its models"
    return f"{_several(stacks)} equally right: the bill alone ranks them"


def _several(names: Sequence[str]) -> str:
    text = ", ".join(names)
    return text if len(text) <= NAMES else f"{len(names)} stacks"


def _missing(comparison: Comparison, *, by_name: bool) -> Iterable[str]:
    """Stacks whose totals are too low by what nobody knows; without names where all lack it."""
    lacking = [stack for stack in comparison.estimates if stack.at_least]
    if not by_name and len(lacking) > 1:
        names = _several([stack.stack for stack in lacking])
        yield f"{names}: prices are missing, totals are too low"
        return
    whose: dict[str, list[str]] = {}
    for stack in lacking:
        more = f" and {len(stack.unpriced) - 1} more" if len(stack.unpriced) > 1 else ""
        whose.setdefault(f"{stack.unpriced[0].lacks}{more}", []).append(stack.stack)
    for sentence, stacks in whose.items():
        every = len(stacks) == len(comparison.estimates) > 1
        yield sentence if every else f"{_several(stacks)}: {sentence}"


class Column(NamedTuple):
    """A column of the standings: its title, a cell a stack, and how soon it gives way."""

    title: str
    cells: list[str]
    rank: int = 0


def columns(comparison: Comparison, answer: Answer) -> list[Column]:
    """The stacks' standings, column by column; what is known of none has no column."""
    shown, told = answer.standings, known(comparison)
    if all(standing.best is None for standing in shown):
        return [
            Column("in the file", [_amount(standing, standing.plan_monthly) for standing in shown]),
            Column("best way", [standing.reason or "-" for standing in shown]),
        ]
    best = [
        standing.reason or "-" if standing.best is None else _amount(standing, standing.monthly)
        for standing in shown
    ]
    titled = [
        Column("in the file", [_amount(standing, standing.plan_monthly) for standing in shown], 1),
        Column(_goal(comparison), best),
        Column("right", [_share(standing.reliability, 2) for standing in shown]),
    ]
    if told.loss:
        lost = [_wrong(standing) for standing in shown]
        titled += [
            Column("wrong", ["-" if loss is None else about(loss) for loss in lost], 3),
            Column("total", [_amount(standing, standing.whole) for standing in shown]),
        ]
    if told.seconds:
        took = [
            "-" if standing.seconds is None else rounded(standing.seconds, 3) for standing in shown
        ]
        titled.append(Column(told.time, took))
    if any(standing.people is not None for standing in shown):
        titled.append(Column("people", [_share(standing.people, 0) for standing in shown], 2))
    return [*titled, Column("idle", [_idle(comparison, standing) for standing in shown], 4)]


def caption(comparison: Comparison, answer: Answer) -> str:
    """Whose the figures of ``columns`` are; nothing where all are the plans' own."""
    if all(standing.best is None for standing in answer.standings):
        return ""
    return (
        f"'{_goal(comparison)}' and what follows: each stack's best way, not its plan in the file"
    )


def best_ways(comparison: Comparison, answer: Answer) -> dict[str, Option]:
    """Each stack's best way, by the stack."""
    best = {}
    for standing in answer.standings:
        ways = next(each for each in comparison.strategies if each.stack == standing.stack)
        option = next((each for each in ways.options if each.name == standing.best), None)
        if option is not None:
            best[standing.stack] = option
    return best


def _table(comparison: Comparison, answer: Answer, width: int) -> Table:
    """A row a stack on one line: the blanks of bounds give way, then columns, then names are
    shortened."""
    names = [standing.stack for standing in answer.standings]
    shown = columns(comparison, answer)
    needed = min(16, max(map(width_of, [*names, "stack"])))
    if _room(shown, width) < needed:
        shown = [
            column._replace(cells=[cell.replace(">= ", ">=") for cell in column.cells])
            for column in shown
        ]
    while _room(shown, width) < needed and any(column.rank for column in shown):
        shown.remove(max(shown, key=lambda column: column.rank))
    room = max(8, _room(shown, width))
    table = Table("stack", *(column.title for column in shown))
    for at, name in enumerate(names):
        table.add(shortened(name, room), *(column.cells[at] for column in shown))
    return table


def _room(shown: Sequence[Column], width: int) -> int:
    """Columns that are left for a stack's name."""
    return width - sum(3 + max(map(width_of, [column.title, *column.cells])) for column in shown)


def _amount(standing: Standing, amount: Decimal | None) -> str:
    if amount is None:
        return "-"
    return bound(about(amount), standing.at_least)


def _wrong(standing: Standing) -> Decimal | None:
    return (
        None
        if standing.whole is None or standing.monthly is None
        else standing.whole - standing.monthly
    )


def _share(share: Decimal | None, places: int) -> str:
    return "-" if share is None else f"{percent(share, places)} %"


def _idle(comparison: Comparison, standing: Standing) -> str:
    """The idle share. How much of what is always on works is not known: the share is then a bound,
    and a dash where nothing else is idle."""
    plan = next(stack for stack in comparison.estimates if stack.stack == standing.stack)
    if not always_on(plan.lines):
        return _share(standing.idle, 0)
    return bound(_share(standing.idle, 0), at_least=True) if standing.idle else "-"


def _goal(comparison: Comparison) -> str:
    first = next(iter(comparison.strategies), None)
    if first is None or first.target is None:
        return "best way"
    return f"at {percent(first.target, digits=7)} %"
