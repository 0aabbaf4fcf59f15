"""PTUs and GSUs: the vendors' own arithmetic, and terms that say what they do not know."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st

from costplan.catalog.model import Model
from costplan.catalog.provisioned import Kind, Load, ProvisionedFile, Reserve, Terms
from costplan.problems import BadUsage, InvalidInput, PriceNotKnown
from costplan.record import read
from costplan.store.files.provisioned import open_provisioned
from costplan.store.files.shelves import open_catalog

FILES = open_provisioned()
CATALOG = open_catalog()
AZURE = FILES["azure"].terms
VERTEX = FILES["vertex"].terms
BEDROCK = FILES["bedrock"].terms


def provisioned_terms(name: str) -> Terms:
    return sale(name).terms


def sale(name: str) -> Reserve:
    found = CATALOG.reserve("nobody/asks", name)
    assert found is not None
    return found


class Sized(NamedTuple):
    exact: Decimal
    units: Decimal
    unit: str


def size(
    input_tpm: Decimal,
    output_tpm: Decimal,
    cached: Decimal,
    terms: Terms,
    kind: Kind | None = None,
    *,
    long: bool = False,
) -> Sized:
    """Units for a load in tokens a minute, the cached share of its input apart."""
    kinds = {
        "input": input_tpm * (1 - cached),
        "cache_read": input_tpm * cached,
        "output": output_tpm,
    }
    load = terms.load(kinds, long=long)
    units = terms.needed(load, terms.sold_as(kind))
    return Sized(load.whole / terms.tokens_per_minute, units, terms.unit)


GPT = provisioned_terms("azure/gpt-5.2")
each = pytest.mark.parametrize("terms", [*AZURE, *VERTEX, *BEDROCK], ids=lambda one: one.id)
tokens = st.decimals(0, 10_000_000, places=0)


def rounded(number: Decimal) -> Decimal:
    return number.quantize(Decimal("0.01"))


@pytest.mark.parametrize(
    ("rpm", "prompt", "response", "cached", "exact", "regional"),
    [  # the worked examples of the vendor's sizing page, for gpt-5.2
        (1_000, 100, 50, "0", "147.06", 150),
        (1_000, 100, 50, "0.25", "139.71", 150),
        (1_000, 500, 200, "0", "617.65", 650),
        (1_000, 500, 200, "0.25", "580.88", 600),
    ],
)
def test_the_vendors_examples(
    rpm: int, prompt: int, response: int, cached: str, exact: str, regional: int
) -> None:
    found = size(Decimal(rpm * prompt), Decimal(rpm * response), Decimal(cached), GPT, "regional")
    assert rounded(found.exact) == Decimal(exact)
    assert (found.units, found.unit) == (regional, "PTU")


@pytest.mark.parametrize(("kind", "units"), [("global", 15), ("data-zone", 15), ("regional", 50)])
def test_the_smallest_deployment_is_the_least(kind: Kind, units: int) -> None:
    assert size(Decimal(10), Decimal(1), Decimal(0), GPT, kind).units == units
    assert size(Decimal(0), Decimal(0), Decimal(0), GPT, kind).units == units


def test_a_load_of_whole_units_is_not_rounded_up() -> None:
    assert size(Decimal(3_400 * 20), Decimal(0), Decimal(0), GPT, "global").units == 20
    assert size(Decimal(3_400 * 20 + 1), Decimal(0), Decimal(0), GPT, "global").units == 25


def test_the_input_side_alone() -> None:
    assert size(Decimal(340_000), Decimal(0), Decimal(1), GPT, "global").exact == 0


def test_gsus_burn_down_as_the_table_says() -> None:
    pro = provisioned_terms("vertex/gemini-2.5-pro")
    assert pro.tokens_per_minute == 39_000
    # 10 requests a second of 1,000 in and 300 out: 10 x (1000 + 8 x 300) / 650
    found = size(Decimal(600_000), Decimal(180_000), Decimal(0), pro)
    assert rounded(found.exact) == Decimal("52.31")
    assert (found.units, found.unit) == (53, "GSU")
    # four fifths from the cache, at a tenth: 10 x (200 + 0.1 x 800 + 2400) / 650
    cached = size(Decimal(600_000), Decimal(180_000), Decimal("0.8"), pro)
    assert rounded(cached.exact) == Decimal("41.23")


def test_long_input_is_a_cliff() -> None:
    pro = provisioned_terms("vertex/gemini-2.5-pro")
    at_edge = size(Decimal(600_000), Decimal(3_000), Decimal("0.5"), pro)
    above = size(Decimal(600_000), Decimal(3_000), Decimal("0.5"), pro, long=True)
    assert at_edge.exact == (Decimal(300_000) + 30_000 + 24_000) / 39_000
    assert above.exact == (2 * Decimal(300_000) + 60_000 + 36_000) / 39_000
    flash = provisioned_terms("vertex/gemini-2.5-flash")
    short = size(Decimal(600_000), Decimal(3_000), Decimal(0), flash)
    assert size(Decimal(600_000), Decimal(3_000), Decimal(0), flash, long=True) == short


@pytest.mark.parametrize(
    ("model", "per_second", "output"),
    [
        ("gemini-3.7-flash", 675, 5),
        ("gemini-3.6-flash", 675, 5),
        ("gemini-3.5-flash-lite", 3_360, 9),
        ("gemini-3.5-flash", 675, 6),
        ("gemini-3.1-flash-lite", 4_030, 6),
        ("gemini-3.1-pro-preview", 500, 6),
        ("gemini-3-flash-preview", 2_015, 6),
        ("gemini-2.5-pro", 650, 8),
        ("gemini-2.5-flash", 2_690, 9),
        ("gemini-2.5-flash-lite", 8_070, 4),
    ],
)
def test_one_gsu_carries_what_the_table_says(model: str, per_second: int, output: int) -> None:
    terms = provisioned_terms(f"vertex/{model}")
    assert size(Decimal(per_second * 60), Decimal(0), Decimal(0), terms).exact == 1
    weighed = size(Decimal(0), Decimal(per_second * 60), Decimal(0), terms)
    assert weighed.exact == output
    assert size(Decimal(per_second * 60), Decimal(0), Decimal(1), terms).exact == Decimal("0.1")


def test_every_model_of_the_tables_is_there() -> None:
    assert (len(AZURE), len(VERTEX), len(BEDROCK)) == (31, 10, 5)


@each
def test_terms_have_a_source_a_date_and_a_price_or_its_reason(terms: Terms) -> None:
    vendor = terms.id.split("/")[0]
    source = FILES[vendor].source[terms.origin.source]
    assert source.at.startswith(("learn.microsoft.com", "cloud.google.com", "docs.aws.amazon.com"))
    assert terms.origin.checked in (date(2026, 4, 7), date(2026, 8, 15), date(2026, 9, 23))
    own = sale(terms.id)
    for sold in terms.deployment:
        if terms.quote:
            with pytest.raises(PriceNotKnown, match="has no price: no price is published"):
                own.commitment(date(2026, 11, 22), sold.kind)
            continue
        price = own.commitment(date(2026, 11, 22), sold.kind)
        assert price.months <= 1
        assert own.provenance(price.origin).checked == date(2026, 9, 23)


@each
def test_every_model_that_terms_take_over_is_in_the_catalogue(terms: Terms) -> None:
    for sold in terms.deployment:
        for offer in sold.offers:
            entry = CATALOG.get(offer)
            assert isinstance(entry.item, Model)
            found = CATALOG.reserve(entry.id)
            assert found is not None
            assert found.terms == terms
            assert found.terms.sold_as(None, entry.id) == sold


@pytest.mark.parametrize(
    ("name", "kind", "term", "month"),
    [  # what the vendors' pages write as a month's price of one unit
        ("azure/gpt-5.2", "global", "hourly", "730"),
        ("azure/gpt-5.2", "data-zone", "hourly", "803"),
        ("azure/gpt-5.2", "regional", "hourly", "1460"),
        ("azure/gpt-5.2", "global", "1 month", "260"),
        ("azure/gpt-5.2", "regional", "1 month", "286"),
        ("azure/gpt-5.2", "global", "1 year", "221"),
        ("vertex/gemini-2.5-pro", None, "1 month", "2700"),
        ("vertex/gemini-2.5-pro", None, "3 months", "2400"),
        ("vertex/gemini-2.5-pro", None, "1 year", "2000"),
        ("vertex/gemini-2.5-pro", None, "1 week", "5212.2"),
        ("bedrock/claude-sonnet-4-6", "global", "1 month", "131.4"),
        ("bedrock/claude-sonnet-4-6", "global", "3 months", "118.26"),
        ("bedrock/claude-opus-4-6", "regional", "1 month", "240.9"),
    ],
)
def test_commitments_as_published(name: str, kind: Kind | None, term: str, month: str) -> None:
    found = sale(name).commitment(date(2026, 11, 22), kind, term)
    assert round(found.hourly * 730, 6) == Decimal(month)


def test_the_cheapest_that_binds_for_a_month_is_taken_unasked() -> None:
    day = date(2026, 11, 22)
    assert sale("azure/gpt-5.2").commitment(day, "global").name == "1 month"
    assert sale("vertex/gemini-2.5-pro").commitment(day, None).name == "1 month"
    with pytest.raises(BadUsage, match="not sold for '2 years'") as raised:
        sale("azure/gpt-5.2").commitment(day, "global", "2 years")
    assert raised.value.hint == "commitments: hourly, 1 month, 1 year"
    with pytest.raises(PriceNotKnown, match="no known price on 2026-05-01"):
        sale("azure/gpt-5.2").commitment(date(2026, 5, 1), "global")


def test_bedrock_sells_input_and_output_apart() -> None:
    sonnet = provisioned_terms("bedrock/claude-sonnet-4-6")
    sold = sonnet.sold_as("global")
    # 100 units of input and 10 of output, each of which costs five: the vendor's smallest, for
    # which 13,140 and 6,570 USD a month are charged
    assert sonnet.needed(Load(), sold) == 150
    monthly = sale("bedrock/claude-sonnet-4-6").commitment(date(2026, 11, 22), "global").hourly
    assert 150 * monthly * 730 == 13_140 + 6_570
    # 250,500 in and 40,001 out a minute: 251 and 41 units
    load = sonnet.load({"input": Decimal(250_000), "cache_write": Decimal(500)})
    load += sonnet.load({"cache_read": Decimal(900_000), "output": Decimal(40_001)})
    assert sonnet.needed(load, sold) == 251 + 5 * 41


@each
def test_a_load_is_carried_by_the_units_bought(terms: Terms) -> None:
    found = reserve(terms, Decimal(1_000_000), Decimal(0))
    assert found.units >= found.exact


def reserve(terms: Terms, input_tpm: Decimal, output_tpm: Decimal) -> Sized:
    kind = None if terms.unit == "GSU" else "global"
    return size(input_tpm, output_tpm, Decimal(0), terms, kind)


@given(st.sampled_from([*AZURE, *VERTEX]), tokens, tokens)
def test_more_load_never_takes_fewer_units(terms: Terms, less: Decimal, more: Decimal) -> None:
    fewer = reserve(terms, less, Decimal(0))
    assert reserve(terms, less + more, Decimal(0)).units >= fewer.units
    sold = terms.deployment[0]
    assert fewer.units >= sold.minimum
    assert fewer.units == sold.minimum or fewer.units % sold.increment == 0


@given(tokens, tokens, st.decimals(0, 1, places=3), st.decimals(0, 1, places=3))
def test_more_from_the_cache_never_takes_more(
    input_tpm: Decimal, output_tpm: Decimal, one: Decimal, other: Decimal
) -> None:
    low, high = sorted((one, other))
    kinds: tuple[tuple[str, Kind | None], ...]
    kinds = (("azure/gpt-5.2", "global"), ("vertex/gemini-2.5-pro", None))
    for name, kind in kinds:
        terms = provisioned_terms(name)
        most = size(input_tpm, output_tpm, low, terms, kind)
        assert size(input_tpm, output_tpm, high, terms, kind).exact <= most.exact


def test_a_weight_that_is_not_published_is_not_guessed() -> None:
    terms = provisioned_terms("azure/fireworks-glm-5")
    with pytest.raises(PriceNotKnown, match="how much an output token weighs"):
        size(Decimal(1_000), Decimal(1), Decimal(0), terms)
    assert size(Decimal(3_500_000), Decimal(0), Decimal(0), terms).units == 1_050


def test_a_kind_that_is_not_sold_is_said() -> None:
    llama = provisioned_terms("azure/llama-3.3-70b-instruct")
    with pytest.raises(BadUsage, match="not sold as a regional") as raised:
        size(Decimal(1), Decimal(1), Decimal(0), llama, "regional")
    assert raised.value.hint == "kinds: global, data-zone"
    with pytest.raises(BadUsage, match="needs a kind"):
        size(Decimal(1), Decimal(1), Decimal(0), GPT)
    with pytest.raises(BadUsage, match="knows no kinds"):
        size(Decimal(1), Decimal(1), Decimal(0), VERTEX[0], "global")


def test_an_unknown_id_names_the_nearest() -> None:
    with pytest.raises(BadUsage, match=r"azure/gpt-5\.22") as raised:
        provisioned_terms("azure/gpt-5.22")
    assert "azure/gpt-5.2" in (raised.value.hint or "")
    with pytest.raises(BadUsage, match="nobody/x") as raised:
        provisioned_terms("nobody/x")
    assert raised.value.hint == "ids begin with: azure/, bedrock/, vertex/"


@pytest.mark.parametrize(
    ("changed", "problem"),
    [
        (
            {
                "commitment": [
                    {
                        "name": "hourly",
                        "months": 0,
                        "price": Decimal(1),
                        "origin": {
                            "since": date(2026, 4, 1),
                            "checked": date(2026, 4, 1),
                            "source": "page",
                        },
                    }
                ]
            },
            "either prices or 'quote = true'",
        ),
        ({"reason": None}, "goes with the 'reason'"),
        ({"deployment": []}, "at least"),
        ({"deployment": [{"minimum": 1, "increment": 1}] * 2}, "twice"),
        (
            {
                "deployment": [
                    {"minimum": 1, "increment": 1},
                    {"kind": "global", "minimum": 1, "increment": 1},
                ]
            },
            "needs its name",
        ),
        ({"weights": {"cached_input": -1}}, "at least 0"),
    ],
)
def test_bad_terms_are_refused(changed: dict[str, object], problem: str) -> None:
    good: dict[str, object] = {
        "id": "a/b",
        "model": "b",
        "unit": "PTU",
        "tokens": 100,
        "per_seconds": 60,
        "weights": {"cached_input": 0, "output": 4},
        "deployment": [{"minimum": 1, "increment": 1}],
        "quote": True,
        "reason": "not published",
        "origin": {"since": date(2026, 4, 1), "checked": date(2026, 4, 1), "source": "page"},
    }
    head = {"vendor": "A", "source": {"page": {"at": "x", "confidence": "vendor"}}}
    known = read(ProvisionedFile, {**head, "terms": [good]}).find("", "a/b")
    assert known is not None
    assert known.unit == "PTU"
    bad = {key: value for key, value in {**good, **changed}.items() if value is not None}
    with pytest.raises(InvalidInput, match=problem):
        read(ProvisionedFile, {**head, "terms": [bad]})
