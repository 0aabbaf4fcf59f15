"""What decides a bill: its largest component, the largest charge of it and that charge's price."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from typing import NamedTuple

from costplan.document.estimate import Estimate
from costplan.document.line import LineItem
from costplan.quantity import ONE, ZERO, counted_to, grouped, literal, plural, rounded, stepped
from costplan.render.page import amount_of, money, short, unit_of, width_of
from costplan.words import WORKLOAD

PEOPLE = {"human": "people"}


class Decider(NamedTuple):
    """What decides one stack's bill.

    ``share`` of the priced bill, ``charge`` the largest of the component in the bill's words,
    ``price`` its unit price in the bill's currency, None where the charge has none; ``unit`` what
    that buys. ``line``: the whole of that charge.
    """

    stack: str
    component: str
    share: Decimal
    charge: str
    price: Decimal | None
    unit: str
    line: LineItem


def decider(made: Estimate) -> Decider | None:
    """What decides a stack's bill; None where nothing on it costs anything."""
    costs = [one for one in made.components if one.total > 0]
    if not costs:
        return None
    largest = max(costs, key=lambda one: one.total)
    line = max(_by_charge(largest.line_items), key=lambda one: one.amount or ZERO)
    of_workload = line.price.offer == WORKLOAD
    fee = line.price.unit == "month" and line.price.per == 1
    charge = line.label
    if of_workload:
        charge = line.role if fee else plural(line.price.unit, Decimal(2))
    return Decider(
        stack=made.stack,
        component=largest.name,
        share=largest.total / sum(one.total for one in costs),
        charge=charge,
        price=None if line.flat is not None or line.exchanged is not None else line.price.price,
        unit=_unit(line),
        line=line,
    )


def _unit(line: LineItem) -> str:
    """What the unit price buys; no word where the charge's own name says it."""
    if line.price.unit == "token":
        return short(line.price.per)
    if line.price.per == 1 and line.price.offer == WORKLOAD:
        return ""
    return unit_of(line.price.per, line.price.unit)


def _by_charge(lines: Sequence[LineItem]) -> list[LineItem]:
    """The priced lines, those of one charge at one price added up."""
    found: dict[tuple[str, str, str, Decimal | None], LineItem] = {}
    for line in lines:
        if line.amount is None:
            continue
        key = (line.role, line.price.offer, line.label, line.price.price)
        known = found.get(key)
        if known is None or known.amount is None:
            found[key] = line
            continue
        found[key] = replace(
            known, amount=known.amount + line.amount, quantity=known.quantity + line.quantity
        )
    return list(found.values())


def what_decides(estimates: Sequence[Estimate], width: int | None = None) -> str:
    """One sentence: "people are 88 % of it: 815.4 cases at 4.00"; nothing where all is free.

    Of several stacks it says for each what decides it, and less where it would not fit ``width``.
    """
    found = [one for one in map(decider, estimates) if one is not None]
    if not found:
        return ""
    if len(estimates) == 1:
        priced = " of what has a price" if estimates[0].at_least else " of it"
        return f"{_subject(found[0])} {_share(found[0].share)} %{priced}: {_bought(found[0])}"
    groups: dict[str, list[Decider]] = {}
    for one in found:
        groups.setdefault(one.component, []).append(one)
    order = sorted(groups.values(), key=len, reverse=True)
    sentences = _sentences(order, len(estimates))
    fitting = (one for one in sentences if width is None or width_of(one) <= width)
    return next(fitting, sentences[-1])


def _sentences(groups: Sequence[Sequence[Decider]], count: int) -> list[str]:
    """The same of all stacks, from the most to the least said."""
    first, rest = groups[0], groups[1:]
    every = "both bills" if count == 2 else "every bill"
    whose = every if len(first) == count else _stacks(first)
    head = f"{_subject(first[0])} {_span(first)} % of {whose}: {_priced(first)}"
    if not rest:
        return [head]
    long = [f"{_subject(one[0])} {_span(one)} % of {_stacks(one)}: {_priced(one)}" for one in rest]
    short = [f"{_stacks(one)}: {one[0].component}" for one in rest]
    some = f"{_subject(first[0])} {_span(first)} % of {len(first)} of {count} bills"
    return [
        "; ".join([head, *long]),
        "; ".join([head, *short]),
        f"{some}: {_priced(first)}; {'; '.join(short)}",
        f"{some}: {_priced(first)}",
    ]


def _stacks(group: Sequence[Decider]) -> str:
    return ", ".join(one.stack for one in group)


def _subject(one: Decider) -> str:
    name = PEOPLE.get(one.component, one.component)
    return f"{name} {'are' if name == 'people' or name.endswith('s') else 'is'}"


def _share(share: Decimal) -> str:
    """A whole per cent; no share but the whole is 100."""
    percent = stepped(share * 100, ONE)
    return rounded(min(percent, Decimal(99)) if share < 1 else percent)


def _span(group: Sequence[Decider]) -> str:
    ends = sorted(one.share for one in group)
    low, high = _share(ends[0]), _share(ends[-1])
    return low if low == high else f"{low} to {high}"


def _bought(one: Decider) -> str:
    """How much of the charge at which price."""
    if one.price is None or one.line.price.unit == "month":
        return f"{one.charge} {money(one.line.amount)}"
    what = amount_of(one.line)
    if one.line.price.offer != WORKLOAD:
        what = f"{one.charge}, {what}"
    return f"{what} at {_price(one.price)}" + (f" / {one.unit}" if one.unit else "")


def _priced(group: Sequence[Decider]) -> str:
    """The charge and its price, from the lowest to the highest; of different charges the dearest,
    and whose it is."""
    if len({(one.charge, one.unit, one.price is None) for one in group}) > 1:
        dearest = max(group, key=lambda one: one.line.amount or ZERO)
        return f"{_priced([dearest])} ({dearest.stack})"
    prices = sorted(one.price for one in group if one.price is not None)
    if not prices:
        return group[0].charge
    low, high = _price(prices[0]), _price(prices[-1])
    unit = f" / {group[0].unit}" if group[0].unit else ""
    return f"{group[0].charge} at {low if low == high else f'{low} to {high}'}{unit}"


def _price(price: Decimal) -> str:
    """A unit price in full, with two digits at least."""
    exact = counted_to(price, 6)
    _, _, fraction = literal(exact).partition(".")
    return grouped(exact, max(2, len(fraction)))
