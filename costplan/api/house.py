"""A house's policies over the workload that they judge, and what makes a check say less.

A file that is judged by a policy cannot make its own prices fresh, nor its own money worth more;
and what narrows or softens a check is said with its answer.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from costplan.api.estimating import Locking
from costplan.document.estimate import EstimateDocument
from costplan.facts import Fact, fact
from costplan.problems import BadUsage, Problem
from costplan.record import replace
from costplan.store.files.text import DocumentError
from costplan.store.files.workloads import Opened
from costplan.words import several
from costplan.workload.contract import Rate, pair

if TYPE_CHECKING:
    from costplan.plan.judge.ruleset import RuleSet
    from costplan.store.files.policies import PolicyFile

USUAL_AGE = 180
"""Days after which a price counts as stale where nobody says otherwise."""


def under(
    opened: Opened, files: Sequence[PolicyFile], rates: str | Sequence[str]
) -> tuple[Opened, list[Fact]]:
    """The workload with what policy files state in place of its own, and what that overruled.

    Rates of the command line stand above both.
    """
    workload = opened.workload
    if workload is None:
        return opened, []
    facts: list[Fact] = []
    ages = [file.rules.stale_after_days for file in files if file.rules.stale_after_days]
    if ages and workload.stale_after_days > min(ages):
        days = {"days": workload.stale_after_days, "policy": min(ages)}
        facts.append(fact("age-ignored", **days))
        workload = replace(workload, stale_after_days=min(ages))
    elif not ages and workload.stale_after_days > USUAL_AGE:
        facts.append(fact("age-unusual", days=workload.stale_after_days, usual=USUAL_AGE))
    given = {_codes(rate.partition("=")[0].strip()) for rate in several(rates)}
    exchange = dict(workload.exchange)
    for file, key, rate in _house_rates(files, workload.currency):
        if _codes(key) in given:
            continue
        for stated in [known for known in exchange if _codes(known) == _codes(key)]:
            if (stated, exchange.pop(stated)) != (key, rate):
                facts.append(fact("rate-ignored", stated, policy=file))
        exchange[key] = rate
    workload = replace(workload, exchange=exchange)
    return opened._replace(workload=workload), facts


def judge_ages(document: EstimateDocument, files: Sequence[PolicyFile]) -> EstimateDocument:
    """A saved estimate with its prices judged by the policies' age too, where one states it."""
    ages = [file.rules.stale_after_days for file in files if file.rules.stale_after_days]
    if not ages:
        return document
    from costplan.plan.bill.estimate import stale_prices

    today = datetime.now(UTC).date()
    for estimate in document.estimates:
        known = {
            (stale.subject, stale.values["checked"]) for stale in estimate.facts_of("stale-price")
        }
        estimate.facts += [
            stale
            for stale in stale_prices(estimate.lines, document.as_of, min(ages), today)
            if (stale.subject, stale.values["checked"]) not in known
        ]
    return document


def narrowed(
    document: EstimateDocument,
    known: Sequence[str],
    changes: str | Sequence[str],
    locking: Locking,
    rates: str | Sequence[str],
) -> Iterable[Fact]:
    """What was left out of a check, or changed for it: a pass says of what it is one."""
    checked = {estimate.stack for estimate in document.estimates}
    left = [name for name in known if name not in checked]
    if left:
        yield fact("stacks-not-checked", stacks=left)
    for option, values in (("--set", changes), ("--exchange", rates)):
        for value in values:
            yield fact("with-option", option, value=value)
    if document.scenario:
        yield fact("with-option", "--scenario", value=document.scenario)
    if locking.off or locking.path:
        path = str(locking.path)
        yield fact("without-lock") if locking.off else fact("with-option", "--lock", value=path)


def idle(files: Iterable[PolicyFile], document: EstimateDocument) -> Iterable[Fact]:
    """Policy files none of whose rules is about a checked stack."""
    from costplan.plan.judge.ruleset import RuleSet

    for file in files:
        rules = RuleSet(file.name, file.rules.budget, file.rules.policy)
        if not any(rules.rules_for(estimate.stack) for estimate in document.estimates):
            yield fact("idle-policy", file.name)


def sound(file: PolicyFile, stacks: Iterable[str], currency: str) -> RuleSet:
    """A policy file's rules. Raises DocumentError for what they name and nobody has."""
    from costplan.plan.judge.ruleset import RuleSet, faults, names_money

    rules = file.rules
    problems = faults(rules.budget, rules.policy, stacks)
    if not problems and rules.currency != currency and names_money(rules.budget, rules.policy):
        message = f"the estimate is in {currency}, the policy's limits are in {rules.currency}"
        hint = f'currency = "{currency}", with the limits in {currency}'
        problems.append(Problem(("currency",), message, hint))
    if problems:
        raise DocumentError(file.name, file.text, problems)
    return RuleSet(file.name, rules.budget, rules.policy, is_policy=True)


def house_rates(files: Iterable[PolicyFile], currency: str) -> list[str]:
    """The rates that policies state, in the words of ``--exchange``, for a baseline too."""
    return [f"{key}={rate.rate}@{rate.date}" for _, key, rate in _house_rates(files, currency)]


def _house_rates(files: Iterable[PolicyFile], currency: str) -> Iterable[tuple[str, str, Rate]]:
    """The file, key and rate of what policies state of a currency. Raises BadUsage for two."""
    seen: dict[frozenset[str], tuple[str, Rate]] = {}
    for file in files:
        for key, rate in file.rules.exchange.items():
            codes = _codes(key)
            if currency not in codes:  # of use to another workload
                continue
            if codes in seen and seen[codes] != (key, rate):
                raise BadUsage(f"{file.name}: another policy states {key} otherwise", "keep one")
            if codes not in seen:
                seen[codes] = (key, rate)
                yield file.name, key, rate


def _codes(key: str) -> frozenset[str]:
    """The two currencies of a rate, whichever way round it is stated."""
    return frozenset(pair(key) or ())
