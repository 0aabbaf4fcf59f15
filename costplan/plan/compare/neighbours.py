"""A vendor's models next to the plan's in price: what each would cost, and how often it would have
to be right to pay. Their success is asked for, never invented.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from costplan.catalog.lookup import Catalog, card_on
from costplan.catalog.model import Model
from costplan.plan.compare.answer import Ranking
from costplan.plan.compare.pricing import Pricer, Way
from costplan.plan.compare.variants import with_models
from costplan.plan.compare.ways import Ways
from costplan.problems import CostplanError
from costplan.quantity import ONE, ZERO, percent
from costplan.workload.model import Workload
from costplan.workload.strategy import Candidate

APART = Decimal("1.2")
"""A neighbour costs at least so many times more or less: another id of the same model is none."""
ALIKE = Decimal("0.05")
"""Models whose prices are so near are at one price."""
HALVINGS = 12
INPUT_SHARE = Decimal("0.75")
"""Of a call's tokens, for ordering models by price: three in for one out."""


def neighbours(ways: Ways, ranking: Ranking, stack: str) -> list[str]:
    """A sentence for each neighbour of each producing role of a stack that has no candidates."""
    workload = ways.workload
    if ranking.best[stack] is None:  # nothing to be better than
        return []
    roles = [
        role
        for role in dict.fromkeys(step.model for step in workload.step if not step.judges)
        if role and role not in workload.candidates
    ]
    pricer = Pricer(ways.pricer.catalog.aside(), ways.pricer.as_of)
    return [
        _sentence(pricer, ranking, stack, role, offer)
        for role in roles
        for offer in _next_in_price(ways.pricer.catalog, workload, stack, role, ways.pricer.as_of)
    ]


def _next_in_price(
    catalog: Catalog, workload: Workload, stack: str, role: str, day: date
) -> Iterator[str]:
    """The dearest of the vendor's models below the bound one, and the cheapest above."""
    binding = workload.stack[stack].binding(role)
    entry = catalog.find(binding.offer) if binding and binding.offer else None
    if entry is None or not isinstance(entry.item, Model):
        return
    own = _blended(entry.item, day)
    if own is None:
        return
    family, _, _ = entry.id.partition("/")
    models = [
        _Priced(price, other.id)
        for other in catalog.aside().plans(family)
        if isinstance(other.item, Model)
        and other.item.kind == entry.item.kind
        and _sold(other.item, day)
        and (price := _blended(other.item, day)) is not None
    ]
    below = [model for model in models if model.price * APART <= own]
    above = [model for model in models if model.price >= own * APART]
    if below:
        yield _newest(below, max(model.price for model in below))
    if above:
        yield _newest(above, min(model.price for model in above))


class _Priced(NamedTuple):
    price: Decimal
    id: str


def _newest(models: Sequence[_Priced], price: Decimal) -> str:
    """Of the models at about a price the one of the highest version: the vendor's present one."""
    there = [model for model in models if abs(model.price - price) <= price * ALIKE]
    return max(there, key=lambda model: (_version(model.id), model.id)).id


def _version(name: str) -> tuple[int, ...]:
    """The numbers of an id that are no date: (4, 6) of claude-sonnet-4-6."""
    return tuple(int(number) for number in re.findall(r"\d+", name) if len(number) < 4)


def _blended(model: Model, day: date) -> Decimal | None:
    """Money a token, three in for one out; None where no card says."""
    try:
        card = card_on(model, day)
    except CostplanError:
        return None
    given, said = card.rates.input, card.rates.output
    if not given or said is None:
        return None
    return (given * INPUT_SHARE + said * (ONE - INPUT_SHARE)) / card.per


def _sold(model: Model, day: date) -> bool:
    return model.retires is None or model.retires > day


def _sentence(pricer: Pricer, ranking: Ranking, stack: str, role: str, offer: str) -> str:
    best = ranking.best[stack]
    assert best is not None
    assert best.way.workload is not None
    plan = best.way.workload
    ask = f'[candidates] {role} = [{{ offer = "{offer}", success = ... }}]'

    def trial(success: Decimal) -> tuple[bool, Decimal | None]:
        model = Candidate(offer=offer, success=success)
        workload = with_models(plan, {role: model}, stack)
        option = pricer.option(Way(offer, "model", workload), stack)
        wins = (
            option.whole is not None
            and option.reaches(*ranking.goal)
            and option.whole < (best.option.whole or ZERO)
        )
        return wins, option.monthly

    wins, cost = trial(ONE)
    if cost is None:
        return f"{offer} for '{role}' cannot be billed here"
    if not wins:
        return f"{offer} for '{role}' would not pay even if it were always right"
    low, high = ZERO, ONE
    for _ in range(HALVINGS):
        middle = (low + high) / 2
        low, high = (low, middle) if trial(middle)[0] else (middle, high)
    needed = percent(high, digits=3)
    return f"{offer} for '{role}' pays from {needed} % right on: measure it, {ask}"
