"""What an offer is like beside its price: limits, isolation, protocols, memory, regions."""

from collections.abc import Iterable, Mapping
from datetime import date

from costplan.problems import Problem, did_you_mean
from costplan.record import record

TRAITS = {
    "session": "how long one may run, and when an idle one ends",
    "quotas": "how much at once, until a quota is raised",
    "isolation": "what keeps one session from another",
    "hardware": "what one session or instance has",
    "protocols": "what it speaks with clients, tools and other agents",
    "memory": "what it remembers beyond a request",
    "identity": "who may call, and as whom it acts",
    "regions": "where it runs",
    "sla": "what availability the vendor owes",
    "state": "preview or generally available",
    "leaving": "what runs elsewhere as it is, and what does not",
}
"""Every trait, in the order of a page."""
OPEN = ("a2a", "ag-ui", "mcp", "openapi", "otel")
"""Protocols that several vendors implement by a published specification."""
PROTOCOLS = (*OPEN, "own")
"""What a step may be reached by; ``own``: an interface of the vendor alone."""


@record
class Trait:
    """One trait of an offer, with the page that says so.

    Keys:
        says: in a few words
        source: an entry of the file's [source]
        dated: the day of the source itself; left out where it has none
        speaks: of protocols: those of the open ones that it implements
    """

    says: str
    source: str
    dated: date | None = None
    speaks: tuple[str, ...] = ()

    def check(self) -> Iterable[Problem]:
        for at, name in enumerate(self.speaks):
            if name not in OPEN:
                hint = did_you_mean(name, OPEN) or "open ones: " + ", ".join(OPEN)
                yield Problem(("speaks", at), f"unknown protocol '{name}'", hint)


def trait_problems(names: Iterable[str]) -> Iterable[Problem]:
    """Names that are no trait, each with the nearest that is."""
    for name in names:
        if name not in TRAITS:
            hint = did_you_mean(name, TRAITS) or "traits: " + ", ".join(TRAITS)
            yield Problem(("traits", name), f"there is no trait '{name}'", hint, "key")


def unknown_trait_sources(
    traits: Mapping[str, Trait], sources: Mapping[str, object]
) -> Iterable[Problem]:
    """Traits that rest on no entry of the file's head."""
    for name, trait in traits.items():
        if trait.source not in sources:
            known = "known: " + ", ".join(sources)
            yield Problem(("traits", name, "source"), f"unknown source '{trait.source}'", known)
