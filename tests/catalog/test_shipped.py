"""The built-in catalogue: every file, every id, every source, against what the engine needs."""

import re
from collections import Counter
from datetime import UTC, date, datetime
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import get_args

import pytest
import tomli_w
from properties import sampled

from costplan.billing.offers import Take, bill_offer
from costplan.billing.tokens import Tariff, TokenUsage
from costplan.billing.variables import MissingVariables
from costplan.catalog.fees import REQUESTS
from costplan.catalog.lookup import Catalog, CatalogFile, card_on
from costplan.catalog.model import Card, Model
from costplan.catalog.offer import Offer
from costplan.catalog.origin import RELEASED
from costplan.catalog.vocabulary import VOCABULARY
from costplan.document.line import LineItem
from costplan.plan.bill.price import price
from costplan.problems import PriceNotKnown
from costplan.record import read
from costplan.store.files.folders import built_in_folder
from costplan.store.files.shelves import SlicedFolder
from costplan.store.files.text import DocumentError, parse_toml
from costplan.words import CATEGORIES, TOKEN_KINDS, Confidence

TODAY = date(2026, 11, 28)
ROOT = built_in_folder()
FILES = sorted(path for name in CATEGORIES for path in ROOT.glob(f"{name}/*.toml"))
DOCUMENT = Path(__file__).resolve().parents[2] / "docs" / "catalogue.md"

each_file = pytest.mark.parametrize(
    "path", sampled(FILES, 40), ids=lambda path: f"{path.parent.name}/{path.stem}"
)


@cache
def data_of(path: Path) -> dict:
    return parse_toml(str(path), path.read_text(encoding="utf-8"))


@cache
def whole(path: Path) -> CatalogFile:
    """The file read whole; raises with every problem it has."""
    return read(CatalogFile, data_of(path))


@pytest.fixture(scope="module")
def sliced() -> SlicedFolder:
    return SlicedFolder("built-in", ROOT)


@pytest.fixture(scope="module")
def catalog(sliced: SlicedFolder) -> Catalog:
    return Catalog([sliced])


def items(path: Path) -> list[Model | Offer]:
    return [*whole(path).model, *whole(path).offer]


def test_there_is_a_catalogue() -> None:
    assert len(FILES) >= 40
    assert {path.parent.name for path in FILES} == set(CATEGORIES)


@each_file
def test_a_file_is_read_whole_and_sells_something(path: Path) -> None:
    assert items(path)


@each_file
def test_a_slice_is_the_whole(path: Path, sliced: SlicedFolder) -> None:
    file = whole(path)
    for item in items(path):
        for name in (item.id, *item.aliases):
            entry = sliced.load(name)
            assert entry is not None, name
            assert entry.item == item, name
            assert entry.vendor == file.vendor, name
            assert entry.currency == file.currency, name
            origins = [origin for _, origin in item.origins()]
            named = {one for origin in origins for one in (origin.source, *origin.also)}
            assert named <= entry.sources.keys(), name
            assert entry.sources.items() <= file.source.items(), name
            assert entry.category == (file.category or path.parent.name), name


@each_file
def test_a_name_is_found_without_an_index_where_the_index_has_it(path: Path) -> None:
    fresh, indexed = SlicedFolder("built-in", ROOT), SlicedFolder("built-in", ROOT)
    index = indexed._index(path)
    assert {name: fresh._span(path, name) for name in index} == index
    assert fresh._header(path) == fresh._text(path)[: min(index.values())[0]]


def test_a_name_that_stands_elsewhere_is_not_found(tmp_path: Path) -> None:
    path = tmp_path / "tokens" / "acme.toml"
    path.parent.mkdir()
    head = '[[model]]\nid = "acme/{0}"\naliases = ["acme/{0}-1", "acme/{0}-2"]\n'
    quoted = 'note = "acme/b"\nnotes = ["acme/b", "acme/c"]\n[[model.price]]\nnote = "acme/b"\n'
    path.write_text('note = "acme/b"\n' + head.format("a") + quoted + head.format("b"), "utf-8")
    shelf = SlicedFolder("built-in", tmp_path)
    text = path.read_text("utf-8")
    second = text.rindex("[[model]]")
    assert shelf._span(path, "acme/a-2") == (text.index("[[model]]"), second)
    assert shelf._span(path, "acme/b") == shelf._span(path, "acme/b-1") == (second, len(text))
    for name in ("acme/c", "acme", "acme/", 'acme/a-1", "acme/a-2', 'a"\nid = "acme/b'):
        assert shelf._span(path, name) is None, name
        assert name not in shelf._index(path)
    assert shelf._span(path, "acme/b") == shelf._index(path)["acme/b"]


@each_file
def test_ids_begin_with_the_stem(path: Path) -> None:
    names = [name for item in items(path) for name in (item.id, *item.aliases)]
    assert [name for name in names if not name.startswith(path.stem + "/")] == []
    assert [name for name in names if not re.fullmatch(r"[a-z0-9][\w.:@/-]*", name)] == []


def test_what_is_priced_by_the_token_is_a_model() -> None:
    """Tests of every offer look for them everywhere else."""
    assert [path for path in FILES if path.parent.name == "tokens" and whole(path).offer] == []


def test_every_name_is_listed_once(sliced: SlicedFolder) -> None:
    names = [n for path in FILES for item in items(path) for n in (item.id, *item.aliases)]
    assert [name for name, count in Counter(names).items() if count > 1] == []
    assert sorted(sliced.ids()) == sorted(names)


@each_file
def test_plans_are_the_entries_below_a_vendor(path: Path, sliced: SlicedFolder) -> None:
    below = {entry.id for entry in sliced.plans(path.stem)}
    assert {item.id for item in items(path)} <= below


def test_a_product_that_nobody_sells_has_no_plans(sliced: SlicedFolder) -> None:
    assert {path.stem: sliced.plans(f"{path.stem}/none") for path in FILES} == {
        path.stem: [] for path in FILES
    }


def test_a_block_that_names_another_source_is_told_what_its_file_has(tmp_path: Path) -> None:
    path = tmp_path / "tokens" / "acme.toml"
    path.parent.mkdir()
    head = 'vendor = "Acme"\nsource.page = { at = "https://acme.example", confidence = "vendor" }\n'
    origin = '{ since = 2026-11-01, checked = 2026-11-01, source = "pgae" }'
    block = f'[[model]]\nid = "acme/a"\n[[model.price]]\norigin = {origin}\n'
    block += 'unit = "token"\nper = 1_000_000\nrates = { input = 1 }\n'
    path.write_text(head + block, "utf-8")
    with pytest.raises(DocumentError, match=r"unknown source 'pgae'[^$]*known: page"):
        SlicedFolder("built-in", tmp_path).load("acme/a")


@each_file
def test_writing_and_reading_again_changes_nothing(path: Path) -> None:
    data = data_of(path)
    again = parse_toml(str(path), tomli_w.dumps(data))
    assert again == data
    assert read(CatalogFile, again) == whole(path)


@each_file
def test_every_source_is_used(path: Path) -> None:
    file = whole(path)
    named = {name for item in items(path) for name in item.sources()}
    rejected = {one.source for item in file.model for card in item.price for one in card.rejected}
    assert set(file.source) == named | rejected


@each_file
def test_no_source_was_read_in_the_future(path: Path) -> None:
    late = [
        (item.id, where, origin.checked)
        for item in items(path)
        for where, origin in item.origins()
        if origin.checked > TODAY
    ]
    assert late == []


@each_file
def test_required_offers_exist(path: Path, catalog: Catalog) -> None:
    wanted = [name for offer in whole(path).offer for name in offer.requires]
    assert [name for name in wanted if catalog.find(name) is None] == []


def _complete(line: LineItem) -> bool:
    where = line.price
    return bool(
        where.source
        and where.confidence in get_args(Confidence)
        and isinstance(where.since, date)
        and where.checked <= TODAY
        and (where.price is not None or where.reason)
    )


def days_of(offer: Offer) -> list[date]:
    """Every day on which something about an offer changes, and today."""
    days = {origin.since for _, origin in offer.origins()} | {TODAY}
    return sorted(day for day in days if day >= offer.first_known)


@each_file
def test_every_offer_is_billed_or_says_what_it_needs(path: Path, catalog: Catalog) -> None:
    for offer in whole(path).offer:
        entry = catalog.get(offer.id)
        given: dict[str, Decimal] = {}
        for day in days_of(offer):
            if offer.ended_on(day):
                with pytest.raises(PriceNotKnown, match="no known price"):
                    bill_offer(entry, day, [])
                continue
            take = Take(role="", component="", purpose="produce", variables=given)
            asked = []
            try:
                bill_offer(entry, day, [take])
            except MissingVariables as error:
                asked = list(error.needed)
            for one in asked:
                assert one.unit, (offer.id, one.name)
                assert one.name in VOCABULARY or one.name in offer.variables
                assert one.name not in given
                given[one.name] = Decimal(1)
            bill = bill_offer(entry, day, [take])
            for line in bill.lines:
                assert _complete(line), (offer.id, day, line)


@each_file
def test_every_rate_of_every_card_makes_a_priced_line(path: Path, catalog: Catalog) -> None:
    for model in whole(path).model:
        entry = catalog.get(model.id)
        usages = {
            kind: {f"{kind.whole}_tokens": 9, kind.tokens: 9} for kind in TOKEN_KINDS.values()
        }
        for card in model.price:
            tariff = Tariff(entry, card.origin.since)
            assert tariff.card == card
            published = card.rates.published()
            for kind, tokens in usages.items():
                usage = TokenUsage(**{name: Decimal(value) for name, value in tokens.items()})
                line, *fees = tariff.bill(usage)
                assert {one.price.charge for one in fees} <= owed(card)
                assert _complete(line), (model.id, line)
                if kind.name in published:
                    assert line.price.charge == kind.name
                    assert line.amount == (9 * published[kind.name] / card.per).quantize(
                        Decimal("1e-12")
                    )
                elif kind.as_whole or (kind.name == "cache_write" and "cache_read" in published):
                    assert line.price.charge == kind.whole
                else:
                    assert line.amount is None, (model.id, kind)


def owed(card: Card) -> set[str]:
    """The fees that every call pays, which one request of the test does not say."""
    return {REQUESTS} | {name for name, fee in card.fee.items() if fee.always}


@each_file
def test_every_model_and_offer_has_a_price_today(path: Path, catalog: Catalog) -> None:
    moment = datetime(2026, 11, 28, 12, tzinfo=UTC)
    for item in items(path):
        if isinstance(item, Model):
            card = card_on(item, TODAY)
            assert card.rates.published() or card.fee, item.id
            kind = next(iter(card.rates.published()), None)
            if kind == "input":
                bill = price(catalog, item.id, {"input_tokens": Decimal(1000)}, moment)
                assert bill.total >= 0
                assert [one for one in bill.unpriced if one.price.charge not in owed(card)] == []
        else:
            current, _ = item.charges_on(TODAY)
            assert current or item.ended_on(TODAY), item.id


def test_the_vocabulary_is_the_documented_one() -> None:
    text = DOCUMENT.read_text(encoding="utf-8")
    section = text.split("## Variables", 1)[1]
    rows = re.findall(r"^\| `(\w+)` \| ([^|]+) \| ([^|]+) \|$", section, re.M)
    documented = {name: default.strip() for name, _, default in rows}
    assert list(documented) == list(VOCABULARY)
    from_the_vendors_month = {
        "hours": "hours_per_month",
        "hours_per_month": "730, or what the vendor counts",
    }
    for name, variable in VOCABULARY.items():
        if name in from_the_vendors_month:
            assert documented[name] == from_the_vendors_month[name]
            assert variable.default is None
        elif variable.default is None:
            assert documented[name] == "required", name
        else:
            assert Decimal(documented[name]) == variable.default, name


def test_the_documented_units_are_the_same() -> None:
    """A documented unit is the variable's own, and then says of what it is counted."""
    text = DOCUMENT.read_text(encoding="utf-8").split("## Variables", 1)[1]
    rows = re.findall(r"^\| `(\w+)` \| ([^|]+) \| [^|]+ \|$", text, re.M)
    for name, unit in rows:
        assert unit.strip().startswith(VOCABULARY[name].unit), name


def test_no_shipped_price_was_read_after_the_release() -> None:
    """A machine whose clock is behind must doubt none of them (``catalog.origin.RELEASED``)."""
    days = [
        (origin.checked, item.id)
        for path in FILES
        for item in items(path)
        for _, origin in item.origins()
    ]
    assert max(days)[0] <= RELEASED, max(days)
