"""A workload with prices of its own, so that a check can find one missing and one old."""

from __future__ import annotations

from pathlib import Path

from run import WORKLOAD

PRICES = """
[prices]
vendor = "me"
category = "orchestration"
source.list = { at = "my.test/prices", confidence = "vendor" }

[[prices.offer]]
id = "me/quoted"
product = "Box"
origin = { since = 2026-01-01, checked = 2026-10-01, source = "list" }

[[prices.offer.charge]]
id = "flat"
quantity = "1"
unit = "month"
quote = true

[[prices.offer]]
id = "me/old"
product = "Old box"
origin = { since = 2025-01-01, checked = 2025-02-01, source = "list" }

[[prices.offer.charge]]
id = "flat"
quantity = "1"
unit = "month"
price = 5
"""
QUOTED = WORKLOAD + 'orchestration = "me/quoted"\n' + PRICES
OLD = WORKLOAD + 'orchestration = "me/old"\n' + PRICES
TWO = WORKLOAD + '[stack.b]\nchat = "openai/gpt-6-luna"\n'


def put(folder: Path, **files: str) -> None:
    """Files by their stem: ``w`` is w.toml, ``rules`` is rules.toml, ``est`` is est.json."""
    for stem, text in files.items():
        ending = "json" if text.startswith("{") else "toml"
        (folder / f"{stem}.{ending}").write_text(text, encoding="utf-8")
