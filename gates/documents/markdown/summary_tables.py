"""Read tables that count gates by section."""

import re

from gates.rules.text import comparison_form

from .blocks import Table
from .parsed import ParsedDocument, StatedRow
from .sections import parse_name
from .vocabulary import MARKS, TOTAL_WORDS, strip_markup

# Casefolded name of a column: what it counts.
SUMMARY_COLUMNS = {
    "closed": "closed", "done": "closed", "partial": "partial", "in progress": "partial",
    "open": "open", "blocked": "blocked", "total": "total", "gates": "total", "مغلق": "closed",
    "مغلقة": "closed", "مفتوح": "open", "مفتوحة": "open", "جزئي": "partial", "محجوب": "blocked",
    "الإجمالي": "total", "المجموع": "total", "complete": "closed", "completed": "closed",
    "passed": "closed", "not started": "open", "all": "total", "count": "total", "مكتمل": "closed",
    "مكتملة": "closed", "جزئية": "partial", "محجوبة": "blocked", "الكل": "total",
    **{mark: status.value for status, mark in MARKS.items()},
}  # fmt: skip
_COUNTED = {comparison_form(name): counted for name, counted in SUMMARY_COLUMNS.items()}


def read_summary(parsed: ParsedDocument, table: Table) -> bool:
    """Read a summary table into `parsed`; return False if the table is none."""
    counted = {i: c for i, name in enumerate(table.header) if (c := _counted(name))}
    if "closed" not in counted.values() or len(counted) < 2 or 0 in counted:
        return False
    for row in table.rows:
        numbers = {m: row.cells[i].strip("* ") for i, m in counted.items()}
        counts = {m: int(n) for m, n in numbers.items() if re.fullmatch("[0-9]{1,6}", n)}
        name = strip_markup(row.cells[0])
        section = "" if comparison_form(name) in TOTAL_WORDS else parse_name(name)
        parsed.summary_rows.append(StatedRow(row.line, section, counts))
    return True


def _counted(name: str) -> str:
    """Return what a column counts; of “✅ Closed” as of “Closed”; "" for other columns."""
    words = comparison_form(strip_markup(name))
    without_sign = " ".join(word for word in words.split() if word[0].isalnum())
    return _COUNTED.get(words) or _COUNTED.get(without_sign, "")
