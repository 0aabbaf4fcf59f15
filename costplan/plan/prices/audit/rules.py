"""The rules of the audit, one line each: name, level, meaning, and what looks for it.

An error is a price that must not be billed as it stands, or a catalogue that cannot be trusted to
find it; a warning needs a reader; a note is worth knowing.
"""

from __future__ import annotations

from costplan.plan.prices.audit import dates, fees, power, shape, siblings, sources, values, whole
from costplan.plan.prices.audit.parts import Rule

UNKNOWN = Rule(
    name="accepted_unknown", level="error", meaning="an accepted finding that no rule is called"
)
IDLE = Rule(
    name="accepted_without_cause",
    level="warning",
    meaning="an accepted finding that is not found (any more)",
)
RULES: tuple[Rule, ...] = (
    Rule(
        name="zero_price",
        level="error",
        meaning="a price of 0 that nothing declares free",
        model=values.zero_rates,
        offer=values.zero_charges,
    ),
    Rule(
        name="unit_outlier",
        level="error",
        meaning="a price outside of what its unit can cost",
        model=values.odd_rates,
        offer=values.odd_charges,
    ),
    Rule(
        name="under_electricity",
        level="error",
        meaning="output tokens cheaper than the electricity that makes them",
        model=power.under_electricity,
    ),
    Rule(
        name="price_jump",
        level="error",
        meaning="a price that moves more than twentyfold from one date to the next",
        model=values.jumps,
        offer=values.charge_jumps,
    ),
    Rule(
        name="empty_card",
        level="error",
        meaning="a card with nothing to bill",
        model=values.empty_cards,
    ),
    Rule(
        name="embedding_output",
        level="error",
        meaning="output tokens priced for a model that has none",
        model=values.embeddings_answer,
    ),
    Rule(
        name="cache_read_dearer",
        level="error",
        meaning="a cache that costs more than it saves",
        model=values.dear_cache,
    ),
    Rule(
        name="batch_dearer",
        level="error",
        meaning="batch or flex dearer than the standard way",
        model=values.dear_modes,
    ),
    Rule(
        name="checked_in_future",
        level="error",
        meaning="a source read on a day still to come",
        model=dates.model_read_tomorrow,
        offer=dates.offer_read_tomorrow,
    ),
    Rule(
        name="unknown_currency",
        level="error",
        meaning="a currency that is none",
        model=shape.model_currency,
        offer=shape.offer_currency,
    ),
    Rule(
        name="name_taken",
        level="error",
        meaning="two entries of one shelf with one name",
        whole=whole.names_taken,
    ),
    UNKNOWN,
    Rule(
        name="output_cheap",
        level="warning",
        meaning="output cheaper than a tenth of the input",
        model=values.cheap_output,
    ),
    Rule(
        name="twin_differs",
        level="warning",
        meaning="two names of one model, or a name and its newest snapshot, that cost unlike",
        whole=siblings.twins,
    ),
    Rule(
        name="profile_factor",
        level="warning",
        meaning="a regional profile that is not as much dearer than the global one as others",
        whole=siblings.profiles,
    ),
    Rule(
        name="sibling_tiers",
        level="warning",
        meaning="no long-context price, where a sibling of the same rates has one",
        whole=siblings.tiers,
    ),
    Rule(
        name="sibling_fee",
        level="warning",
        meaning="no fee for each call, where a model of the same name has one",
        whole=fees.owed,
    ),
    Rule(
        name="sibling_quota",
        level="warning",
        meaning="a fee from the first unit on, where a sibling has some of it free",
        whole=fees.quotas,
    ),
    Rule(
        name="sibling_storage",
        level="warning",
        meaning="no price of a stored cache, where a sibling has one",
        whole=fees.storage,
    ),
    Rule(
        name="edge_both_ways",
        level="warning",
        meaning="an edge that one vendor's cards count in here and out there",
        whole=siblings.edges,
    ),
    Rule(
        name="cache_write_dear",
        level="warning",
        meaning="a cache write dearer than twice the input, or at the price of output",
        model=values.dear_writes,
    ),
    Rule(
        name="holidays_lost",
        level="warning",
        meaning="hours without the holidays that the card before knew",
        model=values.holidays_lost,
    ),
    Rule(
        name="brief_price",
        level="warning",
        meaning="a price of a few days between two that are equal",
        model=values.brief_prices,
    ),
    Rule(
        name="tier_beyond_context",
        level="warning",
        meaning="a tier that no request reaches",
        model=shape.tiers_out_of_reach,
    ),
    Rule(
        name="output_above_context",
        level="warning",
        meaning="answers longer than the whole context window",
        model=shape.output_above_context,
    ),
    Rule(
        name="mixed_per",
        level="warning",
        meaning="token rates written per another number than the file's others",
        whole=whole.mixed_per,
    ),
    Rule(
        name="conflict_open",
        level="warning",
        meaning="sources of equal trust and date that differ",
        model=sources.open_conflicts,
    ),
    Rule(
        name="conflict_overruled",
        level="warning",
        meaning="a source trusted more, or as much and read later, that differs",
        model=sources.overruled_conflicts,
    ),
    Rule(
        name="rejected_idle",
        level="warning",
        meaning="a rejected value that says nothing",
        model=sources.idle_rejections,
    ),
    Rule(
        name="name_shadowed",
        level="warning",
        meaning="a name that leads elsewhere on a lower shelf",
        whole=whole.names_shadowed,
    ),
    Rule(
        name="stale",
        level="warning",
        meaning="a price in force whose source was read too long ago",
        model=dates.stale_model,
        offer=dates.stale_offer,
    ),
    Rule(
        name="since_far_ahead",
        level="warning",
        meaning="a price announced more than a year ahead",
        model=dates.model_far_ahead,
        offer=dates.offer_far_ahead,
    ),
    Rule(
        name="retires_soon",
        level="warning",
        meaning="a model that ends within the days asked for",
        model=dates.retires_soon,
    ),
    IDLE,
    Rule(name="retired", level="note", meaning="a model that has ended", model=dates.retired),
    Rule(
        name="cache_terms_assumed",
        level="note",
        meaning="models with a price of cached tokens and no published terms of the cache",
        whole=siblings.assumed_terms,
    ),
    Rule(
        name="cached_audio_assumed",
        level="note",
        meaning="cached audio that would be billed as cached text",
        model=values.audio_as_text,
    ),
    Rule(
        name="change_ahead",
        level="note",
        meaning="another price within the days asked for",
        model=dates.model_changes,
        offer=dates.offer_changes,
    ),
    Rule(
        name="unconfirmed",
        level="note",
        meaning="in force, and only ever read as announced",
        model=dates.unconfirmed,
    ),
    Rule(
        name="conflict_settled",
        level="note",
        meaning="a source that lags, is trusted less or was read earlier",
        model=sources.settled_conflicts,
    ),
    Rule(
        name="overrides",
        level="note",
        meaning="an entry that takes the place of a lower shelf's",
        whole=whole.overrides,
    ),
)
BY_NAME = {rule.name: rule for rule in RULES}
