"""A board as CSV, one row a gate, for spreadsheets."""

import csv
import io

from gates.board import Board, GateRow

# Excel takes a CSV file without this mark for the machine's old encoding and shows Arabic as
# gibberish. Programs read past it with the encoding "utf-8-sig".
MARK = "\ufeff"

COLUMNS = (
    "code", "title", "section", "status", "reason", "progress", "priority", "counted",
    "not_counted_reason", "owner", "definition_of_done", "evidence", "blockers", "notes",
)  # fmt: skip

# What a spreadsheet reads as a formula, in wide letters too, where it begins a cell.
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


def write_csv(board: Board) -> str:
    """The gates as RFC 4180 lines (comma, CRLF, quotes doubled) under a line of column names."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(COLUMNS)
    for gate in board.gates:
        writer.writerow([harmless(cell) for cell in _cells(gate)])
    return MARK + text.getvalue()


def harmless(cell: str) -> str:
    """The cell as text: an apostrophe goes before what a spreadsheet would run as a formula."""
    return f"'{cell}" if cell.startswith(FORMULA_STARTS) else cell


def _cells(gate: GateRow) -> tuple[str, ...]:
    return (
        gate.code,
        gate.title,
        gate.section,
        gate.status.value,
        "; ".join(map(str, gate.reasons)),
        gate.progress,
        gate.priority,
        "yes" if gate.counted else "no",
        gate.not_counted_reason,
        gate.owner,
        gate.definition_of_done,
        "\n".join(" ".join(filter(None, (row.summary, row.url))) for row in gate.evidence),
        "\n".join(f"{row.needs} ({row.waiting_on})" for row in gate.unresolved_blockers()),
        gate.notes,
    )
