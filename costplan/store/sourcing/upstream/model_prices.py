"""model-prices: each lab's own prices with their full history and the evidence for every date.

https://github.com/wakamex/model-prices, MIT; USD per million tokens. The snapshot is read, not the
``latest.json`` that names it. Segments follow one another in time. One counts from the later of its
start and the day its rates were first shown, and ends where the next one starts: rates that were
first shown when the next segment had begun (a record of the old price, read too late) never held.
A start that is only assumed ("null") is never used.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from decimal import Decimal
from typing import Any, NamedTuple

from costplan.catalog.model import Card, Mode, Model
from costplan.catalog.origin import Source
from costplan.catalog.schedule import Window
from costplan.problems import InvalidInput, Path, Problem
from costplan.store.sourcing.upstream import Upstream
from costplan.store.sourcing.upstream.payload import (
    NOT_FREE,
    Basket,
    Priced,
    cleaned,
    complete,
    count,
    day,
    items,
    json_of,
    mode,
    number,
    rate,
    table,
    text,
)
from costplan.store.sourcing.upstream.vendors import id_of, region_of, vendor_of

NAME = "model-prices"
URL = "https://raw.githubusercontent.com/wakamex/model-prices/data/v1/latest.json"
KINDS = ("input", "output", "cache_read", "cache_write")
MODES = ("batch", "flex", "priority", "fast")
ONE_HOUR = ("anthropic",)
"""Labs that sell one-hour cache writes; the set repeats a multiple for labs that sell none."""


class _Segment(NamedTuple):
    since: date
    rates: Priced
    tiers: dict[int, Priced]


def read(payload: bytes, checked: date) -> Upstream:
    """What a payload quotes. Raises InvalidInput for another shape."""
    data = table(json_of(payload), ())
    if "prices" not in data:
        raise InvalidInput([Problem((), "not a snapshot: it has no 'prices'")])
    source = Source(
        at=f"model-prices snapshot of {checked}, https://github.com/wakamex/model-prices",
        confidence="dataset",
    )
    basket = Basket(NAME, source, checked)
    schedules = table(data.get("schedules") or {}, ("schedules",))
    names = table(data.get("aliases") or {}, ("aliases",)).get("models") or {}
    for lab, models in table(data["prices"], ("prices",)).items():
        vendor, reason = vendor_of(lab)
        for name, content in table(models, ("prices", lab)).items():
            path: Path = ("prices", lab, name)
            if vendor is None:
                basket.skip(f"{lab}/{name}", reason)
                continue
            windows = _Schedules(schedules, lab, name)
            aliases = _aliases(table(names, ("aliases", "models")), lab, name)
            _model(basket, vendor, name, table(content, path), windows, aliases, path)
    return basket.result()


def _aliases(names: Mapping[str, Any], lab: str, name: str) -> list[str]:
    return [short for short, target in names.items() if target == f"{lab}/{name}"]


def _model(
    basket: Basket,
    vendor: str,
    name: str,
    content: Mapping[str, Any],
    schedules: _Schedules,
    aliases: list[str],
    path: Path,
) -> None:
    named = f"{path[1]}/{name}"
    if name.endswith(("-thinking-mode",)) or "standard" not in content:
        basket.skip(named, "no standard price")
        return
    one_hour = vendor in ONE_HOUR
    segments = list(_segments(content["standard"], (*path, "standard"), one_hour))
    if not segments:
        basket.skip(named, NOT_FREE)
        return
    modes = {
        key: list(_segments(content[key], (*path, key), one_hour))
        for key in MODES
        if key in content
    }
    cards = list(_cards(basket, segments, modes, schedules))
    model_id = id_of(vendor, name)
    ids = [id_of(vendor, alias) for alias in aliases]
    basket.add(
        vendor,
        Model(
            id=model_id,
            aliases=tuple(alias for alias in ids if alias != model_id),
            kind="embedding" if "embed" in name and "output" not in segments[-1].rates else "chat",
            region=region_of(vendor, name),
            price=tuple(cards),
        ),
        named,
    )


def _segments(value: object, path: Path, one_hour: bool) -> Iterable[_Segment]:
    """The segments with a price, oldest first, one a day: the last of a day counts."""
    by_day: dict[date, _Segment] = {}
    listed = [table(item, (*path, at)) for at, item in enumerate(items(value, path))]
    for at, segment in enumerate(listed):
        if segment.get("rates") is None:
            continue
        rates = table(segment["rates"], (*path, at, "rates"))
        since = day(rates.get("valid_from"), (*path, at, "rates", "valid_from"))
        if segment.get("start") is not None:
            since = max(since, day(segment["start"], (*path, at, "start")))
        following = listed[at + 1].get("start") if at + 1 < len(listed) else None
        if following is not None and day(following, (*path, at + 1, "start")) <= since:
            continue
        own = cleaned(_rates(rates, (*path, at, "rates"), one_hour))
        if not own.keys() & {"input", "output"}:
            continue
        tiers: dict[int, Priced] = {}
        for n, entry in enumerate(items(rates.get("tiers") or [], (*path, at, "tiers"))):
            tier = table(entry, (*path, at, "tiers", n))
            edge = count(tier.get("above"), (*path, at, "tiers", n, "above"))
            if edge is not None:
                times = rates.get("cache_write_1h_multiple")
                tiers[edge] = cleaned(
                    _rates({**tier, "cache_write_1h_multiple": times}, path, one_hour)
                )
        by_day[since] = _Segment(since, own, tiers)
    last: _Segment | None = None
    for since in sorted(by_day):
        current = by_day[since]
        if last is None or (current.rates, current.tiers) != (last.rates, last.tiers):
            yield current
        last = current


def _rates(rates: Mapping[str, Any], path: Path, one_hour: bool) -> Priced:
    priced: Priced = {}
    for kind in KINDS:
        each = rate(rates.get(kind), (*path, kind))
        if each is not None:
            priced[kind] = each
    times = number(rates.get("cache_write_1h_multiple"), (*path, "cache_write_1h_multiple"))
    if one_hour and times and "cache_write" in priced and "input" in priced:
        priced["cache_write_1h"] = (priced["input"] * times).normalize()
    return priced


def _cards(
    basket: Basket,
    segments: list[_Segment],
    modes: Mapping[str, list[_Segment]],
    schedules: _Schedules,
) -> Iterable[Card]:
    """A card from each change of the standard rates or of the schedule on."""
    days = sorted(
        {segment.since for segment in segments}
        | {turn for turn in schedules.days() if turn > segments[0].since}
    )
    for at, since in enumerate(days):
        end = days[at + 1] if at + 1 < len(days) else date.max
        standard = [segment for segment in segments if segment.since <= since][-1]
        rates, tiers = complete(standard.rates, standard.tiers, flat=False)
        plain = basket.card(rates, tiers, since)
        own = dict(_modes(basket, plain, modes, end))
        windows = schedules.on(since) if not tiers else ()
        yield basket.card(rates, tiers, since, own, schedule=windows)


def _modes(
    basket: Basket, card: Card, modes: Mapping[str, list[_Segment]], end: date
) -> Iterable[tuple[str, Mode]]:
    for name, segments in modes.items():
        held = [segment for segment in segments if segment.since < end]
        if not held:
            continue
        last = held[-1]
        origin = basket.origin(last.since) if last.since > card.origin.since else None
        own = {k: each for k, each in last.rates.items() if k in card.rates.published()}
        if own:
            yield name, mode(card, own, last.tiers, origin)


class _Schedules:
    """The schedules of one model: multipliers by hour, in UTC, some on weekdays only."""

    def __init__(self, data: Mapping[str, Any], lab: str, name: str) -> None:
        self.rules = []
        path: Path = ("schedules", "schedule")
        holidays = table(data.get("holidays") or {}, ("schedules", "holidays"))
        for at, item in enumerate(items(data.get("schedule") or [], path)):
            rule = table(item, (*path, at))
            if rule.get("provider") != lab:
                continue
            off_peak = rule.get("off_peak_multiplier")
            if isinstance(off_peak, dict) and name not in off_peak:
                continue
            self.rules.append((rule, holidays, (*path, at), name))

    def days(self) -> Iterable[date]:
        """The days on which a schedule begins or ends."""
        for rule, _, path, _ in self.rules:
            yield _begin(rule, path)
            if rule.get("valid_until") is not None:
                yield day(rule["valid_until"], (*path, "valid_until"))

    def on(self, when: date) -> Iterable[Window]:
        """The windows in force on a day."""
        for rule, holidays, path, name in self.rules:
            if _begin(rule, path) > when:
                continue
            if rule.get("valid_until") is not None and day(rule["valid_until"], path) <= when:
                continue
            yield _window(rule, holidays, path, name)


def _begin(rule: Mapping[str, Any], path: Path) -> date:
    """The first whole day in the seller's own zone, which is that of China in every rule so far."""
    stamp = text(rule.get("valid_from"), (*path, "valid_from"))
    begin = day(stamp, (*path, "valid_from"))
    return begin + timedelta(days=1) if stamp[11:13] >= "16" else begin


def _window(rule: Mapping[str, Any], holidays: Mapping[str, Any], path: Path, name: str) -> Window:
    peak = "peak_hours_utc" in rule
    spans = items(rule.get("peak_hours_utc" if peak else "off_peak_hours_utc"), path)
    hours = [items(span, path) for span in spans]
    if peak:
        times = number(rule.get("peak_multiplier"), (*path, "peak_multiplier"))
    else:
        off = table(rule.get("off_peak_multiplier"), (*path, "off_peak_multiplier"))
        times = number(off.get(name), (*path, "off_peak_multiplier", name))
    calendar = rule.get("holidays")
    free = table(holidays.get(calendar) or {}, path) if isinstance(calendar, str) else {}
    return Window(
        name="peak" if peak else "off-peak",
        times=times or Decimal(1),
        utc_offset="+00:00",
        days="mon-fri" if rule.get("weekdays_only") else "mon-sun",
        hours=tuple(
            f"{text(begin, path)}-{'24:00' if end == '00:00' else text(end, path)}"
            for begin, end in hours
        ),
        holidays=tuple(day(holiday, path) for holiday in free.get("dates") or ()),
    )
