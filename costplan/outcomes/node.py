"""One step as the chain needs it: numbers only."""

from __future__ import annotations

from math import erf, log, sqrt

from costplan.record import open_record


@open_record
class Node:
    """One step of the graph. Shares are in 0..1; other steps are named by their place.

    ``runs`` > 1 with ``quorum``: so many parallel runs, right when at least ``quorum`` are;
    ``early`` stops them when the vote is decided. ``selector``: instead one run is picked, the
    right one with this probability where right and wrong ones differ. ``fallback``: P(the other
    model is right | this step's was wrong), ``fallback_alone`` whatever this step's was.
    ``retry``: P(right | its last failure was noticed and shown to it). ``sees``: the steps whose
    faults this validator can see. ``restart``: where its rejection leads, for up to ``rounds``
    rounds. ``rho``: the correlation of repeated runs of a step, of repeated verdicts of a
    validator. ``exhaust`` and ``then``: "human", "abort" or "continue".
    """

    name: str
    success: float = 1.0
    detection: float = 0.0
    attempts: int = 1
    exhaust: str = "abort"
    rho: float = 0.0
    common_cause: float = 0.0
    timeout: float = 0.0
    runs: int = 1
    quorum: int = 1
    early: bool = False
    selector: float | None = None
    fallback: float | None = None
    fallback_alone: float | None = None
    retry: float | None = None
    sees: frozenset[int] | None = None
    sensitivity: float = 0.0
    false_positive: float = 0.0
    restart: int | None = None
    rounds: int = 1
    then: str = "abort"
    next: tuple[tuple[int | None, float], ...] = ()

    def runs_alike(self) -> tuple[object, ...]:
        """All that one run of the step depends on, whatever follows and however often it runs."""
        ends = (self.detection, self.exhaust, self.timeout, self.fallback, self.fallback_alone)
        repeats = (self.success, self.retry, self.rho, self.common_cause)
        parallel = (self.runs, self.quorum, self.early, self.selector)
        verdict = (self.sees, self.sensitivity, self.false_positive, self.restart, self.then)
        return (*ends, *repeats, *parallel, *verdict)

    @property
    def remembers(self) -> bool:
        """Whether what it did on this request tells something of what it will do."""
        return self.rho > 0 or self.common_cause > 0

    @property
    def all_wrong(self) -> int:
        """The runs of a node that gets every one wrong: a vote that stops early stops here too."""
        return self.runs - self.quorum + 1 if self.early else self.runs


def after_failure(p: float, fallback: float, phi: float) -> float:
    """P(the fallback is right | the first model was wrong), phi their correlation.

    P(both right) = p1 p2 + phi sqrt(p1 q1 p2 q2), held to what two rates allow.
    """
    if p >= 1.0:
        return fallback
    both = p * fallback + phi * sqrt(p * (1 - p) * fallback * (1 - fallback))
    both = min(both, p, fallback)
    both = max(both, 0.0, p + fallback - 1.0)
    return (fallback - both) / (1.0 - p)


def timeout_share(median: float, sigma: float, limit: float) -> float:
    """P(a lognormal latency exceeds a limit): 1 - Phi((ln limit - ln median) / sigma)."""
    if sigma <= 0:
        return 1.0 if median > limit else 0.0
    return 0.5 * (1.0 - erf((log(limit) - log(median)) / (sigma * sqrt(2.0))))
