"""Rules that hold models against their siblings: what they find, and what they leave alone."""

from __future__ import annotations

from pathlib import Path

import pytest
from audit_books import audited, filed, model

FLAT = "{ input = 1, output = 5 }"
DEAR = "{ input = 1.1, output = 5.5 }"
CLIFF = "tiers = [{{ {} = 200_000, rates = {{ input = 2, output = 10 }} }}]"
ABOVE, FROM = CLIFF.format("above"), CLIFF.format("at_or_above")


def found(folder: Path, *texts: str) -> set[tuple[str, str]]:
    made = audited(filed(folder, "".join(texts)))
    return {(one.finding, one.id) for one in made.findings}


def vendor(name: str, text: str) -> str:
    return text.replace('"acme/', f'"{name}/')


@pytest.mark.parametrize("dated", ["acme/m-2026-07-09", "acme/m-20260709", "acme/m@20260709"])
def test_a_dated_name_costs_what_its_alias_does(tmp_path: Path, dated: str) -> None:
    odd = found(tmp_path, model("acme/m", rates=FLAT), model(dated, rates=DEAR))
    assert odd == {("twin_differs", dated)}
    assert not found(tmp_path, model("acme/m", rates=FLAT), model(dated, rates=FLAT))


def test_only_the_newest_snapshot_is_held_against_the_bare_name(tmp_path: Path) -> None:
    old, new = model("acme/m-2024-05-13", rates=DEAR), model("acme/m-2024-11-20", rates=FLAT)
    assert not found(tmp_path, model("acme/m", rates=FLAT), old, new)
    named = model("acme/m", "aliases = ['acme/m-2024-11-20']", rates=FLAT)
    assert not found(tmp_path, named, old)
    spelt = model("acme/m", "aliases = ['acme/m@20240513']", rates=FLAT)
    assert found(tmp_path, spelt, old) == {("twin_differs", "acme/m-2024-05-13")}


def test_a_version_is_a_spelling_only_where_the_seller_writes_it_at_will(tmp_path: Path) -> None:
    pair = model("acme/m", rates=FLAT) + model("acme/m-v1", rates=DEAR)
    assert not found(tmp_path, pair)
    assert found(tmp_path, vendor("bedrock", pair)) == {("twin_differs", "bedrock/m-v1")}


def test_twins_differ_in_their_tiers_too(tmp_path: Path) -> None:
    pair = (model("acme/m", rates=FLAT, more=ABOVE), model("acme/m-20260709", rates=FLAT))
    assert ("twin_differs", "acme/m-20260709") in found(tmp_path, *pair)


def test_regional_profiles_are_as_much_dearer_as_one_another(tmp_path: Path) -> None:
    base = model("bedrock/global.acme.m-v1:0", rates=FLAT)
    rest = [model(f"bedrock/{one}acme.m-v1:0", rates=DEAR) for one in ("us.", "eu.")]
    odd = found(tmp_path, base, *rest, model("bedrock/acme.m-v1:0", rates=FLAT))
    assert odd == {("profile_factor", "bedrock/acme.m-v1:0")}
    assert not found(tmp_path, base, *rest, model("bedrock/acme.m-v1:0", rates=DEAR))


def test_siblings_of_the_same_rates_have_the_same_tiers(tmp_path: Path) -> None:
    tiered = model("acme/m-4.5-reasoning", rates=FLAT, more=ABOVE)
    odd = found(tmp_path, tiered, model("acme/m-4.5", rates=FLAT))
    assert odd == {("sibling_tiers", "acme/m-4.5")}
    assert not found(tmp_path, tiered, model("acme/m-4.5", "context = 200_000", rates=FLAT))
    assert not found(tmp_path, tiered, model("acme/m-4.5", rates=DEAR))


def test_a_vendor_reads_one_edge_one_way(tmp_path: Path) -> None:
    one, other = model("acme/a", rates=FLAT, more=ABOVE), model("acme/b", rates=DEAR, more=FROM)
    (odd,) = audited(filed(tmp_path, one, other)).findings
    assert (odd.finding, odd.id) == ("edge_both_ways", "acme/b")
    assert "from 200,000 tokens on, acme/a only above 200,000" in odd.message
    assert not found(tmp_path, one, model("acme/b", rates=DEAR, more=ABOVE))


def test_models_without_cache_terms_are_counted_by_file(tmp_path: Path) -> None:
    terms = "cache = { minimum_tokens = 1_024, ttl_minutes = 5 }\n"
    bare = "".join(model(f"acme/{name}") for name in "ab").replace(terms, "")
    made = audited(filed(tmp_path, bare + model("acme/c")))
    (one,) = (one for one in made.findings if one.finding == "cache_terms_assumed")
    assert (one.id, "2 models" in one.message) == ("acme/a", True)


REQUESTS = 'fee.requests = { price = 5, per = 1_000, unit = "request" }'
SEARCH = 'fee.web_searches = {{ price = {}, per = 1_000, unit = "search"{} }}'
FREE = ', free = { quantity = 5_000, period = "month" }'
STORED = 'fee.stored_token_hours = { price = 1, per = 1_000_000, unit = "token-hour" }'
READ = "{ input = 1, cache_read = 0.1, output = 5 }"


def test_what_each_call_of_a_model_pays_is_known_at_every_seller(tmp_path: Path) -> None:
    owing, other = model("acme/sonar", rates=FLAT, more=REQUESTS), model("acme/x", rates=FLAT)
    assert not found(tmp_path, owing, other)
    resold = owing + model("acme/lab/sonar", rates=FLAT)
    assert found(tmp_path, resold) == {("sibling_fee", "acme/lab/sonar")}
    always = SEARCH.format(5, ", always = true")
    both = model("acme/sonar", rates=FLAT, more=always) + model("acme/lab/sonar", rates=FLAT)
    assert found(tmp_path, both) == {("sibling_fee", "acme/lab/sonar")}


def test_siblings_of_one_fee_have_the_same_quota(tmp_path: Path) -> None:
    free = model("acme/line-3.1-pro", rates=FLAT, more=SEARCH.format(14, FREE))
    paid = model("acme/line-3.8-flash", rates=FLAT, more=SEARCH.format(14, ""))
    assert found(tmp_path, free, paid) == {("sibling_quota", "acme/line-3.8-flash")}
    assert not found(tmp_path, free, free.replace("pro", "mini"))
    dearer = model("acme/line-3.8-flash", rates=FLAT, more=SEARCH.format(35, ""))
    assert not found(tmp_path, free, dearer)
    older = model("acme/line-2.5-flash", rates=FLAT, more=SEARCH.format(14, ""))
    assert not found(tmp_path, free, older)


def test_siblings_that_cache_sell_storage_or_none_does(tmp_path: Path) -> None:
    sells = model("acme/line-3.1-pro", rates=READ, more=STORED)
    silent = model("acme/line-3.8-flash", rates=READ)
    assert found(tmp_path, sells, silent) == {("sibling_storage", "acme/line-3.8-flash")}
    assert not found(tmp_path, silent, silent.replace("3.8", "3.9"))
    assert not found(tmp_path, sells, model("acme/line-3.8-flash", rates=FLAT))


THOUSANDTHS = "{ input = 0.001, output = 0.005 }"


def test_rates_are_compared_by_what_a_token_costs(tmp_path: Path) -> None:
    """A thousandth per thousand tokens is one per million, for twins, tiers and fees alike."""
    same = model("acme/m-2026-07-09", rates=THOUSANDTHS, per="1_000")
    assert found(tmp_path, model("acme/m", rates=FLAT), same) == {
        ("mixed_per", "acme/m-2026-07-09")
    }
    tiered = model("acme/m-4.5-reasoning", rates=FLAT, more=ABOVE)
    bare = model("acme/m-4.5", rates=THOUSANDTHS, per="1_000")
    assert ("sibling_tiers", "acme/m-4.5") in found(tmp_path, tiered, bare)
    dearer = model("acme/m-4.5", rates="{ input = 0.001, output = 5 }", per="1_000")
    assert ("sibling_tiers", "acme/m-4.5") not in found(tmp_path, tiered, dearer)
    free = model("acme/line-3.1-pro", rates=FLAT, more=SEARCH.format(14, FREE))
    each = SEARCH.format("0.014", "").replace("per = 1_000", "per = 1")
    paid = model("acme/line-3.8-flash", rates=FLAT, more=each)
    assert found(tmp_path, free, paid) == {("sibling_quota", "acme/line-3.8-flash")}


def test_a_profile_that_differs_is_told_with_its_factor(tmp_path: Path) -> None:
    """1.2346 times the global one, which is printed per thousand; the others 1.1 times."""
    texts = [
        model("bedrock/global.acme.m-v1:0", rates=THOUSANDTHS, per="1_000"),
        model("bedrock/us.acme.m-v1:0", rates=DEAR),
        model("bedrock/eu.acme.m-v1:0", rates=DEAR),
        model("bedrock/acme.m-v1:0", rates="{ input = 1.2346, output = 6 }"),
    ]
    findings = audited(filed(tmp_path, *texts)).findings
    (odd,) = (finding for finding in findings if finding.finding == "profile_factor")
    assert odd.id == "bedrock/acme.m-v1:0"
    assert odd.message == "input costs 1.235 times the global profile, others 1.1 times"


@pytest.mark.parametrize(("context", "lacks"), [(200_001, False), (200_002, True)])
def test_a_window_that_ends_where_the_tier_begins_needs_none(
    tmp_path: Path, context: int, *, lacks: bool
) -> None:
    tiered = model("acme/m-4.5-reasoning", rates=FLAT, more=ABOVE)
    short = model("acme/m-4.5", f"context = {context}", rates=FLAT)
    assert (("sibling_tiers", "acme/m-4.5") in found(tmp_path, tiered, short)) is lacks


def test_three_of_a_finding_are_named_and_the_others_counted(tmp_path: Path) -> None:
    free = model("acme/line-3.0", rates=FLAT, more=SEARCH.format(14, FREE))
    paid = [
        model(f"acme/line-3.{at}", rates=FLAT, more=SEARCH.format(14, "")) for at in (1, 2, 3, 4)
    ]
    for number, more in ((3, ""), (4, " and 1 more")):
        (finding,) = audited(filed(tmp_path, free, *paid[:number])).findings
        assert f"acme/line-3.1, acme/line-3.2, acme/line-3.3{more}: none" in finding.message
