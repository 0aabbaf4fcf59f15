"""One month of one stack in every draw: the exact month's roles and order, amounts on arrays."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

import numpy as np

from costplan.billing.arrays.machines import (
    at_work,
    bill_owned,
    owned_hours,
    split_fleet,
    weights_of,
)
from costplan.billing.arrays.models import ArrayTerms, bill_model, paid_shares
from costplan.billing.arrays.numbers import Amount, Draws, Places, at_most, below, floats
from costplan.billing.arrays.offers import bill_offer
from costplan.billing.arrays.reserved import deploy, masked, shape_on
from costplan.billing.arrays.rows import ArrayBill, Row, any_of, total_of
from costplan.billing.arrays.terms import (
    ArrayDiscounts,
    band_share,
    draw_commitments,
    draw_credits,
    list_spend,
)
from costplan.billing.book import Book
from costplan.billing.quotas import Allowances
from costplan.billing.reserved import taken_over
from costplan.billing.takes import Take
from costplan.billing.variables import MissingVariables
from costplan.catalog.lookup import Catalog, Entry
from costplan.catalog.offer import Offer
from costplan.plan.bill.bindings import Bindings, Bound, plans_of
from costplan.plan.bill.month import StackMonth
from costplan.plan.bill.people import counts_cases, has_cases
from costplan.plan.bill.reserving import sale_of
from costplan.plan.bill.vendors import tokens_served_in
from costplan.problems import BadUsage, InvalidInput, PriceNotKnown, Problem
from costplan.quantity import ONE
from costplan.record import replace
from costplan.words import OWN_HARDWARE, TOKEN_KINDS, WORKLOAD
from costplan.workload.model import Workload
from costplan.workload.model_calls import ModelCalls
from costplan.workload.solving import Solved
from costplan.workload.tables import Fixed, Reservation

Choices = dict[str, Places]
"""By role that names a product, the place of the plan that each draw takes; -1: none serves."""


class ArrayMonth(StackMonth):
    """A stack's month on arrays; ``bill`` fills ``rows``.

    ``choices``: roles whose plan is not the same in all draws. Nothing is bound then: whoever made
    the month divides its draws by them, and makes a month for each part.
    """

    discounts: ArrayDiscounts

    def __init__(
        self,
        workload: Workload,
        catalog: Catalog,
        name: str,
        solved: Solved,
        day: date,
        discounts: ArrayDiscounts,
        book: Book,
    ) -> None:
        self.choices: Choices = {}
        self.plans: dict[str, list[Entry]] = {}
        self.rows: list[Row] = []
        self.refused: Any = False
        self.paid: Mapping[str, Mapping[str, Amount]] = {}
        super().__init__(workload, catalog, name, solved, day, ONE, discounts, book)

    def _bind(self) -> Bindings:
        kinds, exact = self._kinds(), {}
        for role in self.stack.roles:
            binding, kind = self.stack.binding(role), kinds.get(role)
            asked = None if binding is None else binding.offer
            if binding is None or asked is None or kind is None or self.catalog.find(asked):
                continue
            try:
                plans = plans_of(self.catalog, asked, kind)
            except BadUsage:
                continue  # refused below, with its place
            part = self.usage.parts.get(role)
            given = {**(part.variables if part else {}), **binding.variables}
            places = self._cheapest(plans, kind, given)
            first = int(places.reshape(-1)[0])
            if (places == first).all():
                if first >= 0:
                    exact[role] = replace(binding, offer=plans[first].id)
                else:
                    self.refused |= True
                    exact[role] = replace(binding, offer=None, none="no plan serves")
            else:
                self.choices[role], self.plans[role] = places, plans
        if self.choices:
            return Bindings()
        self.stack = replace(self.stack, roles={**self.stack.roles, **exact})
        return super()._bind()

    def _cheapest(self, plans: Sequence[Entry], kind: str, given: Mapping[str, Any]) -> Any:
        """The place of the cheapest plan that serves each draw; -1 where none does."""
        take = Take(role=kind, component="", purpose="produce", variables=given)
        costs: list[Any] = []
        for entry in plans:
            try:
                offer = self.book.offer(entry, self.day)
                bill = bill_offer(offer, [take], no_discount, free_tiers=self.stack.free_tiers)
            except (PriceNotKnown, MissingVariables):
                costs.append(np.inf)
                continue
            cost = total_of(row.paid for row in bill.rows)
            out = bill.refused | bill.impossible | any_of(row.unknown for row in bill.rows)
            costs.append(np.where(out, np.inf, cost))
        table = np.stack(np.broadcast_arrays(*[np.atleast_1d(cost) for cost in costs]))
        return np.where(np.isinf(table.min(axis=0)), -1, table.argmin(axis=0))

    # -- what is bought -----------------------------------------------------------------------

    def _allowances(self) -> Allowances:
        self.paid = paid_shares(self._fee_uses(), self.workload.traffic, self.day)
        return Allowances()

    def _model(
        self, bound: Bound, component: str, demands: Sequence[ModelCalls], allowances: Allowances
    ) -> None:
        entry, terms = bound.entry, self._terms(bound)
        bill = bill_model(self.book, entry, self.day, demands, self.workload.traffic, terms)
        for row in bill.rows:
            row.component = component
        self._take_in(entry, bill)

    def _terms(self, bound: Bound) -> ArrayTerms:
        entry = bound.entry
        return ArrayTerms(
            input_factor=floats(bound.binding.input_factor),
            output_factor=floats(bound.binding.output_factor),
            region=tokens_served_in(entry, bound.binding, self.stack),
            off=self.discounts.array_off(entry.id),
            paid=self.paid.get(entry.id, {}),
        )

    def _reserve(
        self, entry: Entry, asked: Reservation, bounds: Sequence[Bound], allowances: Allowances
    ) -> None:
        sale = sale_of(self.catalog, entry, asked, self.workload, self.day)
        long_input = sale.reserve.terms.long_input
        kept: list[Row] = []
        short: list[Row] = []
        long: list[Row] = []
        for bound in bounds:
            terms = self._terms(bound)
            for calls in (call for call in self.usage.model_calls if call.role == bound.role):
                size = floats(calls.tokens.get("input_tokens", 0)) * terms.input_factor
                edge = np.inf if long_input is None else float(long_input.above)
                for into, mask in ((short, at_most(size, edge)), (long, below(edge, size))):
                    part = replace(calls, count=masked(calls.count, mask))
                    bill = bill_model(
                        self.book, entry, self.day, [part], self.workload.traffic, terms
                    )
                    self.refused |= bill.impossible
                    for row in bill.rows:
                        row.component = "tokens"
                        taken = taken_over(calls) and row.charge in TOKEN_KINDS
                        (into if taken else kept).append(row)
        deployed = deploy(
            *(sale.reserve, asked, sale.sold, sale.rate),
            shape_on(self.workload.traffic, self.day),
            short,
            long,
            self.discounts.array_off(entry.id),
        )
        self._take_in(entry, ArrayBill([*kept, *deployed.spilled]))
        self._take_in(entry._replace(currency=sale.rate.currency), deployed.units)

    def _fleet(self, entry: Entry, bound: Bound, demands: Sequence[ModelCalls]) -> None:
        weights, hours = weights_of(demands, bound.binding), owned_hours(entry, bound.binding)
        given = at_work(weights, hours, bound.binding)
        take = Take(role=bound.role, component=entry.category, purpose="produce", variables=given)
        owned = self.workload.hardware.get(entry.id.removeprefix(OWN_HARDWARE))
        if hours is not None and owned is not None and has_draws(owned):
            off = self.discounts.array_off(entry.id)
            bill = bill_owned(self.book.offer(entry, self.day), take, owned, off)
        else:
            bill = self._array_bill(entry, [take])
        if bound.binding.tokens_per_second is not None:
            split_fleet(bill, weights, hours, bound.binding)
        self._take_in(entry, bill)

    def _buy(self, entry: Entry, bound: Bound, takes: list[Take]) -> None:
        self._take_in(entry, self._array_bill(entry, takes))

    def _array_bill(self, entry: Entry, takes: list[Take]) -> ArrayBill:
        offer, off = self.book.offer(entry, self.day), self.discounts.array_off(entry.id)
        return bill_offer(offer, takes, off, free_tiers=self.stack.free_tiers)

    def _take_in(self, entry: Entry, bill: ArrayBill) -> None:
        """An offer's bill as part of the month's, in the workload's currency."""
        self.refused |= bill.refused | bill.impossible
        if entry.currency != self.exchange.currency:
            for row in bill.rows:
                row.listed = self.ours(row.listed, entry.currency)
                row.paid = self.ours(row.paid, entry.currency)
        self.rows += bill.rows

    def ours(self, money: Any, currency: str | None) -> Any:
        """Money of a currency (None: the workload's) in the workload's."""
        amount = floats(money) if isinstance(money, Decimal | Draws) else money
        if currency is None or currency == self.exchange.currency:
            return amount
        conversion = self.exchange.conversion(currency)
        if conversion is None:
            message = f"this is in {currency}, the workload in {self.exchange.currency}"
            raise InvalidInput([Problem((), message, self.exchange.remedy(currency))])
        rate = floats(conversion.rate)
        return amount / rate if conversion.divide else amount * rate

    # -- what the workload pays itself --------------------------------------------------------

    def _people(self) -> None:
        human = self.workload.human
        if human is None or not has_cases(self.workload, self.stack, self.solved):
            return
        known = counts_cases(self.workload, self.solved)
        cases = floats(self.usage.parts["human"].variables["cases"])
        amount = cases * floats(human.cost_per_case) if known else 0.0
        self.rows.append(_own_row("cases", "human", "human", "people", amount, unknown=not known))

    def _fixed(self, fixed: Fixed, monthly: Decimal, at: int) -> None:
        amount = floats(monthly)
        self.rows.append(
            _own_row(fixed.name, fixed.name, fixed.component, fixed.purpose, amount, unknown=False)
        )


def _own_row(
    charge: str, role: str, component: str, purpose: str, amount: Amount, *, unknown: bool
) -> Row:
    return Row(
        offer=WORKLOAD,
        charge=charge,
        role=role,
        component=component,
        purpose=purpose,
        listed=amount,
        paid=amount,
        unknown=unknown,
    )


def no_discount(charge: str) -> float:
    """Nothing off any charge."""
    return 0.0


def has_draws(table: object) -> bool:
    """Whether a number of a table of the workload is drawn."""
    return any(isinstance(getattr(table, name), Draws) for name in getattr(table, "_names", ()))


Made = Callable[[ArrayDiscounts], ArrayMonth]


def settled(make: Made, workload: Workload, name: str, day: date) -> ArrayMonth:
    """A stack's month with every term: ``costplan.plan.bill.settlement`` on arrays.

    Raises InvalidInput with the problems of a stack that cannot be billed in any draw.
    """
    discounts = ArrayDiscounts(workload.discount, name, day)
    month = _billed(make(discounts))
    if month.choices:
        return month
    if discounts.with_bands:
        charges = {
            entry.id: {charge.id for charge in entry.item.charge}
            if isinstance(entry.item, Offer)
            else None
            for entry in month.used.values()
        }
        shares = {
            at: band_share(table, list_spend(table, month.rows, charges), month.ours)
            for at, table in discounts.with_bands.items()
        }
        month = _billed(make(ArrayDiscounts(workload.discount, name, day, shares)))
    month.rows += draw_commitments(workload.commitment, name, month.rows, day, month.ours)
    month.rows += draw_credits(workload.credit, name, month.rows, day, month.ours)
    return month


def _billed(month: ArrayMonth) -> ArrayMonth:
    if not month.choices:
        month.bill()
    if month.problems:
        raise InvalidInput(month.problems)
    return month
