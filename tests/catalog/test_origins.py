"""Where a price comes from: who vouches for it, how old it is, and what a sum of several is."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import pairwise

import pytest

from costplan.catalog.origin import (
    RELEASED,
    Origin,
    Provenance,
    Source,
    combined,
    is_old,
    resolve,
    unknown_sources,
)
from costplan.words import CONFIDENCES

SOURCES = {
    "page": Source(at="vendor.test", confidence="vendor"),
    "one": Source(at="one.test", confidence="dataset"),
    "two": Source(at="two.test", confidence="dataset"),
    "blog": Source(at="blog.test", confidence="third-party"),
    "rumour": Source(at="rumour.test", confidence="unverified"),
}
SINCE, CHECKED = date(2026, 1, 1), date(2026, 11, 1)


def origin(source: str, *also: str) -> Origin:
    return Origin(since=SINCE, checked=CHECKED, source=source, also=also)


@pytest.mark.parametrize(
    ("source", "also", "confidence"),
    [
        ("one", (), "dataset"),
        ("one", ("two",), "corroborated"),
        ("one", ("page",), "corroborated"),
        ("one", ("blog",), "dataset"),
        ("one", ("blog", "two"), "corroborated"),  # one is enough
        ("page", (), "vendor"),
        ("page", ("two",), "vendor"),  # nothing lifts a vendor's own page, or lowers it
        ("blog", ("two",), "third-party"),
        ("rumour", ("page",), "unverified"),
    ],
)
def test_another_source_lifts_a_data_set_and_nothing_else(
    source: str, also: tuple[str, ...], confidence: str
) -> None:
    found = resolve(origin(source, *also), SOURCES)
    addresses = [SOURCES[name].at for name in (source, *also)]
    assert found == Provenance("; ".join(addresses), confidence, SINCE, CHECKED)  # type: ignore[arg-type]


def test_a_sum_of_prices_is_as_weak_and_as_old_as_its_worst_part() -> None:
    parts = [
        Provenance(f"{confidence}.test", confidence, date(2026, at + 1, 1), date(2026, 12 - at, 1))
        for at, confidence in enumerate(reversed(CONFIDENCES))
    ]
    for first, second in pairwise(parts):
        for pair in ([first, second], [second, first]):
            found = combined(pair)
            assert found.confidence == first.confidence
            assert (found.since, found.checked) == (second.since, second.checked)
    assert combined([parts[0]]) == parts[0]
    assert combined([parts[0], parts[0]]).source == parts[0].source


@pytest.mark.parametrize("days", [0, 30, 180])
def test_a_price_is_old_one_day_after_its_age(days: int) -> None:
    as_of = date(2026, 11, 22)
    last = as_of - timedelta(days)
    assert not is_old(last, as_of, days, as_of)
    assert is_old(last - timedelta(1), as_of, days, as_of)


@pytest.mark.parametrize("late", ["as-of", "today", "release"])
def test_a_price_may_be_read_up_to_the_latest_day_that_has_come(late: str) -> None:
    first = RELEASED - timedelta(400)
    ahead = RELEASED + timedelta(400)
    as_of, today, last = {
        "as-of": (ahead, first, ahead),
        "today": (first, ahead, ahead),
        "release": (first, first, RELEASED),
    }[late]
    assert not is_old(last, as_of, 180, today)
    assert is_old(last + timedelta(1), as_of, 180, today)


def test_every_source_that_is_named_must_be_there_and_another() -> None:
    found = list(
        unknown_sources(
            [
                (("a",), origin("gone", "page")),
                (("b",), origin("page", "lost", "page")),
                (("c",), origin("page", "one")),
            ],
            SOURCES,
        )
    )
    assert [(one.path, one.message) for one in found] == [
        (("a", "source"), "unknown source 'gone'"),
        (("b", "also"), "unknown source 'lost'"),
        (("b", "also"), "'page' cannot confirm itself"),
    ]
