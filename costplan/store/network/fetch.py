"""The bytes of an address or a file, within limits of size and time.

Whatever goes wrong is a FetchError: nothing has been written by then.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import urljoin, urlsplit, urlunsplit

from costplan.problems import BadUsage
from costplan.store.network import http_cache
from costplan.store.network.client import Client, Limits, Progress, TryAgain
from costplan.store.network.waiting import moment, retry_after

if TYPE_CHECKING:
    import httpx

REDIRECTS = 5
PAGES = 200
SAVED = "read a saved copy: --from NAME=FILE"


class FetchError(BadUsage):
    """What was asked for cannot be had; with its remedy."""


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
        self.limits = limits
        self.progress = progress
        self.client = Client(limits, FetchError, {"Accept": "application/json"}, SAVED)

    def __exit__(self, *_: object) -> None:
        self.client.close()

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
                raise self.client.too_large(shown(address))
        return Fetched(b"[" + b",".join(bodies) + b"]")

    def get(self, address: str) -> Fetched:
        """The body of one address, from the cache where the server says it is unchanged."""
        kept = http_cache.load(address)
        try:
            return self.client.tried(shown(address), lambda: self._once(address, kept))
        except ValueError as error:  # a port of letters, say
            raise FetchError(f"'{shown(address)}' is not an address: {error}") from None

    def _once(self, address: str, kept: http_cache.Kept | None) -> Fetched:
        target, name = address, shown(address)
        headers = http_cache.conditions(kept) if kept else {}
        for _ in range(REDIRECTS + 1):
            _check_scheme(target)
            with self.client.request("GET", target, name, headers=headers) as answer:
                if answer.status_code == 304 and kept is not None:
                    return Fetched(kept.body, moment(kept.validators.get("Last-Modified", "")))
                if not answer.has_redirect_location:
                    body = self._body(name, answer)
                    http_cache.store(address, answer.headers, body)
                    return Fetched(body, moment(answer.headers.get("Last-Modified", "")))
                target = self._redirected(target, answer.headers["Location"])
        raise FetchError(f"{name} redirects more than {REDIRECTS} times")

    def _redirected(self, target: str, location: str) -> str:
        following = urljoin(target, location)
        _check_scheme(following)
        if urlsplit(target).scheme == "https" and urlsplit(following).scheme != "https":
            raise FetchError(f"{shown(target)} redirects to {shown(following)}, which is not safe")
        return following

    def _body(self, name: str, answer: httpx.Response) -> bytes:
        status = answer.status_code
        said = f"answers {status} {answer.reason_phrase}"
        if status == 429 or status >= 500:
            raise TryAgain(said, retry_after(answer.headers), said=True)
        if status != 200:
            raise FetchError(f"{name} {said}", f"check the address, or {SAVED}")
        return self.client.body(answer, name, self.progress)


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
