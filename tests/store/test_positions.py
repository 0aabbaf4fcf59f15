"""Places in TOML text: hand-written files, random ones against `tomli`, and drawn errors."""

import re
import time
from typing import Any

import pytest
import tomli
import tomli_w
from hypothesis import example, given
from hypothesis import strategies as st

from costplan.store.files.positions import Path, Place, draw, locate, open_bracket, syntax_place


def marked(text: str, place: Place | None) -> str:
    """The text a place marks; it must lie within one line."""
    assert place is not None
    assert place.line >= 1
    assert place.column >= 1
    assert place.length >= 1
    line = text.split("\n")[place.line - 1].removesuffix("\r")
    assert place.column - 1 + place.length <= len(line)
    return line[place.column - 1 :][: place.length]


def every_path(value: object, path: Path = ()) -> list[tuple[Path, object]]:
    """All paths of parsed TOML and what stands there, tables and arrays included."""
    found = [(path, value)] if path else []
    below: list[tuple[Any, object]] = []
    if isinstance(value, dict):
        below = list(value.items())
    elif isinstance(value, list):
        below = list(enumerate(value))
    return found + [pair for key, part in below for pair in every_path(part, (*path, key))]


# --- hand-written files: (text, path, part, line, column, what is marked) ---------------------

WORKLOAD = """\
# a plan = "not a key" [nor a table]
name = "chat" # = "x"
'quoted key' = 1
"esc\\u0061\\"ped" = 2
site."a.b".c = 3
  \tindented\t=\t4

[ traffic . "per day" ]
requests = 1_000
when = 1979-05-27 07:32:00Z # with a space
day = 1979-05-27
at = 07:32:00.5

[[step]]
model = 'small'

[step.limits]
cpu = 0.5

[[step.tool]]
name = "search"

[[step.tool]]
name = "read"

[[ step ]] # second
model = "large"
retry = { max = 3, wait.seconds = 1.5, on = [ "a", { code = 429 } ] }

[[step.tool]]
name = "write"

[traffic]
peak = -inf
"""

ARRAYS = """\
a = [1, [2, 3], [], [[4]],]
b = [ # ] not the end
  "x", # , nor an element
  '''],''',

  { k = "}" },
  # last
]
c = "after"
d = [
]
t = {}
"""

STRINGS = '''\
a = "# ] } = \\" ' \\\\"
b = '# ] } = " \\'
c = """one # "" ] \\"""
x = 1 """
d = \'\'\'
y = 2 '' \'\'\'
e = """"quoted""""" # five
f = """"""
g = \'\'\''' it\'\'\'\'\'
h = """ \\
  z = 3"""
i = ""
j = \'\'
after = true
'''

PLACES: list[tuple[str, Path, str, int, int, str]] = [
    (WORKLOAD, ("name",), "key", 2, 1, "name"),
    (WORKLOAD, ("name",), "value", 2, 8, '"chat"'),
    (WORKLOAD, ("quoted key",), "key", 3, 1, "'quoted key'"),
    (WORKLOAD, ('esca"ped',), "key", 4, 1, '"esc\\u0061\\"ped"'),
    (WORKLOAD, ('esca"ped',), "value", 4, 20, "2"),
    (WORKLOAD, ("site",), "key", 5, 1, "site"),
    (WORKLOAD, ("site",), "value", 5, 1, "site"),
    (WORKLOAD, ("site", "a.b"), "key", 5, 6, '"a.b"'),
    (WORKLOAD, ("site", "a.b", "c"), "key", 5, 12, "c"),
    (WORKLOAD, ("site", "a.b", "c"), "value", 5, 16, "3"),
    (WORKLOAD, ("indented",), "key", 6, 4, "indented"),
    (WORKLOAD, ("indented",), "value", 6, 15, "4"),
    # headers
    (WORKLOAD, ("traffic", "per day"), "key", 8, 13, '"per day"'),
    (WORKLOAD, ("traffic", "per day"), "value", 8, 1, '[ traffic . "per day" ]'),
    (WORKLOAD, ("traffic",), "key", 33, 2, "traffic"),  # the explicit one, though it is later
    (WORKLOAD, ("traffic",), "value", 33, 1, "[traffic]"),
    (WORKLOAD, ("traffic", "peak"), "value", 34, 8, "-inf"),
    # bare values
    (WORKLOAD, ("traffic", "per day", "requests"), "value", 9, 12, "1_000"),
    (WORKLOAD, ("traffic", "per day", "when"), "value", 10, 8, "1979-05-27 07:32:00Z"),
    (WORKLOAD, ("traffic", "per day", "day"), "value", 11, 7, "1979-05-27"),
    (WORKLOAD, ("traffic", "per day", "at"), "value", 12, 6, "07:32:00.5"),
    # arrays of tables
    (WORKLOAD, ("step",), "key", 14, 3, "step"),
    (WORKLOAD, ("step",), "value", 14, 1, "[[step]]"),
    (WORKLOAD, ("step", 0), "key", 14, 3, "step"),
    (WORKLOAD, ("step", 1), "key", 26, 4, "step"),
    (WORKLOAD, ("step", 1), "value", 26, 1, "[[ step ]]"),
    (WORKLOAD, ("step", 0, "model"), "value", 15, 9, "'small'"),
    (WORKLOAD, ("step", 1, "model"), "value", 27, 9, '"large"'),
    (WORKLOAD, ("step", 0, "limits"), "key", 17, 7, "limits"),
    (WORKLOAD, ("step", 0, "limits", "cpu"), "value", 18, 7, "0.5"),
    (WORKLOAD, ("step", 0, "tool"), "key", 20, 8, "tool"),
    (WORKLOAD, ("step", 0, "tool", 1), "key", 23, 8, "tool"),
    (WORKLOAD, ("step", 0, "tool", 1, "name"), "value", 24, 8, '"read"'),
    (WORKLOAD, ("step", 1, "tool", 0, "name"), "value", 31, 8, '"write"'),
    # inline tables
    (WORKLOAD, ("step", 1, "retry", "max"), "key", 28, 11, "max"),
    (WORKLOAD, ("step", 1, "retry", "wait", "seconds"), "key", 28, 25, "seconds"),
    (WORKLOAD, ("step", 1, "retry", "wait", "seconds"), "value", 28, 35, "1.5"),
    (WORKLOAD, ("step", 1, "retry", "on", 0), "value", 28, 47, '"a"'),
    (WORKLOAD, ("step", 1, "retry", "on", 1), "value", 28, 52, "{ code = 429 }"),
    (WORKLOAD, ("step", 1, "retry", "on", 1, "code"), "key", 28, 54, "code"),
    # absent: the longest prefix that exists, whichever part is asked for
    (WORKLOAD, ("step", 1, "price"), "value", 26, 1, "[[ step ]]"),
    (WORKLOAD, ("step", 1, "price"), "key", 26, 1, "[[ step ]]"),
    (WORKLOAD, ("step", 7, "model"), "value", 14, 1, "[[step]]"),
    (WORKLOAD, ("step", "model"), "value", 14, 1, "[[step]]"),
    (WORKLOAD, ("step", 0, "limits", "gpu"), "value", 17, 1, "[step.limits]"),
    (WORKLOAD, ("site", "b"), "value", 5, 1, "site"),
    (WORKLOAD, ("name", "first", 3), "value", 2, 1, "name"),
    (WORKLOAD, ("step", 1, "retry", "min"), "value", 28, 1, "retry"),
    (WORKLOAD, ("step", 1, "retry", "on", 1, "text"), "value", 28, 52, "{ code = 429 }"),
    (WORKLOAD, ("step", 1, "retry", "on", -1), "value", 28, 40, "on"),
    # arrays
    (ARRAYS, ("a",), "value", 1, 5, "[1, [2, 3], [], [[4]],]"),
    (ARRAYS, ("a", 0), "value", 1, 6, "1"),
    (ARRAYS, ("a", 0), "key", 1, 6, "1"),
    (ARRAYS, ("a", 1), "value", 1, 9, "[2, 3]"),
    (ARRAYS, ("a", 1, 1), "value", 1, 13, "3"),
    (ARRAYS, ("a", 2), "value", 1, 17, "[]"),
    (ARRAYS, ("a", 3, 0, 0), "value", 1, 23, "4"),
    (ARRAYS, ("a", 4), "value", 1, 1, "a"),
    (ARRAYS, ("b",), "value", 2, 5, "["),
    (ARRAYS, ("b", 0), "value", 3, 3, '"x"'),
    (ARRAYS, ("b", 1), "value", 4, 3, "'''],'''"),
    (ARRAYS, ("b", 2), "value", 6, 3, '{ k = "}" }'),
    (ARRAYS, ("b", 2, "k"), "value", 6, 9, '"}"'),
    (ARRAYS, ("c",), "value", 9, 5, '"after"'),
    (ARRAYS, ("d",), "value", 10, 5, "["),
    (ARRAYS, ("t",), "value", 12, 5, "{}"),
    (ARRAYS, ("t", "x"), "value", 12, 1, "t"),
    # strings
    (STRINGS, ("a",), "value", 1, 5, '"# ] } = \\" \' \\\\"'),
    (STRINGS, ("b",), "value", 2, 5, "'# ] } = \" \\'"),
    (STRINGS, ("c",), "value", 3, 5, '"""one # "" ] \\"""'),
    (STRINGS, ("d",), "value", 5, 5, "'''"),
    (STRINGS, ("e",), "value", 7, 5, '""""quoted"""""'),
    (STRINGS, ("f",), "value", 8, 5, '""""""'),
    (STRINGS, ("g",), "value", 9, 5, "''''' it'''''"),
    (STRINGS, ("h",), "value", 10, 5, '""" \\'),
    (STRINGS, ("i",), "value", 12, 5, '""'),
    (STRINGS, ("j",), "value", 13, 5, "''"),
    (STRINGS, ("after",), "value", 14, 9, "true"),
    ("a = {\n  b = 1, # why\n  c = 2,\n}", ("a", "c"), "value", 3, 7, "2"),
    ("a = {\n  b = 1,\n}", ("a",), "value", 1, 5, "{"),
    # the smallest
    ("a=1", ("a",), "key", 1, 1, "a"),
    ("a=1", ("a",), "value", 1, 3, "1"),
    ("'' = 1", ("",), "key", 1, 1, "''"),
    ("3.14 = 1", ("3", "14"), "key", 1, 3, "14"),
    ('"é字" = "ü"', ("é字",), "value", 1, 8, '"ü"'),
    ("a.b = 1\na.c = 2", ("a",), "key", 1, 1, "a"),
    ("a.b = 1\na.c = 2", ("a", "c"), "key", 2, 3, "c"),
    ("[a]", ("a",), "value", 1, 1, "[a]"),
    ("[a.b]\n[a.c]", ("a",), "value", 1, 2, "a"),
]


@pytest.mark.parametrize("newline", ["\n", "\r\n"], ids=["lf", "crlf"])
@pytest.mark.parametrize(("text", "path", "part", "line", "column", "shown"), PLACES)
def test_place(
    text: str, path: Path, part: Any, line: int, column: int, shown: str, newline: str
) -> None:
    text = text.replace("\n", newline)
    tomli.loads(text)
    place = locate(text, path, part)
    assert place == Place(line, column, len(shown))
    assert marked(text, place) == shown


def test_the_value_is_the_default_part() -> None:
    assert locate("a = 1", ("a",)) == Place(1, 5, 1)


@pytest.mark.parametrize("path", [("nmae",), ("nmae", 0, "x"), (0,), ()])
def test_no_place_without_a_first_element(path: Path) -> None:
    assert locate(WORKLOAD, path) is None
    assert locate("", path) is None


# --- random files --------------------------------------------------------------------------------

LEAVES: st.SearchStrategy[object] = st.one_of(
    st.booleans(),
    st.integers(-(2**63), 2**63 - 1),
    st.floats(allow_nan=False),
    st.text(),
    st.text(alphabet="\"'#[]{}=,.\\ \n\t\x1bé字"),
    st.dates(),
    st.times(),
    st.datetimes(),
)
KEYS = st.text(max_size=6) | st.sampled_from(["a", "b", "a.b", "'", '"', "#", "[a]", "\\u0061"])
TABLES = st.dictionaries(
    KEYS,
    st.recursive(
        LEAVES,
        lambda part: st.lists(part, max_size=4) | st.dictionaries(KEYS, part, max_size=4),
        max_leaves=20,
    ),
    max_size=5,
)


@given(TABLES, st.sampled_from(["\n", "\r\n"]))
def test_every_leaf_of_a_dumped_table_is_found(data: dict[str, object], newline: str) -> None:
    text = tomli_w.dumps(data).replace("\n", newline)
    for path, value in every_path(data):
        if isinstance(path[-1], str):
            key = marked(text, locate(text, path, "key"))
            assert tomli.loads(f"{key} = 0") == {path[-1]: 0}
        if not isinstance(value, (dict, list)):
            shown = marked(text, locate(text, path))
            assert tomli.loads(f"x = {shown}")["x"] == value


BLANK = st.sampled_from(["", "", " ", "\t"])
LAST = st.sampled_from(["", ","])
GAP = st.sampled_from(["", "", " ", "\n", "\r\n\t", "# ]} '''\n", ' # """ = [\n'])
HOSTILE_KEY = st.sampled_from(
    ["a", "b", "-", "'a'", '"b"', "'c #]'", '"\\u0061"', "''", "a.b", "b\t. 'x.y' .c", "3.14"]
)
HOSTILE_LEAF = st.sampled_from(
    [
        "0x1F",
        "-3.5e2",
        "nan",
        "true",
        "'a#],'",
        '"b\\"}]"',
        "07:32:00",
        "1979-05-27",
        '""',
        "1979-05-27 07:32:00",
        "1979-05-27T07:32:00-07:00",
        '""""a"\n\\"b]#"""""',
        '""""""',
        "'''x'\r\n]''y'''''",
        "''''''",
        '"""\\\n  z\\""""',
        '"\\e\\x41"',
        "07:32",
    ]
)
HOSTILE_VALUE: st.SearchStrategy[str] = st.recursive(
    HOSTILE_LEAF,
    lambda value: (
        st.tuples(GAP, st.lists(st.tuples(GAP, value, GAP).map("".join)).map(",".join), GAP).map(
            lambda parts: f"[{''.join(parts)}]"
        )
        | st.lists(
            st.tuples(GAP, HOSTILE_KEY, st.just("="), BLANK, value, GAP).map("".join)
        ).flatmap(
            lambda pairs: LAST.map(lambda last: "{" + ",".join(pairs) + last * bool(pairs) + "}")
        )
    ),
    max_leaves=8,
)
STATEMENT = st.one_of(
    st.tuples(BLANK, HOSTILE_KEY, BLANK, st.just("="), BLANK, HOSTILE_VALUE).map("".join),
    st.tuples(st.just("["), BLANK, HOSTILE_KEY, BLANK, st.just("]")).map("".join),
    st.tuples(st.just("[["), BLANK, HOSTILE_KEY, BLANK, st.just("]]")).map("".join),
)
ENDS = st.sampled_from(["\n", "\r\n", " # c = [\n", "\t\n\n"])


@given(st.lists(st.tuples(STATEMENT, ENDS).map("".join), max_size=10))
def test_every_path_of_an_oddly_written_file_is_found(statements: list[str]) -> None:
    """The statements that `tomli` takes are kept; then it is the judge of every place."""
    text = ""
    for statement in statements:
        try:
            tomli.loads(text + statement)
        except tomli.TOMLDecodeError:
            continue
        text += statement
    for path, value in every_path(tomli.loads(text)):
        if isinstance(path[-1], str):
            key = marked(text, locate(text, path, "key"))
            assert tomli.loads(f"{key} = 0") == {path[-1]: 0}
        shown = marked(text, locate(text, path))
        if shown.startswith("{") and shown.endswith("}"):
            assert isinstance(value, dict)
        if isinstance(value, (dict, list)):
            continue
        try:
            found = tomli.loads(f"x = {shown}")["x"]
        except tomli.TOMLDecodeError:
            assert isinstance(value, str)  # of several lines
            assert shown.startswith(('"""', "'''"))
        else:
            assert repr(found) == repr(value)
        assert locate(text, (*path, "missing")) == locate(text, path, "key")


@given(st.text(alphabet="ab.=[]{},#\"'\\ \n1") | st.text())
@example('"\\1" = 1')
def test_text_that_is_not_toml_does_no_harm(text: str) -> None:
    locate(text, ("a", "b"))


@pytest.mark.parametrize(
    "text",
    [
        "a = " + "[" * 200_000 + "]" * 200_000,
        "a = " + "{a = " * 100_000 + "1" + "}" * 100_000,
        "a." * 200_000 + "a = 1",
        "a = [" + "1, " * 150_000 + "]",
        "[[a]]\nb = 1\n[[a.c]]\n" * 20_000,
        'a = """' + '""x\\"' * 100_000 + '"""',
        'a = "' + "\\\\" * 250_000,
        "a = '''" + "''x" * 150_000,
        "#" * 500_000,
        '"' * 500_000,
        "[" * 500_000,
    ],
    ids=[
        "arrays",
        "tables",
        "dots",
        "flat",
        "headers",
        "string",
        "open-basic",
        "open-literal",
        "comment",
        "quotes",
        "brackets",
    ],
)
def test_large_and_deep_files_take_seconds(text: str) -> None:
    """Half a megabyte each. A scan that is not linear would take minutes, a recursive one fail."""
    start = time.process_time()
    locate(text, ("a",))
    assert time.process_time() - start < 10


# --- syntax errors -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "line", "column"),
    [
        ("a = 1\nb == 2\n", 2, 4),
        ("a = 1\r\nb == 2\r\n", 2, 4),
        ("\ufeffa = 1", 1, 1),
        ("a = [1,\n  2 3]", 2, 5),
        ("a =", 1, 4),  # end of document
        ("a = [1,\n\n  \n", 1, 8),  # end of document, put where text last stood
        ("a = {\n  b = 1, # why\n  c = 2 3\n}", 3, 9),
        ("[a", 1, 3),
    ],
)
def test_syntax_place(text: str, line: int, column: int) -> None:
    with pytest.raises(tomli.TOMLDecodeError) as caught:
        tomli.loads(text)
    assert syntax_place(caught.value) == Place(line, column, 1)


@pytest.mark.parametrize("newline", ["\n", "\r\n"], ids=["lf", "crlf"])
@pytest.mark.parametrize(
    ("text", "line", "column", "shown"),
    [
        ("a = 1\na = 2\n", 2, 1, "a"),
        ("a = 1\n'a' = {\n  b = 2,\n}\n", 2, 1, "'a'"),
        ("a = {\n  b = 1,\n  b = [\n    1,\n  ],\n}", 3, 3, "b"),
        ("a = {\n  b.c = 1,\n  b = { c = 2 },\n}", 3, 3, "b"),
        ("a = { b = [{ c = 1, c = 2 }] }", 1, 21, "c"),
        ("a = {\n  b = {},\n  b.c = {\n  },\n}", 3, 5, "c"),
        ("[a.b]\n[a]\nb.c = 1", 3, 3, "c"),
        ("[a]\n[ a ]", 2, 3, "a"),
        ("[[a]]\n[a]", 2, 2, "a"),
        ("[a]\n[[a]]", 2, 3, "a"),
        ("a = 1\n[a.b]", 2, 4, "b"),
        ("a = [1]\n[[a]]\nb = 1", 2, 3, "a"),
        ("a.b.c = 1\n[a.b]\n", 2, 4, "b"),
    ],
)
def test_what_is_there_twice_is_marked_where_it_is_named_again(
    text: str, line: int, column: int, shown: str, newline: str
) -> None:
    text = text.replace("\n", newline)
    with pytest.raises(tomli.TOMLDecodeError) as caught:
        tomli.loads(text)
    place = syntax_place(caught.value)
    assert place == Place(line, column, len(shown))
    assert marked(text, place) == shown


@given(st.lists(st.tuples(STATEMENT, ENDS).map("".join), max_size=10), st.data())
def test_a_key_that_is_written_twice_is_marked(statements: list[str], data: st.DataObject) -> None:
    """A key of a file, oddly written as it may be, once more behind it: marked there."""
    text = ""
    for statement in statements:
        try:
            tomli.loads(text + statement)
        except tomli.TOMLDecodeError:
            continue
        text += statement
    header = "[a]\n" if data.draw(st.booleans()) else ""
    text += f"\n[another.table]\n{header}twice = 1\n"
    again = f"'twice'={data.draw(HOSTILE_VALUE)}"
    with pytest.raises(tomli.TOMLDecodeError) as caught:
        tomli.loads(text + again)
    if caught.value.msg == "Cannot overwrite a value":
        assert marked(text + again, syntax_place(caught.value)) == "'twice'"


@pytest.mark.parametrize(
    ("text", "line", "column"),
    [
        ("a = {\n  b = 1\n  c = 2\n}", 1, 5),
        ("a = [\n  1,\n  [2, 3] {},\n]", 1, 5),
        ("a = [[1, [2]], {\n x = [1] y = 2}]", 1, 16),
        ("a = {}\nb = { c = [], d = 1", 2, 5),
    ],
)
def test_the_bracket_that_is_not_closed(text: str, line: int, column: int) -> None:
    with pytest.raises(tomli.TOMLDecodeError, match="Unclosed") as caught:
        tomli.loads(text)
    assert open_bracket(caught.value) == Place(line, column, 1)


# --- drawing -------------------------------------------------------------------------------------


def test_draw() -> None:
    text = "\n" * 11 + 'modle = "chat"\r\n'
    drawn = draw(
        "costplan.toml", text, Place(12, 1, 5), "unknown key 'modle'", "did you mean 'model'?"
    )
    assert drawn == (
        "error: unknown key 'modle'\n"
        "  --> costplan.toml:12:1\n"
        "   |\n"
        '12 | modle = "chat"\n'
        "   | ^^^^^\n"
        "   = help: did you mean 'model'?"
    )


def test_draw_aligns_line_numbers_to_the_right() -> None:
    assert draw("f", "a = 1", Place(1, 5, 1), "m", None) == (
        "error: m\n  --> f:1:5\n   |\n 1 | a = 1\n   |     ^"
    )
    assert draw("f", "\n" * 999 + "a = 1", Place(1000, 1, 1), "m", "h") == (
        "error: m\n    --> f:1000:1\n     |\n1000 | a = 1\n     | ^\n     = help: h"
    )


def test_draw_without_a_place() -> None:
    assert draw("f", "a = 1", None, "m", "h") == "error: m\n  --> f\n   = help: h"
    assert draw("f", "a = 1", None, "m", None) == "error: m\n  --> f"


def test_draw_past_the_end() -> None:
    assert draw("f", "a =", Place(1, 4, 1), "m", None).endswith("\n 1 | a =\n   |    ^")
    assert draw("f", "a =", Place(1, 99, 9), "m", None).endswith("\n 1 | a =\n   |    ^")
    assert draw("f", "", Place(1, 1, 1), "m", None).endswith("\n 1 |\n   | ^")
    assert draw("f", "a", Place(7, 1, 1), "m", None).endswith("\n 7 |\n   | ^")


def test_draw_splits_lines_as_tomli_does() -> None:
    text = "# \u2028 \x85 \x0b\nb = 1"
    assert draw("f", text, Place(2, 1, 1), "m", None).endswith("\n 2 | b = 1\n   | ^")


@pytest.mark.parametrize(
    ("line", "column", "length", "shown", "carets"),
    [
        # tabs
        ("\ta\t=\t1", 6, 1, " a = 1", "     ^"),
        # escape sequences and control characters
        ("a = '\x1b[31m' # x", 5, 7, "a = '\\x1b[31m' # x", "    ^^^^^^^^^^"),
        ("# \x1b]0;t\x07\nb", 3, 1, "# \\x1b]0;t\\x07", "  ^^^^"),
        ("# \r \x00 \x7f \x9b2J x", 11, 1, "# \\r \\x00 \\x7f \\x9b2J x", " " * 20 + "^"),
        ("a\xa0= \u202e1\u2066", 2, 1, "a\\xa0= \\u202e1\\u2066", " ^^^^"),
        ("\ufeffa = 1", 1, 1, "\\ufeffa = 1", "^^^^^^"),
        ("a = '\ud800'", 6, 1, "a = '\\ud800'", "     ^^^^^^"),
        # wide characters, and accents that combine
        ("'模型' = 1", 1, 4, "'模型' = 1", "^^^^^^"),
        ("'模型' = 1", 8, 1, "'模型' = 1", "         ^"),
        ("a = '😀', b", 10, 1, "a = '😀', b", "          ^"),
        ("'ｆｕ' = 1", 3, 1, "'ｆｕ' = 1", "   ^^"),
        ("'e\u0301' = 1", 8, 1, "'e\u0301' = 1", "      ^"),
        ("'e\u0301' = 1", 3, 1, "'e\u0301' = 1", "  ^"),
        # long lines
        ("x" * 100, 100, 1, "x" * 100, " " * 99 + "^"),
        ("b" + "x" * 150, 1, 1, "b" + "x" * 99 + "...", "^"),
        ("x" * 150 + "e", 151, 1, "..." + "x" * 99 + "e", " " * 102 + "^"),
        ("x" * 150, 151, 1, "..." + "x" * 100, " " * 103 + "^"),
        (
            "l" * 200 + "HERE" + "r" * 200,
            201,
            4,
            "..." + "l" * 48 + "HERE" + "r" * 48 + "...",
            " " * 51 + "^^^^",
        ),
        ("l" * 50 + "x" * 500, 51, 500, "..." + "x" * 100 + "...", "   " + "^" * 100),
        (
            "字" * 200 + "H" + "r" * 200,
            201,
            1,
            "..." + "字" * 49 + "H" + "r" * 50 + "...",
            " " * 101 + "^",
        ),
    ],
)
def test_draw_line(line: str, column: int, length: int, shown: str, carets: str) -> None:
    rows = draw("f", line, Place(1, column, length), "m", None).split("\n")
    assert rows[3:] == [f" 1 | {shown}", f"   | {carets}"]


def test_draw_never_emits_escapes_of_the_name_or_the_words() -> None:
    drawn = draw("a\x1b[2J\n.toml", "", None, "bad\r\x07\x9b", "try\x1b]8;;x\x1b\\ \u202e")
    assert drawn == (
        "error: bad\\r\\x07\\x9b\n  --> a\\x1b[2J\\n.toml\n   = help: try\\x1b]8;;x\\x1b\\ \\u202e"
    )


@given(
    st.text(),
    st.text(),
    st.builds(Place, st.integers(1, 5), st.integers(1, 300), st.integers(1, 300)),
    st.text(),
    st.text(),
)
def test_draw_is_plain_whatever_it_is_given(
    name: str, text: str, place: Place, message: str, hint: str
) -> None:
    rows = draw(name, text, place, message, hint).split("\n")
    assert len(rows) == 6
    assert all(row.isprintable() for row in rows)
    assert re.fullmatch(r" +\| *\^+", rows[4])
