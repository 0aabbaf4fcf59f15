"""What must agree between the tables of a workload file: names, roles, bindings."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from costplan.problems import Path, Problem, did_you_mean
from costplan.words import OWN_HARDWARE, TOKENS
from costplan.workload.budget import stack_problems
from costplan.workload.contract import term_problems
from costplan.workload.flow import flow_problems
from costplan.workload.paths import dotted

if TYPE_CHECKING:  # the records import these rules
    from costplan.workload.model import Stack, Workload

PARTS = ("observability", "runtime", "human")
ALWAYS = ("orchestration",)
RESERVED = ("region", "residency", "free_tiers")
"""Keys of a stack that are no roles."""


def problems_of(workload: Workload) -> Iterable[Problem]:
    """Every disagreement, each at its place in the file."""
    yield from _names(workload)
    yield from _references(workload)
    yield from _validators(workload)
    yield from flow_problems(workload)
    yield from _conversation(workload)
    yield from _people(workload)
    yield from _votes(workload)
    yield from _candidates(workload)
    roles = roles_used(workload)
    yield from _kinds(workload)
    if not workload.stack:
        yield Problem(("stack",), "a workload names at least one stack", "[stack.NAME]")
    terms = {
        "discount": workload.discount,
        "commitment": workload.commitment,
        "credit": workload.credit,
    }
    yield from term_problems(workload.currency, workload.exchange, terms, workload.stack)
    for name, stack in workload.stack.items():
        yield from _bindings(name, stack, roles, workload)


def _people(workload: Workload) -> Iterable[Problem]:
    """Cases are stated or follow from the steps, never both."""
    if workload.human is None or workload.human.share is None:
        return
    rates = [step.success for step in workload.step]
    rates += [
        binding.success
        for stack in workload.stack.values()
        for role in stack.roles
        if (binding := stack.binding(role))
    ]
    if any(rate is not None for rate in rates):
        yield Problem(
            ("human", "share"),
            "states how many cases there are, which the success rates also say",
            "leave out 'share', or every 'success'",
            "key",
        )


def _votes(workload: Workload) -> Iterable[Problem]:
    """A majority of whole runs has one answer: none of them may end with a person."""
    if workload.vote is not None and workload.human is not None:
        yield Problem(
            ("vote",),
            "whole runs are counted by their answers, but a run here may end with a person",
            "leave out [human] or [vote]",
            "key",
        )


def _candidates(workload: Workload) -> Iterable[Problem]:
    steps = {step.name: step for step in workload.step if step.model}
    roles = {step.model: step.name for step in steps.values()}
    for role, models in workload.candidates.items():
        if role not in roles:
            near = did_you_mean(role, [role for role in roles if role])
            message = f"no step calls a model in the role '{role}'"
            yield Problem(("candidates", role), message, near, "key")
            continue
        for at, model in enumerate(models):
            measured = model.success if isinstance(model.success, Mapping) else {}
            for name in measured:
                if name not in steps or steps[name].model != role:
                    own = [step.name for step in steps.values() if step.model == role]
                    hint = did_you_mean(name, own) or "its steps: " + ", ".join(own)
                    path = ("candidates", role, at, "success", name)
                    yield Problem(path, f"no step '{name}' calls '{role}'", hint, "key")


def roles_used(workload: Workload) -> dict[str, Path]:
    """Every role that a stack must bind, with the place that uses it."""
    used: dict[str, Path] = {}
    for role, _, path in _uses(workload):
        used.setdefault(role, path)
    for part in ("observability", "runtime"):
        if getattr(workload, part) is not None:
            used.setdefault(part, (part,))
    return used


def _uses(workload: Workload) -> Iterable[tuple[str, str, Path]]:
    """(role, kind, place) of everything that names a role."""
    for at, step in enumerate(workload.step):
        for key in ("model", "index", "tool"):
            if getattr(step, key):
                yield getattr(step, key), key, ("step", at, key)
        if step.fallback:
            yield step.fallback.model, "model", ("step", at, "fallback", "model")
    for at, job in enumerate(workload.job):
        for key in ("model", "tool"):
            if getattr(job, key):
                yield getattr(job, key), key, ("job", at, key)
        if job.upserts_to:
            yield job.upserts_to, "index", ("job", at, "upserts_to")
    for name, index in workload.index.items():
        yield name, "index", ("index", name)
        if index.embedding:
            yield index.embedding, "model", ("index", name, "embedding")


def _names(workload: Workload) -> Iterable[Problem]:
    if not workload.step and not workload.job:
        yield Problem((), "a workload has at least one [[step]] or [[job]]", part="key")
    steps = [step.name for step in workload.step]
    for key, names in (("step", steps), ("job", [job.name for job in workload.job])):
        seen: Counter[str] = Counter()
        for at, name in enumerate(names):
            seen[name] += 1
            if seen[name] == 2:  # a third would say no more
                yield Problem((key, at, "name"), f"two {key}s are named '{name}'")


def _references(workload: Workload) -> Iterable[Problem]:
    yield from _step_references(workload)
    yield from _unused_parts(workload)
    yield from _stack_references(workload)


def _step_references(workload: Workload) -> Iterable[Problem]:
    answering = workload.answering_step
    for at, step in enumerate(workload.step):
        if step.index and step.index not in workload.index:
            near = did_you_mean(step.index, workload.index)
            yield Problem(
                ("step", at, "index"),
                f"there is no index '{step.index}'",
                near or f"add a table [index.{step.index}]",
            )
        if step.model and step.input_tokens is None and step is not answering:
            yield Problem(
                ("step", at),
                f"step '{step.name}' calls a model: missing key 'input_tokens'",
                part="key",
            )
    for at, job in enumerate(workload.job):
        if job.upserts_to and job.upserts_to not in workload.index:
            near = did_you_mean(job.upserts_to, workload.index)
            yield Problem(("job", at, "upserts_to"), f"there is no index '{job.upserts_to}'", near)


def _unused_parts(workload: Workload) -> Iterable[Problem]:
    called = {step.tool for step in workload.step} | {job.tool for job in workload.job}
    for name in workload.tool:
        if name not in called:
            near = did_you_mean(name, [tool for tool in called if tool])
            yield Problem(("tool", name), f"no step or job calls the tool '{name}'", near, "key")
    used = {step.index for step in workload.step} | {job.upserts_to for job in workload.job}
    for name in workload.index:
        if name not in used:
            near = did_you_mean(name, [index for index in used if index])
            yield Problem(("index", name), f"no step or job uses the index '{name}'", near, "key")


def _stack_references(workload: Workload) -> Iterable[Problem]:
    for at, fixed in enumerate(workload.fixed):
        for name in fixed.stacks:
            if name not in workload.stack:
                near = did_you_mean(name, workload.stack)
                yield Problem(("fixed", at, "stacks"), f"there is no stack '{name}'", near)
        if fixed.one_off is not None and fixed.month > workload.horizon_months:
            yield Problem(
                ("fixed", at, "month" if fixed.month > 1 else "one_off"),
                f"month {fixed.month} is beyond the horizon of {workload.horizon_months}",
            )
    for mix, shares in workload.mix.items():
        for name in shares.stacks:
            if name not in workload.stack:
                near = did_you_mean(name, workload.stack)
                path = ("mix", mix, "stacks", name)
                yield Problem(path, f"there is no stack '{name}'", near, "key")
    yield from stack_problems(workload.budget, workload.policy, workload.stack)
    yield from _hardware(workload)
    yield from _energy(workload)


def _energy(workload: Workload) -> Iterable[Problem]:
    """Stacks and offers that [energy] speaks of are in the file."""
    if workload.energy is None:
        return
    for name in workload.energy.stack:
        if name not in workload.stack:
            near = did_you_mean(name, workload.stack)
            yield Problem(("energy", "stack", name), f"there is no stack '{name}'", near, "key")
    offers = {
        binding.offer
        for stack in workload.stack.values()
        for role in stack.roles
        if (binding := stack.binding(role)) and binding.offer
    }
    offers |= {model.offer for models in workload.candidates.values() for model in models}
    if workload.strategy.upgrade is not None:
        offers.add(workload.strategy.upgrade.model)
    for name in workload.energy.model:
        if name not in offers:
            hint = did_you_mean(name, offers) or "by the id that a stack binds"
            yield Problem(("energy", "model", name), f"nothing here binds '{name}'", hint, "key")


def _hardware(workload: Workload) -> Iterable[Problem]:
    """Own machines that are bound are there, and those that are there are bound."""
    bound: dict[str, Path] = {}
    for name, stack in workload.stack.items():
        for role in stack.roles:
            binding = stack.binding(role)
            path: Path = ("stack", name, role)
            if binding is not None and binding.offer is not None:
                bound.setdefault(binding.offer, path)
    bound.setdefault(workload.strategy.gpus.machine, ("strategy", "gpus", "offer"))
    ids = [OWN_HARDWARE + name for name in workload.hardware]
    for offer, path in bound.items():
        if offer.startswith(OWN_HARDWARE) and offer not in ids:
            name = offer.removeprefix(OWN_HARDWARE)
            hint = did_you_mean(offer, ids) or f"add a table [hardware.{name}]"
            yield Problem(path, f"there is no hardware '{name}'", hint)
    for name in workload.hardware:
        if OWN_HARDWARE + name not in bound:
            hint = f'ROLE = {{ offer = "{OWN_HARDWARE}{name}", tokens_per_second = N }}'
            yield Problem(
                ("hardware", name), f"no stack runs on the hardware '{name}'", hint, "key"
            )


def _validators(workload: Workload) -> Iterable[Problem]:
    earlier: list[str] = []
    for at, step in enumerate(workload.step):
        for position, name in enumerate(step.judges):
            if name not in earlier:
                hint = did_you_mean(name, earlier) or "a validator judges steps that ran before it"
                yield Problem(
                    ("step", at, "judges", position), f"'{name}' is no earlier step", hint
                )
        if step.on_reject and step.on_reject.restart not in earlier:
            near = did_you_mean(step.on_reject.restart, earlier)
            yield Problem(
                ("step", at, "on_reject", "restart"),
                f"'{step.on_reject.restart}' is no earlier step",
                near,
            )
        ends: list[tuple[Path, str | None]] = [(("on_exhaust",), step.on_exhaust)]
        if step.on_reject:
            ends.append((("on_reject", "then"), step.on_reject.then))
        for path, end in ends:
            if end == "human" and workload.human is None:
                yield Problem(
                    ("step", at, *path),
                    "a case goes to a person, but there is no [human]",
                    "[human] gives cost_per_case and success",
                )
        earlier.append(step.name)


def _conversation(workload: Workload) -> Iterable[Problem]:
    conversation = workload.conversation
    if conversation is None:
        return
    step = workload.answering_step
    candidates = [
        candidate for candidate in workload.step if candidate.model and not candidate.judges
    ]
    if conversation.step is None and len(candidates) > 1:
        names = ", ".join(candidate.name for candidate in candidates)
        yield Problem(("conversation",), "which step answers?", f"step = one of {names}", "key")
        return
    if step is None:
        hint = did_you_mean(conversation.step or "", [candidate.name for candidate in candidates])
        message = (
            f"there is no model step '{conversation.step}'"
            if conversation.step
            else "a conversation needs a model step that answers"
        )
        yield Problem(("conversation", "step"), message, hint)
        return
    at = workload.step.index(step)
    taken = [kind.tokens for kind in TOKENS if kind.whole == "input" or kind.name == "output"]
    for key in (*taken, "cacheable_tokens"):
        if getattr(step, key):
            yield Problem(
                ("step", at, key),
                f"step '{step.name}' takes its tokens from [conversation]",
                f"leave '{key}' out here",
                "key",
            )


def _kinds(workload: Workload) -> Iterable[Problem]:
    kinds: dict[str, str] = {}
    for role, kind, path in _uses(workload):
        if role in (*RESERVED, *PARTS, *ALWAYS):
            yield Problem(path, f"'{role}' cannot be the name of a role: it has a meaning already")
        elif kinds.setdefault(role, kind) != kind:
            yield Problem(path, f"'{role}' is a {kinds[role]} elsewhere; roles have one kind")


def _bindings(
    name: str, stack: Stack, roles: dict[str, Path], workload: Workload
) -> Iterable[Problem]:
    may = {*roles, *ALWAYS, *(("human",) if workload.human else ())}
    for role in stack.roles:
        if role not in may:
            unbound = [role for role in roles if role not in stack.roles]
            hint = _unused(role) or did_you_mean(role, [*unbound, *may, *RESERVED])
            yield Problem(
                ("stack", name, role),
                f"no step, job or part uses the role '{role}'",
                hint or "roles of this workload: " + ", ".join(sorted(may)),
                "key",
            )
    for role in roles:
        if role not in stack.roles:
            if did_you_mean(role, [known for known in stack.roles if known not in may]):
                continue  # the misspelt key is a problem already
            place = f"the part '{role}'" if role in PARTS else f"the role '{role}'"
            key = dotted((role,))
            hint = f'{key} = "vendor/offer", or {key} = {{ none = "reason" }}'
            if "/" in role:
                hint = f'a role is a name of your own, such as chat: a stack says chat = "{role}"'
            yield Problem(("stack", name), f"stack '{name}' does not bind {place}", hint, "key")


def _unused(role: str) -> str | None:
    """What brings a part of a bill into being, where a stack binds one that the file has not."""
    if role in PARTS:
        return f"a bill has one where the file has [{role}]: 'costplan explain {role}'"
    return None
