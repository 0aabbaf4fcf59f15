"""What every document of the library has in common."""

from __future__ import annotations

from typing import Any

from costplan.record.kinds import Compared
from costplan.record.writing import plain


class Plain(Compared):
    """A document that programs can take as plain data."""

    __slots__ = ()

    def to_dict(self) -> dict[str, Any]:
        """The document as its JSON has it: text, bool, None, lists and dicts, days and moments as
        text; every number an int or a Decimal with all its digits."""
        data: dict[str, Any] = plain(self)
        return data
