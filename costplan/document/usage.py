"""What real usage cost at the catalogue's prices: plain values, a field's name its key."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Annotated, Any, NamedTuple

from costplan.document.line import Confidence
from costplan.record import Amount, Ge, Share, document
from costplan.record.writing import plain

Number = Annotated[int, Ge(0)]
"""How many of something."""


class Source(NamedTuple):
    """A file that was read. ``source``: its kind. ``unread``: what could not be read or counted,
    ``left_out``: what is no request of its own; both by reason, with how many there were."""

    name: str
    source: str
    records: Number
    unread: Mapping[str, Number]
    left_out: Mapping[str, Number]


class Total(NamedTuple):
    """What all of it cost in one currency. ``high`` differs from ``low`` where a source gives sums
    alone, and the sizes that prices depend on are lost. ``at_least``: a price is missing."""

    currency: str
    low: Amount
    high: Amount
    at_least: bool


class Group(NamedTuple):
    """Requests of one group in one currency. ``currency`` None: nothing of it has a price.

    ``names``: the values that the usage was grouped by. Quantiles are of single requests, from
    buckets of 2 %; None where sizes are lost. ``cache_share``: of the input that came from a cache.
    """

    names: tuple[str | None, ...]
    requests: Number
    tokens: Mapping[str, Number]
    currency: str | None
    low: Amount
    high: Amount
    at_least: bool
    input_p50: Decimal | None
    input_p95: Decimal | None
    output_p50: Decimal | None
    output_p95: Decimal | None
    cache_share: Share | None


class PricedTokens(NamedTuple):
    """A quantity at one price, with where the price is written. ``amount`` None: it has none."""

    offer: str
    charge: str
    variant: str | None
    quantity: Amount
    unit: str
    price: Amount | None
    per: Amount
    amount: Amount | None
    currency: str
    reason: str | None
    source: str
    since: date
    checked: date
    confidence: Confidence


class Question(NamedTuple):
    """A logged model that the catalogue does not have under its name; ``hints``: ids that end in
    exactly this name, and that one of them is meant is for a person to say."""

    logged: str
    rows: Number
    tokens: Number
    hints: tuple[str, ...]


class Traffic(NamedTuple):
    """How requests came. Rates are of those that say; None where none does.

    ``hours``: from the first to the last hour, empty ones too. ``peak_to_mean``: the busiest hour
    against their mean.
    """

    requests: Number
    failed: Number
    failed_tokens: Number
    error_rate: Share | None
    retry_rate: Share | None
    hours: Number
    peak_to_mean: Decimal | None
    conversations: Number
    turns_mean: Decimal | None
    turns_p95: Number | None


@document("usage", "1.0")
class Usage(NamedTuple):
    """Real usage at list prices. ``priced_on`` None: each request at its own (UTC) day's.

    ``by``: what it is grouped by. ``first`` and ``last``: UTC days of the earliest and the latest
    request; None where no row has a time. ``lines``: all quantities by price, the lower bound where
    there are two. ``said_by_sources``: what the sources themselves say it cost, never used.
    """

    priced_on: date | None
    by: tuple[str, ...]
    first: date | None
    last: date | None
    sources: tuple[Source, ...]
    traffic: Traffic
    totals: tuple[Total, ...]
    groups: tuple[Group, ...]
    lines: tuple[PricedTokens, ...]
    questions: tuple[Question, ...]
    said_by_sources: Decimal | None = None
    notes: tuple[str, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """The document as its JSON has it, every number an int or a Decimal with all its digits."""
        data: dict[str, Any] = plain(self)
        return data

    @property
    def unread(self) -> int:
        """Records that could not be read or counted."""
        return sum(sum(source.unread.values()) for source in self.sources)

    @property
    def unpriced(self) -> tuple[PricedTokens, ...]:
        """Quantities without a price."""
        return tuple(line for line in self.lines if line.amount is None)

    @property
    def complete(self) -> bool:
        """Whether everything was read and has a price."""
        return not (self.unread or self.unpriced or self.questions)
