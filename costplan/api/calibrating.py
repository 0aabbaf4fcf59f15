"""A workload and real usage in, the workload with measured numbers out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import NamedTuple

from costplan.api.estimating import BESIDE, catalog_of, open_workload
from costplan.api.usage import Options, Read, opened, sizes
from costplan.catalog.lookup import Catalog
from costplan.document.calibration import Calibration, Measured, spelled
from costplan.plan.usage.calibrate import (
    Measures,
    Proposed,
    StepRates,
    Turns,
    Volume,
    calibrate,
    with_attempts,
)
from costplan.plan.usage.measure import (
    StepUse,
    Whole,
    a_month,
    hourly,
    peak_to_mean,
    step_uses,
    together,
    whole_days,
)
from costplan.problems import BadUsage, CostplanError, did_you_mean
from costplan.quantity import ONE, ZERO, rounded
from costplan.store.files.measured_text import (
    Change,
    difference,
    fresh_text,
    measured_text,
    role_of,
    with_ends_of,
    with_stack,
)
from costplan.store.files.shelves import open_catalog
from costplan.store.files.text import DocumentError, read_file
from costplan.store.files.workloads import Opened, read_workload
from costplan.store.files.writing import alone, write
from costplan.store.traces import measures
from costplan.store.traces.queries import Files
from costplan.store.traces.sources import SAMPLED
from costplan.weektime import parse_zone
from costplan.workload.model import Workload
from costplan.workload.solving import Rates, Solutions

__all__ = ["Asked", "Calibrated", "calibrated", "keep"]


class Asked(NamedTuple):
    """What is calibrated, and how. ``steps``: the logged name of steps that have another one.

    ``sampling``: the share of requests that was logged; None where it was not said. ``ranges``:
    means are written as what they may be.
    """

    workload: str | None
    sources: Sequence[str]
    stack: str | None = None
    sampling: Decimal | None = None
    steps: Mapping[str, str] = {}
    ranges: bool = False


class Calibrated(NamedTuple):
    """What was measured, and the file before and after."""

    document: Calibration
    name: str
    before: str
    after: str

    @property
    def diff(self) -> str:
        """What changes, as a unified diff."""
        return difference(self.name, self.before, self.after)


def calibrated(asked: Asked, options: Options) -> Calibrated:
    """The workload with the numbers of real usage. Raises BadUsage, DocumentError."""
    plan = None if asked.workload is None else open_workload(asked.workload)
    if plan is not None and (plan.workload is None or plan.problems):
        raise DocumentError(plan.name, plan.text, plan.problems)
    catalog = open_catalog(Path()) if plan is None else catalog_of(plan, BESIDE)
    with opened(asked.sources, options._replace(by=("step",)), catalog) as read:
        uses = _uses(read)
        if not uses:
            raise BadUsage("the usage has no request that could be counted", "try costplan usage")
        if plan is None:
            plan = _fresh(uses)
        assert plan.workload is not None
        matched, notes = _matched(plan.workload, uses, asked.steps)
        figures, measured = _measured(plan.workload, read, matched, asked)
        notes = [*_unsaid_volume(plan.workload, measured.volume, read, asked), *notes]
        notes += measured.notes
        settings = figures.settings
        changes = [
            Change(setting.key, setting.value, setting.text, setting.words) for setting in settings
        ]
        after = measured_text(plan.text, changes)
        _check(plan, after)
        models, served = _models(plan.workload, measured.uses)
        like = _like(plan.workload, asked, models, catalog)
        if like is not None and models:
            after = _with_stack(plan, after, like, models, notes)
        notes += served
        after = with_ends_of(plan.text, after)
        document = Calibration(
            workload=plan.workload.name,
            begin=read.first,
            end=read.last,
            whole_days=0 if (days := whole_days(read.rows.hours())) is None else days.days,
            requests=sum(use.calls for use in uses.values()),
            measured=tuple(
                Measured(".".join(setting.key), setting.value, setting.was, setting.words)
                for setting in settings
            ),
            unchanged=tuple(figures.unchanged),
            wanted=tuple(figures.wanted),
            questions=tuple(read.questions),
            notes=tuple(notes),
        )
    before = "" if asked.workload is None else plan.text
    return Calibrated(document, plan.name, before, after)


def keep(calibration: Calibrated, target: Path) -> None:
    """Write the file, unless it was changed since it was read. Raises BadUsage."""
    with alone(target):
        if calibration.before and target.is_file() and read_file(target) != calibration.before:
            raise BadUsage(f"{target} was changed since it was read", "run it again")
        write(target, calibration.after)


def _uses(read: Read[Files]) -> dict[str, StepUse]:
    token_sizes = sizes(read.rows, ["step"])
    return step_uses(read.cells(["step"]), read.entries, token_sizes.inputs, token_sizes.outputs)


def _fresh(uses: Mapping[str, StepUse]) -> Opened:
    """A workload of the logged steps, in the order of their calls."""
    order = sorted(uses, key=lambda step: -uses[step].calls)
    steps = {role_of(step or "answer"): uses[step].offer for step in order}
    known = {step: offer for step, offer in steps.items() if offer is not None}
    if not known:
        raise BadUsage("no logged model has an offer", "'costplan usage' asks which they are")
    return read_workload("costplan.toml", fresh_text("measured", known), Path())


def _matched(
    workload: Workload, uses: Mapping[str, StepUse], named: Mapping[str, str]
) -> tuple[dict[str, list[str]], list[str]]:
    """The logged names of each model step of the workload, and what is left of either."""
    models = [step.name for step in workload.step if step.model]
    for name in named:
        if name not in models:
            hint = did_you_mean(name, models) or "model steps: " + ", ".join(models)
            raise BadUsage(f"--step: the workload has no model step '{name}'", hint)
        if named[name] not in uses:
            logged = ", ".join(repr(used) for used in list(uses)[:10])
            raise BadUsage(f"--step {name}: no request was logged as that", f"logged: {logged}")
    matched: dict[str, list[str]] = {}
    for name in models:
        logged = named.get(name) or name
        names = [used for used in uses if used == logged or role_of(used or "answer") == logged]
        if names:
            matched[name] = names
    if not matched and len(models) == 1:
        matched = {models[0]: list(uses)}
    taken = {used for names in matched.values() for used in names}
    notes = [f"step {name}: nothing was logged for it" for name in models if name not in matched]
    notes += [
        f"logged as '{used}': {use.calls:,} calls of no step of the workload (--step NAME='{used}')"
        for used, use in uses.items()
        if used not in taken
    ]
    if not matched:
        raise BadUsage("no logged step is a step of the workload", "; ".join(notes))
    return matched, notes


def _measured(
    workload: Workload, read: Read[Files], matched: Mapping[str, list[str]], asked: Asked
) -> tuple[Proposed, Measures]:
    uses = _uses(read)
    hours = read.rows.hours()
    whole = whole_days(hours)
    rates = _rates(read, matched)
    measured = Measures(
        uses={step: together([uses[name] for name in names]) for step, names in matched.items()},
        rates=rates,
        volume=_volume(read, matched, whole, asked),
        runs=_runs(with_attempts(workload, rates), asked.stack),
        factors=_factors(workload, asked.stack),
        turns=_turns(workload, read, matched),
        peak=peak_to_mean(hours, whole) if whole is not None else None,
        hourly=_hourly(workload, hours, whole),
        rests=_rests(read),
        ranges=asked.ranges,
    )
    return calibrate(workload, measured), measured


def _rests(read: Read[Files]) -> str:
    kinds = ", ".join(dict.fromkeys(count.source for count in read.counts if count.source))
    span = f"{read.first} to {read.last}" if read.first is not None else "without times"
    return f"{kinds}, {span}"


def _rates(read: Read[Files], matched: Mapping[str, list[str]]) -> dict[str, StepRates]:
    rows = {row.step: row for row in measures.steps(read.rows.engine)}
    rates = {}
    for step, names in matched.items():
        own = [rows[name] for name in names if name in rows]
        rates[step] = StepRates(
            answered=sum(row.answered for row in own),
            failed=sum(row.failed for row in own),
            tries=sum(row.tries for row in own),
            again=sum(row.again for row in own),
            most=max((row.most for row in own), default=0),
            most_failed=max((row.most_failed for row in own), default=0),
            labelled=sum(row.labelled for row in own),
            right=sum((row.right for row in own), ZERO),
        )
    return rates


def _volume(
    read: Read[Files], matched: Mapping[str, list[str]], whole: Whole | None, asked: Asked
) -> Volume:
    """Requests and calls of whole days; of all days where none is whole."""
    days = measures.days(read.rows.engine)
    span = whole or Whole(
        min((day.day for day in days), default=0), max((day.day for day in days), default=0)
    )
    inside = [day for day in days if span.first <= day.day <= span.last]
    calls = {
        step: sum(day.requests for day in inside if day.step in names)
        for step, names in matched.items()
    }
    first = {
        step: sum(day.first for day in inside if day.step in names)
        for step, names in matched.items()
    }
    traces = 0 if measures.untraced(read.rows.engine) else measures.traces(read.rows.engine, *span)
    requests = Decimal(traces or max(first.values(), default=0))
    what = "traces" if traces else "first attempts of the step of most"
    if not inside:  # without times: all that there is
        uses = _uses(read)
        calls = {step: sum(uses[name].calls for name in names) for step, names in matched.items()}
        requests = Decimal(max(calls.values(), default=0))
    words = f"{rounded(requests)} {what} in {span.days} whole days, {_rests(read)}"
    if whole is None or _unsaid_sampling(read, asked):
        return Volume(requests, None, calls, words)
    sampling = asked.sampling if asked.sampling is not None else ONE
    if sampling != ONE:
        words += f", of which {rounded(sampling * 100)} % were logged"
    return Volume(requests, a_month(requests, span.days, sampling), calls, words)


def _unsaid_sampling(read: Read[Files], asked: Asked) -> list[str]:
    """The sources that often hold a part of the requests, where nobody said which."""
    if asked.sampling is not None:
        return []
    kinds = dict.fromkeys(kind for count in read.counts for kind in count.source.split(", "))
    return [kind for kind in kinds if kind in SAMPLED]


def _unsaid_volume(
    workload: Workload, volume: Volume, read: Read[Files], asked: Asked
) -> list[str]:
    """Why requests a month were not measured: the bill goes by what the file keeps."""
    if volume.monthly is not None:
        return []
    kept = f"traffic.requests_per_month stays {spelled(workload.traffic.requests_per_month)}"
    if unsaid := _unsaid_sampling(read, asked):
        remedy = "--sampling 10% says what share was logged, --sampling 1 that all was"
        return [f"{kept}: {', '.join(unsaid)} is often sampled; {remedy}"]
    return [f"{kept}: no day of the usage is whole"]


def _runs(workload: Workload, stack: str | None) -> Mapping[str, Decimal]:
    if stack is not None and stack not in workload.stack:
        hint = did_you_mean(stack, workload.stack) or "stacks: " + ", ".join(workload.stack)
        raise BadUsage(f"there is no stack '{stack}'", hint)
    name = stack or next(iter(workload.stack))
    return Solutions(workload).of(Rates.of(workload.stack[name])).visits.runs


def _factors(workload: Workload, stack: str | None) -> dict[str, tuple[Decimal, Decimal]]:
    """What a stack's bindings multiply the workload's tokens by, of each step that has any."""
    bound = workload.stack[stack or next(iter(workload.stack))]
    factors = {}
    for step in workload.step:
        binding = bound.binding(step.model) if step.model else None
        if binding is not None:
            factors[step.name] = (binding.input_factor, binding.output_factor)
    return factors


def _turns(workload: Workload, read: Read[Files], matched: Mapping[str, list[str]]) -> Turns | None:
    answering = workload.answering_step if workload.conversation is not None else None
    if answering is None:
        return None
    names = matched.get(answering.name, [])
    history = measures.history(read.rows.engine, names) if names else None
    if history is None:
        return None
    mean = Decimal(history.turns) / history.conversations
    return Turns(mean, Decimal(str(history.slope)), Decimal(str(history.gap_seconds)))


def _hourly(
    workload: Workload, hours: Sequence[tuple[int, int]], whole: Whole | None
) -> list[Decimal]:
    """Weights by the workload's clock, of whole weeks alone: a part of one has its own days."""
    if whole is None or whole.days < 7:
        return []
    zone = parse_zone(workload.traffic.timezone)
    begin = datetime(1970, 1, 1, tzinfo=UTC)
    local = [(begin + timedelta(hours=hour)).astimezone(zone).hour for hour, _ in hours]
    return hourly(hours, whole, local)


def _models(workload: Workload, uses: Mapping[str, StepUse]) -> tuple[dict[str, str], list[str]]:
    """The offer of most calls for each role of a matched step, and what else served it."""
    calls: dict[str, dict[str, int]] = {}
    for step in workload.step:
        if step.model and step.name in uses:
            own = calls.setdefault(step.model, {})
            for offer, of in uses[step.name].offers.items():
                own[offer] = own.get(offer, 0) + of
    notes = [
        f"role {role}: " + ", ".join(f"{offer} {of:,} calls" for offer, of in counts.items())
        for role, counts in calls.items()
        if len(counts) > 1
    ]
    return {
        role: max(own, key=lambda offer: own[offer]) for role, own in calls.items() if own
    }, notes


def _like(
    workload: Workload, asked: Asked, models: Mapping[str, str], catalog: Catalog
) -> str | None:
    """The stack whose other roles a measured one takes over; None where one has these models."""
    for stack in workload.stack.values():
        bound = {role: stack.binding(role) for role in models}
        ids = {
            role: binding.offer
            for role, binding in bound.items()
            if binding is not None and binding.offer
        }
        if {role: _id(catalog, offer) for role, offer in ids.items()} == dict(models):
            return None
    return asked.stack or next(iter(workload.stack))


def _id(catalog: Catalog, name: str) -> str:
    entry = catalog.find(name)
    return name if entry is None else entry.id


def _with_stack(
    plan: Opened, text: str, like: str, models: Mapping[str, str], notes: list[str]
) -> str:
    """The text with a stack of the models in use; a note where the file has no room for one."""
    after = with_stack(text, STACK, like, models)
    try:
        _check(plan, after)
    except CostplanError:
        said = ", ".join(f"{role} = {offer}" for role, offer in models.items())
        notes.append(f"models in use, for a stack of your own: {said}")
        return text
    notes.append(f"stack '{STACK}' has the models in use, and the other roles of '{like}'")
    return after


STACK = "measured"


def _check(plan: Opened, after: str) -> None:
    """Raises DocumentError where the measured workload contradicts itself."""
    reopened = read_workload(plan.name, after, plan.folder)
    if reopened.workload is None or reopened.problems:
        raise DocumentError(plan.name, after, reopened.problems)
