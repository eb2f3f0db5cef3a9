"""A board as CSV, one row a gate, safe to open in a spreadsheet."""

import csv
import io

from gates.board.rows import Board, GateRow
from gates.reason_text import reason_text

CSV_COLUMNS = (
    "code",
    "section",
    "title",
    "status",
    "reason",
    "progress",
    "priority",
    "counted",
    "not_counted_reason",
    "owner",
    "definition_of_done",
    "evidence",
    "waiting_on",
    "notes",
)

NOBODY = "—"  # in the column waiting_on

# A spreadsheet takes a cell that starts with one of these for a formula and may run it.
FORMULA_START = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


def write_csv(board: Board) -> str:
    """Return the board's gates as RFC 4180 text.

    It begins with a byte order mark, without which Excel shows Arabic as gibberish.
    """
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(CSV_COLUMNS)
    for gate in board.visible_gates():
        writer.writerow([escape_formula(cell) for cell in _cells(gate)])
    return "\ufeff" + out.getvalue()


def escape_formula(cell: str) -> str:
    """Return the cell, with an apostrophe in front if a spreadsheet would run it as a formula."""
    return f"'{cell}" if cell.lstrip(" ").startswith(FORMULA_START) else cell


def _cells(gate: GateRow) -> list[str]:
    return [
        gate.code,
        gate.section,
        gate.title,
        gate.status.value,
        "; ".join(reason_text(reason) for reason in gate.reasons),
        gate.progress,
        gate.priority,
        "yes" if gate.counted else "no",
        gate.not_counted_reason,
        gate.owner,
        gate.definition_of_done,
        "\n".join(proof.summary for proof in gate.evidence),
        "\n".join(f"{row.waiting_on or NOBODY}: {row.needs}" for row in gate.unresolved_blockers()),
        gate.notes,
    ]
