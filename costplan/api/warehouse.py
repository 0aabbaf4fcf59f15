"""A table of a warehouse in, a document of what it cost out."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from costplan.api.usage import Options, Read, document_of, further, read_of
from costplan.catalog.lookup import Catalog
from costplan.document.usage import Usage
from costplan.problems import BadUsage
from costplan.store.files.shelves import open_catalog
from costplan.store.traces.reading import MAPPED, Counts
from costplan.store.warehouse.address import address_of

if TYPE_CHECKING:
    from costplan.store.warehouse.questions import Table

__all__ = ["opened_table", "table_usage"]
INSTALL = "pip install 'costplan[warehouse]'"


@contextmanager
def opened_table(
    warehouse: str, table: str, options: Options, catalog: Catalog
) -> Iterator[Read[Table]]:
    """A table of usage, for as long as it is asked. Raises BadUsage for what is none."""
    if options.source is not None or options.mapping.rows is not None:
        raise BadUsage(
            "a table of a warehouse has a row a request: --source and rows are of files",
            "--map NAME=COLUMN says what its columns are",
        )
    address = address_of(warehouse)
    try:
        from costplan.store.warehouse.connecting import Connection
        from costplan.store.warehouse.questions import Table
        from costplan.store.warehouse.rows import needs, usage_of
    except ImportError:
        raise BadUsage("a warehouse needs Ibis, which is not installed", INSTALL) from None
    connection = Connection(address)
    try:
        found = connection.table(table)
        needs(options.mapping.columns, list(found.columns))
        usage = usage_of(found, options.mapping.columns, further(options))
        rows = Table(connection, usage, further(options))
        counts = Counts(f"{address.shown} {table}", MAPPED)
        counts.records = sum(state.rows for state in rows.states())
        yield read_of(rows, [counts], options, catalog)
    finally:
        connection.close()


def table_usage(
    warehouse: str, table: str, options: Options, catalog: Catalog | None = None
) -> Usage:
    """What the usage in a table cost. Raises BadUsage for what is no usage."""
    with opened_table(warehouse, table, options, catalog or open_catalog(Path())) as read:
        return document_of(read, options)
