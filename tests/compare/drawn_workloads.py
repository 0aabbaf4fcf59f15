"""Workloads drawn by a seed, with all that bends a bill: floors, tiers, quotas, bands, gates, fees
a step, commitments, votes, validators, people, conversations, several stacks."""

from __future__ import annotations

from collections.abc import Sequence
from random import Random

PRICES = """
[prices]
vendor = "Watch"
category = "search-rerank"
source.list = { at = "watch.test/prices", confidence = "vendor" }

[[prices.offer]]
id = "watch/metered"
product = "Metered"
origin = { since = 2026-01-01, checked = 2026-11-01, source = "list" }
charge = [{ id = "calls", quantity = "calls", unit = "call", price = 0.013 }]

[[prices.offer]]
id = "watch/tiered"
product = "Tiered"
origin = { since = 2026-01-01, checked = 2026-11-01, source = "list" }

[[prices.offer.charge]]
id = "calls"
quantity = "calls"
unit = "call"
included = 700
free_tier = true
tiers = [{ up_to = 2_000, price = 0.02 }, { up_to = 9_000, price = 0.007 }, { price = 0.003 }]

[[prices.offer]]
id = "watch/blocks"
product = "Blocks"
origin = { since = 2026-01-01, checked = 2026-11-01, source = "list" }

[[prices.offer.charge]]
id = "calls"
quantity = "calls"
unit = "call"
price = 6
per = 1_000
round_up_to = 1_000

[[prices.offer]]
id = "watch/floor"
product = "Floor"
origin = { since = 2026-01-01, checked = 2026-11-01, source = "list" }
charge = [{ id = "calls", quantity = "calls", unit = "call", price = 0.004 }]
adjust = [{ id = "monthly_minimum", kind = "minimum", amount = 90 }]

[[prices.offer]]
id = "watch/gated"
product = "Gated"
origin = { since = 2026-01-01, checked = 2026-11-01, source = "list" }
gates = [{ variable = "calls", max = 20_000, action = "ineligible" }]
charge = [{ id = "fee", quantity = "1", unit = "month", price = 30 }]

[[prices.offer]]
id = "plans/small"
product = "Plans"
plan = "Small"
origin = { since = 2026-01-01, checked = 2026-11-01, source = "list" }
gates = [{ variable = "calls", max = 5_000, action = "ineligible" }]
charge = [{ id = "fee", quantity = "1", unit = "month", price = 20 }]

[[prices.offer]]
id = "plans/large"
product = "Plans"
plan = "Large"
origin = { since = 2026-01-01, checked = 2026-11-01, source = "list" }
charge = [
  { id = "fee", quantity = "1", unit = "month", price = 45 },
  { id = "calls", quantity = "calls", unit = "call", price = 0.001, included = 10_000 },
]
"""

CHAT = (
    "anthropic/claude-sonnet-5-5",
    "bedrock/us.anthropic.claude-opus-5-5",
    "openai/gpt-6-luna",
    "openai/gpt-6.1-terra",
    "google/gemini-4-argon",
)
TOOLS = ("metered", "tiered", "blocks", "floor", "gated")


class Draw:
    """One workload in the making; ``text`` is its file."""

    def __init__(self, seed: int) -> None:
        self.random = Random(seed)
        self.parts: list[str] = []
        self.roles: list[str] = []

    def chance(self, share: float) -> bool:
        return self.random.random() < share

    def share(self, low: float, high: float) -> str:
        return f"{self.random.uniform(low, high):.3f}"

    def whole(self, low: int, high: int) -> int:
        return self.random.randint(low, high)

    def pick(self, several: Sequence[str]) -> str:
        return self.random.choice(several)

    def add(self, title: str, *keys: str) -> None:
        self.parts.append("\n".join((title, *keys)))


def drawn(seed: int) -> str:
    """The text of a workload file; the same seed gives the same file."""
    made = Draw(seed)
    talks = made.chance(0.25)
    made.add(
        f'name = "drawn-{seed}"',
        "[traffic]",
        f"requests_per_month = {made.whole(40, 5_000)}",
        f"peak_to_mean = {made.share(1, 3)}",
    )
    people = made.chance(0.6)
    _steps(made, people=people, talks=talks)
    if people:
        made.add(
            "[human]", f"cost_per_case = {made.share(1, 8)}", f"success = {made.share(0.9, 1)}"
        )
    _around(made)
    _stacks(made)
    _terms(made)
    return "\n\n".join(made.parts) + "\n" + PRICES


def _steps(made: Draw, *, people: bool, talks: bool) -> None:
    for at in range(made.whole(1, 3)):
        name = f"s{at}"
        if made.chance(0.35):
            _step(made, name, "tool", f"t{at}")
        else:
            keys = [
                f"input_tokens = {made.whole(300, 4_000)}",
                f"output_tokens = {made.whole(50, 900)}",
            ]
            _step(
                made,
                name,
                "model",
                made.pick(("chat", "small")),
                *([] if talks else keys),
                talks=talks,
            )
            if talks:
                talks = False
                made.add(
                    "[conversation]",
                    f'step = "{name}"',
                    f"turns = {made.whole(2, 6)}",
                    "fixed_tokens = 900",
                    "user_tokens = 70",
                    "output_tokens = 250",
                )
    judged = made.whole(1, 2) if made.chance(0.6) else 0
    for at in range(judged):
        _validator(made, at, people=people)


def _step(made: Draw, name: str, key: str, role: str, *keys: str, talks: bool = False) -> None:
    made.roles += [role]
    rows = [f'name = "{name}"', f'{key} = "{role}"', f"success = {made.share(0.8, 0.99)}", *keys]
    if made.chance(0.5):
        rows += [f"detection_rate = {made.share(0.3, 0.9)}", f"max_attempts = {made.whole(1, 3)}"]
        if key == "model" and not talks and made.chance(0.3):
            made.roles += ["small"]
            rows += [f'fallback = {{ model = "small", success = {made.share(0.7, 0.9)} }}']
    elif key == "model" and not talks and made.chance(0.4):
        rows += (
            ["vote = { runs = 3 }"]
            if made.chance(0.6)
            else ["best_of = { runs = 3, selector = 0.8 }"]
        )
    if made.chance(0.4):
        rows += [f"rho = {made.share(0, 0.8)}"]
    rows += [f"seconds = {made.whole(1, 20)}"]
    made.add("[[step]]", *rows)


def _validator(made: Draw, at: int, *, people: bool) -> None:
    made.roles += ["judge"]
    ends = ["abort", "continue"] + (["human"] if people else [])
    restart = f'on_reject = {{ restart = "s0", max_attempts = 2, then = "{made.pick(ends)}" }}'
    made.add(
        "[[step]]",
        f'name = "v{at}"',
        'model = "judge"',
        f"input_tokens = {made.whole(300, 2_000)}",
        "output_tokens = 40",
        'judges = ["s0"]',
        f"sensitivity = {made.share(0.6, 0.98)}",
        f"false_positive_rate = {made.share(0, 0.15)}",
        "seconds = 2",
        *([restart] if at == 0 else []),
        *([f"rho = {made.share(0, 1)}"] if made.chance(0.4) else []),
    )


def _around(made: Draw) -> None:
    """What stands beside the steps."""
    if made.chance(0.4):
        made.add("[observability]", "seats = 2", f"bytes_per_span = {made.whole(500, 9_000)}")
        made.roles += ["observability"]
    if made.chance(0.4):
        made.add("[runtime]", "active_cpu_seconds = 1.1", "wall_seconds = 8", "memory_gib = 0.5")
        made.roles += ["runtime"]
    if made.chance(0.3):
        made.roles += ["small"]
        made.add(
            "[[job]]",
            'name = "nightly"',
            "runs_per_month = 30",
            'model = "small"',
            f"input_tokens = {made.whole(1_000, 90_000)}",
            "output_tokens = 800",
        )
    if made.chance(0.3):
        made.add(
            "[[fixed]]", 'name = "on-call"', "monthly = 120", 'purpose = "people"', 'stacks = ["a"]'
        )
    target = [f"reliability = {made.share(0.8, 0.99)}"] if made.chance(0.6) else []
    target += ["loss_per_wrong_answer = 7"] if made.chance(0.4) else []
    target += ["seconds = 40"] if made.chance(0.3) else []
    if target:
        made.add("[target]", *target)
    if "chat" in made.roles and made.chance(0.5):
        offers = made.random.sample(CHAT, 2)
        for offer in offers:
            more = f"output_factor = {made.share(0.6, 1.5)}"
            made.add(
                "[[candidates.chat]]", f'offer = "{offer}"', f"success = {made.share(0.8, 1)}", more
            )
    made.add(
        "[strategy.gpus]",
        "tokens_per_second = 900",
        *(["success = 0.9"] if made.chance(0.5) else []),
    )


def _stacks(made: Draw) -> None:
    for name in ("a", "b", "c")[: made.whole(1, 3)]:
        rows = []
        for role in dict.fromkeys(made.roles):
            if role.startswith("t"):
                offer = "plans" if made.chance(0.2) else f"watch/{made.pick(TOOLS)}"
                rows += [f'{role} = "{offer}"']
            elif role == "observability":
                rows += [f'{role} = "{made.pick(("langfuse/core", "langsmith/plus"))}"']
            elif role == "runtime":
                rows += [f'{role} = "{made.pick(("aws/fargate", "google/agent-engine"))}"']
            elif made.chance(0.4):
                own = f"success = {made.share(0.8, 0.99)}, input_factor = {made.share(0.8, 1.3)}"
                rows += [f'{role} = {{ offer = "{made.pick(CHAT)}", {own} }}']
            else:
                rows += [f'{role} = "{made.pick(CHAT)}"']
        if made.chance(0.5):
            platform = made.pick(("aws/step-functions-standard", "langgraph/open-source"))
            rows += [f'orchestration = "{platform}"']
        if made.chance(0.2):
            rows = ["free_tiers = false", *rows]
        made.add(f"[stack.{name}]", *rows)


def _terms(made: Draw) -> None:
    if made.chance(0.4):
        bands = "[{ up_to = 50, percent = 5 }, { up_to = 400, percent = 10 }, { percent = 20 }]"
        mode = made.pick(("graduated", "volume"))
        made.add(
            "[[discount]]",
            f'offers = "{made.pick(("watch/*", "anthropic/*"))}"',
            f"bands = {bands}",
            f'mode = "{mode}"',
        )
    if made.chance(0.4):
        vendor = made.pick(("openai", "anthropic", "watch"))
        stack = ['stacks = ["a"]'] if made.chance(0.5) else []
        made.add(
            "[[commitment]]",
            'name = "agreement"',
            f'offers = "{vendor}/*"',
            "since = 2026-01-01",
            "until = 2028-12-31",
            f"monthly = {made.whole(20, 300)}",
            "percent = 8",
            "overage_percent = 3",
            *stack,
        )
