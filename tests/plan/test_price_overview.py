"""What the catalogue holds, counted by vendor and category."""

from __future__ import annotations

from datetime import date

from costplan.document.listing import Head, VendorCount
from costplan.plan.prices.choosing import overview

READ = date(2026, 11, 1)


def head(name: str, category: str, *, model: bool) -> Head:
    priced_by = "token" if model else "charge"
    return Head(name, (), priced_by, category, name.partition("/")[0].title(), None, None, "here")


def test_models_and_other_offers_are_counted_apart() -> None:
    heads = [
        head("acme/one", "tokens", model=True),
        head("acme/two", "tokens", model=True),
        head("acme/flat", "tokens", model=False),
        head("acme/box", "runtime", model=False),
        head("best/one", "tokens", model=True),
    ]
    page = overview(heads, {("tokens", "acme"): READ})
    assert page.vendors == (
        VendorCount("runtime", "acme", "Acme", 0, 1, None),
        VendorCount("tokens", "acme", "Acme", 2, 1, READ),
        VendorCount("tokens", "best", "Best", 1, 0, None),
    )
