"""Line items as plain data, and back."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from costplan.document.fields import Fields
from costplan.document.line import Conversion, Exchanged, LineItem, Price
from costplan.quantity import ONE
from costplan.words import CONFIDENCES, PURPOSES, STATED


def line_data(line: LineItem) -> dict[str, Any]:
    """One line. ``flat`` is there only where the formula is no quantity times a price."""
    price = line.price
    data: dict[str, Any] = {
        "role": line.role,
        "component": line.component,
        "step": line.step,
        "offer": price.offer,
        "charge": price.charge,
        "variant": price.variant,
        "purpose": line.purpose,
        "tags": list(line.tags),
        "fixed": line.fixed,
        "quantity": line.quantity,
        "unit": price.unit,
        "price": price.price,
        "per": price.per,
        "list_amount": line.list_amount,
        "amount": line.amount,
        "formula": line.formula,
        "quantity_formula": line.basis or None,
        "quantity_used": line.used if line.used is not None else line.quantity,
        "source": price.source,
        "since": price.since.isoformat(),
        "checked": price.checked.isoformat(),
        "confidence": price.confidence,
    }
    if line.flat is not None:
        data["flat"] = True
    if line.region is not None:
        data["region"] = line.region
    if line.contracted is not None:
        data["contracted_amount"] = line.contracted
    if line.exchanged is not None:
        rate = line.exchanged.conversion
        data["original_currency"] = rate.currency
        data["original_list_amount"] = line.exchanged.list_amount
        data["original_amount"] = line.exchanged.amount
        data["exchange_rate"] = rate.rate
        data["exchange_unit"] = rate.unit
        data["exchange_date"] = rate.date.isoformat()
        data["exchange_source"] = rate.source
    if line.terms:
        data["terms"] = [{"name": name, "amount": change} for name, change in line.terms]
    return data


def unpriced_data(lines: Iterable[LineItem]) -> list[dict[str, Any]]:
    """The lines without a price, each with its reason."""
    return [
        {
            "role": line.role,
            "offer": line.price.offer,
            "charge": line.price.charge,
            "quantity": line.quantity,
            "unit": line.price.unit,
            "reason": line.price.reason,
        }
        for line in lines
    ]


def read_line(at: Fields) -> LineItem:
    """One line. Its price's reason stands in the list of unpriced lines: see ``give_reasons``."""
    price = Price(
        offer=at.text("offer"),
        charge=at.text("charge"),
        unit=at.text("unit"),
        price=at.maybe_number("price"),
        per=at.amount("per") or ONE,
        source=at.text("source"),
        confidence=at.choice("confidence", (*CONFIDENCES, STATED)),
        since=at.day("since"),
        checked=at.day("checked"),
        variant=at.maybe_text("variant"),
    )
    if "per" in at.data and at.data["per"] == 0:
        at.wrong("per", "must be more than 0")
    formula, quantity, used = at.text("formula"), at.amount("quantity"), at.amount("quantity_used")
    listed, amount = at.maybe_number("list_amount"), at.maybe_number("amount")
    if (listed is None) != (amount is None):
        at.wrong("amount", "and list_amount must be both known or both null")
    flat = at.flag("flat") if "flat" in at.data else False
    return LineItem(
        price=price,
        quantity=quantity,
        list_amount=listed,
        amount=amount,
        role=at.text("role"),
        component=at.text("component"),
        purpose=at.choice("purpose", PURPOSES),
        fixed=at.flag("fixed"),
        basis=at.maybe_text("quantity_formula") or "",
        step=at.maybe_text("step"),
        tags=tuple(at.texts("tags")),
        used=used if used != quantity else None,
        flat=formula if flat else None,
        written=formula,
        contracted=at.number("contracted_amount") if at.has("contracted_amount") else None,
        exchanged=_read_exchange(at) if at.has("original_currency") else None,
        terms=tuple((one.text("name"), one.number("amount")) for one in at.each("terms"))
        if "terms" in at.data
        else (),
        region=at.text("region") if "region" in at.data else None,
    )


def _read_exchange(at: Fields) -> Exchanged:
    currency, unit = at.text("original_currency"), at.text("exchange_unit")
    if currency not in unit.split("/"):
        at.wrong("exchange_unit", f"must be a pair with {currency}, not {unit}")
    rate = Conversion(
        currency=currency,
        rate=at.amount("exchange_rate"),
        unit=unit,
        divide=unit.startswith(f"{currency}/"),
        date=at.day("exchange_date"),
        source=at.text("exchange_source"),
    )
    listed = at.maybe_number("original_list_amount")
    return Exchanged(rate, listed, at.maybe_number("original_amount"))


def give_reasons(unpriced: Sequence[LineItem], reasons: Sequence[Fields]) -> None:
    """Each unpriced line its reason, in the same order. Lines may share a price: each gets one."""
    from dataclasses import replace

    for line, said in zip(unpriced, reasons, strict=False):
        line.price = replace(line.price, reason=said.maybe_text("reason"))
