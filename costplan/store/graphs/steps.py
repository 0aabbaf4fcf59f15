"""A graph as the steps of a workload: their order, what each calls, what it judges, who takes over.

Nodes run in the order of the edges; a way back is one where it leads to a node before. Where a
graph branches, the code says which ways there are and not how often each is taken.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import pairwise
from typing import Literal

from costplan.store.graphs.known import BY_NAME, JUDGE, PERSON
from costplan.store.graphs.shape import END, START, Graph, Named, Node

Kind = Literal["model", "index", "tool"]


@dataclass
class Step:
    """A step of a node. ``models``: those that its code names, the first of which is taken.
    ``goes``: the steps that may follow, where it is not simply the next one. ``restart``: the step
    from which a rejection runs again."""

    node: str
    name: str
    kind: Kind
    place: str
    models: list[Named] = field(default_factory=list)
    stores: list[str] = field(default_factory=list)
    embeddings: list[Named] = field(default_factory=list)
    tools: list[str] = field(default_factory=list)
    judges: list[str] = field(default_factory=list)
    restart: str | None = None
    goes: list[str] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)


@dataclass
class Plan:
    """Steps in their order. ``people``: what says that somebody takes over, None where nothing
    does; ``always``: on every request."""

    name: str
    steps: list[Step]
    people: str | None
    always: bool
    notes: list[str]


def planned(graph: Graph) -> Plan:
    """The steps of a graph."""
    notes = list(graph.notes)
    persons = {
        name for name, node in graph.nodes.items() if PERSON.search(name) and not node.does.models
    }
    ways = _ways(graph, notes)
    people, always = _people(graph, ways, persons)
    ways = _without(ways, persons)
    order = _order(ways, notes)
    plan = Plan(graph.name, [], people, always, notes)
    for name in order:
        plan.steps += _steps(graph.nodes[name], plan)
    _led(plan, ways, order)
    _reached(plan)
    _ended(plan)
    notes += [f"{name}: a person, and so no step but a case of [human]" for name in sorted(persons)]
    return plan


class _Ways(dict[str, tuple[list[str], list[str]]]):
    """Of each node: where it always leads, and where it may."""


def _ways(graph: Graph, notes: list[str]) -> _Ways:
    ways = _Ways({name: ([], []) for name in [START, *graph.nodes]})
    missing: dict[str, None] = {}
    for source, target in graph.edges:
        _lead(ways, source, target, 0, missing)
    for source, targets in graph.branches:
        for target in targets:
            _lead(ways, source, target, 1, missing)
    for name, node in graph.nodes.items():
        for target in node.does.goes_to:
            _lead(ways, name, target, 1, missing)
    notes += [f"{name}: an edge names it, and no node of the code does" for name in missing]
    led_to = {target for always, may in ways.values() for target in always + may}
    alone = [name for name in graph.nodes if name not in led_to]
    for source in graph.computed:
        if source in ways and alone:
            ways[source][1].extend(name for name in alone if name != source)
            notes.append(
                f"{source}: taken to lead to {', '.join(alone)}, to which nothing else does"
            )
    if len(ways[START][1]) > 1:
        notes.append(f"it begins at one of {', '.join(ways[START][1])}; all are billed")
    ways[START] = (list(dict.fromkeys([*ways[START][0], *ways[START][1]])), [])
    return ways


def _lead(ways: _Ways, source: str, target: str, kind: int, missing: dict[str, None]) -> None:
    """Note a way between two nodes; none leads to the start or from the end."""
    unknown = [end for end in (source, target) if end not in ways and end != END]
    missing.update(dict.fromkeys(unknown))
    if not unknown and source != END and target != START and target not in ways[source][kind]:
        ways[source][kind].append(target)


def _people(graph: Graph, ways: _Ways, persons: set[str]) -> tuple[str | None, bool]:
    """What says that somebody takes over, and whether that is on every request."""
    said = None
    for name, node in graph.nodes.items():
        if node.does.people and name not in persons:
            below = "" if node.does.threshold is None else f", below {node.does.threshold:g}"
            said = said or f"{name}: {node.does.people}{below}"
    if graph.asked:
        said = said or f"the graph stops at {', '.join(graph.asked)} for a person"
    if persons:
        said = said or f"the node {', '.join(sorted(persons))}"
    always = any(
        name in ways[source][0] and not ways[source][1]
        for name in persons
        for source in ways
        if source not in persons
    )
    return said, always


def _without(ways: _Ways, persons: set[str]) -> _Ways:
    """The ways past people: what always leads to one goes where that one leads."""
    past = _Ways()
    for name, (always, may) in ways.items():
        if name in persons:
            continue
        straight: list[str] = []
        waiting = list(always)
        seen: set[str] = set()
        while waiting:
            target = waiting.pop(0)
            if target in persons and target not in seen:
                seen.add(target)
                waiting += [*ways[target][0], *ways[target][1]]
            elif target not in persons and target not in straight:
                straight.append(target)
        past[name] = (straight, [target for target in may if target not in persons])
    return past


def _order(ways: _Ways, notes: list[str]) -> list[str]:
    """The nodes in the order they can first run in; those that nothing leads to are left out."""
    starts = [name for name in ways[START][0] if name != END]
    if not starts:
        led_to = {target for always, may in ways.values() for target in always + may}
        names = [name for name in ways if name != START]
        starts = [name for name in names if name not in led_to][:1] or names[:1]
        notes += [f"where the graph begins is not in the code: {name} is taken" for name in starts]
    order: list[str] = []
    begun: set[str] = set()
    for start in reversed(starts):
        waiting: list[tuple[str, bool]] = [(start, False)]
        while waiting:
            name, done = waiting.pop()
            if done:
                order.append(name)
            elif name not in begun and name != END:
                begun.add(name)
                waiting.append((name, True))
                waiting += [(target, False) for target in (*ways[name][0], *ways[name][1])]
    order.reverse()
    rest = [name for name in ways if name not in begun and name != START]
    notes += [f"{name}: no edge leads to it; left out" for name in rest]
    return order


def _steps(node: Node, plan: Plan) -> list[Step]:
    """A node as a step, or as two where it searches and then asks a model."""
    does = node.does
    name = _own_name("end-step" if node.name == "end" else node.name, plan)
    step = Step(node.name, name, "tool", node.place, tools=does.tools)
    earlier = [step.name for step in plan.steps if step.kind != "tool" and not step.judges]
    if does.models or does.asks:
        step.kind, step.models = "model", list(dict.fromkeys(does.models))
    elif does.searches or does.stores:
        step.kind = "index"
    elif not does.tools and does.threshold is None and not does.people:
        step.kind = _by_name(node.name, step)
    steps = [step]
    if step.kind == "model" and does.searches:
        search = _own_name(f"{name}-search", plan)
        steps = [Step(node.name, search, "index", node.place), step]
        earlier.append(search)
    for part in steps:
        if part.kind == "index":
            part.stores, part.embeddings = does.stores, does.embeddings
    judge = does.threshold is not None or bool(does.people) or JUDGE.search(node.name)
    if judge and earlier and step.kind != "index":
        step.judges = earlier
        if does.threshold is not None:
            then = f": {does.people}" if does.people else ""
            step.remarks.append(f"below a confidence of {does.threshold:g}{then}")
    if node.attempts is not None:
        plan.notes.append(
            f"{node.name}: tried up to {node.attempts} times where it raises an error; "
            f"max_attempts = {node.attempts} with a detection_rate says so"
        )
    if len(step.models) > 1:
        rest = ", ".join(model.model for model in step.models[1:])
        plan.notes.append(f"{node.name}: names {len(step.models)} models; left out: {rest}")
    return steps


def _own_name(name: str, plan: Plan) -> str:
    """The name, or one like it where a step has it already."""
    taken = {step.name for step in plan.steps}
    return next(
        free for free in (name, *(f"{name}-{n}" for n in range(2, 999))) if free not in taken
    )


def _by_name(name: str, step: Step) -> Kind:
    """What a node is taken for by its name alone, which is said."""
    for kind, pattern in BY_NAME:
        if pattern.search(name):
            step.remarks.append("taken for this by its name alone")
            return "index" if kind == "index" else "model"
    return "tool"


def _led(plan: Plan, ways: _Ways, order: list[str]) -> None:
    """Where each step leads, where that is not the next one: branches, jumps and ways back."""
    at = {name: place for place, name in enumerate(order)}
    last = {step.node: step for step in plan.steps}
    first = {step.node: step.name for step in reversed(plan.steps)}
    beside = _beside(ways, at)
    for name, following in pairwise([*order, END]):
        step = last[name]
        always, may = ways[name]
        back = [target for target in may if at.get(target, len(at)) < at[name]]
        if step.judges and back:
            step.restart = first[back[0]]
            may = [target for target in may if target not in back]
        targets = list(dict.fromkeys([*may, *always]))
        if len(targets) > 1 and not may:
            all_of = ", ".join(targets).replace(END, "the end")
            plan.notes.append(f"behind {name} run side by side: {all_of}; all are billed")
            ahead = [target for target in targets if at.get(target, len(at)) > at[name]]
            targets = [min(ahead or targets, key=lambda target: at.get(target, len(at)))]
        targets = beside.get(name, targets or [END])
        if len(targets) > 1:
            shares = ", ".join(targets).replace(END, "the end")
            plan.notes.append(f"how often {name} leads to each of {shares}; equal shares assumed")
        if targets != [following]:
            step.goes = [END if target == END else first[target] for target in targets]


def _reached(plan: Plan) -> None:
    """A way to every step: what no step leads to is led to by the one before it, which is said."""
    names = [step.name for step in plan.steps]
    at = {name: place for place, name in enumerate(names)}
    reached: set[int] = set()
    waiting = [0]
    while waiting:
        place = waiting.pop()
        if place not in reached and place < len(names):
            reached.add(place)
            step = plan.steps[place]
            goes = [at[name] for name in step.goes if name != END] if step.goes else [place + 1]
            waiting += [*goes, *([] if step.restart is None else [at[step.restart]])]
        missing = min(set(range(len(names))) - reached, default=None)
        if not waiting and missing is not None:
            before = plan.steps[missing - 1]
            before.goes.append(names[missing])
            plan.notes.append(f"{names[missing]}: taken to follow {before.name} now and then")
            waiting.append(missing)


def _ended(plan: Plan) -> None:
    """A way out for every step: a loop that nothing leaves ends where it begins, which is said."""
    names = [step.name for step in plan.steps]
    goes = {
        step.name: step.goes or [following]
        for step, following in zip(plan.steps, [*names[1:], END], strict=True)
    }
    while True:
        ending: set[str] = {END}
        while more := {
            name for name in names if name not in ending and not ending.isdisjoint(goes[name])
        }:
            ending |= more
        caught = [step for step in plan.steps if step.name not in ending]
        if not caught:
            return
        step = caught[0]
        step.goes = goes[step.name] = [*goes[step.name], END]
        plan.notes.append(f"{step.name}: what ends its loop is not in the code; an end is assumed")


def _beside(ways: _Ways, at: dict[str, int]) -> dict[str, list[str]]:
    """Nodes that run side by side, each led to the next of them: all are billed, once."""
    led: dict[str, list[str]] = {}
    for always, may in ways.values():
        group = sorted((node for node in always if node in at), key=lambda node: at[node])
        if len(group) > 1 and not may:
            for node, following in pairwise(group):
                if not ways[node][1] and at[following] > at[node]:
                    led[node] = [following]
    return led
