"""What every document of the library has in common."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar, NamedTuple

from costplan.record.kinds import Compared


class Views(NamedTuple):
    """How a document becomes a frame (by the name of a library, None for the one that is there)
    and HTML. Rooms above this one know; ``costplan.api.library`` sets them."""

    frame: Callable[[Any, str | None], Any]
    html: Callable[[Any], str]


class Plain(Compared):
    """A document that programs can take as plain data, and notebooks as a frame or a page."""

    __slots__ = ()
    views: ClassVar[Views | None] = None

    def to_dict(self) -> dict[str, Any]:
        """The document as its JSON has it: text, bool, None, lists and dicts, days and moments as
        text; every number an int or a Decimal with all its digits."""
        from costplan.record.writing import plain  # no table is written so

        data: dict[str, Any] = plain(self)
        return data

    def to_frame(self, library: str | None = None) -> Any:
        """The document's rows as a pandas or polars frame, numbers as floats.

        A row is a line of an estimate or a bill, a way of a comparison, a verdict of a check, a
        changed charge of a diff. ``library``: "pandas" or "polars"; left out, the first of them
        that is installed. Raises BadUsage where it is not.
        """
        assert self.views is not None, "set by costplan.api.library"
        return self.views.frame(self, library)

    def _repr_html_(self) -> str | None:
        """What a notebook shows where the document is the last value of a cell."""
        return None if self.views is None else self.views.html(self)
