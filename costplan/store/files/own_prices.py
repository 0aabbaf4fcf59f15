"""What shelves of prices share, and the one that a workload brings along: its ``[prices]`` and its
own machines."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from costplan.catalog.lookup import CatalogFile, Entry
from costplan.catalog.model import Model
from costplan.catalog.offer import Offer
from costplan.problems import InvalidInput, Problem
from costplan.record import read
from costplan.store.files.text import DocumentError
from costplan.words import Category

OWN = "workload"
"""The shelf of a workload's own prices."""


class Entries:
    """What every shelf shares: entries by id and alias, once loaded."""

    def __init__(self, name: str) -> None:
        self.name = name

    def entries(self, file: CatalogFile, category: Category) -> Iterable[Entry]:
        """The file's models and offers as entries."""
        items: tuple[Model | Offer, ...] = (*file.model, *file.offer)
        for item in items:
            yield Entry(
                item=item,
                vendor=file.vendor,
                currency=file.currency,
                category=file.category or category,
                sources=file.source,
                shelf=self.name,
            )


class OwnPrices(Entries):
    """What a workload says itself: its ``[prices]``, as one catalogue file, and its machines."""

    def __init__(
        self, file: CatalogFile | None, machines: Iterable[Entry] = (), name: str = OWN
    ) -> None:
        super().__init__(name)
        entries = list(machines)
        if file is not None:
            category: Category = file.category or ("tokens" if file.model else "runtime")
            entries += self.entries(file, category)
        self._entries = {
            name: entry for entry in entries for name in (entry.id, *entry.item.aliases)
        }

    def load(self, name: str) -> Entry | None:
        return self._entries.get(name)

    def plans(self, product: str) -> list[Entry]:
        return [entry for name, entry in self._entries.items() if name.startswith(product + "/")]

    def ids(self) -> Iterable[str]:
        return self._entries


def own_prices(
    data: Mapping[str, Any], name: str, text: str, machines: Iterable[Entry] = ()
) -> OwnPrices:
    """A workload's ``[prices]`` as a shelf. Raises DocumentError with places in the workload."""
    try:
        file = read(CatalogFile, data, ("prices",))
    except InvalidInput as error:
        raise DocumentError(name, text, error.problems) from None
    problems = [problem.under(("prices",)) for problem in id_problems(file)]
    if problems:
        raise DocumentError(name, text, problems)
    return OwnPrices(file, machines)


def id_problems(file: CatalogFile) -> list[Problem]:
    """A problem for each id of somebody's own prices that no role could be bound to."""
    entries = [("model", at, model.id) for at, model in enumerate(file.model)]
    entries += [("offer", at, offer.id) for at, offer in enumerate(file.offer)]
    return [
        Problem((key, at, "id"), f"'{name}' is not an id", "ids look like vendor/plan")
        for key, at, name in entries
        if "/" not in name
    ]
