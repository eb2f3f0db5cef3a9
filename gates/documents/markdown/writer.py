"""A board as a Markdown document with computed numbers, which the reader understands again.

The form is that of the hand-kept document. What it had no place for (owners, several proofs,
resolved blockers …) has tables of its own, left out where they would be empty. What belongs to
this database alone is not written: accounts, who recorded what and when, files (their names and
checksums are). docs/documents.md describes the format.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, time
from urllib.parse import parse_qsl

from django.utils import timezone

from gates.board.rows import (
    ActionRow,
    BlockerRow,
    Board,
    ClaimRow,
    EvidenceRow,
    GateRow,
    SectionRow,
)
from gates.rules import Progress, Status

from .cells import parse_cell, parse_evidence, without_label
from .escaping import escape_cell, escape_first, escape_text
from .parsed import ParsedEvidence
from .to_records import parse_moment
from .vocabulary import MARKS, STATE_MARKS

GATE_TABLE_COLUMNS = ("#", "Gate", "Status", "Evidence", "DoD", "Notes", "Priority", "Owner")
EVIDENCE_TABLE_COLUMNS = (
    "Gate", "Kind", "Evidence", "Link", "Commit", "Observed", "Valid until", "Output",
)  # fmt: skip
BLOCKER_TABLE_COLUMNS = ("Gate", "Blocker", "Why", "Waiting on", "Raised", "Due")
CLAIM_TABLE_COLUMNS = (
    "Claim",
    "Name",
    "Gates closed, at least",
    "All P0",
    "Required gates",
    "Verdict",
)
ACTION_TABLE_COLUMNS = ("Gate", "Action", "ETA", "State", "Needs")


def write_markdown(board: Board) -> str:
    """The document. Reading it into an empty database and writing it again gives it again.

    Of a board that lists only some gates, it has those and says so.
    """
    if board.filter:
        lines = [*_heading_lines(board), *_filter(board), *_write_sections(board)]
        return "\n".join([*lines, *_beside_the_gates(board.visible_gates())]).rstrip("\n") + "\n"
    lines = [
        *_heading_lines(board),
        *_write_sections(board),
        *_summary_lines(board),
        *_table_lines("Claims", CLAIM_TABLE_COLUMNS, map(_claim_cells, board.claims)),
        *_beside_the_gates(board.gates),
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


def _filter(board: Board) -> Iterator[str]:
    asked = ", ".join(f"{name}: {escape_text(value)}" for name, value in parse_qsl(board.filter))
    yield f"**Shown:** {len(board.visible_gates())} of {board.totals.rows} gates ({asked})"
    yield ""


def _write_sections(board: Board) -> Iterator[str]:
    for section in board.sections:
        if section.visible_gates() or not board.filter:
            yield from _write_section(section)


def _write_section(section: SectionRow) -> Iterator[str]:
    # Where the codes do not begin with the section's letters, the heading says them.
    derived = section.gates and section.gates[0].code.rstrip("0123456789") == section.prefix
    letters = "" if derived else f" {{{section.prefix}}}"
    # A name must not look as if it ended in letters itself.
    name = escape_text(section.name).replace("{", "&#123;")
    done = " ✅" if section.gates and section.closed == section.total else ""
    yield f"## {name}{letters} ({section.closed}/{section.total} closed){done}"
    yield ""
    if section.gates:
        yield from _row_lines(GATE_TABLE_COLUMNS, map(_gate_cells, section.visible_gates()))


def _gate_cells(gate: GateRow) -> list[str]:
    # A blocked gate keeps how far it is; closing it again is for a person to decide.
    begun = gate.status is Status.BLOCKED and gate.progress != Progress.OPEN
    status = MARKS[gate.status] + (f" {MARKS[Status.PARTIAL]}" if begun else "")
    proof = next((line for proof in gate.evidence if (line := _in_its_row(gate, proof))), "")
    texts = (gate.definition_of_done, gate.notes, gate.priority, gate.owner)
    done, notes, priority, owner = map(escape_text, texts)
    done = done if without_label(done) == done else escape_first(done)
    return [
        gate.code,
        escape_text(gate.title),
        status,
        proof,
        done,
        _plain_text(notes),
        priority,
        owner,
    ]


def _plain_text(line: str) -> str:
    """A line that no reader takes for "DoD: …" or "P1 — …"."""
    return line if parse_cell(line).rest == line else escape_first(line)


def _in_its_row(gate: GateRow, proof: EvidenceRow) -> str:
    """The proof as the cell in its gate's row; empty where that would not say all of it.

    Only the first proof of a closed gate, so that the order of several stays the same.
    """
    if gate.status is not Status.CLOSED or proof is not gate.evidence[0]:
        return ""
    summary = escape_text(proof.summary)
    line = (
        f"[{summary}]({escape_text(proof.url)})" if proof.kind == "link" else _plain_text(summary)
    )
    wanted = _evidence_cell(gate, proof)
    found = parse_evidence(0, gate.code, line) if parse_cell(line).rest == line else None
    if found is not None:
        found.observed = parse_moment(found.observed) or ""
        wanted.observed = parse_moment(wanted.observed) or ""
    return line if found == wanted else ""


def _evidence_cell(gate: GateRow, proof: EvidenceRow) -> ParsedEvidence:
    kind, output = proof.kind, proof.output
    if proof.file:
        # A file cannot travel in a text; that there is one, and which, can.
        named = f"{proof.file_name()} (SHA-256 {proof.sha256})"
        kind = "document" if kind == "file" else kind
        output = f"{output}\n{named}" if output else named
    return ParsedEvidence(
        0,
        gate.code,
        proof.summary,
        kind,
        proof.url,
        output,
        proof.commit,
        _format_moment(proof.observed_at),
        str(proof.valid_until or ""),
    )


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
            yield f"**Gap to {claim.slug} ({of}):** {_gate_lines(missing)}."
        elif claim.required_gates:
            missing = len(set(claim.required_gates) - closed)
            codes = ", ".join(claim.required_gates)
            yield f"**Gap to {claim.slug} ({codes}):** {_gate_lines(missing)}."
    yield ""


def _gate_lines(number: int) -> str:
    return f"{number} gate" if number == 1 else f"{number} gates"


def _claim_cells(claim: ClaimRow) -> list[str]:
    return [
        claim.slug,
        escape_text(claim.name),
        str(claim.min_closed or ""),
        "yes" if claim.requires_p0 else "no",
        ", ".join(claim.required_gates),
        "allowed" if claim.verdict.allowed else "refused",
    ]


def _beside_the_gates(gates: Sequence[GateRow]) -> Iterator[str]:
    proofs = (
        _evidence_cells(_evidence_cell(gate, proof))
        for gate in gates
        for proof in gate.evidence
        if not _in_its_row(gate, proof)
    )
    closings = (
        [gate.code, _format_moment(gate.closed_at), escape_text(gate.closing_note)]
        for gate in gates
        if gate.status is Status.CLOSED and (gate.closed_at or gate.closing_note)
    )
    apart = ([g.code, escape_text(g.not_counted_reason)] for g in gates if not g.counted)
    covered = ([gate.code, gate.covered_by] for gate in gates if gate.covered_by)
    waiting = (_blocker_cells(b) for gate in gates for b in gate.unresolved_blockers())
    resolved = (
        [
            *_blocker_cells(blocker),
            _format_moment(blocker.resolved_at),
            escape_text(blocker.resolution),
        ]
        for gate in gates
        for blocker in _resolved(gate)
    )
    reasons = ("Gate", "Not counted because")
    yield from _table_lines("Further evidence", EVIDENCE_TABLE_COLUMNS, proofs)
    yield from _table_lines(
        "How gates were closed", ("Gate", "Closed at", "Closing note"), closings
    )
    yield from _table_lines("Not counted", reasons, apart)
    yield from _table_lines("Covered by another gate's drill", ("Gate", "Covered by"), covered)
    yield from _table_lines("What we CANNOT close yet", BLOCKER_TABLE_COLUMNS, waiting)
    columns = (*BLOCKER_TABLE_COLUMNS, "Resolved", "Resolution")
    yield from _table_lines("What we no longer wait for", columns, resolved)


def _evidence_cells(said: ParsedEvidence) -> list[str]:
    texts = (said.summary, said.url, said.commit, said.observed, said.valid_until, said.output)
    return [said.code, said.kind, *map(escape_text, texts)]


def _blocker_cells(blocker: BlockerRow) -> list[str]:
    return [
        blocker.gate_code,
        escape_text(blocker.needs),
        escape_text(blocker.why),
        escape_text(blocker.waiting_on),
        _format_moment(blocker.raised_at),
        str(blocker.due_on or ""),
    ]


def _resolved(gate: GateRow) -> list[BlockerRow]:
    """The last word on each thing it waited for; what it waits for again is not resolved."""
    last = {blocker.needs: blocker for blocker in gate.blockers if blocker.resolved_at}
    again = {blocker.needs for blocker in gate.unresolved_blockers()}
    return [blocker for needs, blocker in last.items() if needs not in again]


def _step_lines(board: Board) -> Iterator[str]:
    free = [row for row in board.actions if row.day is None]
    yield from _table_lines("What we can still do", ACTION_TABLE_COLUMNS, map(_action_cells, free))
    plan = board.plan()
    if plan:
        yield "## Execution plan"
        yield ""
    for day in plan:
        yield f"**Day {day.day} ({day.label()}, {day.date}):**"
        yield ""
        yield from _row_lines(ACTION_TABLE_COLUMNS, map(_action_cells, day.actions))


def _action_cells(row: ActionRow) -> list[str]:
    state = STATE_MARKS[row.state]
    return [
        row.gate_code,
        escape_text(row.text),
        escape_text(row.estimate),
        state,
        escape_text(row.needs),
    ]


def _table_lines(title: str, columns: Sequence[str], rows: Iterable[list[str]]) -> Iterator[str]:
    """A section with a table, or nothing where the table would be empty."""
    found = list(rows)
    if found:
        yield f"## {title}"
        yield ""
        yield from _row_lines(columns, found)


def _row_lines(columns: Sequence[str], rows: Iterable[list[str]]) -> Iterator[str]:
    yield f"| {' | '.join(columns)} |"
    yield f"|{'---|' * len(columns)}"
    for row in rows:
        yield f"| {' | '.join(map(escape_cell, row))} |"
    yield ""


def _format_moment(at: datetime | None) -> str:
    """A moment; midnight is written as its day."""
    if at is None:
        return ""
    here = timezone.localtime(at)
    return str(here.date()) if here.time() == time.min else here.isoformat(sep=" ")
