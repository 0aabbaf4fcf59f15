"""Rules on what an entry says of itself: limits, currency, names of its sources."""

from __future__ import annotations

from collections.abc import Iterable

from costplan.catalog.lookup import Entry
from costplan.catalog.model import Model
from costplan.catalog.offer import Offer
from costplan.plan.prices.audit.parts import Hit, Terms
from costplan.problems import did_you_mean

ISO_4217 = (
    "AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BGN BHD BIF BMD BND BOB BRL BSD BTN BWP BYN "
    "BZD CAD CDF CHF CLP CNY COP CRC CUP CVE CZK DJF DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL "
    "GHS GIP GMD GNF GTQ GYD HKD HNL HTG HUF IDR ILS INR IQD IRR ISK JMD JOD JPY KES KGS KHR KMF "
    "KPW KRW KWD KYD KZT LAK LBP LKR LRD LSL LYD MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN "
    "MYR MZN NAD NGN NIO NOK NPR NZD OMR PAB PEN PGK PHP PKR PLN PYG QAR RON RSD RUB RWF SAR SBD "
    "SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TND TOP TRY TTD TWD TZS UAH "
    "UGX USD UYU UZS VES VND VUV WST XAF XCD XOF XPF YER ZAR ZMW ZWG"
)
"""Codes in use; funds, metals and test codes left out."""
CURRENCIES = frozenset(ISO_4217.split())


def tiers_out_of_reach(entry: Entry, model: Model, terms: Terms) -> Iterable[Hit]:
    """Tiers from the edge of the context window on: no request reaches them.

    Earlier cards may have priced a larger window than the one of today.
    """
    if model.context is None:
        return
    seen = set()
    current = model.card(terms.day) or model.price[0]
    for card in model.price[model.price.index(current) :]:
        own = [tier for mode in card.mode.values() for tier in mode.tiers]
        for tier in (*card.tiers, *own):
            if tier.first >= model.context and tier.first not in seen:
                seen.add(tier.first)
                yield Hit(
                    "tiers",
                    f"a tier begins at {tier.first:,} input tokens, the context window ends at "
                    f"{model.context:,}",
                    "one of the two is wrong, or the tier belongs to another model",
                )


def output_above_context(entry: Entry, model: Model, terms: Terms) -> Iterable[Hit]:
    """An answer longer than the whole window."""
    if model.context is None or model.max_output is None:
        return
    if model.max_output > model.context:
        yield Hit(
            "max_output",
            f"max_output {model.max_output:,} is above the context window of {model.context:,}",
        )


def unknown_currency(entry: Entry) -> Iterable[Hit]:
    """A code that is no currency's."""
    if entry.currency not in CURRENCIES:
        upper = entry.currency.strip().upper()
        hint = did_you_mean(upper, [upper] if upper in CURRENCIES else sorted(CURRENCIES))
        yield Hit("currency", f"'{entry.currency}' is no currency of ISO 4217", hint)


def model_currency(entry: Entry, model: Model, terms: Terms) -> Iterable[Hit]:
    """``unknown_currency`` of a model's file."""
    return unknown_currency(entry)


def offer_currency(entry: Entry, offer: Offer, terms: Terms) -> Iterable[Hit]:
    """``unknown_currency`` of an offer's file."""
    return unknown_currency(entry)
