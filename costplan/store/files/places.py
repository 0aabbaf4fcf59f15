"""Where the rules of a check stand in their files, so that an annotation can point there."""

from __future__ import annotations

from collections.abc import Mapping

from costplan.document.finding import Where
from costplan.document.verdict import OF_PRICES, CheckDocument


def place(document: CheckDocument, texts: Mapping[str, str], workload: str | None) -> None:
    """Fill each verdict's ``where``. ``texts``: the files by the names that ``source`` has;
    ``workload``: the file in which verdicts on prices stand, None where there is none."""
    from costplan.store.files.origins import shown_name
    from costplan.store.files.positions import locate

    for verdict in document.verdicts:
        file = workload if verdict.kind in OF_PRICES else verdict.source
        if file is None or file not in texts:
            continue
        spot = locate(texts[file], verdict.path)
        if spot is not None:
            verdict.where = Where(shown_name(file), spot.line, spot.column)
