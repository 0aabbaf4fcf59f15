"""The built-in measurements of accelerators, and the terms of provisioned throughput.

What machines draw lies beside them. All lie beside the catalogue's categories
(``pricing/throughput``, ``pricing/provisioned``, ``pricing/energy``) but hold no offers, so no
shelf of the catalogue reads them. A command that plans capacity reads them whole, once.
"""

from __future__ import annotations

from math import isfinite
from pathlib import Path

from costplan.catalog.energy import Energy, EnergyFile
from costplan.catalog.provisioned import ProvisionedFile
from costplan.catalog.throughput import Throughput, ThroughputFile
from costplan.outcomes.queueing import Arrival
from costplan.problems import BadUsage
from costplan.store.files.folders import built_in_folder
from costplan.store.files.text import parse_toml, read_document, read_kept

BLOCK = "[[curve]]"


def open_throughput(root: Path | None = None) -> Throughput:
    """Every measurement below ``throughput/`` of a pricing folder, the built-in one by default."""
    folder = (root or built_in_folder()) / "throughput"
    return Throughput([read_throughput(path) for path in sorted(folder.glob("*.toml"))])


def read_throughput(path: Path) -> ThroughputFile:
    """One file of measurements. Raises DocumentError with every problem and its place."""
    text = read_kept(path)
    return read_document(ThroughputFile, str(path), text, parse_toml(str(path), text))


def open_provisioned(root: Path | None = None) -> dict[str, ProvisionedFile]:
    """The files below ``provisioned/``, by their stem: the prefix of the ids in them."""
    folder = (root or built_in_folder()) / "provisioned"
    return {path.stem: read_provisioned(path) for path in sorted(folder.glob("*.toml"))}


def read_provisioned(path: Path) -> ProvisionedFile:
    """One vendor's terms. Raises DocumentError with every problem and its place."""
    text = read_kept(path)
    return read_document(ProvisionedFile, str(path), text, parse_toml(str(path), text))


def open_energy(root: Path | None = None) -> Energy:
    """What machines draw and grids emit: every file below ``energy/`` of a pricing folder."""
    folder = (root or built_in_folder()) / "energy"
    texts = {str(path): read_kept(path) for path in sorted(folder.glob("*.toml"))}
    return Energy(
        [
            read_document(EnergyFile, name, text, parse_toml(name, text))
            for name, text in texts.items()
        ]
    )


def throughput_of(model: str, root: Path | None = None) -> Throughput:
    """The measurements of one model; all of them where there are none, for the message.

    Only the model's blocks are parsed: ``model`` is the first line of each.
    """
    folder = (root or built_in_folder()) / "throughput"
    files = []
    for path in sorted(folder.glob("*.toml")):
        header, *blocks = read_kept(path).split(f"\n{BLOCK}\n")
        own = [block for block in blocks if block.startswith(f'model = "{model}"\n')]
        if own or not blocks:  # a file without any has the sizes of models
            text = f"\n{BLOCK}\n".join([header, *own])
            name = str(path)
            files.append(read_document(ThroughputFile, name, text, parse_toml(name, text)))
    throughput = Throughput(files)
    return throughput if throughput.models() else open_throughput(root)


class CapacityFiles:
    """The built-in measurements and terms, read when they are first asked for."""

    def __init__(self, folder: Path | None = None) -> None:
        self._folder = folder or Path()
        self._throughput: dict[str, Throughput] = {}
        self._energy: Energy | None = None

    def throughput(self, model: str) -> Throughput:
        """Measured tokens a second of a model."""
        if model not in self._throughput:
            self._throughput[model] = throughput_of(model)
        return self._throughput[model]

    def energy(self) -> Energy:
        """What machines draw and grids emit."""
        if self._energy is None:
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
