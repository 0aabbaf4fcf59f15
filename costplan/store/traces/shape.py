"""What a source looks like: how it is recognised, and where it keeps each column of usage."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, NamedTuple, Protocol

from costplan.store.traces.columns import INSIDE, TAKEN
from costplan.store.traces.paths import compiled, has, steps_of

Record = Mapping[str, Any]
Row = list[str | None]
LeftOut = str
"""Why a record is no request of its own, in words that are counted."""
NOT_A_REQUEST: LeftOut = "not a request to a model"


class Shape(NamedTuple):
    """A source, as data.

    ``needs``: paths of which a record has all of one tuple, if it is of this shape; ``never``:
    paths that show it is another. ``paths``: of each destination where it stands, the first that
    is there. ``within``: the path of the list of rows in a record, where it holds several; ``over``
    names keys of what is around them that each row also has. ``only``: values of a path that make
    a record a request, all others are left out. ``input_holds``, ``output_holds``: see
    ``columns.HOLDS``. ``vendor_said`` False: the vendor is an assumption, as the record names none.
    """

    name: str
    about: str
    needs: tuple[tuple[str, ...], ...]
    paths: Mapping[str, tuple[str, ...]]
    never: tuple[str, ...] = ()
    within: tuple[str, ...] = ()
    over: tuple[str, ...] = ()
    only: tuple[str, tuple[str, ...], LeftOut] | None = None
    unless: tuple[str, tuple[str, ...], LeftOut] | None = None
    input_holds: str = INSIDE
    output_holds: str = INSIDE
    vendor_said: bool = True

    def recognises(self, record: Record) -> bool:
        """Whether a record is of this shape."""
        if not any(all(has(path)(record) for path in paths) for paths in self.needs):
            return False
        return not any(has(path)(record) for path in self.never)

    def with_paths(self, paths: Mapping[str, tuple[str, ...]]) -> Shape:
        """The same with paths that say otherwise where a destination stands."""
        return self._replace(paths={**self.paths, **paths})


class Adapter(Protocol):
    """Rows of one file. A new one for each file: some sources say things once for what follows."""

    def rows(self, record: Record) -> Iterable[Row | LeftOut]:
        """The rows that a record holds, and why each other is left out."""


class ShapeAdapter:
    """The rows of a source that is data alone."""

    def __init__(self, shape: Shape, extra: Iterable[str] = ()) -> None:
        self.shape = shape
        self._within = [steps_of(path) for path in shape.within]
        self._take = taker(shape, extra)
        self._only = compiled([shape.only[0]]) if shape.only else None
        self._unless = compiled([shape.unless[0]]) if shape.unless else None

    def rows(self, record: Record) -> Iterable[Row | LeftOut]:
        """As ``Adapter`` says."""
        if not self.shape.within:
            yield self._row(record)
            return
        seen = False
        for steps in self._within:
            for inside, around in _inside(record, steps, {}):
                if isinstance(inside, Mapping):
                    seen = True
                    also = {key: around[key] for key in self.shape.over if key in around}
                    yield self._row({**also, **inside})
            if seen:
                return
        if not seen:
            yield NOT_A_REQUEST

    def _row(self, record: Record) -> Row | LeftOut:
        if self._only is not None and self.shape.only is not None:
            _, allowed, why = self.shape.only
            if self._only(record) not in allowed:
                return why
        if self._unless is not None and self.shape.unless is not None:
            _, refused, why = self.shape.unless
            if self._unless(record) in refused:
                return why
        return self._take(record)


Shaped = Callable[[Shape], ShapeAdapter]
"""What makes the adapter of a shape for one file, as ``--map`` and the columns that are asked for
have it."""


def _inside(node: Any, steps: Any, around: Mapping[str, Any]) -> Iterable[tuple[Any, Any]]:
    """Elements of nested lists, each with the scalars of all that is around it."""
    if not steps:
        yield node, around
        return
    if not isinstance(node, Mapping):
        return
    value = node.get(steps[0].name)
    around = {**around, **{k: v for k, v in node.items() if not isinstance(v, list)}}
    for element in value if isinstance(value, list) else [value]:
        yield from _inside(element, steps[1:], around)


def taker(shape: Shape, extra: Iterable[str] = ()) -> Callable[[Record], Row]:
    """A function that takes a row from a record: a text or None for each of ``TAKEN``."""
    said = {
        "source": f"={shape.name}",
        "input_holds": f"={shape.input_holds}",
        "output_holds": f"={shape.output_holds}",
    }
    getters: list[Callable[[Record], str | None]] = []
    for name in TAKEN:
        if name in said:
            getters.append(compiled([said[name]]))
        else:
            paths = shape.paths.get(name)
            getters.append(compiled(paths) if paths else _nothing)
    getters += [compiled([path]) for path in extra]
    return lambda record: [get(record) for get in getters]


def _nothing(record: Record) -> None:
    return None
