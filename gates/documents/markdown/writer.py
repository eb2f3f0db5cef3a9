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

from .cells import evidence_in, sentences, without_label
from .escaping import cell, escaped, first_escaped
from .parsed import SaidEvidence
from .to_records import moment
from .vocabulary import MARKS, STATE_MARKS

GATE_COLUMNS = ("#", "Gate", "Status", "Evidence", "DoD", "Notes", "Priority", "Owner")
EVIDENCE_COLUMNS = (
    "Gate", "Kind", "Evidence", "Link", "Commit", "Observed", "Valid until", "Output",
)  # fmt: skip
BLOCKER_COLUMNS = ("Gate", "Blocker", "Why", "Waiting on", "Raised", "Due")
CLAIM_COLUMNS = ("Claim", "Name", "Gates closed, at least", "All P0", "Required gates", "Verdict")
ACTION_COLUMNS = ("Gate", "Action", "ETA", "State", "Needs")


def write_markdown(board: Board) -> str:
    """The document. Reading it into an empty database and writing it again gives it again.

    Of a board that lists only some gates, it has those and says so.
    """
    if board.filter:
        lines = [*_head(board), *_filter(board), *_sections(board)]
        return "\n".join([*lines, *_beside_the_gates(board.listed())]).rstrip("\n") + "\n"
    lines = [
        *_head(board),
        *_sections(board),
        *_summary(board),
        *_table("Claims", CLAIM_COLUMNS, map(_claim, board.claims)),
        *_beside_the_gates(board.gates),
        *_steps(board),
    ]
    return "\n".join(lines).rstrip("\n") + "\n"


def _head(board: Board) -> Iterator[str]:
    launch, totals = board.launch, board.totals
    name = escaped(launch.name)
    # A heading loses number signs at its end.
    yield f"# {name[:-1]}&#35;" if name.endswith("#") else f"# {name}"
    yield ""
    notes = f" ({escaped(launch.notes)})" if launch.notes else ""
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
    asked = ", ".join(f"{name}: {escaped(value)}" for name, value in parse_qsl(board.filter))
    yield f"**Shown:** {len(board.listed())} of {board.totals.rows} gates ({asked})"
    yield ""


def _sections(board: Board) -> Iterator[str]:
    for section in board.sections:
        if section.listed() or not board.filter:
            yield from _section(section)


def _section(section: SectionRow) -> Iterator[str]:
    # Where the codes do not begin with the section's letters, the heading says them.
    derived = section.gates and section.gates[0].code.rstrip("0123456789") == section.prefix
    letters = "" if derived else f" {{{section.prefix}}}"
    # A name must not look as if it ended in letters itself.
    name = escaped(section.name).replace("{", "&#123;")
    done = " ✅" if section.gates and section.closed == section.total else ""
    yield f"## {name}{letters} ({section.closed}/{section.total} closed){done}"
    yield ""
    if section.gates:
        yield from _rows(GATE_COLUMNS, map(_gate, section.listed()))


def _gate(gate: GateRow) -> list[str]:
    # A blocked gate keeps how far it is; closing it again is for a person to decide.
    begun = gate.status is Status.BLOCKED and gate.progress != Progress.OPEN
    status = MARKS[gate.status] + (f" {MARKS[Status.PARTIAL]}" if begun else "")
    proof = next((line for proof in gate.evidence if (line := _in_its_row(gate, proof))), "")
    texts = (gate.definition_of_done, gate.notes, gate.priority, gate.owner)
    done, notes, priority, owner = map(escaped, texts)
    done = done if without_label(done) == done else first_escaped(done)
    return [gate.code, escaped(gate.title), status, proof, done, _plain(notes), priority, owner]


def _plain(line: str) -> str:
    """A line that no reader takes for "DoD: …" or "P1 — …"."""
    return line if sentences(line).rest == line else first_escaped(line)


def _in_its_row(gate: GateRow, proof: EvidenceRow) -> str:
    """The proof as the cell in its gate's row; empty where that would not say all of it.

    Only the first proof of a closed gate, so that the order of several stays the same.
    """
    if gate.status is not Status.CLOSED or proof is not gate.evidence[0]:
        return ""
    summary = escaped(proof.summary)
    line = f"[{summary}]({escaped(proof.url)})" if proof.kind == "link" else _plain(summary)
    wanted = _said(gate, proof)
    found = evidence_in(0, gate.code, line) if sentences(line).rest == line else None
    if found is not None:
        found.observed = moment(found.observed) or ""
        wanted.observed = moment(wanted.observed) or ""
    return line if found == wanted else ""


def _said(gate: GateRow, proof: EvidenceRow) -> SaidEvidence:
    kind, output = proof.kind, proof.output
    if proof.file:
        # A file cannot travel in a text; that there is one, and which, can.
        named = f"{proof.file_name()} (SHA-256 {proof.sha256})"
        kind = "document" if kind == "file" else kind
        output = f"{output}\n{named}" if output else named
    return SaidEvidence(
        0,
        gate.code,
        proof.summary,
        kind,
        proof.url,
        output,
        proof.commit,
        _moment(proof.observed_at),
        str(proof.valid_until or ""),
    )


def _summary(board: Board) -> Iterator[str]:
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
            yield f"**Gap to {claim.slug} ({of}):** {_gates(missing)}."
        elif claim.required_gates:
            missing = len(set(claim.required_gates) - closed)
            codes = ", ".join(claim.required_gates)
            yield f"**Gap to {claim.slug} ({codes}):** {_gates(missing)}."
    yield ""


def _gates(number: int) -> str:
    return f"{number} gate" if number == 1 else f"{number} gates"


def _claim(claim: ClaimRow) -> list[str]:
    return [
        claim.slug,
        escaped(claim.name),
        str(claim.min_closed or ""),
        "yes" if claim.requires_p0 else "no",
        ", ".join(claim.required_gates),
        "allowed" if claim.verdict.allowed else "refused",
    ]


def _beside_the_gates(gates: Sequence[GateRow]) -> Iterator[str]:
    proofs = (
        _evidence(_said(gate, proof))
        for gate in gates
        for proof in gate.evidence
        if not _in_its_row(gate, proof)
    )
    closings = (
        [gate.code, _moment(gate.closed_at), escaped(gate.closing_note)]
        for gate in gates
        if gate.status is Status.CLOSED and (gate.closed_at or gate.closing_note)
    )
    apart = ([g.code, escaped(g.not_counted_reason)] for g in gates if not g.counted)
    covered = ([gate.code, gate.covered_by] for gate in gates if gate.covered_by)
    waiting = (_blocker(b) for gate in gates for b in gate.unresolved_blockers())
    resolved = (
        [*_blocker(blocker), _moment(blocker.resolved_at), escaped(blocker.resolution)]
        for gate in gates
        for blocker in _resolved(gate)
    )
    reasons = ("Gate", "Not counted because")
    yield from _table("Further evidence", EVIDENCE_COLUMNS, proofs)
    yield from _table("How gates were closed", ("Gate", "Closed at", "Closing note"), closings)
    yield from _table("Not counted", reasons, apart)
    yield from _table("Covered by another gate's drill", ("Gate", "Covered by"), covered)
    yield from _table("What we CANNOT close yet", BLOCKER_COLUMNS, waiting)
    columns = (*BLOCKER_COLUMNS, "Resolved", "Resolution")
    yield from _table("What we no longer wait for", columns, resolved)


def _evidence(said: SaidEvidence) -> list[str]:
    texts = (said.summary, said.url, said.commit, said.observed, said.valid_until, said.output)
    return [said.code, said.kind, *map(escaped, texts)]


def _blocker(blocker: BlockerRow) -> list[str]:
    return [
        blocker.gate_code,
        escaped(blocker.needs),
        escaped(blocker.why),
        escaped(blocker.waiting_on),
        _moment(blocker.raised_at),
        str(blocker.due_on or ""),
    ]


def _resolved(gate: GateRow) -> list[BlockerRow]:
    """The last word on each thing it waited for; what it waits for again is not resolved."""
    last = {blocker.needs: blocker for blocker in gate.blockers if blocker.resolved_at}
    again = {blocker.needs for blocker in gate.unresolved_blockers()}
    return [blocker for needs, blocker in last.items() if needs not in again]


def _steps(board: Board) -> Iterator[str]:
    free = [row for row in board.actions if row.day is None]
    yield from _table("What we can still do", ACTION_COLUMNS, map(_action, free))
    plan = board.plan()
    if plan:
        yield "## Execution plan"
        yield ""
    for day in plan:
        yield f"**Day {day.day} ({day.label()}, {day.date}):**"
        yield ""
        yield from _rows(ACTION_COLUMNS, map(_action, day.actions))


def _action(row: ActionRow) -> list[str]:
    state = STATE_MARKS[row.state]
    return [row.gate_code, escaped(row.text), escaped(row.estimate), state, escaped(row.needs)]


def _table(title: str, columns: Sequence[str], rows: Iterable[list[str]]) -> Iterator[str]:
    """A section with a table, or nothing where the table would be empty."""
    found = list(rows)
    if found:
        yield f"## {title}"
        yield ""
        yield from _rows(columns, found)


def _rows(columns: Sequence[str], rows: Iterable[list[str]]) -> Iterator[str]:
    yield f"| {' | '.join(columns)} |"
    yield f"|{'---|' * len(columns)}"
    for row in rows:
        yield f"| {' | '.join(map(cell, row))} |"
    yield ""


def _moment(at: datetime | None) -> str:
    """A moment; midnight is written as its day."""
    if at is None:
        return ""
    here = timezone.localtime(at)
    return str(here.date()) if here.time() == time.min else here.isoformat(sep=" ")
