"""Which offer of the catalogue a logged model is: by its exact name, never by likeness."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from costplan.catalog.lookup import Catalog, Entry, original_first
from costplan.catalog.model import Model
from costplan.store.sourcing.upstream.vendors import id_of, vendor_of

TELEMETRY = {
    "aws.bedrock": "bedrock",
    "azure.ai.inference": "azure",
    "azure.ai.openai": "azure",
    "az.ai.openai": "azure",
    "az.ai.inference": "azure",
    "gcp.gemini": "google",
    "gcp.gen_ai": "google",
    "gcp.vertex_ai": "vertex",
    "ibm.watsonx.ai": "watsonx",
    "mistral_ai": "mistral",
    "mistralai": "mistral",
    "moonshot_ai": "moonshot",
    "x_ai": "xai",
}
"""What OpenTelemetry calls a provider, where no data set of prices calls it so."""
ARN = re.compile(r"^arn:aws[\w-]*:bedrock:[^:]*:[^:]*:(?:foundation-model|inference-profile)/(.+)$")
IGNORED = "ignore"
MOST_HINTS = 4


class Question(NamedTuple):
    """A logged model that the catalogue does not have under its name. ``hints``: ids that end in
    the very name it was logged under; which of them it is, is for a person to say."""

    vendor: str | None
    model: str
    rows: int
    tokens: int
    hints: tuple[str, ...]

    @property
    def logged(self) -> str:
        """The name that a line of ``[map]`` has."""
        return f"{self.vendor}/{self.model}" if self.vendor else self.model


class Names:
    """Logged names to entries. ``given``: the user's own ``[map]``; ``vendor`` for rows without."""

    def __init__(
        self, catalog: Catalog, given: Mapping[str, str], vendor: str | None = None
    ) -> None:
        self.catalog = catalog
        self.given = given
        self.vendor = vendor
        self._by_end: dict[str, list[str]] | None = None

    def find(self, vendor: str | None, model: str) -> Entry | str | None:
        """The entry; ``IGNORED`` where the user left it out; None for a question.

        Raises UnknownOffer where ``[map]`` names what the catalogue has not.
        """
        vendor = vendor or self.vendor
        for name in (f"{vendor}/{model}", model):
            if name in self.given:
                target = self.given[name]
                return IGNORED if target == IGNORED else self.catalog.get(target)
        for name in candidates(vendor, model):
            entry = self.catalog.find(name)
            if entry is not None and isinstance(entry.item, Model):
                return entry
        return None

    def hints(self, model: str) -> tuple[str, ...]:
        """Ids that end in exactly this name, first those that others resell under."""
        if self._by_end is None:
            self._by_end = {}
            for offer in self.catalog.ids():
                self._by_end.setdefault(offer.rsplit("/", 1)[-1], []).append(offer)
        offers = self._by_end.get(model.rsplit("/", 1)[-1], [])
        return tuple(original_first(offers)[:MOST_HINTS])


def candidates(vendor: str | None, model: str) -> Iterable[str]:
    """The ids that a logged name can be, exactly: the vendor's own spelling before a path."""
    name = model
    match = ARN.match(model)
    if match:
        vendor, name = "bedrock", match[1]
    if vendor:
        said = vendor.strip().lower()
        prefix = TELEMETRY.get(said) or vendor_of(said)[0] or said  # or one of a catalogue's own
        yield id_of(prefix, name.removeprefix("models/"))
        if name.startswith(f"{said}/"):  # a gateway's own path, such as azure/deployment
            yield id_of(prefix, name.removeprefix(f"{said}/"))
        return
    if "/" in name:
        yield name
