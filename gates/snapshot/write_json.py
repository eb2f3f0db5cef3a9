"""A board as JSON, for scripts. The names are fixed (DESIGN §6); the sentences are in English."""

import json
from datetime import date, datetime
from typing import Any

from django.utils import timezone

from gates.board import ActionRow, BlockerRow, Board, ClaimRow, EvidenceRow, GateRow
from gates.rules import Totals


def write_json(board: Board) -> str:
    """The board as indented JSON, one line feed at the end."""
    return json.dumps(board_as_dict(board), ensure_ascii=False, indent=2) + "\n"


def board_as_dict(board: Board) -> dict[str, Any]:
    """The board in plain values; moments as ISO 8601 with the offset of the board's time zone."""
    launch = board.launch
    return {
        "launch": {
            "slug": launch.slug,
            "name": launch.name,
            "snapshot_date": launch.snapshot_date.isoformat(),
            "plan_starts_on": launch.plan_starts_on.isoformat(),
        },
        "as_of": _moment(board.as_of),
        "totals": _totals(board.totals),
        "sections": [
            {"prefix": row.prefix, "name": row.name, "closed": row.closed, "total": row.total}
            for row in board.sections
        ],
        "gates": [_gate(gate) for gate in board.gates],
        "claims": [_claim(claim) for claim in board.claims],
        "actions": [_action(action) for action in board.actions],
    }


def _totals(totals: Totals) -> dict[str, int]:
    names = ("rows", "counted", "closed", "partial", "open", "blocked")
    return {name: getattr(totals, name) for name in names}


def _gate(gate: GateRow) -> dict[str, Any]:
    return {
        "code": gate.code,
        "title": gate.title,
        "section": gate.section,
        "status": gate.status.value,
        "reason": "; ".join(map(str, gate.reasons)),
        "progress": gate.progress,
        "priority": gate.priority,
        "counted": gate.counted,
        "owner": gate.owner,
        "evidence": [_evidence(proof) for proof in gate.evidence],
        "blockers": [_blocker(blocker) for blocker in gate.blockers],
    }


def _evidence(proof: EvidenceRow) -> dict[str, Any]:
    return {
        "kind": proof.kind,
        "summary": proof.summary,
        "url": proof.url,
        "output": proof.output,
        "file": proof.file_name(),
        "sha256": proof.sha256,
        "commit": proof.commit,
        "observed_at": _moment(proof.observed_at),
        "valid_until": _day(proof.valid_until),
        "current": proof.is_current,
        "recorded_at": _moment(proof.recorded_at),
    }


def _blocker(blocker: BlockerRow) -> dict[str, Any]:
    return {
        "needs": blocker.needs,
        "why": blocker.why,
        "waiting_on": blocker.waiting_on,
        "raised_at": _moment(blocker.raised_at),
        "due_on": _day(blocker.due_on),
        "resolved_at": _moment(blocker.resolved_at),
        "resolution": blocker.resolution,
    }


def _claim(claim: ClaimRow) -> dict[str, Any]:
    return {
        "slug": claim.slug,
        "name": claim.name,
        "allowed": claim.verdict.allowed,
        "reasons": [str(reason) for reason in claim.verdict.reasons],
    }


def _action(action: ActionRow) -> dict[str, Any]:
    return {
        "gate": action.gate_code or None,
        "text": action.text,
        "estimate": action.estimate,
        "day": action.day,
        "state": action.state,
        "needs": action.needs or None,
    }


def _moment(value: datetime | None) -> str | None:
    return None if value is None else timezone.localtime(value).isoformat()


def _day(value: date | None) -> str | None:
    return None if value is None else value.isoformat()
