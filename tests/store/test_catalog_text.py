"""A catalogue file written and read again is the same file, whatever its texts hold."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from properties import examples

from costplan.catalog.lookup import CatalogFile
from costplan.catalog.model import (
    MODES,
    CacheTerms,
    Card,
    Fee,
    Mode,
    Model,
    Rates,
    Region,
    Rejected,
    Tier,
)
from costplan.catalog.offer import Adjust, Charge, Offer, Slice, Variable
from costplan.catalog.origin import Accepted, Origin, Source
from costplan.catalog.schedule import Window
from costplan.problems import InvalidInput
from costplan.record import read
from costplan.store.files.catalog_text import catalog_text, plain_id
from costplan.store.files.folders import built_in_folder
from costplan.store.files.shelves import BLOCK, QUOTED
from costplan.store.files.text import parse_toml
from costplan.words import TOKEN_KINDS

texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=30)
days = st.dates(date(2023, 1, 1), date(2027, 1, 1))
amounts = st.decimals(0, 10_000, places=6)
positive = st.decimals("0.000001", 10_000, places=6)
names = st.from_regex(r"[a-z0-9][a-z0-9._-]{0,9}/[A-Za-z0-9_][\w.:@-]{0,9}", fullmatch=True).filter(
    plain_id
)
SOURCES = {"page": "vendor", "models.dev": "dataset", 'od"d\n[[model]]': "unverified"}
origins = st.builds(Origin, since=days, checked=days, source=st.sampled_from(sorted(SOURCES)))
rates = st.dictionaries(st.sampled_from([*TOKEN_KINDS]), amounts).map(lambda given: Rates(**given))
modes = st.builds(Mode, times=positive) | st.builds(Mode, rates=rates, origin=origins)
windows = st.builds(Window, name=texts, times=positive, utc_offset=st.just("+08:00"))
rejections = st.builds(Rejected, source=texts, checked=days, rates=rates, reason=texts)


@st.composite
def cards(draw: st.DrawFn, since: date) -> Card:
    base = draw(rates)
    return Card(
        origin=Origin(since=since, checked=draw(days), source="page", also=("models.dev",)),
        per=draw(st.sampled_from([Decimal(1), Decimal(1000), Decimal(1_000_000)])),
        rates=base,
        tiers=tuple(Tier(above=at, rates=base) for at in sorted(draw(st.sets(st.integers(1, 9))))),
        mode=draw(st.dictionaries(st.sampled_from(MODES), modes)),
        region=draw(st.dictionaries(texts, st.builds(Region, times=positive))),
        schedule=tuple(draw(st.lists(windows, max_size=2))),
        fee=draw(
            st.dictionaries(
                st.just("searches"), st.builds(Fee, price=amounts, per=positive, unit=texts)
            )
        ),
        rejected=tuple(draw(st.lists(rejections, max_size=2))),
    )


@st.composite
def models(draw: st.DrawFn, name: str) -> Model:
    since = sorted(draw(st.sets(days, min_size=1, max_size=3)))
    return Model(
        id=name,
        aliases=(f"{name}-latest",) if draw(st.booleans()) else (),
        kind=draw(st.sampled_from(["chat", "embedding", "rerank"])),
        context=draw(st.none() | st.integers(1, 10_000_000)),
        cache=draw(st.none() | st.builds(CacheTerms, minimum_tokens=amounts, ttl_minutes=positive)),
        retires=draw(st.none() | days),
        note=draw(st.none() | texts),
        accepted=tuple(draw(st.lists(st.builds(Accepted, finding=texts, reason=texts)))),
        price=tuple(draw(cards(day)) for day in since),
    )


@st.composite
def files(draw: st.DrawFn) -> CatalogFile:
    taken = draw(st.lists(names, unique=True, max_size=3))
    return CatalogFile(
        vendor=draw(texts),
        source={name: Source(at=draw(texts), confidence=kind) for name, kind in SOURCES.items()},
        model=tuple(draw(models(name)) for name in taken),
    )


def again(file: CatalogFile) -> CatalogFile:
    text = catalog_text(file)
    return read(CatalogFile, parse_toml("written", text))


@settings(examples(60), suppress_health_check=list(HealthCheck))
@given(files().filter(lambda file: not list(file.check())))
def test_what_is_written_is_read_back(file: CatalogFile) -> None:
    assert again(file) == file
    text = catalog_text(file)
    found = [(block[1], *QUOTED.findall(block[2] or "")) for block in BLOCK.finditer(text)]
    assert found == [(model.id, *model.aliases) for model in file.model]


def test_offers_are_written_too() -> None:
    origin = Origin(since=date(2026, 1, 1), checked=date(2026, 2, 1), source="page")
    file = CatalogFile(
        vendor="A",
        source={"page": Source(at="a", confidence="vendor")},
        offer=(
            Offer(
                id="a/b",
                product="B",
                origin=origin,
                variables={"units": Variable(unit="unit", default=Decimal(1))},
                derived={"twice": "units * 2"},
                charge=(
                    Charge(
                        id="c",
                        quantity="twice",
                        unit="GB",
                        tiers=(Slice(up_to=Decimal(5), price=Decimal("0.1")), Slice(quote=True)),
                        included=Decimal(3),
                    ),
                    Charge(id="d", ended=True, origin=origin),
                ),
                adjust=(Adjust(id="m", kind="minimum", amount=Decimal(50)),),
            ),
        ),
    )
    assert again(file) == file
    assert BLOCK.findall(catalog_text(file)) == [("a/b", "")]


@pytest.mark.parametrize("path", sorted(built_in_folder().glob("*/d*.toml")), ids=lambda p: p.stem)
def test_a_shipped_file_survives(path) -> None:
    if path.parent.name in ("throughput", "provisioned"):
        pytest.skip("no offers")
    file = read(CatalogFile, parse_toml(str(path), path.read_text(encoding="utf-8")))
    assert again(file) == file


@pytest.mark.parametrize(
    "name",
    [
        "../../x",
        "a/../x",
        "a/b\n[[model]]",
        'a/"b',
        "a/b c",
        "a/<b>",
        "a/[/x]",
        "a/\x1b[31m",
        "a/" + "b" * 200,
        "a//b",
        "a",
        "/a",
        "a/",
        "A/b",
        "",
    ],
)
def test_an_id_that_is_not_plain_is_refused(name: str) -> None:
    origin = Origin(since=date(2026, 1, 1), checked=date(2026, 1, 1), source="page")
    model = Model(id=name, price=(Card(origin=origin, per=Decimal(1)),))
    sources = {"page": Source(at="a", confidence="vendor")}
    with pytest.raises(InvalidInput):
        catalog_text(CatalogFile(vendor="A", source=sources, model=(model,)))


def test_numbers_are_plain_and_rates_stand_on_one_line() -> None:
    origin = Origin(since=date(2026, 1, 1), checked=date(2026, 1, 1), source="page")
    rates = Rates(input=Decimal("2.50"), output=Decimal("1E+1"), cache_read=Decimal("1E-7"))
    card = Card(origin=origin, per=Decimal("1E6"), rates=rates)
    model = Model(id="a/b", context=128_000, price=(card,))
    file = CatalogFile(
        vendor="A", source={"page": Source(at="x", confidence="vendor")}, model=(model,)
    )
    assert catalog_text(file) == (
        'vendor = "A"\ncurrency = "USD"\n'
        'source.page = { at = "x", confidence = "vendor" }\n'
        '\n[[model]]\nid = "a/b"\ncontext = 128_000\n'
        "\n[[model.price]]\n"
        'origin = { since = 2026-01-01, checked = 2026-01-01, source = "page" }\n'
        'unit = "token"\nper = 1_000_000\n'
        "rates = { input = 2.5, cache_read = 0.0000001, output = 10 }\n"
    )
