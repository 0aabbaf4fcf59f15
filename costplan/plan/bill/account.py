"""Terms of the whole account that few workloads have: commitments, and credits."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from functools import partial

from costplan.billing.adjustments import Grant
from costplan.billing.commitments import draw_commitment, unused_line
from costplan.billing.credits import Group, Ledger, counting, credit_lines, in_order
from costplan.billing.exchange import Exchange
from costplan.document.line import LineItem
from costplan.document.month import Commitment as Drawn
from costplan.facts import Fact, fact
from costplan.plan.bill.agreed import Agreed, Parts
from costplan.problems import Problem
from costplan.quantity import ZERO, total
from costplan.words import WORKLOAD
from costplan.workload.contract import Commitment
from costplan.workload.model import Workload


def draw_commitments(
    workload: Workload, parts: Parts, day: date, exchange: Exchange, agreed: Agreed
) -> None:
    """What each commitment in force covers of the lines that it counts, and what goes unused."""
    counted, unknown = _counted(workload.commitment, parts, day, agreed.problems)
    order = sorted(counted, key=lambda at: workload.commitment[at].name)
    for at in order:
        terms = workload.commitment[at]
        monthly = exchange.amount(terms.monthly, terms.currency)
        if monthly is None:
            path = ("commitment", at, "currency")
            agreed.problems.append(exchange.no_rate(path, terms.currency))
            continue
        drawn = draw_commitment(terms, monthly, counted[at])
        agreed.commitments.append(drawn)
        line = unused_line(drawn, counted[at], day)
        if line is not None:
            agreed.lines.append(line)
        agreed.facts.append(_drawn_fact(drawn, bool(counted[at])))
        if at in unknown:
            agreed.facts.append(fact("commitment-price-missing", terms.name))


def _counted(
    tables: Sequence[Commitment], parts: Parts, day: date, problems: list[Problem]
) -> tuple[dict[int, list[LineItem]], set[int]]:
    """The lines that count against each commitment in force, and where one has no price.

    A line counts once: for the narrowest commitment that matches it.
    """
    counted: dict[int, list[LineItem]] = {
        at: []
        for at, table in enumerate(tables)
        if any(table.applies(stack, day) for stack in parts)
    }
    unknown: set[int] = set()
    for stack, lines in parts.items():
        for line in lines:
            if line.price.offer == WORKLOAD:
                continue
            fitting = [
                at
                for at in counted
                if tables[at].applies(stack, day)
                and tables[at].counts(line.price.offer, line.price.charge)
            ]
            if not fitting:
                continue
            narrow = max(tables[at].narrowness for at in fitting)
            first, *others = [at for at in fitting if tables[at].narrowness == narrow]
            if others:
                names = " and ".join(f"'{tables[at].name}'" for at in (first, *others))
                problems.append(
                    Problem(
                        ("commitment", others[-1], "offers"),
                        f"{names} both count {line.price.offer}",
                        "spending counts once: make one of them narrower",
                    )
                )
            counted[first].append(line)
            if line.amount is None:
                unknown.add(first)
    return counted, unknown


def _drawn_fact(drawn: Drawn, any_lines: bool) -> Fact:
    values = {"covered": drawn.covered, "monthly": drawn.monthly, "unused": drawn.unused}
    if not any_lines:
        return fact("commitment-idle", drawn.name, **values)
    if drawn.overage:
        return fact("commitment-exceeded", drawn.name, **values, overage=drawn.overage)
    return fact("commitment", drawn.name, **values)


def draw_credits(
    workload: Workload, parts: Parts, day: date, exchange: Exchange, agreed: Agreed
) -> None:
    """What monthly credits pay of the lines that they count; one-time credits are for ``Purse``."""
    for at, terms in enumerate(workload.credit):
        if exchange.amount(terms.amount, terms.currency) is None:
            path = ("credit", at, "currency")
            agreed.problems.append(exchange.no_rate(path, terms.currency))
    ledger = Ledger(parts)
    for terms in in_order([credit for credit in workload.credit if not credit.one_time]):
        granted = exchange.amount(terms.amount, terms.currency)
        if granted is None:
            continue
        counts = counting(terms, parts, day)
        if not any(counts(group) for group in ledger.left):
            continue
        paid = ledger.draw(counts, granted)
        agreed.lines += credit_lines(terms.name, granted, paid, day)
        used = total(paid.values())
        agreed.facts.append(fact("credit", terms.name, used=used, granted=granted))


class Purse:
    """One-time credits over the months of a horizon: granted once, drawn until used up or expired.

    The vendors' own come first, then the workload's.
    """

    def __init__(self, workload: Workload, exchange: Exchange) -> None:
        self.credits = in_order([credit for credit in workload.credit if credit.one_time])
        self.exchange = exchange
        self.left: dict[tuple[str, ...], Decimal] = {}

    def pay(self, parts: Parts, grants: Sequence[tuple[Grant, Decimal]], day: date) -> Decimal:
        """What the credits pay of a month's lines, by what earlier months left of them.

        ``grants``: what the month's offers give once, with the amount in the workload's currency.
        """
        ledger = Ledger(parts)
        paid = ZERO
        for grant, amount in grants:
            key = ("offer", grant.offer, grant.id, grant.role or "")
            left = self.left.setdefault(key, amount)
            used = total(ledger.draw(partial(_grants, grant), left).values())
            self.left[key] = left - used
            paid += used
        for terms in self.credits:
            granted = self.exchange.amount(terms.amount, terms.currency) or ZERO
            left = self.left.setdefault(("credit", terms.name), granted)
            used = total(ledger.draw(counting(terms, parts, day), left).values())
            self.left["credit", terms.name] = left - used
            paid += used
        return paid


def _grants(grant: Grant, group: Group) -> bool:
    if group.offer != grant.offer or (grant.role is not None and group.role != grant.role):
        return False
    return not grant.charges or group.charge in grant.charges
