"""Recompute nine claims that are made about the cost of LLM applications; write docs/claims.md.

    python examples/claims/make_claims.py        (or: make claims)

Every number of the page is an input of a workload file beside this script, a number of the claim
itself (constants below), or computed here from them and the shipped catalogue on ``AS_OF``. A
sentence that a changed price would make false is guarded by ``fits``: the script then stops, and
the sentence is to be written anew. A user's own prices are left out, so that everybody gets the
same page.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time
from decimal import ROUND_FLOOR, Decimal
from pathlib import Path

from costplan.catalog.curves import LatencyTarget, Shape
from costplan.catalog.lookup import Catalog
from costplan.catalog.model import Model
from costplan.catalog.offer import Offer
from costplan.catalog.throughput import NotMeasured, Throughput
from costplan.catalog.vocabulary import VOCABULARY
from costplan.document.bill import Bill
from costplan.document.estimate import Estimate, amounts
from costplan.document.line import LineItem
from costplan.outcomes.votes import incomplete_beta
from costplan.plan.bill.estimate import estimate
from costplan.plan.bill.price import price
from costplan.quantity import ZERO, grouped, rounded
from costplan.store.files.shelves import SlicedFolder, built_in_folder
from costplan.store.files.throughput import open_throughput
from costplan.store.files.workloads import open_workload
from costplan.workload.model import Workload
from costplan.workload.solving import solve

AS_OF = date(2026, 11, 22)
FOLDER = Path(__file__).resolve().parent
ROOT = FOLDER.parent.parent
PAGE = ROOT / "docs" / "claims.md"

# The numbers that the claims themselves name.
CHAIN = (Decimal("0.83"), Decimal("0.81"))  # six steps are this, a seventh takes it under that
TOKENS = (Decimal(50), Decimal(150))  # USD a month
CALLS_OF_A_PIPELINE = 6
RATES = (Decimal(3), Decimal(15))  # USD per million tokens in and out
PINECONE = (Decimal(70), Decimal(100))
SEAT = Decimal(39)
AGENT = (Decimal(200), Decimal(500))
BRUTE = Decimal(5_000)
THRESHOLD = 0.8
GOAL = 0.99
IN_2024 = Decimal(3_000)
IN_2026 = (Decimal(1_200), Decimal(1_500))
FIRST_DAY = date(2024, 6, 1)  # a day of 2024 on which the catalogue has a price

VOLUMES = (Decimal(10_000), Decimal(100_000), Decimal(1_000_000))  # queries, traces
SIZES = tuple((millions, length) for millions in (1, 3, 5) for length in (768, 1_536))
TENANTS = 100
LONG_PROMPT = 100  # tokens out for the claim's prompt: ten in for one out
PEOPLE = (1.0, 0.98)  # how often a person is right
SPREADS = (0.1, 0.3, 0.5, 0.7, 0.9)
RUN = ("openai/gpt-oss-120b", "h100-sxm", 1_024, 33, 5_000)  # tokens each way, ms a token, to first
MILLION = Decimal(1_000_000)
STALE = 180  # days, as costplan counts them where a workload says nothing else
HOURS = Decimal(730)  # of a month, as the catalogue counts them
CATALOG = Catalog([SlicedFolder("built-in", built_in_folder())])


# -- asking costplan -----------------------------------------------------------------------------


def workload(name: str, *changes: str) -> Workload:
    """A workload file beside this script, changed as by ``--set``."""
    opened = open_workload(str(ROOT / path(name)), changes)
    if opened.workload is None or opened.problems:
        raise SystemExit(f"{name}.toml: {opened.problems}")
    return opened.workload


def month(name: str, *changes: str, as_of: date = AS_OF) -> dict[str, Estimate]:
    """Every stack's month, by the stack's name."""
    made = estimate(workload(name, *changes), CATALOG, as_of)
    return {one.stack: one for one in made.estimates}


def bill(offer: str, **quantities: int) -> Bill:
    """The bill of one offer on the as-of day."""
    given = {name: Decimal(value) for name, value in quantities.items()}
    return price(CATALOG, offer, given, datetime.combine(AS_OF, time(), UTC))


def charge(lines: Iterable[LineItem], *names: str) -> Decimal:
    """What the named charges cost together."""
    return amounts(line for line in lines if line.price.charge in names)


def fits(condition: bool, sentence: str) -> None:
    """Stop where what this script says is no longer so."""
    if not condition:
        raise SystemExit(f"no longer so: {sentence}. Write this part of the script anew.")


# -- words ---------------------------------------------------------------------------------------


def usd(amount: Decimal) -> str:
    return grouped(amount, 2)


def whole(number: Decimal | float) -> str:
    return grouped(Decimal(number), 0)


def about(number: Decimal) -> str:
    """To the nearest thousand."""
    return grouped(number.quantize(Decimal("1E3")), 0) if number >= 10_000 else whole(number)


def percent(share: Decimal | float, places: int = 1) -> str:
    return f"{grouped(Decimal(share) * 100, places)} %"


def plain(number: Decimal | float, places: int) -> str:
    return grouped(Decimal(number), places)


def short(share: Decimal | float) -> str:
    """A share as a claim writes it: 83 %, 97 %."""
    return f"{rounded(Decimal(str(share)) * 100)} %"


def span(edges: tuple[Decimal, Decimal], places: int = 0) -> str:
    return f"{grouped(edges[0], places)} to {grouped(edges[1], places)}"


def table(head: Sequence[str], rows: Iterable[Sequence[str]], left: int = 1) -> str:
    """A Markdown table; all columns but the first ``left`` ones are numbers."""
    rule = ["---" if at < left else "---:" for at in range(len(head))]
    return "\n".join("| " + " | ".join(row) + " |" for row in (head, rule, *rows))


def prices(lines: Iterable[LineItem]) -> str:
    """The prices that lines rest on, each once, with source and dates; one row an origin."""
    rows: dict[tuple[str, ...], dict[str, None]] = {}
    for line in lines:
        one = line.price
        if one.confidence == "stated" or line.label == "monthly_minimum":
            continue
        per = f"{grouped(one.per)} {one.unit}{'s' if one.per != 1 else ''}"
        checked = f"{one.checked}{' (stale)' if (AS_OF - one.checked).days > STALE else ''}"
        key = (f"`{one.offer}`", per, str(one.since), checked, one.confidence, one.source)
        cost = "unknown" if one.price is None else grouped(one.price)
        rows.setdefault(key, {})[f"{line.label} {cost}"] = None
    head = ("offer", "USD", "for", "since", "checked", "confidence", "source")
    shown = ((key[0], ", ".join(costs), *key[1:]) for key, costs in rows.items())
    return table(head, shown, left=len(head))


# -- a claim -------------------------------------------------------------------------------------


@dataclass
class Claim:
    """One claim and what became of it. ``verdict`` opens as the page's introduction lists them."""

    number: int
    says: str
    verdict: str
    sentence: str
    inputs: str
    arithmetic: str
    result: str
    commands: list[str] = field(default_factory=list)
    lines: list[LineItem] = field(default_factory=list)

    def section(self) -> str:
        parts = [
            f"## {self.number}. {self.says}",
            f"**Verdict: {self.verdict}.** {self.sentence}",
            f"**Inputs.** {self.inputs}",
            f"**Arithmetic.** {self.arithmetic}",
            f"**Result.** {self.result}",
        ]
        if self.lines:
            parts += ["Prices used:", prices(self.lines)]
        if self.commands:
            run = "\n".join(self.commands)
            parts += [f"To see it yourself:\n\n```sh\n{run}\n```"]
        return "\n\n".join(parts)


def path(name: str) -> str:
    """A workload's file: beside this script, or one of the examples."""
    own = f"examples/claims/{name}.toml"
    return own if (ROOT / own).exists() else f"examples/{name}/costplan.toml"


def link(name: str) -> str:
    return f"[{path(name)}](../{path(name)})"


def command(name: str, *changes: str, stack: str = "", as_of: date = AS_OF) -> str:
    options = "".join(f" --set {one}" for one in changes) + (f" --stack {stack}" if stack else "")
    return f"costplan estimate {path(name)}{options} --as-of {as_of}"


def chain() -> Claim:
    """Claim 1."""
    name = "01-six-steps"
    six = workload(name)
    last = six.step[-1]
    rate, steps = last.success, len(six.step)
    fits(rate is not None and {step.success for step in six.step} == {rate}, "one rate a step")
    assert rate is not None
    seven = replace(six, step=(*six.step, replace(last, name="seventh")))
    found = [solve(one).outcomes for one in (six, seven)]
    assert found[0] is not None
    assert found[1] is not None
    at_six, at_seven = found[0].trusted, found[1].trusted
    fits(round(at_six, 2) == float(CHAIN[0]) and at_seven < float(CHAIN[1]), "claim 1 holds")
    fits(abs(at_six - float(rate) ** steps) < 1e-12, "the chain multiplies")
    needed = GOAL ** (1 / steps)
    requests = six.traffic.requests_per_month
    return Claim(
        number=1,
        says=f"{steps} steps at {short(rate)} are {short(CHAIN[0])}, and one more takes it "
        f"under {short(CHAIN[1])}",
        verdict="holds",
        sentence=f"{steps} steps are right {percent(at_six, 2)} of the time and {steps + 1} steps "
        f"{percent(at_seven, 2)}, where steps fail independently and nothing checks them.",
        inputs=f"{link(name)}: {steps} steps, each right {short(rate)} of the time if what it was "
        f"given is right; a wrong step is never put right by a later one.",
        arithmetic=f"{rate}^{steps} = {plain(at_six, 6)}; {rate}^{steps + 1} = "
        f"{plain(at_seven, 6)}. The same comes out of costplan's chain of states.",
        result=f"Of {whole(requests)} requests a month {whole((1 - at_six) * float(requests))} are "
        f"answered wrongly, and nobody is told. For {short(GOAL)} without any check each of the "
        f"{steps} steps would have to be right {percent(needed, 2)} of the time: "
        f"{plain((1 - float(rate)) / (1 - needed), 0)} times fewer errors a step. A faster or a "
        "larger machine is nowhere in this product.",
        commands=[command(name)],
    )


def token_bill() -> Claim:
    """Claim 2."""
    name = "02-token-bill"
    six_calls = f"step.answer.calls={CALLS_OF_A_PIPELINE}"
    one, six = month(name), month(name, six_calls)
    step = workload(name).step[0]
    taken_in, given_out = step.input_tokens or ZERO, step.output_tokens
    requests = one["claim"].requests
    lines = one["claim"].lines
    rates = tuple(line.price.price for line in lines)
    fits(rates == RATES, "the model of the claim has the prices of the claim")
    bills = one["claim"].total_monthly, six["claim"].total_monthly
    fits(TOKENS[0] <= bills[0] <= TOKENS[1] < bills[1], "one call is in the range, six are not")
    outputs = [(edge / requests * MILLION - taken_in * RATES[0]) / RATES[1] for edge in TOKENS]
    calls = TOKENS[1] / bills[0]
    return Claim(
        number=2,
        says=f"{whole(requests)} queries a month cost {span(TOKENS)} USD in tokens at "
        f"{RATES[0]} and {RATES[1]} USD per million",
        verdict="holds if a query is one call of about this size",
        sentence=f"One call of {whole(taken_in)} tokens in and {whole(given_out)} out comes to "
        f"{usd(bills[0])} USD a month; a pipeline of {CALLS_OF_A_PIPELINE} such calls to "
        f"{usd(bills[1])}, for which the claim does not hold.",
        inputs=f"{link(name)}: {whole(requests)} queries, {whole(taken_in)} tokens in and "
        f"{whole(given_out)} out a call (assumed: the claim gives none), nothing cached, no retry.",
        arithmetic=f"{whole(requests)} x ({whole(taken_in)} x {RATES[0]} + {whole(given_out)} x "
        f"{RATES[1]}) / {whole(MILLION)} = {usd(bills[0])}. Times {CALLS_OF_A_PIPELINE} calls = "
        f"{usd(bills[1])}.",
        result=f"With {whole(taken_in)} tokens in, one call stays in the range from "
        f"{whole(outputs[0])} to {whole(outputs[1])} tokens out. The range has room for "
        f"{plain(calls, 1)} calls of this size a query: an agent that thinks, retrieves and checks "
        f"in {CALLS_OF_A_PIPELINE} calls leaves it. The claim's prices are those of "
        f"`{lines[0].price.offer}`; at `{one['today'].lines[0].price.offer}`, its successor, the "
        f"figures are {usd(one['today'].total_monthly)} and {usd(six['today'].total_monthly)}.",
        commands=[command(name), command(name, six_calls)],
        lines=[*lines, *one["today"].lines],
    )


def pinecone() -> Claim:
    """Claim 3."""
    name = "03-pinecone"
    file = workload(name)
    index = file.index["knowledge"]
    rows, windows, loads, low = [], [], [], []
    lines: list[LineItem] = []
    for millions, dimensions in SIZES:
        vectors = f"{millions * MILLION:f}"
        size = (f"index.knowledge.vectors={vectors}", f"index.knowledge.dimensions={dimensions}")
        at = [month(name, *size, _requests(one)) for one in VOLUMES]
        quiet, busy = at[0]["standard"], at[-1]["standard"]
        storage = charge(busy.lines, "storage")
        each = charge(busy.lines, "read_units") / VOLUMES[-1]
        window = ((PINECONE[0] - storage) / each, (PINECONE[1] - storage) / each)
        for edge, queries in zip(PINECONE, window, strict=True):
            cost = month(name, *size, _requests(queries))["standard"].total_monthly
            fits(abs(cost - edge) < Decimal("0.01"), "the window's edges cost what they should")
        load = month(name, *size, f"index.knowledge.upserts_per_month={vectors}")["standard"]
        cheapest = at[0]["cheapest"]
        lines += [*busy.lines, *load.lines, *cheapest.lines]
        windows.append(window)
        loads.append(load.total_monthly)
        low.append(quiet.total_monthly)
        rows.append(
            (
                f"{millions} M x {whole(dimensions)}",
                plain(_quantity(busy, "storage"), 1),
                *(usd(one["standard"].total_monthly) for one in at),
                f"{about(window[0])} to {about(window[1])}",
                usd(load.total_monthly),
                f"{usd(cheapest.total_monthly)} (`{cheapest.lines[0].price.offer}`)",
            )
        )
    tenants = month(name, f"index.knowledge.namespaces={TENANTS}", _requests(VOLUMES[-1]))
    alone = month(name, _requests(VOLUMES[-1]))
    fits(tenants["standard"].total_monthly == low[0], "tenants of their own bring the floor back")
    batch = VOCABULARY["upsert_batch"].default
    fits(len(set(low)) == 1 and low[0] < PINECONE[0], "few queries cost the floor, every size")
    inside = [row[0] for row, cost in zip(rows, loads, strict=True) if _inside(cost, PINECONE)]
    narrow, wide = windows[-1], windows[0]
    head = (
        "vectors x dimensions",
        "GB",
        *(f"{whole(one)} queries" for one in VOLUMES),
        f"queries for {span(PINECONE)} USD",
        f"month of loading, {whole(VOLUMES[0])} queries",
        f"cheapest plan, {whole(VOLUMES[0])} queries",
    )
    return Claim(
        number=3,
        says=f"A few million vectors cost {span(PINECONE)} USD a month on Pinecone",
        verdict="holds if the index is queried hundreds of thousands of times a month",
        sentence=f"At {whole(VOLUMES[0])} queries a month every size from {rows[0][0]} to "
        f"{rows[-1][0]} costs the floor of {usd(low[0])}; the range is reached between "
        f"{about(narrow[0])} and {about(narrow[1])} queries at the largest size, between "
        f"{about(wide[0])} and {about(wide[1])} at the smallest.",
        inputs=f"{link(name)}: Pinecone serverless, Standard plan; float vectors with "
        f"{index.metadata_bytes} bytes of metadata (assumed), all in {index.namespaces} namespace. "
        "The number of queries is what the claim leaves out.",
        arithmetic="GB = vectors x (4 x dimensions + metadata) / 10^9. A query reads one unit for "
        "each GB of its namespace, at least a quarter. Bill = the larger of the plan's minimum and "
        "storage + read units + write units. The window is the range less storage, over the price "
        "of one query.",
        result=f"USD a month on `pinecone/standard` in us-east-1, and on the cheapest plan that "
        f"serves it:\n\n{table(head, rows)}\n\n"
        "Reads decide, not vectors. The month in which all vectors are written (in batches of "
        f"{batch}) costs {span((min(loads), max(loads)))} USD; it falls in the range for "
        f"{' and '.join(inside)}. In {TENANTS} namespaces, one a tenant, a query reads its "
        f"tenant's part alone: {whole(VOLUMES[-1])} queries on the file's {whole(index.vectors)} "
        f"vectors cost {usd(tenants['standard'].total_monthly)} in place of "
        f"{usd(alone['standard'].total_monthly)}.",
        commands=[
            command(name),
            command(name, "index.knowledge.dimensions=768", "traffic.requests_per_month=100_000"),
        ],
        lines=lines,
    )


def _requests(number: Decimal) -> str:
    return f"traffic.requests_per_month={number:.0f}"


def _quantity(one: Estimate, name: str) -> Decimal:
    return sum((line.quantity for line in one.lines if line.price.charge == name), ZERO)


def _inside(amount: Decimal, edges: tuple[Decimal, Decimal]) -> bool:
    return edges[0] <= amount <= edges[1]


def langsmith() -> Claim:
    """Claim 4."""
    name = "04-langsmith"
    file = workload(name)
    assert file.observability is not None
    seats = file.observability.seats
    kept_all = "observability.extended_retention_share=1"
    rows = []
    volumes = VOLUMES
    busy: dict[str, Estimate] = {}
    kept: dict[str, Estimate] = {}
    middle: dict[str, Estimate] = {}
    for traces in volumes:
        there = _requests(traces)
        busy, kept = month(name, there), month(name, there, kept_all)
        middle = busy if traces == volumes[1] else middle
        page, docs = busy["pricing-page"], busy["documentation"]
        rows.append(
            (
                whole(traces),
                usd(page.total_monthly),
                usd(docs.total_monthly),
                usd(page.total_monthly - docs.total_monthly),
                usd(kept["pricing-page"].total_monthly),
                usd(kept["documentation"].total_monthly),
            )
        )
    page, docs = busy["pricing-page"], busy["documentation"]
    per_seat = {charge(one.lines, "seats") / seats for one in (page, docs)}
    fits(per_seat == {SEAT}, "a seat costs what the claim says")
    included = page.lines[1].used or ZERO
    included -= page.lines[1].quantity
    rates = [one.lines[1].price.price or ZERO for one in (page, docs)]
    even = [included + SEAT / rate * page.lines[1].price.per for rate in rates]
    free = bill("langsmith/developer", seats=1, traces=5_000)
    fits(free.total == 0, "one person traces for nothing")
    sums = [
        sum((line.price.price or ZERO for line in one.lines[1:]), ZERO) for one in kept.values()
    ]
    fits(sums[0] == sums[1] and rates[0] > rates[1], "the sources agree on traces kept longer only")
    head = (
        "traces a month",
        f"pricing page, {usd(rates[0])}",
        f"documentation, {usd(rates[1])}",
        "difference",
        "all kept longer, pricing page",
        "all kept longer, documentation",
    )
    return Claim(
        number=4,
        says=f"LangSmith costs {SEAT} USD a seat",
        verdict="holds",
        sentence=f"A Plus seat is {usd(SEAT)}, but traces come on top: at {whole(volumes[1])} a "
        f"month {whole(seats)} seats cost "
        f"{usd(middle['pricing-page'].total_monthly)} by the pricing page and "
        f"{usd(middle['documentation'].total_monthly)} by the documentation, which disagree.",
        inputs=f"{link(name)}: {whole(seats)} seats (assumed), each request one trace.",
        arithmetic=f"{whole(seats)} x {SEAT} = {usd(seats * SEAT)}, and beyond "
        f"{whole(included)} traces a month {usd(rates[0])} (pricing page) or {usd(rates[1])} "
        f"(documentation) for each {whole(page.lines[1].price.per)}.",
        result=f"USD a month for {whole(seats)} seats:\n\n{table(head, rows)}\n\n"
        f"The two sources conflict by a factor of {rounded(rates[0] / rates[1])} on a plain trace, "
        f"and agree on the sum for one that is kept longer ({usd(sums[0])}); neither is shown as "
        "settled. Beyond the "
        f"included ones, traces cost as much as a seat at {whole(even[0])} a month by the pricing "
        f"page, {whole(even[1])} by the documentation. One person with "
        f"{whole(free.line_items[0].used or ZERO)} traces pays nothing (Developer plan). Both "
        "prices of a seat and of traces are dated captures, not the vendor's page of today.",
        commands=[command(name), command(name, _requests(volumes[1]))],
        lines=[line for one in kept.values() for line in one.lines],
    )


def agent() -> Claim:
    """Claim 5."""
    name = "05-agent"
    made = month(name)
    file = workload(name)
    assert file.human is not None
    people = {one.by_purpose["people"] for one in made.values()}
    fits(len(people) == 1, "people cost the same in every stack")
    staff = people.pop()
    rest = {key: one.total_monthly - staff for key, one in made.items()}
    machine = bill("aws/p5.4xlarge", hours=int(HOURS))
    other = bill("lambda/gpu-1x-h100-sxm", hours=int(HOURS))
    fits(other.total < machine.total, "the same chip is cheaper elsewhere")
    hourly = machine.line_items[0].price.price or ZERO
    fits(machine.total == hourly * HOURS, "one machine, all month")
    fits(_inside(rest["bought"], AGENT) and rest["lean"] < AGENT[0], "machinery fits in the range")
    fits(min(rest.values()) + staff > AGENT[1], "with people every stack is over the range")
    bought = made["bought"]
    happens = bought.reliability
    assert happens is not None
    cases = happens.escalated * bought.requests
    chat = {
        key: amounts(line for line in made[key].lines if line.role == "chat")
        for key in ("bought", "lean")
    }
    even = {key: machine.total * made[key].requests / cost for key, cost in chat.items()}
    gpu = made["own-gpu"]
    idle = amounts(
        line for line in gpu.lines if line.component == "compute" and line.purpose == "idle"
    )
    answers = sum(
        line.quantity for line in bought.lines if line.role == "chat" and line.label == "output"
    )
    seconds = _stated_speed(file) * HOURS * 3600
    used = answers * even["bought"] / bought.requests / seconds
    fits(used < 1, "one machine carries the volume at which it pays")
    room = (AGENT[1] - rest["bought"]) / file.human.cost_per_case
    parts = ("tokens", "vector-db", "observability", "orchestration", "runtime", "compute")
    rows = []
    for key, one in made.items():
        sums = {part.name: part.total for part in one.components}
        shown = (usd(sums[part]) if part in sums else "-" for part in parts)
        rows.append((key, *shown, usd(rest[key]), usd(staff), usd(one.total_monthly)))
    head = ("stack", *parts, "without people", "people", "all-in")
    return Claim(
        number=5,
        says=f"An agent runs all-in for {span(AGENT)} USD a month against {whole(BRUTE)} USD of "
        "over-provisioned compute",
        verdict="holds if people are left out",
        sentence=f"Without people this agent costs {usd(rest['bought'])} (bought in pieces; "
        f"{usd(rest['lean'])} lean), with them {usd(bought.total_monthly)}; one H100 that is "
        f"always on is {usd(machine.total)} at list.",
        inputs=f"{link(name)}: {whole(bought.requests)} requests; retrieval over "
        f"{whole(file.index['knowledge'].vectors)} vectors, a model call, a validator that sends "
        f"what it rejects twice to a person; {usd(file.human.cost_per_case)} a case, "
        f"{usd(file.fixed[0].monthly or ZERO)} of on-call time. All success rates are assumed, and "
        "the same for every model. List prices, no discount, `own-gpu` at "
        f"{whole(_stated_speed(file))} tokens a second (stated).",
        arithmetic=f"One H100: {hourly} x {HOURS} h = {usd(machine.total)} at AWS (checked on "
        f"{machine.line_items[0].price.checked}), {usd(other.total)} at Lambda. People: "
        f"{plain(cases, 1)} cases x {usd(file.human.cost_per_case)} + "
        f"{usd(file.fixed[0].monthly or ZERO)} = {usd(staff)}. The rest is the bill of each stack:",
        result=f"USD a month:\n\n{table(head, rows)}\n\n"
        f'Machinery alone fits the claim, or costs less. "All-in" does not: '
        f"{percent(staff / bought.total_monthly, 0)} of the bought stack's bill is people, and "
        f"{percent(AGENT[1] / bought.total_monthly, 0)} of it is all that the claim's upper end "
        f"would pay for. Without on-call time that end has room for {_floor(room)} cases a month "
        f"beside the machinery; this agent has {whole(cases)}. With people "
        f"{percent(happens.trusted, 2)} of the answers are right; without, "
        f"{percent(happens.delivered_right, 2)}, and {percent(happens.escalated)} of the "
        "requests end without an answer.\n\n"
        f"The {whole(BRUTE)} USD are real at AWS's list: the machine is up all month, {usd(idle)} "
        f"of its {usd(machine.total)} are idle at this volume. But it replaces tokens for "
        f"{usd(chat['bought'])} only (`lean`: {usd(chat['lean'])}); the rest of the bill stays. It "
        f"pays from {about(even['bought'])} requests a month against `bought`, from "
        f"{about(even['lean'])} against `lean` ({percent(used, 0)} and "
        f"{percent(used * even['lean'] / even['bought'], 0)} of it in use on average), if its open "
        "model is as often right, which the claim does not show.",
        commands=[command(name)],
        lines=[*(line for one in made.values() for line in one.lines), *other.line_items],
    )


def _stated_speed(file: Workload) -> Decimal:
    binding = file.stack["own-gpu"].binding("chat")
    assert binding is not None
    return binding.tokens_per_second or ZERO


def _floor(number: Decimal) -> str:
    return grouped(number.to_integral_value(ROUND_FLOOR))


def escalation() -> Claim:
    """Claim 6."""
    name = "06-escalation"
    file = workload(name)
    assert file.human is not None
    assert file.target is not None
    steps = [step for step in file.step if not step.judges]
    check = file.step[-1]
    chained = solve(replace(file, step=tuple(steps))).outcomes
    assert chained is not None
    p = chained.trusted
    fits(round(p, 2) == float(CHAIN[0]), "the pipeline starts where claim 1 ends")
    fee, loss = file.human.cost_per_case, file.target.loss_per_wrong_answer or ZERO
    needed = (GOAL - p) / (1 - p)
    given = float(check.false_positive_rate or 0)
    rows, at = [], {}
    for right in PEOPLE:
        for alarm in (0.0, given / 2, given):
            found = _checked(name, p, right, alarm)
            at[right, alarm] = found
            rows.append(
                (
                    short(right),
                    short(alarm),
                    plain(found.sensitivity, 6),
                    percent(found.escalated),
                    whole(found.tickets),
                    usd(found.tickets * fee),
                )
            )
    perfect = at[1.0, 0.0], at[1.0, given]
    fits(abs(perfect[0].sensitivity - needed) < 1e-9, "s* does not depend on false alarms")
    stated = month(name)["claim"]
    assert stated.reliability is not None
    fits(float(stated.reliability.trusted) < GOAL, "the stated sensitivity just misses the goal")
    head = (
        "people are right",
        "false alarms",
        "sensitivity needed",
        "escalated",
        "tickets a month",
        f"USD at {usd(fee)}",
    )
    losses = (loss / 4, loss / 2, loss, loss * 2, loss * 5)
    best = [
        (usd(one), *(plain(Decimal(str(right)) - fee / one, 2) for right in PEOPLE))
        for one in losses
    ]
    fits(
        1 - fee / loss == Decimal(str(THRESHOLD)),
        "the claim's threshold is best at the stated loss",
    )
    spread_rows, reached = _thresholds(p)
    fits(not all(reached) and any(reached), "the threshold reaches the goal at some spreads only")
    bill_rest = stated.total_monthly - stated.by_purpose["people"]
    return Claim(
        number=6,
        says=f"A confidence threshold of {THRESHOLD} with escalation takes {short(CHAIN[0])} to "
        f"{short(GOAL)}",
        verdict=f"holds if what falls below the threshold holds {percent(needed)} of all wrong "
        "answers and people never err",
        sentence=f"It then costs {whole(perfect[0].tickets)} tickets a month with no false alarm, "
        f"{whole(perfect[1].tickets)} at {short(given)} false alarms: "
        f"{usd(perfect[0].tickets * fee)} to {usd(perfect[1].tickets * fee)} USD beside a token "
        f"bill of {usd(bill_rest)}.",
        inputs=f"{link(name)}: the {len(steps)} steps of claim 1, p = {plain(p, 6)}; a check that "
        f"sends what it rejects to a person at once; {whole(stated.requests)} requests; "
        f"{usd(fee)} a ticket; {usd(loss)} lost by a wrong answer (assumed).",
        arithmetic="With sensitivity s, false alarms f and people right with h: "
        "R = p (1 - f) + h (p f + (1 - p) s). At h = 1 false alarms cost tickets, not answers, and "
        f"s* = (R* - p) / (1 - p) = ({GOAL} - {plain(p, 6)}) / {plain(1 - p, 6)} = "
        f"{plain(needed, 6)}. Tickets = requests x (p f + (1 - p) s). Each row below was also "
        "solved as costplan's chain of states, with the same result.",
        result=f"What {short(GOAL)} takes:\n\n{table(head, rows, left=0)}\n\n"
        f"A sensitivity of {check.sensitivity}, rounded, gives "
        f"{percent(stated.reliability.trusted, 3)}: the goal is just missed.\n\n"
        f"**A threshold is not a sensitivity.** What {THRESHOLD} catches depends on how confidence "
        "is spread. Suppose it is calibrated and follows a beta distribution with mean p; its "
        "spread runs from 0 (every answer equally sure) to 1 (sure and right, or sure and wrong):"
        f"\n\n{spread_rows}\n\n"
        f"The threshold reaches {short(GOAL)} only where the confidence already tells right "
        "from wrong sharply.\n\n"
        "**Which threshold is best.** Escalating an answer of confidence c costs H + (1 - h) L, "
        "delivering it (1 - c) L: escalate below tau = h - H / L. "
        f"At {usd(fee)} a ticket:\n\n"
        + table(
            ("loss of a wrong answer", *(f"tau at h = {right:g}" for right in PEOPLE)), best, left=0
        )
        + f"\n\n{THRESHOLD} is the best threshold only when a ticket costs {plain(fee / loss, 1)} "
        "of what a wrong answer loses (people who never err). The threshold that is cheapest and "
        f"the one that reaches {short(GOAL)} are two questions.",
        commands=[command(name), command(name, f"step.check.sensitivity={needed:.6f}")],
        lines=[line for line in stated.lines if line.component == "tokens"],
    )


@dataclass
class Checked:
    """A check that reaches the goal: what it must catch, and what it sends to people."""

    sensitivity: float
    escalated: float
    tickets: Decimal


def _checked(name: str, p: float, right: float, alarm: float) -> Checked:
    """The sensitivity that the goal needs, solved for in the formula, proved in the chain."""
    needed = ((GOAL - p * (1 - alarm)) / right - p * alarm) / (1 - p)
    changed = workload(
        name,
        f"step.check.sensitivity={needed:.12f}",
        f"step.check.false_positive_rate={alarm}",
        f"human.success={right}",
    )
    found = solve(changed).outcomes
    assert found is not None
    fits(abs(found.trusted - GOAL) < 1e-9, "the needed sensitivity reaches the goal")
    fits(abs(found.escalated - p * alarm - (1 - p) * needed) < 1e-9, "cases as in the formula")
    requests = changed.traffic.requests_per_month
    return Checked(needed, found.escalated, Decimal(found.escalated) * requests)


def _thresholds(p: float) -> tuple[str, list[bool]]:
    """What a threshold catches when calibrated confidence is Beta(a, b) with mean p.

    Below t lie I_t(a, b) of all answers, I_t(a, b + 1) of the wrong ones; spread = 1 / (a + b + 1).
    """
    rows, reached = [], []
    for spread in SPREADS:
        a, b = p * (1 / spread - 1), (1 - p) * (1 / spread - 1)
        caught = incomplete_beta(a, b + 1, THRESHOLD)
        trusted = p + (1 - p) * caught
        low, high = 0.0, 1.0
        for _ in range(60):
            tau = (low + high) / 2
            enough = p + (1 - p) * incomplete_beta(a, b + 1, tau) >= GOAL
            low, high = (low, tau) if enough else (tau, high)
        reached.append(trusted >= GOAL)
        rows.append(
            (
                str(spread),
                percent(incomplete_beta(a, b, THRESHOLD)),
                plain(caught, 3),
                percent(trusted),
                plain(high, 3),
                percent(incomplete_beta(a, b, high)),
            )
        )
    head = (
        "spread",
        f"escalated at {THRESHOLD}",
        "sensitivity",
        "right in the end",
        f"threshold for {short(GOAL)}",
        "escalated there",
    )
    return table(head, rows, left=0), reached


SAME_MODEL = (
    ("sonnet-anthropic", "sonnet-vertex", "sonnet-bedrock-global", "sonnet-bedrock-us"),
    ("gemini-google", "gemini-vertex"),
    ("llama-groq", "llama-bedrock"),
)
"""Stacks of claim 7 that run one model at several providers."""


def since_2024() -> Claim:
    """Claim 7."""
    name = "07-since-2024"
    file = workload(name)
    before = estimate(file, CATALOG, FIRST_DAY, ["y2024"]).estimates[0]
    then = before.total_monthly
    fits(then == IN_2024, "the workload costs what the claim says in 2024")
    step = file.step[0]
    long_prompt = f"step.answer.output_tokens={LONG_PROMPT}"
    ratio = rounded((step.input_tokens or ZERO) / LONG_PROMPT)
    now, other = month(name), month(name, long_prompt)
    priced_then = {
        entry.id
        for entry in map(CATALOG.get, CATALOG.ids())
        if isinstance(entry.item, Model) and entry.item.first_known.year == FIRST_DAY.year
    }
    dated = before.lines[0].price.offer
    fits(
        priced_then == {dated, dated.removesuffix("-2024-05-13")},
        "one model has a price of 2024, under its dated and its moving name",
    )
    base = other.pop("y2024").total_monthly
    old = now.pop("y2024")
    costs = {key: one.total_monthly for key, one in now.items()}
    scaled = {key: one.total_monthly * IN_2024 / base for key, one in other.items()}
    offers = {key: one.lines[0].price.offer for key, one in now.items()}
    in_range = [key for key, cost in costs.items() if _inside(cost, IN_2026)]
    in_other = [key for key, cost in scaled.items() if _inside(cost, IN_2026)]
    order = sorted(costs, key=lambda key: (costs[key], offers[key]))
    rows = [
        (
            f"`{offers[key]}`",
            _rates(now[key]),
            usd(costs[key]),
            f"{percent(costs[key] / IN_2024 - 1, 0)}",
            "yes" if key in in_range else "",
            usd(scaled[key]),
        )
        for key in order
    ]
    spreads = [
        (
            " and ".join(f"`{offers[key]}`" for key in keys),
            usd(min(costs[key] for key in keys)),
            usd(max(costs[key] for key in keys)),
            percent(max(costs[key] for key in keys) / min(costs[key] for key in keys) - 1),
        )
        for keys in SAME_MODEL
    ]
    widest = max(
        max(costs[key] for key in keys) / min(costs[key] for key in keys) - 1 for keys in SAME_MODEL
    )
    low, high = 1 - IN_2026[1] / IN_2024, 1 - IN_2026[0] / IN_2024
    fits(0 < len(in_range) < len(costs) / 2, "some models land in the range, most do not")
    fits(widest < low / 2, "the provider of one model decides little")
    cheap, dear = order[0], order[-1]
    announced = [change.text for one in now.values() for change in one.announced]
    note = CATALOG.get(old.lines[0].price.offer).item.note
    head = (
        "model",
        "USD per million in / out",
        "USD a month",
        f"against {whole(IN_2024)}",
        "in the range",
        f"the same at {ratio} : 1",
    )
    taken_in, given_out = whole(step.input_tokens or ZERO), whole(step.output_tokens)
    return Claim(
        number=7,
        says=f"{whole(IN_2024)} USD a month in 2024 is {span(IN_2026)} in 2026 by choice of "
        "provider",
        verdict="holds if the model is chosen for it; by the choice of provider alone it does not",
        sentence=f"The tokens that cost {usd(then)} on {FIRST_DAY} cost from {usd(costs[cheap])} "
        f"to {usd(costs[dear])} today, {len(in_range)} of {len(costs)} stacks within the range; "
        f"the same model at another provider moves the bill by at most {percent(widest)}, "
        f"where the claim needs {percent(low, 0)} to {percent(high, 0)}.",
        inputs=f"{link(name)}: {whole(before.requests)} requests of {taken_in} tokens in and "
        f"{given_out} out (assumed), which is what {usd(then)} bought on "
        f"{FIRST_DAY} at `{dated}`, the only model that the catalogue can price in 2024.",
        arithmetic=f"2024: {whole(before.requests)} x ({taken_in} x "
        f"{before.lines[0].price.price} + {given_out} x {before.lines[1].price.price}) / "
        f"{whole(MILLION)} = {usd(then)}. Today: the same tokens at each "
        "model's list price. The last column has "
        f"{ratio} tokens in for one out, again scaled to {whole(IN_2024)} in 2024.",
        result=f"By stack:\n\n{table(head, rows)}\n\n"
        f"The mix of tokens decides which: at {ratio} : 1, {len(in_other)} stacks are in the "
        f"range, {len(set(in_range) & set(in_other))} of them also at the mix of the file.\n\n"
        f"By provider, the model held fast:\n\n"
        f"{table(('one model', 'lowest', 'highest', 'spread'), spreads)}\n\n"
        f"The old model itself still lists at {usd(old.total_monthly)} (the catalogue notes: "
        f"{note}) Its vendor's `{offers['gpt-4o']}` of today is "
        f"{percent(1 - costs['gpt-4o'] / IN_2024, 0)} below it. "
        + (f"Announced: {'; '.join(announced)}. " if announced else "")
        + "\n\nWhat the catalogue cannot show: whether any of these models does the 2024 task as "
        "well; how many tokens another tokenizer makes of the same text; what other vendors asked "
        "in 2024, before the catalogue's first prices (that of 2024 rests on a page read on "
        f"{before.lines[0].price.checked}); what was negotiated; and the parts of a "
        f"{whole(IN_2024)} USD bill that are not tokens.",
        commands=[
            command(name, stack="y2024", as_of=FIRST_DAY),
            command(name),
            command(name, long_prompt),
        ],
        lines=[*before.lines, *(line for key in order for line in now[key].lines)],
    )


def _rates(one: Estimate) -> str:
    """Input and output rates; where the hour of the day decides, the lowest and the highest."""
    shown = []
    for kind in ("input", "output"):
        rates = {line.price.price or ZERO for line in one.lines if line.price.charge == kind}
        shown.append(" to ".join(grouped(rate) for rate in sorted(rates)))
    return " / ".join(shown)


def _million(
    offer: str, hourly: Decimal, throughput: Throughput, target: LatencyTarget, shape: Shape
) -> str:
    """What a million output tokens cost on a machine that a run of the model was measured on."""
    machine = CATALOG.get(offer).item
    assert isinstance(machine, Offer)
    if machine.hardware is None:
        raise SystemExit(f"{offer}: the catalogue does not say what it has")
    try:
        rate = throughput.rate(RUN[0], machine.hardware.accelerator, target, shape)
    except NotMeasured:
        return "undecidable: no measurement"
    each = rate.likely * machine.hardware.count * 3600
    return usd(hourly / each * MILLION)


def chips() -> Claim:
    """Claim 8."""
    throughput = open_throughput()
    measured_on = sorted(
        {chip for model in throughput.models() for chip in throughput.accelerators(model)}
    )
    fits(
        not any(chip.startswith(("tpu", "trn", "train", "inf")) for chip in measured_on),
        "no TPU, no Trainium and no Inferentia was measured",
    )
    fits(CATALOG.find("aws/trn2.48xlarge") is None, "the catalogue has no price of a Trainium2")
    google = [one for one in CATALOG.ids() if one.startswith("google/")]
    fits(not any("h100" in one for one in google), "the catalogue has no H100 of Google's")
    others = (
        *("google/tpu-v5e", "google/tpu-v6e", "google/tpu-v5p"),
        *("aws/trn1.2xlarge", "aws/inf2.xlarge"),
    )
    nvidia = ("aws/p5.4xlarge", "lambda/gpu-1x-h100-sxm")
    hourly = {one: bill(one, instances=1, hours=1) for one in (*others, *nvidia)}
    for one in (*nvidia, *others[-2:]):
        fits(any(note.startswith("1 x ") for note in hourly[one].notes), f"{one} is one chip")
    model, chip, tokens, tpot, ttft = RUN
    target = LatencyTarget(tpot_ms=Decimal(tpot), ttft_ms=Decimal(ttft))
    shape = Decimal(tokens)
    best = throughput.rate(model, chip, target, Shape(shape, shape))
    speed, run = best.likely, best.between[0]
    per_million = {one: hourly[one].total / (speed * 3600) * MILLION for one in nvidia}
    rows = []
    for one in others:
        cost = hourly[one].total
        ratios = [cost / hourly[reference].total for reference in nvidia]
        rows.append(
            (
                f"`{one}`",
                grouped(hourly[one].line_items[0].price.price or ZERO),
                _million(one, cost, throughput, target, Shape(shape, shape)),
                *(cell for ratio in ratios for cell in (plain(ratio, 3), whole(speed * ratio))),
            )
        )
    head = (
        "chip",
        "USD an hour",
        "a million tokens",
        *(cell for one in nvidia for cell in (f"tokens/s over `{one}`", "tokens/s a chip")),
    )
    ratios = [hourly[one].total / hourly[reference].total for one in others for reference in nvidia]
    return Claim(
        number=8,
        says="Google's TPU and Amazon's Trainium price tokens lower than the same model on NVIDIA "
        "at list",
        verdict="cannot be decided from published measurements",
        sentence=f"A chip-hour costs {plain(min(ratios), 2)} to {plain(max(ratios), 2)} of an "
        "H100's, by chip and by whose H100; a token costs less if the chip makes more than that "
        "share of the H100's tokens a second, and no published run in the catalogue has one model "
        "on both sides.",
        inputs="List prices on demand by the chip-hour. Measured throughput in the catalogue is "
        f"for {', '.join(measured_on)}: none for a TPU, a Trainium or an "
        "Inferentia. The price of a Trainium2 "
        "is not in the catalogue, because public tables conflict; neither is a list price of "
        "Google's own H100, so its TPUs are set against AWS's and Lambda's.",
        arithmetic="Cost of a token = price of a chip-hour / tokens of a chip-hour. A chip is "
        "cheaper by the token when its tokens a second, over those of the H100, are above the "
        "ratio of their prices. For scale: "
        f"`{model}` on {chip} in {best.precision}, {run.curve.shape}, {target}, gives "
        f"{whole(speed)} output tokens a second and GPU ({best.how}), so at full load a million "
        "output tokens cost "
        + " and ".join(f"{usd(per_million[one])} on `{one}`" for one in nvidia)
        + ".",
        result=f"Break-even, as a share of the H100's tokens a second and in tokens a second of "
        f"one chip for that run:\n\n{table(head, rows)}\n\n"
        "What would decide it: the same weights, precision, prompt and answer lengths and latency "
        "target on both; tokens a second of the whole slice over all its chips, those too that it "
        "takes to hold the model; at the load of your own day, since an hour is paid whether or "
        "not tokens come. Put the two figures into `tokens_per_second` of two stacks, and "
        "`costplan estimate` gives the answer.",
        commands=[f"costplan price {one} instances=1 hours=1" for one in hourly],
        lines=[line for one in hourly.values() for line in one.line_items],
    )


def tuning() -> Claim:
    """Claim 9."""
    name = "tuning"
    file = workload(name)
    now = month(name)
    rag, tuned, both = (now[stack].total_monthly for stack in ("rag", "tuned", "both"))
    fits(tuned < rag < both, "in the file the tuned model is the cheaper, both the dearest")
    answer, train = file.step[1], next(one for one in file.job if one.training_tokens)
    asked, given = answer.input_tokens or ZERO, answer.output_tokens
    factor = file.stack["tuned"].binding("chat")
    assert factor is not None
    bare = asked * factor.input_factor
    rates = {
        stack: {
            line.price.charge: line.price.price or ZERO
            for line in now[stack].lines
            if line.role == "chat"
        }
        for stack in ("rag", "tuned")
    }
    # equal at: input x base + output x base = bare x tuned + output x tuned
    dearer = bare * rates["tuned"]["input"]
    dearer += given * (rates["tuned"]["output"] - rates["rag"]["output"])
    edge = dearer / rates["rag"]["input"]
    each = charge(now["tuned"].lines, "training_tokens")
    tests = amounts(line for line in now["tuned"].lines if line.role == "tested")
    runs = (rag - tuned) / (each + tests) + 1
    often = tuple(f"job.{at}.runs_per_month={runs}" for at in (1, 2))
    same = month(name, *often)
    fits(abs(same["tuned"].total_monthly - rag) < 1, "so many runs a month cost what is saved")
    fewer = _volume(name)
    known = _handbook(name, rag)
    hand = _told(known)
    return Claim(
        number=9,
        says="A fine-tuned model is cheaper than retrieval, because its prompts are shorter",
        verdict="holds if passages are long, questions many and what is known changes seldom",
        sentence=f"At {whole(file.traffic.requests_per_month)} questions a month and "
        f"{whole(asked - bare)} tokens of passages it costs {usd(tuned)} in place of {usd(rag)}; "
        f"not below {whole(fewer)} questions, nor where a prompt with passages is shorter than "
        f"{whole(edge)} tokens, nor where it is trained more than {plain(runs, 1)} times a month.",
        inputs=f"{link(name)}: one graph. `rag` looks passages up and sends {whole(asked)} tokens "
        f"to the base model; `tuned` sends {whole(bare)} to a model of its own, which is trained "
        f"on {whole(train.training_tokens)} tokens in {train.items} epochs and tested each month; "
        "`both` does both; `prompt` sends all that is to be known. Assumed: that each answers as "
        "well. Which does is a measurement of yours: put it as `success` into the stacks.",
        arithmetic=f"A tuned token costs {grouped(rates['tuned']['input'])} and "
        f"{grouped(rates['tuned']['output'])} per million, the base model's "
        f"{grouped(rates['rag']['input'])} and {grouped(rates['rag']['output'])}: the prompt with "
        f"passages must be longer than ({whole(bare)} x {grouped(rates['tuned']['input'])} + "
        f"{whole(given)} x ({grouped(rates['tuned']['output'])} - "
        f"{grouped(rates['rag']['output'])})) / {grouped(rates['rag']['input'])} = {whole(edge)} "
        f"tokens before a question costs less. Training: {whole(train.training_tokens)} x "
        f"{train.items} x {grouped(each / (train.training_tokens * train.items) * MILLION)} / "
        f"{whole(MILLION)} = {usd(each)}, each run's test {usd(tests)}.",
        result=f"USD a month:\n\n{_stacks(now)}\n\n"
        f"A tuned model that looks up as well costs {usd(both)}: tuned for form, not for facts, it "
        f"saves nothing on prompts and pays twice for every token. Without an index, all of a "
        f"handbook in every prompt: up to {about(known)} tokens of it, cached between questions, "
        f"cost less than `rag`. What this leaves out: answers that were right when the model was "
        "trained and are not now; who may read what, which an index can tell and a model cannot; "
        "and the work of whoever makes the training set.",
        commands=[
            command(name),
            command(name, *(f"job.{at}.runs_per_month=4" for at in (1, 2)), stack="tuned"),
            command(name, *hand, stack="prompt"),
        ],
        lines=[line for stack in ("rag", "tuned") for line in now[stack].lines],
    )


def _stacks(now: dict[str, Estimate]) -> str:
    rows = []
    for stack, one in now.items():
        model = amounts(line for line in one.lines if line.role == "chat")
        training = amounts(line for line in one.lines if line.role in ("trained", "tested"))
        rows.append(
            (
                f"`{stack}`",
                usd(model),
                usd(training),
                usd(one.total_monthly - model - training),
                usd(one.total_monthly),
            )
        )
    return table(("stack", "answers", "training and tests", "index", "together"), rows)


def _volume(name: str) -> Decimal:
    """Questions a month at which the tuned model and retrieval cost the same, by halving."""
    low, high = Decimal(1_000), workload(name).traffic.requests_per_month
    while high - low > 10:
        middle = (low + high) / 2
        there = month(name, _requests(middle))
        dear = there["tuned"].total_monthly > there["rag"].total_monthly
        low, high = (middle, high) if dear else (low, middle)
    return high


def _told(known: Decimal) -> tuple[str, str]:
    """So many tokens of knowledge in every prompt, behind 200 of instructions, with 500 to ask."""
    return (
        f"step.answer.input_tokens={known + 700:.0f}",
        f"step.answer.cacheable_tokens={known + 200:.0f}",
    )


def _handbook(name: str, most: Decimal) -> Decimal:
    """Tokens of a handbook that, in every prompt, cost as much as retrieval; by halving."""
    low, high = Decimal(1_000), Decimal(900_000)
    while high - low > 10:
        middle = (low + high) / 2
        cheap = month(name, *_told(middle))["prompt"].total_monthly < most
        low, high = (middle, high) if cheap else (low, middle)
    return low


CLAIMS = (chain, token_bill, pinecone, langsmith, agent, escalation, since_2024, chips, tuning)


def page() -> str:
    """The whole of docs/claims.md."""
    made = [claim() for claim in CLAIMS]
    summary = table(
        ("", "claim", "verdict", "in one sentence"),
        [(str(one.number), one.says, one.verdict, one.sentence) for one in made],
        left=4,
    )
    intro = (
        "# Claims, recomputed\n\n"
        "Nine statements that are often made about the cost and the reliability of LLM "
        "applications, each recomputed with the catalogue that ships, as of "
        f"{AS_OF}, at list prices in USD. A verdict is one of: holds; holds if something is added; "
        "does not hold; cannot be decided.\n\n"
        "This page is written by `make claims` "
        "([make_claims.py](../examples/claims/make_claims.py)) from the workloads in "
        "[examples/claims](../examples/claims) and [examples](../examples); a test compares it "
        "with what the script writes. "
        "*Since* is the day from which a price is known, *checked* the day on which its source was "
        f"read or published; *stale* is more than {STALE} days before {AS_OF}."
    )
    parts = [intro, summary, *(one.section() for one in made)]
    return "\n\n".join(part.replace(" \n", "\n").rstrip() for part in parts) + "\n"


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
