"""What an annotation says of a field: ``Annotated[Decimal, Ge(0), Key("requests_per_month")]``."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Annotated, Any

from costplan.problems import did_you_mean
from costplan.quantity import literal


class _Bound:
    """A limit on a number. ``holds`` tells whether a number keeps it."""

    __slots__ = ("bound", "holds")
    comparison: str
    words: str
    keyword: str

    def __init__(self, bound: int) -> None:
        self.bound = bound
        # number >= bound is bound <= number, asked of the bound: no call of Python in between
        self.holds: Callable[[Decimal], bool] = getattr(Decimal(bound), self.comparison)

    def broken(self, number: Decimal) -> str | None:
        """What is wrong with a number that does not keep it."""
        if self.holds(Decimal(number)):
            return None
        return f"must be {self.words} {self.bound}, not {number}"

    def hint(self, number: Decimal) -> str | None:
        """How it would be written so that it keeps it; None where nobody knows."""
        return None

    def schema(self) -> dict[str, Any]:
        """What JSON Schema calls it."""
        return {self.keyword: self.bound}

    def __get_pydantic_json_schema__(self, core: Any, handler: Any) -> Any:
        return {**handler(core), **self.schema()}


class Ge(_Bound):
    """At least ``bound``."""

    __slots__ = ()
    comparison, words, keyword = "__le__", "at least", "minimum"


class Gt(_Bound):
    """More than ``bound``."""

    __slots__ = ()
    comparison, words, keyword = "__lt__", "more than", "exclusiveMinimum"


class Le(_Bound):
    """At most ``bound``."""

    __slots__ = ()
    comparison, words, keyword = "__ge__", "at most", "maximum"

    def hint(self, number: Decimal) -> str | None:
        """A share that was given in percent, as a share."""
        if self.bound != 1 or not 1 < number <= 100:
            return None
        return f"{literal(Decimal(number))} % is {literal(Decimal(number) / 100)}"


class Code:
    """The shape of an ISO 4217 code; which codes there are is nobody's to freeze."""

    def broken(self, text: str) -> str | None:
        if len(text) == 3 and text.isascii() and text.isalpha() and text.isupper():
            return None
        return f"must be an ISO 4217 code such as USD, not {text}"

    def hint(self, text: str) -> str | None:
        """The code that was meant."""
        return f"write {text.upper()}" if self.broken(text.upper()) is None else None

    def schema(self) -> dict[str, Any]:
        return {"pattern": "^[A-Z]{3}$"}

    def __get_pydantic_json_schema__(self, core: Any, handler: Any) -> Any:
        return {**handler(core), **self.schema()}


class OneOf:
    """One of these words, where the type that the rest of the program sees is ``str``."""

    __slots__ = ("choices",)

    def __init__(self, *choices: str) -> None:
        self.choices = choices

    def broken(self, text: str) -> str | None:
        return None if text in self.choices else f"must be one of {', '.join(self.choices)}"

    def hint(self, text: str) -> str | None:
        """The word that was meant."""
        return did_you_mean(text, self.choices)

    def schema(self) -> dict[str, Any]:
        return {"enum": [*self.choices]}


class Names:
    """The keys of a mapping: these and no others. It is read into this order."""

    __slots__ = ("names",)

    def __init__(self, *names: str) -> None:
        self.names = names


class Pattern:
    """The shape of a text in the JSON Schema; a record's ``check`` says what is wrong with one."""

    __slots__ = ("text",)

    def __init__(self, text: str) -> None:
        self.text = text

    def schema(self) -> dict[str, Any]:
        return {"pattern": self.text}


class Key:
    """What a document calls the field. ``catalog.hash``: the key ``hash`` of an object below."""

    __slots__ = ("name",)

    def __init__(self, name: str) -> None:
        self.name = name


class As:
    """A field that a document holds as another type.

    ``kind`` is the type in the document; ``get`` makes its value from the whole record, or names
    the attribute that has it; ``put`` turns what was read into the field's value.
    """

    __slots__ = ("get", "kind", "put")

    def __init__(
        self,
        kind: Any,
        get: str | Callable[[Any], Any],
        put: Callable[[Any], Any] | None = None,
    ) -> None:
        self.kind, self.get, self.put = kind, get, put


class Since:
    """The minor version of the schema that added the key: older documents do without it."""

    __slots__ = ("minor",)

    def __init__(self, minor: int) -> None:
        self.minor = minor


class _Mark:
    """A mark that says all by being there."""

    __slots__ = ()


class Sparse(_Mark):
    """Left out of a document at the field's default, and so never missed there."""


class Inline(_Mark):
    """The keys of this record stand among those of the record that holds it."""


class Blank(_Mark):
    """A text that is null in a document where it is empty."""


class Monthly(_Mark):
    """A date that a document writes as its month, such as 2026-11: the first of it."""


class Unsaved(_Mark):
    """Not in the document."""


Amount = Annotated[Decimal, Ge(0)]
Positive = Annotated[Decimal, Gt(0)]
Share = Annotated[Decimal, Ge(0), Le(1)]
Count = Annotated[int, Ge(1)]
Currency = Annotated[str, Code()]
