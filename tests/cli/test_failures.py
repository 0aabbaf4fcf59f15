"""What must not pass: each failure through the whole command, with its place and its remedy.

Every one exits 2, says nothing on stdout, writes nothing, and puts no control character on the
terminal, whatever names the file or the arguments hold.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

import pytest
from run import CONTROL, DAY, WORKLOAD, Ran, costplan, files_below

RED = "\x1b[31mred"


class Bad(NamedTuple):
    """An edit of the workload (or a whole file), and what must be said of it."""

    name: str
    edits: tuple[tuple[str, str], ...] = ()
    whole: bytes | None = None
    add: str = ""
    options: tuple[str, ...] = ()
    says: tuple[str, ...] = ()


def swap(name: str, old: str, new: str, *says: str) -> Bad:
    return Bad(name, edits=((old, new),), says=says)


def more(name: str, add: str, *says: str) -> Bad:
    return Bad(name, add=add, says=says)


def whole(name: str, content: bytes, *says: str) -> Bad:
    return Bad(name, whole=content, says=says)


def option(name: str, options: str, *says: str) -> Bad:
    return Bad(name, options=tuple(options.split(" ")), says=says)


STEP = '[[step]]\nname = "second"\nmodel = "chat"\ninput_tokens = 1\n'
TERRA = '"openai/gpt-6.1-terra"'
ASKED = "requests_per_month = 1_000"
DIALOGUE = """[conversation]
turns = 3
fixed_tokens = 1
user_tokens = 1
output_tokens = 1
"""
PRICES = """
[prices]
vendor = "me"
category = "orchestration"
source.list = { at = "my.test/prices", confidence = "vendor" }

[[prices.offer]]
id = "me/box"
product = "Box"
origin = { since = 2026-01-01, checked = 2026-10-01, source = "list" }

[[prices.offer.charge]]
id = "seats"
quantity = "2"
unit = "seat"
price = 5
"""

KEYS = [
    swap("key at the root", "name = ", "nmae = ", "w.toml:1:1", "did you mean 'name'?"),
    swap("table", "[traffic]", "[trafic]", "w.toml:4:2", "did you mean 'traffic'?"),
    swap("key in a table", "requests_per", "request_per", "w.toml:5:1", "'requests_per_month'"),
    swap("key in a step", "input_tokens", "imput_tokens", "w.toml:10:1", "'input_tokens'"),
    swap("table of stacks", "[stack.a]", "[stacks.a]", "w.toml:13:2", "did you mean 'stack'?"),
    swap("role", "chat =", "caht =", "w.toml:14:1", "did you mean 'chat'?"),
    swap("id", "openai/gpt", "opnai/gpt", "w.toml:14:8", "did you mean 'openai/gpt-6.1-terra'"),
    swap("id in other case", "openai/gpt", "OpenAI/GPT", "w.toml:14:8", "openai/gpt-6.1-terra'"),
    swap(
        "variable of a binding",
        TERRA,
        f"{{ offer = {TERRA}, sucess = 1 }}",
        "w.toml:14:42",
        "did you mean 'success' or 'retry_success'?",
    ),
    swap("missing key", f"{ASKED}\n", "", "w.toml:4:2", "missing key 'requests_per_month'"),
    swap("key twice", 'currency = "USD"', 'name = "x"', "w.toml:2:1", "write each key"),
    more("table twice", "[traffic]\n", "w.toml:15:2", "the table 'traffic' is there already"),
    swap(
        "key twice in a table over lines",
        TERRA,
        f"{{\n  offer = {TERRA},\n  success = 0.9,\n  success = [\n    1,\n  ],\n}}",
        "w.toml:17:3",
        "write each key",
    ),
    swap(
        "comma forgotten in a table over lines",
        TERRA,
        f"{{\n  offer = {TERRA}\n  success = 0.9\n}}",
        "w.toml:16:3",
        "a comma is missing before it, or what line 14 opens is not closed",
    ),
]
VALUES = [
    swap("text for a number", "= 1_000\n", '= "1000"\n', "w.toml:5:22", "a number, not a string"),
    swap("time for a number", ASKED, ASKED[:-5] + "07:32", "w.toml:5:22", "not a time"),
    swap("truth for a number", ASKED, ASKED[:-5] + "true", "w.toml:5:22", "not a boolean"),
    swap("table for an array", "[[step]]", "[step]", "w.toml:7:2", "an array, not a table"),
    swap("number for a role", TERRA, "5", "w.toml:14:8", "a string or a table, not a number"),
    swap("negative", ASKED, ASKED[:-5] + "-1", "w.toml:5:22", "at least 0, not -1"),
    swap("nan", ASKED, ASKED[:-5] + "nan", "w.toml:5:22", "must be a finite number"),
    swap("inf", ASKED, ASKED[:-5] + "-inf", "w.toml:5:22", "must be a finite number"),
    swap("1e400", ASKED, ASKED[:-5] + "1e400", "w.toml:5:22", "stay under 1e+15"),
    swap("1e999999999", ASKED, ASKED[:-5] + "1e999999999", "w.toml:5", "between 1e-100 and 1e15"),
    swap("1e-999999999", ASKED, ASKED[:-5] + "1e-999999999", "w.toml:5", "between 1e-100"),
    swap("5000 digits", ASKED, ASKED[:-5] + "9" * 5000, "w.toml:5", "a number of 5,000 digits"),
    swap(
        "3,000,000 hexadecimal digits",
        ASKED,
        ASKED[:-5] + "0x" + "f" * 3_000_000,
        "w.toml:5: a number of 3,000,002 digits",
    ),
    swap("half a turn", "[traffic]", "horizon_months = 1.5\n[traffic]", "w.toml:4:18", "whole"),
    swap("horizon 0", "[traffic]", "horizon_months = 0\n[traffic]", "w.toml:4:18", "at least 1"),
    swap("horizon 121", "[traffic]", "horizon_months = 121\n[traffic]", "4:18", "at most 120"),
    swap("growth -2", ASKED, f"{ASKED}\ngrowth_per_month = -2", "w.toml:6:20", "at least -1"),
    swap("3 hours a day", ASKED, f"{ASKED}\nhourly = [1, 2, 3]", "w.toml:6:10", "has 24 hours"),
    swap("time zone", ASKED, f'{ASKED}\ntimezone = "Mars"', "w.toml:6:12", "Europe/Berlin"),
    swap(
        "cached part over the whole",
        "output_tokens = 500",
        "output_tokens = 500\ncache_read_tokens = 6_000",
        "w.toml:10:16",
        "input_tokens is the total, the cached part included",
    ),
    swap(
        "reasoning over output",
        "output_tokens = 500",
        "output_tokens = 500\nreasoning_tokens = 600",
        "w.toml:11:17",
        "more than the whole",
    ),
    swap("mode", "output_tokens = 500", 'mode = "bacth"', "w.toml:11:8", "did you mean 'batch'?"),
]
FILES = [
    whole("empty file", b"", "w.toml is empty", "costplan init"),
    whole("only a comment", b"# to do\n\n", "w.toml is empty", "costplan init"),
    whole("not TOML", b"name: probe\n", "w.toml:1:5", "not TOML"),
    whole("binary", bytes(range(256)), "w.toml is not UTF-8 text (byte 129)", "save it as UTF-8"),
    whole("UTF-16", WORKLOAD.encode("utf-16"), "not UTF-8 text (byte 1)", "UTF-16: save it as"),
    whole("5 MB", b"#" * 5_000_000, "w.toml is larger than 4 MB"),
    whole("90,000 brackets", b"x = " + b"[" * 90_000, "w.toml nests too deeply"),
    whole("900 brackets", b"x = " + b"[" * 900 + b"]" * 900, "w.toml nests too deeply"),
    whole("100 tables", b"x = " + b"{ a = " * 100 + b"1" + b"}" * 100, "w.toml nests too deeply"),
    whole("99 tables", b"x = " + b"{ a = " * 99 + b"1" + b"}" * 99, "unknown key 'x'"),
    whole("100 arrays", b"x = " + b"[" * 100 + b"]" * 100, "w.toml nests too deeply"),
    whole(
        "4,000 tables by keys",
        b"x = " + (b"{" + b"a." * 98 + b"a = ") * 40 + b"1" + b"}" * 40,
        "too deeply",
    ),
    whole("900 quoted dots", b'\'a b\' . "a\\"b".' * 450 + b"a = 1\n", "w.toml nests too deeply"),
    whole("50,000 dots", b"a." * 50_000 + b"a = 1\n", "w.toml nests too deeply"),
    whole("old Mac line ends", WORKLOAD.replace("\n", "\r").encode(), "w.toml:1:15", r"\r"),
    Bad(
        "CRLF keeps its places",
        whole=WORKLOAD.replace("1_000\n\n", "-1\n\n").replace("\n", "\r\n").encode(),
        says=("w.toml:5:22", "at least 0"),
    ),
]
AGREEMENT = [
    swap("no step", WORKLOAD[WORKLOAD.index("[[step") : WORKLOAD.index("[stack")], "", "[[job]]"),
    swap("no stack", WORKLOAD[WORKLOAD.index("[stack") :], "", "w.toml", "missing key 'stack'"),
    more("role nobody uses", 'index = "pinecone"\n', "w.toml:15:1", "roles of this workload: chat"),
    more("part that is not there", 'runtime = "aws/fargate"\n', "w.toml:15:1", "'runtime'"),
    more("part not bound", "[observability]\nseats = 1\n", "w.toml:13:8", "{ none = "),
    more("person without [human]", 'human = "zendesk/suite"\n', "w.toml:15:1", "role 'human'"),
    more("two steps of a name", STEP.replace("second", "answer"), "w.toml:16:8", "'answer'"),
    more("index without table", STEP.replace('model = "chat"', 'index = "k"'), "17:9", "[index.k]"),
    more("judge of a later step", STEP + 'judges = ["third"]\n', "w.toml:19:11", "before it"),
    more("case without people", STEP + 'on_exhaust = "human"\n', "w.toml:19:14", "[human] gives"),
    swap(
        "role of two kinds", "[stack.a]", '[[step]]\nname = "b"\ntool = "chat"\n[stack.a]', "15:8"
    ),
    swap("reserved role", '"chat"', '"region"', "w.toml:9:9", "has a meaning already"),
    swap(
        "conversation of no step",
        "input_tokens = 1_000\noutput_tokens = 500\n\n",
        DIALOGUE.replace("turns", 'step = "anser"\nturns'),
        "w.toml:11:8",
        "did you mean 'answer'?",
    ),
    more("tokens twice", DIALOGUE, "w.toml:10:1", "leave 'input_tokens' out here"),
    more(
        "one-off after the end", '[[fixed]]\nname = "x"\none_off = 1\nmonth = 3\n', "18:9", "of 1"
    ),
    more("fixed twice", '[[fixed]]\nname = "x"\none_off = 1\nmonthly = 1\n', "w.toml:15:3"),
    more("budget of no stack", "[budget.stack.b]\nmonthly_total = 1\n", "w.toml:15:15", "'b'"),
    more(
        "discount over 100", '[[discount]]\noffers = "*"\npercent = 101\n', "17:11", "at most 100"
    ),
]
BINDINGS = [
    swap("a path", "openai/gpt-6.1-terra", "../../tokens/openai", "w.toml:14:8", "unknown offer"),
    swap("an absolute path", "openai/gpt-6.1-terra", "/etc/passwd", "w.toml:14:8", "search WORD"),
    swap("a NUL", "gpt-6.1-terra", r"a\u0000b", "w.toml:14:8", r"openai/a\x00b"),
    swap("a whole vendor", "openai/gpt-6.1-terra", "openai", "w.toml:14:8", "offers: say which"),
    swap("wrong category", "openai/gpt-6.1-terra", "pinecone/standard", "14:8", "offer of tokens"),
    swap("a machine", "openai/gpt-6.1-terra", "aws/p5.4xlarge", "14:8", "tokens_per_second ="),
    swap("neither", TERRA, "{}", "w.toml:14:1", "either 'offer' or 'none = \"reason\"'"),
    swap("both", TERRA, f'{{ offer = {TERRA}, none = "x" }}', "w.toml:14:1", "either 'offer'"),
    swap("currency", '"USD"', '"EUR"', "w.toml:14:8", "exchange rates are never guessed"),
    swap(
        "overloaded machine",
        TERRA,
        '{ offer = "aws/p5.4xlarge", tokens_per_second = 0.1 }',
        "w.toml:14:8",
        "instances = 2 at 730 hours",
    ),
    swap(
        "too much to add up",
        TERRA,
        f"{{ offer = {TERRA}, input_factor = 1e14, output_factor = 1e14 }}\n"
        '[[job]]\nname = "j"\nmodel = "chat"\nruns_per_month = 1e14\nitems = 1e14\n'
        "input_tokens = 1e14",
        "w.toml:14:18",
        "numbers here stay under 1e15",
    ),
    Bad(
        "growth without end",
        edits=(("[traffic]", "horizon_months = 120\n[traffic]\ngrowth_per_month = 10"),),
        says=("w.toml:6:20", "month 13 has", "stay under 1e15"),
    ),
]
OWN_PRICES = [
    whole("prices of a number", b"prices = 5\n" + WORKLOAD.encode(), "w.toml:1:10", "[prices]"),
    more("key of a charge", PRICES.replace("price = 5", "pirce = 5"), "30:1", "mean 'price'?"),
    more("negative price", PRICES.replace("price = 5", "price = -5"), "30:9", "at least 0"),
    more("no price", PRICES.replace("price = 5\n", ""), "w.toml:26:1", "'quote = true'"),
    more("source", PRICES.replace('"list" }', '"lits" }'), "w.toml:24:63", "known: list"),
    more("formula", PRICES.replace('"2"', '"seets"'), "w.toml:28:12", "unknown variable 'seets'"),
    more("code", PRICES.replace('"2"', '"__import__(1)"'), "w.toml:28:12", "is not allowed"),
    more("id without vendor", PRICES.replace("me/box", "box"), "w.toml:22:6", "like vendor/plan"),
    more(
        "no price yet",
        'orchestration = "me/box"\n' + PRICES.replace("2026-01-01", "2027-01-01"),
        "w.toml:15:17",
        "knows it from 2027-01-01 on",
    ),
    more(
        "negative quantity",
        'orchestration = "me/box"\n' + PRICES.replace('"2"', '"0 - 2"'),
        "w.toml:15:17",
        "comes out negative",
    ),
]
OPTIONS = [
    option("stack", "--stack b", "there is no stack 'b'", "stacks: a"),
    option("day", "--as-of 2026-02-30", "'2026-02-30' is not a date", "such as 2026-11-22"),
    option("day before prices", "--as-of 1999-01-01", "w.toml:14:8", "from 2026-10-26 on"),
    option("format", "--format tabel", "--format", "'table', 'json'"),
    option("unknown option", "--stak a", "No such option", "--stack"),
    option("set without value", "--set traffic", "write it as path.to.key=value"),
    option("set of nothing", "--set .a=1", "write it as path.to.key=value"),
    option(
        "set below a number", "--set traffic.requests_per_month.x=1", "is a number, not a table"
    ),
    option("set of no step", "--set step.anser.calls=1", "at step.anser", "did you mean 'answer'?"),
    option(
        "set of a word", "--set step.answer.calls=many", "--set step.answer.calls=many: 'calls'"
    ),
    option("set of 1e999999999", "--set step.answer.calls=1e999999999", "must be a number"),
    option("set of no key", "--set step.answer.cals=1", "unknown key 'cals'", "'calls'"),
    option("out onto a folder", "--out folder", "folder is a folder, not a file"),
    option("out into no folder", "--out no/x.txt", "no/x.txt cannot be written: No such file"),
    option("out over the workload", "--out w.toml", "w.toml is read here, and would be"),
    option("a name of 300 characters", "--out " + "a" * 300, "File name too long"),
    Bad(
        "horizon beyond the calendar",
        edits=(("[traffic]", "horizon_months = 3\n[traffic]"),),
        options=("--as-of", "9999-12-31"),
        says=("ends after 9999-12-31",),
    ),
]
ALL = [*KEYS, *VALUES, *FILES, *AGREEMENT, *BINDINGS, *OWN_PRICES, *OPTIONS]


def refused(ran: Ran, folder: Path, before: dict[str, bytes], *says: str) -> None:
    """What holds of every refusal."""
    assert ran.code == 2, ran.err
    assert ran.out == ""
    for words in says:
        assert words in ran.err
    assert ran.err.startswith(("error: ", "Usage: ")), ran.err
    assert "Traceback" not in ran.err
    assert "a fault in costplan itself" not in ran.err
    assert not CONTROL.search(ran.err)
    assert files_below(folder) == before


@pytest.mark.parametrize("bad", ALL, ids=[one.name for one in ALL])
def test_a_workload_that_must_not_pass(bad: Bad, tmp_path: Path) -> None:
    text = WORKLOAD
    for old, new in bad.edits:
        assert text.count(old) >= 1
        text = text.replace(old, new)
    content = bad.whole if bad.whole is not None else (text + bad.add).encode()
    (tmp_path / "w.toml").write_bytes(content)
    (tmp_path / "folder").mkdir()
    before = files_below(tmp_path)
    day = () if "--as-of" in bad.options else DAY
    ran = costplan("estimate", "w.toml", *day, *bad.options, folder=tmp_path)
    refused(ran, tmp_path, before, *bad.says)


def test_names_are_unique() -> None:
    names = [one.name for one in ALL]
    assert len(names) == len(set(names))
    assert len(names) >= 45


PATHS = {
    "missing": ("nope.toml", "nope.toml does not exist"),
    "a folder": (".", ". is a folder, not a file"),
    "below a file": ("w.toml/x", "w.toml/x cannot be read: Not a directory"),
    "endless": ("/dev/zero", "/dev/zero is larger than 4 MB"),
    "nothing": ("/dev/null", "/dev/null is empty"),
    "a loop": ("loop", "loop cannot be read: Too many levels"),
    "5,000 characters": ("a" * 5_000, "cannot be read: File name too long"),
    "escape codes": (RED, r"\x1b[31mred does not exist"),
}


@pytest.mark.parametrize(("path", "says"), PATHS.values(), ids=PATHS)
def test_a_path_that_holds_no_workload(path: str, says: str, tmp_path: Path) -> None:
    (tmp_path / "w.toml").write_text(WORKLOAD)
    (tmp_path / "loop").symlink_to("loop")
    before = files_below(tmp_path)
    refused(costplan("estimate", path, folder=tmp_path), tmp_path, before, says)


TERRA_ID = "openai/gpt-6.1-terra"
PRICE_CALLS = {
    "unknown offer": (("openai/gpt-6.1-tera",), "did you mean 'openai/gpt-6.1-terra'"),
    "path": (("../../tokens/openai",), "unknown offer '../../tokens/openai'"),
    "escape codes": ((RED,), r"unknown offer '\x1b[31mred'"),
    "no quantity": ((TERRA_ID,), "such as input_tokens=1000"),
    "no value": ((TERRA_ID, "input_tokens"), "such as input_tokens=1000"),
    "word": ((TERRA_ID, "input_tokens=many"), "input_tokens: 'many' is not a number"),
    "negative": ((TERRA_ID, "input_tokens=-1"), "input_tokens is -1"),
    "nan": ((TERRA_ID, "input_tokens=nan"), "not a finite number"),
    "1e999999999": ((TERRA_ID, "input_tokens=1e999999999"), "not a finite number under 1e15"),
    "requests 1e999999999": (
        (TERRA_ID, "input_tokens=1", "--requests", "1e999999999"),
        "--requests: 1e999999999 is not a finite number",
    ),
    "negative requests": ((TERRA_ID, "input_tokens=1", "--requests", "-1"), "at least 0"),
    "twice": ((TERRA_ID, "input_tokens=1", "input_tokens=2"), "input_tokens is given twice"),
    "part over whole": (
        (TERRA_ID, "input_tokens=1", "cache_read_tokens=2"),
        "input_tokens (1), which is the total",
    ),
    "unknown variable": ((TERRA_ID, "imput_tokens=1"), "did you mean 'input_tokens'"),
    "charge": ((TERRA_ID, "input_tokens=1", "--charge", "outputs"), "it has: input"),
    "mode": ((TERRA_ID, "input_tokens=1", "--mode", "slow"), "'batch', 'flex'"),
    "moment": ((TERRA_ID, "input_tokens=1", "--at", "noon"), "2026-11-22T12:00:00Z"),
    "before the prices": (
        (TERRA_ID, "input_tokens=1", "--at", "1999-01-01"),
        "the catalogue knows it from 2026-10-26 on",
    ),
    "beyond the calendar": (
        (TERRA_ID, "input_tokens=1", "--at", "0001-01-01T00:00+14:00"),
        "is not a date or time",
    ),
    "missing variables": (
        ("pinecone/standard", "vectors=1"),
        "needs dimensions (dimension), queries (query)",
    ),
    "mode of no model": (("pinecone/standard", "vectors=1", "--mode", "batch"), "by the token"),
    "requests of no model": (
        ("pinecone/standard", "vectors=1", "--requests", "5"),
        "such as requests=10000",
    ),
}


@pytest.mark.parametrize(("arguments", "says"), PRICE_CALLS.values(), ids=PRICE_CALLS)
def test_a_price_that_must_not_pass(arguments: tuple[str, ...], says: str, tmp_path: Path) -> None:
    refused(costplan("price", *arguments, folder=tmp_path), tmp_path, {}, says)


OTHERS = {
    "no workload here": (("estimate",), "name a workload file, or write one with 'costplan init'"),
    "unknown size": (("init", "--size", "huge"), "sizes: light, typical, heavy"),
    "init into no folder": (("init", "--out", "no/x.toml"), "no/x.toml cannot be written"),
    "validate nothing": (("validate", "nope.toml"), "nope.toml does not exist"),
}


@pytest.mark.parametrize(("arguments", "says"), OTHERS.values(), ids=OTHERS)
def test_other_commands(arguments: tuple[str, ...], says: str, tmp_path: Path) -> None:
    refused(costplan(*arguments, folder=tmp_path), tmp_path, {}, says)


def test_all_problems_of_a_file_at_once(tmp_path: Path) -> None:
    text = WORKLOAD.replace("1_000\n\n", "-1\n\n").replace("500", '"x"').replace("terra", "tera")
    (tmp_path / "w.toml").write_text(text)
    ran = costplan("estimate", "w.toml", *DAY, folder=tmp_path)
    refused(ran, tmp_path, {"w.toml": text.encode()})
    assert [int(line) for line in re.findall(r"w\.toml:(\d+):", ran.err)] == [5, 11, 14]


def test_init_keeps_what_is_there(tmp_path: Path) -> None:
    (tmp_path / "costplan.toml").write_text("mine")
    ran = costplan("init", folder=tmp_path)
    refused(ran, tmp_path, {"costplan.toml": b"mine"}, "costplan.toml is there already", "--force")


def project(folder: Path, file: str, content: str) -> dict[str, bytes]:
    path = folder / file
    path.parent.mkdir(parents=True)
    path.write_text(content)
    (folder / "w.toml").write_text(WORKLOAD)
    return files_below(folder)


PROJECTS = {
    "broken file": ("pricing/tokens/me.toml", "not TOML", "pricing/tokens/me.toml:1:5"),
    "empty file": ("pricing/tokens/me.toml", "", "missing key 'vendor'"),
    "wrong folder": ("pricing/tokenz/me.toml", "", "categories: tokens, vector-db"),
    "folder for a file": ("pricing/tokens/me.toml/x", "", "me.toml is a folder, not a file"),
    "number": ("pricing/tokens/me.toml", "x = 1e999999999\n", "pricing/tokens/me.toml:1"),
}


@pytest.mark.parametrize(("file", "content", "says"), PROJECTS.values(), ids=PROJECTS)
def test_a_projects_own_catalogue_is_blamed_for_its_faults(
    file: str, content: str, says: str, tmp_path: Path
) -> None:
    before = project(tmp_path, file, content)
    ran = costplan("estimate", "w.toml", *DAY, folder=tmp_path)
    refused(ran, tmp_path, before, says)
    assert "w.toml" not in ran.err


HOSTILE = [RED, "[red]x[/red] [/x] [bold", "a\tb\nc", "日本語 \u202etxet", "n" * 10_000, "\x9b1m"]


@pytest.mark.parametrize("name", HOSTILE, ids=["escape", "markup", "lines", "bidi", "long", "c1"])
def test_names_never_drive_the_terminal(name: str, tmp_path: Path) -> None:
    quoted = '"' + "".join(f"\\U{ord(one):08X}" for one in name) + '"'
    text = WORKLOAD.replace('"chat"', quoted).replace("chat =", f"{quoted} =")
    text = text.replace("[stack.a]", f"[stack.{quoted}]").replace('"answer"', quoted)
    text = text.replace('"probe"', quoted) + f"residency = {quoted}\n"
    text += f"[[fixed]]\nname = {quoted}\nmonthly = 1\n"
    (tmp_path / "w.toml").write_text(text)
    drawn = costplan("estimate", "w.toml", "--explain", *DAY, folder=tmp_path)
    assert drawn.code == 0
    assert not CONTROL.search(drawn.out)
    checked = costplan("validate", "w.toml", *DAY, folder=tmp_path)
    assert checked.code == 0
    assert not CONTROL.search(checked.err)
    colored = costplan("estimate", "w.toml", *DAY, folder=tmp_path, env={"FORCE_COLOR": "1"})
    assert not CONTROL.search(re.sub(r"\x1b\[[0-9;]*m", "", colored.out))
    assert RED not in colored.out
    (tmp_path / "w.toml").write_text(text.replace("gpt-6.1-terra", "no" + quoted[1:-1]))
    refused(costplan("estimate", "w.toml", *DAY, folder=tmp_path), tmp_path, files_below(tmp_path))


# What the shell does to the streams.

SHELL = {
    "stdin closed": ("estimate - <&-", 2, "standard input is closed"),
    "stdin write-only": ("estimate - 0>> x", 2, "standard input cannot be read: Bad file"),
    "stdout closed": ("estimate w.toml >&-", 2, "standard output is closed"),
    "stdout full": ("estimate w.toml > /dev/full", 2, "cannot be written: No space left"),
    "json on a full disk": ("schema estimate > /dev/full", 2, "cannot be written: No space left"),
    "help on a full disk": ("--help > /dev/full", 2, "cannot be written: No space left"),
    "stdout read-only": ("estimate w.toml 1< w.toml", 2, "standard output cannot be written"),
    "stderr full": ("estimate nope.toml 2> /dev/full", 2, ""),
    "stderr closed": ("estimate nope.toml 2>&-", 2, ""),
    "nothing left": ("estimate nope.toml <&- >&- 2>&-", 2, ""),
    "folder gone": ("estimate", 2, "the current folder is gone"),
    "reader gone": ("schema estimate | true", 141, ""),
    "one line read": ("estimate w.toml | head -1 >&2", 0, "probe: 1,000 requests a month"),
}


@pytest.mark.parametrize("name", SHELL)
@pytest.mark.parametrize("buffer", ["", "1"], ids=["buffered", "unbuffered"])
def test_streams(name: str, buffer: str, tmp_path: Path) -> None:
    line, code, says = SHELL[name]
    command, _, rest = line.partition(" ")
    (tmp_path / "w.toml").write_text(WORKLOAD)
    gone = "mkdir gone; cd gone; rmdir ../gone;" if name == "folder gone" else ""
    day = "--as-of 2026-11-22" if "w.toml" in rest.partition(">")[0] else ""
    script = f'set -o pipefail; {gone} "{sys.executable}" -m costplan {command} {day} {rest}'
    ran = subprocess.run(
        ["bash", "-c", script],
        capture_output=True,
        text=True,
        cwd=tmp_path,
        env={**os.environ, "PYTHONUNBUFFERED": buffer, "HOME": str(tmp_path)},
        timeout=60,
        check=False,
    )
    assert ran.returncode == code, ran.stderr
    assert ran.stdout == ""
    assert says in ran.stderr
    assert "Traceback" not in ran.stderr
    assert "Exception ignored" not in ran.stderr
    assert "a fault in costplan itself" not in ran.stderr


# Writing: the old text or the new one, at the same place.


def test_a_file_is_replaced_in_one_move(tmp_path: Path) -> None:
    (tmp_path / "w.toml").write_text(WORKLOAD)
    (tmp_path / "real.txt").write_text("old")
    (tmp_path / "real.txt").chmod(0o640)
    (tmp_path / "link.txt").symlink_to("real.txt")
    ran = costplan("estimate", "w.toml", *DAY, "--out", "link.txt", folder=tmp_path)
    assert (ran.code, ran.out, ran.err) == (0, "", "wrote link.txt\n")
    assert (tmp_path / "link.txt").is_symlink()
    assert (tmp_path / "real.txt").read_text().startswith("probe: 1,000 requests")
    assert (tmp_path / "real.txt").stat().st_mode & 0o777 == 0o640
    assert sorted(path.name for path in tmp_path.iterdir()) == ["link.txt", "real.txt", "w.toml"]


def test_a_pipe_is_written_to_and_not_replaced(tmp_path: Path) -> None:
    (tmp_path / "w.toml").write_text(WORKLOAD)
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    try:
        ran = costplan("estimate", "w.toml", *DAY, "--out", "pipe", folder=tmp_path)
        text = os.read(reader, 100_000).decode()
    finally:
        os.close(reader)
    assert ran.code == 0
    assert pipe.is_fifo()
    assert text.startswith("probe: 1,000 requests")


INTERRUPTED = """
import os, sys
from pathlib import Path
from costplan.store.files import writing

def interrupt(number):
    raise KeyboardInterrupt

writing.os.fdopen = lambda *a, **k: interrupt(0)
writing.write(Path("kept.txt"), "new")
"""


def test_an_interrupt_leaves_the_old_text_and_nothing_else(tmp_path: Path) -> None:
    (tmp_path / "kept.txt").write_text("old")
    ran = subprocess.run(
        [sys.executable, "-c", INTERRUPTED], cwd=tmp_path, capture_output=True, check=False
    )
    assert b"KeyboardInterrupt" in ran.stderr
    assert files_below(tmp_path) == {"kept.txt": b"old"}


LOCKED = """
import contextlib, io, os
from costplan.cli import main, run

os.chdir({folder!r})
with contextlib.redirect_stdout(io.StringIO()):  # the other user may not import from our home
    assert run(["estimate", "proj/w.toml", "--as-of", "2026-11-22"]) == 0
    assert run(["init", "--out", "-"]) == 0
    assert run(["init", "--out", {folder!r} + "/proj/as-root.toml"]) == 0
import tempfile
os.chmod("proj/pricing", 0)
if os.getuid() == 0:
    os.setgid(65534)
    os.setuid(65534)
main({arguments!r})
"""
LOCKED_CALLS = {
    "file": (["estimate", "secret.toml"], "secret.toml cannot be read: Permission denied"),
    "catalogue": (["estimate", "proj/w.toml"], "pricing: Permission denied"),
    "new file": (["init", "--out", "new.toml"], "new.toml cannot be written: Permission denied"),
    "folder": (["init", "--out", "locked/x"], "locked/x"),
}


@pytest.mark.parametrize(("arguments", "says"), LOCKED_CALLS.values(), ids=LOCKED_CALLS)
def test_what_may_not_be_read_or_written(
    arguments: list[str], says: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """As another user where the tests run as root, who may read everything."""
    folder = tmp_path_factory.mktemp("shared")
    for above in (folder, folder.parent, folder.parent.parent):
        above.chmod(above.stat().st_mode | 0o055)
    (folder / "secret.toml").write_text(WORKLOAD)
    (folder / "proj" / "pricing").mkdir(parents=True)
    (folder / "proj" / "w.toml").write_text(WORKLOAD)
    (folder / "locked").mkdir()
    for closed in ("secret.toml", "locked"):
        (folder / closed).chmod(0)
    folder.chmod(0o555)
    program = LOCKED.format(folder=str(folder), arguments=arguments)
    try:
        ran = subprocess.run(
            [sys.executable, "-c", program],
            capture_output=True,
            text=True,
            env={**os.environ, "HOME": str(folder / "nobody")},
            check=False,
        )
        left = sorted(path.name for path in folder.iterdir())
    finally:
        for closed in ("", "proj/pricing", "locked", "secret.toml"):
            (folder / closed).chmod(0o700)
    assert ran.returncode == 2, ran.stderr
    assert ran.stdout == ""
    assert says in ran.stderr
    assert "Permission denied" in ran.stderr
    assert "Traceback" not in ran.stderr
    assert left == ["locked", "proj", "secret.toml"]
