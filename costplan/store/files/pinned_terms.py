"""Terms of reserved throughput as a lock pins them: a bill that reserves has no other prices."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date

from costplan.catalog.origin import Source
from costplan.catalog.provisioned import Commitment, ProvisionedFile, Reserve, Terms
from costplan.problems import Problem
from costplan.record import record
from costplan.store.files.pin import RESERVED, SHELF, Pin, block_text, check_names, fingerprint


@record
class LockedTerms(Pin):
    """Pinned terms, with what their file says of them.

    Keys:
        vendor: the seller
        currency: of the prices
        source: what they rest on
        commitment: prices of a unit that the file has for all of its terms
        terms: the terms
    """

    vendor: str
    currency: str
    source: Mapping[str, Source]
    commitment: tuple[Commitment, ...] = ()
    terms: tuple[Terms, ...]

    def check(self) -> Iterable[Problem]:
        if [terms.id for terms in self.terms] != [self.id]:
            yield Problem((), f"must hold '{self.id}' and nothing else")
        elif self.names:
            yield Problem(("names",), "must be left out: terms have no aliases")
        yield from self._file.check()

    @property
    def _file(self) -> ProvisionedFile:
        return ProvisionedFile(
            vendor=self.vendor,
            currency=self.currency,
            source=self.source,
            commitment=self.commitment,
            terms=self.terms,
        )

    @property
    def entry(self) -> Reserve:
        """The terms as a shelf gives them."""
        return Reserve(self.terms[0], self._file, SHELF)

    @property
    def said(self) -> tuple[object, ...]:
        return _said(self.entry)


@record
class TermsPart:
    """A slice of a lock file: one block of terms."""

    reserved: tuple[LockedTerms, ...]


def _said(reserve: Reserve) -> tuple[object, ...]:
    terms, file, _ = reserve.alone()
    return terms, file.vendor, file.currency, file.commitment, file.source


def locked_terms(
    reserve: Reserve, as_of: date, workloads: Sequence[str], shelf: str
) -> LockedTerms:
    """Terms, pinned with the prices that they follow from. Raises BadUsage as ``check_names``."""
    check_names([reserve.id])
    file = reserve.alone().file
    return LockedTerms(
        id=reserve.id,
        hash=fingerprint(_said(reserve)),
        as_of=as_of,
        shelf=shelf,
        workloads=tuple(sorted(workloads)),
        vendor=file.vendor,
        currency=file.currency,
        source=file.source,
        commitment=file.commitment,
        terms=file.terms,
    )


def terms_text(pinned: LockedTerms) -> str:
    """Its block of a lock."""
    from costplan.store.files.catalog_text import header_text, record_text

    records = [("commitment", commitment) for commitment in pinned.commitment]
    blocks = [record_text(name, record) for name, record in records]
    blocks.append(record_text("terms", pinned.terms[0]))
    head = header_text(pinned.vendor, pinned.currency, pinned.source)
    return block_text(RESERVED, pinned, head, "\n".join(blocks))
