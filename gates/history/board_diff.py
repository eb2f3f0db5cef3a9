"""Compare two boards of the same launch."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext, gettext_noop

from gates.board.child_rows import BlockerRow, EvidenceRow
from gates.board.rows import Board, ClaimRow, GateRow
from gates.history.check_diff import CheckDiff, CheckNews, diff_checks
from gates.history.row_diff import RowChange, added_and_removed_rows, changed_rows
from gates.models import Action, Blocker, Claim, Evidence, Gate, Launch, Section
from gates.rules import Status, Totals
from gates.rules.reason import Reason

CLOSING_COLUMNS = {"progress", "closed_at", "closed_by", "closing_note"}
RESOLVING_COLUMNS = {"resolved_at", "resolved_by", "resolution"}
CLAIM_RULE_COLUMNS = {"min_closed", "requires_p0"}
# Of the reasons for a status, those that a required check gives.
CHECK_REASONS = {"check_failed", "check_stale", "check_not_met", "check_never_run"}


@dataclass(frozen=True, slots=True)
class GateChange:
    """One gate whose status changed; `reasons` say why it has its present status."""

    code: str
    title: str
    reasons: tuple[Reason, ...] = ()


@dataclass(slots=True)
class BoardDiff:
    """The differences between two boards, by their meaning.

    Attributes:
        before: The counts of the earlier board.
        after: The counts of the later board.
        closed: Gates that are closed now and were not.
        reopened: Gates that were marked closed and are no longer.
        stale: Gates still marked closed whose evidence has expired.
        held: Gates still marked closed that a check has taken back.
        blocked: Gates that are blocked now and were not.
        unblocked: Gates that were blocked and are no longer.
        added: Gates of the later board only.
        removed: Gates of the earlier board only.
        evidence_added: (gate code, summary), as in `evidence_removed`.
        blockers_raised: (gate code, need), as in the next two; unresolved again counts as raised.
        rules: Changes of claims' rules that make none easier.
        loosened_claims: Changes of rules that became easier, and removed claims.
        loosened_checks: Checks that ask less, and removed or retired ones.
        checks: Other edits of checks.
        turned_red: Checks that are no longer green.
        turned_green: Checks that are green now and were not.
        received: Checks in the same state as before, by another run.
        rewritten: Edits of evidence of closed gates.
        steps: Added, removed and edited actions.
        edits: All other edits, by column.
        list_limit: How many items a page shows of each list; None for all.
    """

    before: Totals
    after: Totals
    closed: list[GateChange] = field(default_factory=list)
    reopened: list[GateChange] = field(default_factory=list)
    stale: list[GateChange] = field(default_factory=list)
    held: list[GateChange] = field(default_factory=list)
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
    loosened_checks: list[Reason] = field(default_factory=list)
    checks: list[Reason] = field(default_factory=list)
    turned_red: list[CheckNews] = field(default_factory=list)
    turned_green: list[CheckNews] = field(default_factory=list)
    received: list[CheckNews] = field(default_factory=list)
    rewritten: list[RowChange] = field(default_factory=list)
    steps: list[RowChange] = field(default_factory=list)
    edits: list[RowChange] = field(default_factory=list)
    list_limit: int | None = None

    def __bool__(self) -> bool:
        return any(self.lists())

    def lists(self) -> list[list[Any]]:
        """Return all lists of differences."""
        values = (getattr(self, name) for name in self.__slots__)
        return [value for value in values if isinstance(value, list)]


def diff_boards(old: Board, new: Board) -> BoardDiff:
    """Return the differences from one board to a later one. A pure function of the two."""
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
    _add_checks(changes, diff_checks(old, new))
    changes.steps += added_and_removed_rows(Action, old.actions, new.actions)
    changes.steps += changed_rows(Action, old.actions, new.actions, new.accounts)
    changes.edits += changed_rows(Launch, [old.launch], [new.launch], new.accounts)
    changes.edits += added_and_removed_rows(Section, old.sections, new.sections)
    changes.edits += changed_rows(Section, old.sections, new.sections, new.accounts)
    changes.edits += changed_rows(Gate, old.gates, new.gates, new.accounts, _decision_columns)
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
        # Still marked closed: a check took it back, or its evidence ran out.
        held = any(reason.code in CHECK_REASONS for reason in new.reasons)
        (changes.held if held else changes.stale).append(_change(new))
    if _reopened(old, new):
        changes.reopened.append(_change(new))
    if moved and old.status == Status.BLOCKED:
        changes.unblocked.append(_change(new))


def _add_checks(changes: BoardDiff, checks: CheckDiff) -> None:
    changes.loosened_checks += checks.easier
    changes.checks += checks.others
    changes.turned_red += checks.turned_red
    changes.turned_green += checks.turned_green
    changes.received += checks.received


def _reopened(old: GateRow, new: GateRow) -> bool:
    return old.progress == "closed" != new.progress


def _decision_columns(old: GateRow, new: GateRow) -> set[str]:
    """Return the columns of a closing if the gate is listed as closed or reopened."""
    newly_closed = old.progress != "closed" and new.status == Status.CLOSED
    return CLOSING_COLUMNS if newly_closed or _reopened(old, new) else set()


def _format_rule_value(value: object) -> str:
    """Return a value of a claim's rule as a sign or number.

    Not `format_value`: its "yes" and "no" would fix the language of a Reason, which is rendered
    later.
    """
    if isinstance(value, bool):
        return "✓" if value else "✗"
    return str(value) if value not in {None, ""} else "—"


def _compare_evidence(
    changes: BoardDiff,
    old: Mapping[int, GateRow],
    new: Mapping[int, GateRow],
    accounts: Mapping[int, str],
) -> None:
    """Compare evidence. Edits under a closed gate are listed apart: the closing rests on it."""
    before = {proof.id: proof for gate in old.values() for proof in gate.evidence}
    after = {proof.id: proof for gate in new.values() for proof in gate.evidence}
    changes.evidence_added += [_proof(row) for pk, row in after.items() if pk not in before]
    changes.evidence_removed += [_proof(row) for pk, row in before.items() if pk not in after]
    for pk, row in after.items():
        if pk not in before:
            continue
        holders = [old.get(before[pk].gate_id), new.get(row.gate_id)]
        closed = any(gate is not None and gate.progress == "closed" for gate in holders)
        edits = changed_rows(Evidence, [before[pk]], [row], accounts)
        (changes.rewritten if closed else changes.edits).extend(edits)


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
        Blocker, before.values(), after.values(), accounts, _resolution_columns
    )


def _need(row: BlockerRow) -> tuple[str, str]:
    return row.gate_code, row.needs


def _resolution_columns(old: BlockerRow, new: BlockerRow) -> set[str]:
    return RESOLVING_COLUMNS if bool(old.resolved_at) != bool(new.resolved_at) else set()


def _compare_claims(changes: BoardDiff, old: Board, new: Board) -> None:
    """Compare claims. Easier rules are listed apart: they change a verdict, but no gate."""
    renamed = {gate.id: gate.code for gate in new.gates}
    codes = {gate.code: renamed.get(gate.id, gate.code) for gate in old.gates}
    earlier = {claim.id: claim for claim in old.claims}
    for claim in new.claims:
        was = earlier.pop(claim.id, None)
        if was is None:
            message = gettext_noop("New claim: %(claim)s")
            changes.rules.append(Reason("claim_added", message, {"claim": claim.name}))
            continue
        changes.edits += changed_rows(
            Claim, [was], [claim], new.accounts, lambda _old, _new: CLAIM_RULE_COLUMNS
        )
        changes_here, easier = _rule_changes(was, claim, codes)
        (changes.loosened_claims if easier else changes.rules).extend(changes_here)
    for gone in earlier.values():
        message = gettext_noop("Claim removed: %(claim)s")
        changes.loosened_claims.append(Reason("claim_removed", message, {"claim": gone.name}))


def _rule_changes(
    old: ClaimRow, new: ClaimRow, codes: Mapping[str, str]
) -> tuple[list[Reason], bool]:
    """Return the changes as sentences, and whether the rule became easier.

    `codes` maps gates' codes on the earlier board to those on the later one.
    """
    reasons, easier = [], False
    required = [codes.get(code, code) for code in old.required_gates]
    if old.min_closed != new.min_closed:
        easier = easier or (new.min_closed or 0) < (old.min_closed or 0)
        message = gettext_noop("%(claim)s: gates that must be closed %(old)s → %(new)s")
        values = {
            "claim": new.name,
            "old": _format_rule_value(old.min_closed),
            "new": _format_rule_value(new.min_closed),
        }
        reasons.append(Reason("threshold_changed", message, values))
    if old.requires_p0 != new.requires_p0:
        easier = easier or not new.requires_p0
        message = gettext_noop("%(claim)s: all P0 gates closed %(old)s → %(new)s")
        values = {
            "claim": new.name,
            "old": _format_rule_value(old.requires_p0),
            "new": _format_rule_value(new.requires_p0),
        }
        reasons.append(Reason("p0_rule_changed", message, values))
    if set(required) != set(new.required_gates):
        easier = easier or bool(set(required) - set(new.required_gates))
        message = gettext_noop("%(claim)s: required gates %(old)s → %(new)s")
        values = {
            "claim": new.name,
            "old": _format_rule_value(gettext(", ").join(required)),
            "new": _format_rule_value(gettext(", ").join(new.required_gates)),
        }
        reasons.append(Reason("required_gates_changed", message, values))
    return reasons, easier
