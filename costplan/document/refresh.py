"""What a refresh of the prices did, or would do."""

from datetime import date
from typing import Annotated, NamedTuple

from costplan.document.price_diff import PriceDiff
from costplan.record import OneOf, document, keys
from costplan.words import CONFIDENCES


class LeftOut(NamedTuple):
    """Entries of a source that have no place in the catalogue, for one reason."""

    reason: str
    names: tuple[str, ...]


class SourceRead(NamedTuple):
    """One source as it was read.

    ``had``: how many models it showed at the refresh before or, without one, how many of the
    catalogue rest on it (``first``); 0 where that is not known. ``gone``: those of them that it
    no longer shows, which keep their last known price.
    """

    name: str
    source: str
    confidence: Annotated[str, OneOf(*(trust for trust in CONFIDENCES if trust != "corroborated"))]
    read_from: str
    checked: date
    models: int
    had: int
    first: bool
    gone: tuple[str, ...]
    left_out: tuple[LeftOut, ...]


@document("price_refresh", "1.0")
@keys("target", "written", "dry_run", "refused", "accepted", "damage", "sources", "diff")
class PriceRefresh(NamedTuple):
    """``refused``: why it looks like a fault of a source; then nothing is written, unless the loss
    was accepted. ``written``: the folder of the new prices; None where nothing was written."""

    target: str
    sources: tuple[SourceRead, ...]
    diff: PriceDiff
    refused: tuple[str, ...] = ()
    accepted: bool = False
    dry_run: bool = False
    written: str | None = None
    damage: str | None = None

    @property
    def stopped(self) -> bool:
        """Whether the refresh was refused, and nobody accepted that."""
        return bool(self.refused) and not self.accepted
