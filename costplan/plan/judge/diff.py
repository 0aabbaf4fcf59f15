"""The difference of two estimates, split into volume, mix, intensity and price.

Lines are put into groups that mean the same on both sides: a role's charge, in one unit. With
requests R, quantity Q, amount A, mean price P = A / Q, and of each item i of a group (an offer, and
its tier, mode or window) its share s of Q and its price p, base 0 and head 1:

    volume    = A0 (R1 - R0) / R0            0 where the group does not follow traffic
    intensity = Q1 P0 - A0 - volume
    mix       = Q1 (sum s1 p0 - P0)          p0 = p1 for an item that the base did not have
    price     = Q1 sum s1 (p1 - p0)

    default   = Q1 P0 (1 - c / C)            of people's lines, taken out of intensity

C: the head's cases, c: those it would have if its validators' verdicts were independent, as a base
without that assumption supposed. The sum telescopes to A1 - A0. A group on one side only is new or
removed, and counts as mix; so do floors, caps, percentage fees and other flat amounts, which no
quantity of their own explains.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import NamedTuple

from costplan.document.diff import DiffDocument, LineChange, Side, Split, StackDiff, together
from costplan.document.estimate import Estimate, EstimateDocument
from costplan.document.line import LineItem
from costplan.facts import Fact, fact
from costplan.plan.judge.defaults import Cases, cases_before, newly_assumed
from costplan.problems import BadUsage
from costplan.quantity import ZERO, settle
from costplan.words import several


def diff(
    base: EstimateDocument | None,
    head: EstimateDocument,
    base_name: str | None = None,
    head_name: str = "head",
    stacks: str | Sequence[str] = (),
) -> DiffDocument:
    """What changed from ``base`` to ``head``, stack by stack in the head's order.

    ``base`` None: a diff from nothing. ``stacks``: only these.
    Raises BadUsage for two currencies, or a stack that neither side has.
    """
    if base is not None and base.currency != head.currency:
        raise BadUsage(
            f"the base is in {base.currency} and the head in {head.currency}",
            "estimate both in one currency",
        )
    before = {estimate.stack: estimate for estimate in base.estimates} if base else {}
    after = {estimate.stack: estimate for estimate in head.estimates}
    names = [*after, *(name for name in before if name not in after)]
    stacks = several(stacks)
    for name in stacks:
        if name not in names:
            raise BadUsage(f"neither side has a stack '{name}'", f"stacks: {', '.join(names)}")
    chosen = [name for name in names if not stacks or name in stacks]
    return DiffDocument(
        workload=head.workload,
        currency=head.currency,
        base=(base_name or "base") if base else None,
        head=head_name,
        base_as_of=base.as_of if base else None,
        head_as_of=head.as_of,
        stacks=[_stack(name, before.get(name), after.get(name)) for name in chosen],
        facts=list(_facts(base, head)),
    )


def _facts(base: EstimateDocument | None, head: EstimateDocument) -> Iterable[Fact]:
    known = [override.fact for override in base.overrides] if base else []
    yield from (override.fact for override in head.overrides if override.fact not in known)
    before = {estimate.stack: estimate for estimate in base.estimates} if base else {}
    told = [newly_assumed(before.get(estimate.stack), estimate) for estimate in head.estimates]
    if assumed := next((assumption for assumption in told if assumption is not None), None):
        yield fact("default-changed", rho=assumed.values["rho"], steps=assumed.listed("steps"))
    if base is None:
        yield fact("all-new", head.workload)
        return
    if base.workload != head.workload:
        yield fact("renamed", head.workload, before=base.workload)
    if base.as_of != head.as_of:
        yield fact("price-days", before=base.as_of, now=head.as_of)
    pins = [
        document.lock and (document.lock.file, document.lock.as_of) for document in (base, head)
    ]
    if pins[0] != pins[1]:
        said = [f"{pin[0]} of {pin[1]}" if pin else "no lock" for pin in pins]
        yield fact("pins-changed", before=said[0], now=said[1])


def _stack(name: str, base: Estimate | None, head: Estimate | None) -> StackDiff:
    return StackDiff(
        stack=name,
        base=_side(base) if base else None,
        head=_side(head) if head else None,
        split=causes_of(base, head),
        lines=_lines(base.lines if base else [], head.lines if head else []),
    )


def causes_of(base: Estimate | None, head: Estimate | None) -> Split:
    """Why a stack costs more or less than before."""
    old, new = (_groups(estimate.lines) if estimate else {} for estimate in (base, head))
    requests = (base.requests if base else ZERO, head.requests if head else ZERO)
    both = base is not None and head is not None
    before = cases_before(base, head)
    splits = [
        _split(
            old.get(key, []),
            new.get(key, []),
            requests,
            both,
            before if key.role == "human" and not key.fixed else None,
        )
        for key in dict.fromkeys([*old, *new])
    ]
    return together(splits)


def _side(estimate: Estimate) -> Side:
    reliability = estimate.reliability
    return Side(
        total_monthly=estimate.total_monthly,
        at_least=estimate.at_least,
        requests=estimate.requests,
        reliability=reliability.trusted if reliability else None,
        silent_per_month=settle(reliability.silent * estimate.requests) if reliability else None,
        cost_per_trusted_answer=estimate.cost_per_trusted_answer,
    )


CRUMB = Decimal("1e-9")
"""Share of an amount below which a cause is rounding: amounts are settled at 1e-12 of money, and
the visits behind quantities at twelve digits."""


class _Key(NamedTuple):
    role: str
    component: str
    step: str | None
    charge: str
    unit: str
    fixed: bool


def _groups(lines: Iterable[LineItem]) -> dict[_Key, list[LineItem]]:
    """Lines that mean the same whoever sells them; those without a price are left out."""
    groups: dict[_Key, list[LineItem]] = {}
    for line in lines:
        if line.amount is not None:
            price = line.price
            key = _Key(line.role, line.component, line.step, price.charge, price.unit, line.fixed)
            groups.setdefault(key, []).append(line)
    return groups


class _Sum(NamedTuple):
    quantity: Decimal
    amount: Decimal


def _items(lines: Iterable[LineItem]) -> dict[tuple[str, str | None], _Sum]:
    """Quantity and amount of each item of a group: an offer, with its tier, mode or window."""
    sums: dict[tuple[str, str | None], _Sum] = {}
    for line in lines:
        key = (line.price.offer, line.price.variant)
        known = sums.get(key, _Sum(ZERO, ZERO))
        sums[key] = _Sum(known.quantity + line.quantity, known.amount + (line.amount or ZERO))
    return sums


def _split(
    old: list[LineItem],
    new: list[LineItem],
    requests: tuple[Decimal, Decimal],
    both: bool,
    cases: Cases | None,
) -> Split:
    """``both``: the stack is on either side. Where its traffic then starts or ends, that alone
    makes or ends what follows traffic, whatever it is bought from. ``cases``: of people's lines,
    where a default changed."""
    before, after = _items(old), _items(new)
    a0 = sum((summed.amount for summed in before.values()), ZERO)
    a1 = sum((summed.amount for summed in after.values()), ZERO)
    started = not all(requests) and any(requests) and not (old or new)[0].fixed
    if started and both and not (before and after and a0 and a1):
        return Split(volume=a1 - a0)
    if not before or not after:
        return Split(mix=a1 - a0)
    q0 = sum((summed.quantity for summed in before.values()), ZERO)
    q1 = sum((summed.quantity for summed in after.values()), ZERO)
    if any(line.flat is not None for line in (*old, *new)):
        return Split(mix=a1 - a0)
    if not q0 or not q1:
        return Split(intensity=a1 - a0)
    r0, r1 = requests
    follows = not old[0].fixed and r0
    volume = settle(a0 * (r1 - r0) / r0) if follows else ZERO
    at_old_prices = settle(q1 * a0 / q0)
    at_base = settle(sum((_at_base(key, summed, before) for key, summed in after.items()), ZERO))
    more = at_old_prices - a0 - volume
    default = ZERO if cases is None else settle(at_old_prices * cases.added)
    if cases is not None and abs(more - default) <= at_old_prices * cases.one_case:
        default = more  # documents say whole cases
    causes = {
        "volume": volume,
        "default": default,
        "intensity": more - default,
        "mix": at_base - at_old_prices,
        "price": a1 - at_base,
    }
    return _without_crumbs(causes, max(abs(a0), abs(a1)))


def _without_crumbs(causes: dict[str, Decimal], amount: Decimal) -> Split:
    """The causes with what only rounding made given to the largest, so that the sum stays exact."""
    largest = max(causes, key=lambda name: abs(causes[name]))
    for name, value in causes.items():
        if name != largest and abs(value) <= CRUMB * amount:
            causes[largest] += value
            causes[name] = ZERO
    return Split(**causes)


def _at_base(
    key: tuple[str, str | None], item: _Sum, before: dict[tuple[str, str | None], _Sum]
) -> Decimal:
    """What an item would cost at the base's price; at its own where the base had none."""
    known = before.get(key)
    if known is None or not known.quantity:
        return item.amount
    return item.quantity * known.amount / known.quantity


def _lines(old: list[LineItem], new: list[LineItem]) -> list[LineChange]:
    """The charges of both sides, those that moved most first."""
    before, after = _charges(old), _charges(new)
    changes = []
    for key in dict.fromkeys([*after, *before]):
        role, component, offer, charge, unit = key
        base, head = before.get(key), after.get(key)
        sides = (("base", base), ("head", head))
        changes.append(
            LineChange(
                role=role,
                component=component,
                offer=offer,
                charge=charge,
                unit=unit,
                base=_amount(base),
                head=_amount(head),
                base_quantity=_quantity(base),
                head_quantity=_quantity(head),
                unpriced=tuple(
                    side
                    for side, lines in sides
                    if any(line.amount is None for line in lines or ())
                ),
            )
        )
    changes.sort(
        key=lambda change: (-abs(change.difference), change.role, change.offer, change.charge)
    )
    return changes


def _charges(
    lines: Iterable[LineItem],
) -> dict[tuple[str, str, str, str, str], list[LineItem]]:
    charges: dict[tuple[str, str, str, str, str], list[LineItem]] = {}
    for line in lines:
        price = line.price
        key = (line.role, line.component, price.offer, price.charge, price.unit)
        charges.setdefault(key, []).append(line)
    return charges


def _amount(lines: list[LineItem] | None) -> Decimal | None:
    if lines is None:
        return None
    return sum((line.amount or ZERO for line in lines), ZERO)


def _quantity(lines: list[LineItem] | None) -> Decimal | None:
    if lines is None:
        return None
    return sum((line.quantity for line in lines), ZERO)
