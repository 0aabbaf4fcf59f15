"""A workbook read and computed again: the few formulas that ours has, and nothing else."""

from __future__ import annotations

import re
import zipfile
from io import BytesIO
from xml.etree import ElementTree

NS = {"s": "http://schemas.openxmlformats.org/spreadsheetml/2006/main"}
REFERENCE = re.compile(r"(?:(\w+)!)?\$?([A-Z]+)\$?(\d+)(?::\$?([A-Z]+)\$?(\d+))?")


class Workbook:
    """Cells by sheet and reference. ``value`` computes formulas, ``cached`` is what the file says
    they come to."""

    def __init__(self, content: bytes) -> None:
        self._texts: dict[tuple[str, str], str | float] = {}
        self._formulas: dict[tuple[str, str], str] = {}
        self.sheets: list[str] = []
        with zipfile.ZipFile(BytesIO(content)) as archive:
            shared = [
                "".join(text.text or "" for text in entry.iterfind(".//s:t", NS))
                for entry in _xml(archive, "xl/sharedStrings.xml").iterfind("s:si", NS)
            ]
            book = _xml(archive, "xl/workbook.xml")
            for number, sheet in enumerate(book.iterfind(".//s:sheet", NS), 1):
                name = sheet.get("name", "")
                self.sheets.append(name)
                for cell in _xml(archive, f"xl/worksheets/sheet{number}.xml").iterfind(
                    ".//s:c", NS
                ):
                    self._read(name, cell, shared)

    def _read(self, sheet: str, cell: ElementTree.Element, shared: list[str]) -> None:
        key = sheet, cell.get("r", "")
        value, formula = cell.find("s:v", NS), cell.find("s:f", NS)
        if formula is not None:
            self._formulas[key] = formula.text or ""
        if value is not None:
            text = value.text or ""
            self._texts[key] = shared[int(text)] if cell.get("t") == "s" else float(text)

    def formulas(self) -> list[tuple[str, str]]:
        return list(self._formulas)

    def cached(self, sheet: str, reference: str) -> float:
        found = self._texts[sheet, reference]
        assert isinstance(found, float)
        return found

    def change(self, sheet: str, label: str, value: float) -> None:
        """Put a number beside a label of the first column."""
        self._texts[sheet, f"B{self._row_of(sheet, label)}"] = value

    def row(self, sheet: str, label: str) -> dict[str, float]:
        """The figures beside a label, by the titles of the columns above it."""
        row = self._row_of(sheet, label)
        head = next(
            at
            for at in range(row, 0, -1)
            if str(self._texts.get((sheet, f"A{at}"), "")).endswith(" a month")
            and (sheet, f"B{at}") in self._texts
            and isinstance(self._texts[sheet, f"B{at}"], str)
        )
        found = {}
        for at in range(1, 50):
            title = self._texts.get((sheet, f"{_letters(at)}{head}"))
            if title is not None and (sheet, f"{_letters(at)}{row}") in {
                **self._texts,
                **self._formulas,
            }:
                value = self.value(sheet, f"{_letters(at)}{row}")
                assert isinstance(value, float)
                found[str(title)] = value
        return found

    def column(self, sheet: str, title: str) -> list[str | float]:
        """The cells below a title of the first row."""
        (at,) = [at for at in range(50) if self._texts.get((sheet, f"{_letters(at)}1")) == title]
        keys = ((sheet, f"{_letters(at)}{row}") for row in range(2, 2000))
        return [self._texts[key] for key in keys if key in self._texts]

    def value(self, sheet: str, reference: str) -> str | float:
        """A cell's value, its formula computed from the cells it names; 0 where it is empty."""
        formula = self._formulas.get((sheet, reference))
        if formula is None:
            return self._texts.get((sheet, reference), 0.0)
        return self._compute(sheet, formula)

    def _compute(self, sheet: str, formula: str) -> float:
        match = re.fullmatch(r"SUMPRODUCT\(\((.+?)=(.+?)\)\*\((.+?)=\"(.*)\"\),(.+)\)", formula)
        if match:
            columns, wanted, components, component, amounts = match.groups()
            title = self._many(sheet, wanted)[0]
            return sum(
                float(amount)
                for column, part, amount in zip(
                    self._many(sheet, columns),
                    self._many(sheet, components),
                    self._many(sheet, amounts),
                    strict=True,
                )
                if column == title and (part or "") == component
            )
        match = re.fullmatch(r"SUM\((.+)\)", formula)
        if match:
            return sum(float(value) for value in self._many(sheet, match[1]))
        match = re.fullmatch(r'IF\((\w+)="yes",(.+),(.+)\)', formula)
        if match:
            chosen = match[2] if self._many(sheet, match[1])[0] == "yes" else match[3]
            return self._compute(sheet, chosen)
        match = re.fullmatch(r"IF\((.+)=0,0,(.+)\)", formula)
        if match:
            if not self._compute(sheet, match[1]):
                return 0.0
            return self._compute(sheet, match[2])
        plain = REFERENCE.sub(lambda one: repr(float(self._many(sheet, one[0])[0])), formula)
        assert re.fullmatch(r"[\d.e+*/()-]+", plain), formula
        return float(eval(plain))  # noqa: S307  # of figures and operators alone, as just held

    def _many(self, sheet: str, text: str) -> list[str | float]:
        match = REFERENCE.fullmatch(text)
        assert match, text
        sheet = match[1] or sheet
        column, first = match[2], int(match[3])
        last = int(match[5] or first)
        return [self.value(sheet, f"{column}{row}") for row in range(first, last + 1)]

    def _row_of(self, sheet: str, label: str) -> int:
        (found,) = [
            int(reference[1:])
            for (name, reference), value in self._texts.items()
            if name == sheet and value == label and re.fullmatch(r"A\d+", reference)
        ]
        return found


def _xml(archive: zipfile.ZipFile, name: str) -> ElementTree.Element:
    return ElementTree.fromstring(archive.read(name))


def _letters(number: int) -> str:
    return chr(ord("A") + number) if number < 26 else "A" + chr(ord("A") + number - 26)
