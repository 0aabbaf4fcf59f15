"""One time limit for all that a conversation over a network takes: tries, waits, pages."""

from __future__ import annotations

import random
import time
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from costplan.problems import BadUsage
from costplan.weektime import in_utc

WAIT = 0.25
"""Seconds before the second try; doubled for each further one."""


class Deadline:
    """``seconds`` from now; what does not fit in raises ``refusal``."""

    def __init__(self, seconds: float, refusal: type[BadUsage]) -> None:
        self.seconds, self.refusal = seconds, refusal
        self.end = time.monotonic() + seconds

    def left(self, name: str) -> float:
        """Seconds that are left for ``name``. Raises where there are none."""
        left = self.end - time.monotonic()
        if left <= 0:
            raise self.refusal(
                f"{name}: not done within {self.seconds:g} seconds",
                "--timeout SECONDS gives it longer",
            )
        return left

    def rest(self, name: str, fault: str, asked: float | None, attempt: int) -> None:
        """Wait before the next try: as long as the server asks, or longer from try to try.

        The random half keeps a thousand builds that failed together from coming back together.
        Raises at once where the wait would go past the end.
        """
        wait = WAIT * 2**attempt * (0.5 + random.random() / 2) if asked is None else asked
        if wait >= self.left(name):
            raise self.refusal(
                f"{name} {fault} and asks to wait {wait:,.0f} seconds"
                if asked is not None
                else f"{name}: {fault}; not done within {self.seconds:g} seconds",
                "try again later, or --timeout SECONDS",
            )
        time.sleep(wait)


def retry_after(headers: Mapping[str, str]) -> float | None:
    """What Retry-After asks for, in seconds from now: a number of seconds or a date."""
    text = headers.get("Retry-After", "").strip()
    if text.isascii() and text.isdigit() and len(text) < 10:
        return float(text)
    when = moment(text)
    return max(0.0, (when - datetime.now(UTC)).total_seconds()) if when else None


def moment(text: str) -> datetime | None:
    """A date as HTTP writes it, or None."""
    try:
        return in_utc(parsedate_to_datetime(text))
    except (ValueError, OverflowError):
        return None
