"""Invoices: FOCUS 1.0 to 1.4, cost pages of OpenAI and Anthropic, and tables with named columns.

What a line bills is told by ``[invoice]`` of a map file, by its exact words; by the words of
OpenAI's and Anthropic's own pages, which name a model and a kind of token; or by an offer's id in
``SkuId``, as costplan's own FOCUS rows have it. Anything else is a line that nobody mapped.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any, NamedTuple

from costplan.catalog.fees import FEES
from costplan.catalog.lookup import Catalog
from costplan.catalog.model import Model
from costplan.document.reconciliation import Billed
from costplan.problems import BadUsage, did_you_mean
from costplan.quantity import LARGEST
from costplan.store.traces import tables
from costplan.store.traces.engine import Engine
from costplan.store.traces.names import Names
from costplan.store.traces.paths import maps
from costplan.store.traces.reading import safe
from costplan.store.traces.records import File, Unread, files_of, looked_at, records
from costplan.weektime import in_utc
from costplan.words import TOKEN_KINDS

UNIT = re.compile(
    r"^(?:(\d[\d_,]*)|per)?\s*([kKmMbB])?[\s_]*(?:tokens?|requests?|units?|search(?:es)?)?$",
    re.I,
)
SCALES = {"": 1, "K": 1_000, "M": 1_000_000, "B": 1_000_000_000}
OPENAI_KINDS = {
    "input": "input",
    "cached input": "cache_read",
    "cache write": "cache_write",
    "output": "output",
    "audio input": "input_audio",
    "audio output": "output_audio",
    "image input": "input_image",
    "image output": "output_image",
}
"""What the second half of a ``line_item`` says."""
ANTHROPIC_KINDS = {
    "uncached_input_tokens": "input",
    "cache_read_input_tokens": "cache_read",
    "cache_creation.ephemeral_5m_input_tokens": "cache_write",
    "cache_creation.ephemeral_1h_input_tokens": "cache_write_1h",
    "output_tokens": "output",
}
CENTS = Decimal(100)
FOCUS = ("BilledCost", "ChargeCategory")
"""Columns that every version of FOCUS has."""
FOCUS_VERSION = re.compile(r"v?1\.(?:0|[1-4](?:-preview)?)(?:\.\d+)?")
"""The versions that are understood. 1.0-preview is another one than 1.0: its quantities have other
names."""
UNDERSTOOD = "FOCUS 1.0, 1.1, 1.2, 1.3 and 1.4 are understood"
BEFORE_FOCUS_1 = {
    "0.5": ({"AmortizedCost", "ChargeType"}, {"ChargeCategory"}),
    "1.0-preview": ({"ChargeSubcategory", "UsageQuantity"}, {"ConsumedQuantity"}),
}
"""By version from before 1.0 the columns of which it has any, and those that it has not."""
ITEMS = ("SkuMeter", "SkuId", "SkuPriceId", "ChargeDescription", "ServiceName")
"""What names a line of FOCUS, the most exact first."""
MODELS = "AI and Machine Learning"
"""The ``ServiceCategory`` that models are of; a line of another one is none of theirs."""
ELSEWHERE = "elsewhere"
PLAIN = ("item", "quantity", "unit", "amount", "currency", "begin", "end", "category")
"""Columns of a table of one's own; ``item`` and ``amount`` are needed."""


class Invoice(NamedTuple):
    """The lines of some files; those of other services, as a cloud's whole bill has them; and how
    many could not be read."""

    lines: list[Billed]
    elsewhere: list[Billed]
    unread: int


class Reader:
    """Invoices of one catalogue. ``given``: lines of ``[invoice]``, an offer and a charge each."""

    def __init__(
        self, catalog: Catalog, given: Mapping[str, str], columns: Mapping[str, str]
    ) -> None:
        self.catalog = catalog
        self.names = Names(catalog, {})
        self.given = {item: self._target(item, said) for item, said in given.items()}
        self.columns = columns
        self.unread = 0

    def _target(self, item: str, said: str) -> tuple[str, str]:
        offer, _, charge = said.strip().partition(" ")
        entry = self.catalog.get(offer)
        known = (*TOKEN_KINDS, *FEES) if isinstance(entry.item, Model) else ()
        if known and charge not in known:
            hint = did_you_mean(charge, known) or "charges: " + ", ".join(known)
            raise BadUsage(f"[invoice] {item!r}: {offer} has no charge '{charge}'", hint)
        return entry.id, charge

    def read(self, names: Iterable[str], engine: Engine) -> Invoice:
        """The lines of every file. Raises BadUsage for what is no invoice."""
        lines: list[Billed] = []
        for file in files_of(names):
            lines += self._file(file, engine)
        if not lines:
            raise BadUsage("the invoice has no line that could be read")
        own = [line for line in lines if line.category != ELSEWHERE]
        return Invoice(own, [line for line in lines if line.category == ELSEWHERE], self.unread)

    def _file(self, file: File, engine: Engine) -> list[Billed]:
        if file.path is None:
            raise BadUsage("an invoice is not read from standard input", "name a file")
        content, packing = looked_at(file)
        if content != "json":
            return self._table(file, content, packing, engine)
        lines: list[Billed] = []
        for record in records(file, packing):
            if isinstance(record, Unread):
                self.unread += 1
                continue
            paged = list(self._page(record))
            lines += paged or self._rows([record], record.keys(), file)
        return lines

    def _page(self, record: Mapping[str, Any]) -> Iterable[Billed]:
        """The lines of a page of OpenAI's or Anthropic's cost API."""
        for bucket in maps(record.get("data")):
            for result in maps(bucket.get("results")):
                line = (
                    self._openai(bucket, result)
                    if isinstance(result.get("amount"), Mapping)
                    else self._anthropic(bucket, result)
                )
                if line is None:
                    self.unread += 1
                else:
                    yield line

    def _openai(self, bucket: Mapping[str, Any], result: Mapping[str, Any]) -> Billed | None:
        money = result["amount"]
        amount = number(money.get("value"))
        if amount is None:
            return None
        item = str(result.get("line_item") or "(no line item)")
        model, _, kind = item.rpartition(", ")
        offer, charge = self._model("openai", model, OPENAI_KINDS.get(kind))
        if item in self.given:
            offer, charge = self.given[item]
        quantity = scaled(result.get("quantity"), result.get("quantity_unit"))
        begin, end = day_of(bucket.get("start_time")), last_day(bucket.get("end_time"))
        currency = str(money.get("currency") or "usd").upper()
        return Billed(item, offer, charge, quantity, amount, "usage", begin, end, currency)

    def _anthropic(self, bucket: Mapping[str, Any], result: Mapping[str, Any]) -> Billed | None:
        """Amounts are texts of cents."""
        amount = number(result.get("amount"))
        if amount is None:
            return None
        kind = str(result.get("token_type") or result.get("cost_type") or "")
        model = str(result.get("model") or "")
        item = str(result.get("description") or f"{model} {kind}").strip()
        charge = "web_searches" if kind == "web_search" else ANTHROPIC_KINDS.get(kind)
        offer, charged = self._model("anthropic", model, charge)
        if item in self.given:
            offer, charged = self.given[item]
        begin, end = day_of(bucket.get("starting_at")), last_day(bucket.get("ending_at"))
        currency = str(result.get("currency") or "USD").upper()
        quantity = number(result.get("quantity"))
        return Billed(item, offer, charged, quantity, amount / CENTS, "usage", begin, end, currency)

    def _model(self, vendor: str, model: str, charge: str | None) -> tuple[str | None, str]:
        if not model or charge is None:
            return None, ""
        entry = self.names.find(vendor, model)
        return (None, "") if entry is None or isinstance(entry, str) else (entry.id, charge)

    def _table(self, file: File, content: str, packing: str, engine: Engine) -> list[Billed]:
        name = tables.worded(safe(file, engine))
        relation = (
            f"read_parquet({name})"
            if content == "parquet"
            else f"read_csv({name}, all_varchar = true, header = true, compression = '{packing}')"
        )
        try:
            described = [str(row[0]) for row in engine.ask(f"DESCRIBE SELECT * FROM {relation}")]
            chosen = ", ".join(f"CAST({tables.quoted(column)} AS VARCHAR)" for column in described)
            rows = engine.ask(f"SELECT {chosen} FROM {relation}")
        except engine.error as error:
            first = str(error).strip().splitlines()[0][:200]
            raise BadUsage(f"{file.name} cannot be read: {first}") from None
        given = [dict(zip(described, row, strict=True)) for row in rows]
        return self._rows(given, described, file)

    def _rows(
        self, rows: Iterable[Mapping[str, Any]], columns: Iterable[str], file: File
    ) -> list[Billed]:
        names = set(columns)
        focus = all(column in names for column in FOCUS)
        wanted = {name: self.columns.get(name, name) for name in PLAIN}
        if not self.columns:
            rows = list(rows)
            _refuse_other_focus(rows, names, file)
        if not focus and not {wanted["item"], wanted["amount"]} <= names:
            raise BadUsage(
                f"{file.name} is no invoice that is known",
                "FOCUS, a page of costs, or a table: --invoice-map item=COLUMN amount=COLUMN; "
                "it has: " + ", ".join(sorted(names)[:30]),
            )
        lines = [self._focus(row) if focus else self._plain(row, wanted) for row in rows]
        self.unread += sum(line is None for line in lines)
        return [line for line in lines if line is not None]

    def _plain(self, row: Mapping[str, Any], wanted: Mapping[str, str]) -> Billed | None:
        amount = number(row.get(wanted["amount"]))
        item = text(row.get(wanted["item"]))
        if amount is None or item is None:
            return None
        offer, charge = self._named(item, None)
        category = (text(row.get(wanted["category"])) or "usage").lower()
        return Billed(
            item,
            offer,
            charge,
            scaled(row.get(wanted["quantity"]), row.get(wanted["unit"])),
            amount,
            category,
            day_of(row.get(wanted["begin"])),
            last_day(row.get(wanted["end"])) or day_of(row.get(wanted["begin"])),
            text(row.get(wanted["currency"])),
        )

    def _focus(self, row: Mapping[str, Any]) -> Billed | None:
        amount = number(row.get("BilledCost"))
        if amount is None:
            return None
        names = [item for name in ITEMS if (item := text(row.get(name))) is not None]
        offer, charge = None, ""
        for item in names:
            offer, charge = self._named(item, text(row.get("SkuId")))
            if offer is not None:
                break
        consumed = scaled(row.get("ConsumedQuantity"), row.get("ConsumedUnit"))
        priced = scaled(row.get("PricingQuantity"), row.get("PricingUnit"))
        category = (text(row.get("ChargeCategory")) or "usage").lower()
        if offer is None and (text(row.get("ServiceCategory")) or MODELS) != MODELS:
            category = ELSEWHERE
        return Billed(
            names[0] if names else "(no name)",
            offer,
            charge,
            priced if priced is not None else consumed,
            amount,
            category,
            day_of(row.get("ChargePeriodStart")),
            last_day(row.get("ChargePeriodEnd")),
            text(row.get("BillingCurrency")),
        )

    def _named(self, item: str, sku: str | None) -> tuple[str | None, str]:
        """The offer and the charge of a line: as mapped, or as costplan's own rows name them."""
        if item in self.given:
            return self.given[item]
        words = f"{sku} {item}" if sku is not None and "/" in sku else item
        offer, _, label = words.partition(" ")
        entry = self.catalog.find(offer) if "/" in offer else None
        if entry is None or not isinstance(entry.item, Model):
            return None, ""
        charge = label.partition(" ")[0]
        return (entry.id, charge) if charge in (*TOKEN_KINDS, *FEES) else (None, "")


def _refuse_other_focus(
    rows: Sequence[Mapping[str, Any]], names: AbstractSet[str], file: File
) -> None:
    """Raises BadUsage for FOCUS of a version whose columns mean something else, by its name."""
    if "BilledCost" not in names:
        return
    versions = {version for name in names if _is_version(name) for version in _values(rows, name)}
    other = next(
        (version for version in sorted(versions) if not FOCUS_VERSION.fullmatch(version)), None
    )
    for version, (any_of, none) in BEFORE_FOCUS_1.items():
        if names & any_of and not names & none:
            other = other or version
    if other is not None:
        hint = f"{UNDERSTOOD}; as a table: --invoice-map item=COLUMN amount=BilledCost ..."
        raise BadUsage(f"{file.name} is FOCUS {other}, which is not read", hint)


def _is_version(name: str) -> bool:
    return name.lower().replace("_", "").removeprefix("x") == "focusversion"


def _values(rows: Iterable[Mapping[str, Any]], name: str) -> set[str]:
    return {value for row in rows if (value := text(row.get(name))) is not None}


def text(value: Any) -> str | None:
    """A cell as text; None for an empty one. Real exports write a bare NULL."""
    if value is None or isinstance(value, Mapping | list):
        return None
    cell = str(value).strip()
    return None if cell in ("", "NULL", "null", "None", "nan") else cell[:300]


def number(value: Any) -> Decimal | None:
    """A cell as a number of sane size; None where it is none."""
    cell = text(value)
    if cell is None or isinstance(value, bool):
        return None
    try:
        amount = Decimal(cell.replace(",", ""))
    except InvalidOperation:
        return None
    return amount if amount.is_finite() and abs(amount) < LARGEST * 1000 else None


def scaled(value: Any, unit: Any) -> Decimal | None:
    """A quantity in single units: 3 of "1K Tokens" are 3,000. None for a unit that is not known."""
    quantity, said = number(value), text(unit)
    if quantity is None or said is None:
        return quantity
    match = UNIT.match(said)
    if match is None:
        return None
    size = Decimal((match[1] or "1").replace(",", "").replace("_", ""))
    return quantity * size * SCALES[(match[2] or "").upper()]


def day_of(value: Any) -> date | None:
    """The UTC day of a time; None where it is none."""
    moment = _moment(value)
    return None if moment is None else moment.date()


def last_day(value: Any) -> date | None:
    """The last day before an end, which is no part of its period."""
    moment = _moment(value)
    return None if moment is None else (moment - timedelta(microseconds=1)).date()


def _moment(value: Any) -> datetime | None:
    said = text(value)
    if said is None:
        return None
    try:
        if said.isdigit():
            return datetime.fromtimestamp(int(said), UTC)
        return in_utc(datetime.fromisoformat(said))
    except (ValueError, OverflowError, OSError):
        return None
