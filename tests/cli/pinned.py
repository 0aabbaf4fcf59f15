"""A project with a catalogue folder of its own, so that a test can move a price."""

from __future__ import annotations

from pathlib import Path

from run import Ran, costplan

WORKLOAD = """\
name = "pinned"

[traffic]
requests_per_month = 1_000

[[step]]
name = "answer"
model = "chat"
input_tokens = 1_000
output_tokens = 1_000

[observability]
seats = 2

[stack.a]
chat = "mine/small-latest"
observability = "box"

[stack.b]
chat = "mine/small"
observability = "box/team"
"""
MODELS = """\
vendor = "Mine"
source.page = { at = "mine.test/prices", confidence = "vendor" }

[[model]]
id = "mine/small"
aliases = ["mine/small-latest"]
[[model.price]]
origin = { since = 2026-01-01, checked = 2026-10-01, source = "page" }
unit = "token"
per = 1_000_000
rates = { input = 2.00, output = 10 }
[[model.price]]
origin = { since = 2026-12-01, checked = 2026-10-01, source = "page" }
unit = "token"
per = 1_000_000
rates = { input = 3, output = 10 }
"""
PLANS = """\
vendor = "Box"
source.page = { at = "box.test/prices", confidence = "vendor" }
"""
PLAN = """
[[offer]]
id = "box/{name}"
product = "Box"
plan = "{name}"
origin = {{ since = 2026-01-01, checked = 2026-10-01, source = "page" }}
[[offer.charge]]
id = "seats"
quantity = "seats"
unit = "seat"
price = {price}
"""


def plans(**prices: str) -> str:
    return PLANS + "".join(PLAN.format(name=name, price=price) for name, price in prices.items())


def project(folder: Path, models: str = MODELS, offers: str | None = None) -> None:
    """Write the workload and its catalogue folder."""
    for category, name, text in (
        ("tokens", "mine", models),
        ("observability", "box", plans(team="20", solo="30") if offers is None else offers),
    ):
        (folder / "pricing" / category).mkdir(parents=True, exist_ok=True)
        (folder / "pricing" / category / f"{name}.toml").write_text(text)
    (folder / "costplan.toml").write_text(WORKLOAD)


def here(*arguments: str, folder: Path, width: int = 80) -> Ran:
    """As ``run.costplan``, with a width."""
    return costplan(*arguments, folder=folder, env={"COLUMNS": str(width)})
