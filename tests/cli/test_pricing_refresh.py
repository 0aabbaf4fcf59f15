"""``costplan pricing refresh`` against a real server on loopback."""

from __future__ import annotations

import json
import os
import random
import shutil
import signal
import socket
import subprocess
import sys
import time
import tomllib
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from functools import partial
from pathlib import Path

import price_server as serve
import pytest
from jsonschema import Draft202012Validator
from price_server import serving
from run import CONTROL, ROOT, Ran, costplan, files_below

from costplan.catalog.lookup import Catalog
from costplan.cli import run
from costplan.store.files import generations, price_sets, shelves, throughput
from costplan.store.files.folders import built_in_folder
from costplan.store.files.schemas import schema
from costplan.store.files.shelves import refreshed
from costplan.store.sourcing import refresh as refreshing

pytestmark = pytest.mark.usefixtures("brief_waits")
TODAY = datetime.now(UTC).date()
YESTERDAY = TODAY - timedelta(days=1)
FILES = 6
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


@pytest.fixture(autouse=True)
def few_prices(fixed_prices: None) -> None:
    """Twelve models below what is refreshed: each command here would read 6,000 again."""


@pytest.fixture
def shipped_prices(few_prices: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """The catalogue that ships, for what is said of it."""
    for module in (price_sets, refreshing, shelves, throughput):
        monkeypatch.setattr(module, "built_in_folder", built_in_folder)


def refresh(folder: Path, *arguments: str) -> Ran:
    """A command with a user's own environment and streams."""
    return costplan("pricing", "refresh", *arguments, folder=folder)


@pytest.fixture
def within(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Callable[..., Ran]:
    """The same command within this process: the many cases would cost half a second each."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path / "nobody"))
    for name in ("XDG_CONFIG_HOME", "XDG_CACHE_HOME", "COLUMNS"):
        monkeypatch.delenv(name, raising=False)

    def ran(*arguments: str) -> Ran:
        capsys.readouterr()
        code = run(["pricing", *arguments])
        return Ran(code, *capsys.readouterr())

    return ran


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
    assert "input 1, output 2 per 1M tokens" in " ".join(ran.out.split())
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


def test_a_changed_price_is_appended_with_its_percentage(
    tmp_path: Path, within: Callable[..., Ran]
) -> None:
    within("refresh", "--from", saved(tmp_path, listing(entry()), YESTERDAY))
    ran = within("refresh", "--from", saved(tmp_path, listing(entry(prompt="0.0000015"))))
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
    assert not (tmp_path / "nobody").exists()


def test_json_says_all_that_happened(tmp_path: Path, within: Callable[..., Ran]) -> None:
    payload = listing(entry(), entry("acme/free", "0"), entry("acme/auto", "-1"))
    ran = within("refresh", "--from", saved(tmp_path, payload), "--format", "json")
    data = ran.data
    Draft202012Validator(json.loads(schema("price-refresh"))).validate(json.loads(ran.out))
    assert (data["schema_version"], data["kind"]) == ("1.0", "price_refresh")
    assert data["written"].startswith(data["target"])
    (source,) = data["sources"]
    assert (source["name"], source["models"], source["had"]) == ("openrouter", 1, 0)
    assert {one["reason"]: one["names"] for one in source["left_out"]} == {
        "zero price, not declared free": ["acme/free"],
        "its price varies from request to request": ["acme/auto"],
    }
    assert [one["id"] for one in data["diff"]["changes"]] == ["openrouter/acme/chat"]


def test_a_project_has_prices_of_its_own(tmp_path: Path, within: Callable[..., Ran]) -> None:
    project = tmp_path / "project"
    project.mkdir()
    source = saved(tmp_path, listing(entry()))
    ran = within("refresh", "--from", source, "--to", str(project / "pricing"))
    assert ran.code == 0, ran.err
    assert costplan("pricing", "show", "openrouter/acme/chat", folder=project).code == 0
    assert within("show", "openrouter/acme/chat").code == 2


@pytest.mark.usefixtures("shipped_prices")
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


@pytest.mark.usefixtures("shipped_prices")
def test_the_built_in_history_stays_under_a_new_price(
    tmp_path: Path, within: Callable[..., Ran]
) -> None:
    """A refreshed model is the shipped one with a card appended, from the first card on."""
    model = {"id": "gpt-5.4", "cost": {"input": 7, "output": 21}}
    path = tmp_path / "models.json"
    path.write_text(json.dumps({"openai": {"npm": "", "env": [], "models": {"gpt-5.4": model}}}))
    shipped = (ROOT / "pricing/tokens/openai.toml").read_text()
    old = shipped[shipped.index('id = "openai/gpt-5.4"\n') :].split("[[model]]")[0]
    ran = within("refresh", "--from", str(path), "--accept-loss")  # one model where 1,381 ship
    assert ran.code == 0, ran.err
    assert "1 changed" in ran.out
    root = tmp_path / PRICES / "refreshed"
    written = root / (root / "current").read_text().strip() / "tokens/openai.toml"
    block = written.read_text()
    assert block.count("[[model]]") == 1, "only what differs is written"
    cards = tomllib.loads(block)["model"][0]["price"]
    known = tomllib.loads(shipped)["model"]
    (base,) = (one["price"] for one in known if one["id"] == "openai/gpt-5.4")
    assert old.count("[[model.price]]") == len(base) == len(cards) - 1
    assert [one["rates"] for one in cards[:-1]] == [one["rates"] for one in base]
    assert cards[-1]["rates"] == {"input": 7, "output": 21}
    assert cards[-1]["origin"]["since"] == TODAY
    assert base[-1]["region"].keys() == cards[-1]["region"].keys(), "factors go on"
    assert base[-1]["fee"].keys() == cards[-1]["fee"].keys(), "fees go on"
    note = tomllib.loads(block)["model"][0]["note"]
    for lost in ("long-context tiers", "batch rates", "priority rates"):
        assert lost in note
    bills = {day: price_of("openai/gpt-5.4", day, tmp_path) for day in ("2026-10-20", str(TODAY))}
    assert bills == {"2026-10-20": Decimal("2.5"), str(TODAY): 7}


def price_of(offer: str, day: str, folder: Path) -> Decimal:
    """What a million input tokens cost on a day, in small requests."""
    options = ("input_tokens=1000", "--at", day, "--format", "json")
    ran = costplan("price", offer, *options, folder=folder)
    assert ran.code == 0, ran.err
    total: Decimal = ran.data["total"]
    return total * 1_000


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
OUTSIDE = ("cut off", "a web page", "endless", "deep")
"""Faults that are shown to a process of its own; the others are told apart within this one."""


@pytest.mark.parametrize("fault", BROKEN)
def test_a_broken_source_changes_nothing(
    tmp_path: Path, within: Callable[..., Ran], fault: str
) -> None:
    within("refresh", "--from", saved(tmp_path, listing(entry())))
    before = files_below(tmp_path)
    command = partial(refresh, tmp_path) if fault in OUTSIDE else partial(within, "refresh")
    with serving({"/api": BROKEN[fault]}) as server:
        source = f"openrouter={server.url('/api')}"
        timeout = "0.7" if fault == "dripping" else "10"
        ran = command("--from", source, "--timeout", timeout)
    assert (ran.code, ran.out) == (2, "")
    assert ran.err.startswith("error: ")
    assert "Traceback" not in ran.err
    assert "127.0.0.1" in ran.err
    assert files_below(tmp_path) == before


def test_nobody_there_changes_nothing(tmp_path: Path, within: Callable[..., Ran]) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        address = f"http://127.0.0.1:{taken.getsockname()[1]}/"
    ran = within("refresh", "--from", f"litellm={address}")
    assert ran.code == 2
    assert "cannot be reached" in ran.err
    assert files_below(tmp_path) == {}


def test_one_broken_source_of_two_changes_nothing(
    tmp_path: Path, within: Callable[..., Ran]
) -> None:
    with serving({"/api": serve.status(404)}) as server:
        good = saved(tmp_path, listing(entry()))
        before = files_below(tmp_path)
        ran = within("refresh", "--from", good, "--from", f"litellm={server.url('/api')}")
    assert ran.code == 2
    assert files_below(tmp_path) == before


HOSTILE = [
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
    "half \ud800",
]


def test_hostile_names_are_left_out(tmp_path: Path) -> None:
    entries = [entry(name) for name in HOSTILE]
    ran = refresh(tmp_path, "--from", saved(tmp_path, listing(*entries, entry())))
    assert ran.code == 0, ran.err
    assert f"1 model, {len(HOSTILE)} entries left out" in " ".join(ran.out.split())
    assert not CONTROL.search(ran.out + ran.err)
    root = tmp_path / PRICES / "refreshed"
    written = root / (root / "current").read_text().strip()
    assert [str(path.relative_to(written)) for path in written.rglob("*.toml")] == [
        "tokens/openrouter.toml"
    ]
    assert list(tmp_path.glob("*")) == [tmp_path / "nobody", tmp_path / "saved.json"]
    assert costplan("pricing", "list", folder=tmp_path).code == 0


ODD_PRICES = ["1", "0.1", "1e-20", "-0.5", "1e400", "NaN", "free", None, True, [], {}]


def test_prices_that_are_none_are_left_out(tmp_path: Path, within: Callable[..., Ran]) -> None:
    odd = [
        entry(f"acme/odd{at}") | {"pricing": {"prompt": price, "completion": "0.000002"}}
        for at, price in enumerate(ODD_PRICES)
    ]
    ran = within("refresh", "--from", saved(tmp_path, listing(*odd, entry())), "--format", "json")
    assert ran.code == 0, ran.err
    (source,) = ran.data["sources"]
    assert source["models"] == 1
    left = {name for one in source["left_out"] for name in one["names"]}
    assert left == {f"acme/odd{at}" for at in range(len(ODD_PRICES))}


def test_a_source_that_lost_its_models_is_refused(
    tmp_path: Path, within: Callable[..., Ran]
) -> None:
    within("refresh", "--from", saved(tmp_path, many(20), YESTERDAY))
    half = saved(tmp_path, many(10, "0.000002"))
    before = files_below(tmp_path)
    ran = within("refresh", "--from", half)
    assert ran.code == 1
    assert "refused: openrouter no longer shows 10 of the 20 models it had" in ran.err
    assert "--accept-loss" in ran.err
    assert files_below(tmp_path) == before
    taken = within("refresh", "--from", half, "--accept-loss")
    assert taken.code == 0
    assert "accepted: openrouter no longer shows 10" in taken.err
    kept = within("show", "openrouter/acme/m19")
    assert kept.code == 0, "a model that a source no longer shows keeps its last price"


def test_prices_that_jump_by_the_dozen_are_refused(
    tmp_path: Path, within: Callable[..., Ran]
) -> None:
    within("refresh", "--from", saved(tmp_path, many(20), YESTERDAY))
    scaled = saved(tmp_path, many(20, "0.00002"))
    before = files_below(tmp_path)
    ran = within("refresh", "--from", scaled)
    assert ran.code == 1
    assert "refused: prices of 20 of 20 models moved more than 10 times" in ran.err
    assert files_below(tmp_path) == before


def test_a_tampered_refresh_is_an_error_until_the_next_one(
    tmp_path: Path, within: Callable[..., Ran]
) -> None:
    source = saved(tmp_path, listing(entry()))
    within("refresh", "--from", source)
    path = next((tmp_path / PRICES).rglob("openrouter.toml"))
    path.write_text(path.read_text().replace("input = 1", "input = 0.1"))
    ran = within("show", "openrouter/acme/chat")
    assert ran.code == 2
    assert "is not as the refresh wrote it" in ran.err
    assert "costplan pricing refresh" in ran.err
    other = within("show", "openai/gpt-6.1-terra")
    assert other.code == 0, "a damaged file of one vendor is nothing to another"
    mended = within("refresh", "--from", source)
    assert mended.code == 0
    assert "warning: the refresh before was left out" in mended.err
    assert within("show", "openrouter/acme/chat").code == 0


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ("litelm", "did you mean 'litellm'"),
        ("litellm=", "names nothing"),
        ("ftp://x/y", "is not an address of http or https"),
        ("openrouter=/no/such/file", "does not exist"),
        ("openrouter=/", "is a folder"),
        ("portkey", "a file for each provider"),
        ("no-such-file.json", "no source has this name"),
    ],
)
def test_a_source_that_is_none(
    tmp_path: Path, within: Callable[..., Ran], given: str, words: str
) -> None:
    ran = within("refresh", "--from", given)
    assert ran.code == 2
    assert words in ran.err
    assert files_below(tmp_path) == {}


def test_a_file_is_recognised_by_what_is_in_it(tmp_path: Path, within: Callable[..., Ran]) -> None:
    source = saved(tmp_path, listing(entry())).partition("=")[2]
    ran = within("refresh", "--from", source)
    assert ran.code == 0, ran.err
    assert ran.out.startswith("openrouter,")
    (tmp_path / "odd.json").write_text('{"what": "is this"}')
    odd = within("refresh", "--from", "odd.json")
    assert odd.code == 2
    assert "not in the form of a known price source" in odd.err


def test_a_password_in_an_address_is_not_kept(tmp_path: Path, within: Callable[..., Ran]) -> None:
    with serving({"/api": serve.sends(listing(entry()))}) as server:
        address = server.url("/api?key=secret").replace("//", "//me:secret@")
        ran = within("refresh", "--from", f"openrouter={address}")
    assert ran.code == 0, ran.err
    assert "secret" not in ran.out + ran.err
    kept = files_below(tmp_path / PRICES)
    assert not any(b"secret" in content for content in kept.values())


def test_a_folder_that_may_not_be_written_is_said(
    tmp_path: Path, within: Callable[..., Ran]
) -> None:
    (tmp_path / "file").write_text("")
    source = saved(tmp_path, listing(entry()))
    for to in ("file", "file/below"):
        ran = within("refresh", "--from", source, "--to", to)
        assert ran.code == 2
        assert "Traceback" not in ran.err
        assert "file" in ran.err


class Dying:
    """Kills its own process with SIGKILL at one moment of a writing.

    Each call that changes the disk has three moments: before it, in the middle of it (a file that
    is half written, a folder that is half removed), and after it.
    """

    def __init__(self, moment: int) -> None:
        self.left = moment
        self.passed = 0

    def at(self) -> bool:
        self.passed += 1
        self.left -= 1
        return self.left < 0

    def now(self) -> None:
        os.kill(os.getpid(), signal.SIGKILL)

    def around(self, real: Callable[..., object], half: Callable[..., None]) -> Callable[..., None]:
        def call(*given: object) -> None:
            if self.at():
                self.now()
            if self.at():
                half(*given)
                self.now()
            real(*given)
            if self.at():
                self.now()

        return call

    def write(self, folder: Path, price: int) -> None:
        """A writing in which this process dies, unless the moment lies behind its end."""
        generations._durable = self.around(generations._durable, half_a_file)  # type: ignore[assignment]
        generations._settle = self.around(generations._settle, nothing)  # type: ignore[assignment]
        for kind, name, half in (
            (Path, "replace", nothing),
            (Path, "rename", nothing),
            (shutil, "rmtree", half_a_folder),
        ):
            setattr(kind, name, self.around(getattr(kind, name), half))
        generations.write(folder, files_at(price), generations.pointed(folder))


def half_a_file(path: Path, text: str) -> None:
    path.write_text(text[: len(text) // 2])


def half_a_folder(path: Path) -> None:
    next(one for one in sorted(path.rglob("*")) if one.is_file()).unlink()


def nothing(*_: object) -> None:
    pass


def files_at(price: int) -> dict[str, str]:
    """A generation of several files that all show one price."""
    head = 'vendor = "Acme"\ncurrency = "USD"\nsource.s = { at = "s", confidence = "dataset" }\n'
    card = (
        'origin = { since = 2026-01-01, checked = 2026-01-01, source = "s" }\n'
        f'unit = "token"\nper = 1_000_000\nrates = {{ input = {price}, output = 1 }}\n'
    )
    return {
        f"tokens/v{n}.toml": f'{head}\n[[model]]\nid = "v{n}/chat"\n\n[[model.price]]\n{card}'
        for n in range(FILES)
    }


def prices_at(folder: Path) -> set[int]:
    """The price that a reader finds in each of the files; 0 where there is none."""
    shelves = refreshed(folder, ())
    found = [Catalog(shelves).find(f"v{n}/chat") for n in range(FILES)]
    return {int(one.item.price[0].rates.input) if one else 0 for one in found}


@pytest.mark.sweep
@pytest.mark.skipif(not hasattr(os, "fork"), reason="a process is copied to be killed")
def test_a_writing_that_is_killed_at_any_moment_leaves_old_or_new_prices(tmp_path: Path) -> None:
    """kill -9 at every moment of a writing, one process each: see ``Dying``."""
    generations.write(tmp_path, files_at(1), None)
    generations.write(tmp_path, files_at(2), generations.current(tmp_path))
    held, seen = 2, {"old": 0, "new": 0}
    for moment in range(200):
        price = moment + 3
        child = os.fork()
        if child == 0:
            try:
                Dying(moment).write(tmp_path, price)
            finally:
                os._exit(0)
        killed = os.WIFSIGNALED(os.waitpid(child, 0)[1])
        (found,) = prices_at(tmp_path)  # one price in all files, never a mix
        assert found == price if not killed else found in (held, price)
        if not killed:
            break
        seen["new" if found == price else "old"] += 1
        held = found
    else:
        pytest.fail("the writing had no end")
    assert sum(seen.values()) >= 50
    assert min(seen.values()) >= 3, f"the moments were not spread: {seen}"
    left = [one.name for one in (tmp_path / "refreshed").iterdir() if one.is_dir()]
    assert len(left) == 2, "what was half written is gone with the next refresh"


def started(folder: Path, source: str) -> subprocess.Popen[bytes]:
    """A refresh that runs beside the test."""
    env = {key: value for key, value in os.environ.items() if not key.startswith("XDG_")}
    env |= {"HOME": str(folder / "nobody"), "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-m", "costplan", "pricing", "refresh", "--from", source]
    return subprocess.Popen(command, env=env, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)


def test_a_refresh_that_is_killed_leaves_a_catalogue_that_loads(
    tmp_path: Path, within: Callable[..., Ran]
) -> None:
    """The whole command, killed from outside at eight random moments of its half second."""
    before = within("refresh", "--from", saved(tmp_path, many(6), YESTERDAY))
    assert before.code == 0
    source = saved(tmp_path, many(6, "0.000003"))
    chance = random.Random(13)
    for _ in range(8):
        with started(tmp_path, source) as running:
            time.sleep(chance.uniform(0.05, 0.6))
            running.kill()
        shown = within("show", "openrouter/acme/m0", "--format", "json")
        assert shown.code == 0, shown.err


def test_a_refresh_that_is_interrupted_while_it_waits_leaves_nothing(tmp_path: Path) -> None:
    with serving({"/api": serve.dripping}) as server:
        with started(tmp_path, f"openrouter={server.url('/api')}") as waiting:
            while not server.asked:
                time.sleep(0.01)
            waiting.send_signal(signal.SIGINT)
            assert waiting.stderr is not None
            assert b"Traceback" not in waiting.stderr.read()
        assert waiting.returncode == 130
    assert files_below(tmp_path) == {}


def test_two_refreshes_at_once_lose_neither(tmp_path: Path, within: Callable[..., Ran]) -> None:
    running = []
    for n in (1, 2):
        path = tmp_path / f"{n}.json"
        path.write_text(json.dumps(listing(entry(f"acme/m{n}"))))
        running.append(started(tmp_path, f"openrouter={path}"))
    codes = []
    for one in running:
        with one:
            assert one.stderr is not None
            one.stderr.read()
        codes.append(one.returncode)
    assert 0 in codes
    for n, code in zip((1, 2), codes, strict=True):
        assert code in (0, 2), "written, or refused because the other one was writing"
        assert within("show", f"openrouter/acme/m{n}").code == code
