"""The bill of one offer: what ``costplan price`` does. It needs no workload, and loads none."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import TYPE_CHECKING, Any

from costplan.problems import BadUsage
from costplan.quantity import LARGEST, ONE, spoken, toml_number

if TYPE_CHECKING:
    from costplan.catalog.lookup import Catalog
    from costplan.document.bill import Bill


def price_offer(
    offer: str,
    at: datetime | None,
    quantities: Mapping[str, Any],
    *,
    requests: Decimal = ONE,
    mode: str | None = None,
    region: str | None = None,
    charge: str | None = None,
    free_tiers: bool = True,
    catalog: Catalog | None = None,
) -> Bill:
    """The bill of one offer. See ``costplan.price``; ``requests`` multiplies one request's bill."""
    from costplan.plan.bill.price import price
    from costplan.store.files.shelves import open_catalog

    if requests < 0:
        raise BadUsage(f"--requests is {requests}: it must be at least 0")
    given = {name: number(name, value) for name, value in quantities.items()}
    moment = at or datetime.now(UTC)
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return price(
        open_catalog(Path()) if catalog is None else catalog,
        offer,
        given,
        moment,
        requests=requests,
        mode=mode,
        region=region,
        charge=charge,
        free_tiers=free_tiers,
    )


def number(name: str, value: object) -> Decimal:
    """A quantity as Decimal. Raises BadUsage for what is not a finite number of sane size."""
    if isinstance(value, str):
        value = value.replace("_", "")
    if isinstance(value, bool | float) or not isinstance(value, str | int | Decimal):
        raise BadUsage(f"{name} must be an int, a Decimal or a string, not {type(value).__name__}")
    try:
        amount = Decimal(value)
    except (InvalidOperation, ValueError):
        meant = spoken(value) if isinstance(value, str) else None
        hint = None if meant is None else f"write {toml_number(meant)}"
        raise BadUsage(f"{name}: '{value}' is not a number", hint) from None
    if not amount.is_finite() or amount.copy_abs() >= LARGEST:
        raise BadUsage(f"{name}: {value} is not a finite number under 1e15")
    return amount


def share(name: str, value: Decimal | int | str) -> Decimal:
    """A share between 0 and 1. Raises BadUsage."""
    parsed = number(name, value)
    if not 0 <= parsed <= 1:
        raise BadUsage(f"{name} is {parsed}: it is a share between 0 and 1")
    return parsed
