"""What the sets get wrong, in small payloads of each kind: the wrong part never becomes a price."""

from __future__ import annotations

import json
import tomllib
from datetime import date
from decimal import Decimal as D

import pytest

from costplan.catalog.model import Model
from costplan.store.sourcing.merging_folders import merge_files
from costplan.store.sourcing.upstream import Upstream, adapter
from costplan.store.sourcing.upstream.sanity import SLIPS

DAY = date(2026, 11, 1)
MICRO = 1e-6


def read(name: str, payload: object) -> Upstream:
    return adapter(name).read(json.dumps(payload).encode(), DAY)


def litellm(name: str, provider: str = "fireworks_ai", **entry: object) -> Upstream:
    return read("litellm", {name: {"litellm_provider": provider, **entry}})


def portkey(provider: str, name: str, **cents: float) -> Upstream:
    paid = {f"{kind}_token": {"price": price} for kind, price in cents.items()}
    return read("portkey", {provider: {name: {"pricing_config": {"pay_as_you_go": paid}}}})


def models_dev(provider: str, name: str, **cost: float) -> Upstream:
    return read("models.dev", {provider: {"models": {name: {"id": name, "cost": cost}}}})


def only(upstream: Upstream) -> Model:
    (one,) = upstream.quoted
    return one.model


def why(upstream: Upstream) -> set[str]:
    return {one.reason for one in upstream.skipped}


@pytest.mark.parametrize(
    "name",
    [
        "SSD-1B",
        "flux-1-dev-fp8",
        "flux-kontext-pro",
        "japanese-stable-diffusion-xl",
        "playground-v2-1024px-aesthetic",
        "stable-diffusion-xl-1024-v1-0",
    ],
)
def test_a_price_of_an_images_step_is_no_price_of_a_token(name: str) -> None:
    for price in (1.3e-10, 1e-7):
        upstream = litellm(
            f"fireworks_ai/accounts/fireworks/models/{name}",
            input_cost_per_token=price,
            output_cost_per_token=price,
        )
        assert upstream.quoted == ()
        assert why(upstream) == {"draws images: not billed by the token"}


def test_a_model_that_draws_and_is_billed_by_image_tokens_stays() -> None:
    upstream = litellm(
        "gpt-image-1",
        "openai",
        mode="image_generation",
        input_cost_per_token=5 * MICRO,
        output_cost_per_image_token=40 * MICRO,
    )
    assert only(upstream).price[0].rates.output_image == 40


def test_speech_by_the_character_is_no_price_of_a_token() -> None:
    upstream = portkey("openai", "tts-1", request=0.0015)
    assert (upstream.quoted, why(upstream)) == ((), {"speaks text: priced per character"})
    upstream = portkey("openai", "gpt-4o-mini-tts", request=0.00006, response=0.001)
    assert only(upstream).price[0].rates.output == 10


@pytest.mark.parametrize(("cents", "shown"), [(0.03, "300"), (1e-8, "0.0001")])
def test_what_no_token_costs_is_a_unit_error(cents: float, shown: str) -> None:
    upstream = portkey("together-ai", "acme/chat", request=cents, response=cents)
    assert upstream.quoted == ()
    assert why(upstream) == {f"a unit error: {shown} per million input tokens"}


def test_an_embedding_has_no_price_of_output() -> None:
    upstream = litellm(
        "novita/baai/bge-m3",
        "novita",
        mode="embedding",
        input_cost_per_token=1e-8,
        output_cost_per_token=1e-8,
    )
    assert (only(upstream).kind, only(upstream).price[0].rates.output) == ("embedding", None)
    assert why(upstream) == {"a price of output tokens of a model of kind embedding"}


def test_an_embedding_is_known_by_its_name_where_the_set_does_not_say() -> None:
    assert only(portkey("deepinfra", "BAAI/bge-m3", request=1e-6)).kind == "embedding"
    assert only(portkey("deepinfra", "Qwen/Qwen3-Reranker-4B", request=1e-6)).kind == "rerank"
    equal = portkey("fireworks-ai", "thenlper/gte-base", request=8e-7, response=8e-7)
    assert (only(equal).kind, only(equal).price[0].rates.output) == ("embedding", None)
    assert only(models_dev("openrouter", "typesafe/jev-1.13", input=0.042)).kind == "chat"
    assert only(models_dev("mistral", "bert-chat", input=1, output=2)).kind == "chat"


def test_one_sets_embedding_is_not_anothers_chat_model() -> None:
    """The kind of one source and the output price of another do not make one model."""
    known = litellm("fireworks_ai/acme/vec-1", mode="embedding", input_cost_per_token=8e-9)
    taken = portkey("fireworks-ai", "acme/vec-1", request=8e-7, response=8e-7)
    made = merge_files({}, [known, taken]).files["fireworks"]
    (model,) = tomllib.loads(made, parse_float=D)["model"]
    assert (model["kind"], model["price"][0]["rates"]) == ("embedding", {"input": D("0.008")})


def test_cache_reads_above_fresh_input_are_a_slip_of_columns() -> None:
    upstream = models_dev("azure", "codex", input=1.5, output=6, cache_read=6, cache_write=0.375)
    assert only(upstream).price[0].rates.published() == {"input": D("1.5"), "output": 6}
    assert why(upstream) == {"cache prices above fresh input: a slip of columns"}


def test_a_cache_write_below_fresh_input_is_storage() -> None:
    upstream = models_dev(
        "openrouter", "google/gemini-x", input=1.5, output=9, cache_read=0.15, cache_write=0.0833
    )
    assert only(upstream).price[0].rates.cache_write is None
    assert only(upstream).price[0].rates.cache_read == D("0.15")
    fast = models_dev("minimax", "MiniMax-M2.5-highspeed", input=0.6, output=2.4, cache_write=0.375)
    assert only(fast).price[0].rates.cache_write == D("0.375"), "the seller's own price list"


def test_a_tier_with_the_write_price_of_the_base_makes_the_write_price_unknown() -> None:
    upstream = litellm(
        "gpt-x",
        "azure",
        input_cost_per_token=1 * MICRO,
        cache_creation_input_token_cost=1.25 * MICRO,
        input_cost_per_token_above_200k_tokens=2 * MICRO,
        cache_creation_input_token_cost_above_200k_tokens=1.25 * MICRO,
    )
    (card,) = only(upstream).price
    assert card.rates.published() == {"input": 1}
    assert [tier.rates.published() for tier in card.tiers] == [{"input": 2}]


def test_a_batch_that_is_dearer_is_not_taken() -> None:
    upstream = litellm(
        "gpt-x",
        "azure",
        input_cost_per_token=1 * MICRO,
        output_cost_per_token=2 * MICRO,
        input_cost_per_token_batches=0.5 * MICRO,
        output_cost_per_token_batches=4 * MICRO,
        input_cost_per_token_priority=2 * MICRO,
        output_cost_per_token_priority=4 * MICRO,
    )
    assert set(only(upstream).price[0].mode) == {"priority"}
    assert why(upstream) == {"batch dearer than the standard way"}


def test_names_that_differ_in_case_alone_at_two_prices_are_both_left_out() -> None:
    def entry(cents: float) -> object:
        paid = {"request_token": {"price": cents}, "response_token": {"price": cents}}
        return {"pricing_config": {"pay_as_you_go": paid}}

    payload = {"deepbricks": {"GPT-5.1": entry(1e-4), "gpt-5.1": entry(1e-5), "x": entry(1e-4)}}
    upstream = read("portkey", payload)
    assert [one.model.id for one in upstream.quoted] == ["deepbricks/x"]
    assert why(upstream) == {"two prices for one name in the same set"}
    payload["deepbricks"]["gpt-5.1"] = entry(1e-4)
    assert len(read("portkey", payload).quoted) == 3, "two spellings at one price are one model"


def test_a_slip_is_left_out_only_while_the_set_shows_it() -> None:
    assert ("portkey", "azure/Kimi-K3") in SLIPS
    upstream = portkey("azure-ai", "Kimi-K3", request=0.0033, response=0.0165)
    assert (upstream.quoted, why(upstream)) == (
        (),
        {"a slip of the set: 33 per million input tokens"},
    )
    mended = portkey("azure-ai", "Kimi-K3", request=0.00033, response=0.00165)
    assert only(mended).price[0].rates.input == D("3.3")


def test_every_slip_is_of_a_source_and_an_id_that_exist() -> None:
    for (source, name), (kind, price) in SLIPS.items():
        assert adapter(source).name == source
        assert "/" in name
        assert kind in ("input", "output", "input_audio")
        assert D(price) > 0


def test_prices_counted_in_credits_lose_the_credits_rounding() -> None:
    upstream = litellm(
        "databricks/databricks-x",
        "databricks",
        input_cost_per_token=1.0003e-7,
        output_cost_per_token=4.39999e-6,
        cache_read_input_token_cost=3.003e-8,
    )
    assert only(upstream).price[0].rates.published() == {
        "input": D("0.1"),
        "cache_read": D("0.03"),
        "output": D("4.4"),
    }
    exact = litellm("gpt-x", "azure", input_cost_per_token=1.0003e-7)
    assert only(exact).price[0].rates.input == D("0.10003")


def test_a_seller_whose_prices_are_most_likely_euros_is_left_out() -> None:
    upstream = litellm("ovhcloud/x", "ovhcloud", input_cost_per_token=6.7e-7)
    assert (upstream.quoted, why(upstream)) == (
        (),
        {"below the seller's own list throughout: most likely euros"},
    )


def test_vertex_default_versions_are_the_model_itself() -> None:
    one = litellm("vertex_ai/claude-x@default", "vertex_ai", input_cost_per_token=1 * MICRO)
    two = models_dev("google-vertex", "claude-x", input=1)
    made = merge_files({}, [two, one]).files["vertex"]
    (model,) = tomllib.loads(made)["model"]
    assert (model["id"], model["aliases"]) == ("vertex/claude-x", ["vertex/claude-x@default"])
