"""The bytes of an address or a file, within limits of size and time.

The only module that uses the network, and only for ``costplan pricing refresh``. Whatever goes
wrong is a FetchError: nothing has been written by then. Bodies are streamed and decompressed here,
piece by piece, so that neither a body without end nor a small one that unpacks to gigabytes is
ever held.
"""

from __future__ import annotations

import contextlib
import socket
import threading
import zlib
from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import urljoin, urlsplit, urlunsplit

from costplan.problems import BadUsage
from costplan.store.network import http_cache
from costplan.store.network.unpacking import CutShort, unpacked
from costplan.store.network.waiting import Deadline, moment, retry_after

if TYPE_CHECKING:
    import httpx

Progress = Callable[[int, int | None], None]
"""Called with the bytes received so far and how many there will be, where that is known."""

REDIRECTS = 5
PAGES = 200


class FetchError(BadUsage):
    """What was asked for cannot be had; with its remedy."""


class Limits(NamedTuple):
    """How much and how long. ``seconds`` is for everything: tries, waits, pages."""

    seconds: float = 60
    connect: float = 10
    silence: float = 20
    bytes: int = 64_000_000
    tries: int = 4


def is_address(text: str) -> bool:
    """Whether a text names something on a network; anything else is a file."""
    return "://" in text


def shown(address: str) -> str:
    """An address as it may be printed and kept: without a password, a query or a fragment."""
    try:
        parts = urlsplit(address)
    except ValueError:  # such as an unclosed bracket
        return address.partition("?")[0].rpartition("@")[2]
    host = parts.netloc.rpartition("@")[2]
    return urlunsplit((parts.scheme, host, parts.path, "", ""))


def read_bytes(path: Path, limits: Limits = Limits()) -> bytes:  # noqa: B008
    """A file's bytes. Raises FetchError."""
    try:
        if path.is_dir():
            raise FetchError(f"{path} is a folder, not a file")
        with path.open("rb") as file:
            data = file.read(limits.bytes + 1)
    except FileNotFoundError:
        raise FetchError(
            f"{path} does not exist", "name a source, an address (https://...) or a file"
        ) from None
    except OSError as error:
        raise FetchError(f"{path} cannot be read: {error.strerror or error}") from None
    except ValueError as error:
        raise FetchError(f"{str(path)!r} is not a file name: {error}") from None
    if len(data) > limits.bytes:
        raise _too_large(str(path), limits)
    return data


class Fetched(NamedTuple):
    """A body; ``published``: when its server says that it was last changed."""

    body: bytes
    published: datetime | None = None


class Fetcher(AbstractContextManager["Fetcher"]):
    """Fetches addresses until its deadline; used once, for one source."""

    def __init__(self, limits: Limits, progress: Progress | None = None) -> None:
        import httpx

        self.limits = limits
        self.progress = progress
        self.deadline = Deadline(limits.seconds, FetchError)
        agent = "costplan"
        self.client = httpx.Client(headers={"User-Agent": agent, "Accept": "application/json"})
        self._socket: socket.socket | None = None
        self._watch = threading.Timer(limits.seconds, self._cut)
        self._watch.daemon = True
        self._watch.start()

    def __exit__(self, *_: object) -> None:
        self._watch.cancel()
        self.client.close()

    def _cut(self) -> None:
        """End a read that never pauses long enough to time out, such as headers byte by byte."""
        if self._socket is not None:
            with contextlib.suppress(OSError):
                self._socket.shutdown(socket.SHUT_RDWR)

    def _trace(self, event: str, details: dict[str, Any]) -> None:
        """Note the connection in use; httpx calls this with each step of a request."""
        if event.endswith(("connect_tcp.complete", "start_tls.complete")):
            self._socket = details["return_value"].get_extra_info("socket")

    def pages(self, address: str, next_page: Callable[[bytes], str | None] | None) -> Fetched:
        """One body, or, for a source that pages, a JSON array of its bodies. Raises FetchError."""
        first = self.get(address)
        if next_page is None:
            return first
        bodies, host = [first.body], _host(address)
        while following := next_page(bodies[-1]):
            if _host(following) != host:
                raise FetchError(
                    f"{shown(address)} names a next page on another host: {shown(following)}"
                )
            if len(bodies) == PAGES:
                raise FetchError(f"{shown(address)} goes on after {PAGES} pages")
            bodies.append(self.get(following).body)
            if sum(map(len, bodies)) > self.limits.bytes:
                raise _too_large(shown(address), self.limits)
        return Fetched(b"[" + b",".join(bodies) + b"]")

    def get(self, address: str) -> Fetched:
        """The body of one address, from the cache where the server says it is unchanged."""
        import httpx

        kept = http_cache.load(address)
        fault = ""
        for attempt in range(self.limits.tries):
            try:
                return self._once(address, kept)
            except _TryAgain as again:
                fault, wait = again.fault, again.wait
            except httpx.TimeoutException:
                fault, wait = f"no answer within {self.limits.silence:g} seconds", None
            except httpx.ConnectError as error:
                raise FetchError(
                    f"{shown(address)} cannot be reached: {error}",
                    "check the address and the network, or read a saved copy: --from NAME=FILE",
                ) from None
            except (httpx.TransportError, zlib.error) as error:
                fault, wait = f"broken off: {error}", None
            except (httpx.InvalidURL, UnicodeError, ValueError) as error:
                raise FetchError(f"'{shown(address)}' is not an address: {error}") from None
            if attempt + 1 < self.limits.tries:
                self.deadline.rest(shown(address), fault, wait, attempt)
        raise FetchError(
            f"{shown(address)}: {fault}, {self.limits.tries} times in a row",
            "try again later, or read a saved copy: --from NAME=FILE",
        )

    def _once(self, address: str, kept: http_cache.Kept | None) -> Fetched:
        import httpx

        target = address
        for _ in range(REDIRECTS + 1):
            _check_scheme(target)
            headers = {"Accept-Encoding": "gzip"} | (http_cache.conditions(kept) if kept else {})
            left = self.deadline.left(shown(address))
            timeout = httpx.Timeout(min(left, self.limits.silence))
            timeout.connect = min(left, self.limits.connect)
            extensions = {"trace": self._trace}
            with self.client.stream(
                "GET", target, headers=headers, timeout=timeout, extensions=extensions
            ) as answer:
                if answer.status_code == 304 and kept is not None:
                    return Fetched(kept.body, moment(kept.validators.get("Last-Modified", "")))
                if not answer.has_redirect_location:
                    body = self._body(address, answer)
                    http_cache.store(address, answer.headers, body)
                    return Fetched(body, moment(answer.headers.get("Last-Modified", "")))
                target = self._redirected(target, answer.headers["Location"])
        raise FetchError(f"{shown(address)} redirects more than {REDIRECTS} times")

    def _redirected(self, target: str, location: str) -> str:
        following = urljoin(target, location)
        _check_scheme(following)
        if urlsplit(target).scheme == "https" and urlsplit(following).scheme != "https":
            raise FetchError(f"{shown(target)} redirects to {shown(following)}, which is not safe")
        return following

    def _body(self, address: str, answer: httpx.Response) -> bytes:
        status = answer.status_code
        if status == 429 or status >= 500:
            raise _TryAgain(f"answers {status} {answer.reason_phrase}", retry_after(answer.headers))
        if status != 200:
            raise FetchError(
                f"{shown(address)} answers {status} {answer.reason_phrase}",
                "check the address, or read a saved copy: --from NAME=FILE",
            )
        expected = answer.headers.get("Content-Length", "")
        total = int(expected) if expected.isdecimal() and len(expected) < 20 else None
        if total is not None and total > self.limits.bytes:
            raise _too_large(shown(address), self.limits)
        body = bytearray()
        for piece in self._unpacked(address, answer, total):
            body += piece
            if len(body) > self.limits.bytes:
                raise _too_large(shown(address), self.limits)
        # A connection cut at the deadline looks like a body that has ended.
        self.deadline.left(shown(address))
        return bytes(body)

    def _unpacked(self, address: str, answer: httpx.Response, total: int | None) -> Iterable[bytes]:
        encoding = answer.headers.get("Content-Encoding", "identity").lower()
        if encoding not in ("identity", "gzip"):
            raise FetchError(f"{shown(address)} sends {encoding}, which was not asked for")
        try:
            yield from unpacked(self._arriving(address, answer, total), encoding)
        except CutShort:
            raise _TryAgain("broken off in the middle of a compressed body", None) from None

    def _arriving(self, address: str, answer: httpx.Response, total: int | None) -> Iterable[bytes]:
        received = 0
        for piece in answer.iter_raw():
            self.deadline.left(shown(address))
            received += len(piece)
            if self.progress is not None:
                self.progress(received, total)
            yield piece


class _TryAgain(Exception):
    """A fault that may pass. ``wait``: the seconds the server asks for."""

    def __init__(self, fault: str, wait: float | None) -> None:
        self.fault, self.wait = fault, wait
        super().__init__(fault)


def _too_large(name: str, limits: Limits) -> FetchError:
    return FetchError(f"{name} is larger than {limits.bytes // 1_000_000} MB")


def _check_scheme(address: str) -> None:
    parts = urlsplit(address)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise FetchError(
            f"'{shown(address)}' is not an address of http or https",
            "a file is named by its path alone",
        )


def _host(address: str) -> tuple[str, str | None, int | None]:
    parts = urlsplit(address)
    return parts.scheme, parts.hostname, parts.port
