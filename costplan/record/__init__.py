"""Plain data to frozen records, to plain data again, and to a JSON Schema: one annotation for all.

    marks.py     what an annotation may say of a field: bounds, its key, what writes it
    kinds.py     ``@record``, and the keys of a kind in their order
    reading.py   plain data to records, every problem at once; objects.py those of one kind
    dialects.py  what the plain data of TOML and of JSON looks like
    writing.py   records to plain JSON data
    compiled.py  a reader and a writer for a kind that a document has hundreds of
    schema.py    the JSON Schema of what is written

Types are read from the records' own annotations, so each is written down once: a workload, a
catalogue and a saved document differ in the words of their format alone. Importing a library for
it would cost every command more than the whole estimate (docs/decisions/0035). What a key means
stands under ``Keys:`` in its record's docstring (``costplan.keys``).
"""

from costplan.record.dialects import JSON, TOML, collect, collected, read
from costplan.record.found import BAD
from costplan.record.kinds import (
    REST,
    Compared,
    document,
    keys,
    open_record,
    record,
    replace,
    version_of,
    with_fields,
)
from costplan.record.marks import (
    Amount,
    As,
    Blank,
    Code,
    Count,
    Currency,
    Ge,
    Gt,
    Inline,
    Key,
    Le,
    Monthly,
    Names,
    OneOf,
    Pattern,
    Positive,
    Share,
    Since,
    Sparse,
    Unsaved,
)

__all__ = [
    "BAD",
    "JSON",
    "REST",
    "TOML",
    "Amount",
    "As",
    "Blank",
    "Code",
    "Compared",
    "Count",
    "Currency",
    "Ge",
    "Gt",
    "Inline",
    "Key",
    "Le",
    "Monthly",
    "Names",
    "OneOf",
    "Pattern",
    "Positive",
    "Share",
    "Since",
    "Sparse",
    "Unsaved",
    "collect",
    "collected",
    "document",
    "keys",
    "open_record",
    "read",
    "record",
    "replace",
    "version_of",
    "with_fields",
]
