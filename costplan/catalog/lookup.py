"""Finding an offer by its exact id or alias, in layers of shelves; never by likeness.

A shelf is one place that holds prices (the built-in folder, a user's, a project's, a workload's
own ``[prices]``). Later shelves lie over earlier ones. Shelves are filled by ``costplan.store``;
this module only asks them for the ids that a bill names.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import TYPE_CHECKING, NamedTuple, Protocol, runtime_checkable

from costplan.catalog.model import Card, Model
from costplan.catalog.offer import Charge, Offer
from costplan.catalog.origin import RELEASED, Origin, Provenance, Source, resolve, unknown_sources
from costplan.catalog.traits import unknown_trait_sources
from costplan.facts import Fact, fact
from costplan.problems import (
    BadUsage,
    PriceNotKnown,
    Problem,
    UnknownOffer,
    did_you_mean,
    nearest,
)
from costplan.record import Currency, record
from costplan.words import Category

if TYPE_CHECKING:  # no bill by the token waits for it
    from costplan.catalog.provisioned import Reserve


@record
class CatalogFile:
    """One file of the catalogue, or as many of its blocks as were asked for.

    Keys:
        vendor: the seller; the first part of its ids
        currency: of every price in the file
        source: what the prices rest on, by the name that origins use
        category: the part of an application that the file's offers serve
        model: models priced by the token
        offer: anything else with a price
    """

    vendor: str
    currency: Currency = "USD"
    source: Mapping[str, Source]
    category: Category | None = None
    model: tuple[Model, ...] = ()
    offer: tuple[Offer, ...] = ()

    def check(self) -> Iterable[Problem]:
        for at, model in enumerate(self.model):
            for problem in unknown_sources(model.origins(), self.source):
                yield problem.under(("model", at))
            for number, card in enumerate(model.price):
                for which, rejected in enumerate(card.rejected):
                    if rejected.source not in self.source:
                        place = ("model", at, "price", number, "rejected", which, "source")
                        known = "known: " + ", ".join(self.source)
                        yield Problem(place, f"unknown source '{rejected.source}'", known)
        for at, offer in enumerate(self.offer):
            for problem in unknown_sources(offer.origins(), self.source):
                yield problem.under(("offer", at))
            for problem in unknown_trait_sources(offer.traits, self.source):
                yield problem.under(("offer", at))
        yield from self._named_twice()

    def _named_twice(self) -> Iterable[Problem]:
        seen: set[str] = set()
        kinds: tuple[tuple[str, tuple[Model | Offer, ...]], ...] = (
            ("model", self.model),
            ("offer", self.offer),
        )
        for key, entries in kinds:
            for at, entry in enumerate(entries):
                for name in (entry.id, *entry.aliases):
                    if name in seen:
                        yield Problem((key, at, "id"), f"'{name}' is named twice in this file")
                    seen.add(name)


class Entry(NamedTuple):
    """A model or an offer with what its file says of all its entries."""

    item: Model | Offer
    vendor: str
    currency: str
    category: Category
    sources: Mapping[str, Source]
    shelf: str

    @property
    def id(self) -> str:
        return self.item.id

    def provenance(self, origin: Origin) -> Provenance:
        """The origin with its source's address and confidence."""
        return resolve(origin, self.sources)


def alias_fact(entry: Entry, asked: str) -> list[Fact]:
    """What to tell somebody who named the entry by an alias; nothing where by its id."""
    return [fact("alias", entry.id, asked=asked)] if asked in entry.item.aliases else []


SEARCH = "'costplan pricing search WORD' finds what the catalogue holds"


class Shelf(Protocol):
    """One place that holds prices."""

    name: str

    def load(self, name: str) -> Entry | None:
        """The entry with that exact id or alias, or None."""

    def plans(self, product: str) -> list[Entry]:
        """Every entry whose id begins with ``product/``."""

    def ids(self) -> Iterable[str]:
        """Every id and alias; used for messages and lists, never for a bill."""


@runtime_checkable
class Reserving(Protocol):
    """A shelf that also holds terms of reserved throughput."""

    def reserve(self, offer: str, terms: str | None) -> "Reserve | None":
        """The terms of that id, else those that serve a model; None where it has none."""

    def reserving(self) -> Iterable[str]:
        """Every id of terms; used for messages and lists, never for a bill."""


@runtime_checkable
class Sorted(Protocol):
    """A shelf that finds what is of a category without reading the rest."""

    def of(self, category: Category, vendor: str | None) -> Iterable[Entry]:
        """Every entry of a category, of one vendor where it is named."""


class Catalog:
    """Shelves in layers, the last one on top.

    ``today``: the day on which they are read, where whoever opened them knows it.
    """

    def __init__(self, shelves: Sequence[Shelf]) -> None:
        self.shelves = tuple(shelves)
        self.today = RELEASED
        self._found: dict[str, Entry | None] = {}
        self._reserved: dict[tuple[str, str | None], Reserve | None] = {}
        self.products: dict[str, list[Entry]] = {}

    def find(self, name: str) -> Entry | None:
        """The entry of an exact id or alias, from the topmost shelf that has it."""
        if name not in self._found:
            self._found[name] = next(
                (entry for shelf in reversed(self.shelves) if (entry := shelf.load(name))), None
            )
        return self._found[name]

    def get(self, name: str) -> Entry:
        """As ``find``, but raises UnknownOffer with the nearest names."""
        entry = self.find(name)
        if entry is None:
            raise UnknownOffer(f"unknown offer '{name}'", self.hint(name))
        return entry

    def hint(self, name: str) -> str:
        """A remedy for an unknown id."""
        vendor, slash, rest = name.partition("/")
        own = [
            entry_id.removeprefix(vendor + "/")
            for entry_id in self.ids()
            if entry_id.startswith(vendor + "/")
        ]
        right = bool(slash and own)  # a right vendor is no likeness: compare what follows it
        near = [f"{vendor}/{close}" for close in nearest(rest, own)] if right else []
        end = "/" + name.rpartition("/")[2]
        near = near or original_first(known for known in self.ids() if known.endswith(end))[:3]
        if near:
            return "did you mean " + " or ".join(f"'{close}'" for close in near) + "?"
        return (None if right else did_you_mean(name, self.ids())) or SEARCH

    def plans(self, product: str) -> list[Entry]:
        """Every entry below ``product/``, topmost shelf first where an id is on several."""
        if product in self.products:
            return self.products[product]
        plans: dict[str, Entry] = {}
        for shelf in self.shelves:
            for entry in shelf.plans(product):
                plans[entry.id] = entry
        self.products[product] = list(plans.values())
        return self.products[product]

    def of(self, category: Category, vendor: str | None = None) -> list[Entry]:
        """Every entry of a category, of one vendor where it is named, the topmost shelf's where an
        id is on several; only to be named: no bill and no lock has them."""
        entries: dict[str, Entry] = {}
        for shelf in self.shelves:
            if isinstance(shelf, Sorted):
                own = shelf.of(category, vendor)
            else:
                own = [entry for name in shelf.ids() if (entry := shelf.load(name))]
            entries |= {
                entry.id: entry
                for entry in own
                if entry.category == category and vendor in (None, entry.id.partition("/")[0])
            }
        return [entries[name] for name in sorted(entries)]

    def reserve(self, offer: str, terms: str | None = None) -> "Reserve | None":
        """Terms of reserved throughput: of that id, else those that serve a model, from the topmost
        shelf that has them; None where nobody sells it so. Raises BadUsage for an id that is not
        known."""
        asked = (offer, terms)
        if asked not in self._reserved:
            own = (shelf.reserve(*asked) for shelf in self._reserving())
            self._reserved[asked] = next((known for known in own if known is not None), None)
        known = self._reserved[asked]
        if known is None and terms is not None:
            raise self._unsold(terms)
        return known

    def reserved(self) -> "list[tuple[str, Reserve]]":
        """The terms of reserved throughput that were asked for, each with the model that they were
        asked for."""
        return [(asked[0], known) for asked, known in self._reserved.items() if known is not None]

    def terms_below(self, terms: str) -> "list[Reserve]":
        """As ``below``, of terms of reserved throughput."""
        own = (shelf.reserve("", terms) for shelf in self._reserving())
        return [known for known in own if known is not None][1:]

    def _reserving(self) -> "Iterable[Reserving]":
        return (shelf for shelf in reversed(self.shelves) if isinstance(shelf, Reserving))

    def _unsold(self, terms: str) -> BadUsage:
        known = sorted({name for shelf in self._reserving() for name in shelf.reserving()})
        vendor = terms.partition("/")[0] + "/"
        own = [name for name in known if name.startswith(vendor)]
        vendors = dict.fromkeys(name.partition("/")[0] + "/" for name in known)
        return BadUsage(
            f"no provisioned throughput is known for '{terms}'",
            (did_you_mean(terms, own) or "known: " + ", ".join(own))
            if own
            else "ids begin with: " + ", ".join(vendors),
        )

    def aside(self) -> "Catalog":
        """The same prices for a look that leaves no trace: what is only named is not used, and so
        in no lock."""
        return Catalog(self.shelves)

    def asked(self) -> dict[str, Entry]:
        """Every entry that was asked for, by the name that was used; plans of products by id."""
        known = {name: entry for name, entry in self._found.items() if entry is not None}
        return {entry.id: entry for plans in self.products.values() for entry in plans} | known

    def below(self, name: str) -> list[Entry]:
        """What the shelves below the topmost that has the name say of it, the upper first."""
        return [entry for shelf in reversed(self.shelves) if (entry := shelf.load(name))][1:]

    def ids(self) -> list[str]:
        """Every id and alias of every shelf, sorted."""
        return sorted({name for shelf in self.shelves for name in shelf.ids()})


def original_first(ids: Iterable[str]) -> list[str]:
    """Ids that end in the same name, first those that others resell under."""
    ids = list(ids)
    resold = {name: sum(other.endswith(f"/{name}") for other in ids) for name in ids}
    return sorted(ids, key=lambda name: (-resold[name], name.count("/"), len(name), name))


def card_on(model: Model, day: date) -> Card:
    """The model's card on a day. Raises PriceNotKnown before its first."""
    card = model.card(day)
    if card is None:
        raise PriceNotKnown(
            f"{model.id} has no known price on {day}",
            f"the catalogue knows it from {model.first_known} on",
        )
    return card


def charges_on(offer: Offer, day: date) -> tuple[list[Charge], list[Charge]]:
    """The offer's charges on a day. Raises PriceNotKnown before the first and after the last."""
    current, later = offer.charges_on(day)
    if offer.charge and not current:
        ended = offer.ended_on(day)
        known = min((charge.origin or offer.origin).since for charge in later) if later else None
        raise PriceNotKnown(
            f"{offer.id} has no known price on {day}",
            f"its charges ended on {ended}: look for what took its place"
            if ended
            else f"the catalogue knows it from {known} on",
        )
    return current, later
