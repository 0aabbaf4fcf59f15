"""What each fact says: by topic, a stable code and its words. Nothing else words a fact.

``{subject}`` is whom a fact is about, the other names its values. A number is drawn with all its
digits, with so many places (``{spend:2}``), or for a sentence (``{reached:r}``); a list is joined
by what follows its name (``{steps:, }``). A sentence that says more in some cases is two facts.

Topics are the lists of an estimate; a document with one list of notes has facts of any topic. A
reason stands in no list: it says why something has no figure.
"""

from collections.abc import Mapping
from typing import Literal

Topic = Literal[
    "assumption",
    "note",
    "warning",
    "stale",
    "not-modelled",
    "not-included",
    "rule-change",
    "reason",
]

SAID: Mapping[Topic, str] = {
    "assumption": "assumed",
    "note": "noted",
    "warning": "warned",
    "stale": "aged",
    "not-modelled": "left-unmodelled",
    "not-included": "left-out",
    "rule-change": "changed",
    "reason": "because",
}
"""The code of a sentence that has no other: an older document's, or a file's own words."""

WORDINGS: Mapping[Topic, Mapping[str, str]] = {
    "assumption": {
        "assumed": "{text}",
        "flat-traffic": "traffic is flat: peak_to_mean = 1",
        "input-share": "{subject}: an input token takes {share} of an output token's time, by which"
        " steps share the machine",
        "load-curve": "between its mean and its peak of {peak} times, traffic follows a curve: the"
        " part x of the hours is above {peak} (1 - x)^({peak} - 1)",
        "success-shared": "the success rate of {steps:, } is taken to be the same for every model",
        "failed-attempt-cost": "a failed attempt costs as much as a good one",
        "repeats-counted-to": "too many states to follow every repeat: what repeats tell is counted"
        " up to {verdicts} verdicts of a validator",
        "repeats-and-runs-counted-to": "too many states to follow every repeat: what repeats tell"
        " is counted up to {verdicts} verdicts of a validator and {runs} runs",
        "repeats-correlate": "'{subject}': repeats correlate with rho = {rho}",
        "fallback-as-good": "'{subject}': the fallback is as good as the model it replaces",
        "fallback-correlates": "'{subject}': model and fallback correlate with phi = {phi}",
        "verdicts-correlate": "{steps:, }: verdicts on one request correlate with rho = {rho};"
        " {cases_apart} cases and {silent_apart} silent failures a month at 0,"
        " {cases_alike} cases and {silent_alike} silent failures a month at 1",
        "runtime-grows": "runtime: seconds grow with the steps' runs, x {passes:3}",
        "whole-runs-correlate": "whole runs correlate with rho = {rho}",
        "jobs-not-traced": "jobs are not traced",
        "window-share": "{subject}: {percent:1} % of calls fall in the {window} window"
        " (assumed from {profile})",
        "no-cache-rate": "{subject}: {reason}; nothing is cached",
        "cache-not-sold": "{subject}: {reason}; '{step}' pays none",
        "gaps-near-cache-life": "{subject}: every gap between turns is {seconds} s, near the"
        " {minutes} minutes that a cache lives;"
        ' conversation.gaps = "exponential" where they vary',
        "cache-terms": "{subject}: cache terms assumed: prefixes of at least {tokens} tokens,"
        " kept {minutes} minutes",
        "cache-life": "{subject}: the catalogue does not say how long a cached prefix is kept;"
        " assumed {minutes} minutes",
        "quantities": "{subject}: {quantities:; }",
        "sized": "{subject}: {variable} = {value:r}, sized by {rule}; state {variable} to set it",
        "other-region": "{subject}: priced in {region}; no price for {wanted} is in the catalogue",
        "exchange-rate": "1 {of} = {rate} {into} ({source}, {date}), for what is stated in"
        " {subject}; notes on it are in {subject}",
    },
    "note": {
        "noted": "{text}",
        "ranges-not-drawn": "ranges: {ranges}, each at its point: {how}",
        "alias": "{asked} is an alias of {subject}",
        "cheapest-plan": "'{asked}': {subject} is the cheapest plan that serves it",
        "cheapest-plan-of": "'{asked}': {subject} is the cheapest plan that serves it; {others:; }",
        "one-time-credit-in-months": "{subject}: a one-time credit of {amount} is in the months"
        " alone",
        "one-time-credit": "{subject}: a one-time credit of {amount} is not counted",
        "floor-binds": "the floor of {subject} binds: at least {floor:2} a month,"
        " the charges come to {charges:2}",
        "throttled": "{subject} slows down above {variable} {limit}: this workload has {reached}",
        "utilisation": "{subject}: {percent:1} % of {speed} tokens/s (as stated) is used over the"
        " month; {headroom:1} % is headroom above the busiest hour, {idle:1} % idle between peaks",
        "underused": "{subject}: {hours} of its {bought} hours at 70 % would carry the month, where"
        " it may stop between requests",
        "smaller-machine": "{subject}: {machine} would carry its busiest hour",
        "provisioned": "{subject}: {units} {unit} ({term}) carry {carried:1} % of its tokens and"
        " are {used:1} % used; the rest of the tokens is paid by the token",
        "provisioned-or-by-token": "{subject}: {units} {unit} ({term}) carry {carried:1} % of its"
        " tokens and are {used:1} % used; by the token all of them cost {on_demand:2}",
        "reserved-way": "{subject}: {monthly:2} a month; {reason}",
        "queueing": "{subject}: the busiest hour needs {percent:0} % of it; requests will queue",
        "announced": "{subject}: from {since} on: {changes:, }",
        "writes-as-input": "{subject}: no price for cache writes; they are billed as input",
        "free-quota": "{fee}: an account has {free} a {period} free, not taken off a single"
        " request",
        "included": "{subject} needs {offer}: its bill is included",
        "fixed-part-only": "{subject}: only its fixed part ({unknown:, } unknown)",
        "model-retires-later": "{subject} retires on {date}",
        "offer-ends-later": "{subject} ends on {date}",
        "band": "discount on {subject}: {spend:2} of list spend this month comes to"
        " {percent:r} % off",
        "commitment": "commitment {subject}: {covered:2} of {monthly:2} used, {unused:2} unused",
        "commitment-exceeded": "commitment {subject}: {covered:2} of {monthly:2} used,"
        " {unused:2} unused, {overage:2} beyond it",
        "commitment-idle": "commitment {subject}: {covered:2} of {monthly:2} used,"
        " {unused:2} unused; nothing here counts against it ('stacks' says whose it is)",
        "commitment-price-missing": "commitment {subject}: a price is missing, so more of it may"
        " be used",
        "credit": "credit {subject}: {used:2} of {granted:2} used",
        "rate-not-used": "the exchange rate {subject} is not used: no price is in that currency",
        "no-prices-in-file": "{subject} holds no prices and is left alone",
        "context-exceeded": "{tokens} input tokens do not fit its context window of {context}",
        "plan-refuses": "this plan does not serve it: {variable} is {reached:r}, at most {limit}",
        "plan-refuses-because": "this plan does not serve it: {variable} is {reached:r},"
        " at most {limit} ({reason})",
        "limits-not-checked": "limits of this plan not checked: {limits:; }"
        " (they need {variables:, })",
        "needs-too": "needs {offer} too, not included here",
        "offer-leaves-out": "not included: {what}",
        "quantity": "assumed: {variable} = {quantity}",
        "part-of-bill": "only lines with {filters: and }: totals are theirs",
        "pinned": "prices pinned by {subject} of {date}",
        "moved": "the catalogue has moved: {what}",
        "more-moved": "{more} more have moved: 'costplan pricing lock --check' names them",
        "not-pinned": "not in {subject}, priced from the catalogue: {offers:, }",
        "override": "{subject}: {whose}: {differences:; }",
        "all-new": "there was no such workload before: everything is new",
        "renamed": "the workload was called '{before}', now '{subject}'",
        "price-days": "prices of {before} against prices of {now}",
        "default-changed": "a default changed: validators repeat themselves (rho {rho}), which the"
        " base did not suppose: {steps:, }",
        "increase-has-default": "{subject}: {cost:2} of the increase is no change of this workload"
        " but a default's: validators repeat themselves (rho {rho}), which the baseline did not"
        " suppose: {steps:, }; a limit of the increase counts it until the baseline is saved anew",
        "pins-changed": "prices pinned by {before} before, by {now} now",
        "new-is-judged": "{subject}: {reason}; monthly_total judges what is new",
        "nothing-bought": "{subject}: nothing is bought: the bill has no line",
        "comes-to-nothing": "{subject}: the bill has {lines} lines and comes to nothing",
        "all-taken-off": "{subject}: a discount or credit takes all of {offer}",
        "share-taken-off": "{subject}: {percent:r} % of the list price is taken off",
        "allowance-ignored": "{subject} of the workload is ignored, since {policy} states it:"
        " {names:, }",
        "allows-nothing": "{key} names '{subject}', and no checked stack has it {what}",
        "allows-nothing-but-near": "{key} names '{subject}', and no checked stack has it {what}:"
        " {hint}",
        "age-ignored": "stale_after_days = {days} of the workload is ignored: a policy says"
        " {policy}",
        "age-unusual": "prices count as stale after {days} days, as the workload says;"
        " {usual} is usual",
        "rate-ignored": "{subject} of the workload is ignored: {policy} states it",
        "stacks-not-checked": "not checked: {stacks:, }",
        "with-option": "with {subject} {value}",
        "without-lock": "with --no-lock",
        "idle-policy": "no limit and no policy of {subject} is about a checked stack",
        "used-so-far": "{subject}: {amount:2} {currency} of tokens used from {first} to {last}",
        "used-so-far-bounds": "{subject}: {low:2} to {high:2} {currency} of tokens used from"
        " {first} to {last}: the source has lost the sizes of requests",
        "month-projected": "{subject}: {tokens:2} {currency} of tokens by the month's end, at the"
        " mean of {days} whole days ({first} to {last}); with {others:2} of the plan's other lines"
        " {monthly:2}",
        "month-over": "{subject}: the month is over: {tokens:2} {currency} of tokens, with"
        " {others:2} of the plan's other lines {monthly:2}",
        "part-of-week": "{subject}: {days} whole days are less than a week, so weekends weigh as"
        " they came",
        "days-silent": "{subject}: {days} days of those whose mean is taken have no request",
        "days-unlogged": "{subject}: nothing is logged before {first}: {days} days of the month"
        " count as days without usage",
        "days-to-come": "{subject}: usage after {day} is left out; it goes on to {last}",
        "usage-ends": "{subject}: the usage ends on {last}; the days since count at the mean",
        "history-to-come": "left out of the history, for they are not over: values of {day} or"
        " later ({count})",
        "history-lacks-days": "days of the history without a value: {count}; means leave them out",
        "history-lacks-months": "months of the history without a value: {count}",
        "history-silent-days": "days of the history without a request: {count}, which count as"
        " such",
        "history-short": "{count} days of history are less than a week, so weekends weigh as they"
        " came",
        "history-ends": "the history ends on {last}: what came since is forecast too",
        "history-calls": "the history counts calls to models, of which the plan makes {calls:r} a"
        " request",
        "history-amounts": "the history is of money: it goes on by itself, times what announced"
        " prices make of the plan's bill",
        "no-history": "without a history the volume is the workload's own, and has no bands",
        "growth-none": "no growth is stated (traffic.growth_per_month), so the level stays",
        "growth-stated": "grown by {percent:r} % a month, as the workload states",
        "growth-of-history": "the stated growth is not used: the method takes the history's own",
        "no-bands": "no bands: the history is too short to say how far off such a forecast was, or"
        " nothing came in too much of it",
        "bands-until": "bands end with {month}: the history is too short to try more months ahead,"
        " or nothing came in too much of it",
        "better-method": "{subject} is taken: in this history's own past it was off by {error:1} %,"
        " the usual method by {usual:1} %",
        "better-method-of-gaps": "{subject} is taken: it did better in this history's own past;"
        " by how much has no figure, for something was expected where nothing came",
        "months-at-least": "prices are missing in {months:, }: bills are at least what they say",
        "limit-is-passed": "the {subject} of {limit:r} is passed in {month} already",
        "limit-passed": "the {subject} of {limit:r} is passed in {month}",
        "limit-passed-or-before": "the {subject} of {limit:r} is passed in {month}, at the band's"
        " upper edge from {possible} on",
        "limit-may-pass": "the {subject} of {limit:r} may be passed from {month} on, at the band's"
        " upper edge, and is not passed by {end} as likely",
        "limit-not-passed": "the {subject} of {limit:r} is not passed by {end}",
        "not-served": "from {month} on there is no bill: {reason}",
        "price-changes": "the price of {subject} {how} on {since}: {changes:, }",
        "tier-reached": "{subject}: {charge} reaches the tier '{tier}' in {month}",
        "plan-changes": "{subject}: {after} in place of {before} from {month} on, as it serves the"
        " volume for less",
        "commitment-reached": "commitment {subject} of {monthly:r} is used up from {month} on",
        "term-ends": "the {what} {subject} ends with {day}",
        "no-longer-sold": "{subject} is no longer sold from {day} on, and billed as if it were",
        "not-ranked": "success rates are taken to be the same for every model in {stacks:, }: no"
        " stack is ranked on reliability",
        "totals-at-least": "prices are missing in {stacks:, }: totals there are at least what they"
        " say, differences with them may be larger or smaller, and no break-even or payback is"
        " given",
        "plans-below-goal": "not at {percent:r} % trusted answers as they stand: {stacks:, }",
        "goal-not-modelled": "whether {percent:r} % of answers are right is not modelled:"
        " {stacks:, }",
        "stack-not-modelled": "reliability is not modelled: {reason}",
        "step-unpriced": "{subject}: a step's price is missing",
        "ways-at-least": "a price of this stack is missing: every amount here is at least that",
        "ways-too-large": "plans with more attempts are left out: they have too many states",
        "combinations-too-large": "combinations of models, votes and checks with too many states"
        " are left out",
        "votes-on-few": "votes on single steps are combined on those that fail most: {steps:, }",
    },
    "warning": {
        "warned": "{text}",
        "energy-above-price": "{subject}: {kwh:r} kWh as stated cost more as electricity than the"
        " {amount:2} that is paid for it: is it Wh for 1,000 tokens?",
        "input-too-long": "'{subject}' sends {tokens} tokens; {model} takes {context}",
        "output-too-long": "'{subject}' wants {tokens} output tokens; {model} gives at most {most}",
        "retired": "{subject} was retired on {date}",
        "retires": "{subject} retires on {date}, in this month; it is billed as if it stayed",
        "retires-within": "{subject} retires on {date}, in month {month} of {months}; it is billed"
        " as if it stayed",
        "retires-soon": "{subject} retires on {date}; it is billed as if it stayed",
        "price-soon": "the price of {subject} {how} on {since} ({changes:, })",
        "price-soon-more": "the price of {subject} {how} on {since}: {amount:2} a month more"
        " ({changes:, })",
        "price-soon-less": "the price of {subject} {how} on {since}: {amount:2} a month less"
        " ({changes:, })",
        "rate-of-later": "the exchange rate {subject} is of {date}, after the as-of date",
        "nothing-to-discount": "no stack has an offer '{subject}' to discount",
        "nothing-to-commit": "no stack has an offer '{subject}' to commit to",
        "nothing-to-credit": "no stack has an offer '{subject}' to credit",
    },
    "stale": {
        "aged": "{text}",
        "stale-price": "{subject}: checked {checked}",
        "stale-rate": "exchange rate {subject}: of {date}",
    },
    "not-modelled": {
        "left-unmodelled": "{text}",
        "reliability": "reliability: {reasons:; }",
        "outcomes": "retries, rejections and cases: each step runs once a request",
        "people": "people: the workload has no [human]; nobody handles what the machine cannot",
        "part": "{subject}: the workload has no [{subject}]",
        "part-of-roles": "{subject} of the steps themselves: the workload has no [{subject}]; that"
        " of {roles:, } is counted",
        "orchestration": "orchestration: this stack binds none",
        "idle-unknown": "idle time: {offers:, } is paid by the hour whatever comes, and how much of"
        " it works is not known: no part of it counts as overprovisioned",
    },
    "not-included": {
        "left-out": "{text}",
        "role": "{subject}",
        "role-because": "{subject}: {reason}",
        "by-offer": "{subject}: {parts:; }",
        "paid-once": "{subject}: {amount:2} {currency} paid once; a longer horizon_months shows it",
        "granted-once": "{subject}: {amount:2} {currency} granted once; a longer horizon_months"
        " shows it",
        "cache-storage": "{subject}: storage of an explicit cache for '{step}', {price}:"
        " state cache_storage (an implicit cache pays none)",
        "taxes": "taxes",
        "support": "support plans",
        "egress": "network egress and storage of your own data, unless a line says so",
    },
    "rule-change": {
        "changed": "{text}",
        "rules-untold": "what becomes of its rules since {subject} cannot be told: {reason}",
        "rules-not-compared": "{subject}: its rules cannot be compared with those before: {reason}",
        "rules-unreadable-before": "{subject}: its rules cannot be compared: it could not be read"
        " before",
        "policy-is-new": "{subject}: {base} has no such policy",
        "table-changed": "{subject}: [{table}] is changed",
        "rule-changed": "{subject}: {rule}: {before} -> {now}",
        "more-rules-changed": "{subject}: {more} more of its rules are changed",
        "file-changed": "{subject}: {how}",
        "more-files-changed": "{more} more files of prices are changed",
    },
    "reason": {
        "because": "{text}",
        "energy-unknown": "no figure of {subject} is published or stated",
        "power-unknown": "what {subject} draws is not known",
        "not-measured": "{reason}",
        "no-grid": "'{subject}': no grid is named: [energy] country or g_per_kwh",
        "energy-not-asked": "the workload has no [energy]",
        "energy-lacks": "no figure of {offers:, }",
        "carbon-lacks": "no grid for {offers:, }",
        "no-success-rate": "'{subject}' has no success rate",
        "no-rates-of-validator": "'{subject}' has no sensitivity and false_positive_rate",
        "no-steps": "the workload has no steps",
        "not-published": "no {what} is published: {source}, {checked}",
        "not-in-catalogue": "the catalogue has no {what}",
        "fee-unsaid": "every call pays a fee beside its tokens, {fee}: state {key}",
        "price-later": "the price is known only from {since} on",
        "mode-price-later": "the {subject} price is known only from {since} on",
        "region-price-later": "the price for {subject} is known only from {since} on",
        "tier-price-later": "the price of this input size is known only from {since} on",
        "fee-later": "the fee for {subject} is known only from {since} on",
        "rule-later": "known only from {since} on",
        "cases-not-modelled": "how many cases there are is not modelled: {reasons:; };"
        " [human] share states it",
        "no-price": "no price",
        "no-price-because": "no price: {reason}",
        "old-price": "stale: checked {checked}",
        "old-rate": "stale: exchange rate of {date}",
        "no-count-because": "not known: {reason}",
        "count-awaited": "the number of {counted:, } is unknown",
        "prices-awaited": "no price for {offers:, }",
        "figure-awaits-prices": "{subject}: no price for {offers:, }",
        "figure-unknown": "{subject}: {reason}",
        "no-requests": "the workload has no requests",
        "no-trusted-answer": "the month has no trusted answer",
        "no-seats": "the estimate has no seats: [observability] gives them",
        "no-target": "the workload has no [target] reliability",
        "no-draws": "no number of this estimate is a range that was drawn",
        "no-budget": "the workload has no [budget] monthly_total",
        "not-compared": "it stands beside no other stack with all its prices",
        "no-conversation": "the workload has no [conversation]",
        "no-observability": "the workload has no [observability]",
        "unmodelled": "reliability is not modelled",
        "unmodelled-because": "reliability is not modelled: {reasons:; }",
        "one-month": "the estimate has one month: horizon_months gives it more",
        "month-unpriced": "a month of the horizon has a line without a price",
        "vendor-unknown": "the catalogue does not say who sells '{subject}'",
        "checked-later": "{subject}: checked {checked}, a day to come",
        "no-baseline": "no --baseline was given",
        "stack-is-new": "the baseline has no stack '{subject}'",
        "baseline-is-nothing": "the baseline's total is 0: a percentage of it says nothing",
        "usage-sampled": "{sources:, } is often sampled, and what share was logged is not said",
        "usage-uncounted": "{count} records of the usage could not be counted, or have no time",
        "usage-questions": "no offer is known for {models:, } of the usage",
        "usage-timeless": "the usage has no times, so that nothing is known of its month",
        "usage-elsewhere": "the usage has nothing in {month}: it is of {first} to {last}",
        "usage-no-whole-day": "no day of the usage is logged from end to end, so that the month's"
        " end cannot be told",
        "usage-bounds": "between {low:2} and {high:2}: the source has lost the sizes of requests",
        "base-untold": "what it costs on {subject} cannot be told: {reason}",
        "base-lacks-file": "{subject} has no {file}: a percentage of nothing says nothing",
        "base-currency": "it is in {before} on {subject}, in {now} now",
    },
}
ALLOWED = " (allowed)"
"""What the reason of a verdict ends with where a budget accepts it."""
TOPICS: Mapping[str, Topic] = {code: topic for topic in WORDINGS for code in WORDINGS[topic]}
"""The topic of each code."""
