"""The catalogue as pages to read: a list of prices, one entry in full, what a search found.

All are plain values, the catalogue's own records among them (``terms``), whose keys stand beside
the others in the JSON. A field's name is its key there; money is in the entry's ``currency`` per
``per`` units; days are the catalogue's own.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import fields
from datetime import date
from decimal import Decimal
from typing import Annotated, NamedTuple

from costplan.catalog.model import CacheTerms
from costplan.catalog.offer import Adjust, Charge, Gate, Slice
from costplan.catalog.origin import Provenance
from costplan.record import Inline, Key, Since, Sparse, document, keys


class Head(NamedTuple):
    """What a scan for ids sees of an entry, without reading its prices."""

    id: str
    aliases: tuple[str, ...]
    priced_by: str
    """``token`` for a model, ``charge`` for any other offer."""
    category: str
    vendor: str
    product: str | None
    plan: str | None
    shelf: str

    @property
    def prefix(self) -> str:
        """The part of the id that names the vendor's file."""
        return self.id.partition("/")[0]


class Headline(NamedTuple):
    """One price of a list. ``price`` None: tiered, unpublished, or not yet in force (``since``)."""

    charge: str
    unit: str
    price: Decimal | None
    per: Decimal
    tiers: tuple[Slice, ...]
    quote: bool
    known_from: date | None
    where: Annotated[Provenance, Inline()]


class Row(NamedTuple):
    """One entry of a list.

    ``known_from`` is set where the entry has no price on the day of the list: the first day that
    has one. ``since`` is the latest of the listed prices, ``checked`` the oldest, ``confidence``
    the weakest. ``varies`` names what else moves a model's price: tiers, modes, regions, schedule.
    """

    id: str
    kind: str
    category: str
    vendor: str
    product: str | None
    plan: str | None
    region: str | None
    currency: str
    prices: tuple[Headline, ...]
    more_charges: int
    known_from: date | None
    since: date
    checked: date
    confidence: str
    varies: tuple[str, ...]
    shelf: str
    context_window: int | None = None
    max_output: int | None = None
    capabilities: tuple[str, ...] = ()


@document("price_list", "1.0")
class PriceList(NamedTuple):
    """Entries, each with its headline price on a day; by category and id unless ``sorted_by``."""

    as_of: date
    entries: tuple[Row, ...]
    sorted_by: str = "id"


class VendorCount(NamedTuple):
    """How much of a vendor is in a category; ``prefix`` begins its ids; ``read``: the newest day on
    which one of these prices was read at its source."""

    category: str
    prefix: str
    vendor: str
    models: int
    offers: int
    read: date | None = None


@document("price_overview", "1.0")
class Overview(NamedTuple):
    """What the catalogue holds, vendor by vendor."""

    vendors: tuple[VendorCount, ...]


class Identity(NamedTuple):
    """What an entry is, whatever it costs; ``asked_as``: the alias by which it was found."""

    id: str
    kind: str
    category: str
    vendor: str
    product: str | None
    plan: str | None
    region: str | None
    currency: str
    aliases: tuple[str, ...]
    note: str | None
    shelf: str
    asked_as: str | None = None


class Variable(NamedTuple):
    """A quantity that ``costplan price`` takes.

    ``required``: the bill has no value without it. Neither required nor with a default: only a
    limit of the plan looks at it. ``charge`` is the token kind or fee of a model that it is for.
    """

    name: str
    unit: str
    about: str
    default: Decimal | None
    required: bool
    charge: str | None = None


class Tier(NamedTuple):
    """Rates of the whole request from an input size (tokens) on."""

    from_input_tokens: int
    rates: Mapping[str, Decimal]
    known_from: date | None
    where: Annotated[Provenance, Inline()]


class Mode(NamedTuple):
    """A way to be processed: a factor on every rate, or rates and tiers of its own."""

    name: str
    times: Decimal | None
    rates: Mapping[str, Decimal]
    tiers: tuple[Tier, ...]
    known_from: date | None
    where: Annotated[Provenance, Inline()]


class Region(NamedTuple):
    """A region or data residency that multiplies the rates."""

    name: str
    times: Decimal
    known_from: date | None
    where: Annotated[Provenance, Inline()]


class Window(NamedTuple):
    """Hours of the week with a factor or rates of their own; ``zone`` is an offset or an area."""

    name: str
    times: Decimal | None
    rates: Mapping[str, Decimal]
    zone: str
    days: str
    hours: tuple[str, ...]
    holidays: tuple[date, ...]
    known_from: date | None
    where: Annotated[Provenance, Inline()]


class Quota(NamedTuple):
    """Units of a fee that an account has free in each period, alone or shared by a group."""

    quantity: Decimal
    period: str
    shared: str | None
    where: Annotated[Provenance, Inline()]


class Fee(NamedTuple):
    """A price per call beside the tokens; no factor touches it.

    ``once``: a call pays it once; ``always``: every call pays it.
    """

    name: str
    price: Decimal
    per: Decimal
    unit: str
    known_from: date | None
    where: Annotated[Provenance, Inline()]
    once: Annotated[bool, Sparse(), Since(2)] = False
    always: Annotated[bool, Sparse(), Since(2)] = False
    free: Annotated[Quota | None, Sparse(), Since(2)] = None


class Rejected(NamedTuple):
    """Rates that another source shows for the days of a card, and why they were not taken."""

    source: str
    confidence: str
    checked: date
    rates: Mapping[str, Decimal]
    reason: str


class Card(NamedTuple):
    """One dated card of a model's history, its base rates and tiers."""

    per: Decimal
    rates: Mapping[str, Decimal]
    tiers: tuple[Tier, ...]
    fees: tuple[Fee, ...]
    rejected: tuple[Rejected, ...]
    where: Annotated[Provenance, Inline()]


@document("price_page", "1.2")
class ModelPage(NamedTuple):
    """A model in full. Without a card on the day (``known_from``) only its history has prices."""

    as_of: date
    known_from: date | None
    entry: Identity
    context_window: int | None
    max_output: int | None
    cache: CacheTerms | None
    unit: str
    per: Decimal | None
    rates: Mapping[str, Decimal]
    tiers: tuple[Tier, ...]
    modes: tuple[Mode, ...]
    regions: tuple[Region, ...]
    schedule: tuple[Window, ...]
    fees: tuple[Fee, ...]
    variables: tuple[Variable, ...]
    history: tuple[Card, ...]
    sources: tuple[Provenance, ...]
    example: str
    retires: date | None = None


def _terms(kind: type) -> Iterator[str]:
    """The keys of a dated entry: the catalogue's own, but for its origin, and the page's."""
    yield from (term.name for term in fields(kind) if term.name != "origin")
    yield from ("known_from", *Provenance._fields)


@keys(*_terms(Charge))
class DatedCharge(NamedTuple):
    """A charge as the catalogue has it. ``fixed``: by its own word, or by what it counts."""

    terms: Annotated[Charge, Inline()]
    fixed: bool
    known_from: date | None
    where: Annotated[Provenance, Inline()]


@keys(*_terms(Adjust))
class DatedAdjust(NamedTuple):
    """A change of the bill after its charges, as the catalogue has it."""

    terms: Annotated[Adjust, Inline()]
    known_from: date | None
    where: Annotated[Provenance, Inline()]


@document("price_page", "1.2")
class OfferPage(NamedTuple):
    """An offer in full, its charges and adjustments on the day.

    ``known_from`` of the page is set where no charge has a price yet; a charge's own where only
    that one has none. ``history`` and ``adjustment_history`` hold every dated one.
    """

    as_of: date
    known_from: date | None
    entry: Identity
    hours_per_month: Decimal
    purpose: str | None
    variables: tuple[Variable, ...]
    derived: Mapping[str, str]
    pools: Mapping[str, str]
    charges: tuple[DatedCharge, ...]
    adjustments: tuple[DatedAdjust, ...]
    gates: tuple[Gate, ...]
    requires: tuple[str, ...]
    not_included: tuple[str, ...]
    history: tuple[DatedCharge, ...]
    adjustment_history: tuple[DatedAdjust, ...]
    sources: tuple[Provenance, ...]
    example: str


class Hit(NamedTuple):
    """An entry that a search found: how (``match``) and by which text (``by``)."""

    match: str
    id: str
    by: str
    category: str
    vendor: str
    product: str | None
    plan: str | None


@document("price_search", "1.0")
class Search(NamedTuple):
    """What a search found, best first; ``matches`` counts those beyond the limit too."""

    words: tuple[str, ...]
    matches: Annotated[int, Key("found")]
    hits: tuple[Hit, ...]
    note: str


Document = PriceList | Overview | ModelPage | OfferPage | Search
