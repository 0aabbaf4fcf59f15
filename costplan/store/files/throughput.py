"""The built-in measurements of accelerators, and what machines draw.

Both lie beside the catalogue's categories (``pricing/throughput``, ``pricing/energy``) but hold no
offers, so no shelf of the catalogue reads them.
"""

from __future__ import annotations

from pathlib import Path

from costplan.catalog.energy import Energy, EnergyFile
from costplan.catalog.throughput import Throughput, ThroughputFile
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
