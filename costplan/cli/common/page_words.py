"""The words of the glossary that stand on bills, comparisons, checks and diffs."""

from __future__ import annotations

from costplan.cli.common.term import Term

PAGE_WORDS: dict[str, Term] = {
    "totals": Term(
        "total a month, and what it is made of",
        (
            "The as-of month's bill. 'fixed' is paid without traffic, 'variable' follows it. 'at "
            "list price' is before discounts, commitments and credits, 'contracted' after "
            "discounts only; both stand there where they differ. 'likely' where numbers are "
            "ranges: each at its point. '>=' marks what a missing price makes too low. In a check "
            "or a diff the figures before and after are such totals; in a comparison's ways "
            "'total' is the bill with what wrong answers cost.",
        ),
        "'costplan explain terms'",
        (
            "total a month",
            "a month",
            "total",
            "at list price",
            "contracted",
            "before",
            "after",
            "change",
        ),
    ),
    "ranges": Term(
        "what a month may come to, where numbers of the workload are ranges",
        (
            "Each draw takes a number from every range and bills the month. P5 and P95 are the "
            "months that 5 % and 95 % of the draws do not exceed, the median 50 %; the mean is "
            "what many such months cost on average, and above the median where a few are dear. "
            "The likely month, 'o' on a bar, is the bill with every range at its point.",
            "'over budget' is the share of draws over [budget] monthly_total, 'cheapest' that in "
            "which no other stack costs less (wrong answers included where [target] says what "
            "they cost), 'on target' that in which as many answers are right as [target] asks, "
            "'refused' that in which a plan's gate or limit refuses what is asked.",
        ),
        "docs/risk.md",
        (
            "p5",
            "median",
            "p95",
            "over budget",
            "cheapest",
            "on target",
            "refused",
        ),
    ),
    "forecast": Term(
        "a month ahead: volume from its own past, prices as they are announced",
        (
            "'what happens when' names the month in which a limit of the budget is passed, a price "
            "changes, a tier, a plan's limit or a commitment is reached, or terms end. A band is "
            "to hold four months of five, made from how far off the method was in the history's "
            "own past; 'methods on this history's own past' says how far that was.",
            "Without a history the workload's own traffic and growth are taken, and no band is "
            "drawn: 'what it rests on' says which of both it is.",
        ),
        "docs/forecast.md",
        ("what happens when", "what it rests on", "methods on this history's own past"),
    ),
    "scenario": Term(
        "other values for keys of the same file",
        (
            "[scenario.NAME] holds them under the paths that --set takes, ranges among them. "
            "'--scenario NAME' of estimate, compare and check lays it over the file, --set stands "
            "above it, and several stand beside each other as a small table.",
        ),
        "docs/risk.md",
        ("scenarios", "the file"),
    ),
    "request": Term(
        "what traffic counts, and the cost of it",
        (
            "'a request' is the month's total over its requests. With [conversation], traffic "
            "counts conversations, and a request is a turn of them: 'a conversation' and 'a turn' "
            "are the total over either.",
        ),
        "'costplan explain traffic'",
        ("requests", "a request", "a conversation", "a turn"),
    ),
    "months": Term(
        "the bill over the horizon, month by month",
        (
            "Shown where horizon_months is more than 1. 'recurring' comes each month and grows "
            "with traffic, 'one-off' is paid once; 'mean' is the horizon's total over its months, "
            "'horizon' the total itself.",
        ),
        "'costplan explain horizon_months'",
        ("horizon", "mean", "recurring", "one-off"),
    ),
    "orchestration spend": Term(
        "what is paid to keep answers right",
        ("The lines whose purpose is coordinate or people.",),
        "'costplan explain purposes'",
        ("orchestration",),
    ),
    "overprovisioned": Term(
        "what is paid and not used",
        (
            "Idle and redundant spending: floors that usage does not reach, machines that wait, "
            "the unused part of a commitment, and 'redundant' copies that stand by for one that "
            "fails. Some of it is bought on purpose.",
            "'>=' where nodes or containers are paid by the hour whatever comes: how much of them "
            "works ('idle time') is not known, and no part of them counts. In a comparison 'idle' "
            "leaves redundant copies with what they are copies of.",
        ),
        "'costplan explain purposes'",
        ("overprovisioned compute", "idle", "idle time", "redundant"),
    ),
    "budget left": Term(
        "the limit that denies, less the total",
        ("Negative where the bill is over [budget] monthly_total.",),
        "'costplan explain budget'",
        ("headroom",),
    ),
    "verdict": Term(
        "what a check says of one rule: pass, warn, deny, unknown",
        (
            "A row has the 'figure' that was measured, the 'limit' it is held to, and the "
            "headroom between them. 'unknown' means that the figure cannot be had, and is no "
            "pass. 'Why' below the table gives the reason of each that is not a pass.",
        ),
        "'costplan explain budget'",
        ("pass", "warn", "deny", "figure", "limit", "why"),
    ),
    "figures": Term(
        "what a policy may compare",
        ('In a condition such as deny = "total_monthly > 3000":',),
        "docs/budgets.md",
    ),
    "cases for people": Term(
        "requests that a person finishes",
        (
            "What a step could not do, or a validator rejected for the last time. Each costs "
            "[human] cost_per_case.",
        ),
        "'costplan explain human'",
        ("cases", "escalated"),
    ),
    "people": Term(
        "what the people behind the application cost",
        (
            "Cases that they handle, at [human] cost_per_case each or as an offer bound to 'human' "
            "bills them, and what [[fixed]] states for component human, such as on-call. On a bill "
            "their row is 'human', among the purposes 'people'; in a comparison the column is "
            "their share of the bill of a stack's best way.",
        ),
        "'costplan explain cases', 'costplan explain human'",
        ("on-call",),
    ),
    "validators": Term(
        "steps that check the answers of others",
        (
            "A [[step]] with 'judges' is one. It rejects wrong answers by 'sensitivity', right "
            "ones by 'false_positive_rate', and is paid as any step; 'on_reject' says what "
            "follows: a restart, people, or no answer. Its verdicts on one request are alike.",
        ),
        "'costplan explain step.judges', 'costplan explain on_reject'",
        ("validator", "judge", "checks"),
    ),
    "attempts": Term(
        "runs of a step after failures that were noticed",
        (
            "'max_attempts' counts the first; only what 'detection_rate' notices or a validator "
            "rejects runs again, and each run is paid. Repeats of one step on one request are "
            "alike ('rho'), so that each helps less than the one before.",
        ),
        "'costplan explain max_attempts', 'costplan explain detection_rate'",
        ("attempt", "retries", "retry", "detection"),
    ),
    "compute alone": Term(
        "more runs, metal or larger models in place of checks",
        (
            "A bigger or faster GPU answers sooner and serves more; how right an answer is follows "
            "from the model and its checks. A comparison says what votes of whole runs and "
            "larger models reach: their 'ceiling' is what no number of votes exceeds.",
        ),
        "'costplan explain strategy.gpus', 'costplan explain brute-force multiple'",
        ("gpu", "gpu hours", "bigger gpu", "ceiling", "votes"),
    ),
    "frontier": Term(
        "the ways to trusted answers that no other way beats",
        (
            "For each row nothing tried was as reliable and cheaper. 'trusted' is the share of "
            "trusted answers, 'extra' what each further trusted answer costs beside the row "
            "above, 'total' the bill with what wrong answers cost. 'seconds' is the mean time of "
            "a request, 'P95 s' what 95 % of requests stay below. 'off the frontier' are the "
            "plan and other ways that another way beats; 'this plan, hosted otherwise' keeps its "
            "checks, 'by compute alone' has more metal, more runs or larger models in their place; "
            "'cheapest way' is the least that reaches the target. 'Measures' "
            "tells how each was measured.",
        ),
        "'costplan explain strategies'",
        (
            "off the frontier",
            "this plan, hosted otherwise",
            "by compute alone",
            "extra",
            "p95 s",
            "cheapest way",
            "measures",
        ),
    ),
    "owning": Term(
        "own hardware against what it replaces",
        (
            "'own' and 'other' are whole bills a month, the purchase spread over the machines' "
            "life with its interest. 'cheaper from': the requests a month from which on owning "
            "costs less; '-' where there is no such volume, or the machines do not carry it. "
            "'paid back': the month in which running them has saved the purchase, less what they "
            "will bring; within their life where, and only where, the own bill is the lower one.",
        ),
        "docs/methodology.md, sections 5 and 10",
        ("own hardware", "cheaper from", "paid back", "purchase"),
    ),
    "energy": Term(
        "electricity and CO2e beside the bill, never in it",
        (
            "Low, likely and high, where the workload has [energy]: machines by their hours, open "
            "models by measured curves, closed ones by a figure that is stated or published, else "
            "not modelled. CO2e is location-based; grams a trusted answer are the Software Carbon "
            "Intensity (SCI, ISO/IEC 21031).",
        ),
        "docs/methodology.md, section 13",
        ("kwh", "kg co2e", "sci", "wh a request", "carbon"),
    ),
    "do this": Term(
        "what a comparison recommends, and what that rests on",
        (
            "Of all ways of all stacks that reach [target] the one with the lowest total wins: "
            "the bill, and what wrong answers cost where the workload says so. 'compute' is the "
            "best by more runs, metal or larger models alone, in place of checks; 'hangs on' "
            "names the inputs that change the answer or its cost most, with the value at which "
            "another way wins, or what both ends would cost; 'assumed' what was taken to be "
            "equal, 'own price' where yours is not the published one, 'unknown' what has no "
            "price, 'measure' (in full 'to measure') what a test would settle. A row a stack: "
            "what its plan costs 'in the file', then of its best way (at the target) the bill, "
            "the share that is 'right', what 'wrong' answers cost, the 'total' of both, and which "
            "shares of the bill are people and idle ('-' where nobody knows).",
        ),
        "'costplan compare --full'",
        (
            "no answer",
            "own price",
            "compute",
            "hangs on",
            "measure",
            "to measure",
            "best way",
            "in the file",
            "right",
            "wrong",
            "what to do",
        ),
    ),
    "levers": Term(
        "what would change the answer",
        (
            "Each 'input' alone is moved to 'less' and 'more': by a quarter (a rate by a quarter "
            "of its failures), an assumed one to both of its ends. The cheapest way is sought "
            "again with every move; the figures are what it then costs.",
        ),
        "'costplan compare --full'",
        ("what would change the answer", "input", "less", "more", "lever"),
    ),
    "where the money goes": Term(
        "the bill of several ways by purpose",
        ("The plan, the cheapest way to the target and brute force, side by side:",),
        "'costplan explain purposes'",
        ("produce", "coordinate"),
    ),
    "break-even": Term(
        "the volume at which two stacks cost the same",
        ("Below it one is cheaper, above it the other. There may be none.",),
        "docs/methodology.md",
        ("break even",),
    ),
    "largest vendor": Term(
        "the share of the bill that goes to one vendor",
        ("People count as part of the bill: what they cost is nobody's lock-in.",),
        "'costplan explain vendor_share'",
        ("largest vendor's share of the bill, people included", "vendor share"),
    ),
    "margin": Term(
        "what a request earns, less what it costs",
        ("A month's [target] revenue_per_request over its requests, less the bill.",),
        "'costplan explain revenue_per_request'",
        ("margin a month, revenue less this bill",),
    ),
    "announced": Term(
        "a price that changes soon",
        (
            "Its vendor has announced it for a day within the horizon or the next thirty days. The "
            "amount is what the offer's lines then cost more or less a month, at today's traffic "
            "and discounts, commitments and credits left out; --full has both prices.",
        ),
        "'costplan forecast', or --as-of that day",
        ("announced price", "announced prices"),
    ),
    "no longer sold": Term(
        "offers that the vendor stops selling within the plan",
        ("Their price ends before the horizon does: the bill cannot be had as it stands.",),
        "'costplan explain allow_ended'",
        ("ended", "not sold"),
    ),
    "workload": Term(
        "the file that says what an application does in a month",
        ("Traffic, steps, parts, and the stacks that serve them.",),
        "docs/workload.md",
        ("workload file", "workloads"),
    ),
    "mixes": Term(
        "traffic shared between stacks",
        (
            "Each stack is billed for its share of traffic, and its fixed costs in full: half the "
            "traffic is not half the bill.",
        ),
        "'costplan explain mix'",
        ("mixes, fixed costs of every part paid in full",),
    ),
    "assumptions": Term(
        "what a bill rests on beside its prices",
        (
            "Assumed: what the workload leaves open, with the default that was taken. Not "
            "modelled: what the bill says nothing of. Exclusions, or 'Not included': what a price "
            "or the whole bill leaves out. The first screen counts them; --full says each once, "
            "with the stacks that it is true of.",
        ),
        "'costplan estimate --full'",
        ("assumption", "assumed", "not modelled", "exclusion", "exclusions"),
    ),
    "line": Term(
        "one charge of a bill",
        (
            "A quantity times a price, for a role, a step and a purpose, with the price's source "
            "and dates. 'Notes' are what a reader must know of its lines.",
        ),
        "'costplan estimate --explain'",
        ("lines", "line item", "notes", "quantity", "charge"),
    ),
    "usage": Term(
        "what real requests were, as 'costplan usage' reads them",
        (
            "'Not counted' are records that could not be read or whose counts contradict each "
            "other, 'left out' those that are no requests of their own. 'Without a price' are "
            "tokens whose price the catalogue does not have for that day, mode or region: the "
            "total says 'at least' then. 'P50' and 'P95' are sizes of single requests. 'How "
            "requests came' has failures, further attempts, the busiest hour and turns.",
        ),
        "docs/usage.md",
        ("how requests came", "not counted", "left out", "without a price", "prices"),
    ),
    "reconciliation": Term(
        "a plan, real usage and an invoice, and the steps between them",
        (
            "'logged' is what real usage had, 'billed' what the invoice has, 'expected' the usage "
            "at list prices after the workload's terms. 'Days with one side only' were logged and "
            "not billed, or billed and not logged. 'Not compared' is what could not be asked.",
        ),
        "docs/usage.md",
        (
            *("logged", "billed", "expected", "invoice", "not compared"),
            "days with one side only",
            "logged models without an offer",
        ),
    ),
    "calibration": Term(
        "the numbers of a workload as real usage has them",
        (
            "'was' is what the file said, 'measured' what the logs say; the comment beside it says "
            "what that rests on. 'What no log says' must be judged: so many cases make a share "
            "known to within 2 points.",
        ),
        "docs/usage.md",
        ("measured", "was", "key", "what no log says"),
    ),
}
