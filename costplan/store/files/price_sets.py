"""A set of prices by whatever name a user has for it: a file, a folder, a day, a git revision."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from costplan.catalog.lookup import Catalog, CatalogFile, Entry, Reserving, Shelf
from costplan.problems import BadUsage
from costplan.store.files.folders import built_in_folder
from costplan.store.files.git import Repository
from costplan.store.files.lock import BLOCK, Lock
from costplan.store.files.own_prices import OwnPrices
from costplan.store.files.shelves import GivenFiles, SlicedFolder, WholeFolder
from costplan.store.files.text import decode, parse_toml, read_document, read_file
from costplan.words import CATEGORIES

if TYPE_CHECKING:
    from costplan.catalog.provisioned import Reserve

CATALOGUE = "the catalogue"
REVISION = "such as HEAD~1, main:pricing or v1.2:prices/pricing/vector-db/pinecone.toml"


class PriceSet(NamedTuple):
    """Prices with their name and day. ``shelf`` None: the built-in catalogue on that day.

    ``partial``: it holds some entries on purpose (a file, a lock), so that what it lacks is not
    gone.
    """

    name: str
    as_of: date
    shelf: Shelf | None
    partial: bool = False

    def entries(self) -> list[Entry]:
        """Every entry once. Raises DocumentError for a file that is not sound."""
        loaded = (self._shelf.load(name) for name in self._shelf.ids())
        return list({entry.id: entry for entry in loaded if entry is not None}.values())

    def terms(self, ids: Iterable[str]) -> list[Reserve] | None:
        """Terms of reserved throughput of these ids; None where such prices are no part of it."""
        shelf = self._shelf
        if not isinstance(shelf, Reserving):
            return None
        return [known for name in ids if (known := shelf.reserve("", name)) is not None]

    @property
    def _shelf(self) -> Shelf:
        return self.shelf or SlicedFolder("built-in", built_in_folder())


def open_price_set(where: str, as_of: date, folder: Path) -> PriceSet:
    """The prices of a name; ``as_of`` is their day unless the name is one.

    A revision's path is below ``folder``; without one it is ``pricing`` there. Raises BadUsage for
    a name that is nothing.
    """
    path = Path(where)
    try:
        on_disk = bool(where) and path.exists()
    except (OSError, ValueError):  # too long for a name, or a NUL in it
        on_disk = False
    if on_disk:
        return _on_disk(path, as_of)
    try:
        return PriceSet(CATALOGUE, date.fromisoformat(where), None)
    except ValueError:
        return _revision(where, as_of, folder)


def _on_disk(path: Path, as_of: date) -> PriceSet:
    if path.is_dir():
        shelf = WholeFolder(str(path), path)
        if not list(shelf.ids()):
            below = ", ".join(CATEGORIES[:3])
            raise BadUsage(f"{path} holds no prices", f"a folder of {below} ... with TOML files")
        return PriceSet(str(path), as_of, shelf)
    text = read_file(path)
    if _is_lock(text):
        return PriceSet(str(path), as_of, Lock(path), partial=True)
    return _file(str(path), text, path.parent.name, as_of)


def _file(name: str, text: str, folder: str, as_of: date) -> PriceSet:
    file = read_document(CatalogFile, name, text, parse_toml(name, text))
    category = next((known for known in CATEGORIES if known == folder), file.category)
    shelf = OwnPrices(file if file.category else _in(file, category), name=name)
    return PriceSet(name, as_of, shelf, partial=True)


def _in(file: CatalogFile, category: str | None) -> CatalogFile:
    given = {**file.__dict__, "category": category}
    return CatalogFile(**given)


def _is_lock(text: str) -> bool:
    return "lock_version" in text[:2_000] or BLOCK.search(text) is not None


def _revision(where: str, as_of: date, folder: Path) -> PriceSet:
    revision, colon, below = where.partition(":")
    if not revision or revision.startswith("-"):
        raise BadUsage(f"'{where}' is no name of a revision", REVISION)
    try:
        repository = Repository.find(folder)
    except BadUsage as error:
        raise BadUsage(
            f"'{where}' is neither a file nor a folder nor a day, and no revision: {error.message}",
            error.hint or "days look like 2026-10-01",
        ) from None
    path = repository.inside((folder / (below if colon else "pricing")).absolute())
    name = f"{revision}:{path}" if colon else revision
    if repository.is_folder_at(revision, path):
        files = repository.folder_at(revision, path, ".toml")
        return PriceSet(name, as_of, GivenFiles(name, name, _sorted_files(name, files)))
    text = decode(repository.read_at(revision, path), name)
    if _is_lock(text):
        return PriceSet(name, as_of, Lock(Path(name), text), partial=True)
    return _file(name, text, Path(path).parent.name, as_of)


def _sorted_files(name: str, files: dict[str, bytes]) -> Iterable[tuple[str, str, str]]:
    """Files of ``<category>/<vendor>.toml`` form; what lies elsewhere is no price."""
    for path, data in sorted(files.items()):
        category, slash, rest = path.partition("/")
        if slash and "/" not in rest and not category.startswith("."):
            yield category, f"{name}/{path}", decode(data, f"{name}/{path}")


def together(old: PriceSet, new: PriceSet) -> tuple[list[Entry], list[Entry], str | None]:
    """Both sides' entries, and what to say where only a part of one is compared.

    Beside a file or a lock, a whole catalogue is compared in what the part holds.
    """
    olds, news = old.entries(), new.entries()
    if old.partial == new.partial:
        return olds, news, None
    part, name = (olds, old.name) if old.partial else (news, new.name)
    ids = {entry.id for entry in part}
    wanted: Callable[[Entry], bool] = lambda entry: entry.id in ids  # noqa: E731
    said = f"only what {name} holds is compared: {len(ids)} entries"
    return list(filter(wanted, olds)), list(filter(wanted, news)), said


def terms_together(old: PriceSet, new: PriceSet) -> tuple[list[Reserve], list[Reserve]]:
    """Both sides' terms of reserved throughput, of those that a lock holds; a lock alone pins some,
    and what is no catalogue of such terms is compared in none."""
    locks = [side.shelf for side in (old, new) if isinstance(side.shelf, Lock)]
    ids = sorted({name for lock in locks for name in lock.reserving()})
    olds, news = old.terms(ids), new.terms(ids)
    return ([], []) if olds is None or news is None else (olds, news)


def catalog_with(side: PriceSet, beneath: Iterable[Shelf], own: Shelf | None) -> Catalog:
    """A catalogue in which a set of prices lies over others and under a workload's own."""
    shelves = [*beneath, *(shelf for shelf in (side.shelf, own) if shelf is not None)]
    return Catalog(shelves)
