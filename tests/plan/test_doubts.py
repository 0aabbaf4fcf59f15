"""When a refresh is refused: each limit at its edge and one step past it."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from costplan.catalog.origin import Provenance
from costplan.document.price_diff import Figure, Kind, OfferChange, PriceChange, PriceDiff, Side
from costplan.document.refresh import SourceRead
from costplan.plan.prices.doubts import doubts, jumped

DAY = date(2026, 11, 22)
WHERE = Provenance("https://example.com", "dataset", DAY, DAY)


def source(had: int, gone: int, first: bool = False) -> SourceRead:
    lost = tuple(f"acme/m{at}" for at in range(gone))
    return SourceRead("litellm", "litellm", "dataset", "a file", DAY, had, had, first, lost, ())


def figure(value: str | None) -> Figure | None:
    if value is None:
        return None
    return Figure(Decimal(value), Decimal(1_000_000), "token", "USD", WHERE)


def change(
    old: str | None,
    new: str | None,
    kind: Kind = "rate",
    announced: date | None = None,
    name: str = "acme/m",
) -> OfferChange:
    still = PriceChange("rate", "output", None, "price", figure("1"), figure("2"), Decimal(100))
    moved = PriceChange(kind, "input", None, "price", figure(old), figure(new), None, announced)
    return OfferChange(name, "changed", "tokens", "Acme", "refreshed", (still, moved))


def diff(changes: tuple[OfferChange, ...] = (), same: int = 0, unchanged: int = 0) -> PriceDiff:
    side, names = Side("here", DAY), tuple(f"acme/same{at}" for at in range(same))
    return PriceDiff(side, side, changes, names, unchanged)


@pytest.mark.parametrize(
    ("had", "gone", "first", "refused"),
    [
        (5, 1, False, False),
        (5, 2, False, True),
        (10, 2, False, False),
        (10, 3, False, True),
        (10, 5, True, False),
        (10, 6, True, True),
        (5, 5, False, True),
        (4, 4, False, False),
        (4, 4, True, False),
        (0, 0, True, False),
    ],
)
def test_a_source_may_lose_a_fifth_or_half_of_what_only_rests_on_it(
    had: int, gone: int, first: bool, refused: bool
) -> None:
    said = f"litellm no longer shows {gone} of the {had} models it had"
    assert doubts([source(had, gone, first)], diff()) == ((said,) if refused else ())


@pytest.mark.parametrize(
    ("old", "new", "jumps"),
    [
        ("1", "10", False),
        ("1", "10.01", True),
        ("10", "1", False),
        ("10.01", "1", True),
        ("20", "19", False),
        ("19", "20", False),
        ("0.019", "0.02", False),
        ("0", "10", False),
        ("10", "0", False),
        (None, "10", False),
        ("10", None, False),
    ],
)
def test_ten_times_is_no_jump_and_more_is_one(
    old: str | None, new: str | None, jumps: bool
) -> None:
    moved = change(old, new)
    assert list(jumped([moved])) == ([moved] if jumps else [])


def test_what_is_announced_and_what_is_no_rate_never_jumps() -> None:
    assert not jumped([change("1", "100", announced=DAY), change("1", "100", kind="fee")])


@pytest.mark.parametrize(
    ("same", "unchanged", "refused"),
    [(0, 49, False), (20, 29, False), (0, 48, True), (20, 28, True)],
)
def test_one_jump_in_fifty_is_taken_and_one_in_forty_nine_is_not(
    same: int, unchanged: int, refused: bool
) -> None:
    reasons = doubts([], diff((change("0.002", "2"),), same, unchanged))
    assert reasons == (
        (
            "prices of 1 of 49 models moved more than 10 times, such as acme/m input 0.002 -> 2: "
            "a unit may have been mistaken",
        )
        if refused
        else ()
    )


def test_every_reason_is_said() -> None:
    reasons = doubts([source(10, 10), source(9, 1), source(9, 9)], diff((change("1", "11"),)))
    assert [reason.split()[0] for reason in reasons] == ["litellm", "litellm", "prices"]
