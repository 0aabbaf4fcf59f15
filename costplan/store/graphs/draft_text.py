"""Steps of a graph as the text of a workload. What the code does not say is assumed and says so."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import NamedTuple

from costplan.problems import clean
from costplan.store.files.catalog_text import inline, key_text
from costplan.store.files.measured_text import role_of
from costplan.store.graphs.known import OWN
from costplan.store.graphs.shape import END, Named
from costplan.store.graphs.steps import Plan, Step

TRACE = "the mean of the Azure LLM inference trace, conversation, 2023-11-11"
ANY = {
    "openai": "openai/gpt-6.1-terra",
    "anthropic": "anthropic/claude-sonnet-5-5",
    "google": "google/gemini-4-argon",
}
"""A stack each for a model that the code does not name."""
COLUMN = 34
OfferOf = Callable[[Named], str | None]
"""The id of a model in the catalogue, None where it has none of exactly that name."""


class Roles(NamedTuple):
    """What steps are bound to. ``models``: the offer of each role, None for one that is not known;
    ``others``: of every other role, as TOML writes it, with a comment."""

    models: dict[str, str | None]
    others: dict[str, tuple[object, str]]
    of: dict[str, str]
    """The role of each step, by its name."""


def draft_text(plan: Plan, source: str, offer_of: OfferOf) -> str:
    """A workload of these steps, with success rates left out. What is missing goes to the plan's
    notes, which stand at its head."""
    roles = _roles(plan, offer_of)
    first, _, _ = source.partition(",")
    body = [f"name = {inline(role_of(Path(first).stem))}", "", "[traffic]"]
    body.append(_line("requests_per_month", "10_000", "assumed"))
    for step in plan.steps:
        body += _step(step, roles)
    body += _index(plan, roles, offer_of)
    body += _human(plan)
    body += _stacks(roles)
    head = [
        f"A draft, read from {source} by 'costplan init --from': code is read, never run.",
        "What is marked as assumed is not in it. Success rates are left out: until you measure",
        "them, each step runs once a request, and what becomes of a request is not modelled.",
        "What could not be read, and so is yours to say:",
        *(f"- {note}" for note in [*plan.notes, *missing(plan)]),
    ]
    return "".join(f"# {clean(line)}\n" for line in head) + "\n".join(body) + "\n"


def missing(plan: Plan) -> Iterable[str]:
    """What no code says, whatever it is."""
    yield "how many requests come, and tokens of a call ('costplan calibrate' measures both)"
    judges = [step.name for step in plan.steps if step.judges]
    if judges:
        yield f"{', '.join(judges)}: sensitivity and false_positive_rate, on graded answers"
    if plan.people:
        yield f"what a case costs that a person takes over ({plan.people}), and how many there are"


def _roles(plan: Plan, offer_of: OfferOf) -> Roles:
    roles = Roles({}, {"orchestration": ("langgraph/open-source", "the library")}, {})
    taken: dict[Named | None, str] = {}
    for step in plan.steps:
        if step.kind == "model":
            model = step.models[0] if step.models else None
            if model not in taken:
                taken[model] = _free("chat" if not taken else role_of(step.name), roles)
                roles.models[taken[model]] = _offer(step, model, offer_of, plan)
            roles.of[step.name] = taken[model]
        elif step.kind == "index":
            roles.of[step.name] = "knowledge"
            roles.others.setdefault("knowledge", _store(step, plan))
        else:
            priced = next((tool for tool in step.tools if tool), None)
            role = _free(role_of(step.name), roles)
            roles.of[step.name] = role
            none = {"none": "code of the program's own, on its runtime"}
            roles.others[role] = (
                (priced, "") if priced else (none, "what it calls outside is not in it")
            )
    return roles


def _free(name: str, roles: Roles) -> str:
    """The name, or one like it where it is a role already or means something else."""
    kept = {*roles.models, *roles.others, "knowledge", "embedder", *RESERVED}
    return next(
        role for role in (name, *(f"{name}-{n}" for n in range(2, 1_000))) if role not in kept
    )


RESERVED = ("observability", "runtime", "human", "free_tiers", "residency")


def _offer(step: Step, model: Named | None, offer_of: OfferOf, plan: Plan) -> str | None:
    if model is None:
        plan.notes.append(f"{step.name}: which model answers; three to compare are in the stacks")
        return None
    offer = offer_of(model)
    if offer is None:
        whose = f" of {model.vendor}" if model.vendor else ""
        plan.notes.append(
            f"{step.name}: '{model.model}'{whose} is no model of the catalogue under that name; "
            "three to compare are in the stacks ('costplan pricing search' finds it)"
        )
    return offer


def _store(step: Step, plan: Plan) -> tuple[object, str]:
    if not step.stores:
        plan.notes.append(f"{step.name}: which vector store it asks; pinecone is assumed")
        return "pinecone", "assumed"
    store = step.stores[0]
    if store == OWN:
        return {"none": "an index in the program's own memory"}, ""
    return store, ""


def _step(step: Step, roles: Roles) -> list[str]:
    remarks = "; ".join([step.place, *step.remarks])
    lines = ["", _padded("[[step]]", remarks), f"name = {inline(step.name)}"]
    lines.append(f"{step.kind} = {inline(roles.of[step.name])}")
    if step.kind == "model":
        lines.append(_line("input_tokens", "1_155", f"assumed: {TRACE}"))
        lines.append(_line("output_tokens", "211", f"assumed: {TRACE}"))
    if step.judges:
        lines.append(f"judges = {inline(tuple(step.judges))}")
        if step.kind == "tool":
            lines.append('purpose = "coordinate"')
    if step.restart:
        lines.append(f"on_reject = {inline({'restart': step.restart})}")
    if step.goes:
        lines.append(_next(step))
    return lines


def _next(step: Step) -> str:
    names = ["end" if name == END else name for name in step.goes]
    if len(names) == 1:
        return f"next = {inline(names[0])}"
    whole, rest = divmod(100, len(names))
    shares = [whole + (at < rest) for at in range(len(names))]
    pairs = ", ".join(
        f"{key_text(name)} = {share / 100:g}" for name, share in zip(names, shares, strict=True)
    )
    return _padded(f"next = {{ {pairs} }}", "assumed: equal shares")


def _index(plan: Plan, roles: Roles, offer_of: OfferOf) -> list[str]:
    steps = [step for step in plan.steps if step.kind == "index"]
    if not steps:
        return []
    lines = ["", "[index.knowledge]", _line("vectors", "500_000", "assumed")]
    lines.append(_line("dimensions", "1_024", "assumed"))
    embeddings = [model for step in steps for model in step.embeddings]
    offer = next((known for known in map(offer_of, embeddings) if known is not None), None)
    if offer is None:
        said = (
            f"'{embeddings[0].model}' is not in the catalogue" if embeddings else "not in the code"
        )
        plan.notes.append(f"{steps[0].name}: which model embeds its queries: {said}")
        return lines
    roles.others["embedder"] = (offer, "")
    return [*lines, 'embedding = "embedder"', _line("query_tokens", "40", "assumed: a question")]


def _human(plan: Plan) -> list[str]:
    if not plan.people:
        return []
    lines = ["", _padded("[human]", plan.people)]
    said = "assumed: a chat ticket is 3 to 5 (supp.support, 2026)"
    lines.append(_line("cost_per_case", "4.00", said))
    if plan.always:
        lines.append(
            _line("share", "1", "every request reaches a person; goes once success rates are in")
        )
    return lines


def _stacks(roles: Roles) -> list[str]:
    unknown = [role for role, offer in roles.models.items() if offer is None]
    lines = []
    for stack, any_model in (ANY if unknown else {"as-written": ""}).items():
        lines += ["", f"[stack.{stack}]"]
        for role, offer in roles.models.items():
            said = "assumed: the code names none that is known" if offer is None else ""
            lines.append(_padded(f"{role} = {inline(offer or any_model)}", said))
        lines += [
            _padded(f"{role} = {inline(value)}", said)
            for role, (value, said) in roles.others.items()
        ]
    return lines


def _line(key: str, value: str, comment: str) -> str:
    return _padded(f"{key} = {value}", comment)


def _padded(text: str, comment: str) -> str:
    return f"{text:{COLUMN - 2}}  # {clean(comment)}" if comment else text


def with_notes(text: str, source: str, notes: Iterable[str]) -> str:
    """A workload measured from a trace, with what could not be measured at its head."""
    head = [f"A draft, measured from {source} by 'costplan init --from'. What it could not say:"]
    head += [f"- {note}" for note in notes]
    return "".join(f"# {clean(line)}\n" for line in head) + text
