"""Files merged from upstreams: what a human wrote stays, what is new follows below it."""

import re
from datetime import date
from decimal import Decimal as D

import pytest

from costplan.catalog.lookup import CatalogFile
from costplan.catalog.model import Card, Model, Rates
from costplan.catalog.origin import Origin, Source
from costplan.problems import InvalidInput
from costplan.record import read
from costplan.store.files.text import parse_toml
from costplan.store.sourcing.merging_folders import SEPARATOR, merge_files
from costplan.store.sourcing.upstream import Quoted, Upstream

OCT, NOV = date(2026, 10, 1), date(2026, 11, 1)
HAND = """\
vendor = "Acme"
currency = "USD"
source.page = { at = "https://acme.example/pricing", confidence = "vendor" }
source.old = { at = "old set 1.0", confidence = "dataset" }

# What a human wrote about Acme.

[[model]]
id = "acme/big"
aliases = ["acme/big-latest"]
context = 128_000                                # tokens

[[model.price]]                                  # the launch price
origin = { since = 2026-01-01, checked = 2026-10-01, source = "page" }
unit = "token"
per = 1_000_000
rates = { input = 1.50, output = 3 }

# A second one.

[[model]]
id = "acme/small"

[[model.price]]
origin = { since = 2026-01-01, checked = 2026-10-01, source = "old" }
unit = "token"
per = 1_000_000
rates = { input = 0.10, output = 0.20 }
"""


def upstream(name: str, checked: date, *models: tuple, currency: str = "USD") -> Upstream:
    """``models``: (id, input, output) or (id, input, output, aliases)."""
    quoted = []
    for model_id, given, made, *more in models:
        origin = Origin(since=checked, checked=checked, source=name)
        rates = Rates(input=D(given), output=D(made))
        card = Card(origin=origin, per=D(1_000_000), rates=rates)
        model = Model(id=model_id, aliases=tuple(more[0]) if more else (), price=(card,))
        quoted.append(Quoted(model_id.split("/")[0], "Acme Corp", model, currency))
    source = Source(at=f"{name} set", confidence="dataset")
    return Upstream(name, source, checked, tuple(quoted))


def parsed(text: str) -> CatalogFile:
    return read(CatalogFile, parse_toml("made", text))


def test_nothing_quoted_changes_not_a_byte() -> None:
    assert merge_files({"acme": HAND}, []).files == {"acme": HAND}


def test_a_new_vendor_gets_a_file() -> None:
    made = merge_files({}, [upstream("one", NOV, ("acme/b", "1", "2"), ("acme/a", "1", "2"))])
    file = parsed(made.files["acme"])
    assert (file.vendor, [model.id for model in file.model]) == ("Acme Corp", ["acme/a", "acme/b"])
    assert set(file.source) == {"one"}
    assert made.added == ("acme/a", "acme/b")


def test_what_a_human_wrote_stays_and_the_rest_follows_below() -> None:
    quotes = [
        upstream("one", NOV, ("acme/big", "1.5", "3"), ("acme/new", "7", "8")),
        upstream("two", OCT, ("acme/small", "0.1", "0.2"), ("acme/big", "1.4", "3")),
    ]
    made = merge_files({"acme": HAND}, quotes)
    text = made.files["acme"]
    left = [line for line in HAND.splitlines() if line not in text.splitlines()]
    assert left == ['origin = { since = 2026-01-01, checked = 2026-10-01, source = "old" }']
    assert "# What a human wrote" in text
    assert "# the launch price" in text
    assert text.index("# A second one.") < text.index(SEPARATOR) < text.index('"acme/new"')
    file = parsed(text)
    big, small, new = file.model
    assert (big.id, small.id, new.id) == ("acme/big", "acme/small", "acme/new")
    assert [(one.source, one.rates.input) for one in big.price[0].rejected] == [("two", D("1.4"))]
    assert small.price[0].origin.also == ("two",)
    assert made.amended == ("acme/big", "acme/small")


def test_a_block_of_values_over_lines_is_written_anew_and_says_the_same() -> None:
    quotes = [upstream("one", NOV, ("acme/big", "1.50", "3", ["acme/b"]), ("acme/small", "1", "2"))]
    over_lines = HAND.replace('["acme/big-latest"]', '[\n  "acme/big-latest",\n]')
    over_lines = over_lines.replace("{ since", "{\n  since").replace('"page" }', '"page",\n}')
    assert over_lines.count("\n") == HAND.count("\n") + 5
    made = merge_files({"acme": over_lines}, quotes)
    assert parsed(made.files["acme"]) == parsed(merge_files({"acme": HAND}, quotes).files["acme"])


def test_a_newer_price_is_a_card_behind_the_hand_written_one() -> None:
    made = merge_files({"acme": HAND}, [upstream("one", NOV, ("acme/big", "2", "3"))])
    text = made.files["acme"]
    assert [str(card.origin.since) for card in parsed(text).model[0].price] == [
        "2026-01-01",
        "2026-11-01",
    ]
    assert "# the launch price" in text
    assert text.count("[[model.price]]") == 3
    assert text.index("2026-11-01") < text.index("# A second one.")


def test_merging_again_changes_nothing() -> None:
    quotes = [
        upstream("one", NOV, ("acme/big", "2", "3"), ("acme/new", "7", "8")),
        upstream("two", OCT, ("acme/new", "6", "8"), ("acme/small", "0.1", "0.2")),
    ]
    once = merge_files({"acme": HAND}, quotes)
    twice = merge_files(once.files, quotes)
    assert twice.files == once.files
    assert (twice.added, twice.amended) == ((), ())


def test_later_models_follow_the_separator_once() -> None:
    once = merge_files({"acme": HAND}, [upstream("one", NOV, ("acme/new", "7", "8"))])
    again = merge_files(once.files, [upstream("one", NOV, ("acme/newer", "7", "8"))])
    assert again.files["acme"].count(SEPARATOR) == 1
    assert [model.id for model in parsed(again.files["acme"]).model][2:] == [
        "acme/new",
        "acme/newer",
    ]


def test_a_name_that_the_file_gives_to_another_model_stays_there() -> None:
    made = merge_files({"acme": HAND}, [upstream("one", NOV, ("acme/big-latest", "9", "9"))])
    assert made.files["acme"] == HAND


def test_aliases_never_meet_an_id_nor_each_other() -> None:
    quotes = [
        upstream("one", NOV, ("acme/a", "1", "2", ["acme/b", "acme/x", "acme/y", "acme/big"])),
        upstream("two", NOV, ("acme/b", "1", "2", ["acme/x"])),
    ]
    a, b = parsed(merge_files({"acme": HAND}, quotes).files["acme"]).model[2:]
    assert (a.aliases, b.aliases) == (("acme/y",), ())


def test_spellings_of_one_id_are_one_model() -> None:
    quotes = [
        upstream("one", NOV, ("bedrock/us.acme.m", "1", "2"), ("zai/GLM-5", "1", "2")),
        upstream("two", OCT, ("bedrock/us.acme.m-v1:0", "1", "2"), ("zai/glm-5", "1", "2")),
        upstream("three", OCT, ("bedrock/us.acme.m-v1:0", "1", "2"), ("zai/glm-5", "1", "2")),
    ]
    files = merge_files({}, quotes).files
    (cloud,), (lab,) = parsed(files["bedrock"]).model, parsed(files["zai"]).model
    assert (cloud.id, cloud.aliases) == ("bedrock/us.acme.m-v1:0", ("bedrock/us.acme.m",))
    assert (lab.id, lab.aliases) == ("zai/glm-5", ("zai/GLM-5",))


def test_two_currencies_in_one_file_are_refused() -> None:
    quotes = [upstream("one", NOV, ("acme/a", "1", "2"), currency="EUR")]
    with pytest.raises(InvalidInput, match="several currencies: EUR, USD"):
        merge_files({"acme": HAND}, quotes)


def test_a_source_that_moved_gets_its_new_address() -> None:
    made = merge_files({"acme": HAND}, [upstream("old", NOV, ("acme/new", "1", "2"))])
    line = re.search(r"^source\.old = .*$", made.files["acme"], re.M)
    assert line is not None
    assert line[0] == 'source.old = { at = "old set", confidence = "dataset" }'
