"""No token is sold under the electricity that makes it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal

from costplan.catalog.energy import CHEAPEST_KWH, JOULES
from costplan.catalog.lookup import Entry
from costplan.catalog.model import Model
from costplan.plan.prices.audit.parts import MILLION, Hit, Terms, latest, rate_sets
from costplan.quantity import grouped, rounded

LEAST_JOULES: Mapping[str, Decimal] = {
    "deepseek-r1": Decimal("0.13"),
    "deepseek-v3": Decimal("0.27"),
    "glm-5": Decimal("1.1"),
    "gpt-oss-120b": Decimal("0.033"),
    "kimi-k2.5": Decimal("0.7"),
    "llama-3.1-70b": Decimal("0.086"),
    "llama-3.1-8b-instruct": Decimal("0.036"),
    "minimax-m2.5": Decimal("0.074"),
    "qwen3-32b": Decimal("0.14"),
    "qwen3.5-397b-a17b": Decimal("0.3"),
}
"""Joules of accelerators alone, at the least that they draw, for an output token of the thriftiest
shipped run of a model, rounded down; a test works them out again."""
ANY = min(LEAST_JOULES.values())
"""Of any model that answers: none that was measured takes less."""


def under_electricity(entry: Entry, model: Model, terms: Terms) -> Iterable[Hit]:
    """Output cheaper than its electricity, one hit: written in another unit, or sold at a loss."""
    if model.kind != "chat":
        return
    name = model.id.rpartition("/")[2].partition(":")[0].casefold()
    joules = LEAST_JOULES.get(name, ANY)
    floor = joules * MILLION / JOULES * CHEAPEST_KWH
    yield from latest(
        Hit(
            "output",
            f"output costs {grouped(rate_set.millions(rate).normalize())} {entry.currency} a "
            f"million tokens ({rate_set.place()}), its electricity at least {rounded(floor)}",
            "look at 'per': is the price per token, thousand or million?",
        )
        for rate_set in rate_sets(model)
        if (rate := rate_set.rates.get("output")) and rate_set.millions(rate) < floor
    )
