"""Bodies kept from earlier fetches, so that a server can answer "unchanged".

A convenience: a cache that cannot be read or written is as good as none, and never an error.
One file an address, replaced in one move; a body that no longer has its checksum is not used.
"""

from __future__ import annotations

import contextlib
import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

LARGEST = 64_000_000  # bytes
CONDITIONS = {"ETag": "If-None-Match", "Last-Modified": "If-Modified-Since"}


class Kept(NamedTuple):
    """A body and the validators that came with it."""

    validators: Mapping[str, str]
    body: bytes


def folder() -> Path | None:
    """Where bodies are kept; None where the system knows no home."""
    for variable, below in (("XDG_CACHE_HOME", ""), ("LOCALAPPDATA", ""), ("HOME", ".cache")):
        base = os.environ.get(variable)
        if base:
            return Path(base) / below / "costplan" / "sources"
    return None


def conditions(kept: Kept) -> dict[str, str]:
    """The request headers that ask whether a body is still the current one."""
    return {CONDITIONS[name]: value for name, value in kept.validators.items()}


def load(address: str) -> Kept | None:
    """The body kept for an address, or None."""
    path = _path(address)
    if path is None:
        return None
    try:
        if not path.is_file():  # a pipe would be waited for
            return None
        with path.open("rb") as file:
            head = json.loads(file.readline(10_000))
            body = file.read(LARGEST + 1)
        if head["address"] != address or head["sum"] != _sum(body):
            return None
        given = head["validators"]
        return Kept({name: str(given[name]) for name in CONDITIONS if name in given}, body)
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return None


def store(address: str, headers: Mapping[str, str], body: bytes) -> None:
    """Keep a body that came with a validator."""
    validators = {
        name: value
        for name in CONDITIONS
        if (value := headers.get(name, "")) and value.isprintable() and len(value) < 1_000
    }
    path = _path(address)
    if path is None or not validators:
        return
    head = {"address": address, "validators": validators, "sum": _sum(body)}
    temporary = path.with_suffix(f".{os.getpid()}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        temporary.write_bytes(json.dumps(head).encode() + b"\n" + body)
        temporary.replace(path)
    except OSError:
        with contextlib.suppress(OSError):
            temporary.unlink(missing_ok=True)


def _path(address: str) -> Path | None:
    from hashlib import sha256

    where = folder()
    return where / sha256(address.encode()).hexdigest()[:32] if where else None


def _sum(body: bytes) -> str:
    from hashlib import sha256

    return sha256(body).hexdigest()
