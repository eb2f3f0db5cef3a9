"""Read a CSV file: our own export, or a sheet saved from Excel or Google Sheets."""

import contextlib
import csv
import io
import re

from django.utils.translation import gettext as _

from .csv_writer import CSV_COLUMNS, FORMULA_START
from .markdown.blocks import Row, Table
from .markdown.codes import BoardNames
from .markdown.columns import map_gate_columns
from .markdown.escaping import escape_text
from .markdown.limits import MAX_CELLS, too_many_cells
from .markdown.parsed import ParsedDocument
from .markdown.reader import ReadingOptions, read_tables
from .records import Problem, place_of

DELIMITERS = ",;\t"
LINES_ABOVE = 20  # a sheet may have a title above its header
csv.field_size_limit(1024 * 1024)


def read_csv(
    text: str, options: ReadingOptions, board: BoardNames
) -> tuple[ParsedDocument, list[Problem]]:
    """Return the parsed document of a CSV text, and its problems. It has no name."""
    text = _without_separator_line(text)
    delimiter, header_at = _find_header(text, options)
    if header_at < 0:
        names = " | ".join(_widest_row(text)[:10])
        message = _(
            "%(names)s: a header with a column Gate and a column Status is expected; map one with "
            "--column NAME=Gate"
        )
        problem = Problem(place_of(1), "", message % {"names": names})
        return ParsedDocument(), [problem]
    rows = csv.reader(io.StringIO(text), delimiter=delimiter)
    table, count = Table(0, []), 0
    try:
        for number, cells in enumerate(rows):
            if number < header_at or not any(cell.strip() for cell in cells):
                continue
            if number == header_at:
                table.line, table.header = rows.line_num, [escape_text(cell) for cell in cells]
                continue
            written = _without_empty_end(cells, len(table.header))
            padded = written + [""] * (len(table.header) - len(written))
            count += len(padded)
            if count > MAX_CELLS:
                return ParsedDocument(), [Problem(place_of(rows.line_num), "", too_many_cells())]
            own = tuple(cell.strip("\ufeff") for cell in table.header) == CSV_COLUMNS
            table.rows.append(
                Row(rows.line_num, [_as_cell(cell, own) for cell in padded], len(padded))
            )
    except csv.Error as error:
        message = _("not CSV: %(why)s") % {"why": error}
        return ParsedDocument(), [Problem(place_of(rows.line_num), "", message)]
    return read_tables([table], options, board)


def _find_header(text: str, options: ReadingOptions) -> tuple[str, int]:
    """Return the delimiter and the number of the row with the names of columns, or -1."""
    beginning = text[:100_000]
    for delimiter in DELIMITERS:
        try:
            for number, cells in enumerate(csv.reader(io.StringIO(beginning), delimiter=delimiter)):
                if number > LINES_ABOVE:
                    break
                if map_gate_columns(cells, options.columns).keys() >= {"gate", "status"}:
                    return delimiter, number
        except csv.Error:
            continue
    return ",", -1


def _without_separator_line(text: str) -> str:
    """Return a text with the line `sep=;`, which Excel writes and reads, as an empty one."""
    return re.sub(r"\A(?:sep|SEP)=.(?=\r?\n)", "", text)


def _widest_row(text: str) -> list[str]:
    """Return the names of the row above that is most like a header, for a message."""
    lines = "\n".join(text[:100_000].splitlines()[:LINES_ABOVE])
    rows: list[list[str]] = []
    for delimiter in DELIMITERS:
        with contextlib.suppress(csv.Error):
            rows += csv.reader(io.StringIO(lines), delimiter=delimiter)
    named = ([cell.strip() for cell in row if cell.strip()] for row in rows)
    return max(named, key=len, default=[])


def _without_empty_end(cells: list[str], width: int) -> list[str]:
    while len(cells) > width and not cells[-1].strip():
        cells = cells[:-1]
    return cells


def _as_cell(cell: str, own: bool) -> str:
    """Return a cell as Markdown; our own export has an apostrophe before what begins a formula."""
    if own and cell.startswith("'") and cell[1:].lstrip(" ").startswith(FORMULA_START):
        cell = cell[1:]
    return escape_text(cell.strip())
