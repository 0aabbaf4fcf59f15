"""Each rule finds its fault in one entry and leaves the neighbour alone."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from audit_books import GOOD, HEAD, TERMS, audited, card, filed, model, names, offer, write

from costplan.plan.prices.audit import bands
from costplan.plan.prices.audit.bands import FEES, UNITS, token_band, unit_band
from costplan.plan.prices.audit.rules import BY_NAME, RULES
from costplan.plan.prices.audit.run import audit
from costplan.problems import BadUsage
from costplan.store.files.whole import filed_folder
from costplan.words import TOKEN_KINDS

BAD = "acme/bad"
CHEAP_TIER = "tiers = [{ above = 200_000, rates = { input = 1, output = 5 } }]"
FLAT = "{ input = 1, output = 5 }"
REJECTED = "rejected = [{{ source = '{}', checked = {}, rates = {{ input = {} }}, reason = 'x' }}]"
BATCH_RATES = "mode.batch = { rates = { input = 1.5, output = 5 } }"
BATCH_TIERS = """mode.batch = { rates = { input = 0.5, output = 2 }, tiers = [
  { above = 99, rates = { input = 3, output = 2 } }] }"""
OLD = '{ since = 2026-01-01, checked = 2026-05-25, source = "set" }'
JUST_OLD_ENOUGH = '{ since = 2026-01-01, checked = 2026-05-26, source = "set" }'
TOMORROW = '{ since = 2026-01-01, checked = 2026-11-23, source = "set" }'
FAR = '{ since = 2028-01-01, checked = 2026-10-01, source = "set" }'
AGREED = '{ since = 2026-09-01, checked = 2026-10-01, source = "set", also = ["page"] }'
LAGS = REJECTED.format("other", "2026-11-01", 2)
ANNOUNCED = '{ since = 2026-11-01, checked = 2026-10-01, source = "set" }'
PEAK = (
    'schedule = [{{ name = "peak", times = 2, utc_offset = "+08:00", hours = ["09:00-12:00"], '
    "holidays = {} }}]"
)
LATER = "2026-10-08"
MODELS = {
    "zero_price": [
        (model(BAD, rates="{ input = 0, output = 10 }"), "input"),
        (model(BAD, "note = 'not free at all'", "{ input = 2, output = 0 }"), "output"),
        (model(BAD, rates=FLAT, more=CHEAP_TIER.replace("input = 1", "input = 0")), "input"),
        (model(BAD, more="fee.searches = { price = 0, per = 1, unit = 'search' }"), "searches"),
    ],
    "unit_outlier": [
        (model(BAD, rates="{ input = 0.000002, output = 0.00001 }"), "input"),
        (model(BAD, per="1_000"), "output"),
        (model(BAD, "kind = 'embedding'", "{ input = 2.01 }"), "input"),
        (model(BAD, more="fee.web_searches = { price = 10, per = 1, unit = 'search' }"), None),
    ],
    "under_electricity": [
        (model(BAD, rates="{ input = 1, output = 0.0004 }"), "output"),
    ],
    "price_jump": [
        (model(BAD, cards=card("{ input = 40.01, output = 10 }")), "input"),
        (model(BAD, cards=card("{ input = 2, output = 0.4 }")), "output"),
    ],
    "empty_card": [(model(BAD, rates="{}"), "")],
    "embedding_output": [(model(BAD, "kind = 'embedding'", "{ input = 1, output = 1 }"), "output")],
    "cache_read_dearer": [
        (model(BAD, rates="{ input = 2, cache_read = 2.1, output = 9 }"), "cache_read"),
        (
            model(BAD, rates="{ input = 2, cache_read = 2, cache_write = 1, output = 9 }"),
            "cache_read",
        ),
    ],
    "batch_dearer": [
        (model(BAD, more="mode.batch = { times = 1.5 }"), "batch"),
        (model(BAD, more="mode.flex = { times = 1.01 }"), "flex"),
        (model(BAD, rates=FLAT, more=BATCH_RATES), "batch"),
        (model(BAD, rates=FLAT, more=BATCH_TIERS), "batch"),
    ],
    "cache_write_dear": [
        (model(BAD, rates="{ input = 2, cache_write = 4.01, output = 10 }"), "cache_write"),
        (model(BAD, rates="{ input = 0.3, cache_write = 0.5, output = 0.5 }"), "cache_write"),
    ],
    "holidays_lost": [
        (
            model(BAD, more=PEAK.format("[2026-10-01]"), cards=card(FLAT, more=PEAK.format("[]"))),
            "schedule",
        )
    ],
    "brief_price": [
        (
            model(BAD, rates=FLAT, cards=card("{ input = 2, output = 9 }") + card(FLAT, LATER)),
            "",
        )
    ],
    "cached_audio_assumed": [
        (
            model(BAD, rates="{ input = 2, cache_read = 1, output = 9, input_audio = 4 }"),
            "cache_read_audio",
        )
    ],
    "checked_in_future": [(model(BAD, origin=TOMORROW), "set")],
    "output_cheap": [(model(BAD, rates="{ input = 10, output = 0.99 }"), "output")],
    "tier_beyond_context": [
        (model(BAD, "context = 200_001", FLAT, CHEAP_TIER), "tiers"),
        (
            model(BAD, "context = 200_000", FLAT, BATCH_RATES[:-1] + f", {CHEAP_TIER} }}"),
            "tiers",
        ),
    ],
    "output_above_context": [
        (model(BAD, "context = 1_000\nmax_output = 1_001"), "max_output"),
    ],
    "mixed_per": [(model(BAD, rates="{ input = 0.002, output = 0.01 }", per="1_000"), "per")],
    "conflict_open": [
        (model(BAD, more=REJECTED.format("other", "2026-10-01", 3)), "other"),
        (
            model(
                BAD,
                cards=card(
                    "{ input = 3, output = 10 }", more=REJECTED.format("other", "2026-10-01", 4)
                ),
            ),
            "other",
        ),
    ],
    "conflict_overruled": [
        (model(BAD, more=REJECTED.format("other", "2026-10-02", 3)), "other"),
        (model(BAD, more=REJECTED.format("page", "2025-10-02", 3)), "page"),
    ],
    "conflict_settled": [
        (model(BAD, more=REJECTED.format("other", "2026-09-30", 3)), "other"),
        (model(BAD, origin=AGREED, more=REJECTED.format("other", "2026-11-01", 3)), "other"),
        (model(BAD, cards=card("{ input = 3, output = 10 }", more=LAGS)), "other"),
    ],
    "rejected_idle": [
        (
            model(BAD, more=REJECTED.format("other", "2026-09-30", 3).replace("input = 3", "")),
            "other",
        ),
    ],
    "stale": [(model(BAD, origin=OLD), "")],
    "since_far_ahead": [(model(BAD, origin=FAR), "set")],
    "retires_soon": [
        (model(BAD, "retires = 2026-11-23"), ""),
        (model(BAD, "retires = 2027-02-20"), ""),
    ],
    "retired": [(model(BAD, "retires = 2026-11-22"), "")],
    "change_ahead": [(model(BAD, cards=card("{ input = 4, output = 10 }", "2027-02-20")), "")],
    "unconfirmed": [(model(BAD, origin=ANNOUNCED), "")],
    "accepted_unknown": [
        (model(BAD, "accepted = [{ finding = 'zero_prize', reason = 'x' }]"), "zero_prize"),
    ],
    "accepted_without_cause": [
        (model(BAD, "accepted = [{ finding = 'zero_price', reason = 'x' }]"), "zero_price"),
    ],
}
CASES = [(name, text, part) for name, cases in MODELS.items() for text, part in cases]
SIBLINGS = {
    "twin_differs",
    "profile_factor",
    "sibling_tiers",
    *("sibling_fee", "sibling_quota", "sibling_storage"),
    "edge_both_ways",
    "cache_terms_assumed",
}
"""Rules on several models of one vendor: test_sibling_rules.py."""
ELSEWHERE = SIBLINGS | {"unknown_currency", "name_taken", "name_shadowed", "overrides"}


def test_every_rule_has_a_test_and_a_name_of_its_own() -> None:
    assert set(MODELS) | ELSEWHERE == set(BY_NAME)
    assert len(BY_NAME) == len(RULES)


@pytest.mark.parametrize(("name", "text", "part"), CASES)
def test_a_rule_finds_its_fault_and_leaves_the_neighbour(
    tmp_path: Path, name: str, text: str, part: str | None
) -> None:
    made = audited(filed(tmp_path, text))
    found = {(one.finding, one.part) for one in made.findings if one.id == BAD}
    wanted = part if part is not None else "web_searches"
    assert (name, wanted) in found
    assert not [one for one in made.findings if one.id == "acme/good"]
    level = BY_NAME[name].level
    assert all(one.level == level for one in made.findings if one.finding == name)
    place = next(one for one in made.findings if one.finding == name)
    lines = Path(place.file).read_text(encoding="utf-8").splitlines()
    assert place.line is not None
    assert lines[place.line - 1 : place.line + 1] == ["[[model]]", f'id = "{BAD}"']


GOOD_MODELS = [
    model("acme/m:free", rates="{ input = 0, output = 0 }"),
    model("acme/m", "note = 'Free while in preview.'", "{ input = 0, output = 0 }"),
    model("acme/m", rates="{ input = 0.001, output = 0.001 }"),
    model("acme/m", rates="{ input = 150, output = 600 }"),
    model("acme/m", "kind = 'embedding'", "{ input = 2 }"),
    model("acme/m", cards=card("{ input = 40, output = 200 }")),
    model("acme/m", cards=card("{ input = 2, cache_read = 0.01, output = 10 }")),
    model("acme/m", rates="{}", more="fee.searches = { price = 2, per = 1_000, unit = 'search' }"),
    model("acme/m", rates="{ input = 2, cache_read = 2, cache_write = 2, output = 9 }"),
    model("acme/m", more="mode.batch = { times = 1 }\nmode.priority = { times = 2 }"),
    model("acme/m", rates="{ input = 10, output = 1 }"),
    model("acme/m", rates="{ input = 2, cache_write = 4, output = 10 }"),
    model("acme/m", rates="{ input = 2, cache_write = 1, output = 1 }"),
    model("acme/m", rates="{ input = 1, cache_write = 1, output = 1 }"),
    model(
        "acme/m",
        rates=FLAT,
        cards=card("{ input = 1, output = 9 }", "2026-09-20") + card(FLAT, "2026-09-28"),
    ),
    model("acme/m", rates=FLAT, cards=card("{ input = 2, output = 9 }", "2026-09-20") + card(FLAT)),
    model("acme/m", more=PEAK.format("[2026-10-01]"), cards=card(FLAT)),
    model("acme/m", "context = 200_002", FLAT, CHEAP_TIER),
    model("acme/m", "context = 200_000", FLAT, CHEAP_TIER, cards=card(FLAT)),
    model("acme/m", "context = 1_000\nmax_output = 1_000"),
    model("acme/m", origin=JUST_OLD_ENOUGH),
    model("acme/m", "retires = 2027-02-21"),
    model("acme/m", cards=card("{ input = 4, output = 10 }", "2027-02-21")),
]


@pytest.mark.parametrize("text", GOOD_MODELS)
def test_what_lies_within_a_limit_is_no_finding(tmp_path: Path, text: str) -> None:
    assert names(audited(filed(tmp_path, text))) == set()


def test_a_measured_model_is_held_to_its_own_electricity(tmp_path: Path) -> None:
    cheap = "{ input = 0.005, output = 0.009 }"
    made = audited(filed(tmp_path, model("acme/Kimi-K2.5:nitro", rates=cheap)))
    assert {one.finding for one in made.findings if one.part == "output"} == {"under_electricity"}
    assert names(audited(filed(tmp_path, model("acme/other", rates=cheap)))) == set()


@pytest.mark.parametrize(("rate", "under"), [("0.00375", False), ("0.00374", True)])
def test_output_may_cost_as_much_as_its_electricity(
    tmp_path: Path, rate: str, *, under: bool
) -> None:
    """0.27 joules a token are 0.075 kWh a million, at 0.05 each."""
    text = model("acme/deepseek-v3", rates=f"{{ input = 0.005, output = {rate} }}")
    found = {finding.finding for finding in audited(filed(tmp_path, text)).findings}
    assert ("under_electricity" in found) is under


def test_a_rejected_value_without_rates_is_told_as_such(tmp_path: Path) -> None:
    """Beside one that names what it showed."""
    for given, shown in (("input = 3", "input 3"), ("", "no rate")):
        more = REJECTED.format("other", "2026-09-30", 3).replace("input = 3", given)
        findings = audited(filed(tmp_path, model(BAD, more=more))).findings
        (settled,) = (one for one in findings if one.finding == "conflict_settled")
        assert f"other of 2026-09-30 shows {shown}; the card from" in settled.message


@pytest.mark.parametrize(
    ("model", "kind", "band"),
    [
        ("chat", "input", bands.CHAT_IN),
        ("chat", "output", bands.CHAT_OUT),
        ("chat", "reasoning", bands.CHAT_OUT),
        ("chat", "cache_read", bands.CACHED),
        ("chat", "cache_write", bands.WRITTEN),
        ("chat", "input_audio", bands.MEDIA_IN),
        ("chat", "output_audio", bands.MEDIA_OUT),
        ("embedding", "input", bands.SMALL["embedding"]),
        ("embedding", "input_image", bands.MEDIA_IN),
        ("embedding", "output", None),
        ("rerank", "input", bands.SMALL["rerank"]),
    ],
)
def test_each_kind_of_token_has_its_own_band(
    model: str, kind: str, band: bands.Band | None
) -> None:
    assert token_band(model, kind) is band


@pytest.mark.parametrize(
    ("unit", "band"),
    [
        ("GB-hour", bands.UNITS["GB-hour"]),
        ("disk-hour", bands.HOUR),
        ("pod-second", bands.SECOND),
        ("call", bands.EVENT),
    ],
)
def test_a_unit_has_its_own_band_or_that_of_its_ending(unit: str, band: bands.Band) -> None:
    assert unit_band(unit) is band


def test_an_oldest_part_is_named_with_its_age(tmp_path: Path) -> None:
    """The card's own origin has no name; a mode and a region have theirs, a tier its kind."""
    fresh = "{ since = 2026-01-01, checked = 2026-11-01, source = 'set' }"

    def stale(more: str) -> str:
        text = model(BAD, rates=FLAT, origin=fresh, more=more)
        (finding,) = audited(filed(tmp_path, text)).findings
        return finding.message

    old = f"origin = {OLD}"
    age = "checked 2026-05-25, 181 days ago"
    assert stale(f"mode.batch = {{ times = 0.5, {old} }}") == f"batch: {age}"
    assert stale(f"region.eu = {{ times = 1.1, {old} }}") == f"eu: {age}"
    assert stale(CHEAP_TIER.replace("5 } }]", f"5 }}, {old} }}]")) == f"tiers: {age}"
    (finding,) = audited(filed(tmp_path, model(BAD, rates=FLAT, origin=OLD))).findings
    assert finding.message == age


def test_a_price_may_be_announced_a_year_ahead_and_no_longer(tmp_path: Path) -> None:
    for days, far in ((366, False), (367, True)):
        since = date(2026, 10, 1) + timedelta(days=days)
        text = model(BAD, cards=card(FLAT, str(since)))
        made = audited(filed(tmp_path, text), TERMS._replace(within_days=0))
        assert ("since_far_ahead" in {finding.finding for finding in made.findings}) is far


def test_on_the_day_that_a_model_retires_its_price_is_no_longer_stale(tmp_path: Path) -> None:
    for last, finding in (("2026-11-22", "retired"), ("2026-11-23", "stale")):
        text = model(BAD, f"retires = {last}", origin=OLD)
        found = {name for name, *_ in names(audited(filed(tmp_path, text)))}
        assert (finding in found, "stale" in found) == (True, finding == "stale")
        assert ("retires_soon" in found) is (finding == "stale")


def test_what_holds_from_the_day_on_is_no_change_ahead(tmp_path: Path) -> None:
    for since, ahead in (("2026-11-22", False), ("2026-11-23", True)):
        text = model(BAD, cards=card("{ input = 4, output = 10 }", since))
        found = {name for name, *_ in names(audited(filed(tmp_path, text)))}
        assert ("change_ahead" in found) is ahead


def test_an_old_adjustment_is_stale_too(tmp_path: Path) -> None:
    adjust = "\n[[offer.adjust]]\nid = 'support'\nkind = 'percent_fee'\npercent = 5\n"
    text = HEAD + offer("acme/bad", "unit = 'request'\nprice = 0.01") + adjust + f"origin = {OLD}\n"
    (finding,) = audited(list(filed_folder(write(tmp_path, text, "runtime")))).findings
    assert finding.message == "support: checked 2026-05-25, 181 days ago"


def test_a_retired_model_s_price_does_not_grow_stale(tmp_path: Path) -> None:
    made = audited(filed(tmp_path, model(BAD, "retires = 2026-06-01", origin=OLD)))
    assert names(made) == {("retired", BAD, "")}


@pytest.mark.parametrize(
    ("charge", "about", "wanted"),
    [
        ("unit = 'request'\nprice = 0", "", {"zero_price"}),
        ("unit = 'request'\nprice = 0", "plan = 'Pro'", {"zero_price"}),
        ("unit = 'request'\nprice = 0", "plan = 'Free'", set()),
        ("unit = 'request'\nprice = 0", "plan = 'Developer (one seat)'", set()),
        ("unit = 'request'\nprice = 0\nnote = 'free of charge'", "", set()),
        ("unit = 'request'\ntiers = [{ up_to = 5, price = 0 }, { price = 0 }]", "", {"zero_price"}),
        ("unit = 'request'\ntiers = [{ up_to = 5, price = 0 }, { price = 1 }]", "", set()),
        ("unit = 'request'\ntiers = [{ up_to = 5, price = 0 }, { quote = true }]", "", set()),
        ("unit = 'request'\nprice = 10", "", {"unit_outlier"}),
        ("unit = 'request'\nprice = 10\nper = 1_000", "", set()),
        ("unit = 'GB-month'\nprice = 230\nper = 10", "", {"unit_outlier"}),
        ("unit = 'GB-month'\nprice = 0.23", "", set()),
        ("unit = 'vCPU-hour'\nprice = 40", "", {"unit_outlier"}),
        ("unit = 'seat-month'\nprice = 0.39", "", {"unit_outlier"}),
        ("unit = 'seat-month'\nprice = 39", "", set()),
        ("unit = 'seat-month'\nprice = 39\nfx = 0.01", "", {"unit_outlier"}),
        ("unit = 'request'\nprice = 600\nmode = 'package'\n", "", set()),
    ],
)
def test_charges(tmp_path: Path, charge: str, about: str, wanted: set[str]) -> None:
    text = HEAD + offer("acme/bad", charge, about)
    text += offer("acme/good", "unit = 'request'\nprice = 0.01")
    made = audited(list(filed_folder(write(tmp_path, text, "runtime"))))
    assert {(one.finding, one.part) for one in made.findings} == {(one, "use") for one in wanted}
    assert not [one for one in made.findings if one.id == "acme/good"]


def test_a_charge_that_jumps_changes_or_grew_old(tmp_path: Path) -> None:
    later = '\n[[offer.charge]]\nid = "use"\nquantity = "requests"\nunit = "request"\n'
    jump = 'price = 1\norigin = { since = 2026-10-01, checked = 2026-10-01, source = "set" }\n'
    soon = 'price = 0.02\norigin = { since = 2026-12-01, checked = 2026-10-01, source = "set" }\n'
    cheap = "unit = 'request'\nprice = 0.01"
    text = HEAD + offer("acme/jump", cheap) + later + jump
    text += offer("acme/soon", cheap) + later + soon
    text += offer("acme/old", cheap, origin=OLD)
    made = audited(list(filed_folder(write(tmp_path, text, "runtime"))))
    assert names(made) == {
        ("price_jump", "acme/jump", "use"),
        ("change_ahead", "acme/soon", "use"),
        ("stale", "acme/old", ""),
    }
    assert next(one for one in made.findings if one.finding == "stale").message == (
        "use: checked 2026-05-25, 181 days ago"
    )


@pytest.mark.parametrize(
    ("before", "after", "jumps"),
    [
        ("0.01", "0.2", False),
        ("0.01", "0.21", True),
        ("0.2", "0.01", False),
        ("0.21", "0.01", True),
        ("0.02", "0.01", False),
    ],
)
def test_a_charge_jumps_by_more_than_twentyfold(
    tmp_path: Path, before: str, after: str, *, jumps: bool
) -> None:
    later = '\n[[offer.charge]]\nid = "use"\nquantity = "requests"\nunit = "request"\n'
    since = 'origin = { since = 2026-10-01, checked = 2026-10-01, source = "set" }\n'
    text = HEAD + offer("acme/m", f"unit = 'request'\nprice = {before}")
    text += later + f"price = {after}\n" + since
    made = audited(list(filed_folder(write(tmp_path, text, "runtime"))))
    assert names(made) - {("unit_outlier", "acme/m", "use")} == (
        {("price_jump", "acme/m", "use")} if jumps else set()
    )


def test_a_package_is_outside_of_its_band_as_a_whole(tmp_path: Path) -> None:
    charge = "unit = 'request'\nprice = 100_001\nper = 1_000_000\nmode = 'package'"
    text = HEAD + offer("acme/bad", charge)
    (finding,) = audited(list(filed_folder(write(tmp_path, text, "runtime")))).findings
    assert finding.message.startswith("use is 100,001 USD a package; expected 0.01 to 100,000")


def test_a_vendor_is_chosen_by_its_name_or_by_its_ids(tmp_path: Path) -> None:
    head = HEAD.replace('"Acme"', '"Acme Clouds"')
    book = filed(tmp_path, model(BAD, rates="{ input = 0, output = 5 }"), head=head)
    for vendor in ("acme", "ACME clouds", "Acme"):
        assert audit(book, TERMS, "a book", vendor=vendor).entries == 2
    with pytest.raises(BadUsage, match="unknown vendor 'clouds'"):
        audit(book, TERMS, "a book", vendor="clouds")


def test_a_currency_that_is_none(tmp_path: Path) -> None:
    book = filed(tmp_path, head=HEAD.replace('"USD"', '"USE"'))
    (found,) = audited(book).findings
    assert (found.finding, found.part) == ("unknown_currency", "currency")
    assert "did you mean" in (found.hint or "")


def test_two_files_of_a_shelf_that_claim_one_name(tmp_path: Path) -> None:
    write(tmp_path, HEAD + GOOD)
    other = offer("acme/better", "unit = 'request'\nprice = 0.01", "aliases = ['acme/good']")
    made = audited(list(filed_folder(write(tmp_path, HEAD + other, "runtime"))))
    (found,) = made.findings
    assert (found.finding, found.part) == ("name_taken", "acme/good")
    assert "'acme/good' is already" in found.message


def test_shelves_may_replace_an_entry_but_not_hide_another(tmp_path: Path) -> None:
    lower = [one._replace(entry=one.entry._replace(shelf="built-in")) for one in filed(tmp_path)]
    hides = HEAD + model("acme/mine", "aliases = ['acme/good']")
    upper = list(filed_folder(write(tmp_path / "hides", hides)))
    assert names(audited([*lower, *upper])) == {("name_shadowed", "acme/mine", "acme/good")}
    upper = list(filed_folder(write(tmp_path / "replaces", HEAD + GOOD)))
    assert names(audited([*lower, *upper])) == {("overrides", "acme/good", "")}


def test_a_history_with_one_fault_on_every_card_is_one_finding(tmp_path: Path) -> None:
    zero = "{ input = 0, output = 10 }"
    made = audited(filed(tmp_path, model(BAD, rates=zero, cards=card(zero))))
    (found,) = made.findings
    assert found.message == "input costs 0 (from 2026-10-01 on)"


def test_the_day_of_the_audit_moves_prices_not_the_clock(tmp_path: Path) -> None:
    book = filed(tmp_path, model(BAD, origin=OLD))
    past = TERMS._replace(day=date(2026, 5, 30))
    assert "checked_in_future" not in {one.finding for one in audited(book, past).findings}
    assert "stale" not in {one.finding for one in audited(book, past).findings}


def test_days_at_the_end_of_the_calendar_are_no_fault(tmp_path: Path) -> None:
    far = TERMS._replace(day=date.max, today=date.max, within_days=10**9)
    assert ("stale", "acme/good", "") in names(audited(filed(tmp_path), far))


def test_accepted_findings_are_taken_out_counted_and_keep_their_reason(tmp_path: Path) -> None:
    zero = "{ input = 0, output = 0 }"
    narrow = "accepted = [{ finding = 'zero_price:input', reason = 'the vendor gives it away' }]"
    made = audited(filed(tmp_path, model(BAD, narrow, zero)))
    assert names(made) == {("zero_price", BAD, "output")}
    (let,) = made.accepted
    assert (let.finding.part, let.reason) == ("input", "the vendor gives it away")
    assert made.errors == 1
    wide = narrow.replace(":input", "")
    made = audited(filed(tmp_path, model(BAD, wide, zero)))
    assert (names(made), made.errors, len(made.accepted)) == (set(), 0, 2)


def test_an_accepted_finding_that_no_rule_has_is_an_error_with_its_neighbour(
    tmp_path: Path,
) -> None:
    about = "accepted = [{ finding = 'zero_prize:input', reason = 'x' }]"
    (found,) = audited(filed(tmp_path, model(BAD, about))).findings
    assert (found.finding, found.level) == ("accepted_unknown", "error")
    assert found.hint is not None
    assert "did you mean 'zero_price'" in found.hint


def test_what_the_audit_says_of_itself_cannot_be_accepted(tmp_path: Path) -> None:
    about = "accepted = [{ finding = 'accepted_without_cause', reason = 'x' }]"
    assert names(audited(filed(tmp_path, model(BAD, about)))) == {
        ("accepted_unknown", BAD, "accepted_without_cause")
    }


def test_bands_are_bands_with_reasons() -> None:
    tokens = [token_band("chat", kind) for kind in TOKEN_KINDS]
    small = [token_band(model, "input") for model in ("embedding", "rerank")]
    every = [*tokens, *small, *FEES.values(), *UNITS.values()]
    assert all(Decimal(0) < one.low < one.high for one in every)
    assert all(one.reason for one in every)
