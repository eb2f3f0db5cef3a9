"""A gate that covers another shares its check, not a text: both follow the same runs."""

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone

from gates.board.statuses import derive_statuses
from gates.models import Check, Evidence, Gate
from gates.operations import integrity
from gates.rules import Status
from tests.support import checks, factory
from tests.support.boards import board

pytestmark = pytest.mark.django_db


@pytest.fixture
def drill() -> Check:
    """A check of T8, which has passed and is shared with R2; both gates are closed."""
    gate = factory.gate("T8")
    made = checks.check(gate, "drill")
    checks.report(made)
    gate.close(factory.user(), "Restored and compared")
    covered = factory.gate("R2", covered_by=gate)
    assert gate.share_evidence(covered, factory.user()) == 1
    covered.close(factory.user(), "The same drill")
    return made


def statuses() -> dict[str, Status]:
    """The status of each gate, as the board and the admin's list have it."""
    on_board = {gate.code: gate.status for gate in board().gates}
    gates = dict(Gate.objects.values_list("pk", "code"))
    progress = dict(Gate.objects.values_list("pk", "progress"))
    listed = derive_statuses(progress, timezone.now())
    assert {gates[pk]: found.status for pk, found in listed.items()} == on_board
    return on_board


def test_a_failing_run_takes_both_gates_and_a_pass_gives_both_back(drill: Check) -> None:
    seen = [statuses()]
    for p95 in (900, 300):
        checks.report(drill, p95)
        seen.append(statuses())

    closed = {"T8": Status.CLOSED, "R2": Status.CLOSED}
    assert seen == [closed, dict.fromkeys(closed, Status.PARTIAL), closed]
    assert [proof.gate_check for proof in Evidence.objects.order_by("pk")] == [drill, drill]
    assert integrity.data_errors() == []


def test_sharing_again_adds_nothing(drill: Check) -> None:
    covered = Gate.objects.get(code="R2")

    assert drill.gate.share_evidence(covered, factory.user()) == 0
    assert Evidence.objects.count() == 2


def test_what_was_shared_stays_until_its_evidence_is_removed(drill: Check) -> None:
    covered = Gate.objects.get(code="R2")
    covered.covered_by = None
    covered.save()
    checks.report(drill, 900)
    held = statuses()
    factory.evidence(covered, "A drill of its own")
    covered.evidence.get(gate_check=drill).delete()

    assert held == {"T8": Status.PARTIAL, "R2": Status.PARTIAL}
    assert statuses() == {"T8": Status.PARTIAL, "R2": Status.CLOSED}
    assert integrity.data_errors() == []


def test_a_check_that_failed_is_not_shared(drill: Check) -> None:
    other = factory.gate("R3", covered_by=drill.gate)
    checks.report(drill, 900)

    assert drill.gate.share_evidence(other, factory.user()) == 0
    assert not other.evidence.exists()


@pytest.mark.parametrize("what", ["evidence", "check"])
def test_what_has_run_stays_with_its_gate(drill: Check, what: str) -> None:
    row = drill if what == "check" else Evidence.objects.get(gate=drill.gate)
    records = type(row).history.count()
    row.gate = Gate.objects.get(code="R2")

    with pytest.raises(ValidationError, match="stays with its gate"):
        row.save()

    row.refresh_from_db()
    assert row.gate.code == "T8"
    assert type(row).history.count() == records
