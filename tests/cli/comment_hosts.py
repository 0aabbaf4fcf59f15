"""GitHub and GitLab as far as comments go, on loopback: real HTTP, state in memory, and faults."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

TOKEN = "s3cret"


class Fault:
    """An answer in place of the real one. ``after``: the request is carried out all the same."""

    def __init__(
        self,
        status: int,
        headers: dict[str, str] | None = None,
        body: str = "",
        after: bool = False,
    ) -> None:
        self.status, self.headers, self.body, self.after = status, headers or {}, body, after


class Host:
    """One host's state. ``faults``: by method, used up one by one; ``log``: (method, path)."""

    def __init__(self, kind: str) -> None:
        self.kind = kind
        self.notes: list[dict[str, Any]] = []
        self.hidden: list[str] = []
        self.faults: dict[str, list[Fault]] = {}
        self.log: list[tuple[str, str]] = []
        self.user: dict[str, Any] | None = {"login": "bot", "id": 7}
        self.viewer: str | None = "github-actions"
        """Whose app the token belongs to, where it has no user."""
        self.pulls: list[dict[str, Any]] = []
        self.on_post: Callable[[], None] | None = None
        """What happens there while a request to write breaks off."""
        self.url = ""
        self.next = 1

    @property
    def bodies(self) -> list[str]:
        return [one["body"] for one in self.notes]

    def add(self, body: str, login: str = "bot", user_id: int = 7, kind: str = "Bot") -> None:
        """A comment as the host shows it."""
        self.notes.append(
            {
                "id": self.next,
                "node_id": f"node{self.next}",
                "body": body,
                "user": {"login": login, "type": kind},
                "author": {"id": user_id},
                "system": False,
            }
        )
        self.next += 1

    def answer(self, method: str, path: str, query: dict[str, Any], data: Any) -> tuple[int, Any]:
        """What a request does, and what is answered."""
        if path.endswith("/user"):
            return (200, self.user) if self.user else (403, {"message": "not by integration"})
        if path.endswith("/graphql") and "viewer" in data["query"]:
            return 200, {"data": {"viewer": self.viewer and {"login": self.viewer}}}
        if path.endswith("/graphql"):
            self.hidden.append(data["variables"]["id"])
            return 200, {"data": {}}
        many = (
            "/repos/acme/app/issues/5/comments"
            if self.kind == "github"
            else "/projects/acme/app/merge_requests/5/notes"
        )
        one = "/repos/acme/app/issues/comments/" if self.kind == "github" else f"{many}/"
        if path == "/repos/acme/app/pulls":
            return 200, [one for one in self.pulls if one["head"]["label"] == query["head"][0]]
        if path == many and method == "GET":
            size, page = int(query["per_page"][0]), int(query["page"][0])
            return 200, self.notes[(page - 1) * size : page * size]
        if path == many and method == "POST":
            if len(data["body"]) > 65_536 and self.kind == "github":
                return 422, {"message": "body is too long"}
            self.add(data["body"], "bot" if self.user else f"{self.viewer}[bot]")
            return 201, self.notes[-1]
        found = [note for note in self.notes if path == f"{one}{note['id']}"]
        if not found:
            return 404, {"message": "Not Found"}
        if method == "DELETE":
            self.notes.remove(found[0])
            return 204, None
        if method == ("PATCH" if self.kind == "github" else "PUT"):
            found[0]["body"] = data["body"]
            return 200, found[0]
        return 405, {"message": "no"}


@contextmanager
def serving(kind: str) -> Iterator[Host]:
    """A host that listens until the block ends."""
    host = Host(kind)

    class Handler(BaseHTTPRequestHandler):
        def log_message(self, *_: object) -> None:
            pass

        def do(self) -> None:
            parts = urlsplit(self.path)
            path = unquote(parts.path).removeprefix("/api")
            length = int(self.headers.get("Content-Length") or 0)
            data = json.loads(self.rfile.read(length)) if length else None
            host.log.append((self.command, path))
            given = self.headers.get("Authorization") or self.headers.get("PRIVATE-TOKEN")
            waiting = host.faults.get(self.command, [])
            fault = waiting.pop(0) if waiting else None
            if given not in (f"Bearer {TOKEN}", TOKEN):
                status, made = 401, {"message": "Bad credentials"}
            elif fault is None or fault.after:
                status, made = host.answer(self.command, path, parse_qs(parts.query), data)
            if fault is not None and self.command == "POST" and host.on_post is not None:
                host.on_post()
            if fault is not None:
                body = fault.body.encode()
                self.send_response(fault.status)
                for name, value in fault.headers.items():
                    self.send_header(name, value)
            else:
                body = b"" if made is None else json.dumps(made).encode()
                self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        do_GET = do_POST = do_PATCH = do_PUT = do_DELETE = do

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    host.url = f"http://127.0.0.1:{server.server_address[1]}/api"
    try:
        yield host
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
