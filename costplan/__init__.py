"""costplan: the monthly total cost of an LLM or agent application, before it ships.

    import costplan
    document = costplan.estimate("costplan.toml")
    bill = costplan.price("anthropic/claude-sonnet-5-5", input_tokens=1000, output_tokens=500)

docs/library.md shows each function. Importing this package loads nothing else: a name is loaded
when it is first asked for.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from costplan.api.library import (
        check,
        compare,
        diff,
        estimate,
        forecast,
        load_catalog,
        load_workload,
        price,
        report,
        usage,
    )
    from costplan.billing.variables import MissingVariables
    from costplan.problems import (
        BadUsage,
        CostplanError,
        InvalidInput,
        NotAsLocked,
        PriceNotKnown,
        UnknownOffer,
    )
    from costplan.store.files.text import DocumentError, DocumentSyntaxError

__version__ = "0.2.0"
_PLACES = {
    "costplan.api.library": (
        "check",
        "compare",
        "diff",
        "estimate",
        "forecast",
        "load_catalog",
        "load_workload",
        "price",
        "report",
        "usage",
    ),
    "costplan.billing.variables": ("MissingVariables",),
    "costplan.problems": (
        "BadUsage",
        "CostplanError",
        "InvalidInput",
        "NotAsLocked",
        "PriceNotKnown",
        "UnknownOffer",
    ),
    "costplan.store.files.text": ("DocumentError", "DocumentSyntaxError"),
}
"""Where each exported name is; the same as above, which only type checkers read (tested)."""

__all__ = [
    "BadUsage",
    "CostplanError",
    "DocumentError",
    "DocumentSyntaxError",
    "InvalidInput",
    "MissingVariables",
    "NotAsLocked",
    "PriceNotKnown",
    "UnknownOffer",
    "__version__",
    "check",
    "compare",
    "diff",
    "estimate",
    "forecast",
    "load_catalog",
    "load_workload",
    "price",
    "report",
    "usage",
]


def __getattr__(name: str) -> Any:
    """An exported name, loaded when it is first asked for."""
    for module, names in _PLACES.items():
        if name in names:
            from importlib import import_module

            globals()[name] = exported = getattr(import_module(module), name)
            return exported
    raise AttributeError(f"module 'costplan' has no attribute '{name}'")


def __dir__() -> list[str]:
    return __all__
