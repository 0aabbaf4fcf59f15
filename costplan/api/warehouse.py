"""Files of usage, or a table of a warehouse, in; a document of what it cost out."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from costplan.api.usage import Options, Read, document_of, further, mapping_of, read_of, usage_of
from costplan.catalog.lookup import Catalog
from costplan.document.usage import Usage
from costplan.problems import BadUsage
from costplan.store.files.shelves import open_catalog
from costplan.store.traces.reading import MAPPED, Counts
from costplan.store.warehouse.address import address_of

if TYPE_CHECKING:
    from costplan.store.warehouse.questions import Table

__all__ = ["Options", "mapping_of", "opened_table", "table_usage", "usage_from"]
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
        from costplan.store.warehouse.rows import needs
        from costplan.store.warehouse.rows import usage_of as rows_of
    except ImportError:
        raise BadUsage("a warehouse needs Ibis, which is not installed", INSTALL) from None
    connection = Connection(address)
    try:
        logged = connection.table(table)
        needs(options.mapping.columns, list(logged.columns))
        usage = rows_of(logged, options.mapping.columns, further(options))
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


def usage_from(
    sources: Sequence[str],
    warehouse: str | None,
    table: str | None,
    options: Options,
    catalog: Catalog | None = None,
) -> Usage:
    """What usage cost that is in files, or in a table of a warehouse. Raises BadUsage."""
    if warehouse is None:
        if table is not None:
            raise BadUsage(f"the table {table} is of no warehouse", "such as postgres://host/db")
        if not sources:
            raise BadUsage("no source of usage", "name files, or a warehouse and its table")
        return usage_of(sources, options, catalog)
    if sources:
        raise BadUsage("files and a warehouse are two sources", "ask for one at a time")
    if table is None:
        raise BadUsage("a warehouse has many tables", "--table schema.table names the one")
    return table_usage(warehouse, table, options, catalog)
