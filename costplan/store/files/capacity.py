"""What plans of capacity ask of files: measurements of accelerators, what they draw, traces.

Most plans ask for none of it, so that readers are loaded where a file is read.
"""

from __future__ import annotations

from math import isfinite
from pathlib import Path
from typing import TYPE_CHECKING

from costplan.problems import BadUsage
from costplan.store.files.text import read_kept

if TYPE_CHECKING:
    from costplan.catalog.energy import Energy
    from costplan.catalog.throughput import Throughput
    from costplan.outcomes.queueing import Arrival


class CapacityFiles:
    """The built-in measurements and terms, read when they are first asked for."""

    def __init__(self, folder: Path | None = None) -> None:
        self._folder = folder or Path()
        self._throughput: dict[str, Throughput] = {}
        self._energy: Energy | None = None

    def throughput(self, model: str) -> Throughput:
        """Measured tokens a second of a model."""
        if model not in self._throughput:
            from costplan.store.files.throughput import throughput_of

            self._throughput[model] = throughput_of(model)
        return self._throughput[model]

    def energy(self) -> Energy:
        """What machines draw and grids emit."""
        if self._energy is None:
            from costplan.store.files.throughput import open_energy

            self._energy = open_energy()
        return self._energy

    def arrivals(self, name: str) -> list[Arrival]:
        """A trace as (seconds, service seconds). Raises BadUsage, naming the line at fault.

        Lines that begin with # and a first line of titles are passed over.
        """
        path = self._folder / name
        if path.exists() and not path.is_file():
            raise BadUsage(f"{path} is no plain file", "a trace is a file of the workload's own")
        arrivals: list[Arrival] = []
        rows = [row.strip() for row in read_kept(path).splitlines()]
        for number, row in enumerate(rows, 1):
            if not row or row.startswith("#"):
                continue
            try:
                begins, service = (float(part) for part in row.split(","))
                sound = isfinite(begins) and isfinite(service) and begins >= 0 <= service
            except ValueError:
                if not arrivals:  # the titles
                    continue
                sound = False
            if not sound:
                raise BadUsage(f"{path}:{number}: not seconds,service_seconds")
            arrivals.append((begins, service))
        if not arrivals:
            raise BadUsage(f"{path} has no arrivals", "lines of seconds,service_seconds")
        return arrivals
