"""Give gates and their evidence the checks that they rest on."""

from collections.abc import Collection, Iterable, Mapping
from datetime import date

from gates.board.child_rows import EvidenceRow
from gates.board.rows import GateRow
from gates.models.check_rows import CheckRow, checks_by_gate, facts_by_gate
from gates.rules import CheckFact
from gates.rules.checks import proven_until


def attach_checks(
    gates: Mapping[int, GateRow],
    evidence: Iterable[EvidenceRow],
    checks: Mapping[int, CheckRow],
    attached: Collection[tuple[int, int]],
    today: date,
) -> dict[int, list[CheckFact]]:
    """Set each gate's checks, and the check of each piece of evidence; return facts by gate id.

    gates, checks: by id, changed in place.
    attached: (gate id, check id) of the evidence of kind check.
    """
    for check in checks.values():
        check.derive(today)
    for gate_id, check_id in checks_by_gate(checks, attached):
        if gate_id in gates:
            gates[gate_id].checks.append(checks[check_id])
    for proof in evidence:
        if (proving := checks.get(proof.gate_check_id or 0)) is not None:
            proof.check = proving
            proof.proven_until = proven_until(proving.fact(attached=True), today)
    return facts_by_gate(checks, attached)
