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

    for one in document.verdicts:
        file = workload if one.kind in OF_PRICES else one.source
        if file is None or file not in texts:
            continue
        found = locate(texts[file], one.path)
        if found is not None:
            one.where = Where(shown_name(file), found.line, found.column)
