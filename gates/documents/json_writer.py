"""A board as `board.json`. Scripts rely on its names; it only gains keys."""

from typing import Any

from gates.board.child_rows import ActionRow, BlockerRow, EvidenceRow
from gates.board.rows import Board, ClaimRow, GateRow
from gates.models.check_rows import CheckRow
from gates.reason_text import reason_text
from gates.rules.reason import Reason


def board_as_data(board: Board) -> dict[str, Any]:
    """Return the board as lists and dictionaries; datetimes are left to the JSON encoder."""
    totals = board.totals
    return {
        "launch": {
            "slug": board.launch.slug,
            "name": board.launch.name,
            "snapshot_date": board.launch.snapshot_date,
        },
        "as_of": board.as_of,
        "totals": {
            "rows": totals.rows,
            "counted": totals.counted,
            "closed": totals.closed,
            "partial": totals.partial,
            "open": totals.open,
            "blocked": totals.blocked,
        },
        "sections": [
            {
                "prefix": section.prefix,
                "name": section.name,
                "closed": section.closed,
                "total": section.total,
            }
            for section in board.sections
        ],
        "gates": [gate_as_data(gate) for gate in board.visible_gates()],
        "claims": [claim_as_data(claim) for claim in board.claims],
        "actions": [_action_data(action) for action in board.actions],
    }


def gate_as_data(gate: GateRow) -> dict[str, Any]:
    """Return one gate as `board_as_data` has it."""
    return {
        "code": gate.code,
        "title": gate.title,
        "section": gate.section,
        "status": gate.status.value,
        "reason": _reason_sentence(gate.reasons),
        "progress": gate.progress,
        "priority": gate.priority,
        "counted": gate.counted,
        "not_counted_reason": gate.not_counted_reason,
        "definition_of_done": gate.definition_of_done,
        "notes": gate.notes,
        "owner": gate.owner,
        "covered_by": gate.covered_by,
        "closed_at": gate.closed_at,
        "closing_note": gate.closing_note,
        "evidence": [_evidence_data(proof) for proof in gate.evidence],
        "blockers": [_blocker_data(blocker) for blocker in gate.blockers],
        "checks": [_check_data(check) for check in gate.checks],
        "ready": gate.is_ready,
    }


def _evidence_data(proof: EvidenceRow) -> dict[str, Any]:
    return {
        "kind": proof.kind,
        "summary": proof.summary,
        "url": proof.url,
        "output": proof.output,
        "file": proof.file_name(),
        "sha256": proof.sha256,
        "commit": proof.commit,
        "observed_at": proof.observed_at,
        "valid_until": proof.valid_until,
        "recorded_at": proof.recorded_at,
        "current": proof.is_current,
        "withdrawn_on": proof.withdrawn_on,
        "check": proof.check.key if proof.check else None,
    }


def _check_data(check: CheckRow) -> dict[str, Any]:
    rule, newest = check.rule, check.newest
    units = zip(rule.conditions, check.units, strict=True)
    return {
        "key": check.key,
        "kind": rule.kind.value,
        "state": check.state.value,
        "reason": reason_text(check.reason) if check.reason else "",
        "conditions": [
            {
                "measure": condition.measure,
                "operator": condition.operator.value,
                "bound": condition.bound_text(),
                "unit": unit,
            }
            for condition, unit in units
        ],
        "fresh_days": rule.fresh_days,
        "fresh_until": check.fresh_until,
        "repository": rule.repository,
        "ref": rule.ref,
        "required_from": check.required_from,
        "retired_why": check.retired_why,
        "last_run": newest and {"observed_at": newest.observed_at, "passed": newest.passed},
    }


def _blocker_data(blocker: BlockerRow) -> dict[str, Any]:
    return {
        "needs": blocker.needs,
        "why": blocker.why,
        "waiting_on": blocker.waiting_on,
        "raised_at": blocker.raised_at,
        "due_on": blocker.due_on,
        "resolved_at": blocker.resolved_at,
        "resolution": blocker.resolution,
    }


def claim_as_data(claim: ClaimRow) -> dict[str, Any]:
    """Return one claim as `board_as_data` has it."""
    return {
        "slug": claim.slug,
        "name": claim.name,
        "allowed": claim.verdict.allowed,
        "reasons": [reason_text(reason) for reason in claim.verdict.reasons],
    }


def _action_data(action: ActionRow) -> dict[str, Any]:
    return {
        "gate": action.gate_code or None,
        "text": action.text,
        "estimate": action.estimate,
        "day": action.day,
        "state": action.state,
        "needs": action.needs or None,
    }


def _reason_sentence(reasons: tuple[Reason, ...]) -> str:
    return "; ".join(reason_text(reason) for reason in reasons)
