"""An estimate as plain data, and back: the saved document is all that later drawings need."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from costplan.document.estimate import (
    SCHEMA_VERSION,
    Commitment,
    Component,
    Ended,
    Estimate,
    EstimateDocument,
    Month,
    Origin,
    Override,
    Pinned,
    Reliability,
)
from costplan.document.fields import Fields
from costplan.document.line_data import give_reasons, line_data, read_line, unpriced_data
from costplan.quantity import ONE, ZERO, settle

CLOSE = Decimal("1e-6")
"""How far the shares of what becomes of a request may be from a whole."""


def data(document: EstimateDocument) -> dict[str, Any]:
    """The estimate document as plain data; what follows from its lines is written out too."""
    made: dict[str, Any] = {
        "schema_version": SCHEMA_VERSION,
        "kind": "estimate",
        "workload": document.workload,
        "currency": document.currency,
        "as_of": document.as_of.isoformat(),
    }
    if document.origin is not None:
        made["origin"] = {"file": document.origin.file, "lines": document.origin.lines}
    made["catalog"] = {"hash": document.catalog_hash, "offers": document.offers}
    if document.lock is not None:
        lock = document.lock
        made["catalog"]["lock"] = {
            "file": lock.file,
            "as_of": lock.as_of.isoformat(),
            "offers": list(lock.offers),
            "moved": list(lock.moved),
            "missing": list(lock.missing),
        }
    if document.overrides:
        made["catalog"]["overrides"] = [
            {
                "offer": override.offer,
                "shelf": override.shelf,
                "prices": [
                    {"price": label, "own": own, "hidden": hidden}
                    for label, own, hidden in override.prices
                ],
                "words": list(override.words),
            }
            for override in document.overrides
        ]
    made["estimates"] = [_estimate(one) for one in document.estimates]
    return made


def _estimate(made: Estimate) -> dict[str, Any]:
    data: dict[str, Any] = {
        "stack": made.stack,
        "requests_per_month": made.requests,
        "conversations_per_month": made.conversations,
        **({} if made.seats is None else {"seats": made.seats}),
        "total_monthly": made.total_monthly,
        "at_least": made.at_least,
        "list_monthly": made.list_monthly,
        "fixed_monthly": made.fixed_monthly,
        "variable_monthly": made.variable_monthly,
        "unpriced": unpriced_data(made.unpriced),
        "by_purpose": made.by_purpose,
        "orchestration_spend": made.orchestration_spend,
        "overprovisioned_compute": made.overprovisioned_compute,
        "cost_per_request": made.cost_per_request,
        "cost_per_trusted_answer": made.cost_per_trusted_answer,
        "reliability": _reliability(made),
        "budget": None,
        "components": [_component(one) for one in made.components],
        "assumptions": made.assumptions,
        "notes": made.notes,
        "warnings": made.warnings,
        "stale": made.stale,
        "not_modelled": made.not_modelled,
        "not_included": made.not_included,
    }
    if made.budget is not None:
        data["budget"] = {
            "monthly_total": made.budget,
            "headroom": made.budget - made.total_monthly,
        }
    if made.contracted_monthly != made.total_monthly:
        data["contracted_monthly"] = made.contracted_monthly
    if made.ended:
        data["ended"] = [
            {
                "offer": end.offer,
                "date": end.date.isoformat(),
                "month": end.month,
                "months": end.months,
            }
            for end in made.ended
        ]
    if made.commitments:
        data["commitments"] = [_commitment(one) for one in made.commitments]
    if made.months:
        totals = [month.total for month in made.months]
        whole = sum(totals, Decimal(0))
        data["months"] = [_month(month) for month in made.months]
        data["mean_monthly"] = whole / len(totals)
        data["horizon_total"] = whole
    return data


def _reliability(made: Estimate) -> dict[str, Any] | None:
    found = made.reliability
    if found is None:
        return None
    return {
        "trusted": found.trusted,
        "silent": found.silent,
        "escalated": found.escalated,
        "aborted": found.aborted,
        "delivered_right": found.delivered_right,
        "delivered_wrong": found.delivered_wrong,
        "human_right": found.human_right,
        "human_wrong": found.human_wrong,
        "silent_per_month": found.silent * made.requests,
        "cases_per_month": found.escalated * made.requests,
        "trusted_per_month": found.trusted * made.requests,
        "variable_cost_mean": found.cost_mean,
        "variable_cost_sd": found.cost_sd,
        "variable_cost_month_sd": found.month_sd(made.requests),
        "variable_cost_month_quantiles": [
            {"share": share, "at_most": settle(money)}
            for share, money in found.month_quantiles(made.requests)
        ],
        "variable_cost_quantiles": [
            {"share": share, "low": low, "high": high} for share, low, high in found.cost_quantiles
        ],
        "target": found.target,
        "same_for_every_model": found.shared,
    }


def _component(component: Component) -> dict[str, Any]:
    return {
        "component": component.name,
        "total": component.total,
        "fixed": component.fixed,
        "variable": component.variable,
        "line_items": [line_data(line) for line in component.line_items],
    }


def _month(month: Month) -> dict[str, Any]:
    data = {
        "month": month.month.isoformat()[:7],
        "requests": month.requests,
        "recurring": month.recurring,
        "one_off": month.one_off,
        "total": month.total,
        "at_least": month.at_least,
    }
    if month.credits:
        data["credits"] = month.credits
    return data


def _commitment(drawn: Commitment) -> dict[str, Any]:
    return {
        "name": drawn.name,
        "monthly": drawn.monthly,
        "covered": drawn.covered,
        "unused": drawn.unused,
        "overage": drawn.overage,
        "saved": drawn.saved,
    }


def read(at: Fields) -> EstimateDocument:
    """The estimate document of plain data. Problems are noted, not raised."""
    catalog = at.within("catalog")
    document = EstimateDocument(
        workload=at.text("workload"),
        currency=at.text("currency"),
        as_of=at.day("as_of"),
        saved_hash=catalog.text("hash"),
        offers=catalog.texts("offers"),
        estimates=[_read_stack(one) for one in at.each("estimates")],
        lock=_read_lock(catalog.within("lock")) if catalog.has("lock") else None,
        origin=_read_origin(at.within("origin")) if at.has("origin") else None,
        overrides=[_read_override(one) for one in catalog.each("overrides")]
        if "overrides" in catalog.data
        else [],
    )
    names: set[str] = set()
    for number, made in enumerate(document.estimates):
        if made.stack in names:
            at.wrong("estimates", f"has the stack '{made.stack}' twice (element {number})")
        names.add(made.stack)
    return document


def _read_override(at: Fields) -> Override:
    return Override(
        offer=at.text("offer"),
        shelf=at.text("shelf"),
        prices=tuple(
            (one.text("price"), one.maybe_number("own"), one.maybe_number("hidden"))
            for one in at.each("prices")
        ),
        words=tuple(at.texts("words")),
    )


def _read_lock(at: Fields) -> Pinned:
    return Pinned(
        file=at.text("file"),
        as_of=at.day("as_of"),
        offers=tuple(at.texts("offers")),
        moved=tuple(at.texts("moved")),
        missing=tuple(at.texts("missing")),
    )


def _read_origin(at: Fields) -> Origin:
    lines = at.within("lines")
    return Origin(at.text("file"), {name: lines.whole(name, 1) for name in lines.data})


def _read_stack(at: Fields) -> Estimate:
    components = [_read_component(one) for one in at.each("components")]
    conversations = at.maybe_number("conversations_per_month", ZERO)
    made = Estimate(
        stack=at.text("stack"),
        requests=at.amount("requests_per_month"),
        conversations=conversations,
        seats=at.maybe_number("seats", ZERO) if at.has("seats") else None,
        components=components,
        months=[_read_month(one) for one in at.each("months")] if "months" in at.data else [],
        assumptions=at.texts("assumptions"),
        notes=at.texts("notes"),
        warnings=at.texts("warnings"),
        not_included=at.texts("not_included"),
        not_modelled=at.texts("not_modelled"),
        stale=at.texts("stale"),
        budget=at.within("budget").amount("monthly_total") if at.has("budget") else None,
        reliability=_read_reliability(at.within("reliability")) if at.has("reliability") else None,
    )
    if "ended" in at.data:
        made.ended = [
            Ended(end.text("offer"), end.day("date"), end.whole("month", 0), end.whole("months", 1))
            for end in at.each("ended")
        ]
    if "commitments" in at.data:
        made.commitments = [_read_commitment(one) for one in at.each("commitments")]
    give_reasons(made.unpriced, at.each("unpriced"))
    return made


def _read_commitment(at: Fields) -> Commitment:
    return Commitment(
        name=at.text("name"),
        monthly=at.amount("monthly"),
        covered=at.amount("covered"),
        overage=at.amount("overage"),
        saved=at.number("saved"),
    )


def _read_component(at: Fields) -> Component:
    made = Component(at.text("component"), [read_line(one) for one in at.each("line_items")])
    if any(line.component != made.name for line in made.line_items):
        at.wrong("line_items", f"holds a line of another component than '{made.name}'")
    return made


def _read_month(at: Fields) -> Month:
    return Month(
        month=at.month("month"),
        requests=at.amount("requests"),
        recurring=at.number("recurring"),
        one_off=at.number("one_off"),
        at_least=at.flag("at_least"),
        credits=at.amount("credits") if "credits" in at.data else ZERO,
    )


def _read_reliability(at: Fields) -> Reliability:
    made = Reliability(
        delivered_right=at.share("delivered_right"),
        delivered_wrong=at.share("delivered_wrong"),
        human_right=at.share("human_right"),
        human_wrong=at.share("human_wrong"),
        aborted=at.share("aborted"),
        cost_mean=at.number("variable_cost_mean"),
        cost_sd=at.amount("variable_cost_sd"),
        cost_quantiles=[
            (one.share("share"), one.number("low"), one.number("high"))
            for one in at.each("variable_cost_quantiles")
        ],
        target=at.maybe_number("target", ZERO),
        shared=at.texts("same_for_every_model"),
    )
    whole = made.trusted + made.silent + made.aborted
    if abs(whole - ONE) > CLOSE:
        at.wrong("trusted", f"silent and aborted must sum to 1, not {whole:f}")
    return made
