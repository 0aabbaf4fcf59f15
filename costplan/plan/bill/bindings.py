"""From the roles of a stack to entries of the catalogue: exact ids, or the cheapest plan of a
product whose gates admit the workload. Every refusal has its place in the workload file."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from costplan.billing.book import Book
from costplan.billing.takes import Take
from costplan.billing.variables import MissingVariables, takes_variable, variables_of
from costplan.catalog.lookup import Catalog, Entry, alias_fact
from costplan.catalog.model import Model
from costplan.catalog.offer import Offer
from costplan.facts import Fact, fact
from costplan.problems import BadUsage, Path, PriceNotKnown, Problem, did_you_mean
from costplan.quantity import ZERO, decimal, grouped, rounded, total
from costplan.words import Category
from costplan.workload.model import Binding, Stack
from costplan.workload.usage import PartUsage, Usage

SERVES: dict[str, tuple[Category, ...]] = {
    "model": ("tokens", "compute"),
    "index": ("vector-db",),
    "tool": ("search-rerank", "guardrails", "runtime", "orchestration", "compute", "tokens"),
    "observability": ("observability",),
    "orchestration": ("orchestration", "runtime"),
    "runtime": ("runtime", "compute", "orchestration"),
    "human": ("human",),
}
"""Which categories of the catalogue can fill each kind of role."""


@dataclass(slots=True, repr=False, eq=False)
class Bound:
    """A role with the entry that fills it."""

    role: str
    kind: str
    binding: Binding
    entry: Entry
    path: Path
    variables: dict[str, Decimal]


@dataclass(slots=True, repr=False, eq=False)
class Bindings:
    """A stack's roles, filled; and what was refused, chosen or left out on the way.

    ``chosen``: a plan was, by the month's quantities.
    """

    bound: dict[str, Bound] = field(default_factory=dict)
    omitted: dict[str, str] = field(default_factory=dict)
    facts: list[Fact] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    chosen: bool = False


def bind(
    catalog: Catalog,
    book: Book,
    name: str,
    stack: Stack,
    kinds: Mapping[str, str],
    usage: Usage,
    day: date,
) -> Bindings:
    """Fill every role of a stack. ``kinds`` says what each role of the workload is."""
    bindings = Bindings()
    for role in stack.roles:
        binding = stack.binding(role)
        kind = kinds.get(role)
        if binding is None or kind is None:
            continue  # refused when the file was read
        path: Path = ("stack", name, role)
        if isinstance(stack.roles[role], Binding) and binding.offer is not None:
            path = (*path, "offer")
        if binding.offer is None:
            bindings.omitted[role] = binding.none or ""
            continue
        variables = {key: decimal(value) for key, value in binding.variables.items()}
        part = usage.parts.get(role)
        given = {**(part.variables if part else {}), **variables}
        entry = catalog.find(binding.offer)  # a broken catalogue file is not this role's fault
        try:
            if entry is None:
                bindings.chosen = True
                plans = plans_of(catalog, binding.offer, kind)
                asked = binding.offer
                entry = _cheapest(book, asked, kind, plans, given, stack, day, bindings)
            _fits(entry, kind, role, binding, bindings.problems, ("stack", name, role))
        except BadUsage as error:
            bindings.problems.append(Problem(path, str(error.message), error.hint))
            continue
        bindings.facts += alias_fact(entry, binding.offer)
        bindings.bound[role] = Bound(role, kind, binding, entry, path, variables)
    return bindings


def _fits(
    entry: Entry, kind: str, role: str, binding: Binding, problems: list[Problem], path: Path
) -> None:
    if entry.category not in SERVES[kind]:
        raise BadUsage(
            f"{entry.id} is an offer of {entry.category}, which cannot fill '{role}'",
            f"'{role}' takes an offer of {', '.join(SERVES[kind])}",
        )
    reranks = isinstance(entry.item, Model) and entry.item.kind == "rerank" and kind == "tool"
    if isinstance(entry.item, Model) and kind != "model" and not reranks:
        raise BadUsage(f"{entry.id} is a model; '{role}' is a {kind}", "call it with a model step")
    if isinstance(entry.item, Offer):
        for key in binding.variables:
            if not takes_variable(entry.item, key):
                known = [*variables_of(entry.item), "success", "tokens_per_second", "region"]
                hint = did_you_mean(key, known) or "it has: " + ", ".join(variables_of(entry.item))
                problems.append(
                    Problem((*path, key), f"{entry.id} has no variable '{key}'", hint, "key")
                )
    elif binding.variables:
        for key in binding.variables:
            known = ["success", "retry_success", "input_factor", "output_factor", "region"]
            hint = did_you_mean(key, known) or "a model takes: " + ", ".join(known)
            problems.append(
                Problem((*path, key), f"{entry.id} has no variable '{key}'", hint, "key")
            )
    if binding.reserved is not None and (kind != "model" or not isinstance(entry.item, Model)):
        problems.append(
            Problem(
                (*path, "reserved"),
                f"{entry.id} is no model that is paid by the token",
                "throughput is reserved of models",
                "key",
            )
        )
    if kind == "model" and entry.category == "compute" and binding.tokens_per_second is None:
        problems.append(
            Problem(
                path,
                f"{entry.id} is a machine: how many output tokens a second does one serve?",
                "tokens_per_second = your measured number",
            )
        )


def plans_of(catalog: Catalog, name: str, kind: str) -> list[Entry]:
    """The plans of the product that ``name`` is, of which the cheapest that serves is taken.

    Raises BadUsage where it is no product, or several.
    """
    below = catalog.plans(name) if name else []
    fitting = _by_plan(below, kind)
    if not fitting:
        if below:
            ids = ", ".join(entry.id for entry in below[:8])
            raise BadUsage(f"'{name}' sells nothing that is a {kind} by plan", f"it sells: {ids}")
        raise BadUsage(f"unknown offer '{name}'", catalog.hint(name))
    products = _products(fitting)
    if len(products) > 1 or isinstance(fitting[0].item, Model):
        ids = ", ".join(entry.id for entry in fitting[:12]) + (" ..." if len(fitting) > 12 else "")
        raise BadUsage(f"'{name}' names {len(fitting)} offers: say which", ids)
    if len({entry.currency for entry in fitting}) > 1:
        ids = ", ".join(f"{entry.id} ({entry.currency})" for entry in fitting)
        raise BadUsage(f"the plans of '{name}' are not in one currency: say which", ids)
    return fitting


def _by_plan(below: list[Entry], kind: str) -> list[Entry]:
    return [
        entry
        for entry in below
        if entry.category in SERVES[kind] and (isinstance(entry.item, Model) or entry.item.plan)
    ]


def _products(plans: list[Entry]) -> set[str | None]:
    return {entry.item.product for entry in plans if isinstance(entry.item, Offer)}


def instead_of(catalog: Catalog, entry: Entry, kind: str) -> str:
    """What could serve where an offer does not: a product's name alone, its other plans, or a
    look at the category."""
    name = entry.id.partition("/")[0]
    plans = [plan for plan in _by_plan(catalog.plans(name), kind) if isinstance(plan.item, Offer)]
    others = [plan for plan in plans if plan.id != entry.id]
    if others and len(_products(plans)) == 1:
        return f'"{name}" alone takes the cheapest plan that does'
    own = _products([entry])
    same = [plan.id for plan in others if _products([plan]) == own]
    if same:
        return "other plans: " + ", ".join(same[:8]) + (" ..." if len(same) > 8 else "")
    return f"'costplan pricing list --category {entry.category}' shows what else there is"


def _cheapest(
    book: Book,
    name: str,
    kind: str,
    plans: list[Entry],
    given: Mapping[str, Decimal],
    stack: Stack,
    day: date,
    bindings: Bindings,
) -> Entry:
    """The cheapest plan that serves the workload. Raises BadUsage without one."""
    bills: list[tuple[Decimal, Entry]] = []
    refused: list[str] = []
    take = Take(role=kind, component="", purpose="produce", variables=given)
    for entry in plans:
        try:
            bill = book.offer(entry, day).bill([take], free_tiers=stack.free_tiers)
        except PriceNotKnown:
            continue
        except MissingVariables as error:
            refused.append(
                f"{entry.id} needs {', '.join(variable.name for variable in error.needed)}"
            )
            continue
        if bill.refused:
            gate, reached = bill.refused[0]
            limit = f"{gate.variable} {grouped(gate.max)}"
            refused.append(f"{entry.id} ends at {limit} (here {rounded(reached)})")
        elif any(line.amount is None for line in bill.lines):
            refused.append(f"{entry.id} has charges without a price")
        else:
            bills.append((total(line.amount or ZERO for line in bill.lines), entry))
    if not bills:
        raise BadUsage(f"no plan of '{name}' serves this workload", "; ".join(refused) or None)
    bills.sort(key=lambda bill: bill[0])
    amount, chosen = bills[0]
    others = [f"{entry.id} costs {grouped(cost - amount, 2)} more" for cost, entry in bills[1:3]]
    if told := [*refused, *others]:
        bindings.facts.append(fact("cheapest-plan-of", chosen.id, asked=name, others=told))
    else:
        bindings.facts.append(fact("cheapest-plan", chosen.id, asked=name))
    return chosen


def role_kinds(parts: Mapping[str, PartUsage], models: set[str], human: bool) -> dict[str, str]:
    """What each role of a workload is: model, index, tool or a part's own name."""
    kinds = dict.fromkeys(models, "model")
    kinds.update({role: part.kind for role, part in parts.items()})
    if human:
        kinds["human"] = "human"
    return kinds
