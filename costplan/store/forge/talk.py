"""Requests to a code host's API: JSON both ways, tries again what may pass, follows nowhere.

A redirect is refused, since it would carry the token to another host, and so is plain http to any
host but this machine.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from costplan.store.files.text import MOST_VALUES, too_many_values
from costplan.store.forge import ForgeError
from costplan.store.network.client import Client, Limits, TryAgain
from costplan.store.network.waiting import retry_after

if TYPE_CHECKING:
    import httpx

TRIES = 5
SILENCE = 30
"""Seconds: a host may think that long about a comment."""
PER_PAGE = 100
PAGES = 50
LARGEST_ANSWER = 20_000_000
PACKING = ("content-encoding", "content-length", "transfer-encoding")
LOOPBACK = ("127.0.0.1", "localhost", "::1")


class Talk:
    """One conversation with an API, until its deadline."""

    def __init__(self, api: str, headers: dict[str, str], seconds: float) -> None:
        parts = urlsplit(api)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise ForgeError(f"'{api}' is not the address of an API")
        if parts.scheme == "http" and parts.hostname not in LOOPBACK:
            raise ForgeError(f"{api} is not encrypted: the token would be readable on its way")
        self.api = api.rstrip("/")
        limits = Limits(seconds, silence=SILENCE, bytes=LARGEST_ANSWER, tries=TRIES)
        self.client = Client(limits, ForgeError, headers)

    def close(self) -> None:
        self.client.close()

    def pages(self, path: str) -> list[dict[str, Any]]:
        """All elements of a list that comes in pages. Raises ForgeError."""
        elements: list[dict[str, Any]] = []
        joint = "&" if "?" in path else "?"
        for page in range(1, PAGES + 1):
            part = self.ask("GET", f"{path}{joint}per_page={PER_PAGE}&page={page}")
            if not isinstance(part, list) or not all(isinstance(element, dict) for element in part):
                raise ForgeError(f"{self.api}{path} answers something else than a list of comments")
            elements += part
            if len(part) < PER_PAGE:
                return elements
        raise ForgeError(f"{self.api}{path} has more than {PAGES * PER_PAGE:,} comments")

    def ask(
        self, method: str, path: str, body: dict[str, Any] | None = None, *, again: bool = True
    ) -> Any:
        """The answer's JSON; None for an empty one. ``path`` may be a whole address of the API.

        ``again`` False: a request that must not arrive twice is tried again only where the host
        says that it did not take it. Raises ForgeError; ``Unsure`` where it may have arrived.
        """
        address = path if path.startswith("http") else self.api + path

        def once() -> Any:
            try:
                return self._answer(method, address, body)
            except TryAgain as fault:
                if not again and not fault.said:
                    raise Unsure(f"{method} {address}: {fault}") from None
                raise

        return self.client.tried(address, once)

    def _answer(self, method: str, address: str, body: dict[str, Any] | None) -> Any:
        """The answer's JSON, read to its end, whatever it says. Raises TryAgain, ForgeError."""
        import httpx

        with self.client.request(method, address, address, body=body) as answer:
            content = self.client.body(answer, address)
            kept = [pair for pair in answer.headers.multi_items() if pair[0] not in PACKING]
            whole = httpx.Response(answer.status_code, headers=kept, content=content)
            whole.extensions = answer.extensions  # the host's own words for the status
        asked, said = _limited(whole), f"answers {whole.status_code} {whole.reason_phrase}"
        if asked is not None:
            raise TryAgain(said, asked, said=True)
        if whole.status_code >= 500:  # it may have done it all the same
            raise TryAgain(said)
        return self._json(method, address, whole)

    def _json(self, method: str, address: str, answer: httpx.Response) -> Any:
        status = answer.status_code
        if status >= 300:
            raise Refused(method, address, status, answer.reason_phrase, _message(answer))
        if status == 204 or not answer.content:
            return None
        if too_many_values(answer.content):
            raise ForgeError(f"{address} answers more than {MOST_VALUES:,} values")
        try:
            return answer.json()
        except (ValueError, RecursionError):
            raise ForgeError(f"{address} answers something else than JSON") from None


class Unsure(ForgeError):
    """A request broke off in a way that leaves open whether it was carried out."""


class Refused(ForgeError):
    """The host understood and says no."""

    def __init__(self, method: str, address: str, status: int, phrase: str, message: str) -> None:
        hints = {
            301: "the API is at another address: --api-url",
            302: "the API is at another address: --api-url",
            401: "the token is missing, expired or of another host",
            403: "the token may not do this: it needs to write pull requests (or notes)",
            404: "no such project or request, or the token may not see it",
            422: "the host does not take this comment",
        }
        text = f"{method} {address} answers {status} {phrase}"
        super().__init__(f"{text}: {message}" if message else text, hints.get(status))
        self.status = status


def _message(answer: httpx.Response) -> str:
    try:
        data = None if too_many_values(answer.content) else answer.json()
    except (ValueError, RecursionError):
        return ""
    message = data.get("message") if isinstance(data, dict) else None
    return str(message)[:200] if message else ""


def _limited(answer: httpx.Response) -> float | None:
    """The seconds to wait where the answer is a rate limit; None where it is none."""
    if answer.status_code not in (403, 429):
        return None
    asked = retry_after(answer.headers)
    if asked is not None:
        return asked
    if answer.status_code == 429 or answer.headers.get("X-RateLimit-Remaining") == "0":
        reset = answer.headers.get("X-RateLimit-Reset") or answer.headers.get("RateLimit-Reset", "")
        if reset.isascii() and reset.isdigit() and len(reset) < 14:
            return max(0.0, float(reset) - time.time())
        return 1.0
    return None
