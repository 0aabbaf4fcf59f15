"""Each stack's bill for the as-of month, and for each month of a longer horizon.

workload -> usage -> bindings -> lines of models, machines, offers, fixed costs -> Estimate
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal, InvalidOperation, Overflow
from fnmatch import fnmatchcase

from costplan.billing.machines import bill_machines
from costplan.billing.models import Terms, bill_model
from costplan.billing.offers import OfferBill, Take, bill_offer
from costplan.billing.variables import MissingVariables
from costplan.catalog.lookup import Catalog, Entry
from costplan.catalog.model import Model
from costplan.catalog.offer import Offer
from costplan.document.estimate import Component, Estimate, EstimateDocument, Month
from costplan.document.line import LineItem, Price
from costplan.plan.bindings import SERVES, Bindings, Bound, bind, role_kinds
from costplan.plan.reliability import reliability
from costplan.problems import BadUsage, InvalidInput, Problem, did_you_mean
from costplan.quantity import LARGEST, ONE, ZERO, grouped, rounded, settle, with_unit
from costplan.workload.model import Fixed, Stack, Workload
from costplan.workload.outcomes import Solved, solve
from costplan.workload.usage import ModelCalls, Usage, monthly_usage

DEFAULT_PURPOSE = {
    "tokens": "produce",
    "vector-db": "produce",
    "compute": "produce",
    "search-rerank": "produce",
    "observability": "coordinate",
    "orchestration": "coordinate",
    "runtime": "coordinate",
    "guardrails": "coordinate",
    "human": "people",
}
ORDER = (*DEFAULT_PURPOSE, "other")
TOO_MUCH = "the month's quantities are too large to price"
LESS = "numbers here stay under 1e15"
ALWAYS_LEFT_OUT = (
    "taxes",
    "support plans",
    "network egress and storage of your own data, unless a line says so",
)


def estimate(
    workload: Workload, catalog: Catalog, as_of: date, stacks: Sequence[str] = ()
) -> EstimateDocument:
    """The estimates of all stacks, or of the named ones.

    Raises InvalidInput with every problem of every estimated stack, each at its place in the
    workload file; BadUsage for an unknown stack.
    """
    names = list(stacks) or list(workload.stack)
    for name in names:
        if name not in workload.stack:
            hint = did_you_mean(name, workload.stack) or "stacks: " + ", ".join(workload.stack)
            raise BadUsage(f"there is no stack '{name}'", hint)
    problems: list[Problem] = []
    estimates: list[Estimate] = []
    used: dict[str, Entry] = {}
    for name in names:
        planner = _Planner(workload, catalog, name, workload.stack[name])
        try:
            estimates.append(planner.estimate(as_of))
        except InvalidInput as error:
            problems += error.problems
        used.update(planner.used)
    if problems:
        raise InvalidInput(list(dict.fromkeys(problems)))
    if set(names) == set(workload.stack):
        for discount in workload.discount:
            if not any(fnmatchcase(entry, discount.offers) for entry in used):
                for made in estimates:
                    made.warnings.append(f"no stack has an offer '{discount.offers}' to discount")
    return EstimateDocument(
        workload=workload.name,
        currency=workload.currency,
        as_of=as_of,
        catalog_text=_spelled(used.values()),
        offers=sorted(used),
        estimates=estimates,
    )


def estimate_scaled(
    workload: Workload, catalog: Catalog, as_of: date, stack: str, scale: Decimal
) -> Estimate:
    """One stack at ``scale`` times the workload's traffic. Raises as ``estimate``."""
    return _Planner(workload, catalog, stack, workload.stack[stack]).estimate(as_of, scale)


def _spelled(entries: Iterable[Entry]) -> str:
    return "\n".join(sorted(repr((entry.item, entry.currency)) for entry in entries))


@dataclass(slots=True)
class _Month:
    """One month of one stack while it is being put together."""

    solved: Solved
    usage: Usage
    bindings: Bindings
    lines: list[LineItem]
    assumptions: list[str]
    notes: list[str]
    warnings: list[str]
    not_included: list[str]
    problems: list[Problem]


class _Planner:
    def __init__(self, workload: Workload, catalog: Catalog, name: str, stack: Stack) -> None:
        self.workload, self.catalog = workload, catalog
        self.name, self.stack = name, stack
        self.used: dict[str, Entry] = {}
        self._solved: Solved | None = None

    def estimate(self, as_of: date, scale: Decimal = ONE) -> Estimate:
        month = self._month(as_of, scale)
        if month.problems:
            raise InvalidInput(month.problems)
        workload = self.workload
        made = Estimate(
            stack=self.name,
            requests=month.usage.requests,
            conversations=workload.traffic.requests_per_month if workload.conversation else None,
            components=_components(month.lines),
            assumptions=_unique(
                [
                    *_traffic_assumptions(workload),
                    *_same_for_all(month.solved),
                    *month.solved.assumed,
                    *month.assumptions,
                ]
            ),
            notes=_unique([*month.bindings.reasons, *month.notes]),
            warnings=_unique(month.warnings),
            not_included=_unique([*month.not_included, *self._one_offs(), *ALWAYS_LEFT_OUT]),
            not_modelled=_unique(self._not_modelled()),
            stale=self._stale(month.lines, as_of),
            budget=self._budget(),
            reliability=reliability(workload, month.solved, month.lines, month.usage.requests),
        )
        if workload.horizon_months > 1:
            made.months = self._horizon(as_of, made)
        return made

    def _month(self, day: date, scale: Decimal) -> _Month:
        solved = self._solve()
        usage = monthly_usage(self.workload, scale, solved.visits)
        models = {calls.role for calls in usage.model_calls}
        models |= {job.model for job in self.workload.job if job.model}
        models |= {step.model for step in self.workload.step if step.model}
        models |= {step.fallback.model for step in self.workload.step if step.fallback}
        models |= {one.embedding for one in self.workload.index.values() if one.embedding}
        kinds = role_kinds(usage.parts, models, self.workload.human is not None)
        bindings = bind(self.catalog, self.name, self.stack, kinds, usage, day)
        month = _Month(
            solved, usage, bindings, [], list(usage.assumed), [], [], [], list(bindings.problems)
        )
        for role, reason in bindings.omitted.items():
            month.not_included.append(f"{role}: {reason}" if reason else role)
        self._let_index_embed(month)
        groups: dict[str, list[Bound]] = {}
        for bound in bindings.bound.values():
            self.used[bound.entry.id] = bound.entry
            if self._payable(bound, month):
                groups.setdefault(bound.entry.id, []).append(bound)
        for group in groups.values():
            self._bill(group, day, month)
        self._required(day, month)
        month.lines += self._cases(month, day)
        for at, fixed in enumerate(self.workload.fixed):
            month.lines += self._fixed(fixed, at, day)
        return month

    def _solve(self) -> Solved:
        """The outcomes with this stack's models; solved once, months only change the traffic."""
        if self._solved is None:
            own = {
                role: binding.success
                for role in self.stack.roles
                if (binding := self.stack.binding(role)) and binding.success is not None
            }
            self._solved = solve(self.workload, own)
        return self._solved

    def _cases(self, month: _Month, day: date) -> list[LineItem]:
        """People at the workload's own cost, where the stack binds no offer for them."""
        human = self.workload.human
        cases = month.usage.parts["human"].variables["cases"] if human else ZERO
        if human is None or "human" in self.stack.roles or not month.solved.outcomes:
            return []
        price = Price(
            offer="workload",
            charge="cases",
            unit="case",
            price=human.cost_per_case,
            per=ONE,
            source="the workload file, [human]",
            confidence="stated",
            since=day,
            checked=day,
        )
        amount = settle(cases * human.cost_per_case)
        return [
            LineItem(
                price=price,
                quantity=cases,
                list_amount=amount,
                amount=amount,
                role="human",
                component="human",
                purpose="people",
                basis="requests x P(escalated)",
            )
        ]

    def _payable(self, bound: Bound, month: _Month) -> bool:
        if bound.entry.currency != self.workload.currency:
            month.problems.append(
                Problem(
                    bound.path,
                    f"{bound.entry.id} is priced in {bound.entry.currency}, "
                    f"this workload is in {self.workload.currency}",
                    "write its price in your currency under [prices]; "
                    "exchange rates are never guessed",
                )
            )
            return False
        return True

    def _let_index_embed(self, month: _Month) -> None:
        """A stack without an embedding model leaves the embedding to its index's offer."""
        for name, index in self.workload.index.items():
            if index.embedding is None or index.embedding not in month.bindings.omitted:
                continue
            tokens = sum(
                (
                    calls.count * calls.tokens.get("input_tokens", ZERO)
                    for calls in month.usage.model_calls
                    if calls.role == index.embedding
                    and (
                        calls.step in (f"{name} queries", f"{name} upserts")
                        or (calls.job is not None and calls.job.upserts_to == name)
                    )
                ),
                ZERO,
            )
            month.usage.parts[name].variables["embedding_tokens"] = tokens

    def _bill(self, group: list[Bound], day: date, month: _Month) -> None:
        entry = group[0].entry
        try:
            if isinstance(entry.item, Model):
                self._models(entry, group, day, month)
            elif group[0].kind == "model":
                self._machines(entry, group, day, month)
            else:
                takes = [self._take(bound, month.usage) for bound in group]
                self._note(entry, group[0], month, self._offer(entry, day, takes))
        except MissingVariables as error:
            path = group[0].path[:3]
            month.problems.append(Problem(path, str(error.message), error.hint, "key"))
        except BadUsage as error:
            month.problems.append(Problem(group[0].path, str(error.message), error.hint))
        except (InvalidOperation, Overflow):  # an amount of fifty digits cannot be settled
            month.problems.append(Problem(group[0].path, f"{entry.id}: {TOO_MUCH}", LESS))

    def _models(self, entry: Entry, group: list[Bound], day: date, month: _Month) -> None:
        for bound in group:
            demands = [one for one in month.usage.model_calls if one.role == bound.role]
            if bound.kind == "tool":
                demands = self._tool_calls(bound, month)
            terms = Terms(
                input_factor=bound.binding.input_factor,
                output_factor=bound.binding.output_factor,
                region=bound.binding.region or self.stack.residency or self._token_region(entry),
                discount=self._discount(entry),
            )
            bill = bill_model(entry, day, demands, self.workload.traffic, terms)
            for line in bill.lines:
                line.component = "tokens" if bound.kind == "model" else "search-rerank"
            month.lines += bill.lines
            month.assumptions += bill.assumptions
            month.notes += bill.notes
            month.warnings += bill.warnings

    def _tool_calls(self, bound: Bound, month: _Month) -> list[ModelCalls]:
        """A tool served by a model that is priced by the token, such as a reranker."""
        tool = self.workload.tool.get(bound.role)
        if tool is None or tool.input_tokens is None:
            month.problems.append(
                Problem(
                    bound.path,
                    f"{bound.entry.id} is priced by the token: how many does one call read?",
                    f"[tool.{bound.role}] input_tokens = query tokens x documents + their tokens",
                )
            )
            return []
        part = month.usage.parts[bound.role]
        whole = sum(part.purposes.values(), ZERO)
        return [
            ModelCalls(
                role=bound.role,
                step=step or bound.role,
                purpose=purpose,
                count=part.variables["calls"] * weight / whole,
                tokens={"input_tokens": tool.input_tokens},
            )
            for (purpose, step), weight in part.purposes.items()
            if whole
        ]

    def _token_region(self, entry: Entry) -> str | None:
        """The stack's region where the model's price depends on it."""
        model, region = entry.item, self.stack.region
        if isinstance(model, Model) and any(region in card.region for card in model.price):
            return region
        return None

    def _machines(self, entry: Entry, group: list[Bound], day: date, month: _Month) -> None:
        for bound in group:
            demands = [one for one in month.usage.model_calls if one.role == bound.role]
            take = Take(
                role=bound.role,
                component=entry.category,
                purpose="produce",
                variables=bound.variables,
            )
            bill = self._offer(entry, day, [take])
            per_second = bound.binding.tokens_per_second
            assert per_second is not None or month.problems
            if per_second is not None:
                month.problems += [
                    problem.under(bound.path[:3])
                    for problem in bill_machines(
                        entry, bill, demands, bound.binding, self.workload.traffic
                    )
                ]
            self._note(entry, bound, month, bill)

    def _take(self, bound: Bound, usage: Usage) -> Take:
        part = usage.parts[bound.role]
        return Take(
            role=bound.role,
            component=bound.entry.category,
            purpose=DEFAULT_PURPOSE[bound.entry.category],
            variables={**part.variables, **bound.variables},
            uses={} if bound.entry.category == "guardrails" else part.purposes,
        )

    def _offer(self, entry: Entry, day: date, takes: list[Take]) -> OfferBill:
        return bill_offer(
            entry,
            day,
            takes,
            free_tiers=self.stack.free_tiers,
            discount=self._discount(entry),
        )

    def _note(self, entry: Entry, bound: Bound, month: _Month, bill: OfferBill) -> None:
        offer = entry.item
        assert isinstance(offer, Offer)
        month.lines += bill.lines
        month.notes += bill.notes
        for gate, reached in bill.refused:
            why = f": {gate.reason}" if gate.reason else ""
            month.problems.append(
                Problem(
                    bound.path,
                    f"{entry.id} does not serve this workload: {gate.variable} is "
                    f"{rounded(reached)}, at most {grouped(gate.max)}{why}",
                    f'"{entry.id.split("/")[0]}" alone takes the cheapest plan that does',
                )
            )
        own = {name: one for name, one in bill.assumed.items() if name in offer.variables}
        if own:
            words = [
                f"{name} = {with_unit(one, offer.variables[name].unit)}"
                for name, one in own.items()
            ]
            month.assumptions.append(f"{entry.id}: {'; '.join(words)}")
        if offer.not_included:
            month.not_included.append(f"{entry.id}: {'; '.join(offer.not_included)}")
        wanted = self.stack.region
        if wanted and offer.region and wanted not in offer.region:
            month.assumptions.append(
                f"{entry.id}: priced in {offer.region}; no price for {wanted} is in the catalogue"
            )

    def _required(self, day: date, month: _Month) -> None:
        """Offers that must be bought along: billed once, unless the stack binds them already."""
        waiting = list(month.bindings.bound.values())
        bound_ids = {bound.entry.id for bound in waiting}
        for bound in waiting:
            item = bound.entry.item
            for name in item.requires if isinstance(item, Offer) else ():
                if name in bound_ids:
                    continue
                bound_ids.add(name)
                self._require(name, bound, day, month)

    def _require(self, name: str, bound: Bound, day: date, month: _Month) -> None:
        try:
            entry = self.catalog.get(name)
            self.used[entry.id] = entry
            own = month.usage.parts[bound.role].variables if bound.role in month.usage.parts else {}
            kinds = [kind for kind, served in SERVES.items() if entry.category in served]
            part = next(
                (month.usage.parts[kind] for kind in kinds if kind in month.usage.parts), None
            )
            take = Take(
                role=bound.role,
                component=entry.category,
                purpose=DEFAULT_PURPOSE[entry.category],
                variables={**own, **(part.variables if part else {})},
            )
            month.notes.append(f"{bound.entry.id} needs {entry.id}: its bill is included")
            self._note(entry, bound, month, self._along(entry, day, take, month))
        except BadUsage as error:
            month.problems.append(
                Problem(
                    bound.path,
                    f"{bound.entry.id} needs {name}: {error.message}",
                    f'bind it: a role = "{name}"',
                )
            )

    def _along(self, entry: Entry, day: date, take: Take, month: _Month) -> OfferBill:
        """The bill of an offer bought along; what the workload says nothing of counts as unused."""
        try:
            return self._offer(entry, day, [take])
        except MissingVariables as error:
            unused = {one.name: ZERO for one in error.needed}
            month.notes.append(f"{entry.id}: only its fixed part ({', '.join(unused)} unknown)")
            given = {**take.variables, **unused}
            return self._offer(entry, day, [replace(take, variables=given)])

    def _fixed(self, fixed: Fixed, at: int, day: date) -> list[LineItem]:
        if fixed.monthly is None or (fixed.stacks and self.name not in fixed.stacks):
            return []
        amount = settle(fixed.monthly)
        price = Price(
            offer="workload",
            charge=fixed.name,
            unit="month",
            price=amount,
            per=ONE,
            source=f"the workload file, [[fixed]] {at + 1}",
            confidence="stated",
            since=day,
            checked=day,
        )
        component = "human" if fixed.purpose == "people" else "other"
        return [
            LineItem(
                price=price,
                quantity=ONE,
                list_amount=amount,
                amount=amount,
                role=fixed.name,
                component=component,
                purpose=fixed.purpose,
                fixed=True,
            )
        ]

    def _discount(self, entry: Entry) -> Decimal:
        found = [one.percent for one in self.workload.discount if fnmatchcase(entry.id, one.offers)]
        return max(found, default=ZERO) / 100

    def _one_offs(self) -> Iterable[str]:
        """What is paid once has no place in a single month."""
        for fixed in self.workload.fixed if self.workload.horizon_months == 1 else ():
            if fixed.one_off is not None and (not fixed.stacks or self.name in fixed.stacks):
                amount = f"{grouped(fixed.one_off, 2)} {self.workload.currency}"
                yield f"{fixed.name}: {amount} paid once; a longer horizon_months shows it"

    def _budget(self) -> Decimal | None:
        budget = self.workload.budget
        if budget is None:
            return None
        own = budget.stack.get(self.name)
        return own.monthly_total if own else budget.monthly_total

    def _not_modelled(self) -> Iterable[str]:
        solved = self._solve()
        if solved.missing:
            yield f"reliability: {'; '.join(solved.missing)}"
            yield "retries, rejections and cases: each step runs once a request"
        elif self.workload.human is None:
            yield "people: the workload has no [human]; nobody handles what the machine cannot"
        for part in ("observability", "runtime"):
            if getattr(self.workload, part) is None:
                yield f"{part}: the workload has no [{part}]"
        if "orchestration" not in self.stack.roles:
            yield "orchestration: this stack binds none"

    def _stale(self, lines: list[LineItem], as_of: date) -> list[str]:
        limit = self.workload.stale_after_days
        old = {
            (line.price.offer, line.price.checked)
            for line in lines
            if line.price.confidence != "stated" and (as_of - line.price.checked).days > limit
        }
        return [f"{offer}: checked {checked}" for offer, checked in sorted(old)]

    def _horizon(self, as_of: date, first: Estimate) -> list[Month]:
        growth = 1 + self.workload.traffic.growth_per_month
        months = []
        scale = ONE
        for number in range(self.workload.horizon_months):
            if self.workload.traffic.requests_per_month * scale >= LARGEST:
                message = f"month {number + 1} has {self.workload.traffic.requests_per_month} x "
                message += f"{growth} ^ {number} requests: {TOO_MUCH}"
                raise InvalidInput([Problem(("traffic", "growth_per_month"), message, LESS)])
            day = _later(as_of, number)
            month = self._month(day, scale)
            if month.problems:
                raise InvalidInput(month.problems)
            months.append(
                Month(
                    month=day.replace(day=1),
                    requests=month.usage.requests,
                    recurring=sum((line.amount or ZERO for line in month.lines), ZERO),
                    one_off=sum(
                        (
                            settle(fixed.one_off)
                            for fixed in self.workload.fixed
                            if fixed.one_off is not None
                            and fixed.month == number + 1
                            and (not fixed.stacks or self.name in fixed.stacks)
                        ),
                        ZERO,
                    ),
                    at_least=any(line.amount is None for line in month.lines),
                )
            )
            scale *= growth
        return months


def _later(day: date, months: int) -> date:
    """The day ``months`` later: the first of that month, or the as-of day itself for 0."""
    if months == 0:
        return day
    number = day.year * 12 + day.month - 1 + months
    if number // 12 > date.max.year:
        raise BadUsage(f"a horizon of {months + 1} months from {day} ends after {date.max}")
    return date(number // 12, number % 12 + 1, 1)


def _components(lines: list[LineItem]) -> list[Component]:
    grouped_lines: dict[str, list[LineItem]] = {}
    for line in lines:
        grouped_lines.setdefault(line.component, []).append(line)
    rank: Callable[[str], int] = lambda name: ORDER.index(name) if name in ORDER else 99  # noqa: E731
    return [Component(name, grouped_lines[name]) for name in sorted(grouped_lines, key=rank)]


def _traffic_assumptions(workload: Workload) -> list[str]:
    found = []
    if workload.traffic.peak_to_mean is None:
        found.append("traffic is flat: peak_to_mean = 1")
    return found


def _same_for_all(solved: Solved) -> list[str]:
    if solved.outcomes is None or not solved.shared:
        return []
    steps = ", ".join(f"'{name}'" for name in solved.shared)
    return [f"the success rate of {steps} is taken to be the same for every model"]


def _unique(sentences: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(sentences))
