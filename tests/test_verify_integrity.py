"""`manage.py verify_integrity`: what a restored or hand-edited database is checked for."""

import pytest
from django.core.management import call_command
from django.db import connection

from gates import invariants
from gates.models import Evidence, Gate
from tests import factory

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
    invariants.remove(connection)
    Evidence.objects.filter(gate=gate).delete()
    invariants.install(connection)

    out = faults(capsys)

    assert "gate T6 of primitive is closed without evidence" in out


def test_a_missing_trigger_is_named_and_can_be_repaired(
    capsys: pytest.CaptureFixture[str],
) -> None:
    invariants.remove(connection)

    out = faults(capsys)
    call_command("verify_integrity", repair_triggers=True)

    for trigger in invariants.EXPECTED[connection.vendor]:
        assert f"trigger {trigger.name} on {trigger.table} is missing" in out
    assert invariants.faults(connection) == []


def test_a_row_without_history_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    gate = factory.gate("T6")
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
