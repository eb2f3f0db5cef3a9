"""Which closed gates checks have taken back, and which claims that costs."""

from dataclasses import dataclass, replace

from gates import rules
from gates.board.rows import Board, ClaimRow, GateRow
from gates.rules import Status
from gates.rules.reason import Reason

CHECK_REASONS = frozenset({"check_failed", "check_stale", "check_not_met", "check_never_run"})


@dataclass(frozen=True, slots=True)
class TakenBack:
    """Closed gates that do not count because of a check.

    claims: those that are refused, and would be allowed if these gates counted.
    """

    gates: tuple[GateRow, ...] = ()
    claims: tuple[ClaimRow, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.gates)


def taken_back(board: Board) -> TakenBack:
    """Return what checks that failed or went stale have taken from a board."""
    gates = tuple(gate for gate in board.gates if check_reasons(gate))
    if not gates:
        return TakenBack()
    codes = {gate.code for gate in gates}
    standings = [
        replace(standing, status=Status.CLOSED) if standing.code in codes else standing
        for standing in (gate.standing() for gate in board.gates)
    ]
    lost = []
    for claim in board.claims:
        rule = rules.ClaimRule(claim.min_closed, claim.requires_p0, tuple(claim.required_gates))
        if not claim.verdict.allowed and rules.judge_claim(rule, standings).allowed:
            lost.append(claim)
    return TakenBack(gates, tuple(lost))


def check_reasons(gate: GateRow) -> list[Reason]:
    """Return the reasons of a gate that are about its checks."""
    return [reason for reason in gate.reasons if reason.code in CHECK_REASONS]
