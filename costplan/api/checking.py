"""Budgets and policies against an estimate: what ``costplan check`` does."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from costplan.api.estimating import BESIDE, Locking, catalog_of, estimate_opened, with_places
from costplan.api.house import house_rates, idle, judge_ages, narrowed, sound, under
from costplan.api.risking import NEVER, USUALLY, Drawing
from costplan.catalog.lookup import Catalog
from costplan.document.estimate import EstimateDocument
from costplan.facts import Fact, fact
from costplan.plan.judge.measures import MEASURES, vocabulary
from costplan.plan.judge.ruleset import LIMITS
from costplan.problems import BadUsage, CostplanError
from costplan.store.files.rule_changes import rule_changes
from costplan.store.files.shelves import catalog_shelves, open_catalog, strangers
from costplan.store.files.text import DocumentError
from costplan.store.files.workloads import Opened
from costplan.words import several

if TYPE_CHECKING:
    from costplan.api.usage import Logs
    from costplan.document.verdict import CheckDocument
    from costplan.plan.judge.figures import Against, NoBaseline
    from costplan.plan.judge.ruleset import RuleSet
    from costplan.store.files.policies import PolicyFile
    from costplan.store.files.subjects import SavedEstimate


__all__ = ["LIMITS", "MEASURES", "check_subject", "refuse_bad_rules", "vocabulary"]

MADE = "its prices and quantities are made"
ITS_WORKLOAD = "give the workload with --as-of, --set and --lock, --exchange or --usage"


def refuse_bad_rules(opened: Opened) -> None:
    """Raises DocumentError where a workload's budgets or policies name what does not exist."""
    from costplan.plan.judge.ruleset import faults

    if opened.workload is not None and not opened.problems:
        problems = faults(opened.workload.budget, opened.workload.policy)
        if problems:
            raise DocumentError(opened.name, opened.text, problems)


def check_subject(
    subject: str | Opened | SavedEstimate | None,
    limits: Mapping[str, Decimal],
    policies: Sequence[Path] = (),
    *,
    baseline: str | Opened | SavedEstimate | None = None,
    base: str | None = None,
    stacks: str | Sequence[str] = (),
    as_of: date | None = None,
    changes: str | Sequence[str] = (),
    locking: Locking = BESIDE,
    rates: str | Sequence[str] = (),
    scenario: str = "",
    logs: Logs | None = None,
) -> CheckDocument:
    """A workload or a saved estimate against its own rules, policy files and given ``limits``.

    ``limits``: by key of ``[budget]``, a component's as ``component.tokens``. ``base``: a git
    revision; the workload as of it is the baseline where a rule compares with one. ``rates``: of
    the subject, and of a baseline that is a workload; ``scenario`` of the subject alone. ``logs``:
    real usage of the month of ``as_of``, whose projection the same limits judge. Raises
    CostplanError.
    """
    from costplan.plan.judge.check import check
    from costplan.store.files.places import place
    from costplan.store.files.policies import open_policies
    from costplan.store.files.subjects import SavedEstimate, open_subject

    _check_baselines(subject, baseline, base)
    files = [open_policies(path) for path in policies]
    opened = open_subject(subject, changes, rates, scenario)
    if isinstance(opened, SavedEstimate):
        if as_of or changes or rates or scenario or logs or locking != BESIDE:
            raise BadUsage(f"{opened.name} is a saved estimate: {MADE}", ITS_WORKLOAD)
        judged = _Judged.of_saved(opened, files, stacks)
    else:
        day = as_of or datetime.now(UTC).date()
        asked = (day, locking, rates, _drawing(opened, files, limits))
        judged = _Judged.of_workload(opened, files, stacks, *asked)
    judged = judged.under(files, limits)
    document, sets, facts = judged.document, judged.sets, judged.facts
    facts += narrowed(document, judged.known, changes, locking, rates)
    facts += idle(files, document)
    rates = [*house_rates(files, document.currency), *several(rates)]
    against = _against(opened, judged, baseline, base, locking, rates)
    if base is not None:
        facts += rule_changes(Path(opened.name), base, None, policies)
    checked = check(
        document,
        sets,
        subject=opened.name,
        vendor_of=_vendors(opened if isinstance(opened, Opened) else None),
        against=against,
        facts=facts,
    )
    if logs is not None and judged.opened is not None:
        _judge_usage(checked, logs, judged.opened, sets, locking)
    place(checked, judged.texts, opened.name if isinstance(opened, Opened) else None)
    return checked


def _check_baselines(subject: object, baseline: object, base: str | None) -> None:
    if base is not None and baseline is not None:
        raise BadUsage("--base and --baseline are two baselines", "give one of them")
    if subject == "-" == baseline:
        raise BadUsage("standard input cannot be both the subject and its baseline")


def _drawing(opened: Opened, files: Sequence[PolicyFile], limits: Mapping[str, Decimal]) -> Drawing:
    """How ranges are drawn: a rule on a figure of draws needs them."""
    from costplan.plan.judge.drawn_figures import OF_DRAWS
    from costplan.plan.judge.ruleset import RuleSet, faults

    rules = [(file.rules.budget, file.rules.policy) for file in files]
    if opened.workload is not None:
        rules.append((opened.workload.budget, opened.workload.policy))
    needed = [
        named
        for budget, policies in rules
        if not faults(budget, policies) and (named := RuleSet("", budget, policies).of_draws)
    ]
    needed += [key for key in limits if key in OF_DRAWS]
    return Drawing(needed=needed[0]) if needed else USUALLY


class _Judged(NamedTuple):
    """What is judged, and what its own file brings to the judging: rules, texts, facts."""

    document: EstimateDocument
    known: list[str]
    sets: list[RuleSet]
    texts: dict[str, str]
    facts: list[Fact]
    opened: Opened | None = None

    @classmethod
    def of_saved(
        cls, saved: SavedEstimate, files: Sequence[PolicyFile], stacks: str | Sequence[str]
    ) -> _Judged:
        known = [estimate.stack for estimate in saved.document.estimates]
        return cls(judge_ages(saved.document.only(stacks), files), known, [], {}, [])

    def under(self, files: Sequence[PolicyFile], limits: Mapping[str, Decimal]) -> _Judged:
        """With the rules of policy files and given limits after its own."""
        from costplan.plan.judge.ruleset import from_limits

        rules = [sound(file, self.known, self.document.currency) for file in files]
        rules += [from_limits(limits)] if limits else []
        texts = self.texts | {file.name: file.text for file in files}
        return self._replace(sets=[*self.sets, *rules], texts=texts)

    @classmethod
    def of_workload(
        cls,
        opened: Opened,
        files: Sequence[PolicyFile],
        stacks: str | Sequence[str],
        day: date,
        locking: Locking,
        rates: str | Sequence[str],
        drawing: Drawing,
    ) -> _Judged:
        from costplan.plan.judge.ruleset import RuleSet

        refuse_bad_rules(opened)
        opened, facts = under(opened, files, several(rates))
        document = estimate_opened(opened, day, stacks, locking, drawing=drawing)
        workload = opened.workload
        assert workload is not None  # else it could not be estimated
        facts += strangers(Catalog(catalog_shelves(opened.folder)))
        rules = RuleSet(opened.name, workload.budget, workload.policy)
        # standard input has no file to point into
        texts = {} if opened.lock_path is None else {opened.name: opened.text}
        return cls(document, list(workload.stack), [rules], texts, facts, opened)


def _judge_usage(
    checked: CheckDocument, logs: Logs, opened: Opened, sets: Sequence[RuleSet], locking: Locking
) -> None:
    """Verdicts on the month by real usage, and what it says, into the document.

    Raises BadUsage where several stacks are checked: usage is of one of them.
    """
    from costplan.api.spending import judged_month
    from costplan.plan.judge.spending import spending_verdicts

    if len(checked.stacks) > 1:
        hint = "--stack names one of: " + ", ".join(checked.stacks)
        raise BadUsage("usage is of one stack, and several are checked", hint)
    (stack,) = checked.stacks
    catalog = catalog_of(opened, locking)
    month = with_places(
        opened, catalog, lambda ready: judged_month(logs, ready[0], stack, ready[1], checked.as_of)
    )
    checked.verdicts += spending_verdicts(month, sets, checked.currency)
    checked.facts += month.facts


def _against(
    opened: Opened | SavedEstimate,
    judged: _Judged,
    baseline: str | Opened | SavedEstimate | None,
    base: str | None,
    locking: Locking,
    rates: Sequence[str],
) -> Against:
    """The baseline, or the workload as of a git revision: read only where a rule compares."""
    from costplan.plan.judge.figures import Against
    from costplan.store.files.git import short
    from costplan.store.files.subjects import called

    if baseline is not None:
        return Against(_baseline(baseline, judged.document, rates), called(baseline))
    if base is None:
        return Against()
    if not isinstance(opened, Opened):
        raise BadUsage("--base is a git revision of a workload", "--baseline FILE")
    if not any(rules.compares for rules in judged.sets):
        return Against()
    before = _before(opened, base, judged.document, locking, rates)
    if not isinstance(before, EstimateDocument):
        return Against(without=before)
    return Against(before, f"{short(base)}:{Path(opened.name).name}")


def _baseline(
    where: str | Opened | SavedEstimate, now: EstimateDocument, rates: str | Sequence[str]
) -> EstimateDocument:
    """A saved estimate, or a workload's on the same day as what is compared with it.

    Raises BadUsage for another workload's: what is over it, or under it, says nothing.
    """
    from costplan.store.files.subjects import SavedEstimate, called, open_subject

    opened = open_subject(where, rates=rates)
    if isinstance(opened, SavedEstimate):
        before = opened.document
    else:
        before = estimate_opened(opened, now.as_of, drawing=NEVER)
    if before.workload != now.workload:
        raise BadUsage(
            f"the baseline {called(where)} is of workload '{before.workload}', "
            f"not of '{now.workload}'",
            "give this workload's own baseline; --base REV takes the same file as it was",
        )
    return before


def _before(
    subject: Opened,
    revision: str,
    now: EstimateDocument,
    locking: Locking,
    rates: str | Sequence[str],
) -> EstimateDocument | NoBaseline:
    """The workload as of a git revision, or why there is none to compare with: a limit on an
    increase then cannot be judged, and passes nothing. Raises BadUsage for an unknown revision."""
    from costplan.api.diffing import estimate_at
    from costplan.plan.judge.figures import NoBaseline
    from costplan.store.files.git import Repository, short

    if subject.lock_path is None:
        raise BadUsage("--base is a git revision: it has a file, not standard input")
    path, name = Path(subject.name), short(revision)
    Repository.find(path).commit(revision)
    try:
        earlier = estimate_at(path, revision, now.as_of, Locking(off=locking.off), rates)
    except CostplanError as error:
        said = str(error).splitlines()[0].removeprefix("error: ")
        why = fact("base-untold", name, reason=said)
        return NoBaseline(why, f"mend {path.name} on the base first, or lift the limit")
    if earlier is None:
        return NoBaseline(
            fact("base-lacks-file", name, file=path.name),
            "a limit on the month beside it, such as --max-total 500, judges what is new",
            new=True,
        )
    if earlier.currency != now.currency:
        return NoBaseline(
            fact("base-currency", name, before=earlier.currency, now=now.currency),
            f"change the currency alone first, or give a --baseline in {now.currency}",
        )
    return earlier


def _vendors(opened: Opened | None) -> Callable[[str], str | None]:
    """Who sells an offer. The catalogue is opened when the first one is asked for."""
    catalogs: list[Catalog] = []

    def vendor_of(offer: str) -> str | None:
        if not catalogs:
            own = (opened.folder, opened.prices, opened.name, opened.text) if opened else (Path(),)
            catalogs.append(open_catalog(*own))
        entry = catalogs[0].find(offer)
        return None if entry is None else entry.vendor

    return vendor_of
