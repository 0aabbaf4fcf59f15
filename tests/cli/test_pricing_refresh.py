"""``costplan pricing refresh`` as a process of its own, against a real server on loopback."""

from __future__ import annotations

import json
import os
import random
import signal
import socket
import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "store"))
import price_server as serve
from price_server import serving
from run import CONTROL, ROOT, Ran, costplan, files_below

TODAY = datetime.now(UTC).date()
YESTERDAY = TODAY - timedelta(days=1)
PRICES = "nobody/.config/costplan/pricing"


def entry(name: str = "acme/chat", prompt: str = "0.000001", **more: object) -> dict[str, object]:
    return {
        "id": name,
        "context_length": 100_000,
        "pricing": {"prompt": prompt, "completion": "0.000002", **more},
        "top_provider": {"max_completion_tokens": 8_000},
    }


def listing(*entries: object) -> dict[str, object]:
    return {"data": list(entries)}


def many(count: int, prompt: str = "0.000001") -> dict[str, object]:
    return listing(*(entry(f"acme/m{n}", prompt) for n in range(count)))


def refresh(folder: Path, *arguments: str, **env: str) -> Ran:
    return costplan("pricing", "refresh", *arguments, folder=folder, env=env)


def saved(folder: Path, payload: object, day: object = None) -> str:
    """``--from`` of a payload in a file that was saved on a day."""
    path = folder / "saved.json"
    path.write_text(json.dumps(payload))
    if day is not None:
        moment = datetime.fromisoformat(f"{day}T12:00:00+00:00").timestamp()
        os.utime(path, (moment, moment))
    return f"openrouter={path}"


def test_prices_arrive_are_shown_and_are_billed(tmp_path: Path) -> None:
    with serving({"/api": serve.sends(listing(entry()))}) as server:
        ran = refresh(tmp_path, "--from", f"openrouter={server.url('/api')}")
    assert ran.code == 0, ran.err
    assert "1 new" in ran.out
    assert "input 1, output 2 per 1M tokens" in ran.out
    assert ran.err.startswith("wrote ")
    bill = costplan(
        "price", "openrouter/acme/chat", "input_tokens=1000000", "--format", "json", folder=tmp_path
    )
    assert bill.data["total"] == 1
    again = costplan("pricing", "show", "openrouter/acme/chat", folder=tmp_path)
    assert "from the refreshed catalogue" in again.out
    assert f"checked {TODAY}" in again.out


def test_a_second_refresh_changes_nothing_and_says_so(tmp_path: Path) -> None:
    with serving({"/api": serve.tagged(listing(entry()))}) as server:
        source = f"openrouter={server.url('/api')}"
        refresh(tmp_path, "--from", source)
        before = files_below(tmp_path)
        ran = refresh(tmp_path, "--from", source)
        assert [("if-none-match" in one) for one in server.seen] == [False, True]
    assert (ran.code, ran.err) == (0, "no price has changed\n")
    assert files_below(tmp_path) == before


def test_a_changed_price_is_appended_with_its_percentage(tmp_path: Path) -> None:
    refresh(tmp_path, "--from", saved(tmp_path, listing(entry()), YESTERDAY))
    ran = refresh(tmp_path, "--from", saved(tmp_path, listing(entry(prompt="0.0000015"))))
    assert ran.code == 0, ran.err
    assert "1 changed" in ran.out
    assert "+50 %" in ran.out
    text = next(tmp_path.rglob("openrouter.toml")).parent.parent.parent
    current = (text / "current").read_text().strip()
    cards = (text / current / "tokens/openrouter.toml").read_text()
    assert cards.count("[[model.price]]") == 2
    assert cards.index("input = 1,") < cards.index("input = 1.5,")


def test_a_dry_run_writes_nothing(tmp_path: Path) -> None:
    source = saved(tmp_path, listing(entry()))
    before = files_below(tmp_path)
    ran = refresh(tmp_path, "--from", source, "--dry-run")
    assert ran.code == 0
    assert "1 new" in ran.out
    assert ran.err == "dry run: nothing was written\n"
    assert files_below(tmp_path) == before


def test_json_says_all_that_happened(tmp_path: Path) -> None:
    payload = listing(entry(), entry("acme/free", "0"), entry("acme/auto", "-1"))
    ran = refresh(tmp_path, "--from", saved(tmp_path, payload), "--format", "json")
    data = ran.data
    assert (data["schema_version"], data["kind"]) == ("1.0", "price_refresh")
    assert data["written"].startswith(data["target"])
    (source,) = data["sources"]
    assert (source["name"], source["models"], source["had"]) == ("openrouter", 1, 0)
    assert {one["reason"]: one["names"] for one in source["left_out"]} == {
        "a price of zero that is not declared free": ["acme/free"],
        "its price varies from request to request": ["acme/auto"],
    }
    assert [one["id"] for one in data["diff"]["changes"]] == ["openrouter/acme/chat"]


def test_a_project_has_prices_of_its_own(tmp_path: Path) -> None:
    project = tmp_path / "project"
    project.mkdir()
    source = saved(tmp_path, listing(entry()))
    ran = refresh(tmp_path, "--from", source, "--to", str(project / "pricing"))
    assert ran.code == 0, ran.err
    assert costplan("pricing", "show", "openrouter/acme/chat", folder=project).code == 0
    assert costplan("pricing", "show", "openrouter/acme/chat", folder=tmp_path).code == 2


@pytest.mark.parametrize("inside", ["pricing", "pricing/tokens", "costplan", "costplan/store/x"])
def test_the_shipped_catalogue_is_never_written_to(tmp_path: Path, inside: str) -> None:
    link = tmp_path / "link"
    link.symlink_to(ROOT / inside)
    source = saved(tmp_path, listing(entry()))
    for to in (str(ROOT / inside), str(link)):
        ran = refresh(tmp_path, "--from", source, "--to", to)
        assert ran.code == 2
        assert "which no command writes to" in ran.err
    assert not list((ROOT / "pricing").rglob("refreshed"))


def test_the_built_in_history_stays_under_a_new_price(tmp_path: Path) -> None:
    """A refreshed model is the shipped one with a card appended, from the first card on."""
    shown = costplan("pricing", "show", "openai/gpt-5.4", "--format", "json", folder=tmp_path)
    assert shown.code == 0
    provider = {"id": "openai", "models": {"gpt-5.4": {"id": "gpt-5.4", "name": "GPT-5.4"}}}
    provider["models"]["gpt-5.4"]["cost"] = {"input": 99, "output": 199}  # type: ignore[index]
    path = tmp_path / "models.json"
    path.write_text(json.dumps({"openai": {"npm": "x", "env": [], **provider}}))
    ran = refresh(tmp_path, "--from", f"models.dev={path}", "--accept-loss")
    assert ran.code == 0, ran.err
    root = tmp_path / PRICES / "refreshed"
    current = (root / "current").read_text().strip()
    after = (root / current / "tokens/openai.toml").read_text()
    block = after[after.index('id = "openai/gpt-5.4"') :]
    shipped = (ROOT / "pricing/tokens/openai.toml").read_text()
    old = shipped[shipped.index('id = "openai/gpt-5.4"\n') :].split("[[model]]")[0]
    assert block.count("[[model.price]]") == old.count("[[model.price]]") + 1
    assert block.rindex("input = 99") > block.index("[[model.price]]")
    then = costplan("pricing", "show", "openai/gpt-5.4", "--at", "2026-10-20", folder=tmp_path)
    was = costplan(
        *("pricing", "show", "openai/gpt-5.4", "--at", "2026-10-20"), folder=tmp_path, env=EMPTY
    )
    assert (
        then.out.split("Sources")[0].replace("refreshed", "built-in") == was.out.split("Sources")[0]
    )


EMPTY = {"XDG_CONFIG_HOME": "/nonexistent"}

GOOD = listing(entry("acme/other"))
BROKEN = {
    "cut off": serve.sends(b'{"data": [', Content_Length="5000"),
    "longer than it says": serve.sends(json.dumps(GOOD).encode(), Content_Length="20"),
    "always 500": serve.status(500),
    "not there": serve.status(404),
    "a circle": serve.status(302, Location="/api"),
    "a web page": serve.sends(b"<!doctype html><title>Sign in</title>", Content_Type="text/html"),
    "empty": serve.sends(b""),
    "a list": serve.sends([]),
    "another table": serve.sends({"models": []}),
    "text": serve.sends("hello"),
    "null": serve.sends(None),
    "deep": serve.sends(b"[" * 200_000),
    "NaN": serve.sends(b'{"data": [{"id": "a/b", "pricing": {"prompt": NaN}}]}'),
    "Infinity": serve.sends(b'{"data": [{"id": "a/b", "pricing": {"prompt": -Infinity}}]}'),
    "a huge number": serve.sends(b'{"data": [{"id": "a/b", "x": 1' + b"0" * 6_000 + b"}]}"),
    "no UTF-8": serve.sends(b'{"data": "\xff\xfe"}'),
    "endless": serve.endless,
    "a bomb": serve.bomb,
    "dripping": serve.dripping,
}


@pytest.mark.parametrize("fault", BROKEN)
def test_a_broken_source_changes_nothing(tmp_path: Path, fault: str) -> None:
    refresh(tmp_path, "--from", saved(tmp_path, listing(entry())))
    before = files_below(tmp_path)
    with serving({"/api": BROKEN[fault]}) as server:
        source = f"openrouter={server.url('/api')}"
        timeout = "0.7" if fault == "dripping" else "10"
        ran = refresh(tmp_path, "--from", source, "--timeout", timeout)
    assert (ran.code, ran.out) == (2, "")
    assert ran.err.startswith("error: ")
    assert "Traceback" not in ran.err
    assert "127.0.0.1" in ran.err
    assert files_below(tmp_path) == before


def test_nobody_there_changes_nothing(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        address = f"http://127.0.0.1:{taken.getsockname()[1]}/"
    ran = refresh(tmp_path, "--from", f"litellm={address}")
    assert ran.code == 2
    assert "cannot be reached" in ran.err
    assert files_below(tmp_path) == {}


def test_one_broken_source_of_two_changes_nothing(tmp_path: Path) -> None:
    with serving({"/api": serve.status(404)}) as server:
        good = saved(tmp_path, listing(entry()))
        before = files_below(tmp_path)
        ran = refresh(tmp_path, "--from", good, "--from", f"litellm={server.url('/api')}")
    assert ran.code == 2
    assert files_below(tmp_path) == before


@pytest.mark.parametrize(
    "name",
    [
        "../../etc/passwd",
        "/etc/passwd",
        "a/../../b",
        "a b",
        'a"]\n[[model]]\nid = "x/y',
        "\x1b[31mred",
        "a/\u202egpj",
        "a" * 500,
        "",
        "a//b",
        "..",
        "-rf",
    ],
)
def test_a_hostile_name_is_left_out(tmp_path: Path, name: str) -> None:
    ran = refresh(tmp_path, "--from", saved(tmp_path, listing(entry(name), entry())))
    assert ran.code == 0, ran.err
    assert "1 models, 1 entries left out" in ran.out
    assert not CONTROL.search(ran.out + ran.err)
    current = (tmp_path / PRICES / "refreshed/current").read_text().strip()
    names = {
        str(path.relative_to(tmp_path / PRICES / "refreshed" / current))
        for path in (tmp_path / PRICES / "refreshed" / current).rglob("*.toml")
    }
    assert names == {"tokens/openrouter.toml"}
    assert costplan("pricing", "list", folder=tmp_path).code == 0


@pytest.mark.parametrize(
    "price", ["1", "0.1", "1e-20", "-0.5", "1e400", "NaN", "free", None, True, [], {}]
)
def test_a_price_that_is_none_is_left_out(tmp_path: Path, price: object) -> None:
    odd = {**entry("acme/odd"), "pricing": {"prompt": price, "completion": "0.000002"}}
    ran = refresh(tmp_path, "--from", saved(tmp_path, listing(odd, entry())))
    assert ran.code == 0, ran.err
    assert "1 models, 1 entries left out" in ran.out


def test_a_source_that_lost_its_models_is_refused(tmp_path: Path) -> None:
    refresh(tmp_path, "--from", saved(tmp_path, many(20), YESTERDAY))
    half = saved(tmp_path, many(10, "0.000002"))
    before = files_below(tmp_path)
    ran = refresh(tmp_path, "--from", half)
    assert ran.code == 1
    assert "refused: openrouter no longer shows 10 of the 20 models it had" in ran.err
    assert "--accept-loss" in ran.err
    assert files_below(tmp_path) == before
    taken = refresh(tmp_path, "--from", half, "--accept-loss")
    assert taken.code == 0
    assert "accepted: openrouter no longer shows 10" in taken.err
    kept = costplan("pricing", "show", "openrouter/acme/m19", folder=tmp_path)
    assert kept.code == 0, "a model that a source no longer shows keeps its last price"


def test_prices_that_jump_by_the_dozen_are_refused(tmp_path: Path) -> None:
    refresh(tmp_path, "--from", saved(tmp_path, many(20), YESTERDAY))
    scaled = saved(tmp_path, many(20, "0.001"))
    before = files_below(tmp_path)
    ran = refresh(tmp_path, "--from", scaled)
    assert ran.code == 1
    assert "refused: prices of 20 of 20 models moved more than 10 times" in ran.err
    assert files_below(tmp_path) == before


def test_a_tampered_refresh_is_an_error_until_the_next_one(tmp_path: Path) -> None:
    source = saved(tmp_path, listing(entry()))
    refresh(tmp_path, "--from", source)
    path = next((tmp_path / PRICES).rglob("openrouter.toml"))
    path.write_text(path.read_text().replace("input = 1", "input = 0.1"))
    ran = costplan("pricing", "show", "openrouter/acme/chat", folder=tmp_path)
    assert ran.code == 2
    assert "is not as the refresh wrote it" in ran.err
    assert "costplan pricing refresh" in ran.err
    other = costplan("pricing", "show", "openai/gpt-5.4", folder=tmp_path)
    assert other.code == 0, "a damaged file of one vendor is nothing to another"
    mended = refresh(tmp_path, "--from", source)
    assert mended.code == 0
    assert "warning: the refresh before was left out" in mended.err
    assert costplan("pricing", "show", "openrouter/acme/chat", folder=tmp_path).code == 0


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ("litelm", "did you mean 'litellm'"),
        ("litellm=", "names nothing"),
        ("ftp://x/y", "is not an address of http or https"),
        ("openrouter=/no/such/file", "does not exist"),
        ("openrouter=/", "is a folder"),
        ("no-such-file.json", "no source has this name"),
    ],
)
def test_a_source_that_is_none(tmp_path: Path, given: str, words: str) -> None:
    ran = refresh(tmp_path, "--from", given)
    assert ran.code == 2
    assert words in ran.err
    assert files_below(tmp_path) == {}


def test_a_file_is_recognised_by_what_is_in_it(tmp_path: Path) -> None:
    source = saved(tmp_path, listing(entry())).partition("=")[2]
    ran = refresh(tmp_path, "--from", source)
    assert ran.code == 0, ran.err
    assert ran.out.startswith("openrouter, ")
    (tmp_path / "odd.json").write_text('{"what": "is this"}')
    odd = refresh(tmp_path, "--from", "odd.json")
    assert odd.code == 2
    assert "not in the form of a known price source" in odd.err


def test_a_password_in_an_address_is_not_kept(tmp_path: Path) -> None:
    with serving({"/api": serve.sends(listing(entry()))}) as server:
        address = server.url("/api?key=secret").replace("//", "//me:secret@")
        ran = refresh(tmp_path, "--from", f"openrouter={address}")
    assert ran.code == 0, ran.err
    assert "secret" not in ran.out + ran.err
    kept = files_below(tmp_path / PRICES)
    assert not any(b"secret" in content for content in kept.values())


def test_a_folder_that_may_not_be_written_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    source = saved(tmp_path, listing(entry()))
    for to in ("file", "file/below"):
        ran = refresh(tmp_path, "--from", source, "--to", to)
        assert ran.code == 2
        assert "Traceback" not in ran.err
        assert "file" in ran.err


SLOWLY = """
import sys, time
from pathlib import Path
from costplan.store import generations
real_put, real_durable, real_settle = Path.replace, generations._durable, generations._settle
def slow(real):
    def run(*given):
        time.sleep(0.004)
        made = real(*given)
        time.sleep(0.004)
        return made
    return run
generations._durable, generations._settle = slow(real_durable), slow(real_settle)
Path.replace, Path.rename = slow(Path.replace), slow(Path.rename)
text = sys.argv[2]
head = 'vendor = "Acme"\\ncurrency = "USD"\\nsource.s = { at = "s", confidence = "dataset" }\\n'
block = '[[model]]\\nid = "%s/chat"\\n\\n[[model.price]]\\n' \\
    'origin = { since = 2026-01-01, checked = 2026-01-01, source = "s" }\\n' \\
    'unit = "token"\\nper = 1_000_000\\nrates = { input = %s, output = 1 }\\n'
files = {f"tokens/v{n}.toml": head + block % (f"v{n}", text) for n in range(4)}
print("ready", flush=True)
folder = Path(sys.argv[1])
generations.write(folder, files, generations.current(folder))
"""


def test_a_refresh_that_is_killed_at_any_moment_leaves_old_or_new_prices(tmp_path: Path) -> None:
    """kill -9 at fifty random moments of a writing that is slowed down to a tenth of a second."""
    from costplan.catalog.lookup import Catalog
    from costplan.store.shelves import refreshed

    chance = random.Random(13)
    seen = {True: 0, False: 0}
    held = "0"
    env = {**os.environ, "PYTHONPATH": str(ROOT)}
    for turn in range(1, 51):
        with subprocess.Popen(
            [sys.executable, "-c", SLOWLY, str(tmp_path), str(turn)],
            stdout=subprocess.PIPE,
            env=env,
        ) as writer:
            assert writer.stdout is not None
            writer.stdout.readline()
            time.sleep(chance.uniform(0, 0.17))
            writer.send_signal(signal.SIGKILL)
        shelves = refreshed(tmp_path, ())
        prices = set()
        for n in range(4):
            entry_ = Catalog(shelves).find(f"v{n}/chat") if shelves else None
            prices.add(str(entry_.item.price[0].rates.input) if entry_ else "0")  # type: ignore[union-attr]
        assert len(prices) == 1, "a mix of two refreshes"
        (found,) = prices
        assert found in (held, str(turn))
        seen[found == str(turn)] += 1
        held = found
    assert min(seen.values()) >= 5, f"the moments were not spread: {seen}"
    left = [one.name for one in (tmp_path / "refreshed").iterdir() if one.is_dir()]
    assert len(left) <= 4, "what was half written goes with the next refresh"


def test_a_refresh_that_is_killed_while_it_waits_leaves_nothing(tmp_path: Path) -> None:
    with serving({"/api": serve.dripping}) as server:
        env = {**os.environ, "HOME": str(tmp_path / "nobody"), "PYTHONPATH": str(ROOT)}
        env = {key: value for key, value in env.items() if not key.startswith("XDG_")}
        source = f"openrouter={server.url('/api')}"
        with subprocess.Popen(
            [sys.executable, "-m", "costplan", "pricing", "refresh", "--from", source],
            env=env,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
        ) as waiting:
            while not server.asked:
                time.sleep(0.01)
            waiting.send_signal(signal.SIGINT)
            assert waiting.stderr is not None
            assert b"Traceback" not in waiting.stderr.read()
        assert waiting.returncode == 130
    assert files_below(tmp_path) == {}


def test_two_refreshes_at_once_leave_one_of_them(tmp_path: Path) -> None:
    sources = []
    for n in (1, 2):
        (tmp_path / f"{n}.json").write_text(json.dumps(listing(entry(f"acme/m{n}"))))
        sources.append(f"openrouter={tmp_path / f'{n}.json'}")
    env = {**os.environ, "HOME": str(tmp_path / "nobody"), "PYTHONPATH": str(ROOT)}
    env = {key: value for key, value in env.items() if not key.startswith("XDG_")}
    running = [
        subprocess.Popen(
            [sys.executable, "-m", "costplan", "pricing", "refresh", "--from", source],
            env=env,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        for source in sources
    ]
    codes = [one.wait() for one in running]
    assert set(codes) <= {0, 2}
    assert 0 in codes
    found = [
        costplan("pricing", "show", f"openrouter/acme/m{n}", folder=tmp_path).code for n in (1, 2)
    ]
    assert found == [code if code else 0 for code in codes]
