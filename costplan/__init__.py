"""costplan: the monthly total cost of an LLM or agent application, before it ships.

    import costplan
    document = costplan.estimate("costplan.toml")
    bill = costplan.price("anthropic/claude-sonnet-5-5", input_tokens=1000, output_tokens=500)

Importing this package loads nothing else; each function imports what it needs.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date, datetime
    from pathlib import Path

    from costplan.document.bill import Bill
    from costplan.document.estimate import EstimateDocument

__version__ = "0.1.0"
__all__ = ["__version__", "estimate", "price"]


def estimate(
    workload: str | Path, *, as_of: date | None = None, stacks: str | Sequence[str] = ()
) -> EstimateDocument:
    """The estimate of a workload file on a day (today, UTC, when left out).

    ``stacks``: only these; one may be given by its name alone.

    Raises costplan.problems.CostplanError for a file that cannot be used.
    """
    from costplan.api import estimate_file

    return estimate_file(workload, as_of, stacks)


def price(offer: str, *, at: datetime | None = None, **quantities: Any) -> Bill:
    """The bill of one offer for quantities by name, at a moment.

    Left out it is now; without a zone it is UTC.

    Quantities are int, str or Decimal, never float. Raises costplan.problems.CostplanError.
    """
    from costplan.api import price_offer

    return price_offer(offer, at, quantities)
