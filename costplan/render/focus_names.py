"""Providers, services and units as a cloud's own FOCUS export spells them, so that rows join it.

A saved document knows an offer by its id. Ids of the three large clouds are given the names of
their exports (AWS Data Exports, Microsoft Cost Management, Google Cloud billing); every other
vendor keeps the prefix of its ids, as no export of theirs is published.
"""

from __future__ import annotations

import re
from decimal import Decimal
from functools import cache
from typing import NamedTuple

from costplan.quantity import literal
from costplan.words import WORKLOAD

PROVIDERS = {
    "aws": "AWS",
    "bedrock": "AWS",
    "bedrock-mantle": "AWS",
    "azure": "Microsoft",
    "google": "Google Cloud",
    "vertex": "Google Cloud",
}
SERVICES = (
    ("aws/agentcore", "Amazon Bedrock AgentCore"),
    ("aws/bedrock", "Amazon Bedrock"),
    ("bedrock", "Amazon Bedrock"),
    ("aws/opensearch", "Amazon OpenSearch Service"),
    ("aws/aurora", "Amazon Relational Database Service"),
    ("aws/rds", "Amazon Relational Database Service"),
    ("aws/s3", "Amazon Simple Storage Service"),
    ("aws/lambda", "AWS Lambda"),
    ("aws/fargate", "Amazon Elastic Container Service"),
    ("aws/step-functions", "AWS Step Functions"),
    ("aws/", "Amazon Elastic Compute Cloud"),
    ("azure/ai-search", "Azure AI Search"),
    ("azure/container-apps", "Azure Container Apps"),
    ("azure/postgres", "Azure Database for PostgreSQL"),
    ("azure/", "Azure OpenAI"),
    ("google/alloydb", "AlloyDB"),
    ("google/cloud-run", "Cloud Run"),
    ("google/cloudsql", "Cloud SQL"),
    ("google/tpu", "Compute Engine"),
    ("google/agent", "Vertex AI"),
    ("google/vertex", "Vertex AI"),
    ("vertex/", "Vertex AI"),
    ("google/", "Gemini API"),
)
"""The first beginning of an id that fits."""


class Service(NamedTuple):
    """Who sells an offer, and under which name of a service."""

    provider: str
    name: str


@cache
def service(offer: str, vendor: str, component: str = "") -> Service:
    """Of an offer's id; ``vendor``: its prefix. What the workload file states itself is named by
    its ``component``."""
    provider = PROVIDERS.get(vendor)
    if provider is None:
        return Service(vendor, f"{offer} {component}".strip() if offer == WORKLOAD else offer)
    return Service(
        provider, next((name for start, name in SERVICES if offer.startswith(start)), offer)
    )


SIZES = frozenset(f"{prefix}{unit}" for prefix in ("", *"KMGTPE") for unit in "bB") | frozenset(
    f"{prefix}i{unit}" for prefix in "KMGTPE" for unit in "bB"
)
TIMES = ("year", "month", "day", "hour", "minute", "second", "millisecond", "microsecond")
OTHERS = {
    "byte": "B",
    "I/O request": "IO Requests",
    "20-minute session": "Sessions",
    "series": "Series",
    "kWh": "kWh",
    "MB/s": "MB/Second",
    "MB/s-month": "MBps-Months",
    "": "Units",
}
"""Units whose words do not follow the rules."""


@cache
def unit_name(unit: str, per: Decimal = Decimal(1)) -> str:
    """A unit of the catalogue in UnitFormat: ``GB-month`` is GB-Months, a price per million tokens
    is per ``1000000 Tokens``; of ``USD of operator hours`` the unit is USD."""
    size = "" if per == 1 else f"{literal(per)} "
    if unit in OTHERS:
        return size + OTHERS[unit]
    measured = re.split(r" of | each | at | beyond ", unit)[0]
    rate = re.fullmatch(r"(.+) an? (\w+)", measured)
    if rate:
        return f"{size}{_plural(_titled(rate[1]))}/{_titled(rate[2])}"
    base, hyphen, time = measured.rpartition("-")
    if hyphen and time in TIMES:
        return f"{size}{_titled(base)}-{_plural(_titled(time))}"
    return size + _plural(_titled(measured))


def is_metered(unit: str) -> bool:
    """Whether a fixed charge of this unit is use that a meter counts: hours of a machine, stored
    gigabytes. What is left, such as seats and plans a month, is bought."""
    base, _, time = unit.rpartition("-")
    return time in TIMES[2:] or base in SIZES or unit in SIZES or unit == "kWh"


def _titled(words: str) -> str:
    return " ".join(
        word if word in SIZES or not word.islower() else word.capitalize() for word in words.split()
    )


def _plural(words: str) -> str:
    if words.rpartition(" ")[2] in SIZES or words == "USD":
        return words
    if words.endswith("y") and words[-2:-1] not in "aeiou":
        return words[:-1] + "ies"
    return words + ("es" if words.endswith(("s", "x", "ch", "sh")) else "s")
