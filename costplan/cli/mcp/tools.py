"""The seven tools: what each takes, what it asks ``costplan.api``, and the summary that it answers.

All of them read and none writes. An argument that is wrong, or a file that cannot be used, is an
answer with ``isError`` and the words that a person would get, so that the model can mend it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple

from costplan.api.prices import OfferSearch
from costplan.cli.mcp.fitting import LEFT_OUT, MOST, fitted
from costplan.cli.mcp.protocol import INVALID_PARAMS, Answer, Offered, Refused, written
from costplan.document.summaries import SUMMARIES
from costplan.problems import BadUsage, CostplanError, did_you_mean
from costplan.record.schema import json_schema
from costplan.record.writing import plain

INSTRUCTIONS = (
    "costplan estimates what an LLM or agent application costs a month, from a TOML workload file "
    "and dated, sourced prices. Totals with at_least true lack a price and can only be higher. "
    "Answers are summaries: narrow them with stacks, filter and fields; left_out says what was cut."
)
HINTS = {"readOnlyHint": True, "destructiveHint": False, "openWorldHint": False}
Given = Mapping[str, Any]

TEXT = {"type": "string"}
TEXTS = {"type": "array", "items": TEXT}
NUMBER = {"type": ["number", "string"]}


def _about(schema: Answer, words: str) -> Answer:
    return {**schema, "description": words}


FILE = _about(TEXT, "Workload file in this folder; left out: the nearest costplan.toml.")
STACKS = _about(TEXTS, "Only these stacks.")
CHANGES = _about(TEXTS, "Values in place of the file's, such as step.answer.output_tokens=300.")
DAY = _about(TEXT, "The day whose prices apply, as 2026-11-22; today if left out.")
COMMON = {"workload": FILE, "stacks": STACKS, "as_of": DAY}


KINDS: dict[str, tuple[type, ...]] = {
    "string": (str,),
    "number": (int, Decimal),
    "integer": (int,),
}


class Tool(NamedTuple):
    """A tool: ``run`` takes checked arguments and returns a record of the schema ``answers``."""

    title: str
    about: str
    takes: Mapping[str, Answer]
    needs: tuple[str, ...]
    answers: type
    run: Callable[[Given], Any]


def _estimate(given: Given) -> Answer:
    from costplan.api.estimating import estimate_opened, open_workload
    from costplan.api.reporting import Choice, part
    from costplan.document.briefs import summary
    from costplan.document.kinds import Saved

    opened = open_workload(given.get("workload"), given.get("set", ()))
    document = estimate_opened(opened, _day(given), given.get("stacks", ()))
    choice = Choice((), given.get("filter", ()), given.get("fields"), None, given.get("top"))
    chosen, rows = part(Saved("", document), choice)
    brief: Answer = plain(summary(chosen.document))
    return brief if rows is None else {**brief, "lines": rows}


def _compare(given: Given) -> Any:
    from costplan.api.estimating import compare_opened, open_workload
    from costplan.cli.common.words import share
    from costplan.document.briefs import summary

    opened = open_workload(given.get("workload"), given.get("set", ()))
    goal = given.get("at_reliability")
    return summary(
        compare_opened(
            opened,
            _day(given),
            given.get("stacks", ()),
            given.get("baseline"),
            None if goal is None else share("at_reliability", str(goal)),
        )
    )


def _check(given: Given) -> Any:
    from pathlib import Path

    from costplan.api.billing import number
    from costplan.api.checking import check_subject
    from costplan.document.briefs import summary

    return summary(
        check_subject(
            given.get("workload"),
            {key: number(key, value) for key, value in given.get("limits", {}).items()},
            [Path(name) for name in given.get("policies", ())],
            baseline=given.get("baseline"),
            stacks=given.get("stacks", ()),
            as_of=_day(given) if "as_of" in given else None,
            changes=given.get("set", ()),
        )
    )


def _price_offer(given: Given) -> Any:
    from costplan.api.billing import number, price_offer
    from costplan.cli.common.words import moment
    from costplan.document.briefs import summary

    return summary(
        price_offer(
            given["offer"],
            moment(given.get("at")),
            given.get("quantities", {}),
            requests=number("requests", given.get("requests", 1)),
            mode=given.get("mode"),
            region=given.get("region"),
            charge=given.get("charge"),
        )
    )


def _search_offers(given: Given) -> Any:
    from costplan.api.prices import search_offers

    limit = given.get("limit", 10)
    if not 1 <= limit <= 20:
        raise BadUsage(f"limit is {limit}: it is between 1 and 20", "narrow it with more words")
    return search_offers(
        given["words"].split() or [""],
        _day(given),
        category=given.get("category"),
        vendor=given.get("vendor"),
        limit=limit,
    )


class Explained(NamedTuple):
    """What a word means."""

    term: str
    text: str


def _explain(given: Given) -> Explained:
    from costplan.cli.explain import explained
    from costplan.render import Look

    term = given.get("term", "")
    return Explained(term, explained(term, Look(width=100)))


def _what_if(given: Given) -> Any:
    from costplan.api.diffing import what_if
    from costplan.document.briefs import summary

    return summary(
        what_if(given.get("workload"), given["set"], given.get("stacks", ()), _day(given))
    )


def _day(given: Given) -> date:
    from costplan.cli.common.words import day

    return day(given.get("as_of"))


TOOLS: dict[str, Tool] = {
    "estimate": Tool(
        "Monthly bill",
        "What each stack of a workload costs a month: total, components, dearest charges, "
        "trusted answers, what has no price. With fields or filter, lines as rows too.",
        {
            **COMMON,
            "set": CHANGES,
            "filter": _about(TEXTS, "Only such lines, as component=tokens or offer!=aws/*."),
            "fields": _about(TEXT, "Also these columns of each line, as role,offer,amount."),
            "top": _about({"type": "integer"}, "With fields: the dearest so many a stack."),
        },
        (),
        SUMMARIES["estimate"],
        _estimate,
    ),
    "compare": Tool(
        "Stacks compared",
        "Stacks side by side: differences, break-even volume, and the cheapest way of each to "
        "the reliability that is asked, by orchestration or by more compute.",
        {
            **COMMON,
            "set": CHANGES,
            "baseline": _about(TEXT, "The stack to compare with; the first if left out."),
            "at_reliability": _about(NUMBER, "Share of right answers to reach, as 0.99."),
        },
        (),
        SUMMARIES["comparison"],
        _compare,
    ),
    "check": Tool(
        "Budget check",
        "Whether the workload keeps its [budget], its policies and given limits; each verdict "
        "that is no pass has reason, remedy and file:line.",
        {
            **COMMON,
            "set": CHANGES,
            "limits": _about(
                {"type": "object", "additionalProperties": NUMBER},
                "By key of [budget], as monthly_total; of one component: component.tokens.",
            ),
            "policies": _about(TEXTS, "Policy files in this folder."),
            "baseline": _about(TEXT, "A saved estimate or workload for limits on increases."),
        },
        (),
        SUMMARIES["check"],
        _check,
    ),
    "price_offer": Tool(
        "Price of one offer",
        "The bill of one offer by its exact id, such as openai/gpt-6.1-terra, with dates.",
        {
            "offer": _about(TEXT, "An exact id or alias; search_offers finds it."),
            "quantities": _about(
                {"type": "object", "additionalProperties": NUMBER},
                "By name, as input_tokens or seats; an error names those that are missing.",
            ),
            "requests": _about(NUMBER, "Multiplies one request's bill."),
            "mode": _about({"enum": ["batch", "flex", "priority", "fast"]}, "How it is run."),
            "region": _about(TEXT, "Region or data residency."),
            "charge": _about(TEXT, "One charge alone."),
            "at": _about(TEXT, "The day or moment; now if left out."),
        },
        ("offer",),
        SUMMARIES["bill"],
        _price_offer,
    ),
    "search_offers": Tool(
        "Search the catalogue",
        "Offers whose id, alias, vendor or product has all the words, with headline prices.",
        {
            "words": _about(TEXT, "Such as 'claude sonnet' or 'pinecone'."),
            "category": _about(TEXT, "Such as tokens, vector-db, observability, runtime."),
            "vendor": _about(TEXT, "Such as openai or aws."),
            "limit": _about({"type": "integer"}, "At most so many, 10 if left out, up to 20."),
            "as_of": DAY,
        },
        ("words",),
        OfferSearch,
        _search_offers,
    ),
    "explain": Tool(
        "Words explained",
        "What a word, a row of a bill or a key of a workload file means; without a term, all "
        "the words.",
        {"term": _about(TEXT, "Such as at-least, trusted or step.max_attempts.")},
        (),
        Explained,
        _explain,
    ),
    "what_if": Tool(
        "What a change costs",
        "Changes values of a workload, writes nothing, and says what becomes of each stack's "
        "month: difference, its causes, and the charges that move most.",
        {**COMMON, "set": CHANGES},
        ("set",),
        SUMMARIES["diff"],
        _what_if,
    ),
}


def offered() -> Offered:
    """The server as the protocol needs it."""
    from costplan import __version__

    known = TOOLS

    def call(name: str, arguments: Given) -> Answer:
        if name not in known:
            hint = did_you_mean(name[:100], known) or "tools: " + ", ".join(known)
            raise Refused(INVALID_PARAMS, f"there is no tool {name[:100]}; {hint}")
        return called(known[name], arguments)

    listed = [described(name, tool) for name, tool in known.items()]
    return Offered("costplan", __version__, INSTRUCTIONS, listed, call)


def described(name: str, tool: Tool) -> Answer:
    """A tool as ``tools/list`` has it."""
    answers = json_schema(tool.answers, tool.title)
    answers["properties"][LEFT_OUT] = TEXTS
    if name == "estimate":
        answers["properties"]["lines"] = {"type": "array", "items": {"type": "object"}}
    return {
        "name": name,
        "title": tool.title,
        "description": tool.about,
        "inputSchema": {
            "type": "object",
            "properties": {**tool.takes},
            "required": [*tool.needs],
            "additionalProperties": False,
        },
        "outputSchema": answers,
        "annotations": {"title": tool.title, **HINTS},
    }


def called(tool: Tool, arguments: Given) -> Answer:
    """The result of a call: its summary as data and as text, or an error in words."""
    from costplan.cli.common.words import complaint

    try:
        _check_arguments(tool, arguments)
        result = tool.run(arguments)
        return _told(fitted(_data(result), lambda data: written(_told(data))))
    except CostplanError as error:
        return _failed(complaint(error))
    except OSError as error:
        return _failed(f"error: {error.filename or 'a file'}: {error.strerror or error}")
    except Exception as error:
        return _failed(f"error: a fault in costplan itself: {type(error).__name__}: {error}")


def _data(result: Any) -> Answer:
    data: Answer = result if isinstance(result, dict) else plain(result)
    return data


def _told(data: Answer) -> Answer:
    from costplan.render.json import compact

    return {
        "content": [{"type": "text", "text": compact(data)}],
        "structuredContent": data,
        "isError": False,
    }


def _failed(words: str) -> Answer:
    return {"content": [{"type": "text", "text": words[: MOST // 4]}], "isError": True}


def _check_arguments(tool: Tool, arguments: Given) -> None:
    """Raises BadUsage for an argument that is unknown, missing or of another type."""
    for name, value in arguments.items():
        schema = tool.takes.get(name)
        if schema is None:
            hint = did_you_mean(name, tool.takes) or "arguments: " + ", ".join(tool.takes)
            raise BadUsage(f"there is no argument '{name}'", hint)
        if not _fits(value, schema):
            wanted = schema.get("enum") or schema["type"]
            words = " or ".join(wanted) if isinstance(wanted, list) else wanted
            raise BadUsage(f"{name} is no {words}", str(schema["description"]))
        if name in ("workload", "baseline") and value == "-":
            raise BadUsage(f"{name} is a file, not standard input", "name a file in this folder")
    for name in tool.needs:
        if name not in arguments:
            raise BadUsage(f"{name} is missing", str(tool.takes[name]["description"]))


def _fits(value: Any, schema: Answer) -> bool:
    if "enum" in schema:
        return value in schema["enum"]
    kind = schema["type"]
    if kind == "array":
        return isinstance(value, list) and all(_fits(element, schema["items"]) for element in value)
    if kind == "object":
        below = schema["additionalProperties"]
        return isinstance(value, dict) and all(_fits(element, below) for element in value.values())
    named = kind if isinstance(kind, list) else [kind]
    return type(value) in [accepted for name in named for accepted in KINDS[name]]
