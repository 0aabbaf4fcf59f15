"""The audit: every rule over every entry, accepted findings taken out and counted."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from costplan.catalog.filed import Filed
from costplan.catalog.model import Model
from costplan.document.audit import LEVELS, AcceptedFinding, Audit, Finding, Level
from costplan.plan.prices.audit.parts import Hit, Rule, Terms
from costplan.plan.prices.audit.rules import BY_NAME, IDLE, RULES, UNKNOWN
from costplan.problems import BadUsage, did_you_mean
from costplan.words import CATEGORIES

Place = tuple[str, str, str]
"""The shelf, file and id that tell entries apart."""


def audit(
    filed: Sequence[Filed],
    terms: Terms,
    scope: str,
    *,
    vendor: str | None = None,
    category: str | None = None,
    level: Level = "warning",
) -> Audit:
    """Findings over all entries; those of a vendor or category only where one is named.

    Every rule sees the whole catalogue whatever is chosen, so that two vendors' files that claim
    one name are found from either side. Raises BadUsage for an unknown vendor or category.
    """
    chosen = _chosen(filed, vendor, category)
    findings, accepted = look(filed, terms)
    places = {_place(filing) for filing in chosen}
    own = [finding for finding in findings if (finding.shelf, finding.file, finding.id) in places]
    kept = [finding for finding in own if LEVELS.index(finding.level) <= LEVELS.index(level)]
    let = [
        waived
        for waived in accepted
        if (waived.finding.shelf, waived.finding.file, waived.finding.id) in places
    ]
    names = {finding.finding for finding in kept} | {waived.finding.finding for waived in let}
    return Audit(
        as_of=terms.day,
        scope=scope,
        vendor=vendor,
        category=category,
        level=level,
        within_days=terms.within_days,
        stale_days=terms.stale_days,
        entries=len(chosen),
        quotes=sum(quotes(filing) for filing in chosen),
        errors=sum(finding.level == "error" for finding in own),
        warnings=sum(finding.level == "warning" for finding in own),
        notes=sum(finding.level == "note" for finding in own),
        findings=tuple(sorted(kept, key=_order)),
        accepted=tuple(sorted(let, key=lambda waived: _order(waived.finding))),
        meanings={rule.name: rule.meaning for rule in RULES if rule.name in names},
    )


def look(filed: Sequence[Filed], terms: Terms) -> tuple[list[Finding], list[AcceptedFinding]]:
    """Every finding of every entry, and those that the catalogue accepts."""
    findings: list[Finding] = []
    accepted: list[AcceptedFinding] = []
    of_all = _of_all(filed)
    for filing in filed:
        hits = [*_of_one(filing, terms), *of_all.get(_place(filing), ())]
        open_ones, let = _accept(filing, hits)
        findings += open_ones
        accepted += let
    return findings, accepted


def _of_one(filed: Filed, terms: Terms) -> Iterable[tuple[Rule, Hit]]:
    entry, item = filed.entry, filed.entry.item
    for rule in RULES:
        hits: Iterable[Hit] = ()
        if isinstance(item, Model):
            hits = rule.model(entry, item, terms) if rule.model else ()
        elif rule.offer:
            hits = rule.offer(entry, item, terms)
        for hit in hits:
            yield rule, hit


def _of_all(filed: Sequence[Filed]) -> dict[Place, list[tuple[Rule, Hit]]]:
    hits: dict[Place, list[tuple[Rule, Hit]]] = {}
    for rule in RULES:
        for filing, hit in rule.whole(filed) if rule.whole else ():
            hits.setdefault(_place(filing), []).append((rule, hit))
    return hits


def _accept(
    filed: Filed, hits: list[tuple[Rule, Hit]]
) -> tuple[list[Finding], list[AcceptedFinding]]:
    """Findings that stay open, and those that the entry accepts."""
    left = [_finding(filed, rule, hit) for rule, hit in hits]
    let: list[AcceptedFinding] = []
    for accepted in filed.entry.item.accepted:
        name, _, part = accepted.finding.partition(":")
        if name not in BY_NAME or name in (UNKNOWN.name, IDLE.name):
            hint = did_you_mean(name, BY_NAME) or "findings: " + ", ".join(BY_NAME)
            hit = Hit(name, f"accepts '{name}', which is no finding", hint)
            left.append(_finding(filed, UNKNOWN, hit))
            continue
        meant = [
            finding for finding in left if finding.finding == name and part in ("", finding.part)
        ]
        if not meant:
            hit = Hit(accepted.finding, f"accepts '{accepted.finding}', which is not found")
            left.append(_finding(filed, IDLE, hit))
        let += [AcceptedFinding(finding, accepted.reason) for finding in meant]
        left = [finding for finding in left if finding not in meant]
    return left, let


def _finding(filed: Filed, rule: Rule, hit: Hit) -> Finding:
    entry = filed.entry
    return Finding(
        finding=rule.name,
        part=hit.part,
        level=rule.level,
        id=entry.id,
        category=entry.category,
        vendor=entry.vendor,
        shelf=entry.shelf,
        file=filed.file,
        line=filed.line,
        message=hit.message,
        hint=hit.hint,
    )


def quotes(filed: Filed) -> int:
    """Prices of an offer that the vendor does not publish, one a charge or tier."""
    item = filed.entry.item
    if isinstance(item, Model):
        return 0
    return sum(charge.quote + sum(tier.quote for tier in charge.tiers) for charge in item.charge)


def _chosen(filed: Sequence[Filed], vendor: str | None, category: str | None) -> Sequence[Filed]:
    chosen = list(filed)
    if category is not None:
        if category not in CATEGORIES:
            hint = did_you_mean(category, CATEGORIES) or "known: " + ", ".join(CATEGORIES)
            raise BadUsage(f"unknown category '{category}'", hint)
        chosen = [filing for filing in chosen if filing.entry.category == category]
    if vendor is not None:
        wanted = vendor.casefold()
        names = {filing.entry.id.partition("/")[0] for filing in filed}
        if wanted not in {name.casefold() for name in names} | {
            filing.entry.vendor.casefold() for filing in filed
        }:
            hint = did_you_mean(vendor, sorted(names)) or "known: " + ", ".join(sorted(names))
            raise BadUsage(f"unknown vendor '{vendor}'", hint)
        chosen = [
            filing
            for filing in chosen
            if wanted
            in (filing.entry.id.partition("/")[0].casefold(), filing.entry.vendor.casefold())
        ]
    return chosen


def _place(filed: Filed) -> Place:
    return filed.entry.shelf, filed.file, filed.entry.id


def _order(finding: Finding) -> tuple[int, int, str, str]:
    return (
        LEVELS.index(finding.level),
        list(BY_NAME).index(finding.finding),
        finding.id,
        finding.part,
    )
