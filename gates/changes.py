"""What changed between two boards of the same launch."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from gates.reasons import Reason, gettext_noop
from gates.rows import Board, ClaimRow, GateRow
from gates.rules import Status, Totals


@dataclass(frozen=True, slots=True)
class GateChange:
    """One gate that moved, why it stands where it stands now, and who it is."""

    code: str
    title: str
    reasons: tuple[Reason, ...] = ()


@dataclass(slots=True)
class Changes:
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
    rules: list[Reason] = field(default_factory=list)
    lowered: list[Reason] = field(default_factory=list)
    details: list[Reason] = field(default_factory=list)

    def __bool__(self) -> bool:
        lists = (getattr(self, name) for name in self.__slots__ if name not in {"before", "after"})
        return any(lists)


def changes_between(old: Board, new: Board) -> Changes:
    """What changed from one board to a later one. A pure function of the two."""
    changes = Changes(before=old.totals, after=new.totals)
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
    _compare_evidence(changes, earlier.values(), later.values())
    _compare_blockers(changes, earlier.values(), later.values())
    _compare_claims(changes, old.claims, new.claims)
    return changes


def _change(gate: GateRow) -> GateChange:
    return GateChange(gate.code, gate.title, gate.reasons)


def _compare_gates(changes: Changes, old: GateRow, new: GateRow) -> None:
    if old.status != new.status:
        if new.status == Status.CLOSED:
            changes.closed.append(_change(new))
        elif new.status == Status.BLOCKED:
            changes.blocked.append(_change(new))
        elif new.progress == "closed":
            changes.stale.append(_change(new))  # still marked closed: its evidence ran out
        elif old.progress == "closed":
            changes.reopened.append(_change(new))
        if old.status == Status.BLOCKED:
            changes.unblocked.append(_change(new))
    details = (
        ("priority", gettext_noop("%(gates)s: priority %(old)s → %(new)s")),
        ("owner", gettext_noop("%(gates)s: owner %(old)s → %(new)s")),
        ("counted", gettext_noop("%(gates)s: counted %(old)s → %(new)s")),
        ("definition_of_done", gettext_noop("%(gates)s: definition of done %(old)s → %(new)s")),
    )
    for name, words in details:
        was, now = getattr(old, name), getattr(new, name)
        if was != now:
            values = {"old": _shown(was), "new": _shown(now)}
            changes.details.append(Reason(f"{name}_changed", words, values, gates=(new.code,)))


def _shown(value: object) -> str:
    if isinstance(value, bool):
        return "✓" if value else "✗"
    return str(value) if value not in {None, ""} else "—"


def _compare_evidence(changes: Changes, old: Iterable[GateRow], new: Iterable[GateRow]) -> None:
    before = {proof.id: (gate.code, proof.summary) for gate in old for proof in gate.evidence}
    after = {proof.id: (gate.code, proof.summary) for gate in new for proof in gate.evidence}
    changes.evidence_added += [said for pk, said in after.items() if pk not in before]
    changes.evidence_removed += [said for pk, said in before.items() if pk not in after]


def _compare_blockers(changes: Changes, old: Iterable[GateRow], new: Iterable[GateRow]) -> None:
    before = {row.id: (gate.code, row.needs) for gate in old for row in gate.unresolved_blockers()}
    after = {row.id: (gate.code, row.needs) for gate in new for row in gate.unresolved_blockers()}
    changes.blockers_raised += [said for pk, said in after.items() if pk not in before]
    changes.blockers_resolved += [said for pk, said in before.items() if pk not in after]


def _compare_claims(changes: Changes, old: Iterable[ClaimRow], new: Iterable[ClaimRow]) -> None:
    """A rule made easier stands by itself: it moves the verdict without moving a gate."""
    earlier = {claim.id: claim for claim in old}
    for claim in new:
        was = earlier.pop(claim.id, None)
        if was is None:
            words = gettext_noop("New claim: %(claim)s")
            changes.rules.append(Reason("claim_added", words, {"claim": claim.name}))
            continue
        changes_here, easier = _rule_changes(was, claim)
        (changes.lowered if easier else changes.rules).extend(changes_here)
    for gone in earlier.values():
        words = gettext_noop("Claim removed: %(claim)s")
        changes.lowered.append(Reason("claim_removed", words, {"claim": gone.name}))


def _rule_changes(old: ClaimRow, new: ClaimRow) -> tuple[list[Reason], bool]:
    found, easier = [], False
    if old.min_closed != new.min_closed:
        easier = easier or (new.min_closed or 0) < (old.min_closed or 0)
        words = gettext_noop("%(claim)s: gates that must be closed %(old)s → %(new)s")
        values = {
            "claim": new.name,
            "old": _shown(old.min_closed),
            "new": _shown(new.min_closed),
        }
        found.append(Reason("threshold_changed", words, values))
    if old.requires_p0 != new.requires_p0:
        easier = easier or not new.requires_p0
        words = gettext_noop("%(claim)s: all P0 gates closed %(old)s → %(new)s")
        values = {
            "claim": new.name,
            "old": _shown(old.requires_p0),
            "new": _shown(new.requires_p0),
        }
        found.append(Reason("p0_rule_changed", words, values))
    if set(old.required_gates) != set(new.required_gates):
        easier = easier or bool(set(old.required_gates) - set(new.required_gates))
        words = gettext_noop("%(claim)s: required gates %(old)s → %(new)s")
        values = {
            "claim": new.name,
            "old": _shown(", ".join(old.required_gates)),
            "new": _shown(", ".join(new.required_gates)),
        }
        found.append(Reason("required_gates_changed", words, values))
    return found, easier
