"""What a unit can cost: outside of its band, a price was most likely written in another unit.

A band is a sanity check, not a market survey: its ends lie well outside of the cheapest and the
dearest offers known, so that what crosses them is off by a power of ten and not by a sale.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import NamedTuple

from costplan.catalog.fees import BY_CONTEXT, REQUESTS, STORAGE
from costplan.words import TOKEN_KINDS


class Band(NamedTuple):
    """Money per unit (USD or of its size), both ends allowed, and why there."""

    low: Decimal
    high: Decimal
    reason: str


def _band(low: str, high: str, reason: str) -> Band:
    return Band(Decimal(low), Decimal(high), reason)


CHAT_IN = _band("0.001", "200", "the smallest open models cost a cent, the dearest asked for 150")
CHAT_OUT = _band("0.001", "1000", "a cent for the smallest, 600 for the dearest reasoning model")
CACHED = _band("0.0001", "200", "a tenth of the input rate is common, the whole of it the most")
MEDIA_IN = _band("0.001", "500", "audio input has been priced up to 100")
MEDIA_OUT = _band("0.001", "1000", "audio output has been priced up to 200, images to 160")
WRITTEN = _band("0.0001", "400", "at most twice the input rate")
SMALL: Mapping[str, Band] = {
    "embedding": _band("0.0005", "2", "embeddings are small models: 0.01 to 0.2"),
    "rerank": _band("0.001", "5", "rerankers are small models: 0.02 to 0.05"),
}
"""Per million input tokens of models that answer nothing."""
FEES: Mapping[str, Band] = {
    "web_searches": _band("0.0001", "0.2", "a search costs half a cent to three and a half"),
    "searches": _band("0.0001", "0.2", "a reranked search costs a fifth of a cent"),
    "training_tokens": _band("0.00000005", "0.0005", "0.4 to 100 per million tokens trained on"),
    **dict.fromkeys(
        (REQUESTS, *BY_CONTEXT.values()),
        _band("0.0001", "0.2", "a request that searches pays half a cent to a cent and a half"),
    ),
    STORAGE: _band("0.00000001", "0.0001", "half a dollar to five for a million tokens an hour"),
}
"""Per call or token, by the fee's name."""
HOUR = _band("0.001", "500", "from a shared slice to a machine of eight top GPUs")
SECOND = _band("0.0000003", "0.15", "an hour's band over 3,600")
STORED = _band("0.0005", "20", "archives cost a tenth of a cent, memory-resident storage a few")
EVENT = _band("0.0000000001", "5", "calls, spans and units are sold by the thousand or million")
PERSON = _band("1", "2000", "a login costs 5 to 400 a month")
UNITS: Mapping[str, Band] = {
    "vCPU-hour": _band("0.001", "2", "0.04 to 0.18 for a core with little memory"),
    "CPU-hour": _band("0.001", "2", "0.04 to 0.18 for a core with little memory"),
    "vCPU-second": _band("0.0000003", "0.0006", "a vCPU-hour's band over 3,600"),
    "GB-hour": _band("0.00001", "1", "memory costs about half a cent"),
    "GiB-hour": _band("0.00001", "1", "memory costs about half a cent"),
    "GB-second": _band("0.000000001", "0.0003", "a GB-hour's band over 3,600"),
    "GiB-second": _band("0.000000001", "0.0003", "a GB-hour's band over 3,600"),
    "GB-month": STORED,
    "GiB-month": STORED,
    "GB-day": _band("0.00002", "1", "a GB-month's band over 30"),
    "GB": _band("0.0001", "50", "traffic, logs and traces cost 0.01 to 4"),
    "GiB": _band("0.0001", "50", "traffic, logs and traces cost 0.01 to 4"),
    "GPU-hour": _band("0.05", "50", "0.2 for an old card, 15 for a new one on demand"),
    "GPU-second": _band("0.00001", "0.015", "a GPU-hour's band over 3,600"),
    "chip-hour": _band("0.05", "50", "0.5 to 13 for an accelerator chip"),
    "instance-hour": HOUR,
    "node-hour": HOUR,
    "cluster-hour": HOUR,
    "pod-minute": _band("0.00002", "10", "an hour's band over 60"),
    "second": SECOND,
    "seat-month": PERSON,
    "user-month": PERSON,
    "agent-month": PERSON,
    "month": _band("0.01", "100000", "a plan's fee; more is negotiated, not published"),
    "case": _band("0.1", "500", "minutes to hours of a person"),
    "resolution": _band("0.05", "50", "an automatic resolution costs about one"),
    "session": _band("0.0001", "10", "minutes of a machine"),
}
"""Per unit, for charges of offers."""
FAMILIES: tuple[tuple[str, Band], ...] = (
    ("-hour", HOUR),
    ("-minute", _band("0.00002", "10", "an hour's band over 60")),
    ("-second", SECOND),
    ("-month", _band("0.0000000001", "2000", "from a stored number to a person's seat")),
    ("", EVENT),
)
"""For units that are not named: the first ending that fits; the last fits all."""


def token_band(model: str, kind: str) -> Band | None:
    """The band of a kind of token per million, None where no such rate is expected."""
    row = TOKEN_KINDS[kind]
    if row.medium != "text":
        return MEDIA_IN if row.whole == "input" else MEDIA_OUT
    if model != "chat":
        return SMALL.get(model) if kind == "input" else None
    if row.cache:
        return CACHED if row.cache == "read" else WRITTEN
    return CHAT_IN if row.whole == "input" else CHAT_OUT


def unit_band(unit: str) -> Band:
    """The band of a charge's unit."""
    own = UNITS.get(unit)
    return own or next(band for ending, band in FAMILIES if unit.endswith(ending))
