"""A real HTTP server on loopback: each path answers as a function says, and asks are counted."""

from __future__ import annotations

import gzip
import json
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

Answer = Callable[[BaseHTTPRequestHandler], None]


class Server:
    """Routes by path; ``asked`` counts requests, ``seen`` keeps their headers."""

    def __init__(self, address: str, routes: dict[str, Answer]) -> None:
        self.address, self.routes = address, routes
        self.asked: Counter[str] = Counter()
        self.seen: list[dict[str, str]] = []

    def url(self, path: str) -> str:
        return self.address + path


@contextmanager
def serving(routes: dict[str, Answer] | None = None) -> Iterator[Server]:
    """A server that lives for a ``with`` block."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            path = self.path.partition("?")[0]
            server.asked[self.path] += 1
            server.seen.append({name.lower(): value for name, value in self.headers.items()})
            self.close_connection = True
            with suppress(BrokenPipeError, ConnectionResetError):  # some clients have enough
                server.routes.get(path, status(404))(self)

        def log_message(self, *_: object) -> None:
            pass

    class Quiet(ThreadingHTTPServer):
        daemon_threads = True

    http = Quiet(("127.0.0.1", 0), Handler)
    server = Server(f"http://127.0.0.1:{http.server_port}", routes or {})
    thread = Thread(target=http.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        http.shutdown()
        http.server_close()
        thread.join()


def sends(body: bytes | object, **headers: str) -> Answer:
    """A good answer: bytes as they are, anything else as JSON."""
    data = body if isinstance(body, bytes) else json.dumps(body).encode()

    def answer(http: BaseHTTPRequestHandler) -> None:
        http.send_response(200)
        for name, value in headers.items():
            http.send_header(name.replace("_", "-"), value)
        if "Content_Length" not in headers:
            http.send_header("Content-Length", str(len(data)))
        http.end_headers()
        http.wfile.write(data)

    return answer


def status(code: int, **headers: str) -> Answer:
    """An answer without a body."""

    def answer(http: BaseHTTPRequestHandler) -> None:
        http.send_response(code)
        for name, value in headers.items():
            http.send_header(name.replace("_", "-"), value)
        http.send_header("Content-Length", "0")
        http.end_headers()

    return answer


def in_turn(*answers: Answer) -> Answer:
    """A different answer each time; the last one from then on."""
    left = list(answers)

    def answer(http: BaseHTTPRequestHandler) -> None:
        (left.pop(0) if len(left) > 1 else left[0])(http)

    return answer


def tagged(body: object, tag: str = '"v1"') -> Answer:
    """A good answer with an ETag, and 304 for who has it."""

    def answer(http: BaseHTTPRequestHandler) -> None:
        fresh = http.headers.get("If-None-Match") != tag
        (sends(body, ETag=tag) if fresh else status(304, ETag=tag))(http)

    return answer


def endless(http: BaseHTTPRequestHandler) -> None:
    """Two gigabytes, made as they are sent, and no word of how many there will be."""
    http.send_response(200)
    http.end_headers()
    piece = b"[" * 1_000_000
    for _ in range(2_000):
        http.wfile.write(piece)


def bomb(http: BaseHTTPRequestHandler) -> None:
    """Two gigabytes of blanks, packed into two megabytes."""
    blanks = gzip.compress(b" " * 100_000_000, 9)
    http.send_response(200)
    http.send_header("Content-Encoding", "gzip")
    http.end_headers()
    for _ in range(20):
        http.wfile.write(blanks)


def one_bomb(http: BaseHTTPRequestHandler) -> None:
    """A hundred megabytes in one packed body of a hundred kilobytes."""
    sends(gzip.compress(b" " * 100_000_000, 9), Content_Encoding="gzip")(http)


def dripping(http: BaseHTTPRequestHandler) -> None:
    """A byte every twentieth of a second: never silent, never done."""
    http.send_response(200)
    http.end_headers()
    for _ in range(400):
        http.wfile.write(b" ")
        http.wfile.flush()
        time.sleep(0.05)


def dripping_head(http: BaseHTTPRequestHandler) -> None:
    """A header that goes on and on."""
    http.wfile.write(b"HTTP/1.1 200 OK\r\nX-Long: ")
    for _ in range(400):
        http.wfile.write(b"x")
        http.wfile.flush()
        time.sleep(0.05)


def silent(http: BaseHTTPRequestHandler) -> None:
    """Nothing at all, for as long as the client stays."""
    time.sleep(3)
