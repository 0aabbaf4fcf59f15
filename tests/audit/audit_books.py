"""Small catalogues for tests of the audit: one bad entry, one good neighbour."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from costplan.catalog.filed import Filed
from costplan.document.audit import Audit
from costplan.plan.prices.audit.parts import Terms
from costplan.plan.prices.audit.run import audit
from costplan.store.files.whole import filed_folder

DAY = date(2026, 11, 22)
TERMS = Terms(DAY, DAY, 90, 180)
HEAD = """\
vendor = "Acme"
currency = "USD"
source.page = { at = "https://acme.example/pricing", confidence = "vendor" }
source.set = { at = "a data set", confidence = "dataset" }
source.other = { at = "another data set", confidence = "dataset" }
"""
ORIGIN = '{ since = 2026-09-01, checked = 2026-10-01, source = "set" }'
RATES = "{ input = 2, cache_read = 0.2, cache_write = 2.5, output = 10 }"


def model(
    name: str,
    about: str = "",
    rates: str = RATES,
    more: str = "",
    *,
    origin: str = ORIGIN,
    per: str = "1_000_000",
    cards: str = "",
) -> str:
    """A model with one card; ``about`` goes to the model, ``more`` to its card."""
    return f"""
[[model]]
id = "{name}"
cache = {{ minimum_tokens = 1_024, ttl_minutes = 5 }}
{about}

[[model.price]]
origin = {origin}
per = {per}
rates = {rates}
{more}
{cards}"""


def card(rates: str, since: str = "2026-10-01", more: str = "") -> str:
    """A further card."""
    return f"""
[[model.price]]
origin = {{ since = {since}, checked = 2026-10-01, source = "set" }}
per = 1_000_000
rates = {rates}
{more}"""


def offer(name: str, charge: str, about: str = "", origin: str = ORIGIN) -> str:
    """An offer with one charge."""
    return f"""
[[offer]]
id = "{name}"
origin = {origin}
{about}

[[offer.charge]]
id = "use"
quantity = "requests"
{charge}
"""


GOOD = model("acme/good", "context = 200_000\nmax_output = 8_000")


def write(folder: Path, text: str, category: str = "tokens", vendor: str = "acme") -> Path:
    """A catalogue file; the folder of the catalogue."""
    path = folder / "book" / category / f"{vendor}.toml"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return folder / "book"


def filed(folder: Path, *blocks: str, head: str = HEAD) -> list[Filed]:
    """A catalogue of one file of models with a good neighbour."""
    return list(filed_folder(write(folder, head + GOOD + "".join(blocks))))


def audited(book: list[Filed], terms: Terms = TERMS) -> Audit:
    """Every finding of a small catalogue, notes too."""
    return audit(book, terms, "a book", level="note")


def names(made: Audit) -> set[tuple[str, str, str]]:
    """Findings as (name, id, part)."""
    return {(one.finding, one.id, one.part) for one in made.findings}
