"""Terms that people really have: exchange rates, discounts, commitments, credits.

Their order is fixed, the order of their tables is not: discounts act on each charge before the
vendor's own floors, fees and credits; exchange rates on what comes of that; then commitments, then
credits.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import date as Day
from decimal import Decimal
from fnmatch import fnmatchcase
from typing import Annotated, Literal

from costplan.problems import Path, Problem, did_you_mean
from costplan.record import Currency, Ge, Le, Positive, record
from costplan.words import OWN_HARDWARE

Percent = Annotated[Decimal, Ge(0), Le(100)]
LEAST_RATE, MOST_RATE = Decimal("1e-9"), Decimal("1e9")


@record
class Rate:
    """An exchange rate as its source states it. The key names both units: usd_per_eur.

    Keys:
        rate (first currency for one of the second): so much of the key's first currency for one of
            its second
        date: the day the source gives for it
        source: who states it, such as a central bank; stands on every line that it converts
    """

    rate: Positive
    date: Day
    source: str

    def check(self) -> Iterable[Problem]:
        if not LEAST_RATE <= self.rate <= MOST_RATE:
            yield Problem(("rate",), "no currency is worth so much of another: 1e-9 to 1e9")
        if not self.source.strip():
            yield Problem(("source",), "must say who states the rate")


def pair(key: str) -> tuple[str, str] | None:
    """The two codes of usd_per_eur, as ("USD", "EUR"); None for another shape."""
    first, _, second = key.partition("_per_")
    codes = (first, second)
    if all(
        len(code) == 3 and code.isascii() and code.isalpha() and code.islower() for code in codes
    ):
        return first.upper(), second.upper()
    return None


@record
class Scope:
    """What a term reaches: offers by pattern, and less of them where it says so.

    Keys:
        offers: a pattern of ids, such as "anthropic/*", that the term reaches
        charges: patterns of charge ids or token kinds that it reaches; all when left out
        stacks: the stacks that have it; all when left out
        since: its first day; always when left out
    """

    offers: str
    charges: tuple[str, ...] = ()
    stacks: tuple[str, ...] = ()
    since: Day | None = None

    @property
    def last(self) -> Day | None:
        """The last day on which it applies; None without an end."""
        return None

    def applies(self, stack: str, day: Day) -> bool:
        """Whether it holds for a stack on a day."""
        if self.stacks and stack not in self.stacks:
            return False
        return (self.since is None or self.since <= day) and (self.last is None or day <= self.last)

    def matches(self, offer: str) -> bool:
        """Whether its pattern is of this offer, whatever the charge. Nobody grants terms on what
        one owns, so that ``*`` leaves own hardware alone."""
        return fnmatchcase(offer, self.offers) and not offer.startswith(OWN_HARDWARE)

    def counts(self, offer: str, charge: str) -> bool:
        """Whether it reaches a charge of an offer."""
        if not self.matches(offer):
            return False
        return not self.charges or any(fnmatchcase(charge, pattern) for pattern in self.charges)

    @property
    def narrowness(self) -> tuple[bool, int]:
        """How narrow it is: one that names charges, then one with more letters in its pattern."""
        return bool(self.charges), sum(character not in "*?" for character in self.offers)

    def check(self) -> Iterable[Problem]:
        if not self.offers.strip():
            yield Problem(("offers",), "names no offer", '"vendor/*" takes all of a vendor')
        if self.since is not None and self.last is not None and self.last < self.since:
            yield Problem(("since",), f"its last day, {self.last}, is before its first")


@record
class Band:
    """A part of the month's list spend, and the share off it.

    Keys:
        up_to (list spend a month): the band's upper edge; the last band has none
        percent (percent): taken off the spend in the band
    """

    up_to: Positive | None = None
    percent: Percent


@record
class Discount(Scope):
    """What was negotiated with a vendor, off the list price. Where several match, the largest.

    Keys:
        percent (percent): taken off each charge it reaches; of several that match, the largest
        bands: percents by the month's list spend, in place of one
        mode: each band at its own percent, or all at that of the band reached
        currency: of the bands' edges; the workload's when left out
        until: its last day; without end when left out
    """

    percent: Percent | None = None
    bands: tuple[Band, ...] = ()
    mode: Literal["graduated", "volume"] = "graduated"
    currency: Currency | None = None
    until: Day | None = None

    @property
    def last(self) -> Day | None:
        return self.until

    def check(self) -> Iterable[Problem]:
        yield from Scope.check(self)
        if (self.percent is None) == (not self.bands):
            yield Problem((), "a discount has either 'percent' or 'bands'", part="key")
        for key, given in (("mode", self.mode != "graduated"), ("currency", self.currency)):
            if given and not self.bands:
                yield Problem((key,), f"'{key}' goes with 'bands'", part="key")
        reached = Decimal(0)
        for at, band in enumerate(self.bands):
            final = at == len(self.bands) - 1
            if (band.up_to is None) != final:
                message = "the last band goes without 'up_to'" if final else "only the last band"
                message += "" if final else " goes without 'up_to'"
                yield Problem(("bands", at), message)
            elif band.up_to is not None and band.up_to <= reached:
                yield Problem(("bands", at, "up_to"), "bands must ascend")
            reached = band.up_to or reached


@record
class Commitment(Scope):
    """Money promised to a vendor each month: spending draws on it, and what is left is paid too.

    Keys:
        name: what the bill calls it
        monthly (its currency a month): paid each month, used or not; spending draws on it
        percent (percent): taken off what the commitment covers
        overage_percent (percent): taken off what goes beyond it
        currency: of 'monthly'; the workload's when left out
        until: its last day; without end when left out
    """

    name: str
    monthly: Positive
    percent: Percent = Decimal(0)
    overage_percent: Percent = Decimal(0)
    currency: Currency | None = None
    until: Day | None = None

    @property
    def last(self) -> Day | None:
        return self.until

    def check(self) -> Iterable[Problem]:
        yield from Scope.check(self)
        if self.percent == 100:
            yield Problem(("percent",), "must be less than 100: nothing would be drawn")


@record
class Credit(Scope):
    """Money granted by a vendor: each month, or once.

    Keys:
        name: what the bill calls it
        amount (its currency): taken off the bill each month, or once
        one_time: granted once: drawn in the months of the horizon, in no monthly total
        currency: of 'amount'; the workload's when left out
        expires: the last day on which it can be used; without end when left out
    """

    name: str
    amount: Positive
    one_time: bool = False
    currency: Currency | None = None
    expires: Day | None = None

    @property
    def last(self) -> Day | None:
        return self.expires


def term_problems(
    currency: str,
    exchange: Mapping[str, Rate],
    terms: Mapping[str, Sequence[Scope]],
    stacks: Iterable[str],
) -> Iterable[Problem]:
    """What must agree between these tables and the rest. ``terms``: the tables by their key."""
    yield from _rate_problems(currency, exchange)
    known = list(stacks)
    for key, tables in terms.items():
        for at, term in enumerate(tables):
            for name in term.stacks:
                if name not in known:
                    near = did_you_mean(name, known)
                    yield Problem((key, at, "stacks"), f"there is no stack '{name}'", near)
        names = [term.name for term in tables if isinstance(term, Commitment | Credit)]
        counts = Counter(names)
        for at, name in enumerate(names):
            if counts[name] > 1:
                yield Problem((key, at, "name"), f"two {key}s are named '{name}'")
                counts[name] = 0


def _rate_problems(currency: str, exchange: Mapping[str, Rate]) -> Iterable[Problem]:
    own = currency.lower()
    example = f"such as {own}_per_eur: so many {currency} for one EUR"
    if currency == "EUR":
        example = "such as eur_per_usd: so many EUR for one USD"
    seen: set[frozenset[str]] = set()
    for key in exchange:
        codes = pair(key)
        path: Path = ("exchange", key)
        if codes is None:
            yield Problem(path, f"'{key}' does not say what is paid for what", example, "key")
        elif codes[0] == codes[1]:
            yield Problem(path, f"one {codes[0]} is one {codes[0]}", example, "key")
        elif currency not in codes:
            yield Problem(
                path, f"neither side of '{key}' is this workload's {currency}", example, "key"
            )
        elif frozenset(codes) in seen:
            yield Problem(path, f"'{key}' and its inverse are both given", "keep one", "key")
        else:
            seen.add(frozenset(codes))
