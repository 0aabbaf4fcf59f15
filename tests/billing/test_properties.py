"""What holds for every bill, whatever the prices and quantities."""

import copy
import tomllib
from datetime import date
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import get_args

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from properties import examples
from small_catalog import DAY, Shelf, billed, sum_of, take

from costplan.billing.charges import billable, slices
from costplan.billing.offers import Take, bill_offer
from costplan.billing.tokens import Processing, Tariff, TokenUsage
from costplan.billing.variables import MissingVariables
from costplan.catalog.lookup import Catalog, CatalogFile, Entry
from costplan.catalog.model import Model
from costplan.catalog.offer import Charge, Offer, Slice
from costplan.catalog.vocabulary import VOCABULARY
from costplan.document.estimate import EstimateDocument
from costplan.plan.bill.estimate import estimate
from costplan.quantity import STEP, total
from costplan.record import read
from costplan.store.files.folders import built_in_folder
from costplan.store.files.shelves import SlicedFolder
from costplan.words import CATEGORIES, PURPOSES, Confidence
from costplan.workload.model import Workload

TODAY = date(2026, 11, 28)
CATALOG = Catalog([SlicedFolder("built-in", built_in_folder())])
EXAMPLES = Path(__file__).resolve().parents[2] / "examples"

often = examples(200)
seldom = settings(
    examples(80),
    suppress_health_check=[HealthCheck.too_slow],
)

money = st.decimals(0, 1000, places=4)
number = st.decimals(0, 10**7, places=3)
above_zero = st.decimals("0.001", 10**6, places=3)


@st.composite
def tiers(draw: st.DrawFn, ascending: bool = False) -> list[dict]:
    edges = sorted(draw(st.sets(above_zero, min_size=1, max_size=5)))
    prices = draw(st.lists(money, min_size=len(edges) + 1, max_size=len(edges) + 1))
    if ascending:
        prices.sort()
    found = [{"up_to": edge, "price": one} for edge, one in zip(edges, prices, strict=False)]
    return [*found, {"price": prices[-1]}]


@st.composite
def charges(draw: st.DrawFn, name: str) -> dict:
    """A charge that never gets cheaper when more is used."""
    made: dict = {
        "id": name,
        "quantity": draw(st.sampled_from(["requests", "requests * 2 + 1", "requests / 7", "5"])),
        "unit": "request",
        "per": draw(st.sampled_from([1, 1000, 1_000_000])),
    }
    kind = draw(st.sampled_from(["price", "graduated", "package"]))
    if kind == "price":
        made["price"] = draw(money)
    else:
        made["mode"] = kind
        made["tiers"] = draw(tiers(ascending=kind == "package"))
    for key, values in (
        ("included", number),
        ("minimum_quantity", number),
        ("round_up_to", above_zero),
        ("cap", money),
        ("fx", st.decimals("0.01", 10, places=2)),
    ):
        if draw(st.booleans()):
            made[key] = draw(values)
    return made


@st.composite
def adjusts(draw: st.DrawFn) -> list[dict]:
    found = []
    for at in range(draw(st.integers(0, 3))):
        kind = draw(st.sampled_from(["credit", "percent_fee", "minimum", "cap", "discount"]))
        made: dict = {"id": f"adjust_{at}", "kind": kind}
        if kind in ("percent_fee", "discount"):
            made["percent"] = draw(st.decimals(0, 100, places=1))
            if kind == "percent_fee" and draw(st.booleans()):
                made["floor"] = draw(money)
        else:
            made["amount"] = draw(money)
        found.append(made)
    return found


@st.composite
def offers(draw: st.DrawFn) -> dict:
    return {
        "id": "acme/plan",
        "origin": {"since": date(2026, 1, 1), "checked": date(2026, 6, 1), "source": "page"},
        "charge": [draw(charges(f"charge_{at}")) for at in range(draw(st.integers(1, 3)))],
        "adjust": draw(adjusts()),
    }


def entry_of(data: dict) -> Entry:
    source = {"page": {"at": "https://acme.example", "confidence": "vendor"}}
    file = read(CatalogFile, {"vendor": "Acme", "source": source, "offer": [data]})
    entry = Shelf(file, "runtime").load("acme/plan")
    assert entry is not None
    return entry


# ---------------------------------------------------------------- charges


@often
@given(tiers(), number, number, st.none() | number, st.none() | above_zero)
def test_slices_sum_to_the_billable_quantity(found, used, included, least, block) -> None:
    charge = Charge(
        id="use",
        quantity="requests",
        unit="request",
        tiers=tuple(Slice(**one) for one in found),
        minimum_quantity=least,
        round_up_to=block,
    )
    rest = billable(charge, used, included)
    made = slices(charge, rest)
    assert sum(one.quantity for one in made) == rest
    assert all(one.quantity >= 0 for one in made)
    assert rest >= max(used - included, least or 0, 0)
    if block is None and least is None:
        assert rest == max(used - included, 0)


@often
@given(tiers(), number, above_zero)
def test_slices_by_rank_sum_to_the_quantity(found, used, rank) -> None:
    """Within the 28th digit: a part is the quantity times a share that may not end."""
    charge = Charge(id="use", unit="request", tiers=tuple(Slice(**one) for one in found))
    made = slices(charge, used, rank)
    assert all(one.quantity >= 0 for one in made)
    assert abs(total(one.quantity for one in made) - used) <= used * Decimal("1e-27")


@often
@given(tiers(), number)
def test_a_last_tier_that_is_missing_leaves_an_unpriced_rest(found, used) -> None:
    closed = tuple(Slice(**one) for one in found[:-1])
    charge = Charge(id="use", unit="request", tiers=closed)
    made = slices(charge, used)
    assert sum(one.quantity for one in made) == used
    beyond = [one for one in made if one.amount is None]
    top = closed[-1].up_to
    assert sum(one.quantity for one in beyond) == max(0, used - top)


@often
@given(tiers(), number, number)
def test_a_volume_price_only_falls_at_a_declared_edge(found, one, other) -> None:
    charge = Charge(
        id="use", unit="request", mode="volume", tiers=tuple(Slice(**tier) for tier in found)
    )
    less, more = sorted((one, other))
    edges = [tier["up_to"] for tier in found[:-1]]
    ((_, price, before, _),), ((_, later, after, _),) = slices(charge, less), slices(charge, more)
    if not any(less <= edge < more for edge in edges):
        assert price == later
        assert before <= after


@often
@given(offers(), number, number)
def test_a_bill_never_falls_when_more_is_used(data, one, other) -> None:
    entry = entry_of(data)
    less, more = sorted((one, other))
    before = sum_of(billed(entry, take(requests=less)).lines)
    after = sum_of(billed(entry, take(requests=more)).lines)
    assert 0 <= before <= after + STEP * 10


@often
@given(offers(), number)
def test_every_bill_adds_up(data, used) -> None:
    bill = billed(entry_of(data), take(requests=used))
    whole = sum_of(bill.lines)
    assert whole == sum_of(one for one in bill.lines if one.fixed) + sum_of(
        one for one in bill.lines if not one.fixed
    )
    for line in bill.lines:
        where = line.price
        assert where.source == "https://acme.example"
        assert where.since == date(2026, 1, 1)
        assert where.checked == date(2026, 6, 1)
        assert where.confidence == "vendor"
        assert line.amount == line.list_amount


@often
@given(offers(), st.lists(number, min_size=2, max_size=4))
def test_an_account_pays_the_same_however_many_roles_share_it(data, used) -> None:
    by_use = [{**one, "quantity": "requests"} for one in data["charge"]]
    entry = entry_of({**data, "charge": by_use})
    shared = billed(entry, *[take(role=f"role {at}", requests=one) for at, one in enumerate(used)])
    alone = billed(entry, take(requests=sum(used)))
    assert sum_of(shared.lines) == sum_of(alone.lines)


@often
@given(offers(), number, money)
def test_a_floor_never_lowers_a_bill(data, used, amount) -> None:
    plain = sum_of(billed(entry_of(data), take(requests=used)).lines)
    floor = {"id": "floor", "kind": "minimum", "amount": amount}
    data = {**data, "adjust": [*data["adjust"], floor]}
    floored = sum_of(billed(entry_of(data), take(requests=used)).lines)
    assert floored == max(plain, amount)


@often
@given(offers(), number, st.decimals(0, 100, places=1), st.decimals(0, 100, places=1))
def test_a_larger_discount_never_raises_a_bill(data, used, one, other) -> None:
    entry = entry_of(data)
    small, large = sorted((one / 100, other / 100))
    dear = billed(entry, take(requests=used), discount=small)
    cheap = billed(entry, take(requests=used), discount=large)
    assert sum_of(cheap.lines) <= sum_of(dear.lines) + STEP * 10
    listed = [line.list_amount for line in billed(entry, take(requests=used)).lines]
    assert sum(listed) >= sum_of(dear.lines) - STEP * 10


@often
@given(offers(), number)
def test_without_free_tiers_a_bill_is_never_lower(data, used) -> None:
    free = [{**one, "free_tier": True} for one in data["charge"]]
    entry = entry_of({**data, "charge": free})
    with_quota = sum_of(billed(entry, take(requests=used)).lines)
    without = sum_of(billed(entry, take(requests=used), free_tiers=False).lines)
    assert without >= with_quota - STEP * 10


# ---------------------------------------------------------------- the built-in offers


@cache
def names_of(kind: type) -> list[str]:
    """The shipped ids of a kind. Models are read when a test asks for them, not to collect it."""
    read_of = [category for category in CATEGORIES if kind is Model or category != "tokens"]
    every = [entry for category in read_of for entry in CATALOG.of(category)]
    return sorted(entry.id for entry in every if isinstance(entry.item, kind))


MODELS = st.deferred(lambda: st.sampled_from(names_of(Model)))


@cache
def needs(name: str) -> tuple[str, ...]:
    """The variables that an offer is refused without."""
    try:
        bill_offer(CATALOG.get(name), TODAY, [_take({})])
    except MissingVariables as error:
        return tuple(one.name for one in error.needed)
    return ()


def _take(variables: dict) -> Take:
    return Take(role="", component="", purpose="produce", variables=variables)


MONTH = {"seats": 3, "hours": 730, "dimensions": 1536, "memory_gib": 1, "wall_seconds": 9}


def _month(entry: Entry, volume: int) -> dict[str, Decimal]:
    found = {}
    for name in needs(entry.id):
        known = VOCABULARY.get(name)
        steady = known is None or known.behaviour != "volume"
        found[name] = Decimal(MONTH.get(name, 2) if steady else volume)
    return found


def sold_today() -> list[str]:
    """The offers that still have a charge; what a vendor has ended has no price today."""
    return [name for name in names_of(Offer) if CATALOG.get(name).item.charges_on(TODAY)[0]]


@pytest.mark.parametrize("name", sold_today())
def test_more_traffic_never_makes_an_offer_cheaper(name) -> None:
    entry = CATALOG.get(name)
    reached = Decimal(-1)
    for volume in (0, 1, 100, 10_000, 123_456, 5_000_000, 10**9):
        bill = bill_offer(entry, TODAY, [_take(_month(entry, volume))])
        whole = sum_of(bill.lines)
        unpriced = any(line.amount is None for line in bill.lines)
        assert whole >= reached or unpriced, volume
        reached = max(whole, reached)
        for line in bill.lines:
            assert line.price.source
            assert line.price.confidence
            assert line.price.since <= TODAY or line.amount is None
            assert line.price.checked <= TODAY


# ---------------------------------------------------------------- tokens

count = st.integers(0, 2_000_000)


@st.composite
def requests(draw: st.DrawFn) -> dict[str, Decimal]:
    """One request of whole tokens whose parts fit their wholes."""
    whole, out = draw(count), draw(st.integers(0, 128_000))
    left = whole
    made = {"input_tokens": whole, "output_tokens": out}
    for name in ("cache_read_tokens", "cache_write_tokens"):
        part = draw(st.integers(0, left))
        made[name] = part
        left -= part
    return {name: Decimal(value) for name, value in made.items()}


@often
@given(MODELS, requests(), st.integers(1, 10**6), st.data())
def test_n_requests_cost_n_times_one(name, usage, n, data) -> None:
    """Exact where a token's price is in steps of 1e-12; elsewhere within what rounding each of the
    two lines can move: half a step a request."""
    entry = CATALOG.get(name)
    card = Tariff(entry, TODAY).card
    mode = data.draw(st.sampled_from([None, *card.mode]))
    region = data.draw(st.sampled_from([None, *card.region]))
    tariff = Tariff(entry, TODAY, Processing(mode, region, None))
    one = tariff.bill(TokenUsage(**usage))
    many = tariff.bill(TokenUsage(**usage), Decimal(n))
    assert [line.price for line in one] == [line.price for line in many]
    for single, multiple in zip(one, many, strict=True):
        assert multiple.quantity == n * single.quantity
        if single.amount is None:
            assert multiple.amount is None
            continue
        each = single.price.price / single.price.per
        if each == each.quantize(STEP):
            assert multiple.amount == n * single.amount
        else:
            assert abs(multiple.amount - n * single.amount) <= (n + 1) * STEP / 2


@often
@given(MODELS, requests())
def test_kinds_of_tokens_are_disjoint(name, usage) -> None:
    lines = Tariff(CATALOG.get(name), TODAY).bill(TokenUsage(**usage))
    inputs = [line for line in lines if line.price.charge in ("input", "cache_read", "cache_write")]
    assert sum(line.quantity for line in inputs) == usage["input_tokens"]
    counted = sum(line.quantity for line in lines if line.price.unit == "token")
    assert counted == usage["input_tokens"] + usage["output_tokens"]
    assert all(line.quantity > 0 for line in lines)


@often
@given(MODELS, requests(), st.integers(0, 100_000))
def test_more_tokens_never_cost_less(name, usage, more) -> None:
    tariff = Tariff(CATALOG.get(name), TODAY)
    larger = {**usage, "input_tokens": usage["input_tokens"] + more}
    before, after = tariff.bill(TokenUsage(**usage)), tariff.bill(TokenUsage(**larger))
    if all(line.amount is not None for line in (*before, *after)):
        assert sum_of(after) >= sum_of(before)


# ---------------------------------------------------------------- whole estimates


@cache
def example() -> dict:
    text = (EXAMPLES / "support-agent.toml").read_text(encoding="utf-8")
    data = tomllib.loads(text, parse_float=Decimal)
    data["stack"].pop("own-gpu")  # its machine refuses more than it can serve
    return data


share = st.decimals(0, 1, places=3)
CHANGES = {
    ("traffic", "requests_per_month"): st.integers(0, 5_000_000),
    ("traffic", "peak_to_mean"): st.decimals(1, 5, places=2),
    ("step", 1, "input_tokens"): st.integers(1, 250_000),
    ("step", 1, "output_tokens"): st.integers(0, 20_000),
    ("step", 1, "cacheable_tokens"): st.just(0),
    ("step", 2, "input_tokens"): st.decimals(1, 50_000, places=2),
    ("step", 2, "calls"): st.decimals(0, 5, places=2),
    ("index", "knowledge", "vectors"): st.integers(0, 20_000_000),
    ("index", "knowledge", "dimensions"): st.sampled_from([384, 768, 1024, 1536, 3072]),
    ("index", "knowledge", "upserts_per_month"): st.integers(0, 3_000_000),
    ("index", "knowledge", "query_tokens"): st.integers(0, 500),
    ("observability", "seats"): st.integers(1, 30),
    ("observability", "sample"): share,
    ("observability", "scores_per_request"): st.decimals(0, 3, places=2),
    ("runtime", "wall_seconds"): st.decimals("0.1", 600, places=2),
    ("runtime", "active_cpu_seconds"): st.decimals(0, 60, places=2),
    ("job", 0, "items"): st.integers(0, 50_000),
    ("discount", 0, "percent"): st.decimals(0, 100, places=1),
    ("horizon_months",): st.sampled_from([1, 1, 1, 3]),
}


def put(data: dict, path: tuple, value) -> None:
    node = data
    for key in path[:-1]:
        node = node[key]
    node[path[-1]] = value


@st.composite
def workloads(draw: st.DrawFn) -> Workload:
    data = copy.deepcopy(example())
    for path in draw(st.sets(st.sampled_from(sorted(CHANGES, key=repr)), max_size=8)):
        put(data, path, draw(CHANGES[path]))
    for name in list(data["stack"]):
        data["stack"][name]["free_tiers"] = draw(st.booleans())
    if draw(st.booleans()):
        put(data, ("step", 1, "cacheable_tokens"), data["step"][1]["input_tokens"] // 2)
    return read(Workload, data)


def totals(document: EstimateDocument) -> dict[str, Decimal]:
    return {one.stack: one.total_monthly for one in document.estimates}


@seldom
@given(workloads())
def test_an_estimate_adds_up(workload) -> None:
    document = estimate(workload, CATALOG, TODAY)
    assert [one.stack for one in document.estimates] == list(workload.stack)
    for one in document.estimates:
        whole = one.total_monthly
        assert whole == sum_of(one.lines)
        assert whole == one.fixed_monthly + one.variable_monthly
        assert whole == sum(one.by_purpose.values())
        assert whole == sum(component.total for component in one.components)
        assert {line.purpose for line in one.lines} <= set(PURPOSES)
        assert one.list_monthly >= whole
        for line in one.lines:
            where = line.price
            assert where.source
            assert where.confidence in (*get_args(Confidence), "stated")
            assert where.since <= TODAY or line.amount is None
            assert where.checked <= TODAY
            assert line.quantity >= 0
            assert line.formula
            assert line.role
            assert line.component
        if one.months:
            assert one.months[0].recurring == whole
            assert len(one.months) == workload.horizon_months


@seldom
@given(workloads(), st.decimals(1, 100, places=1))
def test_a_negotiated_discount_never_raises_an_estimate(workload, percent) -> None:
    data_free = read(Workload, {**_plain(workload), "discount": []})
    discounted = read(
        Workload, {**_plain(workload), "discount": [{"offers": "*", "percent": percent}]}
    )
    before = totals(estimate(data_free, CATALOG, TODAY))
    after = totals(estimate(discounted, CATALOG, TODAY))
    for name, amount in after.items():
        assert amount <= before[name] + STEP * 100


def _plain(workload: Workload) -> dict:
    """The example's data with this workload's traffic; enough to read it again."""
    data = copy.deepcopy(example())
    data["traffic"]["requests_per_month"] = workload.traffic.requests_per_month
    data["step"][1]["output_tokens"] = workload.step[1].output_tokens
    return data


@seldom
@given(st.integers(0, 10**6), st.integers(0, 10**6))
def test_an_estimate_never_falls_with_traffic(one, other) -> None:
    found = []
    for arrivals in sorted((one, other)):
        data = copy.deepcopy(example())
        data["traffic"]["requests_per_month"] = arrivals
        found.append(totals(estimate(read(Workload, data), CATALOG, TODAY)))
    before, after = found
    for name, amount in before.items():
        assert amount <= after[name]


@seldom
@given(workloads())
def test_the_same_workload_gives_the_same_document(workload) -> None:
    assert estimate(workload, CATALOG, DAY) == estimate(workload, CATALOG, DAY)
