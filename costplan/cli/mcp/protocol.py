"""The Model Context Protocol over lines of JSON-RPC: requests in, answers out, nothing computed.

Two eras of it are spoken. Up to 2025-11-25 a client shakes hands (``initialize``); in 2026-07-28
every request carries its version in ``_meta``, ``server/discover`` says what is here, and ``ping``
is gone. A request says itself of which era it is, so nothing is remembered between two of them.
Requests are answered one after another, each under its own id.

Source: modelcontextprotocol.io/specification/2025-11-25 and /2026-07-28, read 2026-11-28.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any, NamedTuple

from costplan.render.json import compact

HANDSHAKE = "2025-11-25"
STATELESS = "2026-07-28"
OLDER = ("2025-06-18", "2025-03-26", "2024-11-05")
"""Versions of the handshake in which all that is said here means the same."""
META = "io.modelcontextprotocol/"
VERSION, ABILITIES = META + "protocolVersion", META + "clientCapabilities"
LONGEST = 1_000_000
"""Bytes of a line; a longer one is refused unread."""

PARSE_ERROR = -32700
INVALID_REQUEST = -32600
METHOD_NOT_FOUND = -32601
INVALID_PARAMS = -32602
INTERNAL_ERROR = -32603
UNSUPPORTED_VERSION = -32022

Answer = dict[str, Any]


class Refused(Exception):
    """A request that is answered with a JSON-RPC error."""

    def __init__(self, code: int, message: str, data: Any = None) -> None:
        self.code, self.message, self.data = code, message, data
        super().__init__(message)


class Offered(NamedTuple):
    """What a server has: its name and version, words for the model, its tools, and how one is
    called by name (which raises Refused for a name that it has not)."""

    name: str
    version: str
    instructions: str
    tools: list[Answer]
    call: Callable[[str, Mapping[str, Any]], Answer]

    @property
    def info(self) -> Answer:
        return {"name": self.name, "version": self.version}


def answer(line: bytes, offered: Offered) -> str | None:
    """The answer to one line, as a line; None for what wants none, such as a notification."""
    if len(line) > LONGEST:
        return _error(None, Refused(PARSE_ERROR, f"a line has at most {LONGEST} bytes"))
    try:
        asked = json.loads(line, parse_float=Decimal, parse_constant=_no_number)
    except (ValueError, RecursionError):
        return _error(None, Refused(PARSE_ERROR, "the line is no JSON"))
    if not isinstance(asked, dict):  # batches went with 2025-06-18
        return _error(None, Refused(INVALID_REQUEST, "a message is one JSON object"))
    if "method" not in asked and ("result" in asked or "error" in asked):
        return None  # an answer to what was never asked
    name = asked.get("id")
    known = isinstance(name, str | int) and not isinstance(name, bool)
    try:
        result = _result(asked, offered, answered="id" in asked)
        if "id" not in asked:
            return None
        if not known:
            raise Refused(INVALID_REQUEST, "an id is a text or a whole number")
    except Refused as refused:
        if "id" not in asked and refused.code != INVALID_REQUEST:
            return None
        return _error(name if known else None, refused)
    return written({"jsonrpc": "2.0", "id": name, "result": result})


def _no_number(word: str) -> None:
    raise ValueError(f"{word} is no JSON")


def written(message: Answer) -> str:
    """A message as one line."""
    return compact(message) + "\n"


def _error(name: Any, refused: Refused) -> str:
    error = {"code": refused.code, "message": refused.message}
    if refused.data is not None:
        error["data"] = refused.data
    return written({"jsonrpc": "2.0", "id": name, "error": error})


def _result(asked: Answer, offered: Offered, *, answered: bool) -> Answer:
    method, given = asked.get("method"), asked.get("params", {})
    if asked.get("jsonrpc") != "2.0" or not isinstance(method, str):
        raise Refused(INVALID_REQUEST, "a request has jsonrpc '2.0' and a method")
    if not answered:
        return {}
    if not isinstance(given, dict):
        raise Refused(INVALID_PARAMS, "params is an object")
    if method == "initialize":
        return _handshake(given, offered)
    stateless = _is_stateless(given) or method == "server/discover"
    if stateless:
        _agree(given)
    result = _handled(method, given, offered, stateless)
    if not stateless:
        return result
    fresh = {} if method == "tools/call" else {"ttlMs": 0, "cacheScope": "private"}
    meta = {META + "serverInfo": offered.info}
    return {"resultType": "complete", **fresh, **result, "_meta": meta}


def _handshake(given: Answer, offered: Offered) -> Answer:
    version = given.get("protocolVersion")
    if not isinstance(version, str):
        raise Refused(INVALID_PARAMS, "protocolVersion is a text")
    return {
        "protocolVersion": version if version in (HANDSHAKE, *OLDER) else HANDSHAKE,
        "capabilities": {"tools": {"listChanged": False}},
        "serverInfo": offered.info,
        "instructions": offered.instructions,
    }


def _is_stateless(given: Answer) -> bool:
    meta = given.get("_meta")
    return isinstance(meta, dict) and VERSION in meta


def _agree(given: Answer) -> None:
    """Raises Refused where a request of the stateless era does not say what it must, or a version
    that is not spoken here."""
    meta = given.get("_meta")
    held = meta if isinstance(meta, dict) else {}
    missing = [key for key in (VERSION, ABILITIES) if key not in held]
    if missing:
        raise Refused(INVALID_PARAMS, f"params._meta lacks {', '.join(missing)}")
    version = held[VERSION]
    if not isinstance(version, str):
        raise Refused(INVALID_PARAMS, f"{VERSION} is a text")
    if version != STATELESS:
        data = {"supported": [STATELESS], "requested": version}
        raise Refused(UNSUPPORTED_VERSION, "Unsupported protocol version", data)


def _handled(method: str, given: Answer, offered: Offered, stateless: bool) -> Answer:
    if method == "server/discover":
        return {
            "supportedVersions": [STATELESS],
            "capabilities": {"tools": {}},
            "instructions": offered.instructions,
        }
    if method == "ping" and not stateless:
        return {}
    if method == "tools/list":
        if given.get("cursor") is not None:
            raise Refused(INVALID_PARAMS, "there is no further page of tools")
        return {"tools": offered.tools}
    if method == "tools/call":
        name, arguments = given.get("name"), given.get("arguments")
        if not isinstance(name, str) or not isinstance(arguments, dict | None):
            raise Refused(INVALID_PARAMS, "name is a text and arguments an object")
        return offered.call(name, arguments or {})
    raise Refused(METHOD_NOT_FOUND, f"there is no method {method[:100]}")
