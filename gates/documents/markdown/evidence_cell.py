"""Write a proof as the evidence cell of its gate's row, if the cell says all of it."""

from datetime import datetime, time

from django.utils import timezone

from gates.board.child_rows import EvidenceRow
from gates.board.rows import GateRow
from gates.rules import Status

from .cells import parse_cell, parse_evidence
from .escaping import escape_first, escape_text
from .parsed import ParsedEvidence
from .to_records import parse_moment


def evidence_cell(gate: GateRow, proof: EvidenceRow) -> str:
    """Return a proof as the cell in its gate's row; empty if the cell would lose a field.

    Only the first proof of a closed gate, so that the order of several stays the same.
    """
    if gate.status is not Status.CLOSED or proof is not gate.evidence[0]:
        return ""
    summary = escape_text(proof.summary)
    line = (
        f"[{summary}]({escape_text(proof.url)})" if proof.kind == "link" else as_plain_text(summary)
    )
    expected = parsed_evidence(gate, proof)
    today = timezone.localdate()
    reread = parse_evidence(0, gate.code, line, today) if parse_cell(line).rest == line else None
    if reread is not None:
        reread.observed = parse_moment(reread.observed) or ""
        expected.observed = parse_moment(expected.observed) or ""
    return line if reread == expected else ""


def parsed_evidence(gate: GateRow, proof: EvidenceRow) -> ParsedEvidence:
    """Return a proof of the board as the reader would parse it."""
    # A text cannot hold runs: elsewhere, what a check proves is one measurement with a last day.
    kind = "measurement" if proof.check else proof.kind
    output = proof.output
    if proof.file:
        # A text cannot hold the file, but its name and checksum.
        label = f"{proof.file_name()} (SHA-256 {proof.sha256})"
        kind = "document" if kind == "file" else kind
        output = f"{output}\n{label}" if output else label
    return ParsedEvidence(
        0,
        gate.code,
        proof.summary,
        kind,
        proof.url,
        output,
        proof.commit,
        format_moment(proof.observed_at),
        _valid_until(proof),
    )


def _valid_until(proof: EvidenceRow) -> str:
    """Return the last day on which a proof counts; never before it was observed."""
    last = proof.fact().last_day()
    if last and proof.observed_at:
        last = max(last, timezone.localdate(proof.observed_at))
    return str(last or "")


def as_plain_text(line: str) -> str:
    """Return a line that `parse_cell` does not read as "DoD: …" or "P1 — …"."""
    return line if parse_cell(line).rest == line else escape_first(line)


def format_moment(at: datetime | None) -> str:
    """Return a moment in ISO 8601 here; of midnight the date alone."""
    if at is None:
        return ""
    local = timezone.localtime(at)
    return str(local.date()) if local.time() == time.min else local.isoformat(sep=" ")
