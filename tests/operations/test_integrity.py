"""`manage.py verify_integrity` finds errors in a restored or hand-edited database."""

from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection

from gates.database import triggers
from gates.models import TRACKED, Evidence, Gate
from gates.operations import integrity
from tests.support import checks, factory
from tests.support.assertions import sql, triggers_lifted

pytestmark = pytest.mark.django_db


def faults(capsys: pytest.CaptureFixture[str]) -> str:
    with pytest.raises(SystemExit) as stopped:
        call_command("verify_integrity")
    assert stopped.value.code == 1
    return capsys.readouterr().out


def test_a_sound_board_passes(capsys: pytest.CaptureFixture[str]) -> None:
    factory.closed_gate()

    call_command("verify_integrity")

    assert capsys.readouterr().out.startswith("ok:")


def test_a_violation_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    gate = factory.closed_gate("T6")
    triggers.remove(connection)
    Evidence.objects.filter(gate=gate).delete()
    triggers.install(connection)

    out = faults(capsys)

    assert "gate T6 of primitive is closed without evidence" in out


def test_a_missing_trigger_is_named_and_can_be_repaired(
    capsys: pytest.CaptureFixture[str],
) -> None:
    triggers.remove(connection)

    out = faults(capsys)
    call_command("verify_integrity", repair_triggers=True)

    for trigger in triggers.ALL_TRIGGERS[connection.vendor]:
        assert f"trigger {trigger.name} on {trigger.table} is missing" in out
    assert triggers.trigger_errors(connection) == []


def test_a_row_without_history_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    gate = factory.gate("T6")
    with triggers_lifted():
        gate.history.all().delete()

    out = faults(capsys)

    assert f"gate T6 Gate T6 (id {gate.pk}) has no history" in out


def test_a_gate_in_another_launch_than_its_section_is_named(
    capsys: pytest.CaptureFixture[str],
) -> None:
    gate = factory.gate("T6")
    Gate.objects.filter(pk=gate.pk).update(launch=factory.launch("other"))

    out = faults(capsys)

    assert f"gate T6 (id {gate.pk}) is in another launch than its section" in out


def test_a_row_that_refers_to_a_gate_of_another_launch_is_named(
    capsys: pytest.CaptureFixture[str],
) -> None:
    elsewhere = factory.gate("T6")
    section = factory.section("R", launch=factory.launch("other"))
    claim = factory.claim(section.launch)
    requirement = factory.requirement(claim, factory.gate("R1", section=section))
    step = factory.action(section.launch)
    with triggers_lifted():
        type(requirement).objects.update(gate=elsewhere)
        type(step).objects.update(gate=elsewhere)
        Gate.objects.filter(code="R1").update(covered_by=elsewhere)

    out = faults(capsys)

    assert f"a gate that claim {claim.pk} requires is in another launch" in out
    assert "is covered by a gate of another launch" in out
    assert f"action (id {step.pk}) is for a gate of another launch" in out


def test_a_row_that_is_not_what_its_history_says_is_named_with_both_values(
    capsys: pytest.CaptureFixture[str],
) -> None:
    gate = factory.gate("T6", notes="as it was")
    Gate.objects.filter(pk=gate.pk).update(notes="written past the history")

    out = faults(capsys)

    assert out.splitlines() == [
        f"gate T6 Gate T6 (id {gate.pk}): notes is 'written past the history',"
        " but its newest history row says 'as it was'"
    ]


def test_a_row_that_went_without_a_trace_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    evidence = factory.evidence(factory.gate("T6"))
    sql("DELETE FROM gates_evidence")

    out = faults(capsys)

    assert f"(id {evidence.pk}) is gone, but no history row says so" in out


def test_a_row_deleted_on_record_is_no_fault() -> None:
    factory.evidence(factory.gate("T6")).delete()

    assert integrity.integrity_errors() == []


def test_the_newest_history_row_counts_and_not_an_older_one() -> None:
    gate = factory.gate("T6")
    gate.notes = "later"
    gate.save()

    assert integrity.integrity_errors() == []


@pytest.mark.parametrize("gates", [1, 30])
def test_the_cost_does_not_grow_with_the_rows(django_assert_max_num_queries, gates: int) -> None:
    for number in range(gates):
        factory.closed_gate(f"T{number}")

    # Violations, strays, what is in force, accounts and groups, and three a table.
    with django_assert_max_num_queries(14 + 3 * len(TRACKED)):
        integrity.data_errors()


# --- runs ----------------------------------------------------------------------------------


WRONG_RUNS: dict[str, tuple[str, list[Any]]] = {
    "the report of run {run} is not the one that was received": (
        "UPDATE gates_report SET body = %s",
        [b'{"p95": 1}'],
    ),
    "run {run} passed, but its numbers say not so": (
        "UPDATE gates_run SET measures = %s",
        ['{"p95":"900"}'],
    ),
    "run {run} failed, but its numbers say not so": ("UPDATE gates_run SET passed = %s", [False]),
    "run {run} does not count, but its reasons say not so": (
        "UPDATE gates_run SET counts = %s",
        [False],
    ),
    "run {run} was judged by a definition that its check never had": (
        "UPDATE gates_run SET definition = %s",
        ["0" * 64],
    ),
    "run {run} has no report": ("DELETE FROM gates_report WHERE id > %s", [0]),
}


@pytest.mark.parametrize("fault", WRONG_RUNS)
def test_a_run_that_was_forged_is_named(fault: str, capsys: pytest.CaptureFixture[str]) -> None:
    run = checks.report(checks.check(factory.gate("T6")))
    statement, values = WRONG_RUNS[fault]
    with triggers_lifted():
        sql(statement, *values)

    assert fault.format(run=run.pk) in faults(capsys)


def test_runs_under_every_definition_that_the_check_had_are_sound() -> None:
    load = checks.check(factory.gate("T6"))
    for bound in ("500", "600", "50"):
        condition = load.conditions.get()
        condition.bound = bound
        condition.save()
        checks.report(load, 300)
    checks.report(load, 300, ref="fork")

    assert integrity.integrity_errors() == []


def test_a_proof_by_a_check_of_an_unrelated_gate_is_named(
    capsys: pytest.CaptureFixture[str],
) -> None:
    load = checks.check(factory.gate("T6"))
    other = factory.gate("T7")
    proof = factory.evidence(other, "Its load test passed", kind="check", gate_check=load)

    out = faults(capsys)

    assert f"evidence {proof.pk} of gate T7 rests on a check of a gate that never covered it" in out
