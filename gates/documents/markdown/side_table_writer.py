"""Write the tables beside the gate tables: evidence, closings, blockers, steps, claims."""

from collections.abc import Iterable, Iterator, Sequence

from gates.board.child_rows import ActionRow, BlockerRow
from gates.board.rows import ClaimRow, GateRow
from gates.rules import Status

from .escaping import escape_cell, escape_text
from .evidence_cell import evidence_cell, format_moment, parsed_evidence
from .parsed import ParsedEvidence
from .people import person_cell
from .vocabulary import CHOICES, STATE_MARKS

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
# Only where somebody has chosen: other documents stay as they are.
CHOICE_COLUMN = "Says launched"
ACTION_TABLE_COLUMNS = ("Gate", "Action", "ETA", "State", "Needs")


def side_tables(gates: Sequence[GateRow]) -> Iterator[str]:
    proofs = (
        _evidence_cells(parsed_evidence(gate, proof))
        for gate in gates
        for proof in gate.evidence
        if not evidence_cell(gate, proof)
    )
    closings = (
        [gate.code, format_moment(gate.closed_at), escape_text(gate.closing_note)]
        for gate in gates
        if gate.status is Status.CLOSED and (gate.closed_at or gate.closing_note)
    )
    apart = ([g.code, escape_text(g.not_counted_reason)] for g in gates if not g.counted)
    covered = ([gate.code, gate.covered_by] for gate in gates if gate.covered_by)
    waiting = (_blocker_cells(b) for gate in gates for b in gate.unresolved_blockers())
    resolved = (
        [
            *_blocker_cells(blocker),
            format_moment(blocker.resolved_at),
            escape_text(blocker.resolution),
        ]
        for gate in gates
        for blocker in _resolved(gate)
    )
    reasons = ("Gate", "Not counted because")
    yield from table_lines("Further evidence", EVIDENCE_TABLE_COLUMNS, proofs)
    yield from table_lines("How gates were closed", ("Gate", "Closed at", "Closing note"), closings)
    yield from table_lines("Not counted", reasons, apart)
    yield from table_lines("Covered by another gate's drill", ("Gate", "Covered by"), covered)
    yield from table_lines("What we CANNOT close yet", BLOCKER_TABLE_COLUMNS, waiting)
    columns = (*BLOCKER_TABLE_COLUMNS, "Resolved", "Resolution")
    yield from table_lines("What we no longer wait for", columns, resolved)


def _evidence_cells(evidence: ParsedEvidence) -> list[str]:
    texts = (
        evidence.summary,
        evidence.url,
        evidence.commit,
        evidence.observed,
        evidence.valid_until,
        evidence.output,
    )
    return [evidence.code, evidence.kind, *map(escape_text, texts)]


def _blocker_cells(blocker: BlockerRow) -> list[str]:
    return [
        blocker.gate_code,
        escape_text(blocker.needs),
        escape_text(blocker.why),
        person_cell(blocker.waiting_on),
        format_moment(blocker.raised_at),
        str(blocker.due_on or ""),
    ]


def _resolved(gate: GateRow) -> list[BlockerRow]:
    """Return the last resolved blocker of each text, except texts it is blocked by again."""
    last = {blocker.needs: blocker for blocker in gate.blockers if blocker.resolved_at}
    again = {blocker.needs for blocker in gate.unresolved_blockers()}
    return [blocker for needs, blocker in last.items() if needs not in again]


def claim_lines(claims: Sequence[ClaimRow]) -> Iterator[str]:
    """Yield the table of claims; which of them says that the launch is complete, if chosen."""
    if all(claim.says_launched is None for claim in claims):
        return table_lines("Claims", CLAIM_TABLE_COLUMNS, map(_claim_cells, claims))
    columns = (*CLAIM_TABLE_COLUMNS, CHOICE_COLUMN)
    cells = ([*_claim_cells(claim), CHOICES[claim.says_launched]] for claim in claims)
    return table_lines("Claims", columns, cells)


def _claim_cells(claim: ClaimRow) -> list[str]:
    return [
        claim.slug,
        escape_text(claim.name),
        str(claim.min_closed or ""),
        "yes" if claim.requires_p0 else "no",
        ", ".join(claim.required_gates),
        "allowed" if claim.verdict.allowed else "refused",
    ]


def action_cells(row: ActionRow) -> list[str]:
    state = STATE_MARKS[row.state]
    return [
        row.gate_code,
        escape_text(row.text),
        escape_text(row.estimate),
        state,
        person_cell(row.needs) if row.needs else "",
    ]


def table_lines(title: str, columns: Sequence[str], rows: Iterable[list[str]]) -> Iterator[str]:
    """Yield a heading with a table; nothing if the table is empty."""
    cells = list(rows)
    if cells:
        yield f"## {title}"
        yield ""
        yield from row_lines(columns, cells)


def row_lines(columns: Sequence[str], rows: Iterable[list[str]]) -> Iterator[str]:
    yield f"| {' | '.join(columns)} |"
    yield f"|{'---|' * len(columns)}"
    for row in rows:
        yield f"| {' | '.join(map(escape_cell, row))} |"
    yield ""
