"""One month of one stack: every role billed, every problem kept with its place.

usage x bindings -> lines of models, machines, offers, what they require, cases, fixed costs

A month is money alone; what a reader must know of it is added by ``WrittenMonth``.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal, InvalidOperation, Overflow
from typing import TYPE_CHECKING, Self

from costplan.billing.adjustments import Grant
from costplan.billing.book import Book, Same
from costplan.billing.discounts import Discounts
from costplan.billing.exchange import Exchange, convert, convert_lines
from costplan.billing.machines import at_work, bill_machines
from costplan.billing.models import Terms, model_lines
from costplan.billing.quotas import Allowances
from costplan.billing.takes import OfferBill, Take
from costplan.billing.variables import MissingVariables
from costplan.catalog.lookup import Catalog, Entry
from costplan.catalog.model import Model
from costplan.catalog.offer import Offer
from costplan.document.line import LineItem, Price
from costplan.plan.bill.asked import calls_of, lacking
from costplan.plan.bill.bindings import SERVES, Bindings, Bound, bind, instead_of, role_kinds
from costplan.plan.bill.people import cases_of
from costplan.plan.bill.untold import Untold
from costplan.plan.bill.vendors import served_in, tokens_served_in
from costplan.problems import BadUsage, Problem
from costplan.quantity import ONE, ZERO, grouped, rounded, settle
from costplan.record import replace
from costplan.words import OWN_HARDWARE, STATED, WORKLOAD, purpose_of
from costplan.workload.model import Workload
from costplan.workload.model_calls import ModelCalls
from costplan.workload.solving import Solved
from costplan.workload.tables import Fixed, Reservation
from costplan.workload.usage import Usage, monthly_usage

if TYPE_CHECKING:
    from costplan.billing.reserved import Reserved

TOO_MUCH = "the month's quantities are too large to price"
LESS = "numbers here stay under 1e15"


class StackMonth(Untold):
    """A stack's month while it is put together; ``bill`` fills it."""

    def __init__(
        self,
        workload: Workload,
        catalog: Catalog,
        name: str,
        solved: Solved,
        day: date,
        scale: Decimal,
        discounts: Discounts,
        book: Book,
    ) -> None:
        self.workload, self.catalog, self.name, self.day = workload, catalog, name, day
        self.discounts, self.book = discounts, book
        self.exchange = Exchange.of(workload)
        self.stack = workload.stack[name]
        self.solved = solved
        self.used: dict[str, Entry] = {}
        self.usage = self._usage(scale)
        self.bindings = self._bind()
        self.problems: list[Problem] = list(self.bindings.problems)
        self.lines: list[LineItem] = []
        self.grants: list[tuple[Grant, Decimal]] = []
        self.reserved: list[Reserved] = []

    def _usage(self, scale: Decimal) -> Usage:
        return monthly_usage(self.workload, scale, self.solved.visits)

    def _bind(self) -> Bindings:
        """Bound once for all months of a day, but where a plan is chosen by the month's usage."""
        kinds = self._kinds()
        key = (self.name, self.day, *kinds.items(), Same(self.stack))
        known: list[Bindings] = self.book.keep("bindings", key, list)
        if known:
            return known[0]
        own = bind(self.catalog, self.book, self.name, self.stack, kinds, self.usage, self.day)
        if not own.chosen:
            known.append(own)
        return own

    def _kinds(self) -> dict[str, str]:
        models = {calls.role for calls in self.usage.model_calls}
        models |= {job.model for job in self.workload.job if job.model}
        models |= {step.model for step in self.workload.step if step.model}
        models |= {step.fallback.model for step in self.workload.step if step.fallback}
        models |= {index.embedding for index in self.workload.index.values() if index.embedding}
        return role_kinds(self.usage.parts, models, self.workload.human is not None)

    def bill(self) -> Self:
        """Bill every role, what they require, cases and fixed costs; returns the month."""
        self._bill_offers()
        self._people()
        for at, fixed in enumerate(self.workload.fixed):
            if fixed.monthly is not None and (not fixed.stacks or self.name in fixed.stacks):
                self._fixed(fixed, fixed.monthly, at)
        return self

    def _bill_offers(self) -> None:
        self._let_index_embed()
        allowances = self._allowances()
        groups: dict[str, list[Bound]] = {}
        for bound in self.bindings.bound.values():
            self.used[bound.entry.id] = bound.entry
            if self._payable(bound):
                groups.setdefault(bound.entry.id, []).append(bound)
        for group in groups.values():
            self._bill(group, allowances)
        self._required()

    def _people(self) -> None:
        self.lines += cases_of(self.workload, self.stack, self.usage, self.solved, self.day)

    def _allowances(self) -> Allowances:
        """What the account has free of its models' fees, summed over all that the stack calls."""
        return Allowances.of(self._fee_uses(), self.workload.traffic, self.day)

    def _fee_uses(self) -> list[tuple[Entry, Sequence[ModelCalls]]]:
        calls: dict[str, list[ModelCalls]] = {}
        for call in self.usage.model_calls:
            calls.setdefault(call.role, []).append(call)
        bound = self.bindings.bound.values() if self.stack.free_tiers else ()
        return [(bound.entry, calls.get(bound.role, ())) for bound in bound]

    def _payable(self, bound: Bound) -> bool:
        """Whether the offer's currency is ours or has a stated rate; a problem where not."""
        problem = self._no_rate(bound.entry, bound)
        if problem is not None:
            self.problems.append(problem)
        return problem is None

    def _no_rate(self, entry: Entry, bound: Bound) -> Problem | None:
        if self.exchange.states(entry.currency):
            return None
        needs = "" if entry is bound.entry else f"{bound.entry.id} needs {entry.id}: "
        return Problem(
            bound.path,
            f"{needs}{entry.id} is priced in {entry.currency}, "
            f"this workload is in {self.exchange.currency}",
            self.exchange.remedy(entry.currency),
        )

    def _enter(self, entry: Entry, lines: list[LineItem], grants: Sequence[Grant] = ()) -> None:
        """An offer's bill as part of the month's: converted where its currency is another."""
        rate = None
        if entry.currency != self.exchange.currency:
            rate = self.exchange.conversion(entry.currency)
            assert rate is not None  # or it would not have been billed
            convert_lines(lines, rate)
        region, owned = served_in(entry, self.stack.region), entry.id.startswith(OWN_HARDWARE)
        for line in lines:
            line.region = region
            if owned:  # the file says so, whenever it is asked
                day = self.day
                line.price = replace(line.price, confidence=STATED, since=day, checked=day)
        self.lines += lines
        for grant in grants:
            amount = grant.amount if rate is None else convert(grant.amount, rate)
            self.grants.append((grant, amount))

    def _let_index_embed(self) -> None:
        """A stack without an embedding model leaves the embedding to its index's offer."""
        for name, index in self.workload.index.items():
            if index.embedding is None or index.embedding not in self.bindings.omitted:
                continue
            tokens = sum(
                (
                    calls.count * calls.tokens.get("input_tokens", ZERO)
                    for calls in self.usage.model_calls
                    if calls.role == index.embedding
                    and (
                        calls.step in (f"{name} queries", f"{name} upserts")
                        or (calls.job is not None and calls.job.upserts_to == name)
                    )
                ),
                ZERO,
            )
            part = self.usage.parts[name]
            variables = {**part.variables, "embedding_tokens": tokens}
            parts = {**self.usage.parts, name: replace(part, variables=variables)}
            self.usage = replace(self.usage, parts=parts)

    def _bill(self, group: list[Bound], allowances: Allowances) -> None:
        entry = group[0].entry
        try:
            if isinstance(entry.item, Model):
                self._models(entry, group, allowances)
            elif group[0].kind == "model":
                self._machines(entry, group)
            else:
                self._buy(entry, group[0], [self._take(bound) for bound in group])
        except MissingVariables as error:
            path = group[0].path[:3]
            self.problems.append(Problem(path, str(error.message), error.hint, "key"))
        except BadUsage as error:
            self.problems.append(Problem(group[0].path, str(error.message), error.hint))
        except (InvalidOperation, Overflow):  # an amount of fifty digits cannot be settled
            self.problems.append(Problem(group[0].path, f"{entry.id}: {TOO_MUCH}", LESS))

    def _models(self, entry: Entry, group: list[Bound], allowances: Allowances) -> None:
        pools: dict[Reservation, list[Bound]] = {}
        for bound in group:
            if bound.kind == "model" and bound.binding.reserved is not None:
                pools.setdefault(bound.binding.reserved, []).append(bound)
                continue
            self.problems += lacking(bound, self.workload)
            demands = calls_of(bound, self.usage, self.workload)
            component = "tokens" if bound.kind == "model" else "search-rerank"
            self._model(bound, component, demands, allowances)
        for asked, bounds in pools.items():
            self._reserve(entry, asked, bounds, allowances)

    def _model(
        self, bound: Bound, component: str, demands: Sequence[ModelCalls], allowances: Allowances
    ) -> None:
        terms = self._buys(bound, allowances)
        lines = model_lines(self.book, bound.entry, self.day, demands, self.workload.traffic, terms)
        for line in lines:
            line.component = component
        self._enter(bound.entry, lines)
        self._tell_model(bound.entry, demands, terms)

    def _buys(self, bound: Bound, allowances: Allowances) -> Terms:
        return Terms(
            input_factor=bound.binding.input_factor,
            output_factor=bound.binding.output_factor,
            region=tokens_served_in(bound.entry, bound.binding, self.stack),
            discount=self.discounts.off(bound.entry.id),
            paid=allowances.paid(bound.entry, self.day),
        )

    def _reserve(
        self, entry: Entry, asked: Reservation, bounds: Sequence[Bound], allowances: Allowances
    ) -> None:
        """A deployment of reserved units for the roles that share a model and how it is bought."""
        from costplan.plan.bill.reserving import Buyer, reserve  # a bill by the token never asks

        calls = self.usage.model_calls
        buyers = [
            Buyer([call for call in calls if call.role == own.role], self._buys(own, allowances))
            for own in bounds
        ]
        deployment = reserve(self.catalog, self.book, entry, asked, buyers, self.workload, self.day)
        self.reserved.append(deployment)
        self._enter(entry, [*deployment.kept, *deployment.spilled()])
        units = deployment.lines(self.discounts.off(entry.id))
        self._enter(entry._replace(currency=deployment.rate.currency), units)
        for buyer in buyers:
            self._tell_model(entry, buyer.calls, buyer.terms)
        self.tell(deployment.facts(entry.id))

    def _machines(self, entry: Entry, group: list[Bound]) -> None:
        for bound in group:
            demands = [call for call in self.usage.model_calls if call.role == bound.role]
            self._fleet(entry, bound, demands)

    def _fleet(self, entry: Entry, bound: Bound, demands: Sequence[ModelCalls]) -> None:
        given = at_work(entry, demands, bound.binding)
        take = Take(role=bound.role, component=entry.category, purpose="produce", variables=given)
        bill = self._offer(entry, [take])
        per_second = bound.binding.tokens_per_second
        assert per_second is not None or self.problems
        if per_second is not None:
            self.problems += [
                problem.under(bound.path[:3])
                for problem in bill_machines(
                    entry, bill, demands, bound.binding, self.workload.traffic
                )
            ]
        self._enter_offer(entry, bound, bill)

    def _take(self, bound: Bound) -> Take:
        part, category = self.usage.parts[bound.role], bound.entry.category
        purpose = purpose_of(category)
        return Take(
            role=bound.role,
            component=category,
            purpose=purpose,
            variables={**part.variables, **bound.variables},
            uses=part.all_for(purpose) if category == "guardrails" else part.purposes,
        )

    def _offer(self, entry: Entry, takes: list[Take]) -> OfferBill:
        return self.book.offer(entry, self.day).bill(
            takes, free_tiers=self.stack.free_tiers, discount=self.discounts.off(entry.id)
        )

    def _buy(self, entry: Entry, bound: Bound, takes: list[Take]) -> None:
        self._enter_offer(entry, bound, self._offer(entry, takes))

    def _enter_offer(self, entry: Entry, bound: Bound, bill: OfferBill) -> None:
        self._enter(entry, bill.lines, bill.grants)
        for gate, reached in bill.refused:
            why = f": {gate.reason}" if gate.reason else ""
            self.problems.append(
                Problem(
                    bound.path,
                    f"{entry.id} does not serve this workload: {gate.variable} is "
                    f"{rounded(reached)}, at most {grouped(gate.max)}{why}",
                    instead_of(self.catalog, entry, bound.kind),
                )
            )
        self._tell_offer(entry, bill)

    def _required(self) -> None:
        """Offers that must be bought along: billed once, unless the stack binds them already."""
        waiting = list(self.bindings.bound.values())
        bound_ids = {bound.entry.id for bound in waiting}
        for bound in waiting:
            item = bound.entry.item
            for name in item.requires if isinstance(item, Offer) else ():
                if name in bound_ids:
                    continue
                bound_ids.add(name)
                self._require(name, bound)

    def _require(self, name: str, bound: Bound) -> None:
        try:
            entry = self.catalog.get(name)
            self.used[entry.id] = entry
            problem = self._no_rate(entry, bound)
            if problem is not None:
                self.problems.append(problem)
                return
            own = self.usage.parts[bound.role].variables if bound.role in self.usage.parts else {}
            kinds = [kind for kind, served in SERVES.items() if entry.category in served]
            part = next(
                (self.usage.parts[kind] for kind in kinds if kind in self.usage.parts), None
            )
            take = Take(
                role=bound.role,
                component=entry.category,
                purpose=purpose_of(entry.category),
                variables={**own, **(part.variables if part else {})},
            )
            self._tell_required(entry, bound)
            self._along(entry, bound, take)
        except BadUsage as error:
            self.problems.append(
                Problem(
                    bound.path,
                    f"{bound.entry.id} needs {name}: {error.message}",
                    f'bind it: a role = "{name}"',
                )
            )

    def _along(self, entry: Entry, bound: Bound, take: Take) -> None:
        """Bill an offer bought along; what the workload says nothing of counts as unused."""
        try:
            self._buy(entry, bound, [take])
        except MissingVariables as error:
            unused = {variable.name: ZERO for variable in error.needed}
            self._tell_unused(entry, list(unused))
            given = {**take.variables, **unused}
            self._buy(entry, bound, [replace(take, variables=given)])

    def _fixed(self, fixed: Fixed, monthly: Decimal, at: int) -> None:
        amount = settle(monthly)
        price = Price(
            offer=WORKLOAD,
            charge=fixed.name,
            unit="month",
            price=amount,
            per=ONE,
            source=f"the workload file, [[fixed]] {at + 1}",
            confidence=STATED,
            since=self.day,
            checked=self.day,
        )
        self.lines.append(
            LineItem(
                price=price,
                quantity=ONE,
                list_amount=amount,
                amount=amount,
                role=fixed.name,
                component=fixed.component,
                purpose=fixed.purpose,
                fixed=True,
            )
        )
