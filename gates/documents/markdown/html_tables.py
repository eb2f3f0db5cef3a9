"""HTML tables in a Markdown text, as the tables that the readers know."""

import html
import re
from collections.abc import Iterable, Iterator

from .blocks import Row, Table
from .limits import MAX_CELLS

_BEGINS = re.compile(r"[ >]{0,8}<table\b", re.IGNORECASE)
_FENCE = re.compile(r" {0,3}(`{3,}|~{3,})")
_TABLE_TAG = re.compile(r"<(/?)table\b[^<>]*>", re.IGNORECASE)
_TAG = re.compile(r"<(?P<end>/?)(?P<name>[a-zA-Z][a-zA-Z0-9]{0,9})\b(?P<more>[^<>]*)>")
_HREF = re.compile(r"\bhref\s*=\s*(?:\"([^\"]*)\"|'([^']*)'|([^\s\"'>]+))", re.IGNORECASE)
_SPAN = re.compile(r"\b(col|row)span\s*=\s*[\"']?([0-9]{1,3})", re.IGNORECASE)
# What tags are in Markdown, at their beginning and at their end.
_MARKS = {
    "br": ("<br>", ""), "p": ("<br>", ""), "li": ("<br>", ""), "code": ("`", "`"),
    "b": ("**", "**"), "strong": ("**", "**"), "i": ("*", "*"), "em": ("*", "*"),
}  # fmt: skip
MAX_SPAN = 100


def take_html_tables(lines: list[str]) -> list[Table]:
    """Return the tables of a document's lines, which become empty; not those in blocks of code.

    A table without an end, or with more cells than a document can have, stays as text.
    """
    tables = []
    for begin, end in _outermost(_pairs(lines)):
        if not _BEGINS.match(lines[begin]):
            continue
        table = _Reader(begin + 1).read("\n".join(lines[begin:end]))
        if table is not None:
            tables.append(table)
            lines[begin:end] = [""] * (end - begin)
    return tables


def _pairs(lines: list[str]) -> Iterator[tuple[int, int]]:
    """Yield (line of the beginning, line after the end) of every table, inner ones first."""
    begun: list[int] = []
    fence = ""
    for i, line in enumerate(lines):
        if mark := _FENCE.match(line):
            fence = "" if fence and mark.group(1).startswith(fence) else fence or mark.group(1)
        elif not fence and "<" in line:
            for tag in _TABLE_TAG.finditer(line):
                if not tag.group(1):
                    begun.append(i)
                elif begun:
                    yield begun.pop(), i + 1


def _outermost(pairs: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    """Return the pairs that are in no other one, in order."""
    found: list[tuple[int, int]] = []
    for begin, end in pairs:
        while found and found[-1][0] >= begin:
            found.pop()
        if not found or found[-1][1] <= begin:
            found.append((begin, end))
    return found


class _Reader:
    """State of the reading of one table; line: its first one."""

    def __init__(self, line: int) -> None:
        self.line = self.line_now = line
        self.cells = 0
        self.rows: list[Row] = []
        self.cell: list[str] | None = None  # the texts of the cell that is open
        self.spans = (1, 1)  # columns and rows of that cell
        self.address = ""  # of the link that is open
        self.below: dict[int, tuple[int, str]] = {}  # column: rows left of a cell above, its text

    def read(self, text: str) -> Table | None:
        """Return the table; None if it has no cells, or too many."""
        at = depth = 0
        for tag in _TAG.finditer(text):
            self._add(text[at : tag.start()])
            self.line_now += text.count("\n", at, tag.end())
            at, name = tag.end(), tag["name"].casefold()
            if name == "table":
                depth += -1 if tag["end"] else 1
            elif depth == 1:
                self._read_tag(name, tag)
            if self.cells > MAX_CELLS:
                return None
        self._end_cell()
        rows = [row for row in self.rows if row.cells]
        if not rows or len(rows) * len(rows[0].cells) > MAX_CELLS:
            return None
        header, width = rows[0].cells, len(rows[0].cells)
        below = [Row(row.line, _padded(row.cells, width), row.written) for row in rows[1:]]
        return Table(self.line, header, below)

    def _read_tag(self, name: str, tag: re.Match[str]) -> None:
        if name == "tr":
            self._end_cell()
            if not tag["end"]:
                self.rows.append(Row(self.line_now, [], 0))
        elif name in {"td", "th"}:
            self._end_cell()
            if not tag["end"] and self.rows:
                spans = {kind.casefold(): int(n) for kind, n in _SPAN.findall(tag["more"])}
                self.spans = tuple(min(spans.get(k, 1), MAX_SPAN) for k in ("col", "row"))  # type: ignore[assignment]
                self.cell = []
        elif name == "a" and self.cell is not None:
            found = _HREF.search(tag["more"])
            self.cell.append(f"]({self.address})" if tag["end"] and self.address else "")
            address = next(filter(None, found.groups()), "") if found and not tag["end"] else ""
            self.address = html.unescape(address)
            self.cell.append("[" if self.address else "")
        elif name == "input" and self.cell is not None:
            self.cell.append("[x] " if "checked" in tag["more"].casefold() else "[ ] ")
        elif name in _MARKS and self.cell is not None:
            self.cell.append(_MARKS[name][bool(tag["end"])])

    def _add(self, text: str) -> None:
        if self.cell is not None:
            self.cell.append(re.sub(r"\s+", " ", html.unescape(text)))

    def _end_cell(self) -> None:
        if self.cell is None:
            return
        text = re.sub(r"^(?:\s*<br>)+|(?:<br>\s*)+$", "", "".join(self.cell).strip()).strip()
        row, (columns, rows) = self.rows[-1], self.spans
        row.cells.extend(self._from_above(len(row.cells)))
        if rows > 1:
            self.below[len(row.cells)] = (rows - 1, text)
        row.cells += [text, *[""] * (columns - 1)]
        row.written = len(row.cells)
        self.cells += row.written
        self.cell, self.address = None, ""

    def _from_above(self, column: int) -> Iterator[str]:
        """Yield the texts of cells above that reach down to the next columns."""
        while column in self.below:
            left, text = self.below.pop(column)
            if left > 1:
                self.below[column] = (left - 1, text)
            yield text
            column += 1


def _padded(cells: list[str], width: int) -> list[str]:
    return (cells + [""] * width)[:width]
