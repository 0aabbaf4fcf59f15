"""What a catalogue file may not say, and how entries are found in layers."""

import tomllib
from collections.abc import Iterable
from datetime import date
from decimal import Decimal

import pytest

from costplan.catalog.lookup import Catalog, CatalogFile, Entry, card_on, charges_on
from costplan.catalog.origin import Source
from costplan.problems import InvalidInput, PriceNotKnown, UnknownOffer
from costplan.record import read

HEAD = """
vendor = "Acme"
source.page = { at = "https://acme.example/pricing", confidence = "vendor" }
"""
ORIGIN = 'origin = { since = 2026-01-01, checked = 2026-06-01, source = "page" }\n'
MODEL = '[[model]]\nid = "acme/chat"\n'
CARD = "[[model.price]]\n" + ORIGIN + "per = 1_000_000\n"
OFFER = '[[offer]]\nid = "acme/plan"\n' + ORIGIN
CHARGE = '[[offer.charge]]\nid = "use"\nquantity = "requests"\nunit = "request"\n'


def load(text: str) -> CatalogFile:
    return read(CatalogFile, tomllib.loads(HEAD + text, parse_float=Decimal))


def problems(text: str) -> list[tuple[tuple, str]]:
    with pytest.raises(InvalidInput) as caught:
        load(text)
    return [(one.path, one.message) for one in caught.value.problems]


def test_the_smallest_file() -> None:
    file = load(MODEL + CARD + "rates = { input = 1 }\n" + OFFER + CHARGE + "price = 1\n")
    assert file.currency == "USD"
    assert file.model[0].kind == "chat"
    assert file.offer[0].charge[0].per == 1


@pytest.mark.parametrize(
    ("text", "path", "words"),
    [
        ("rates = { inptu = 1 }", ("model", 0, "price", 0, "rates", "inptu"), "unknown key"),
        ("rates = { input = -1 }", ("model", 0, "price", 0, "rates", "input"), "at least 0"),
        ("mode.turbo = { times = 2 }", ("model", 0, "price", 0, "mode", "turbo"), "unknown mode"),
        ("mode.batch = { }", ("model", 0, "price", 0, "mode", "batch"), "either"),
        (
            "mode.batch = { times = 0.5, rates = { input = 1 } }",
            ("model", 0, "price", 0, "mode", "batch"),
            "either",
        ),
        ("mode.batch = { times = 0 }", ("model", 0, "price", 0, "mode", "batch", "times"), "more"),
        (
            'fee.images = { price = 1, per = 1, unit = "image" }',
            ("model", 0, "price", 0, "fee", "images"),
            "unknown fee",
        ),
        (
            "rates = { input = 1 }\ntiers = [{ above = 10, rates = { output = 1 } }]",
            ("model", 0, "price", 0, "tiers", 0, "rates"),
            "missing: input",
        ),
        (
            "tiers = [{ above = 10, rates = {} }, { above = 10, rates = {} }]",
            ("model", 0, "price", 0, "tiers", 1),
            "tiers must ascend",
        ),
        (
            "tiers = [{ above = 10, rates = {} }, { at_or_above = 11, rates = {} }]",
            ("model", 0, "price", 0, "tiers", 1),
            "tiers must ascend",
        ),
        ("tiers = [{ rates = {} }]", ("model", 0, "price", 0, "tiers", 0), "either"),
        (
            'schedule = [{ name = "x", utc_offset = "+08:00" }]',
            ("model", 0, "price", 0, "schedule", 0),
            "either 'times' or 'rates'",
        ),
        (
            'schedule = [{ name = "x", times = 2 }]',
            ("model", 0, "price", 0, "schedule", 0),
            "either 'utc_offset' or 'zone'",
        ),
        (
            'schedule = [{ name = "x", times = 2, utc_offset = "8" }]',
            ("model", 0, "price", 0, "schedule", 0, "utc_offset"),
            "is not a UTC offset",
        ),
        (
            'schedule = [{ name = "x", times = 2, zone = "Mars" }]',
            ("model", 0, "price", 0, "schedule", 0, "zone"),
            "unknown time zone",
        ),
        (
            'schedule = [{ name = "x", times = 2, zone = "UTC", hours = ["9-5"] }]',
            ("model", 0, "price", 0, "schedule", 0, "hours", 0),
            "is not a span",
        ),
        (
            'schedule = [{ name = "x", times = 2, zone = "UTC", days = "weekdays" }]',
            ("model", 0, "price", 0, "schedule", 0, "days"),
            "is not a list of days",
        ),
        (
            'schedule = [{ name = "x", rates = { inptu = 1 }, zone = "UTC" }]',
            ("model", 0, "price", 0, "schedule", 0, "rates", "inptu"),
            "unknown rate 'inptu'",
        ),
        (
            'schedule = [{ name = "x", rates = { input = -1 }, zone = "UTC" }]',
            ("model", 0, "price", 0, "schedule", 0, "rates", "input"),
            "at least 0",
        ),
        (
            "[[model.price]]\n" + ORIGIN + "per = 1\n",
            ("model", 0, "price", 1, "origin"),
            "from the oldest to the newest",
        ),
    ],
)
def test_a_card_is_refused_at_its_place(text: str, path: tuple, words: str) -> None:
    found = problems(MODEL + CARD + text + "\n")
    assert any(where == path and words in message for where, message in found), found


def test_a_model_without_a_price_is_refused() -> None:
    found = problems(MODEL + "price = []\n")
    assert found == [(("model", 0, "price"), "a model has at least one [[model.price]]")]


@pytest.mark.parametrize(
    ("text", "path", "words"),
    [
        ("", ("offer", 0, "charge", 0), "exactly one of"),
        ("price = 1\nquote = true", ("offer", 0, "charge", 0), "exactly one of"),
        ("price = 1\ntiers = [{ price = 1 }]", ("offer", 0, "charge", 0), "exactly one of"),
        ("price = -1", ("offer", 0, "charge", 0, "price"), "at least 0"),
        ("price = 1\nper = 0", ("offer", 0, "charge", 0, "per"), "more than 0"),
        ("tiers = [{ price = 1 }, { price = 2 }]", ("offer", 0, "charge", 0, "tiers", 0), "last"),
        (
            "tiers = [{ up_to = 5, price = 1 }, { up_to = 5, price = 2 }]",
            ("offer", 0, "charge", 0, "tiers", 1, "up_to"),
            "ascend",
        ),
        ("tiers = [{ up_to = 5 }]", ("offer", 0, "charge", 0, "tiers", 0), "either 'price'"),
        (
            "tiers = [{ up_to = 5, price = 1, quote = true }]",
            ("offer", 0, "charge", 0, "tiers", 0),
            "either 'price'",
        ),
        (
            'mode = "volume"\nrank_by = "requests"\ntiers = [{ price = 1 }]',
            ("offer", 0, "charge", 0, "rank_by"),
            "graduated",
        ),
        ('price = 1\npool = "x"', ("offer", 0, "charge", 0, "pool"), "unknown pool"),
        ('price = 1\nincluded = "reqests"', ("offer", 0, "charge", 0, "included"), "'reqests'"),
        ("ended = true", ("offer", 0, "charge", 0), "needs the origin"),
        ("price = 1\n" + CHARGE + "price = 2", ("offer", 0, "charge", 1, "id"), "twice"),
        (
            'price = 1\n[[offer.adjust]]\nid = "f"\nkind = "minimum"',
            ("offer", 0, "adjust", 0),
            "needs 'amount'",
        ),
        (
            'price = 1\n[[offer.adjust]]\nid = "f"\nkind = "discount"\namount = 5',
            ("offer", 0, "adjust", 0),
            "needs 'percent'",
        ),
        (
            'price = 1\n[[offer.adjust]]\nid = "f"\nkind = "discount"\npercent = 101',
            ("offer", 0, "adjust", 0, "percent"),
            "at most 100",
        ),
        (
            'price = 1\n[[offer.adjust]]\nid = "f"\nkind = "credit"\namount = 5\nfloor = 1',
            ("offer", 0, "adjust", 0, "floor"),
            "only a percent_fee",
        ),
        (
            'price = 1\n[[offer.adjust]]\nid = "f"\namount = 5\ncharges = ["usee"]',
            ("offer", 0, "adjust", 0, "charges"),
            "unknown charge 'usee'",
        ),
    ],
)
def test_an_offer_is_refused_at_its_place(text: str, path: tuple, words: str) -> None:
    found = problems(OFFER + CHARGE + text + "\n")
    assert any(where == path and words in message for where, message in found), found


@pytest.mark.parametrize(
    ("table", "words"),
    [
        ('derived = { a = "b", b = "requests" }', "unknown variable 'b'"),  # in file order
        ('derived = { a = "a + 1" }', "unknown variable 'a'"),
        ('derived = { hours = "max(1, hours)" }', "unknown variable 'hours'"),
        ('derived = { calls = "requests", requests = "calls" }', "unknown variable 'requests'"),
        ('derived = { a = "requests ** 2" }', "not allowed"),
        ('pools = { p = "reqests" }', "unknown variable 'reqests'"),
        ('gates = [{ variable = "x", max = 1, action = "block" }]', "unknown variable 'x'"),
    ],
)
def test_an_expression_may_use_only_what_is_known(table: str, words: str) -> None:
    found = problems(OFFER + table + "\n" + CHARGE + "price = 1\n")
    assert any(words in message for _, message in found), found


def test_an_ended_charge_needs_no_price() -> None:
    later = 'origin = { since = 2026-05-01, checked = 2026-05-02, source = "page" }\nended = true\n'
    file = load(OFFER + CHARGE + "price = 1\n" + CHARGE + later)
    assert [charge.ended for charge in file.offer[0].charge] == [False, True]


def test_a_source_that_is_not_named_is_refused() -> None:
    text = OFFER.replace('source = "page"', 'source = "pgae"') + CHARGE + "price = 1\n"
    ((path, message),) = problems(text)
    assert path == ("offer", 0, "origin", "source")
    assert "unknown source 'pgae'" in message


def test_an_id_is_named_once_in_a_file() -> None:
    text = MODEL + 'aliases = ["acme/plan"]\n' + CARD + OFFER + CHARGE + "price = 1\n"
    assert problems(text) == [(("offer", 0, "id"), "'acme/plan' is named twice in this file")]


# ---------------------------------------------------------------- lookup


class Shelf:
    def __init__(self, name: str, text: str) -> None:
        self.name = name
        file = load(text)
        self.entries = {
            one: Entry(item, file.vendor, file.currency, "runtime", file.source, name)
            for item in (*file.model, *file.offer)
            for one in (item.id, *item.aliases)
        }

    def load(self, name: str) -> Entry | None:
        return self.entries.get(name)

    def plans(self, product: str) -> list[Entry]:
        return [one for name, one in self.entries.items() if name.startswith(product + "/")]

    def ids(self) -> Iterable[str]:
        return self.entries


BELOW = Shelf(
    "built-in",
    MODEL + 'aliases = ["acme/latest"]\n' + CARD + "rates = { input = 1 }\n"
    + OFFER + CHARGE + "price = 1\n",
)  # fmt: skip
ABOVE = Shelf("project", OFFER + CHARGE + "price = 9\n")


def test_the_topmost_shelf_wins() -> None:
    catalog = Catalog([BELOW, ABOVE])
    assert catalog.get("acme/plan").shelf == "project"
    assert catalog.get("acme/chat").shelf == "built-in"
    assert Catalog([ABOVE, BELOW]).get("acme/plan").shelf == "built-in"
    assert {one.id: one.shelf for one in catalog.plans("acme")} == {
        "acme/plan": "project",
        "acme/chat": "built-in",
    }


def test_an_alias_is_the_entry() -> None:
    catalog = Catalog([BELOW])
    assert catalog.get("acme/latest").item is catalog.get("acme/chat").item
    assert catalog.ids() == ["acme/chat", "acme/latest", "acme/plan"]


@pytest.mark.parametrize("name", ["acme/chta", "acme", "acme/", "", "ACME/chat", "acme/chat "])
def test_a_neighbour_is_named_never_priced(name: str) -> None:
    catalog = Catalog([BELOW])
    assert catalog.find(name) is None
    with pytest.raises(UnknownOffer) as caught:
        catalog.get(name)
    assert caught.value.hint


def test_a_near_miss_is_hinted_at() -> None:
    assert "acme/chat" in Catalog([BELOW]).hint("acme/chta")


def test_an_entry_resolves_its_sources() -> None:
    entry = Catalog([BELOW]).get("acme/plan")
    where = entry.provenance(entry.item.origin)
    assert where == ("https://acme.example/pricing", "vendor", date(2026, 1, 1), date(2026, 6, 1))
    assert entry.sources["page"] == Source(at=where.source, confidence="vendor")


def test_cards_and_charges_of_a_day() -> None:
    catalog = Catalog([BELOW])
    model, offer = catalog.get("acme/chat").item, catalog.get("acme/plan").item
    assert card_on(model, date(2026, 1, 1)).rates.input == 1
    assert [one.id for one in charges_on(offer, date(2026, 1, 1))[0]] == ["use"]
    for find, item in ((card_on, model), (charges_on, offer)):
        with pytest.raises(PriceNotKnown) as caught:
            find(item, date(2025, 12, 31))
        assert caught.value.hint == "the catalogue knows it from 2026-01-01 on"
