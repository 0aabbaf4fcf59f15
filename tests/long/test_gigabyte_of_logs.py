"""A gigabyte of malformed, truncated and hostile logs: counted, in bounded memory.

``make check-long`` writes all of it, a plain run a fortieth: ``COSTPLAN_LOGS_BYTES`` says how much.
``tests/usage/test_hostile_usage.py`` reads four megabytes of the same, by every source.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

sys.path.append(str(Path(__file__).resolve().parents[1] / "usage"))

from hostile_logs import write

SIZE = int(os.environ.get("COSTPLAN_LOGS_BYTES", 25_000_000))
MOST_MEMORY = 600_000_000
RUN = """
import re, sys
from costplan.cli import run
code = run(sys.argv[1:])
# of this program alone: what getrusage tells begins with the memory of whoever started it
peak = re.search(r"VmHWM:\\s+(\\d+)", open("/proc/self/status").read())
print("peak", int(peak[1]) * 1024, file=sys.stderr)
sys.exit(code)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="memory is measured as Linux tells it")
@pytest.mark.timeout(3_600)
def test_a_gigabyte_of_broken_logs(tmp_path: Path) -> None:
    path = tmp_path / "logs.jsonl"
    write(SIZE, path)
    begin = time.monotonic()
    ran = subprocess.run(
        [
            *(sys.executable, "-c", RUN, "usage", str(path), "--format", "json"),
            *("--by", "model,step,day,tenant", "--as-of", "2026-11-22"),
        ],
        capture_output=True,
        text=True,
        check=False,
    )
    path.unlink()
    assert ran.returncode == 0, ran.stderr[-2_000:]
    assert "Traceback" not in ran.stderr
    (source,) = json.loads(ran.stdout)["sources"]
    assert sum(source["unread"].values()) > SIZE / 100_000
    peak = int(ran.stderr.split("peak ")[1])
    print(f"{SIZE:,} bytes in {time.monotonic() - begin:.0f} s, peak {peak / 1e6:,.0f} MB")
    assert peak < MOST_MEMORY
