"""Write a board as a Markdown document with computed numbers that the reader can import.

The form is that of the hand-kept document. Owners, further evidence, resolved blockers and the
like have tables of their own, absent if empty. Accounts, who recorded what and when, and the
content of files belong to one database and are not written (names and checksums of files are).
The format: docs/documents.md.
"""

from collections.abc import Iterator
from urllib.parse import parse_qsl

from gates.board.rows import Board, GateRow, SectionRow
from gates.rules import Progress, Status

from .cells import without_label
from .escaping import escape_first, escape_text
from .evidence_cell import as_plain_text, evidence_cell
from .people import person_cell
from .side_table_writer import (
    ACTION_TABLE_COLUMNS,
    action_cells,
    claim_lines,
    row_lines,
    side_tables,
    table_lines,
)
from .vocabulary import MARKS

GATE_TABLE_COLUMNS = ("#", "Gate", "Status", "Evidence", "DoD", "Notes", "Priority", "Owner")


def write_markdown(board: Board) -> str:
    """Return the document. Imported into an empty database and written again it is the same.

    A filtered board is written with its visible gates and a line that says so.
    """
    if board.filter:
        lines = [*_heading_lines(board), *_filter_lines(board), *_write_sections(board)]
        return "\n".join([*lines, *side_tables(board.visible_gates())]).rstrip("\n") + "\n"
    lines = [
        *_heading_lines(board),
        *_write_sections(board),
        *_summary_lines(board),
        *claim_lines(board.claims),
        *side_tables(board.gates),
        *_step_lines(board),
    ]
    return "\n".join(lines).rstrip("\n") + "\n"


def _heading_lines(board: Board) -> Iterator[str]:
    launch, totals = board.launch, board.totals
    name = escape_text(launch.name)
    # A heading loses number signs at its end.
    yield f"# {name[:-1]}&#35;" if name.endswith("#") else f"# {name}"
    yield ""
    notes = f" ({escape_text(launch.notes)})" if launch.notes else ""
    yield f"**Snapshot date:** {launch.snapshot_date}{notes}"
    yield f"**Plan starts on:** {launch.plan_starts_on}"
    yield f"**Current status:** {totals.closed}/{totals.counted} gates closed."
    for claim in board.claims:
        if claim.min_closed is not None:
            p0 = ", including all P0 items" if claim.requires_p0 else ""
            least = f"**≥{claim.min_closed}/{totals.counted}**"
            yield f'**Rule:** no "{claim.slug}" claim until {least} gates closed{p0}.'
    yield ""


def _filter_lines(board: Board) -> Iterator[str]:
    filters = ", ".join(f"{name}: {escape_text(value)}" for name, value in parse_qsl(board.filter))
    yield f"**Shown:** {len(board.visible_gates())} of {board.totals.rows} gates ({filters})"
    yield ""


def _write_sections(board: Board) -> Iterator[str]:
    for section in board.sections:
        if section.visible_gates() or not board.filter:
            yield from _write_section(section)


def _write_section(section: SectionRow) -> Iterator[str]:
    # The heading has the letters only where the first code does not begin with them.
    derived = section.gates and section.gates[0].code.rstrip("0123456789") == section.prefix
    letters = "" if derived else f" {{{section.prefix}}}"
    # Escaped, so that a name with braces is not read as letters.
    name = escape_text(section.name).replace("{", "&#123;")
    done = " ✅" if section.gates and section.closed == section.total else ""
    yield f"## {name}{letters} ({section.closed}/{section.total} closed){done}"
    yield ""
    if section.gates:
        yield from row_lines(GATE_TABLE_COLUMNS, map(_gate_cells, section.visible_gates()))


def _gate_cells(gate: GateRow) -> list[str]:
    # A blocked gate keeps partial as its progress; only a person closes it again.
    begun = gate.status is Status.BLOCKED and gate.progress != Progress.OPEN
    status = MARKS[gate.status] + (f" {MARKS[Status.PARTIAL]}" if begun else "")
    proof = next((line for proof in gate.evidence if (line := evidence_cell(gate, proof))), "")
    done, notes = escape_text(gate.definition_of_done), escape_text(gate.notes)
    done = done if without_label(done) == done else escape_first(done)
    return [
        gate.code,
        escape_text(gate.title),
        status,
        proof,
        done,
        as_plain_text(notes),
        gate.priority,
        person_cell(gate.owner) if gate.owner else "",
    ]


def _summary_lines(board: Board) -> Iterator[str]:
    totals = board.totals
    apart = totals.rows - totals.counted
    yield "## Summary"
    yield ""
    yield f"- **Rows:** {totals.rows}" + (f", of which {apart} are not counted" if apart else "")
    for status in (Status.CLOSED, Status.PARTIAL, Status.OPEN, Status.BLOCKED):
        yield f"- **{status.capitalize()}:** {getattr(totals, status)}/{totals.counted}"
    yield ""
    closed = {gate.code for gate in board.gates if gate.status is Status.CLOSED}
    for claim in board.claims:
        if claim.min_closed is not None:
            missing = max(claim.min_closed - totals.closed, 0)
            of = f"{claim.min_closed}/{totals.counted}"
            yield f"**Gap to {claim.slug} ({of}):** {_count_gates(missing)}."
        elif claim.required_gates:
            missing = len(set(claim.required_gates) - closed)
            codes = ", ".join(claim.required_gates)
            yield f"**Gap to {claim.slug} ({codes}):** {_count_gates(missing)}."
    yield ""


def _count_gates(number: int) -> str:
    return f"{number} gate" if number == 1 else f"{number} gates"


def _step_lines(board: Board) -> Iterator[str]:
    free = [row for row in board.actions if row.day is None]
    yield from table_lines("What we can still do", ACTION_TABLE_COLUMNS, map(action_cells, free))
    plan = board.plan()
    if plan:
        yield "## Execution plan"
        yield ""
    for day in plan:
        yield f"**Day {day.day} ({day.label()}, {day.date}):**"
        yield ""
        yield from row_lines(ACTION_TABLE_COLUMNS, map(action_cells, day.actions))
