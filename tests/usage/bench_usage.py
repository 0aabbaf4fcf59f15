"""Speed and memory of real usage: python bench_usage.py [ROWS], the last part of ``make bench``.

``costplan usage`` over Parquet against the same statements run on a bare connection of DuckDB, and
the rows that its cells take a CPU second. Exits 1 where it is above a limit.
"""

from __future__ import annotations

import re
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from many_rows import write

ROWS = 20_000_000
NAMES = (
    *("vendor", "model", "mode", "step", "tenant", "conversation", "failed"),
    *("input_tokens", "cache_read_tokens", "cache_write_tokens"),
    *("output_tokens", "reasoning_tokens"),
)
MAPS = ["--map=time=ts", *(f"--map={name}={name}" for name in NAMES)]
MOST_RATIO, MOST_MEMORY, LEAST_ROWS = 1.2, 600_000_000, 2_000_000


def own(path: str) -> None:
    """The command, with every statement it runs and its CPU seconds on standard error."""
    from costplan.cli import run
    from costplan.store.traces.engine import Engine

    ask = Engine.ask

    def timed(engine: Any, sql: str, values: Any = ()) -> Any:
        begin = time.process_time()
        found = ask(engine, sql, values)
        print(f"{time.process_time() - begin} {' '.join(sql.split())}", file=sys.stderr)
        return found

    Engine.ask = timed  # type: ignore[method-assign]
    code = run(["usage", path, *MAPS, "--format", "csv"])
    print(f"peak {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024}", file=sys.stderr)
    sys.exit(code)


def bare(path: str, statements: list[str]) -> float:
    """CPU seconds of the same statements with nothing around them."""
    import duckdb

    from costplan.store.traces import tables
    from costplan.store.traces.engine import Given, usage_of
    from costplan.store.traces.mapping import mapping_of
    from costplan.store.traces.shape import Shape

    connection = duckdb.connect()
    connection.execute("SET TimeZone = 'UTC'; SET preserve_insertion_order = false")
    relation = f"read_parquet('{path}')"
    columns = {
        str(row[0]): str(row[1])
        for row in connection.execute(f"DESCRIBE SELECT * FROM {relation}").fetchall()
    }
    mapping = mapping_of([one.removeprefix("--map=") for one in MAPS])
    shape = Shape("columns", "", (), {name: (path,) for name, path in mapping.columns.items()})
    given = {"file": Given("0", "INTEGER"), **tables.given_of(shape, columns)}
    connection.execute(f"CREATE VIEW usage_0 AS {usage_of(relation, given)}")
    connection.execute("CREATE VIEW usage AS SELECT * FROM usage_0")
    begin = time.process_time()
    for sql in statements:
        connection.execute(sql).fetchall()
    return time.process_time() - begin


def main(rows: int) -> int:
    """Print the figures; 1 where one is beyond its limit."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "rows.parquet"
        write(rows, path)
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        ran = subprocess.run(
            [sys.executable, __file__, "--own", str(path)],
            capture_output=True,
            text=True,
            check=True,
        )
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        mine = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
        said = [re.match(r"([\d.e-]+) (.+)", line) for line in ran.stderr.splitlines()]
        timed = [(float(one[1]), one[2]) for one in said if one]
        peak = int(re.search(r"peak (\d+)", ran.stderr)[1])  # type: ignore[index]
        cells = next(seconds for seconds, sql in timed if " AS epoch" in sql)
        raw = bare(str(path), [sql for _, sql in timed if "FROM usage" in sql])
    print(f"usage of {rows:,} rows of Parquet: {mine:.1f} CPU s, peak {peak / 1e6:,.0f} MB")
    print(f"the same statements run raw: {raw:.1f} CPU s, so {mine / raw:.2f} times")
    print(f"price cells: {cells:.1f} CPU s, {rows / cells:,.0f} rows a CPU second")
    over = mine / raw > MOST_RATIO or peak > MOST_MEMORY or rows / cells < LEAST_ROWS
    return 1 if over else 0


if __name__ == "__main__":
    if sys.argv[1:2] == ["--own"]:
        own(sys.argv[2])
    sys.exit(main(int(sys.argv[1]) if sys.argv[1:] else ROWS))
