"""What decides a bill: its largest component, the largest charge of it and that charge's price."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import NamedTuple

from costplan.document.estimate import Estimate
from costplan.document.line import LineItem
from costplan.quantity import ONE, ZERO, counted_to, grouped, literal, plural, rounded, stepped
from costplan.record import replace
from costplan.render.page import amount_of, money, short, unit_of, width_of
from costplan.words import WORKLOAD

PEOPLE = {"human": "people"}


class Decider(NamedTuple):
    """What decides one stack's bill.

    ``share`` of the priced bill, ``charge`` the largest of the component in the bill's words,
    ``price`` its unit price in the bill's currency, None where the charge has none; ``unit`` what
    that buys. ``line``: the whole of that charge, ``part`` its share of the component;
    ``others``: the workload's own costs that are the rest.
    """

    stack: str
    component: str
    share: Decimal
    charge: str
    price: Decimal | None
    unit: str
    line: LineItem
    part: Decimal = ONE
    others: tuple[str, ...] = ()

    @property
    def lead(self) -> str:
        """What stands between the component and its largest charge: how much of it that is."""
        if self.part == ONE or self.others:
            return ": "
        return ", mostly " if self.part * 2 > 1 else ", above all "


def decider(stack: Estimate) -> Decider | None:
    """What decides a stack's bill; None where nothing on it costs anything."""
    costs = [component for component in stack.components if component.total > 0]
    if not costs:
        return None
    largest = max(costs, key=lambda component: component.total)
    charges = sorted(_by_charge(largest.line_items), key=lambda line: -(line.amount or ZERO))
    line, rest = charges[0], [charge for charge in charges[1:] if charge.amount]
    own = all(charge.price.offer == WORKLOAD for charge in charges)
    return Decider(
        stack=stack.stack,
        component=largest.name,
        share=largest.total / sum(component.total for component in costs),
        charge=_name(line),
        price=None if line.flat is not None or line.exchanged is not None else line.price.price,
        unit=_unit(line),
        line=line,
        part=(line.amount or ZERO) / largest.total if rest else ONE,
        others=tuple(_name(charge) for charge in rest) if own and len(rest) == 1 else (),
    )


def _name(line: LineItem) -> str:
    """A charge in the bill's words; of what the workload states itself its own name."""
    if line.price.offer != WORKLOAD:
        return line.label
    fee = line.price.unit == "month" and line.price.per == 1
    return line.role if fee else plural(line.price.unit, Decimal(2))


def _unit(line: LineItem) -> str:
    """What the unit price buys; no word where the charge's own name says it."""
    if line.price.unit == "token":
        return short(line.price.per)
    if line.price.per == 1 and line.price.offer == WORKLOAD:
        return ""
    return unit_of(line.price.per, line.price.unit)


def _by_charge(lines: Sequence[LineItem]) -> list[LineItem]:
    """The priced lines, those of one charge at one price added up."""
    charges: dict[tuple[str, str, str, Decimal | None], LineItem] = {}
    for line in lines:
        if line.amount is None:
            continue
        key = (line.role, line.price.offer, line.label, line.price.price)
        known = charges.get(key)
        if known is None or known.amount is None:
            charges[key] = line
            continue
        charges[key] = replace(
            known, amount=known.amount + line.amount, quantity=known.quantity + line.quantity
        )
    return list(charges.values())


def what_decides(estimates: Sequence[Estimate], width: int | None = None) -> str:
    """One sentence: "people are 88 % of it: 815.4 cases at 4.00"; nothing where all is free.

    Of several stacks it says for each what decides it, and less where it would not fit ``width``.
    """
    deciders = [each for each in map(decider, estimates) if each is not None]
    if not deciders:
        return ""
    if len(estimates) == 1:
        only = deciders[0]
        priced = " of what has a price" if estimates[0].at_least else " of it"
        whole = f"{_subject(only)} {_share(only.share)} %{priced}"
        return f"{whole}{only.lead}{' and '.join([_bought(only), *only.others])}"
    groups: dict[str, list[Decider]] = {}
    for each in deciders:
        groups.setdefault(each.component, []).append(each)
    order = sorted(groups.values(), key=len, reverse=True)
    sentences = _sentences(order, len(estimates))
    fitting = (sentence for sentence in sentences if width is None or width_of(sentence) <= width)
    return next(fitting, sentences[-1])


def _sentences(groups: Sequence[Sequence[Decider]], count: int) -> list[str]:
    """The same of all stacks, from the most to the least said."""
    first, rest = groups[0], groups[1:]
    every = "both bills" if count == 2 else "every bill"
    whose = every if len(first) == count else _stacks(first)
    head = f"{_subject(first[0])} {_span(first)} % of {whose}{_priced(first)}"
    if not rest:
        return [head]
    long = [
        f"{_subject(group[0])} {_span(group)} % of {_stacks(group)}{_priced(group)}"
        for group in rest
    ]
    brief = [f"{_stacks(group)}: {group[0].component}" for group in rest]
    counted = f"{_subject(first[0])} {_span(first)} % of {len(first)} of {count} bills"
    return [
        "; ".join([head, *long]),
        "; ".join([head, *brief]),
        f"{counted}{_priced(first)}; {'; '.join(brief)}",
        f"{counted}{_priced(first)}",
        f"{counted}{_priced(first, prices=False)}",
    ]


def _stacks(group: Sequence[Decider]) -> str:
    return ", ".join(each.stack for each in group)


def _subject(decided: Decider) -> str:
    name = PEOPLE.get(decided.component, decided.component)
    return f"{name} {'are' if name == 'people' or name.endswith('s') else 'is'}"


def _share(share: Decimal) -> str:
    """A whole per cent; no share but the whole is 100."""
    percent = stepped(share * 100, ONE)
    return rounded(min(percent, Decimal(99)) if share < 1 else percent)


def _span(group: Sequence[Decider]) -> str:
    ends = sorted(each.share for each in group)
    low, high = _share(ends[0]), _share(ends[-1])
    return low if low == high else f"{low} to {high}"


def _bought(decided: Decider) -> str:
    """How much of the charge at which price."""
    if decided.price is None or decided.line.price.unit == "month":
        return f"{decided.charge} {money(decided.line.amount)}"
    what = amount_of(decided.line)
    if decided.line.price.offer != WORKLOAD:
        what = f"{decided.charge}, {what}"
    unit = f" / {decided.unit}" if decided.unit else ""
    return f"{what} at {_price(decided.price)}{unit}"


def _priced(group: Sequence[Decider], *, prices: bool = True) -> str:
    """The charge and its price, from the lowest to the highest, and what else the component holds;
    of different charges the dearest, and whose it is."""
    if len({(each.charge, each.unit, each.price is None) for each in group}) > 1:
        dearest = max(group, key=lambda each: each.line.amount or ZERO)
        return f"{_priced([dearest], prices=prices)} ({dearest.stack})"
    least = min(group, key=lambda each: each.part)
    others = [name for name in least.others if all(name in each.others for each in group)]
    named = ", ".join([_at(group) if prices else least.charge, *others])
    return f"{least.lead}{named}"


def _at(group: Sequence[Decider]) -> str:
    """A charge that all have, at its prices."""
    charge, unit = group[0].charge, group[0].unit
    ends = sorted(each.price for each in group if each.price is not None)
    if not ends:
        return charge
    low, high = _price(ends[0]), _price(ends[-1])
    bought = f" / {unit}" if unit else ""
    return f"{charge} at {low if low == high else f'{low} to {high}'}{bought}"


def _price(price: Decimal) -> str:
    """A unit price in full, with two digits at least."""
    exact = counted_to(price, 6)
    _, _, fraction = literal(exact).partition(".")
    return grouped(exact, max(2, len(fraction)))
