"""The gates of a launch while their history is replayed, as far as their status depends on it."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from gates.history.check_replay import ReplayedCheck
from gates.models import Blocker, Check, Condition, Evidence, FileCheck, Gate, Revocation, Run
from gates.rules import (
    BlockerFact,
    CheckFact,
    CountingRun,
    EvidenceFact,
    GateFacts,
    GateStanding,
    Progress,
    derive_status,
)


@dataclass(frozen=True, slots=True)
class ReplayedEvidence:
    """One piece of evidence: its file, its check, its last day, the day it was withdrawn."""

    file: str
    sha256: str
    gate_check: int | None
    valid_until: date | None
    withdrawn_on: date | None

    def fact(self, file_state: str | None = None) -> EvidenceFact:
        """Return what the rules depend on; not of kind check."""
        return EvidenceFact(self.valid_until, self.withdrawn_on, file_state)


@dataclass(slots=True)
class ReplayedGate:
    """One gate; `there` says whether it is on the board."""

    progress: Progress = Progress.OPEN
    counted: bool = True
    there: bool = False
    evidence: dict[int, ReplayedEvidence] = field(default_factory=dict)
    blockers: dict[int, BlockerFact] = field(default_factory=dict)


class Replay:
    """The state of a launch at one moment of its history. Events are applied in their order."""

    def __init__(self) -> None:
        """Begin before the first event: nothing is there."""
        self.gates: dict[int, ReplayedGate] = defaultdict(ReplayedGate)
        self.checks: dict[int, ReplayedCheck] = {}
        self._revoked: set[int] = set()
        # By (model, id) of evidence, blocker or condition: the gate or check it belongs to.
        self._holders: dict[tuple[Any, int], int] = {}
        # By name and checksum: what the last check of a stored file found.
        self._files: dict[tuple[str, str], str] = {}

    def apply(self, model: Any, row: tuple[Any, ...]) -> Iterator[date]:
        """Apply one event of `replay_events`; yield days on which time alone changes a status.

        They may be past.
        """
        if model is FileCheck:
            self._files[row[:2]] = row[2]
        elif model is Run:
            check_id, token, *run = row
            yield from self._change_check(check_id, "receive", token, CountingRun(*run))
        elif model is Revocation:
            self._revoked.add(row[0])
            for check in self.checks.values():
                check.forget_newest()
                yield from check.days_of_change()
        elif model is Check:
            kind, pk, *columns = row
            yield from self._change_check(pk, "change", columns, there=kind != "-")
        elif model is Condition:
            kind, pk, check_id, *columns = row
            if (earlier := self._move(model, pk, kind, check_id)) is not None:
                yield from self._change_check(earlier, "set_condition", pk, None)
            if kind != "-":
                yield from self._change_check(check_id, "set_condition", pk, columns)
        else:
            self._apply_to_gate(model, row)
            if model is Evidence and (last := ReplayedEvidence(*row[3:]).fact().last_day()):
                yield last + timedelta(days=1)

    def standings(self, today: date) -> list[GateStanding]:
        """Return how the gates on the board stand on a day."""
        checks = self._facts_by_gate()
        return [
            self._standing(gate, checks.get(pk, []), today)
            for pk, gate in self.gates.items()
            if gate.there
        ]

    def _change_check(self, pk: int, change: str, *values: Any, **options: Any) -> Iterator[date]:
        check = self.checks.setdefault(pk, ReplayedCheck(pk, self._revoked))
        getattr(check, change)(*values, **options)
        yield from check.days_of_change()

    def _move(self, model: Any, pk: int, kind: str, holder: int) -> int | None:
        """Note what an object belongs to now; return what it belonged to before."""
        earlier = self._holders.get((model, pk))
        if kind != "-":
            self._holders[(model, pk)] = holder
        return earlier

    def _apply_to_gate(self, model: Any, row: tuple[Any, ...]) -> None:
        kind, pk, *values = row
        if model is Gate:
            gate = self.gates[pk]
            of_launch, progress, gate.counted = values
            gate.there = of_launch and kind != "-"
            gate.progress = Progress(progress)
            return
        gate_id, *rest = values
        belongings = "evidence" if model is Evidence else "blockers"
        if (earlier := self._move(model, pk, kind, gate_id)) is not None:
            getattr(self.gates[earlier], belongings).pop(pk, None)
        if kind == "-":
            return
        if model is Evidence:
            self.gates[gate_id].evidence[pk] = ReplayedEvidence(*rest)
        elif model is Blocker:
            needs, resolved_at = rest
            self.gates[gate_id].blockers[pk] = BlockerFact(needs, "", resolved_at is not None)

    def _facts_by_gate(self) -> dict[int, list[CheckFact]]:
        """Return the facts of each gate's checks: its own, and those attached to it."""
        there = {pk: check for pk, check in self.checks.items() if check.there}
        if not there:
            return {}
        attached = {
            (gate_id, proof.gate_check)
            for gate_id, gate in self.gates.items()
            for proof in gate.evidence.values()
            if proof.gate_check in there
        }
        facts: dict[int, list[CheckFact]] = {}
        for gate_id, pk in attached | {(check.row.gate_id, pk) for pk, check in there.items()}:
            fact = there[pk].fact(attached=(gate_id, pk) in attached)
            facts.setdefault(gate_id, []).append(fact)
        return facts

    def _standing(self, gate: ReplayedGate, checks: list[CheckFact], today: date) -> GateStanding:
        files: Mapping[tuple[str, str], str] = self._files
        evidence = [
            proof.fact(files.get((proof.file, proof.sha256)))
            for proof in gate.evidence.values()
            if proof.gate_check is None
        ]
        facts = GateFacts(gate.progress, evidence, list(gate.blockers.values()), checks)
        return GateStanding("", derive_status(facts, today).status, gate.counted)
