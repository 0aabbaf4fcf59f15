"""Kinds of documents: the record of each, and a document with the name of what it was read from.

A kind of document is its record and a line here.
"""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

if TYPE_CHECKING:
    from costplan.document.bill import Bill
    from costplan.document.comparison import Comparison
    from costplan.document.diff import DiffDocument
    from costplan.document.estimate import EstimateDocument
    from costplan.document.forecast import ForecastDocument
    from costplan.document.reconciliation import Reconciliation
    from costplan.document.usage import Usage
    from costplan.document.verdict import CheckDocument

    Document: TypeAlias = EstimateDocument | Comparison | Bill
    Result: TypeAlias = DiffDocument | CheckDocument | ForecastDocument | Usage | Reconciliation

KINDS = {
    "estimate": "costplan.document.estimate:EstimateDocument",
    "comparison": "costplan.document.comparison:Comparison",
    "bill": "costplan.document.bill:Bill",
}
RESULTS = {
    "diff": "costplan.document.diff:DiffDocument",
    "check": "costplan.document.verdict:CheckDocument",
    "forecast": "costplan.document.forecast:ForecastDocument",
    "usage": "costplan.document.usage:Usage",
    "reconciliation": "costplan.document.reconciliation:Reconciliation",
}
"""Documents that say what was found about others. They have no lines to choose from or to sum, and
are drawn in formats of their own."""
PAGES = {
    "audit": "costplan.document.audit:Audit",
    "catalogue_report": "costplan.document.audit:Report",
    "doctor": "costplan.document.health:Health",
    "price_diff": "costplan.document.price_diff:PriceDiff",
    "price_list": "costplan.document.listing:PriceList",
    "price_overview": "costplan.document.listing:Overview",
    "price_page": "costplan.document.listing:ModelPage",
    "price_refresh": "costplan.document.refresh:PriceRefresh",
    "price_search": "costplan.document.listing:Search",
    "calibration": "costplan.document.calibration:Calibration",
}
"""Documents that programs read, and no command draws again."""


class Saved(NamedTuple):
    """A document and the name of what it was read from; an empty name for a fresh one."""

    name: str
    document: Document


def kind_of(document: Document | Result) -> str:
    """The ``kind`` that a document is saved under."""
    kind: str = document.kind  # type: ignore[union-attr]
    return kind


class SavedResult(NamedTuple):
    """A result and the name of what it was read from."""

    name: str
    document: Result


def is_result(given: object) -> bool:
    """Whether plain data says that it is of a kind of ``RESULTS``."""
    kind = given.get("kind") if isinstance(given, Mapping) else None
    return isinstance(kind, str) and kind in RESULTS


def type_of(kind: str) -> type[Any]:
    """The record of a kind of document."""
    module, _, name = (KINDS | RESULTS | PAGES)[kind].partition(":")
    record_type: type[Any] = getattr(import_module(module), name)
    return record_type
