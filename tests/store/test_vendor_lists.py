"""OpenRouter's, AWS's and Azure's own lists: what is taken, and what is left out and why."""

from __future__ import annotations

import json
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import price_server as serve
import pytest
from price_server import serving

from costplan.catalog.model import Card, Model
from costplan.problems import InvalidInput
from costplan.store.network.client import Limits
from costplan.store.sourcing.sources import Wanted, read_source
from costplan.store.sourcing.upstream import SOURCES, Upstream, adapter, aws, azure, openrouter
from costplan.store.sourcing.upstream.recognise import SHAPES, by_address, by_content

DAY = date(2026, 11, 20)


def text(payload: object) -> bytes:
    return json.dumps(payload).encode()


def model(upstream: Upstream, name: str) -> Model:
    (found,) = [one.model for one in upstream.quoted if one.model.id == name]
    return found


def card(upstream: Upstream, name: str) -> Card:
    (found,) = model(upstream, name).price
    return found


def rates(upstream: Upstream, name: str) -> dict[str, Decimal]:
    return card(upstream, name).rates.published()


def left_out(upstream: Upstream) -> dict[str, str]:
    return {one.name: one.reason for one in upstream.skipped}


# OpenRouter

OPUS = {
    "id": "anthropic/claude-opus-4.6",
    "context_length": 1_000_000,
    "pricing": {
        "prompt": "0.000005",
        "completion": "0.000025",
        "request": "0",
        "image": "0.0048",
        "web_search": "0.01",
        "internal_reasoning": "0",
        "input_cache_read": "0.0000005",
        "input_cache_write": "0.00000625",
        "input_cache_write_1h": "0.00001",
    },
    "top_provider": {"context_length": 1_000_000, "max_completion_tokens": 128_000},
}


def router(*entries: object) -> Upstream:
    return openrouter.read(text({"data": list(entries)}), DAY)


def priced(name: str = "acme/chat", **pricing: object) -> dict[str, Any]:
    return {"id": name, "pricing": {"prompt": "0.000001", "completion": "0.000002", **pricing}}


def test_openrouter_prices_are_per_token_and_become_per_million() -> None:
    found = router(OPUS)
    assert rates(found, "openrouter/anthropic/claude-opus-4.6") == {
        "input": 5,
        "cache_read": Decimal("0.5"),
        "cache_write": Decimal("6.25"),
        "cache_write_1h": 10,
        "output": 25,
    }
    one = model(found, "openrouter/anthropic/claude-opus-4.6")
    assert (one.context, one.max_output) == (1_000_000, 128_000)
    fee = one.price[0].fee["web_searches"]
    assert (fee.price, fee.per, fee.unit) == (10, 1_000, "search")
    assert one.price[0].origin.checked == DAY
    assert found.source.confidence == "vendor"


def test_openrouter_long_context_prices_are_tiers_from_an_edge_on() -> None:
    overrides = [
        {"min_prompt_tokens": 200_000, "prompt": "0.000002", "completion": "0.000003"},
        {"min_prompt_tokens": 500_000, "prompt": "0.000004"},
    ]
    found = card(router(priced(overrides=overrides)), "openrouter/acme/chat")
    assert [(one.at_or_above, one.rates.published()) for one in found.tiers] == [
        (200_000, {"input": 2, "output": 3}),
        (500_000, {"input": 4, "output": 3}),
    ]


def test_openrouter_reasoning_is_a_rate_of_its_own_only_where_it_differs() -> None:
    same, other = priced(internal_reasoning="0.000002"), priced(internal_reasoning="0.000005")
    assert "reasoning" not in rates(router(same), "openrouter/acme/chat")
    assert rates(router(other), "openrouter/acme/chat")["reasoning"] == 5


def test_openrouter_free_models_are_free_only_where_they_say_so() -> None:
    nothing = {"prompt": "0", "completion": "0"}
    found = router(priced("acme/a:free", **nothing), priced("acme/b", **nothing))
    assert rates(found, "openrouter/acme/a:free") == {"input": 0, "output": 0}
    assert left_out(found) == {"acme/b": "zero price, not declared free"}


@pytest.mark.parametrize(
    ("entry", "reason"),
    [
        (priced("openrouter/auto", prompt="-1", completion="-1"), "varies from request"),
        (priced("~acme/latest"), "a name that moves"),
        (priced(request="0.01"), "charges for the request"),
        (priced(overrides=[{"utc_start": 0, "utc_end": 800, "prompt": "0.1"}]), "time of day"),
        (priced(overrides=[{"min_prompt_tokens": 5, "web_search": "1"}]), "has conditions"),
        (priced(overrides=[{"min_prompt_tokens": "many", "prompt": "1e-6"}]), "cannot be read"),
        (
            priced(overrides=[{"min_prompt_tokens": n, "prompt": "1e-6"} for n in (9, 5)]),
            "do not ascend",
        ),
        (priced(per_song="0.5"), "not read here (per_song)"),
        (priced(prompt="cheap"), "no price that is a number"),
        (priced(prompt="0.5"), "a unit error"),
        (priced(prompt="1e-15"), "a unit error"),
        (priced(prompt="0"), "zero price"),
        ({"id": "acme/chat"}, "no price"),
        ({"pricing": {}}, "no price"),
        ("acme/chat", "no price"),
        (priced("../../x"), "not a name that an id can hold"),
    ],
)
def test_openrouter_entries_that_are_not_certain_are_left_out(entry: object, reason: str) -> None:
    found = router(entry)
    assert found.quoted == ()
    (why,) = (one.reason for one in found.skipped)
    assert reason in why


def test_openrouter_a_model_that_is_listed_twice_has_no_price() -> None:
    found = router(priced(), priced(prompt="0.000009"), priced("acme/other"))
    assert [one.model.id for one in found.quoted] == ["openrouter/acme/other"]
    assert len(found.skipped) == 2


# AWS


class Offer:
    """An offer file as AWS writes it, product by product."""

    def __init__(self, code: str = "AmazonBedrock") -> None:
        self.data: dict[str, Any] = {
            "formatVersion": "v1.0",
            "offerCode": code,
            "publicationDate": "2026-11-18T21:09:14Z",
            "products": {},
            "terms": {"OnDemand": {}},
        }

    def add(
        self,
        usage: str,
        price: str,
        unit: str = "1K tokens",
        service: str = "Amazon Bedrock",
        region: str = "us-east-1",
        since: str = "2026-09-01T00:00:00Z",
        description: str = "",
    ) -> Offer:
        sku = f"SKU{len(self.data['products'])}"
        self.data["products"][sku] = {
            "sku": sku,
            "productFamily": "Amazon Bedrock",
            "attributes": {"usagetype": usage, "servicename": service, "regionCode": region},
        }
        self.data["terms"]["OnDemand"][sku] = {
            f"{sku}.T": {
                "sku": sku,
                "effectiveDate": since,
                "priceDimensions": {
                    f"{sku}.T.D": {
                        "unit": unit,
                        "beginRange": "0",
                        "endRange": "Inf",
                        "description": description,
                        "pricePerUnit": {"USD": price},
                    }
                },
            }
        }
        return self

    def read(self) -> Upstream:
        return aws.read(text(self.data), DAY)


def nova() -> Offer:
    return (
        Offer()
        .add("USE1-NovaPro-input-tokens", "0.0008000000")
        .add("USE1-NovaPro-output-tokens", "0.0032000000")
        .add("USE1-NovaPro-cache-read-input-token-count", "0.0002000000")
    )


def test_aws_prices_per_thousand_become_per_million() -> None:
    found = nova().read()
    assert rates(found, "bedrock/amazon.nova-pro-v1:0") == {
        "input": Decimal("0.8"),
        "cache_read": Decimal("0.2"),
        "output": Decimal("3.2"),
    }
    origin = card(found, "bedrock/amazon.nova-pro-v1:0").origin
    assert (origin.since, origin.checked) == (date(2026, 9, 1), date(2026, 11, 18))


def test_aws_modes_are_a_multiplier_where_they_are_one() -> None:
    offer = nova()
    for kind, price in (("input-tokens", "0.0004"), ("output-tokens", "0.0016")):
        offer.add(f"USE1-NovaPro-{kind}-batch", price)
        offer.add(f"USE1-NovaPro-{kind}-flex", price)
    offer.add("USE1-NovaPro-cache-read-input-token-count-flex", "0.0001")
    modes = card(offer.read(), "bedrock/amazon.nova-pro-v1:0").mode
    assert modes["flex"].times == Decimal("0.5")
    assert modes["batch"].times is None, "it has no price for cached input"
    assert modes["batch"].rates is not None
    assert modes["batch"].rates.published() == {"input": Decimal("0.4"), "output": Decimal("1.6")}


def test_aws_dotted_names_are_ids_and_mantle_has_its_own() -> None:
    offer = Offer()
    for name in ("qwen.qwen3-32b-mantle-", "qwen.qwen3-coder-next-"):
        offer.add(f"USE1-{name}input-tokens-standard", "0.00015")
        offer.add(f"USE1-{name}output-tokens-standard", "0.0006")
    ids = [one.model.id for one in offer.read().quoted]
    assert ids == ["bedrock-mantle/qwen.qwen3-32b", "bedrock/qwen.qwen3-coder-next"]


CLAUDE = "Claude Haiku 4.5 (Amazon Bedrock Edition)"


def test_aws_claude_is_priced_by_profile() -> None:
    offer = Offer("AmazonBedrockFoundationModels")
    for usage, price in (
        ("InputTokenCount", "1.10"),
        ("OutputTokenCount", "5.50"),
        ("CacheReadInputTokenCount", "0.11"),
        ("CacheWriteInputTokenCount", "1.375"),
        ("CacheWrite1hInputTokenCount", "2.20"),
        ("InputTokenCount_Global", "1.00"),
        ("OutputTokenCount_Global", "5.00"),
        ("InputTokenCount_Batch", "0.55"),
        ("OutputTokenCount_Batch", "2.75"),
    ):
        offer.add(f"USE1-MP:USE1_{usage}-Units", price, "1M tokens", CLAUDE)
    found = offer.read()
    us = "bedrock/us.anthropic.claude-haiku-4-5-20251001-v1:0"
    assert rates(found, us) == {
        "input": Decimal("1.1"),
        "cache_read": Decimal("0.11"),
        "cache_write": Decimal("1.375"),
        "cache_write_1h": Decimal("2.2"),
        "output": Decimal("5.5"),
    }
    assert model(found, us).region == "us"
    assert set(card(found, us).mode) == {"batch"}
    world = "bedrock/global.anthropic.claude-haiku-4-5-20251001-v1:0"
    assert rates(found, world) == {"input": 1, "output": 5}


def test_aws_underscored_usage_types_are_read_too() -> None:
    offer = Offer("AmazonBedrockFoundationModels")
    service = "Claude Opus 5.5 (Amazon Bedrock Edition)"
    for usage, price in (("input_tokens_standard", "4.4"), ("output_tokens_standard", "22")):
        units = "Million Tokens"
        offer.add(
            f"EUC1-MP:EUC1_{usage}-Units",
            price,
            "Units",
            service,
            "eu-central-1",
            "2026-11-01T00:00:00Z",
            units,
        )
    found = rates(offer.read(), "bedrock/eu.anthropic.claude-opus-5-5")
    assert found == {"input": Decimal("4.4"), "output": 22}


def test_aws_a_long_context_price_without_its_edge_leaves_the_model_out() -> None:
    offer = Offer("AmazonBedrockFoundationModels")
    service = "Claude Sonnet 4.5 (Amazon Bedrock Edition)"
    for usage in ("InputTokenCount", "OutputTokenCount", "InputTokenCount_LCtx"):
        offer.add(f"USE1-MP:USE1_{usage}-Units", "3", "1M tokens", service)
    found = offer.read()
    assert found.quoted == ()
    assert any("from how many tokens" in one.reason for one in found.skipped)


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"usage": "USE1-NovaReel-video-seconds"}, "something other than tokens"),
        ({"usage": "USE1-NovaPro-input-tokens-custom-model"}, "not read here"),
        ({"usage": "USE1-NovaPro-ProvisionedThroughput-ModelUnits"}, "something other than tokens"),
        ({"usage": "USE1-MP:USE1_Reserved_1Month_InputTPM_Geo-Units"}, "other than tokens"),
        ({"usage": "USE1-SomethingNew-input-tokens"}, "no Bedrock id is certain"),
        ({"region": "ap-south-1"}, "no Bedrock id is certain"),
        ({"unit": "Hours"}, "counted in Hours"),
        ({"unit": "Units"}, "counted in Units"),
        ({"price": "free"}, "no price in USD"),
        ({"price": "-1"}, "no price in USD"),
        ({"since": "2027-01-01T00:00:00Z"}, "takes effect on 2027-01-01"),
        ({"since": "soon"}, "no price on demand"),
    ],
)
def test_aws_what_is_not_certain_is_left_out(change: dict[str, str], reason: str) -> None:
    given = {"usage": "USE1-NovaPro-input-tokens", "price": "0.0008"} | change
    found = Offer().add(**given).add("USE1-NovaPro-output-tokens", "0.0032").read()
    assert found.quoted == ()
    assert any(reason in one.reason for one in found.skipped)


def test_aws_two_prices_for_one_thing_are_none() -> None:
    found = nova().add("USE1-NovaPro-text-input-tokens", "0.0009").read()
    assert found.quoted == ()
    assert any("two prices for input tokens" in one.reason for one in found.skipped)


# Azure


def meter(
    name: str,
    price: float,
    unit: str = "1M",
    product: str = "Azure OpenAI GPT5",
    since: str = "2026-03-01T00:00:00Z",
    **more: object,
) -> dict[str, object]:
    return {
        "currencyCode": "USD",
        "retailPrice": price,
        "unitPrice": price,
        "armRegionName": "eastus",
        "effectiveStartDate": since,
        "meterName": name,
        "productName": product,
        "skuName": name.removesuffix(" Tokens"),
        "serviceName": "Foundry Models",
        "unitOfMeasure": unit,
        "type": "Consumption",
        **more,
    }


def retail(*items: object) -> Upstream:
    page = {"BillingCurrency": "USD", "Items": list(items), "NextPageLink": None}
    return azure.read(text(page), DAY)


GPT_41 = [
    meter("gpt 4.1 Inp glbl Tokens", 0.002, "1K", "Azure OpenAI"),
    meter("gpt 4.1 cached Inp glbl Tokens", 0.0005, "1K", "Azure OpenAI"),
    meter("gpt 4.1 Outp glbl Tokens", 0.008, "1K", "Azure OpenAI"),
    meter("gpt 4.1 Batch Inp glbl Tokens", 0.001, "1K", "Azure OpenAI"),
    meter("gpt 4.1 Batch Outp glbl Tokens", 0.004, "1K", "Azure OpenAI"),
    meter("gpt 4.1 Inp Data Zone Tokens", 0.0022, "1K", "Azure OpenAI"),
    meter("gpt 4.1 cached Inp Data Zone Tokens", 0.00055, "1K", "Azure OpenAI"),
    meter("gpt 4.1 Outp Data Zone Tokens", 0.0088, "1K", "Azure OpenAI"),
    meter("gpt 4.1 Inp regnl Tokens", 0.0022, "1K", "Azure OpenAI"),
]


def test_azure_meters_of_one_model_become_one_card() -> None:
    found = retail(*GPT_41)
    assert rates(found, "azure/gpt-4.1") == {
        "input": 2,
        "cache_read": Decimal("0.5"),
        "output": 8,
    }
    own = card(found, "azure/gpt-4.1")
    assert own.origin.since == date(2026, 3, 1)
    assert own.region["data-zone"].times == Decimal("1.1")
    assert own.mode["batch"].rates is not None
    assert own.mode["batch"].rates.published() == {"input": 1, "output": 4}


@pytest.mark.parametrize(
    ("meters", "name"),
    [
        (("5.4 inp Gl 1M Tokens", "5.4 opt Gl 1M Tokens"), "gpt-5.4"),
        (("5.4 mini Inp Gl 1M Tokens", "5.4 mini Opt Gl 1M Tokens"), "gpt-5.4-mini"),
        (("GPT 5 Mini Inpt Glbl 1M Tokens", "GPT 5 Mini outpt Glbl 1M Tokens"), "gpt-5-mini"),
        (("gpt-5-codex-inp-glbl Tokens", "gpt-5-codex-out-glbl Tokens"), "gpt-5-codex"),
        (("gpt 4o 1120 Inp glbl Tokens", "gpt 4o 1120 Outp glbl Tokens"), "gpt-4o-2024-11-20"),
        (("o4-mini 0416 Inp glbl Tokens", "o4-mini 0416 Outp glbl Tokens"), "o4-mini-2025-04-16"),
        (
            ("5.6 luna ShortCo Inp Std Gl 1M Tokens", "5.6 luna ShortCo Opt Std Gl 1M Tokens"),
            "gpt-5.6-luna",
        ),
    ],
)
def test_azure_names_lead_to_ids(meters: tuple[str, str], name: str) -> None:
    found = retail(meter(meters[0], 1.25), meter(meters[1], 10))
    assert rates(found, f"azure/{name}") == {"input": Decimal("1.25"), "output": 10}


def test_azure_cache_reads_and_writes_are_told_apart() -> None:
    found = retail(
        meter("5.6 sol Inp Std Gl 1M Tokens", 4),
        meter("5.6 sol Opt Std Gl 1M Tokens", 20),
        meter("5.6 sol Cd Inp Std Gl 1M Tokens", 0.4),
        meter("5.6 sol Cd Wr Std Gl 1M Tokens", 5),
    )
    assert rates(found, "azure/gpt-5.6-sol") == {
        "input": 4,
        "cache_read": Decimal("0.4"),
        "cache_write": 5,
        "output": 20,
    }


def test_azure_an_embedding_has_input_only() -> None:
    found = retail(meter("text embedding 3 small glbl Tokens", 0.00002, "1K", "Azure OpenAI"))
    assert rates(found, "azure/text-embedding-3-small") == {"input": Decimal("0.02")}
    assert model(found, "azure/text-embedding-3-small").kind == "embedding"


def test_azure_the_latest_price_that_holds_wins() -> None:
    found = retail(
        meter("5.4 inp Gl 1M Tokens", 3, since="2026-06-01T00:00:00Z"),
        meter("5.4 inp Gl 1M Tokens", 2.5, since="2026-03-01T00:00:00Z"),
        meter("5.4 inp Gl 1M Tokens", 1, since="2027-03-01T00:00:00Z"),
        meter("5.4 opt Gl 1M Tokens", 15),
    )
    assert rates(found, "azure/gpt-5.4")["input"] == 3
    assert left_out(found) == {"5.4 inp Gl 1M Tokens": "takes effect on 2027-03-01"}


@pytest.mark.parametrize(
    ("item", "reason"),
    [
        (meter("5.4 weird inp Gl 1M Tokens", 1), "no model id is certain"),
        (meter("gpt 4o 0101 Inp glbl Tokens", 1), "no model id is certain"),
        (meter("5.4 inp 1M Tokens", 1), "the deployment is not certain"),
        (meter("5.4 Gl 1M Tokens", 1), "the kind of token is not certain"),
        (meter("5.4 cd opt Gl 1M Tokens", 1), "the kind of token is not certain"),
        (meter("5.4 inp Gl 1M Tokens", 1, "1 Hour"), "other than tokens"),
        (meter("5.4 inp Gl 1M Tokens", 1, product="Azure Grok Models"), "not a model of OpenAI"),
        (meter("5.4 inp Gl 1M Tokens", 1, currencyCode="EUR"), "not priced in USD"),
        (meter("5.4 inp Gl 1M Tokens", 1, type="Reservation"), "another kind than pay as you go"),
        (meter("5.4 inp Gl 1M Tokens", 0), "no price above zero"),
        (meter("5.4 inp Gl 1M Tokens", 1, since=""), "does not say since when"),
        (meter("Sora 2 pro glbl Second", 0.5, "1"), "other than tokens"),
        (meter("5.5 LongCo inp Gl 1M Tokens", 10), "from how many tokens"),
        ("a string", "not a model of OpenAI"),
    ],
)
def test_azure_what_is_not_certain_is_left_out(item: object, reason: str) -> None:
    found = retail(item)
    assert found.quoted == ()
    assert any(reason in one.reason for one in found.skipped)


def test_azure_a_long_context_meter_leaves_its_model_out() -> None:
    found = retail(
        meter("5.5 ShortCo inp Gl 1M Tokens", 5),
        meter("5.5 ShortCo opt Gl 1M Tokens", 30),
        meter("5.5 LongCo inp Gl 1M Tokens", 10),
    )
    assert found.quoted == ()
    assert "from how many tokens" in left_out(found)["gpt-5.5"]


def test_azure_pages_are_followed_on_its_own_host_only(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    with serving() as server:
        pages = [
            {"Items": GPT_41[:4], "NextPageLink": server.url("/prices?page=2")},
            {"Items": GPT_41[4:], "NextPageLink": None},
        ]
        server.routes["/prices"] = serve.in_turn(*(serve.sends(page) for page in pages))
        arrived = read_source(Wanted("azure", server.url("/prices")), DAY, Limits(seconds=10))
        assert list(server.asked) == ["/prices", "/prices?page=2"]
    assert rates(arrived.upstream, "azure/gpt-4.1")["output"] == 8
    assert arrived.upstream.source.confidence == "third-party", "not Azure's own host"


# All sources

SHAPED: dict[str, object] = {
    "genai-prices": [{"id": "acme", "api_pattern": "x", "models": [{"id": "chat"}]}],
    "litellm": {"acme/chat": {"litellm_provider": "acme", "input_cost_per_token": 1e-6}},
    "models.dev": {"acme": {"models": {"chat": {"id": "chat", "cost": {"input": 1}}}}},
    "model-prices": {"schema": 1, "aliases": {}, "prices": {}},
    "portkey": {"acme": {"chat": {"pricing_config": {"pay_as_you_go": {}}}}},
    "openrouter": {"data": [OPUS]},
    "aws": nova().data,
    "azure": {"Items": GPT_41, "NextPageLink": None},
}


@pytest.mark.parametrize("name", SOURCES)
def test_a_source_is_recognised_by_what_it_sends(name: str) -> None:
    assert set(SHAPES) == set(SOURCES)
    assert by_content(text(SHAPED[name])) == name
    assert by_address(adapter(name).url) == name


@pytest.mark.parametrize("payload", [{}, [], 1, "x", None, {"a": 1}, [1], {"data": []}])
def test_what_no_source_sends_is_nobodys(payload: object) -> None:
    assert by_content(text(payload)) is None


@pytest.mark.parametrize("name", ["openrouter", "aws", "azure"])
@pytest.mark.parametrize(
    "payload", [b"", b"[]", b"{}", b"null", b"1", b'{"data": NaN}', b"[" * 99999]
)
def test_another_payload_is_an_error_in_words(name: str, payload: bytes) -> None:
    with pytest.raises(InvalidInput):
        adapter(name).read(payload, DAY)
