"""PTUs and GSUs: the vendors' own arithmetic, and terms that say what they do not know."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from costplan.catalog.provisioned import Kind, ProvisionedFile, Reserved, Terms, gsus, ptus
from costplan.problems import BadUsage, InvalidInput, PriceNotKnown
from costplan.record import read
from costplan.store.files.throughput import open_provisioned, provisioned_terms

FILES = open_provisioned()
AZURE = FILES["azure"].terms
VERTEX = FILES["vertex"].terms
GPT = provisioned_terms("azure/gpt-5.2")
each = pytest.mark.parametrize("terms", [*AZURE, *VERTEX], ids=lambda one: one.id)
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
    found = ptus(Decimal(rpm * prompt), Decimal(rpm * response), Decimal(cached), GPT, "regional")
    assert rounded(found.exact) == Decimal(exact)
    assert (found.units, found.unit) == (regional, "PTU")


def test_the_formula_can_be_read() -> None:
    found = ptus(Decimal(100_000), Decimal(50_000), Decimal("0.25"), GPT, "regional")
    assert found.formula == "(100000 * (1 - 0.25) + 8 * 50000) / 3400"


@pytest.mark.parametrize(("kind", "units"), [("global", 15), ("data-zone", 15), ("regional", 50)])
def test_the_smallest_deployment_is_the_least(kind: Kind, units: int) -> None:
    assert ptus(Decimal(10), Decimal(1), Decimal(0), GPT, kind).units == units
    assert ptus(Decimal(0), Decimal(0), Decimal(0), GPT, kind).units == units


def test_a_load_of_whole_units_is_not_rounded_up() -> None:
    assert ptus(Decimal(3_400 * 20), Decimal(0), Decimal(0), GPT, "global").units == 20
    assert ptus(Decimal(3_400 * 20 + 1), Decimal(0), Decimal(0), GPT, "global").units == 25


def test_the_input_side_alone() -> None:
    assert ptus(Decimal(340_000), Decimal(0), Decimal(1), GPT, "global").exact == 0


def test_gsus_burn_down_as_the_table_says() -> None:
    pro = provisioned_terms("vertex/gemini-2.5-pro")
    assert pro.tokens_per_minute == 39_000
    # 10 requests a second of 1,000 in and 300 out: 10 x (1000 + 8 x 300) / 650
    found = gsus(Decimal(600_000), Decimal(180_000), Decimal(0), pro)
    assert rounded(found.exact) == Decimal("52.31")
    assert (found.units, found.unit) == (53, "GSU")
    # four fifths from the cache, at a tenth: 10 x (200 + 0.1 x 800 + 2400) / 650
    cached = gsus(Decimal(600_000), Decimal(180_000), Decimal("0.8"), pro)
    assert rounded(cached.exact) == Decimal("41.23")
    assert cached.formula == ("(600000 * (1 - 0.8) + 0.1 * 600000 * 0.8 + 8 * 180000) / 39000")


def test_long_input_is_a_cliff() -> None:
    pro = provisioned_terms("vertex/gemini-2.5-pro")
    at_edge = gsus(Decimal(600_000), Decimal(3_000), Decimal("0.5"), pro, Decimal(200_000))
    above = gsus(Decimal(600_000), Decimal(3_000), Decimal("0.5"), pro, Decimal(200_001))
    assert at_edge.exact == (Decimal(300_000) + 30_000 + 24_000) / 39_000
    assert above.exact == (2 * Decimal(300_000) + 60_000 + 36_000) / 39_000
    flash = provisioned_terms("vertex/gemini-2.5-flash")
    short = gsus(Decimal(600_000), Decimal(3_000), Decimal(0), flash)
    assert gsus(Decimal(600_000), Decimal(3_000), Decimal(0), flash, Decimal(900_000)) == short


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
    assert gsus(Decimal(per_second * 60), Decimal(0), Decimal(0), terms).exact == 1
    weighed = gsus(Decimal(0), Decimal(per_second * 60), Decimal(0), terms)
    assert weighed.exact == output
    assert gsus(Decimal(per_second * 60), Decimal(0), Decimal(1), terms).exact == Decimal("0.1")


def test_every_model_of_the_tables_is_there() -> None:
    assert (len(AZURE), len(VERTEX)) == (31, 10)


@each
def test_terms_have_a_source_a_date_and_no_invented_price(terms: Terms) -> None:
    vendor = terms.id.split("/")[0]
    source = FILES[vendor].source[terms.origin.source]
    assert source.at.startswith(("learn.microsoft.com", "cloud.google.com"))
    assert terms.origin.checked in (date(2026, 4, 7), date(2026, 8, 15))
    assert terms.price is None
    assert terms.reason


@each
def test_a_load_is_carried_by_the_units_bought(terms: Terms) -> None:
    found = reserve(terms, Decimal(1_000_000), Decimal(0))
    assert found.units >= found.exact
    assert found.price is None
    assert found.reason == terms.reason


def reserve(terms: Terms, input_tpm: Decimal, output_tpm: Decimal) -> Reserved:
    if terms.unit == "GSU":
        return gsus(input_tpm, output_tpm, Decimal(0), terms)
    return ptus(input_tpm, output_tpm, Decimal(0), terms, "global")


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
    for terms, size in ((GPT, ptus), (provisioned_terms("vertex/gemini-2.5-pro"), None)):
        if size is None:
            assert gsus(input_tpm, output_tpm, high, terms).exact <= (
                gsus(input_tpm, output_tpm, low, terms).exact
            )
        else:
            assert ptus(input_tpm, output_tpm, high, terms, "global").exact <= (
                ptus(input_tpm, output_tpm, low, terms, "global").exact
            )


def test_a_weight_that_is_not_published_is_not_guessed() -> None:
    terms = provisioned_terms("azure/fireworks-glm-5")
    with pytest.raises(PriceNotKnown, match="how much an output token weighs"):
        ptus(Decimal(1_000), Decimal(1), Decimal(0), terms)
    assert ptus(Decimal(3_500_000), Decimal(0), Decimal(0), terms).units == 1_050


def test_a_kind_that_is_not_sold_is_said() -> None:
    llama = provisioned_terms("azure/llama-3.3-70b-instruct")
    with pytest.raises(BadUsage, match="not sold as a regional") as raised:
        ptus(Decimal(1), Decimal(1), Decimal(0), llama, "regional")
    assert raised.value.hint == "kinds: global, data-zone"
    with pytest.raises(BadUsage, match="needs a kind"):
        ptus(Decimal(1), Decimal(1), Decimal(0), GPT)
    with pytest.raises(BadUsage, match="knows no kinds"):
        ptus(Decimal(1), Decimal(1), Decimal(0), VERTEX[0], "global")


@pytest.mark.parametrize(("load", "cached"), [(-1, "0"), (1, "-0.1"), (1, "25")])
def test_a_load_that_cannot_be_is_refused(load: int, cached: str) -> None:
    with pytest.raises(BadUsage, match="at least 0"):
        ptus(Decimal(load), Decimal(0), Decimal(cached), GPT, "global")


def test_an_unknown_id_names_the_nearest() -> None:
    with pytest.raises(BadUsage, match=r"azure/gpt-5\.22") as raised:
        provisioned_terms("azure/gpt-5.22")
    assert "azure/gpt-5.2" in (raised.value.hint or "")
    with pytest.raises(BadUsage, match="bedrock/x") as raised:
        provisioned_terms("bedrock/x")
    assert raised.value.hint == "ids begin with: azure/, vertex/"


@pytest.mark.parametrize(
    ("changed", "problem"),
    [
        ({"price": Decimal(1)}, "either 'price' or 'quote = true'"),
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
    assert read(ProvisionedFile, {**head, "terms": [good]}).get("a/b").unit == "PTU"
    bad = {key: value for key, value in {**good, **changed}.items() if value is not None}
    with pytest.raises(InvalidInput, match=problem):
        read(ProvisionedFile, {**head, "terms": [bad]})
