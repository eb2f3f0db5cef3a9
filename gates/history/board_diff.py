"""What changed between two boards of the same launch."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext_noop

from gates.board.rows import BlockerRow, Board, ClaimRow, EvidenceRow, GateRow
from gates.history.row_diff import RowChange, added_and_removed_rows, changed_rows
from gates.models import Action, Blocker, Claim, Evidence, Gate, Launch, Section
from gates.rules import Status, Totals
from gates.rules.reason import Reason

CLOSING_COLUMNS = {"progress", "closed_at", "closed_by", "closing_note"}
RESOLVING_COLUMNS = {"resolved_at", "resolved_by", "resolution"}
CLAIM_RULE_COLUMNS = {"min_closed", "requires_p0"}


@dataclass(frozen=True, slots=True)
class GateChange:
    """One gate that moved, why it stands where it stands now, and who it is."""

    code: str
    title: str
    reasons: tuple[Reason, ...] = ()


@dataclass(slots=True)
class BoardDiff:
    """Everything that differs, by what it means to a reader."""

    before: Totals
    after: Totals
    closed: list[GateChange] = field(default_factory=list)
    reopened: list[GateChange] = field(default_factory=list)
    stale: list[GateChange] = field(default_factory=list)
    blocked: list[GateChange] = field(default_factory=list)
    unblocked: list[GateChange] = field(default_factory=list)
    added: list[GateChange] = field(default_factory=list)
    removed: list[GateChange] = field(default_factory=list)
    evidence_added: list[tuple[str, str]] = field(default_factory=list)
    evidence_removed: list[tuple[str, str]] = field(default_factory=list)
    blockers_raised: list[tuple[str, str]] = field(default_factory=list)
    blockers_resolved: list[tuple[str, str]] = field(default_factory=list)
    blockers_removed: list[tuple[str, str]] = field(default_factory=list)
    rules: list[Reason] = field(default_factory=list)
    loosened_claims: list[Reason] = field(default_factory=list)
    rewritten: list[RowChange] = field(default_factory=list)  # evidence of a closed gate
    steps: list[RowChange] = field(default_factory=list)
    edits: list[RowChange] = field(default_factory=list)
    list_limit: int | None = None  # of each list, on one page; None: all of it

    def __bool__(self) -> bool:
        return any(self.lists())

    def lists(self) -> list[list[Any]]:
        """The lists of everything that differs."""
        found = (getattr(self, name) for name in self.__slots__)
        return [one for one in found if isinstance(one, list)]


def diff_boards(old: Board, new: Board) -> BoardDiff:
    """What changed from one board to a later one. A pure function of the two."""
    changes = BoardDiff(before=old.totals, after=new.totals)
    earlier = {gate.id: gate for gate in old.gates}
    later = {gate.id: gate for gate in new.gates}
    for pk, gate in later.items():
        if pk in earlier:
            _compare_gates(changes, earlier[pk], gate)
        else:
            changes.added.append(_change(gate))
            if gate.status == Status.CLOSED:
                changes.closed.append(_change(gate))
    changes.removed += [_change(gate) for pk, gate in earlier.items() if pk not in later]
    _compare_evidence(changes, earlier, later, new.accounts)
    _compare_blockers(changes, earlier, later, new.accounts)
    _compare_claims(changes, old, new)
    changes.steps += added_and_removed_rows(Action, old.actions, new.actions)
    changes.steps += changed_rows(Action, old.actions, new.actions, new.accounts)
    changes.edits += changed_rows(Launch, [old.launch], [new.launch], new.accounts)
    changes.edits += added_and_removed_rows(Section, old.sections, new.sections)
    changes.edits += changed_rows(Section, old.sections, new.sections, new.accounts)
    changes.edits += changed_rows(Gate, old.gates, new.gates, new.accounts, _columns_of_decision)
    larger = max(old, new, key=lambda board: board.totals.rows)
    changes.list_limit = larger.list_limit(sum(map(bool, changes.lists())))
    return changes


def _change(gate: GateRow) -> GateChange:
    return GateChange(gate.code, gate.title, gate.reasons)


def _compare_gates(changes: BoardDiff, old: GateRow, new: GateRow) -> None:
    moved = old.status != new.status
    if moved and new.status == Status.CLOSED:
        changes.closed.append(_change(new))
    elif moved and new.status == Status.BLOCKED:
        changes.blocked.append(_change(new))
    elif moved and new.progress == "closed":
        changes.stale.append(_change(new))  # still marked closed: its evidence ran out
    if _reopened(old, new):
        changes.reopened.append(_change(new))
    if moved and old.status == Status.BLOCKED:
        changes.unblocked.append(_change(new))


def _reopened(old: GateRow, new: GateRow) -> bool:
    return old.progress == "closed" != new.progress


def _columns_of_decision(old: GateRow, new: GateRow) -> set[str]:
    """The columns of a closing, where the gate stands under "newly closed" or "reopened"."""
    newly_closed = old.progress != "closed" and new.status == Status.CLOSED
    return CLOSING_COLUMNS if newly_closed or _reopened(old, new) else set()


def _format_rule_value(value: object) -> str:
    if isinstance(value, bool):
        return "✓" if value else "✗"
    return str(value) if value not in {None, ""} else "—"


def _compare_evidence(
    changes: BoardDiff,
    old: Mapping[int, GateRow],
    new: Mapping[int, GateRow],
    accounts: Mapping[int, str],
) -> None:
    """A proof rewritten under a closed gate stands by itself: the closing rested on it."""
    before = {proof.id: proof for gate in old.values() for proof in gate.evidence}
    after = {proof.id: proof for gate in new.values() for proof in gate.evidence}
    changes.evidence_added += [_proof(row) for pk, row in after.items() if pk not in before]
    changes.evidence_removed += [_proof(row) for pk, row in before.items() if pk not in after]
    for pk, row in after.items():
        if pk not in before:
            continue
        holders = [old.get(before[pk].gate_id), new.get(row.gate_id)]
        closed = any(gate is not None and gate.progress == "closed" for gate in holders)
        found = changed_rows(Evidence, [before[pk]], [row], accounts)
        (changes.rewritten if closed else changes.edits).extend(found)


def _proof(row: EvidenceRow) -> tuple[str, str]:
    return row.gate_code, row.summary


def _compare_blockers(
    changes: BoardDiff,
    old: Mapping[int, GateRow],
    new: Mapping[int, GateRow],
    accounts: Mapping[int, str],
) -> None:
    before = {row.id: row for gate in old.values() for row in gate.blockers}
    after = {row.id: row for gate in new.values() for row in gate.blockers}
    for pk, row in after.items():
        was = before.get(pk)
        if was is None or (was.resolved_at and not row.resolved_at):
            changes.blockers_raised.append(_need(row))
        if row.resolved_at and (was is None or not was.resolved_at):
            changes.blockers_resolved.append(_need(row))
    changes.blockers_removed += [_need(row) for pk, row in before.items() if pk not in after]
    changes.edits += changed_rows(
        Blocker, before.values(), after.values(), accounts, _columns_of_resolution
    )


def _need(row: BlockerRow) -> tuple[str, str]:
    return row.gate_code, row.needs


def _columns_of_resolution(old: BlockerRow, new: BlockerRow) -> set[str]:
    return RESOLVING_COLUMNS if bool(old.resolved_at) != bool(new.resolved_at) else set()


def _compare_claims(changes: BoardDiff, old: Board, new: Board) -> None:
    """A rule made easier stands by itself: it moves the verdict without moving a gate."""
    renamed = {gate.id: gate.code for gate in new.gates}
    codes = {gate.code: renamed.get(gate.id, gate.code) for gate in old.gates}
    earlier = {claim.id: claim for claim in old.claims}
    for claim in new.claims:
        was = earlier.pop(claim.id, None)
        if was is None:
            words = gettext_noop("New claim: %(claim)s")
            changes.rules.append(Reason("claim_added", words, {"claim": claim.name}))
            continue
        changes.edits += changed_rows(
            Claim, [was], [claim], new.accounts, lambda _old, _new: CLAIM_RULE_COLUMNS
        )
        changes_here, easier = _rule_changes(was, claim, codes)
        (changes.loosened_claims if easier else changes.rules).extend(changes_here)
    for gone in earlier.values():
        words = gettext_noop("Claim removed: %(claim)s")
        changes.loosened_claims.append(Reason("claim_removed", words, {"claim": gone.name}))


def _rule_changes(
    old: ClaimRow, new: ClaimRow, codes: Mapping[str, str]
) -> tuple[list[Reason], bool]:
    """The sentences, and whether the rule is easier; `codes` are today's codes of older ones."""
    found, easier = [], False
    required = [codes.get(code, code) for code in old.required_gates]
    if old.min_closed != new.min_closed:
        easier = easier or (new.min_closed or 0) < (old.min_closed or 0)
        words = gettext_noop("%(claim)s: gates that must be closed %(old)s → %(new)s")
        values = {
            "claim": new.name,
            "old": _format_rule_value(old.min_closed),
            "new": _format_rule_value(new.min_closed),
        }
        found.append(Reason("threshold_changed", words, values))
    if old.requires_p0 != new.requires_p0:
        easier = easier or not new.requires_p0
        words = gettext_noop("%(claim)s: all P0 gates closed %(old)s → %(new)s")
        values = {
            "claim": new.name,
            "old": _format_rule_value(old.requires_p0),
            "new": _format_rule_value(new.requires_p0),
        }
        found.append(Reason("p0_rule_changed", words, values))
    if set(required) != set(new.required_gates):
        easier = easier or bool(set(required) - set(new.required_gates))
        words = gettext_noop("%(claim)s: required gates %(old)s → %(new)s")
        values = {
            "claim": new.name,
            "old": _format_rule_value(", ".join(required)),
            "new": _format_rule_value(", ".join(new.required_gates)),
        }
        found.append(Reason("required_gates_changed", words, values))
    return found, easier
