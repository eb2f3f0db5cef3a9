"""Read tables that count gates by section."""

import re

from .blocks import Table
from .parsed import ParsedDocument, StatedRow
from .sections import parse_name
from .vocabulary import TOTAL_WORDS, strip_markup

# Casefolded name of a column: what it counts.
SUMMARY_COLUMNS = {
    "closed": "closed", "done": "closed", "partial": "partial", "in progress": "partial",
    "open": "open", "blocked": "blocked", "total": "total", "gates": "total", "مغلق": "closed",
    "مغلقة": "closed", "مفتوح": "open", "مفتوحة": "open", "جزئي": "partial", "محجوب": "blocked",
    "الإجمالي": "total", "المجموع": "total",
}  # fmt: skip


def read_summary(parsed: ParsedDocument, table: Table) -> bool:
    """Read a summary table into `parsed`; return False if the table is none."""
    names = [strip_markup(name).casefold() for name in table.header]
    counted = {i: SUMMARY_COLUMNS[n] for i, n in enumerate(names) if n in SUMMARY_COLUMNS}
    if "closed" not in counted.values() or len(counted) < 2 or 0 in counted:
        return False
    for row in table.rows:
        numbers = {m: row.cells[i].strip("* ") for i, m in counted.items()}
        counts = {m: int(n) for m, n in numbers.items() if re.fullmatch("[0-9]{1,6}", n)}
        name = strip_markup(row.cells[0])
        section = "" if name.casefold() in TOTAL_WORDS else parse_name(name)
        parsed.summary_rows.append(StatedRow(row.line, section, counts))
    return True
