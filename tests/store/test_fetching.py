"""The bytes of an address, from a real server that is good, slow, broken or hostile."""

from __future__ import annotations

import gzip
import json
import socket
import time
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path

import price_server as serve
import pytest
from price_server import Server, serving

from costplan.store.forge import ForgeError
from costplan.store.forge.talk import Talk
from costplan.store.network import http_cache
from costplan.store.network.client import Limits
from costplan.store.network.fetch import Fetcher, FetchError, read_bytes, shown

pytestmark = pytest.mark.usefixtures("brief_waits")
QUICK = Limits(seconds=3, connect=1, silence=1, bytes=1_000_000, tries=3)
PATIENT = QUICK._replace(seconds=60, silence=60)  # a slow machine is not a wrong answer
BODY = {"data": [1, 2, 3]}


@pytest.fixture(autouse=True)
def nobodys_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)


def get(server: Server, path: str = "/", limits: Limits = QUICK) -> bytes:
    with Fetcher(limits) as fetcher:
        return fetcher.get(server.url(path)).body


def refused(server: Server, path: str = "/", limits: Limits = QUICK) -> str:
    with pytest.raises(FetchError) as caught:
        get(server, path, limits)
    assert caught.value.hint is None or caught.value.hint
    return caught.value.message


def test_a_body_comes_as_it_was_sent() -> None:
    with serving({"/": serve.sends(BODY)}) as server:
        assert json.loads(get(server)) == BODY


def test_a_packed_body_is_unpacked() -> None:
    packed = gzip.compress(json.dumps(BODY).encode())
    with serving({"/": serve.sends(packed, Content_Encoding="gzip")}) as server:
        assert json.loads(get(server)) == BODY


def test_an_unchanged_body_is_not_sent_again() -> None:
    with serving({"/": serve.tagged(BODY)}) as server:
        first, second = get(server), get(server)
        assert first == second == json.dumps(BODY).encode()
        assert "if-none-match" not in server.seen[0]
        assert server.seen[1]["if-none-match"] == '"v1"'


def test_a_kept_body_that_was_edited_is_asked_for_anew(tmp_path: Path) -> None:
    with serving({"/": serve.tagged(BODY)}) as server:
        get(server)
        (kept,) = (tmp_path / "cache/costplan/sources").iterdir()
        kept.write_bytes(kept.read_bytes().replace(b"1, 2", b"1, 9"))
        assert json.loads(get(server)) == BODY
        assert "if-none-match" not in server.seen[1]


def test_a_cache_that_cannot_be_written_is_no_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "file"))
    with serving({"/": serve.tagged(BODY)}) as server:
        assert json.loads(get(server)) == BODY
    assert http_cache.load(server.url("/")) is None


def test_a_304_for_nothing_is_an_answer_that_cannot_be_used() -> None:
    with serving({"/": serve.status(304)}) as server:
        assert "answers 304" in refused(server)


def test_a_server_that_recovers_is_asked_again() -> None:
    routes = {"/": serve.in_turn(serve.status(500), serve.sends(BODY))}
    with serving(routes) as server:
        assert json.loads(get(server)) == BODY
        assert server.asked["/"] == 2


def test_a_server_that_does_not_recover_is_given_up() -> None:
    with serving({"/": serve.status(503)}) as server:
        assert refused(server).endswith("answers 503 Service Unavailable, 3 times in a row")
        assert server.asked["/"] == 3


def test_retry_after_is_waited_for() -> None:
    routes = {"/": serve.in_turn(serve.status(429, Retry_After="1"), serve.sends(BODY))}
    with serving(routes) as server:
        began = time.monotonic()
        assert json.loads(get(server)) == BODY
        assert time.monotonic() - began >= 1


def test_retry_after_may_be_a_date() -> None:
    past = format_datetime(datetime.now(UTC) - timedelta(hours=1), usegmt=True)
    routes = {"/": serve.in_turn(serve.status(429, Retry_After=past), serve.sends(BODY))}
    with serving(routes) as server:
        assert json.loads(get(server)) == BODY


@pytest.mark.parametrize("asked", ["3600", "Fri, 01 Jan 2100 00:00:00 GMT"])
def test_a_wait_beyond_the_deadline_is_not_begun(asked: str) -> None:
    with serving({"/": serve.status(429, Retry_After=asked)}) as server:
        began = time.monotonic()
        assert "asks to wait" in refused(server)
        assert time.monotonic() - began < 1


@pytest.mark.parametrize("odd", ["", "soon", "-5", "9" * 5000, "1e9"])
def test_an_odd_retry_after_is_no_wait(odd: str) -> None:
    routes = {"/": serve.in_turn(serve.status(429, Retry_After=odd), serve.sends(BODY))}
    with serving(routes) as server:
        assert json.loads(get(server)) == BODY


def test_what_is_not_there_is_not_asked_for_twice() -> None:
    with serving() as server:
        assert "answers 404" in refused(server, "/nothing")
        assert server.asked["/nothing"] == 1


def test_redirects_are_followed_up_to_a_number() -> None:
    routes = {f"/{n}": serve.status(302, Location=f"/{n + 1}") for n in range(6)}
    with serving({**routes, "/6": serve.sends(BODY)}) as server:
        assert json.loads(get(server, "/1")) == BODY
        assert "redirects more than 5 times" in refused(server, "/0")


def test_a_redirect_in_a_circle_ends() -> None:
    with serving({"/": serve.status(301, Location="/")}) as server:
        assert "redirects more than 5 times" in refused(server)


@pytest.mark.parametrize("there", ["file:///etc/passwd", "ftp://127.0.0.1/x", "https:", "data:,x"])
def test_a_redirect_elsewhere_than_http_is_refused(there: str) -> None:
    with serving({"/": serve.status(302, Location=there)}) as server:
        assert "is not an address" in refused(server)


def test_a_body_without_end_is_cut_off_early() -> None:
    with serving({"/": serve.endless}) as server:
        began = time.monotonic()
        assert "is larger than 1 MB" in refused(server)
        assert time.monotonic() - began < 2


def test_a_body_that_says_it_is_too_large_is_not_begun() -> None:
    with serving({"/": serve.sends(b"{}", Content_Length="2000000000")}) as server:
        assert "is larger than 1 MB" in refused(server)


@pytest.mark.parametrize("answer", [serve.one_bomb, serve.bomb])
def test_a_body_that_unpacks_to_gigabytes_is_not_unpacked(answer: serve.Answer) -> None:
    import tracemalloc

    with serving({"/": answer}) as server, Fetcher(PATIENT) as fetcher:
        tracemalloc.start()
        try:
            before = tracemalloc.get_traced_memory()[0]
            with pytest.raises(FetchError, match="is larger than 1 MB"):
                fetcher.get(server.url("/"))
            assert tracemalloc.get_traced_memory()[0] - before < 30_000_000
        finally:
            tracemalloc.stop()


@pytest.mark.parametrize(
    "answer",
    [
        serve.sends(b'{"data": [', Content_Length="5000"),
        serve.sends(gzip.compress(b"[]" * 1000)[:-9], Content_Encoding="gzip"),
        serve.sends(b"this is not gzip", Content_Encoding="gzip"),
        lambda http: http.wfile.write(b"garbage\r\n\r\n"),
        lambda http: None,
    ],
    ids=["cut off", "cut off while packed", "not packed", "no HTTP", "nothing"],
)
def test_a_broken_answer_is_asked_for_again_and_then_given_up(answer: serve.Answer) -> None:
    with serving({"/": answer}) as server:
        assert "broken off" in refused(server)
        assert server.asked["/"] == 3


def test_an_encoding_that_was_not_asked_for_is_refused() -> None:
    with serving({"/": serve.sends(b"x", Content_Encoding="br")}) as server:
        assert "which was not asked for" in refused(server)


@pytest.mark.parametrize("answer", [serve.dripping, serve.dripping_head, serve.silent])
def test_a_slow_answer_ends_at_the_deadline(answer: serve.Answer) -> None:
    limits = QUICK._replace(seconds=0.5)
    with serving({"/": answer}) as server:
        began = time.monotonic()
        assert "not done within 0.5 seconds" in refused(server, limits=limits)
        assert time.monotonic() - began < 1.5


def test_a_closed_port_is_said_at_once() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        address = f"http://127.0.0.1:{taken.getsockname()[1]}/"
    with Fetcher(QUICK) as fetcher, pytest.raises(FetchError, match="cannot be reached"):
        fetcher.get(address)


@pytest.mark.parametrize(
    "address", ["ftp://x/y", "file:///etc/passwd", "http://", "https://[", "http://a b/", "://x"]
)
def test_an_address_that_is_none(address: str) -> None:
    with Fetcher(QUICK) as fetcher, pytest.raises(FetchError):
        fetcher.get(address)


def test_pages_are_fetched_one_after_the_other() -> None:
    with serving() as server:
        server.routes |= {
            "/1": serve.sends({"n": 1, "next": server.url("/2")}),
            "/2": serve.sends({"n": 2, "next": None}),
        }
        with Fetcher(QUICK) as fetcher:
            data = fetcher.pages(server.url("/1"), lambda page: json.loads(page)["next"])
    assert [page["n"] for page in json.loads(data.body)] == [1, 2]


def test_a_next_page_on_another_host_is_refused() -> None:
    with serving({"/1": serve.sends({"next": "http://169.254.169.254/latest"})}) as server:
        with Fetcher(QUICK) as fetcher, pytest.raises(FetchError, match="another host"):
            fetcher.pages(server.url("/1"), lambda page: json.loads(page)["next"])
        assert len(server.seen) == 1


def test_pages_without_end_are_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("costplan.store.network.fetch.PAGES", 5)
    with serving() as server:
        server.routes["/"] = serve.sends({"next": server.url("/")})
        with Fetcher(QUICK) as fetcher, pytest.raises(FetchError, match="goes on after 5 pages"):
            fetcher.pages(server.url("/"), lambda page: json.loads(page)["next"])


def test_the_day_of_the_last_change_is_told_also_of_a_kept_body() -> None:
    then = "Tue, 03 Nov 2026 04:05:06 GMT"
    routes = {"/": serve.in_turn(serve.sends(BODY, Last_Modified=then), serve.status(304))}
    with serving(routes) as server:
        for _ in range(2):
            with Fetcher(QUICK) as fetcher:
                published = fetcher.get(server.url("/")).published
            assert published is not None
            assert published.date().isoformat() == "2026-11-03"


def test_an_address_is_shown_without_its_secrets() -> None:
    assert shown("https://me:word@host.example/a/b?key=1#x") == "https://host.example/a/b"


def test_files_have_limits_too(tmp_path: Path) -> None:
    large = tmp_path / "large"
    large.write_bytes(b" " * (QUICK.bytes + 1))
    for path, words in (
        (large, "is larger than 1 MB"),
        (tmp_path, "is a folder"),
        (tmp_path / "none", "does not exist"),
    ):
        with pytest.raises(FetchError, match=words):
            read_bytes(path, QUICK)


@pytest.mark.parametrize("answer", [serve.dripping, serve.dripping_head, serve.silent])
def test_a_code_host_that_is_slow_ends_at_the_deadline_too(answer: serve.Answer) -> None:
    began = time.monotonic()
    with serve.serving({"/user": answer}) as server:
        talk = Talk(server.address, {}, 0.5)
        with pytest.raises(ForgeError, match=r"0\.5 seconds"):
            talk.ask("GET", "/user")
        talk.close()
    assert time.monotonic() - began < 20


def test_a_code_host_that_sends_too_much_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("costplan.store.forge.talk.LARGEST_ANSWER", 1_000_000)
    with serve.serving({"/a": serve.endless, "/b": serve.bomb}) as server:
        talk = Talk(server.address, {}, 60)
        for path in ("/a", "/b"):
            with pytest.raises(ForgeError, match="larger than 1 MB"):
                talk.ask("GET", path)
        talk.close()
