"""Each adapter on small payloads of the real shape: units, tiers, dates, traps, hostile names."""

import json
from datetime import date
from decimal import Decimal as D

import pytest

from costplan.catalog.fees import Fee, Quota
from costplan.catalog.model import CacheTerms, Model
from costplan.problems import InvalidInput
from costplan.store.sourcing.upstream import Upstream, adapter
from costplan.store.sourcing.upstream.payload import rate
from costplan.store.sourcing.upstream.recognise import by_content

DAY = date(2026, 11, 1)
SETS = ("genai-prices", "litellm", "models.dev", "model-prices", "portkey")


def read(name: str, data: object) -> Upstream:
    return adapter(name).read(json.dumps(data).encode(), DAY)


def model(upstream: Upstream, name: str) -> Model:
    return next(one.model for one in upstream.quoted if one.model.id == name)


def reasons(upstream: Upstream) -> dict[str, str]:
    return {one.name: one.reason for one in upstream.skipped}


def rates(priced: Model, card: int = -1) -> dict[str, D]:
    return priced.price[card].rates.published()


# genai-prices


def genai(provider: str, *models: dict) -> Upstream:
    return read("genai-prices", [{"id": provider, "name": provider, "models": list(models)}])


def genai_model(name: str, prices: object, **more: object) -> dict:
    return {"id": name, "match": {"equals": name}, "prices": prices, **more}


def test_genai_prices_reads_strings_per_million_with_tiers_and_fees() -> None:
    tiered = {"base": "2", "tiers": [{"start": 200000, "price": "4"}]}
    one = genai_model(
        "grok-9",
        {"input_mtok": tiered, "output_mtok": "6", "web_searches_kcount": "10"},
        context_window=500000,
    )
    priced = model(genai("x-ai", one), "xai/grok-9")
    (card,) = priced.price
    assert (priced.context, rates(priced)) == (500_000, {"input": 2, "output": 6})
    assert (card.origin.since, card.origin.checked, card.per) == (DAY, DAY, 1_000_000)
    assert [(tier.at_or_above, tier.rates.input, tier.rates.output) for tier in card.tiers] == [
        (200_000, 4, 6)
    ]
    assert (card.fee["web_searches"].price, card.fee["web_searches"].per) == (10, 1000)


def test_genai_prices_start_just_below_an_edge_means_at_or_above() -> None:
    tiered = {"base": "2", "tiers": [{"start": 199999, "price": "4"}]}
    priced = model(genai("x-ai", genai_model("g", {"input_mtok": tiered})), "xai/g")
    assert priced.price[0].tiers[0].at_or_above == 200_000


def test_genai_prices_history_modes_and_hours() -> None:
    prices = [
        {"prices": {"input_mtok": "5", "output_mtok": "30"}},
        {
            "constraint": {"start_date": "2026-08-21"},
            "prices": {"input_mtok": "4", "output_mtok": "20"},
        },
        {
            "constraint": {"start_time": "01:00:00+00:00", "end_time": "04:00:00+00:00"},
            "prices": {"input_mtok": "8", "output_mtok": "40"},
        },
    ]
    variants = [
        {
            "when": {"processing": "batch"},
            "prices": {"input_mtok": "2", "output_mtok": "10"},
            "constraint": {"start_date": "2026-10-14"},
        },
        {"when": {"service_tier": "default"}, "prices": {}},
        {"when": {"route": "eu"}, "prices": {"input_mtok": "9"}},
    ]
    upstream = genai(
        "openai",
        genai_model("gpt-x", prices, price_variants=variants),
        genai_model("gpt-y-2025-03-04", prices[:2]),
    )
    old, new = model(upstream, "openai/gpt-x").price
    assert (old.origin.since, new.origin.since) == (date(2026, 8, 20), date(2026, 8, 21))
    assert (old.mode, old.schedule) == ({}, ())
    assert (new.mode["batch"].times, new.mode["batch"].origin.since) == (
        D("0.5"),
        date(2026, 10, 14),
    )
    (window,) = new.schedule
    assert (window.name, window.times, window.hours) == ("peak", 2, ("01:00-04:00",))
    assert model(upstream, "openai/gpt-y-2025-03-04").price[0].origin.since == date(2025, 3, 4)


def test_genai_prices_aliases_are_spellings_only() -> None:
    match = {"or_": [{"equals": name} for name in ("m-1", "m.1", "m-1-20260102", "m-1-fast")]}
    upstream = genai("openai", {**genai_model("m-1", {"input_mtok": "1"}), "match": match})
    assert model(upstream, "openai/m-1").aliases == ("openai/m.1", "openai/m-1-20260102")


def test_genai_prices_vertex_hubs_and_regional_ids() -> None:
    price = {"input_mtok": "3"}
    assert model(genai("google", genai_model("claude-9", price)), "vertex/claude-9")
    assert model(genai("huggingface_groq", genai_model("a/b", price)), "huggingface/a/b:groq")
    match = {"or_": [{"starts_with": "acme.m"}, {"contains": "eu.acme.m"}, {"contains": "other"}]}
    regional = {**genai_model("regional.acme.m-v1:0", price), "match": match}
    ids = [one.model.id for one in genai("aws", regional).quoted]
    assert ids == ["bedrock/acme.m-v1:0", "bedrock/eu.acme.m-v1:0"]
    assert model(genai("aws", regional), "bedrock/eu.acme.m-v1:0").region == "eu"


# litellm


def litellm(name: str = "azure/eu/gpt-x", **entry: object) -> Upstream:
    return read("litellm", {name: {"litellm_provider": "azure", "mode": "chat", **entry}})


def test_litellm_reads_floats_per_token_without_their_noise() -> None:
    upstream = litellm(
        input_cost_per_token=3.3000000000000004e-07,
        output_cost_per_token=1.65e-05,
        cache_read_input_token_cost=0,
        max_input_tokens=128000,
        max_output_tokens=16384,
        deprecation_date="2027-04-14",
    )
    priced = model(upstream, "azure/eu/gpt-x")
    assert rates(priced) == {"input": D("0.33"), "output": D("16.5")}
    assert (priced.region, priced.context, priced.max_output) == ("eu", 128_000, 16_384)
    assert priced.retires == date(2027, 4, 14)


def test_litellm_tiers_and_modes() -> None:
    upstream = litellm(
        input_cost_per_token=2e-06,
        output_cost_per_token=1e-05,
        cache_creation_input_token_cost=2.5e-06,
        input_cost_per_token_above_272k_tokens=4e-06,
        output_cost_per_token_above_272k_tokens=1.5e-05,
        input_cost_per_token_batches=1e-06,
        output_cost_per_token_batches=5e-06,
        input_cost_per_token_above_272k_tokens_batches=2e-06,
        output_cost_per_token_above_272k_tokens_batches=7.5e-06,
        input_cost_per_token_priority=4e-06,
        output_cost_per_token_priority=2e-05,
        regional_processing_uplift_multiplier_eu=1.1,
    )
    (card,) = model(upstream, "azure/eu/gpt-x").price
    # The tier has no cache write, so the base has none either: unknown, not cheap.
    assert card.rates.published() == {"input": 2, "output": 10}
    assert [(one.above, one.rates.input) for one in card.tiers] == [(272_000, 4)]
    assert card.mode["batch"].times == D("0.5")
    assert card.mode["priority"].rates.published() == {"input": 4, "output": 20}
    assert card.mode["priority"].tiers == ()
    assert card.region["eu"].times == D("1.1")


def test_litellm_tiered_pricing_and_off_peak_hours() -> None:
    upstream = litellm(
        tiered_pricing=[
            {"range": [0, 256000.0], "input_cost_per_token": 5e-08, "output_cost_per_token": 4e-07},
            {
                "range": [256000.0, 1e6],
                "input_cost_per_token": 2.5e-07,
                "output_cost_per_token": 2e-06,
            },
        ]
    )
    (card,) = model(upstream, "azure/eu/gpt-x").price
    assert (card.rates.input, card.tiers[0].above, card.tiers[0].rates.input) == (
        D("0.05"),
        256_000,
        D("0.25"),
    )
    windows = [{"hours_utc": ["10:00-00:00"], "weekdays": [1, 7]}]
    upstream = litellm(
        input_cost_per_token=3e-07,
        off_peak_pricing={"input_cost_per_token": 1.5e-07, "windows": windows},
    )
    (window,) = model(upstream, "azure/eu/gpt-x").price[0].schedule
    assert (window.times, window.days, window.hours) == (D("0.5"), "mon,sun", ("10:00-24:00",))
    assert not list(window.check())


@pytest.mark.parametrize(
    ("entry", "reason"),
    [
        ({"input_cost_per_token": 0, "output_cost_per_token": 0}, "zero price, not declared free"),
        ({"output_cost_per_image": 0.04}, "priced per image"),
        ({"input_cost_per_second": 0.0001}, "priced per second"),
        ({"ocr_cost_per_page": 0.001}, "priced per page"),
        ({"input_cost_per_character": 0.001}, "priced per character"),
        ({"input_cost_per_query": 0.002}, "priced per query"),
        ({}, "no price given"),
        ({"input_cost_per_token": 0.0032}, "a unit error: 3200 per million input tokens"),
        (
            {"input_cost_per_token": 0.0001, "mode": "embedding"},
            "a unit error: 100 per million input tokens",
        ),
        ({"litellm_provider": "nobody-knows"}, "a provider that the catalogue does not list"),
        ({"litellm_provider": "chatgpt"}, "a subscription plan, not billed by the token"),
        ({"output_cost_per_image_token": 3e-05}, "no price of text tokens"),
    ],
)
def test_litellm_leaves_out_what_is_no_token_price(entry: dict, reason: str) -> None:
    upstream = litellm(**entry)
    assert upstream.quoted == ()
    assert list(reasons(upstream).values()) == [reason]


def test_a_tier_at_the_window_is_left_out_with_a_reason() -> None:
    upstream = litellm(
        input_cost_per_token=3e-06,
        input_cost_per_token_above_200k_tokens=6e-06,
        max_input_tokens=200000,
    )
    assert model(upstream, "azure/eu/gpt-x").price[0].tiers == ()
    assert list(reasons(upstream).values()) == [
        "a tier above 200,000 tokens, the window is 200,000"
    ]


# models.dev


def test_models_dev_in_both_shapes() -> None:
    cost = {"input": 1.25, "output": 10, "cache_read": 0.125, "cache_write": 0}
    plain = {"id": "gpt-x", "cost": cost, "limit": {"context": 400000, "output": 128000}}
    priced = model(read("models.dev", {"openai": {"models": {"gpt-x": plain}}}), "openai/gpt-x")
    assert rates(priced) == {"input": D("1.25"), "output": 10, "cache_read": D("0.125")}
    assert (priced.context, priced.max_output) == (400_000, 128_000)
    cost = {"input": 1.25, "output": 10, "cacheRead": 0.125, "cacheWrite": 0, "tiers": []}
    packed = {"id": "gpt-x", "cost": cost, "contextWindow": 400000, "maxTokens": 128000}
    again = model(read("models.dev", {"openai": {"api": {"chat:gpt-x": packed}}}), "openai/gpt-x")
    assert again == priced


def test_models_dev_a_window_cut_to_the_cheap_tier_is_not_the_models() -> None:
    tier = {"inputTokensAbove": 272000, "input": 8, "output": 30}
    cost = {"input": 4, "output": 20, "cacheRead": 0, "cacheWrite": 0, "tiers": [tier]}
    packed = {"id": "gpt-x", "cost": cost, "contextWindow": 272000}
    priced = model(read("models.dev", {"openai": {"api": {"chat:gpt-x": packed}}}), "openai/gpt-x")
    assert priced.context is None
    assert priced.price[0].tiers[0].above == 272_000


def test_models_dev_free_plans_and_moving_names() -> None:
    free = {"input": 0, "output": 0}
    upstream = read(
        "models.dev",
        {
            "openrouter": {
                "models": {
                    name: {"id": name, "cost": free}
                    for name in ("a/b:free", "a/silent", "~a/b-latest")
                }
            },
            "kimi-coding": {"models": {"k": {"id": "k", "cost": free}}},
            "nvidia": {"models": {"n": {"id": "n"}}},
        },
    )
    (one,) = upstream.quoted
    assert (one.model.id, rates(one.model)) == ("openrouter/a/b:free", {"input": 0, "output": 0})
    assert "free" in (one.model.note or "")
    assert reasons(upstream) == {
        "openrouter/a/silent": "zero price, not declared free",
        "openrouter/~a/b-latest": "a name that moves between models",
        "kimi-coding/k": "a subscription plan, not billed by the token",
        "nvidia/n": "no price given",
    }


# model-prices


def segment(since: str, price: float, start: str | None, **more: object) -> dict:
    own = {"input": price, "output": price * 5, "valid_from": since, "source": "s", **more}
    return {"rates": own, "start": start}


def snapshot(models: dict, **more: object) -> Upstream:
    return read("model-prices", {"prices": {"anthropic": models}, **more})


def test_model_prices_history_keeps_the_day_that_is_documented() -> None:
    standard = [
        segment("2025-06-05T20:08:05Z", 3, None, cache_write=3.75, cache_write_1h_multiple=2.0),
        segment("2025-06-05T20:08:05Z", 3, None, cache_write=3.75, cache_write_1h_multiple=2.0),
        segment("2026-01-02T00:00:00Z", 2, "2026-01-03T00:00:00Z"),
    ]
    batch = [{"rates": None, "start": None}, segment("2026-02-01", 1, "2024-10-08T00:00:00Z")]
    priced = model(
        snapshot({"claude-x": {"standard": standard, "batch": batch}}), "anthropic/claude-x"
    )
    old, new = priced.price
    assert (old.origin.since, new.origin.since) == (date(2025, 6, 5), date(2026, 1, 3))
    assert old.rates.cache_write_1h == 6
    assert old.mode == {}
    assert (new.mode["batch"].times, new.mode["batch"].origin.since) == (
        D("0.5"),
        date(2026, 2, 1),
    )


def test_model_prices_schedules_begin_and_end_as_cards() -> None:
    rule = {
        "provider": "anthropic",
        "off_peak_hours_utc": [["16:30", "00:30"]],
        "off_peak_multiplier": {"claude-x": 0.5},
        "valid_from": "2026-02-26T10:30:00Z",
        "valid_until": "2026-09-05T10:00:00Z",
    }
    upstream = snapshot(
        {
            "claude-x": {"standard": [segment("2026-01-01", 2, None)]},
            "claude-y": {"standard": [segment("2026-01-01", 2, None)]},
        },
        schedules={"schedule": [rule], "holidays": {}},
    )
    told = [
        (one.origin.since, len(one.schedule)) for one in model(upstream, "anthropic/claude-x").price
    ]
    assert told == [(date(2026, 1, 1), 0), (date(2026, 2, 26), 1), (date(2026, 9, 5), 0)]
    assert len(model(upstream, "anthropic/claude-y").price) == 1


def test_model_prices_pointer_is_not_a_snapshot() -> None:
    with pytest.raises(InvalidInput, match="not a snapshot"):
        read("model-prices", {"sha256": "x"})


# portkey


def test_portkey_is_in_cents_per_token() -> None:
    paid = {
        "request_token": {"price": 0.00025},
        "response_token": {"price": 0.001},
        "cache_write_input_token": {"price": 0},
        "additional_units": {"web_search": {"price": 1}},
    }
    batch = {"request_token": {"price": 0.000125}, "response_token": {"price": 0.0005}}
    entry = {"pricing_config": {"pay_as_you_go": paid, "batch_config": batch}}
    upstream = read("portkey", {"openai": {"default": {}, "gpt-x": entry, "gpt-x-gt-128k": entry}})
    priced = model(upstream, "openai/gpt-x")
    assert rates(priced) == {"input": D("2.5"), "output": 10}
    assert priced.price[0].mode["batch"].times == D("0.5")
    assert priced.price[0].fee["web_searches"].price == 10
    assert reasons(upstream) == {"openai/gpt-x-gt-128k": "a tier written as a model"}


def test_portkey_reads_what_every_request_pays() -> None:
    paid = {
        "request_token": {"price": 0.0001},
        "additional_units": {
            f"web_search_{size}_context": {"price": price}
            for size, price in (("low", 0.5), ("medium", 0.8), ("high", 1.2))
        },
    }
    sized = {"pricing_config": {"pay_as_you_go": paid}}
    fixed = {
        "pricing_config": {
            "pay_as_you_go": {"request_token": {"price": 0.0001}},
            "fixed_cost": {"request": {"price": 0.5}},
        }
    }
    models = {"sonar": sized, "old-online": fixed}
    upstream = read("portkey", {"perplexity-ai": models, "openai": {"sonar": sized}})
    assert prices_of_fees(model(upstream, "perplexity/sonar")) == {
        "requests_low": 5,
        "requests_medium": 8,
        "requests_high": 12,
    }
    assert prices_of_fees(model(upstream, "perplexity/old-online")) == {"requests": 5}
    assert prices_of_fees(model(upstream, "openai/sonar")) == {}  # there a search is asked for


def prices_of_fees(priced: Model) -> dict[str, D]:
    """A thousand of each."""
    (card,) = priced.price
    assert all(fee.per == 1000 for fee in card.fee.values())
    return {name: fee.price for name, fee in card.fee.items()}


def searching(provider: str, **more: object) -> dict:
    sizes = {f"search_context_size_{size}": 0.035 for size in ("low", "medium", "high")}
    return {
        "litellm_provider": provider,
        "mode": "chat",
        "input_cost_per_token": 1e-6,
        "output_cost_per_token": 2e-6,
        "search_context_cost_per_query": sizes,
        **more,
    }


def test_litellm_reads_what_is_free_and_what_is_counted() -> None:
    free = {"count": 1500, "period": "day", "shared_group": "line"}
    by_query = {"web_search_billing_unit": "per_query"}
    upstream = read(
        "litellm",
        {
            "gemini/by-prompt": searching("gemini", search_free_requests=free),
            "gemini/by-query": searching("gemini", search_free_requests=free, **by_query),
            "gemini/paid": searching("gemini", **by_query),
        },
    )
    fees = {
        name: model(upstream, f"google/{name}").price[0].fee["web_searches"]
        for name in ("by-prompt", "by-query", "paid")
    }
    quota = Quota(quantity=D(1500), period="day", shared="line")
    assert fees == {
        "by-prompt": Fee(price=D(35), per=D(1000), unit="prompt", once=True, free=quota),
        "by-query": Fee(price=D(35), per=D(1000), unit="search", free=quota),
        "paid": Fee(price=D(35), per=D(1000), unit="search"),
    }


def test_litellm_reads_what_every_request_pays() -> None:
    sizes = {
        "search_context_size_low": 0.006,
        "search_context_size_medium": 0.01,
        "search_context_size_high": 0.014,
    }
    upstream = read(
        "litellm",
        {
            "perplexity/sonar": searching("perplexity", search_context_cost_per_query=sizes),
            "perplexity/online": {
                "litellm_provider": "perplexity",
                "mode": "chat",
                "input_cost_per_token": 1e-6,
                "output_cost_per_token": 2e-6,
                "input_cost_per_request": 0.005,
            },
            "openai/x": searching("openai", search_context_cost_per_query=sizes),
        },
    )
    assert prices_of_fees(model(upstream, "perplexity/sonar")) == {
        "requests_low": 6,
        "requests_medium": 10,
        "requests_high": 14,
    }
    assert prices_of_fees(model(upstream, "perplexity/online")) == {"requests": 5}
    assert prices_of_fees(model(upstream, "openai/x")) == {}


# Every set


HOSTILE = (
    "../../x",
    "<b>x</b>",
    "a\u202eb",
    "a\x1b[31m",
    'a"\n[[model]]',
    "x" * 201,
    "[/x]",
    "a b",
)


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_names_are_skipped_and_shown_safely(name: str) -> None:
    cost = {"input": 1, "output": 2}
    paid = {"request_token": {"price": 0.0001}, "response_token": {"price": 0.0002}}
    payloads = {
        "genai-prices": [{"id": "openai", "models": [genai_model(name, {"input_mtok": "1"})]}],
        "litellm": {name: {"litellm_provider": "openai", "input_cost_per_token": 1e-06}},
        "models.dev": {"openai": {"models": {"m": {"id": name, "cost": cost}}}},
        "model-prices": {
            "prices": {"openai": {name: {"standard": [segment("2026-01-01", 1, None)]}}}
        },
        "portkey": {"openai": {name: {"pricing_config": {"pay_as_you_go": paid}}}},
    }
    for source, payload in payloads.items():
        upstream = read(source, payload)
        assert upstream.quoted == (), source
        (skipped,) = upstream.skipped
        assert skipped.reason == "not a name that an id can hold"
        assert skipped.name.isascii()
        assert skipped.name.isprintable()
        assert len(skipped.name) <= 200


@pytest.mark.parametrize("name", SETS)
@pytest.mark.parametrize(
    "payload",
    [
        b"",
        b"[1",
        b"\xff\xfe",
        b"7",
        b'"x"',
        b"[[]]",
        b'{"a": 1}',
        b"[" * 100_000,
    ],
)
def test_another_shape_is_refused(name: str, payload: bytes) -> None:
    with pytest.raises(InvalidInput):
        adapter(name).read(payload, DAY)


@pytest.mark.parametrize("price", ["NaN", "Infinity", "1e999999", "-1", '"1 dollar"', "true", "[]"])
def test_what_is_no_price_is_refused_with_its_place(price: str) -> None:
    payload = f'{{"m": {{"litellm_provider": "openai", "input_cost_per_token": {price}}}}}'
    with pytest.raises(InvalidInput) as error:
        adapter("litellm").read(payload.encode(), DAY)
    assert error.value.problems[0].message


def test_a_price_at_the_wrong_place_names_it() -> None:
    with pytest.raises(InvalidInput) as error:
        litellm(input_cost_per_token="dear")
    assert error.value.problems[0].path == ("azure/eu/gpt-x", "input_cost_per_token")


@pytest.mark.parametrize("name", SETS)
def test_every_set_has_an_address(name: str) -> None:
    assert adapter(name).url.startswith("https://")


def test_a_rate_of_all_digits_that_a_payload_may_have_is_kept() -> None:
    assert rate(D("123456789012345"), (), D(10**6)) == 123456789012345000000


def test_models_dev_by_provider_and_id() -> None:
    cost = {"input": 1.25, "output": 10, "cacheRead": 0, "cacheWrite": 0}
    packed = {"id": "gpt-x", "cost": cost, "contextWindow": 400000}
    data = {"openai": {"gpt-x": packed, "models": {**packed, "id": "models"}}}
    upstream = read("models.dev", data)
    assert {one.model.id for one in upstream.quoted} == {"openai/gpt-x", "openai/models"}
    assert by_content(json.dumps(data).encode()) == "models.dev"


def test_model_prices_a_record_of_the_old_price_that_came_too_late_never_held() -> None:
    def segment(input: float, seen: str, start: str | None) -> dict:
        rates = {"input": input, "output": input * 4, "valid_from": f"{seen}T00:00:00Z"}
        return {"rates": rates, "start": start and f"{start}T00:00:00Z"}

    listed = [segment(0.75, "2026-07-04", None), segment(0.3, "2026-06-29", "2026-06-29")]
    priced = model(
        read("model-prices", {"prices": {"longcat": {"m": {"standard": listed}}}}), "longcat/m"
    )
    assert [(one.origin.since, one.rates.input) for one in priced.price] == [
        (date(2026, 6, 29), D("0.3"))
    ]


def test_portkey_training_is_in_cents_a_token() -> None:
    config = {
        "pay_as_you_go": {"request_token": {"price": 0.0002}, "response_token": {"price": 0.0008}},
        "finetune_config": {"pay_per_token": {"price": 0.0025}},
    }
    priced = model(read("portkey", {"openai": {"m": {"pricing_config": config}}}), "openai/m")
    fee = priced.price[0].fee["training_tokens"]
    assert (fee.price, fee.per) == (25, 1_000_000)


def test_litellm_says_what_is_long_enough_to_be_cached() -> None:
    upstream = litellm(input_cost_per_token=1e-6, prompt_cache_min_tokens=4096.0)
    assert model(upstream, "azure/eu/gpt-x").cache == CacheTerms(minimum_tokens=D(4096))


def test_a_write_at_the_price_of_output_is_left_out() -> None:
    cost = {"input": 3, "output": 15, "cache_read": 0.75, "cache_write": 15}
    upstream = read("models.dev", {"xai": {"models": {"g": {"id": "g", "cost": cost}}}})
    assert set(rates(model(upstream, "xai/g"))) == {"input", "output", "cache_read"}
    assert "slip of columns" in next(iter(reasons(upstream).values()))


def test_xai_bills_the_long_tier_from_its_edge_on_whoever_tells_it() -> None:
    tier = {"inputTokensAbove": 200000, "input": 4, "output": 12}
    cost = {"input": 2, "output": 6, "tiers": [tier]}
    for seller, wanted in (("xai", (None, 200_000)), ("mistral", (200_000, None))):
        data = {seller: {"models": {"g": {"id": "g", "cost": cost}}}}
        (first,) = model(read("models.dev", data), f"{seller}/g").price[0].tiers
        assert (first.above, first.at_or_above) == wanted
