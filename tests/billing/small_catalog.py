"""Small catalogues for tests, written as the files are: TOML text in, entries out."""

import tomllib
from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal

from costplan.billing.offers import OfferBill, Take, bill_offer
from costplan.billing.tokens import STANDARD, Processing, Tariff, TokenUsage
from costplan.catalog.lookup import Catalog, CatalogFile, Entry
from costplan.document.line import LineItem
from costplan.record import read
from costplan.words import Category
from costplan.workload.model import Workload

DAY = date(2026, 11, 22)

HEADER = """
vendor = "Acme"
source.page = { at = "https://acme.example/pricing", confidence = "vendor" }
source.set = { at = "https://data.example/prices", confidence = "dataset" }
"""
ORIGIN = 'origin = { since = 2026-01-01, checked = 2026-06-01, source = "page" }'


class Shelf:
    """One catalogue file in memory."""

    def __init__(self, file: CatalogFile, category: Category) -> None:
        self.name = "memory"
        self._entries = {
            name: Entry(item, file.vendor, file.currency, category, file.source, self.name)
            for item in (*file.model, *file.offer)
            for name in (item.id, *item.aliases)
        }

    def load(self, name: str) -> Entry | None:
        return self._entries.get(name)

    def plans(self, product: str) -> list[Entry]:
        unique = {entry.id: entry for entry in self._entries.values()}
        return [entry for name, entry in unique.items() if name.startswith(product + "/")]

    def ids(self) -> Iterable[str]:
        return self._entries


def toml(text: str) -> dict:
    return tomllib.loads(text, parse_float=Decimal)


def file_of(text: str) -> CatalogFile:
    return read(CatalogFile, toml(HEADER + text))


def catalog_of(text: str, category: Category = "runtime") -> Catalog:
    return Catalog([Shelf(file_of(text), category)])


def entry_of(text: str, category: Category = "runtime") -> Entry:
    """The first entry of a catalogue text."""
    file = file_of(text)
    entry = Shelf(file, category).load((*file.model, *file.offer)[0].id)
    assert entry is not None
    return entry


def offer(body: str, head: str = "") -> Entry:
    """An offer ``acme/plan`` with an origin; ``head`` holds keys of the offer, ``body`` tables."""
    return entry_of(f'[[offer]]\nid = "acme/plan"\n{ORIGIN}\n{head}\n{body}')


def charge(text: str, head: str = "") -> Entry:
    """An offer with one charge ``use`` of ``requests``; ``text`` holds the charge's other keys."""
    quantity = (
        "" if "quantity = " in text.replace("minimum_quantity", "") else ('quantity = "requests"')
    )
    return offer(f'[[offer.charge]]\nid = "use"\nunit = "request"\n{quantity}\n{text}', head)


def model(card: str, head: str = "") -> Entry:
    """A model ``acme/chat`` with one card since 2026-01-01, priced per million."""
    return entry_of(
        f'[[model]]\nid = "acme/chat"\n{head}\n[[model.price]]\n{ORIGIN}\nper = 1_000_000\n{card}',
        "tokens",
    )


def take(
    role: str = "main", purpose: str = "produce", uses: Mapping | None = None, **variables
) -> Take:
    return Take(
        role=role,
        component="runtime",
        purpose=purpose,
        variables={name: Decimal(str(value)) for name, value in variables.items()},
        uses=uses or {},
    )


def billed(entry: Entry, *takes: Take, day: date = DAY, **options) -> OfferBill:
    return bill_offer(entry, day, list(takes) or [take()], **options)


def tokens(
    entry: Entry,
    day: date = DAY,
    count: str | int = 1,
    processing: Processing = STANDARD,
    **usage: str | int,
) -> list[LineItem]:
    """The lines of ``count`` requests."""
    made = TokenUsage(**{name: Decimal(value) for name, value in usage.items()})
    return Tariff(entry, day, processing).bill(made, Decimal(count))


def amounts(lines: Iterable[LineItem]) -> dict[str, Decimal | None]:
    """Amounts by charge, trailing zeros gone; several lines of one charge are added."""
    found: dict[str, Decimal | None] = {}
    for line in lines:
        name = line.price.charge
        known = found.get(name, Decimal(0))
        found[name] = None if line.amount is None or known is None else known + line.amount
    return found


def sum_of(lines: Iterable[LineItem]) -> Decimal:
    return sum((line.amount or Decimal(0) for line in lines), Decimal(0))


def workload_of(text: str) -> Workload:
    return read(Workload, toml(text))
