"""A report becomes a run: what it changes, and what it leaves alone."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from gates.board.statuses import derive_statuses
from gates.models import Evidence, Gate, Report, Run, TransitionRefused
from gates.models.received_runs import Delivery, ReportRefused, RequestReused, record_run
from gates.rules import Status
from tests.support import checks, factory

pytestmark = pytest.mark.django_db


def status_of(gate: Gate) -> Status:
    gate.refresh_from_db()
    return derive_statuses({gate.pk: gate.progress}, timezone.now())[gate.pk].status


def test_the_first_pass_is_attached_once_and_closes_nothing() -> None:
    gate = factory.gate("T6")
    load = checks.check(gate)
    now = timezone.now()

    first = checks.report(load, 300, at=now - timedelta(minutes=2))
    checks.report(load, 310, at=now - timedelta(minutes=1))

    assert (first.passed, first.counts) == (True, True)
    proof = Evidence.objects.get(gate=gate)
    assert (proof.kind, proof.gate_check, proof.recorded_by) == ("check", load, None)
    assert proof.history.count() == 1
    assert status_of(gate) == Status.OPEN


def test_a_failed_run_attaches_nothing_and_takes_a_closed_gate_back() -> None:
    gate = factory.closed_gate("T6")
    load = checks.check(gate)
    checks.report(load, 300, at=timezone.now() - timedelta(minutes=2))
    assert status_of(gate) == Status.CLOSED

    failed = checks.report(load, 500)

    assert (failed.passed, failed.counts) == (False, True)
    assert status_of(gate) == Status.PARTIAL
    assert gate.progress == "closed"


def test_a_run_that_does_not_count_is_kept_and_changes_nothing() -> None:
    gate = factory.closed_gate("T6")
    load = checks.check(gate, repository="dealix/api", ref="main")
    checks.report(load, 300, repository="dealix/api", ref="main")

    fork = checks.report(load, 900, repository="x/fork", ref="main")

    assert [reason.code for reason in fork.reasons()] == ["other_repository", "not_newer"][:1]
    assert Run.objects.count() == 2
    assert status_of(gate) == Status.CLOSED


def test_a_gate_with_a_red_check_is_not_closed() -> None:
    gate = factory.gate("T6")
    factory.evidence(gate)
    load = checks.check(gate)
    checks.report(load, 900)

    with pytest.raises(TransitionRefused) as refusal:
        gate.close(factory.user(), "It was fast when I looked")

    assert [reason.code for reason in refusal.value.reasons] == ["check_failed"]
    gate.refresh_from_db()
    assert gate.progress == "open"
    assert gate.history.count() == 1


def test_a_green_check_is_proof_enough_to_close() -> None:
    gate = factory.gate("T6")
    checks.report(checks.check(gate))

    gate.close(factory.user(), "The load test passed")

    assert status_of(gate) == Status.CLOSED


def test_the_same_request_is_the_same_run() -> None:
    load = checks.check(factory.gate("T6"))
    token = checks.token(load)
    delivery = Delivery({"p95": Decimal(3)}, b'{"p95": 3}', timezone.now(), "job 7")

    first, is_new = record_run(load, token, delivery)
    again, is_new_again = record_run(load, token, delivery)

    assert (first, is_new, is_new_again) == (again, True, False)
    assert Run.objects.count() == Report.objects.count() == 1


def test_the_name_of_a_request_is_not_used_for_another_report() -> None:
    load = checks.check(factory.gate("T6"))
    token = checks.token(load)
    checks.report(load, 300, by=token, request="job 7")

    with pytest.raises(RequestReused):
        checks.report(load, 200, by=token, request="job 7")

    assert Run.objects.count() == 1


def test_a_report_without_the_measure_decides_nothing() -> None:
    load = checks.check(factory.gate("T6"))
    delivery = Delivery({"p99": Decimal(3)}, b'{"p99": 3}', timezone.now(), "job 7")

    with pytest.raises(ReportRefused, match="The report has no p95, which the check needs"):
        record_run(load, checks.token(load), delivery)

    assert not Run.objects.exists()
    assert not Report.objects.exists()


def test_another_bound_leaves_no_run_that_counts_for_it() -> None:
    gate = factory.closed_gate("T6")
    load = checks.check(gate)
    checks.report(load, 300)

    condition = load.conditions.get()
    condition.bound = "600"
    condition.save()

    assert status_of(gate) == Status.PARTIAL


@pytest.mark.parametrize(("runs_count", "status"), [(True, Status.CLOSED), (False, Status.PARTIAL)])
def test_revoking_a_token_keeps_its_runs_or_disowns_them(runs_count: bool, status: Status) -> None:
    gate = factory.closed_gate("T6")
    load = checks.check(gate)
    token = checks.token(load)
    checks.report(load, 300, by=token)

    token.revoke(factory.user(), runs_count=runs_count)

    assert status_of(gate) == status


def test_words_that_a_person_wrote_before_do_not_stand_in_the_way() -> None:
    gate = factory.gate("T6")
    factory.evidence(gate, "Check load: Numbers by name")

    checks.report(checks.check(gate))

    assert gate.evidence.filter(kind="check").count() == 1
