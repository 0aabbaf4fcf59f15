"""``costplan mcp`` as the Model Context Protocol has it, in both eras, without its library."""

from __future__ import annotations

import io
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from run import WORKLOAD, environment, files_below, process
from talk import CALLS, ENVELOPE, META, SUPPORT, call, request, talk

from costplan.cli.mcp import protocol
from costplan.cli.mcp.fitting import fitted
from costplan.cli.mcp.stdio import serve
from costplan.cli.mcp.tools import TOOLS, offered

SHAKE = request(0, "initialize", {"protocolVersion": "2025-11-25", "capabilities": {}})
SHAKEN = json.dumps({"jsonrpc": "2.0", "method": "notifications/initialized"})


def ask(*lines: str | bytes) -> list[Any]:
    """The answers to lines, within the tests."""
    source = io.BytesIO(b"\n".join(one.encode() if isinstance(one, str) else one for one in lines))
    sink = io.BytesIO()
    serve(source, sink, offered())
    return [json.loads(line) for line in sink.getvalue().splitlines()]


def code(answer: Any) -> int:
    found: int = answer["error"]["code"]
    return found


def test_a_session_of_the_handshake_in_a_process_of_its_own() -> None:
    calls = [call(name, name, arguments) for name, arguments in CALLS.items()]
    shaken, listed, pinged, *answers = talk(
        [SHAKE, SHAKEN, request(1, "tools/list"), request("p", "ping"), *calls]
    )
    assert shaken["result"]["protocolVersion"] == "2025-11-25"
    assert shaken["result"]["capabilities"] == {"tools": {"listChanged": False}}
    assert shaken["result"]["serverInfo"]["name"] == "costplan"
    assert pinged == {"jsonrpc": "2.0", "id": "p", "result": {}}
    named = {one["name"]: one for one in listed["result"]["tools"]}
    assert [*named] == [*CALLS]
    for name, answer in zip(CALLS, answers, strict=True):
        assert answer["id"] == name
        result = answer["result"]
        assert result["isError"] is False, result
        made = result["structuredContent"]
        assert json.loads(result["content"][0]["text"]) == made
        jsonschema.validate(made, named[name]["outputSchema"])
        jsonschema.validate(CALLS[name], named[name]["inputSchema"])
        size = len(json.dumps(answer, separators=(",", ":")))
        assert size < 8_000, (name, size)


def test_a_session_without_state() -> None:
    def said(at: int, method: str, **params: Any) -> str:
        return request(at, method, {**params, "_meta": ENVELOPE})

    offer = CALLS["price_offer"]
    found, listed, called, pinged = talk(
        [
            said(1, "server/discover"),
            said(2, "tools/list"),
            said(3, "tools/call", name="price_offer", arguments=offer),
            said(4, "ping"),
        ]
    )
    assert found["result"]["supportedVersions"] == ["2026-07-28"]
    assert found["result"]["capabilities"] == {"tools": {}}
    for one in (found, listed, called):
        assert one["result"]["resultType"] == "complete"
        assert one["result"]["_meta"][META + "serverInfo"]["name"] == "costplan"
    assert {"ttlMs", "cacheScope"} <= listed["result"].keys() & found["result"].keys()
    assert called["result"]["structuredContent"]["total"] == 0.001
    assert code(pinged) == -32601  # it went with the handshake


@pytest.mark.parametrize(
    ("asked", "agreed"),
    [
        ("2025-11-25", "2025-11-25"),
        ("2025-06-18", "2025-06-18"),
        ("2026-07-28", "2025-11-25"),  # has no handshake: the newest that has one
        ("1999-01-01", "2025-11-25"),
    ],
)
def test_a_handshake_agrees_on_a_version_that_both_speak(asked: str, agreed: str) -> None:
    (answer,) = ask(request(1, "initialize", {"protocolVersion": asked}))
    assert answer["result"]["protocolVersion"] == agreed


def test_a_version_that_is_not_spoken_is_refused_with_those_that_are() -> None:
    meta = {**ENVELOPE, META + "protocolVersion": "2027-01-01"}
    half = {META + "protocolVersion": "2026-07-28"}
    odd = {**ENVELOPE, META + "protocolVersion": 7}
    refused, lacking, typed, bare = ask(
        *(request(1, "tools/list", {"_meta": one}) for one in (meta, half, odd)),
        request(1, "server/discover"),
    )
    assert code(refused) == -32022
    assert refused["error"]["data"] == {"supported": ["2026-07-28"], "requested": "2027-01-01"}
    assert code(lacking) == code(typed) == code(bare) == -32602
    assert "clientCapabilities" in lacking["error"]["message"]


@pytest.mark.parametrize(
    ("line", "name", "wanted"),
    [
        ("{", None, -32700),
        (b"\xff\xfe{}", None, -32700),
        ("[" * 100_000, None, -32700),
        ('{"jsonrpc":"2.0","id":1,"method":"ping","params":{"x":NaN}}', None, -32700),
        ("[]", None, -32600),
        (f"[{request(1, 'ping')}]", None, -32600),
        ("3", None, -32600),
        ('{"id":1,"method":"ping"}', 1, -32600),
        ('{"jsonrpc":"2.0","id":1}', 1, -32600),
        ('{"jsonrpc":"2.0","id":null,"method":"ping"}', None, -32600),
        ('{"jsonrpc":"2.0","id":{},"method":"ping"}', None, -32600),
        ('{"jsonrpc":"2.0","id":true,"method":"ping"}', None, -32600),
        ('{"jsonrpc":"2.0","id":"x","method":"ping","params":[]}', "x", -32602),
        (request(1, "initialize", {}), 1, -32602),
        (request(1, "resources/list"), 1, -32601),
        (request(1, "tools/list", {"cursor": "2"}), 1, -32602),
        (request(1, "tools/call", {}), 1, -32602),
        (request(1, "tools/call", {"name": "estimate", "arguments": []}), 1, -32602),
        (call(1, "estimat"), 1, -32602),
    ],
)
def test_what_is_no_request_is_answered_and_the_next_one_too(
    line: str | bytes, name: Any, wanted: int
) -> None:
    answer, after = ask(line, request("after", "ping"))
    assert (answer["id"], code(answer)) == (name, wanted)
    assert after == {"jsonrpc": "2.0", "id": "after", "result": {}}


def test_notifications_answers_and_empty_lines_are_not_answered() -> None:
    cancelled = {"jsonrpc": "2.0", "method": "notifications/cancelled", "params": {"requestId": 1}}
    unknown = {"jsonrpc": "2.0", "method": "notifications/odd"}
    answer = {"jsonrpc": "2.0", "id": 9, "result": {}}
    lines = [SHAKEN, "", "  ", *(json.dumps(one) for one in (cancelled, unknown, answer))]
    assert ask(*lines) == []


def test_a_line_that_is_too_long_is_one_error() -> None:
    long = request(1, "ping", {"x": "y" * (3 * protocol.LONGEST)})
    refused, after = ask(long, request(2, "ping"))
    assert (refused["id"], code(refused), after["id"]) == (None, -32700, 2)
    just = request(1, "ping", {"x": ""})
    just = request(1, "ping", {"x": "y" * (protocol.LONGEST - len(just))})
    assert [one["id"] for one in ask(just, request(2, "ping"))] == [1, 2]
    assert ask(long) == [refused]  # and nothing after it, not even a line's end


def test_every_request_is_answered_under_its_own_id_even_one_that_is_used_twice() -> None:
    names = [3, 1, "1", 2, 2, -5, "", 2**70]
    assert [one["id"] for one in ask(*(request(name, "ping") for name in names))] == names


def test_an_answer_that_nobody_reads_ends_the_server() -> None:
    class Closed(io.BytesIO):
        def flush(self) -> None:
            raise BrokenPipeError

    with pytest.raises(BrokenPipeError):
        serve(io.BytesIO(request(1, "ping").encode()), Closed(), offered())


def test_tools_say_that_they_read_and_what_they_take_and_answer() -> None:
    (answer,) = ask(request(1, "tools/list"))
    listed = answer["result"]["tools"]
    assert [one["name"] for one in listed] == [*TOOLS]
    for one in listed:
        assert one["annotations"]["readOnlyHint"] is True
        assert one["annotations"]["openWorldHint"] is False
        for schema in (one["inputSchema"], one["outputSchema"]):
            jsonschema.Draft202012Validator.check_schema(schema)
            assert schema["type"] == "object"
        assert all("description" in each for each in one["inputSchema"]["properties"].values())
        assert len(json.dumps(one)) < 3_300  # some 800 tokens at most, read by every session


@pytest.mark.parametrize(
    ("tool", "arguments", "said"),
    [
        ("estimate", {"wurkload": "a"}, "did you mean 'workload'?"),
        ("estimate", {"stacks": "a"}, "stacks is no array"),
        ("estimate", {"top": 1.5}, "top is no integer"),
        ("estimate", {"top": True}, "top is no integer"),
        ("estimate", {"workload": "-"}, "workload is a file, not standard input"),
        ("estimate", {"as_of": "soon"}, "'soon' is not a date"),
        ("estimate", {"filter": ["amount=1"]}, "lines cannot be chosen by 'amount'"),
        ("estimate", {"stacks": ["b"]}, "'b'"),
        ("estimate", {"workload": "gone.toml"}, "gone.toml"),
        ("estimate", {"workload": "a\0b"}, "a"),
        ("estimate", {"workload": "broken.toml"}, "broken.toml:3"),
        ("compare", {"at_reliability": 2}, "between 0 and 1"),
        ("check", {"limits": {"monthly_totl": 3}}, "monthly_total"),
        ("check", {"limits": {"monthly_total": []}}, "limits is no object"),
        ("check", {"policies": ["../p.toml"]}, "../p.toml is not read"),
        ("price_offer", {}, "offer is missing"),
        ("price_offer", {"offer": "openai/gpt-6.1-tera"}, "gpt-6.1-terra"),
        ("price_offer", {"offer": "openai/gpt-6.1-terra", "mode": "slow"}, "mode is no batch"),
        ("price_offer", {"offer": "a/b", "requests": -1}, "requests is -1"),
        ("search_offers", {"words": " "}, "at least one letter"),
        ("search_offers", {"words": "a", "limit": 100}, "limit is 100"),
        ("search_offers", {"words": "a", "vendor": "opnai"}, "openai"),
        ("explain", {"term": "nonsense of nobody"}, "is no word of costplan"),
        ("what_if", {"set": []}, "nothing is changed"),
        ("what_if", {"set": ["traffic.requestz=1"]}, "unknown key 'requestz'"),
    ],
)
def test_a_wrong_argument_is_an_answer_that_says_how_to_mend_it(
    tool: str, arguments: Any, said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "costplan.toml").write_text(WORKLOAD)
    (tmp_path / "broken.toml").write_text('name = "x"\n\ntrafic = 3\n')
    monkeypatch.chdir(tmp_path)
    (answer,) = (
        ask(call(1, tool, arguments))
        if "../" not in str(arguments)
        else talk([call(1, tool, arguments)], tmp_path)
    )
    result = answer["result"]
    assert result["isError"] is True
    assert "structuredContent" not in result
    assert said in result["content"][0]["text"]
    assert "fault" not in result["content"][0]["text"]


def test_nothing_outside_of_the_folder_is_read(tmp_path: Path) -> None:
    inside, outside = tmp_path / "in", tmp_path / "out"
    for folder in (inside, outside, inside / ".git"):
        folder.mkdir()
    for place in (outside / "secret.toml", inside / ".git" / "w.toml", tmp_path / "costplan.toml"):
        place.write_text(WORKLOAD.replace('"probe"', '"secret"'))
    (inside / "link.toml").symlink_to(outside / "secret.toml")
    (inside / "folder").symlink_to(outside, target_is_directory=True)
    (inside / "w.toml").write_text(WORKLOAD)
    ways = [
        "../out/secret.toml",
        str(outside / "secret.toml"),
        "link.toml",
        "folder/secret.toml",
        "folder/../../out/secret.toml",
        ".git/w.toml",
        None,  # the nearest costplan.toml upward lies above the folder
    ]
    asked = [
        call(at, tool, {"workload": way, **more} if way else more)
        for at, way in enumerate(ways)
        for tool, more in (("estimate", {}), ("what_if", {"set": ["name=b"]}))
    ]
    asked.append(call("baseline", "check", {"workload": "w.toml", "baseline": "link.toml"}))
    for answer in talk(asked, inside):
        text = answer["result"]["content"][0]["text"]
        assert answer["result"]["isError"] is True, text
        assert "secret" not in text.replace("secret.toml", "")
    (sound,) = talk([call(1, "estimate", {"workload": "w.toml"})], inside)
    assert sound["result"]["structuredContent"]["workload"] == "probe"


def test_nothing_is_written_and_no_address_is_asked_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "w.toml").write_text(WORKLOAD + "[budget]\nmonthly_total = 5\n")
    monkeypatch.chdir(tmp_path)
    before, heard, listening = files_below(tmp_path), [], True

    def hear(event: str, arguments: tuple[Any, ...]) -> None:
        if not listening:
            return
        if event == "open" and isinstance(arguments[1], str) and set(arguments[1]) & set("wax+"):
            heard.append((event, arguments[0]))
        elif event.startswith(("socket.", "subprocess.", "os.remove", "os.rename", "os.mkdir")):
            heard.append((event, arguments))

    sys.addaudithook(hear)
    try:
        answers = ask(
            *(
                call(name, name, json.loads(json.dumps(arguments).replace(SUPPORT, "w.toml")))
                for name, arguments in CALLS.items()
            )
        )
    finally:
        listening = False
    assert [one["result"] for one in answers if one["result"]["isError"]] == []
    assert heard == []
    assert files_below(tmp_path) == before


def test_filters_are_pushed_down_and_a_change_changes_nothing_on_disk(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "costplan.toml").write_text(WORKLOAD)
    monkeypatch.chdir(tmp_path)
    day = {"as_of": "2026-11-22"}
    lines, doubled, moved = (
        one["result"]["structuredContent"]
        for one in ask(
            call(1, "estimate", {**day, "filter": ["charge=output"], "fields": "charge,amount"}),
            call(2, "estimate", {**day, "set": ["traffic.requests_per_month=2000"]}),
            call(3, "what_if", {**day, "set": ["traffic.requests_per_month=2000"]}),
        )
    )
    assert lines["lines"] == [{"charge": "output", "amount": 2.5}]
    assert lines["stacks"][0]["total_monthly"] == 2.5
    assert doubled["stacks"][0]["total_monthly"] == 7
    (stack,) = moved["stacks"]
    assert (stack["base"], stack["head"], stack["difference"]) == (3.5, 7, 3.5)
    assert stack["causes"]["volume"] == 3.5
    assert (tmp_path / "costplan.toml").read_text() == WORKLOAD


def test_a_workload_of_a_hundred_stacks_fits_and_says_what_was_left_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stacks = "".join(
        f'[stack.s{at}{"x" * 40}]\nchat = "openai/gpt-6.1-terra"\n' for at in range(100)
    )
    (tmp_path / "costplan.toml").write_text(WORKLOAD + stacks)
    monkeypatch.chdir(tmp_path)
    listed = {one["name"]: one for one in ask(request(1, "tools/list"))[0]["result"]["tools"]}
    for tool, more in (("estimate", {}), ("compare", {}), ("what_if", {"set": ["name=b"]})):
        (answer,) = ask(call(1, tool, more))
        result = answer["result"]
        assert len(json.dumps(answer, separators=(",", ":"))) < 8_000
        made = result["structuredContent"]
        jsonschema.validate(made, listed[tool]["outputSchema"])
        kept = len(made["stacks"])
        assert 1 < kept < 101
        assert f"stacks: {kept} of 101 are shown" in made["left_out"]


def test_what_cannot_be_listed_is_shortened() -> None:
    data: dict[str, Any] = {"text": "z" * 50_000, "few": ["a"], "deep": {"list": ["y" * 99] * 300}}
    made = fitted(data, lambda one: json.dumps(one))
    assert len(json.dumps(made)) < 8_000
    assert made["text"].endswith("...")
    assert made["left_out"][0].startswith("deep.list: ")
    small = {"a": [1, 2]}
    assert fitted(dict(small), lambda one: json.dumps(one)) == small


def test_a_server_ends_with_its_client(tmp_path: Path) -> None:
    ran = process("mcp", folder=tmp_path, stdin=b"")
    assert (ran.code, ran.out, ran.err) == (0, "", "")
    started = subprocess.Popen(
        [sys.executable, "-m", "costplan", "mcp"],
        cwd=tmp_path,
        env=environment(tmp_path),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    with started.stdin as asked, started.stderr as words:
        started.stdout.close()
        asked.write(request(1, "ping").encode() + b"\n")
        asked.flush()
        assert started.wait(60) == 141
        assert words.read() == b""
