"""What of a workload real usage measures, and what it cannot."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import NamedTuple

from costplan.document.calibration import Wanted, spelled, spelled_range
from costplan.plan.usage.measure import Span, StepUse, span_of_mean, span_of_share, wanted
from costplan.quantity import ONE, ZERO, grouped, rounded
from costplan.record import replace
from costplan.words import PARTS, parts_of
from costplan.workload.model import Workload
from costplan.workload.paths import dotted
from costplan.workload.step import Conversation, Step

Key = tuple[str, ...]


class Setting(NamedTuple):
    """A key of the workload, its value as the file spells it, and what that rests on.

    ``text``: it is a word, not a number. ``was``: what the workload has; None for nothing.
    """

    key: Key
    value: str
    was: str | None
    words: str
    text: bool = False


class Volume(NamedTuple):
    """Requests of the application in a span, and the calls of each step in it.

    ``monthly`` None: the span has no whole day, or how much was sampled is not known.
    """

    requests: Decimal
    monthly: Decimal | None
    calls: Mapping[str, int]
    words: str


class StepRates(NamedTuple):
    """A step's calls that failed, that were no first attempt, and that were judged, and how right
    those were. ``most``: the highest attempt that was logged, 0 where none says; ``most_failed``:
    the highest that failed."""

    answered: int
    failed: int
    tries: int
    again: int
    most: int
    most_failed: int
    labelled: int
    right: Decimal

    def max_attempts(self, step: Step) -> int | None:
        """What the log shows of a step's attempts; None where it shows nothing else than the
        workload has.

        More than it allows were made; or fewer, where calls failed at the last one and were not
        tried again. That few attempts were needed says nothing of how many are allowed.
        """
        allowed = step.max_attempts or 1
        if self.most > allowed or 1 <= self.most == self.most_failed < allowed:
            return self.most
        return None


class Turns(NamedTuple):
    """Conversations of the answering step: turns on average, growth of the input, seconds apart."""

    mean: Decimal
    slope: Decimal
    gap_seconds: Decimal


@dataclass(slots=True)
class Measures:
    """All that was measured. ``runs``: how often each step runs a request, as the workload has it;
    ``factors``: of a step's input and output, by which the stack's binding counts them otherwise;
    ``rests``: source, days and count, for comments; ``ranges``: means are written as what they may
    be."""

    uses: Mapping[str, StepUse]
    rates: Mapping[str, StepRates]
    volume: Volume
    runs: Mapping[str, Decimal]
    factors: Mapping[str, tuple[Decimal, Decimal]]
    turns: Turns | None
    peak: Decimal | None
    hourly: Sequence[Decimal]
    rests: str
    ranges: bool = False
    notes: list[str] = field(default_factory=list)


class Proposed(NamedTuple):
    """Settings that differ from the workload, keys that do not, and what is to be measured."""

    settings: list[Setting]
    unchanged: list[str]
    wanted: list[Wanted]


def calibrate(workload: Workload, measured: Measures) -> Proposed:
    """The workload's numbers from usage. Steps that were not logged keep theirs."""
    maker = _Maker(workload, measured)
    maker.traffic()
    for step in workload.step:
        if step.model and step.name in measured.uses:
            factors = measured.factors.get(step.name, (ONE, ONE))
            maker.step(step, measured.uses[step.name].counted_by(*factors))
    return Proposed(maker.settings, maker.unchanged, maker.wanted)


class _Maker:
    def __init__(self, workload: Workload, measured: Measures) -> None:
        self.workload, self.measured = workload, measured
        self.settings: list[Setting] = []
        self.unchanged: list[str] = []
        self.wanted: list[Wanted] = []
        self.answering = workload.answering_step if workload.conversation else None

    def number(
        self, key: Key, value: Decimal, was: Decimal | None, words: str, span: Span | None = None
    ) -> None:
        """Set a number, unless the workload has it already; as a range of its ``span`` where
        ranges are asked for."""
        said = spelled(value)
        if self.measured.ranges and span is not None:
            said = spelled_range(*span)
            words += "; what its mean may be"
        before = None if was is None else self._spelled(key, was)
        if said == before:
            self.unchanged.append(".".join(key))
            return
        self.settings.append(Setting(key, said, before, words))

    def _spelled(self, key: Key, was: Decimal) -> str:
        """What the file has, a range of P5 and P95 among it."""
        known = self.workload.ranges.get(dotted(key))
        ends = known.written if known is not None else None
        if isinstance(ends, dict) and [*ends] == ["p5", "p95"]:
            return spelled_range(ends["p5"], ends["p95"])
        return spelled(was)

    def traffic(self) -> None:
        """Requests a month, and their hours. Conversations are counted by the step that answers
        them: a log of calls alone does not tell how many there were."""
        traffic, measured = self.workload.traffic, self.measured
        volume = measured.volume
        if volume.monthly is not None and self.answering is None:
            key = ("traffic", "requests_per_month")
            self.number(key, volume.monthly, traffic.requests_per_month, volume.words)
        if measured.peak is not None:
            words = f"busiest hour over mean hour, {measured.rests}"
            self.number(("traffic", "peak_to_mean"), measured.peak, traffic.peak_to_mean, words)
        if measured.hourly:
            weights = [spelled(weight) for weight in measured.hourly]
            if weights != [spelled(weight) for weight in traffic.hourly or [ONE] * 24]:
                said = f"[{', '.join(weights)}]"
                was = "other weights" if traffic.hourly else None
                words = f"each hour's share of requests, {measured.rests}"
                self.settings.append(Setting(("traffic", "hourly"), said, was, words))
            else:
                self.unchanged.append("traffic.hourly")

    def step(self, step: Step, use: StepUse) -> None:
        """One step's calls, tokens and rates."""
        words = f"{use.calls:,} calls, {self.measured.rests}"
        conversation = self.workload.conversation
        if step is self.answering and conversation is not None:
            if self.measured.turns is None:
                self.measured.notes.append(
                    "conversations: the log does not tell which calls are of one conversation; "
                    "[conversation] and traffic.requests_per_month are left as they are"
                )
            else:
                self._conversation(step, conversation, use, self.measured.turns, words)
        else:
            self._calls(step, words)
            self._tokens(step, use, words)
        if use.mode != step.mode and (use.mode is not None or step.mode is not None):
            name = ("step", step.name, "mode")
            if use.mode is None:
                self.measured.notes.append(f"{step.name}: calls were not all {step.mode}; see mode")
            else:
                self.settings.append(Setting(name, use.mode, step.mode, words, text=True))
        self._rates(step)

    def _calls(self, step: Step, words: str) -> None:
        volume = self.measured.volume
        runs = self.measured.runs.get(step.name, ONE)
        logged = Decimal(volume.calls.get(step.name, 0))
        if logged and volume.requests and runs:
            calls = logged / volume.requests / runs
            said = f"{rounded(logged / volume.requests)} calls a request, {words}"
            self.number(("step", step.name, "calls"), calls, step.calls, said)

    def _tokens(self, step: Step, use: StepUse, words: str) -> None:
        parts = use.parts()
        if step.cacheable_tokens:
            cached = [kind.tokens for kind in PARTS if kind.cache]
            prefix = sum((parts.pop(name, ZERO) for name in cached), ZERO)
            share = rounded(use.mean("cache_read_tokens") / prefix * 100) if prefix else "0"
            said = f"{share} % of it read from a cache, {words}"
            key = ("step", step.name, "cacheable_tokens")
            self.number(key, prefix, step.cacheable_tokens, said)
        for side in ("input", "output"):
            whole = f"{side}_tokens"
            sizes = use.sizes(side)
            said = f"mean of {words}; {sizes}" if sizes else f"mean of {words}"
            inside = [kind.tokens for kind in parts_of("input" if side == "input" else "output")]
            least = sum((_as_spelled(parts.get(name, ZERO)) for name in inside), ZERO)
            if side == "input" and step.cacheable_tokens:
                least += _as_spelled(prefix)
            mean = max(use.mean(whole), least)
            span = span_of_mean(mean, use.error(side))
            if span is not None and (_as_spelled(span.low) * _as_spelled(span.high)).sqrt() < least:
                span = None  # its point would be less than its parts
            self.number(("step", step.name, whole), mean, getattr(step, whole), said, span)
            for name in inside:
                was = getattr(step, name)
                if parts.get(name) or was:
                    self.number(
                        ("step", step.name, name), parts.get(name, ZERO), was, f"mean of {words}"
                    )
        searches = use.mean("web_searches")
        if searches or step.web_searches:
            key = ("step", step.name, "web_searches")
            self.number(key, searches, step.web_searches, f"mean of {words}")

    def _conversation(
        self, step: Step, talk: Conversation, use: StepUse, turns: Turns, words: str
    ) -> None:
        """Turns and the growth of the history; the fixed part is what then keeps the mean input."""
        if talk.tool_calls:
            self.measured.notes.append(
                "conversations: turns with tool calls are several calls each, which logs do not "
                "tell apart; [conversation] is left as it is"
            )
            return
        whole = max(ONE, turns.mean.to_integral_value())
        output = use.mean("output_tokens")
        kept = talk.retrieval_tokens if talk.keep_retrieval else ZERO
        user = max(ZERO, turns.slope - output - kept)
        growth = user + output + kept
        mean = use.mean("input_tokens")
        fixed = max(ZERO, mean - (whole - 1) / 2 * growth - user - talk.retrieval_tokens)
        for name, value, said in (
            ("turns", whole, f"mean {rounded(turns.mean)} turns, {words}"),
            ("fixed_tokens", fixed, f"keeps the mean input of {grouped(mean, 0)}, {words}"),
            ("user_tokens", user, f"input grows by {rounded(turns.slope)} a turn, {words}"),
            ("output_tokens", output, f"mean of {words}; {use.sizes('output')}"),
            ("gap_seconds", turns.gap_seconds, f"mean between turns, {words}"),
        ):
            self.number(("conversation", name), value, Decimal(getattr(talk, name)), said)
        volume = self.measured.volume
        runs = self.measured.runs.get(step.name, ONE) * step.calls
        logged = Decimal(volume.calls.get(step.name, 0))
        if volume.monthly is not None and logged and volume.requests and runs:
            monthly = volume.monthly * logged / volume.requests / runs / whole
            key = ("traffic", "requests_per_month")
            said = f"conversations of {whole} turns; {volume.words}"
            self.number(key, monthly, self.workload.traffic.requests_per_month, said)

    def _rates(self, step: Step) -> None:
        rates = self.measured.rates.get(step.name)
        if rates is None:
            return
        tried = rates.answered + rates.failed
        if rates.failed or rates.again:
            again = f"{rounded(Decimal(rates.again) / rates.tries * 100)} %" if rates.tries else "?"
            failed = rounded(Decimal(rates.failed) / tried * 100)
            self.measured.notes.append(
                f"{step.name}: {failed} % of calls failed, {again} were no first attempt"
            )
        self._attempts(step, rates)
        if step.judges:
            self.wanted.append(
                wanted(f"step.{step.name}.sensitivity", step.sensitivity, "wrong answers, judged")
            )
            said = "right answers, judged"
            key = f"step.{step.name}.false_positive_rate"
            self.wanted.append(wanted(key, step.false_positive_rate, said))
        elif rates.labelled:
            share = rates.right / rates.labelled
            words = f"{rates.labelled:,} labels, {self.measured.rests}"
            span = span_of_share(rates.right, Decimal(rates.labelled))
            self.number(("step", step.name, "success"), share, step.success, words, span)
        else:
            key = f"step.{step.name}.success"
            self.wanted.append(wanted(key, step.success, "answers, judged right or wrong"))

    def _attempts(self, step: Step, rates: StepRates) -> None:
        most = rates.max_attempts(step)
        if most is None:
            return
        if not retries(step):
            self.measured.notes.append(
                f"{step.name}: up to {most} attempts were logged; max_attempts waits for a "
                "detection_rate or a timeout, which say what is tried again"
            )
            return
        words = f"the highest attempt of {rates.tries:,} that say, {self.measured.rests}"
        was = None if step.max_attempts is None else Decimal(step.max_attempts)
        self.number(("step", step.name, "max_attempts"), Decimal(most), was, words)


def retries(step: Step) -> bool:
    """Whether a step may have several attempts: something says which failures are noticed."""
    return bool(step.detection_rate or step.timeout) and not step.judges


def with_attempts(workload: Workload, rates: Mapping[str, StepRates]) -> Workload:
    """The workload with the attempts that were logged, which say how often each step runs."""
    steps = tuple(
        replace(step, max_attempts=most)
        if step.name in rates and retries(step) and (most := rates[step.name].max_attempts(step))
        else step
        for step in workload.step
    )
    return replace(workload, step=steps)


def _as_spelled(value: Decimal) -> Decimal:
    return Decimal(spelled(value).replace("_", ""))
