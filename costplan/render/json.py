"""Documents as JSON: snake_case, numbers as number literals with all their digits."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from json.encoder import encode_basestring_ascii as quoted
from typing import TYPE_CHECKING, Any

from costplan.document.saved import plain
from costplan.quantity import literal
from costplan.render import Look

if TYPE_CHECKING:
    from costplan.document.saved import Document


def draw(document: Document, look: Look) -> str:
    """The whole document; how it may look on a terminal changes nothing."""
    return dumps(plain(document)) + "\n"


def dumps(value: Any, indent: str = "") -> str:
    """JSON text, two spaces a level. Decimals become literals such as 0.10 -> 0.1."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return quoted(value)
    if isinstance(value, Decimal):
        return literal(value)
    if isinstance(value, int):
        return str(value)
    if isinstance(value, datetime):
        return quoted(value.isoformat().replace("+00:00", "Z"))
    if isinstance(value, date):
        return quoted(value.isoformat())
    deeper = indent + "  "
    if isinstance(value, Mapping):
        rows = [f"{quoted(key)}: {dumps(one, deeper)}" for key, one in value.items()]
        opening, closing = "{", "}"
    else:
        rows = [dumps(one, deeper) for one in value]
        opening, closing = "[", "]"
    if not rows:
        return opening + closing
    return f"{opening}\n{deeper}" + f",\n{deeper}".join(rows) + f"\n{indent}{closing}"
