"""The one HTTP client: what every request of this program keeps to.

One deadline for tries, waits and pages; limits of silence and size; bodies streamed and unpacked
here, piece by piece, so that neither a body without end nor a small one that unpacks to gigabytes
is ever held; proxies as the environment names them; no redirect followed on its own. httpx is
imported when a client is made, and by nothing else (docs/decisions/0044).
"""

from __future__ import annotations

import contextlib
import socket
import threading
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

from costplan.problems import BadUsage
from costplan.store.network.unpacking import CutShort, unpacked
from costplan.store.network.waiting import Deadline

if TYPE_CHECKING:
    import httpx

T = TypeVar("T")

Progress = Callable[[int, int | None], None]
"""Called with the bytes received so far and how many there will be, where that is known."""


class Limits(NamedTuple):
    """How much and how long. ``seconds`` is for everything: tries, waits, pages."""

    seconds: float = 60
    connect: float = 10
    silence: float = 20
    bytes: int = 64_000_000
    tries: int = 4


class TryAgain(Exception):
    """A fault that may pass. ``wait``: the seconds that the server asks for; ``said``: whether it
    answered, and so says that it did not do what was asked."""

    def __init__(self, fault: str, wait: float | None = None, *, said: bool = False) -> None:
        self.fault, self.wait, self.said = fault, wait, said
        super().__init__(fault)


class Client(AbstractContextManager["Client"]):
    """Requests until a deadline. What is refused is a ``refusal``, with its remedy."""

    def __init__(
        self,
        limits: Limits,
        refusal: type[BadUsage],
        headers: Mapping[str, str],
        remedy: str | None = None,
    ) -> None:
        """``remedy``: for an address that cannot be reached or does not answer."""
        import httpx

        self.limits, self.refusal, self.remedy = limits, refusal, remedy
        self.deadline = Deadline(limits.seconds, refusal)
        own = {"User-Agent": "costplan", "Accept-Encoding": "gzip"}
        self._http = httpx.Client(headers=own | dict(headers), follow_redirects=False)
        self._socket: socket.socket | None = None
        self._watch = threading.Timer(limits.seconds, self._cut)
        self._watch.daemon = True
        self._watch.start()

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        self._watch.cancel()
        self._http.close()

    def _cut(self) -> None:
        """End a read that never pauses long enough to time out, such as headers byte by byte."""
        if self._socket is not None:
            with contextlib.suppress(OSError):
                self._socket.shutdown(socket.SHUT_RDWR)

    def _trace(self, event: str, details: dict[str, Any]) -> None:
        """Note the connection in use; httpx calls this with each step of a request."""
        if event.endswith(("connect_tcp.complete", "start_tls.complete")):
            self._socket = details["return_value"].get_extra_info("socket")

    def tried(self, name: str, work: Callable[[], T]) -> T:
        """What ``work`` gives, tried again while it raises TryAgain and there is time.

        ``name``: what is asked, in words. Raises ``refusal``.
        """
        fault = ""
        for attempt in range(self.limits.tries):
            try:
                return work()
            except TryAgain as again:
                fault = again.fault
                if attempt + 1 < self.limits.tries:
                    self.deadline.rest(name, fault, again.wait, attempt)
        times = f"{self.limits.tries} times in a row"
        raise self.refusal(f"{name}: {fault}, {times}", self._hint("try again later"))

    def _hint(self, first: str) -> str:
        return f"{first}, or {self.remedy}" if self.remedy else first

    @contextmanager
    def request(
        self,
        method: str,
        address: str,
        name: str,
        *,
        headers: Mapping[str, str] | None = None,
        body: object = None,
    ) -> Iterator[httpx.Response]:
        """One answer, its body still to come. Raises TryAgain for what breaks off, and ``refusal``
        for what is no address or cannot be reached."""
        import httpx

        left = self.deadline.left(name)
        timeout = httpx.Timeout(min(left, self.limits.silence))
        timeout.connect = min(left, self.limits.connect)
        try:
            with self._http.stream(
                method,
                address,
                headers=headers,
                json=body,
                timeout=timeout,
                extensions={"trace": self._trace},
            ) as answer:
                yield answer
        except httpx.ConnectError as error:
            hint = self._hint("check the address and the network")
            raise self.refusal(f"{name} cannot be reached: {error}", hint) from None
        except httpx.TimeoutException:
            raise TryAgain(f"no answer within {self.limits.silence:g} seconds") from None
        except (httpx.TransportError, zlib.error) as error:
            raise TryAgain(f"broken off: {error}") from None
        except (httpx.InvalidURL, UnicodeError) as error:
            raise self.refusal(f"'{name}' is not an address: {error}") from None

    def body(self, answer: httpx.Response, name: str, progress: Progress | None = None) -> bytes:
        """The whole body of an answer, unpacked. Raises TryAgain, and ``refusal`` where it is too
        large or packed otherwise than was asked for."""
        encoding = answer.headers.get("Content-Encoding", "identity").lower()
        if encoding not in ("identity", "gzip"):
            raise self.refusal(f"{name} sends {encoding}, which was not asked for")
        expected = answer.headers.get("Content-Length", "")
        total = int(expected) if expected.isdecimal() and len(expected) < 20 else None
        if total is not None and total > self.limits.bytes:
            raise self.too_large(name)
        body = bytearray()
        try:
            for piece in unpacked(self._arriving(answer, name, total, progress), encoding):
                body += piece
                if len(body) > self.limits.bytes:
                    raise self.too_large(name)
        except CutShort:
            raise TryAgain("broken off in the middle of a compressed body") from None
        # A connection cut at the deadline looks like a body that has ended.
        self.deadline.left(name)
        return bytes(body)

    def _arriving(
        self, answer: httpx.Response, name: str, total: int | None, progress: Progress | None
    ) -> Iterable[bytes]:
        received = 0
        for piece in answer.iter_raw():
            self.deadline.left(name)
            received += len(piece)
            if progress is not None:
                progress(received, total)
            yield piece

    def too_large(self, name: str) -> BadUsage:
        return self.refusal(f"{name} is larger than {self.limits.bytes // 1_000_000} MB")
