"""What the tables of a document name, found before the document is read."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from gates.documents.titles import title_key

from .blocks import Block, Heading, Table
from .codes import normal_code
from .columns import map_columns, map_gate_columns
from .tables import reference
from .vocabulary import strip_markup

GATE_TABLE = {"code", "gate", "status"}


@dataclass(slots=True)
class Survey:
    """The names in a document's tables.

    codes: as they are written. titles: as they are compared. Both are of tables that are gate
    tables for sure. items: titles of all tables that have a status, too. headed: lines of headings
    with a table below them.
    """

    codes: set[str] = field(default_factory=set)
    titles: set[str] = field(default_factory=set)
    items: set[str] = field(default_factory=set)
    headed: set[int] = field(default_factory=set)
    has_gate_tables: bool = False  # with the columns code, gate and status under their own names
    has_tables: bool = False  # with the columns gate and status


def survey(blocks: Sequence[Block], meanings: Mapping[str, str]) -> Survey:
    """Return what the tables of a document name."""
    found, heading = Survey(), 0
    for block in blocks:
        if isinstance(block, Heading):
            heading = block.line
        elif isinstance(block, Table):
            found.headed.add(heading)
            columns = map_gate_columns(block.header, meanings)
            if map_columns(block.header, meanings).keys() >= GATE_TABLE:
                found.has_gate_tables = True
            if columns.keys() >= {"gate", "status"}:
                found.has_tables = True
                cells = [strip_markup(row.cells[columns["gate"]]) for row in block.rows]
                found.items |= set(map(title_key, cells)) - {""}
            if columns.keys() >= GATE_TABLE:
                codes = [strip_markup(row.cells[columns["code"]]) for row in block.rows]
                found.codes |= {normal_code(code) for code in codes if code}
                found.titles |= set(map(title_key, cells))
    return found


def side_columns(
    table: Table, columns: dict[str, int], found: Survey, meanings: Mapping[str, str]
) -> dict[str, int]:
    """Return the columns of a side table, with “Item” and “Who” where all items are gates.

    columns: those under their own names.
    """
    weak = map_gate_columns(table.header, meanings)
    if "gate" in columns or "gate" not in weak:
        return columns
    cells = [row.cells[weak["gate"]] for row in table.rows]
    named = [reference(cell, found.codes) for cell in cells if strip_markup(cell)]
    if not named or not all(n in found.codes or title_key(n) in found.items for n in named):
        return columns
    named_columns = {name: weak[name] for name in ("gate", "owner") if name in weak}
    free = {name: i for name, i in columns.items() if i not in named_columns.values()}
    return free | named_columns
