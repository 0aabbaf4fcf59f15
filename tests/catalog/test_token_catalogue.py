"""The shipped token prices as a whole: how many, how old, who says so, and the known traps."""

from collections.abc import Iterator
from datetime import UTC, date, datetime
from decimal import Decimal as D
from functools import cache

import pytest

from costplan.catalog.lookup import Catalog, CatalogFile
from costplan.catalog.model import Card, Model
from costplan.catalog.origin import resolve
from costplan.plan.bill.price import price
from costplan.problems import PriceNotKnown
from costplan.record import read
from costplan.store.files.folders import built_in_folder
from costplan.store.files.shelves import SlicedFolder
from costplan.store.files.text import parse_toml

TODAY = date(2026, 11, 28)
ROOT = built_in_folder() / "tokens"
CATALOG = Catalog([SlicedFolder("built-in", built_in_folder())])


@cache
def files() -> dict[str, CatalogFile]:
    return {
        path.stem: read(CatalogFile, parse_toml(str(path), path.read_text(encoding="utf-8")))
        for path in sorted(ROOT.glob("*.toml"))
    }


def models() -> Iterator[Model]:
    for file in files().values():
        yield from file.model


def model(name: str) -> Model:
    item = CATALOG.get(name).item
    assert isinstance(item, Model)
    return item


def card(name: str, day: date = TODAY) -> Card:
    found = model(name).card(day)
    assert found is not None
    return found


def bill(name: str, day: str, given: int, made: int) -> D:
    usage = {"input_tokens": D(given), "output_tokens": D(made)}
    moment = datetime.fromisoformat(f"{day}T12:00:00+00:00").astimezone(UTC)
    return price(CATALOG, name, usage, moment).total


def test_there_are_enough_vendors_and_models() -> None:
    assert len(files()) >= 100
    assert sum(len(file.model) for file in files().values()) >= 6_500


def test_the_files_stay_small() -> None:
    sizes = [path.stat().st_size for path in ROOT.glob("*.toml")]
    assert sum(sizes) < 3_000_000
    assert max(sizes) < 500_000


def test_no_price_is_zero_unless_its_vendor_declares_it_free() -> None:
    for one in models():
        for each in one.price:
            kinds = [each.rates, *(tier.rates for tier in each.tiers)]
            kinds += [mode.rates for mode in each.mode.values() if mode.rates is not None]
            if any(rate == 0 for rates in kinds for rate in rates.published().values()):
                assert one.id.endswith((":free", "-free")), one.id
                assert "free" in (one.note or ""), one.id


def test_every_price_has_a_source_and_days_that_make_sense() -> None:
    for file in files().values():
        for one in file.model:
            for _, origin in one.origins():
                assert resolve(origin, file.source).source
                assert origin.checked <= TODAY
                assert date(2023, 1, 1) <= origin.since <= date(2027, 12, 31), one.id


def test_a_card_states_a_price_of_input_or_output_at_a_sane_scale() -> None:
    for one in models():
        for each in one.price:
            rates = each.rates.published()
            trained_alone = not rates and each.fee.keys() == {"training_tokens"}
            assert rates.keys() & {"input", "output"} or trained_alone, one.id
            assert all(rate / each.per < D("0.0016") for rate in rates.values()), one.id


BETA_WINDOW = (
    "anthropic/claude-sonnet-4-0",
    "anthropic/claude-sonnet-4-5",
    "vertex/claude-sonnet-4-5",
)
"""A million tokens on request, priced from 200,000 on; ``context`` is what everybody has."""


def test_tiers_lie_inside_the_window() -> None:
    for one in (one for one in models() if one.id not in BETA_WINDOW):
        for each in one.price:
            for tier in each.tiers:
                assert one.context is None or tier.first <= one.context, one.id


def test_many_prices_are_confirmed_and_conflicts_are_shown() -> None:
    confirmed = [one.id for one in models() if any(each.origin.also for each in one.price)]
    contradicted = [one.id for one in models() if any(each.rejected for each in one.price)]
    assert len(confirmed) >= 1_500
    assert len(contradicted) >= 400


def test_a_rejection_says_who_when_what_and_why() -> None:
    for file in files().values():
        for one in file.model:
            for each in one.price:
                for rejected in each.rejected:
                    assert rejected.source in file.source, one.id
                    assert rejected.rates.published(), one.id
                    assert rejected.reason, one.id
                    assert rejected.checked <= TODAY, one.id


def test_the_known_conflict_over_mistral_large_4() -> None:
    current = card("mistral/mistral-large-4")
    assert (current.rates.input, current.rates.output) == (D("0.7"), D("2.1"))
    assert [(one.source, one.rates.input, one.rates.output) for one in current.rejected] == [
        ("litellm", D("1.36"), D("4.18"))
    ]


def test_the_three_answers_for_eu_nova_2_lite() -> None:
    current = card("bedrock/eu.amazon.nova-2-lite-v1:0")
    assert current.rates.input == D("0.374")
    rejected = {one.source: one.rates.input for one in current.rejected}
    assert rejected == {"genai-prices": D("0.33"), "litellm": D("0.429")}


def test_in_region_bedrock_claude_is_disputed_in_the_open() -> None:
    current = card("bedrock/anthropic.claude-sonnet-4-5-20250929-v1:0")
    assert current.rates.input == D("3.3")
    assert {"models.dev", "litellm"} <= {one.source for one in current.rejected}


def test_deepseek_peak_and_off_peak_are_no_conflict() -> None:
    for name in ("deepseek/deepseek-flash", "deepseek/deepseek-v4-pro"):
        assert card(name).schedule
        assert not {"litellm", "models.dev"} & {one.source for one in card(name).rejected}


@pytest.mark.parametrize(
    "name",
    ["watsonx/core42/jais-13b-chat", "azure/jais-30b-chat", "cohere/embed-multilingual-light-v3.0"],
)
def test_unit_errors_are_not_shipped(name: str) -> None:
    found = CATALOG.find(name)
    assert found is None or card(name).rates.input < 5


def test_the_past_is_priced_as_it_was() -> None:
    assert bill("openai/gpt-4o", "2024-06-01", 1_000_000, 1_000_000) == 20
    assert bill("openai/gpt-4o", "2024-12-01", 1_000_000, 1_000_000) == D("12.5")
    assert bill("openai/gpt-5.6-sol", "2026-08-01", 100_000, 100_000) == D("3.5")
    assert bill("openai/gpt-5.6-sol", "2026-09-01", 100_000, 100_000) == D("2.4")
    with pytest.raises(PriceNotKnown) as error:
        bill("openai/gpt-4o", "2023-06-01", 1, 1)
    assert "2024-05-13" in (error.value.hint or "")


def test_an_announced_change_prices_the_future() -> None:
    now = bill("google/gemini-4-argon", "2026-11-22", 1_000_000, 1_000_000)
    later = bill("google/gemini-4-argon", "2026-12-01", 1_000_000, 1_000_000)
    assert (now, later) == (12, 24)


def test_history_is_long_where_a_set_has_it() -> None:
    longer = [one.id for one in models() if len(one.price) > 1]
    assert len(longer) >= 300
    assert len(model("deepseek/deepseek-chat").price) >= 6


def test_prices_that_once_were_wrong() -> None:
    """Each was billed otherwise until somebody compared it; amounts worked out by hand."""
    day = "2026-11-28"
    assert bill("xai/grok-4.5", day, 200_000, 0) == D("0.8")  # from 200,000 on, not above
    assert bill("xai/grok-4.5", day, 199_999, 0) == D("0.399998")
    assert bill("xai/grok-4", "2025-09-24", 162_732, 1_308) == D("1.015632")
    assert bill("xai/grok-4", "2025-09-24", 127_999, 0) == D("0.383997")
    assert bill("anthropic/claude-sonnet-4", "2025-12-01", 250_000, 1_000) == D("1.5225")
    assert bill("bedrock/anthropic.claude-haiku-4-5-20251001-v1:0", day, 1_000_000, 0) == D("1.1")
    assert bill("openai/gpt-5.6-sol-2026-07-09", day, 100_000, 10_000) == D("0.6")
    assert bill("longcat/LongCat-2.0", day, 1_000_000, 0) == D("0.3")
    assert card("xai/grok-4").rates.cache_write is None
    assert card("openai/gpt-4o-audio-preview").rates.input_audio == 40
    assert card("google/gemini-2.5-flash").rates.cache_read_audio == D("0.10")
    assert card("deepseek/deepseek-v4-flash-vision-exp").schedule[0].holidays


def test_every_profile_of_claude_in_a_region_costs_a_tenth_more() -> None:
    for name in ("opus-4-7", "opus-4-8", "sonnet-5", "fable-5", "haiku-5-5", "opus-5-5"):
        base = card(f"bedrock/global.anthropic.claude-{name}").rates.input
        for where in ("", "us.", "eu."):
            found = card(f"bedrock/{where}anthropic.claude-{name}").rates.input
            assert found == base * D("1.1"), (name, where)


@pytest.mark.parametrize(
    ("name", "least"),
    [
        ("anthropic/claude-opus-4-5", 4_096),
        ("anthropic/claude-opus-4-6", 4_096),
        ("anthropic/claude-opus-4-7", 2_048),
        ("google/gemini-3.1-pro-preview", 4_096),
        ("google/gemini-4-argon", 4_096),
        ("google/gemini-2.5-pro", 2_048),
        ("openai/gpt-5.4", 1_024),
    ],
)
def test_the_smallest_cached_prefix_is_the_vendors(name: str, least: int) -> None:
    terms = model(name).cache
    assert terms is not None
    assert terms.minimum_tokens == least
