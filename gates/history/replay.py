"""The gates of a launch while their history is replayed, as far as their status depends on it."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from gates.board.check_replay import ReplayedCheck, ReplayedChecks
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

CHECK_MODELS = (Check, Condition, Run, Revocation)


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
        self.checks = ReplayedChecks()
        # By (model, id) of evidence or blocker: the gate it belongs to.
        self._holders: dict[tuple[Any, int], int] = {}
        # By name and checksum: what the last check of a stored file found.
        self._files: dict[tuple[str, str], str] = {}

    def apply(self, model: Any, row: tuple[Any, ...]) -> Iterator[date]:
        """Apply one event of `replay_events`; yield days on which time alone changes a status.

        They may be past.
        """
        if model is FileCheck:
            self._files[row[:2]] = row[2]
        elif model in CHECK_MODELS:
            for check in self._apply_to_checks(model, row):
                yield from check.days_of_change()
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

    def _apply_to_checks(self, model: Any, row: tuple[Any, ...]) -> list[ReplayedCheck]:
        """Apply one event; return the checks that it changed."""
        if model is Check:
            return self.checks.apply_check(*row)
        if model is Condition:
            return self.checks.apply_condition(*row)
        if model is Revocation:
            self.checks.revoked.add(row[0])
            changed = list(self.checks.by_id.values())
            for check in changed:
                check.forget_newest()
            return changed
        check_id, token, *run = row
        check = self.checks.get(check_id)
        check.receive(token, CountingRun(*run))
        return [check]

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
        there = {pk: check for pk, check in self.checks.by_id.items() if check.there}
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
