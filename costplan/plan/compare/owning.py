"""Own hardware against what it replaces: from which volume on, and after how many months.

    outlay = saved x (1 - (1 + i)^-n) / i, solved for n      saved = the other's month - running

``running`` is the own month without capital, ``outlay`` the purchase less what the machines will
bring: they are paid back within their life where, and only where, the own bill is the lower one.
The volume comes from whole bills, capital included.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import NamedTuple

from costplan.catalog.lookup import Catalog
from costplan.catalog.model import Model
from costplan.document.comparison import Owning
from costplan.plan.bill.machines import machines
from costplan.plan.compare.breakeven import break_even
from costplan.plan.compare.pricing import Billed, Pricer
from costplan.problems import InvalidInput
from costplan.quantity import ONE, ZERO, settle, total
from costplan.record import replace
from costplan.words import OWN_HARDWARE
from costplan.workload.hardware import OwnHardware
from costplan.workload.model import Stack, Workload


class Owned(NamedTuple):
    """Machines of one kind that a stack runs on, and the roles that do."""

    name: str
    terms: OwnHardware
    machines: Decimal
    roles: tuple[str, ...]


def owned_by(workload: Workload, stack: Stack) -> list[Owned]:
    """The own machines of a stack."""
    owned: dict[str, Owned] = {}
    for role in stack.roles:
        binding = stack.binding(role)
        offer = binding.offer if binding is not None else None
        if binding is None or offer is None or not offer.startswith(OWN_HARDWARE):
            continue
        terms = workload.hardware[offer.removeprefix(OWN_HARDWARE)]
        known = owned.get(offer, Owned(offer, terms, ZERO, ()))
        machines = known.machines + Decimal(binding.variables.get("instances", ONE))
        owned[offer] = Owned(offer, terms, machines, (*known.roles, role))
    return list(owned.values())


def payback(outlay: Decimal, saved: Decimal, rate: Decimal) -> Decimal | None:
    """Months until ``saved`` a month has paid an outlay with its interest, ``rate`` a year; None
    where it never does."""
    interest = rate / 12
    if saved <= 0 or outlay * rate >= saved * 12:
        return None
    if not interest:
        return settle(outlay / saved)
    return settle(-(1 - outlay * interest / saved).ln() / (1 + interest).ln())


class Versus(NamedTuple):
    """A workload on own machines, the stack that has them, and what it is called."""

    workload: Workload
    stack: str
    way: str | None
    owned: list[Owned]


def owning(
    workload: Workload, pricer: Pricer, billed: Mapping[str, Sequence[Billed]]
) -> list[Owning]:
    """Every plan on own hardware against every stack without, and each way that would put a stack's
    models on own hardware against its plan; where no stack rents, against the catalogue's cheapest
    machines of the same kind too. ``billed``: the ways of the stacks that are compared.
    """
    if not workload.hardware:
        return []
    stacks = {name: owned_by(workload, workload.stack[name]) for name in billed}
    without = [name for name, owned in stacks.items() if not owned]
    rows: list[Owning | None] = []
    for name, ways in billed.items():
        if stacks[name]:
            own = Versus(workload, name, None, stacks[name])
            others = [_of_stack(pricer.catalog, own, workload, other) for other in without]
            rows += [_against(pricer, own, other) for other in others]
            if all(other.instead != "rent" for other in others):
                rows.append(_rented(pricer, own))
            continue
        for way in (billed_way.way for billed_way in ways):
            owned = owned_by(way.workload, way.workload.stack[name]) if way.workload else []
            if way.workload is not None and owned and way.kind == "hosting":
                own = Versus(way.workload, name, way.name, owned)
                rows.append(_against(pricer, own, _of_stack(pricer.catalog, own, workload, name)))
                rows.append(_rented(pricer, own))
    return [row for row in rows if row is not None]


class Other(NamedTuple):
    """What own machines are set against: a workload's stack, what it is called, and what it has in
    the roles of the own machines: an API ("api"), or machines by the hour ("rent")."""

    workload: Workload
    stack: str
    name: str
    instead: str


def _of_stack(catalog: Catalog, own: Versus, workload: Workload, name: str) -> Other:
    return Other(workload, name, name, _instead(catalog, own, workload.stack[name]))


def _rented(pricer: Pricer, own: Versus) -> Owning | None:
    """Against as many machines of the same accelerators at the lowest price of the catalogue; None
    where none is rented, or where several kinds are owned. They are only named: no lock has them.
    """
    if len(own.owned) != 1:
        return None
    terms, roles = own.owned[0].terms, own.owned[0].roles
    aside = Pricer(pricer.catalog.aside(), pricer.as_of)
    rows = []
    for name, has in machines(aside.catalog):
        alike = (has.accelerator, has.count) == (terms.accelerator, terms.count)
        if alike and not name.startswith(OWN_HARDWARE):
            bound = own.workload.stack[own.stack]
            bindings = {role: bound.binding(role) for role in roles}
            rented = {role: replace(known, offer=name) for role, known in bindings.items() if known}
            stack = replace(bound, roles={**bound.roles, **rented})
            stacks = {**own.workload.stack, own.stack: stack}
            other = Other(replace(own.workload, stack=stacks), own.stack, name, "rent")
            rows.append(_against(aside, own, other))
    priced = [row for row in rows if row is not None]
    return min(priced, key=lambda row: row.against_monthly, default=None)


def _against(pricer: Pricer, own: Versus, other: Other) -> Owning | None:
    """None where either cannot be billed, or has a price that nobody knows."""
    try:
        ours = pricer.totals(own.workload, own.stack)
        theirs = pricer.totals(other.workload, other.stack)
    except InvalidInput:
        return None
    if ours.at_least or theirs.at_least:
        return None
    purchase = total(owned.terms.purchase * owned.machines for owned in own.owned)
    capital = total(owned.terms.capital * owned.machines for owned in own.owned)
    outlay = total(owned.terms.outlay * owned.machines for owned in own.owned)
    interest = total(owned.terms.outlay * owned.machines * owned.terms.rate for owned in own.owned)
    saved = theirs.monthly - (ours.monthly - capital)
    return Owning(
        hardware=", ".join(owned.name for owned in own.owned),
        machines=total(owned.machines for owned in own.owned),
        stack=own.stack,
        way=own.way,
        against=other.name,
        instead=other.instead,
        purchase=settle(purchase),
        capital=settle(capital),
        monthly=ours.monthly,
        against_monthly=theirs.monthly,
        break_even=break_even(pricer, (other.workload, other.stack), (own.workload, own.stack)),
        payback_months=payback(outlay, saved, interest / outlay if outlay else ZERO),
        life_months=min(owned.terms.months for owned in own.owned),
    )


def _instead(catalog: Catalog, own: Versus, stack: Stack) -> str:
    """What the other has in the roles of the own machines: an API, or machines by the hour."""
    offers = [stack.binding(role) for owned in own.owned for role in owned.roles]
    entries = [
        catalog.find(binding.offer) for binding in offers if binding is not None and binding.offer
    ]
    if any(entry is not None and entry.category == "compute" for entry in entries):
        return "rent"
    models = [entry for entry in entries if entry is not None and isinstance(entry.item, Model)]
    return "api" if models else "other"
