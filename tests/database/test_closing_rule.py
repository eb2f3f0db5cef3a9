"""The closing rule holds inside the database, whoever writes and however."""

import json
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from django.core.management import call_command
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from gates.database import closing_rule
from gates.models import (
    Action,
    Blocker,
    Claim,
    Evidence,
    Gate,
    Launch,
    Owner,
    Requirement,
    Section,
)
from tests.support import factory
from tests.support.assertions import refused, sql, triggers_lifted

pytestmark = pytest.mark.django_db


# --- closing a gate that has no evidence ---------------------------------------------------


def close_by_save(gate: Gate) -> None:
    gate.progress = "closed"
    gate.save()


def close_by_save_of_one_field(gate: Gate) -> None:
    gate.progress = "closed"
    gate.save(update_fields=["progress"])


def close_by_update(gate: Gate) -> None:
    Gate.objects.filter(pk=gate.pk).update(progress="closed")


def close_by_bulk_update(gate: Gate) -> None:
    gate.progress = "closed"
    Gate.objects.bulk_update([gate], ["progress"])


def close_by_raw_sql(gate: Gate) -> None:
    sql("UPDATE gates_gate SET progress = 'closed' WHERE id = %s", gate.pk)


def close_every_gate_by_raw_sql(_gate: Gate) -> None:
    sql("UPDATE gates_gate SET progress = 'closed'")


def insert_closed_by_create(gate: Gate) -> None:
    Gate.objects.create(section=gate.section, code="T9", title="Forged", progress="closed")


def insert_closed_by_bulk_create(gate: Gate) -> None:
    forged = Gate(section=gate.section, launch=gate.launch, code="T9", title="x", progress="closed")
    Gate.objects.bulk_create([forged])


def insert_closed_by_raw_sql(gate: Gate) -> None:
    others = [field.column for field in Gate._meta.fields if field.name not in CHANGED]
    names = ", ".join(f'"{name}"' for name in others)
    sql(
        f"INSERT INTO gates_gate (code, progress, {names})"
        f" SELECT 'T9', 'closed', {names} FROM gates_gate WHERE id = %s",
        gate.pk,
    )


CHANGED = {"id", "code", "progress"}


@pytest.mark.parametrize(
    "close",
    [
        close_by_save,
        close_by_save_of_one_field,
        close_by_update,
        close_by_bulk_update,
        close_by_raw_sql,
        close_every_gate_by_raw_sql,
        insert_closed_by_create,
        insert_closed_by_bulk_create,
        insert_closed_by_raw_sql,
    ],
)
def test_no_write_closes_a_gate_without_evidence(close: Callable[[Gate], None]) -> None:
    gate = factory.gate(progress="partial")
    factory.closed_gate("T2")

    with refused():
        close(gate)


def test_a_fixture_with_a_closed_gate_without_evidence_does_not_load(tmp_path: Path) -> None:
    gate = factory.gate()
    fixture = tmp_path / "forged.json"
    call_command("dumpdata", "gates.gate", output=str(fixture))
    rows = json.loads(fixture.read_text())
    rows[0]["fields"]["progress"] = "closed"
    fixture.write_text(json.dumps(rows))

    with refused():
        call_command("loaddata", str(fixture), verbosity=0)

    assert Gate.objects.get(pk=gate.pk).progress == "open"


def test_the_same_writes_are_let_through_once_evidence_is_attached() -> None:
    gate = factory.gate()
    factory.evidence(gate)

    close_by_update(gate)

    assert Gate.objects.get(pk=gate.pk).progress == "closed"


# --- taking the evidence of a closed gate away ---------------------------------------------


def delete_it(evidence: Evidence, _other: Gate) -> None:
    evidence.delete()


def delete_the_queryset(evidence: Evidence, _other: Gate) -> None:
    evidence.gate.evidence.all().delete()


def delete_by_raw_sql(evidence: Evidence, _other: Gate) -> None:
    sql("DELETE FROM gates_evidence WHERE id = %s", evidence.pk)


def delete_all_by_raw_sql(_evidence: Evidence, _other: Gate) -> None:
    sql("DELETE FROM gates_evidence")


def move_by_save(evidence: Evidence, other: Gate) -> None:
    evidence.gate = other
    evidence.save()


def move_by_update(evidence: Evidence, other: Gate) -> None:
    Evidence.objects.filter(pk=evidence.pk).update(gate=other)


def move_by_bulk_update(evidence: Evidence, other: Gate) -> None:
    evidence.gate = other
    Evidence.objects.bulk_update([evidence], ["gate"])


def move_by_raw_sql(evidence: Evidence, other: Gate) -> None:
    sql("UPDATE gates_evidence SET gate_id = %s WHERE id = %s", other.pk, evidence.pk)


taking_away = pytest.mark.parametrize(
    "take_away",
    [
        delete_it,
        delete_the_queryset,
        delete_by_raw_sql,
        delete_all_by_raw_sql,
        move_by_save,
        move_by_update,
        move_by_bulk_update,
        move_by_raw_sql,
    ],
)
Take = Callable[[Evidence, Gate], None]


@taking_away
def test_the_last_evidence_of_a_closed_gate_stays(take_away: Take) -> None:
    gate, other = factory.closed_gate("T1"), factory.gate("T2")

    with refused():
        take_away(gate.evidence.get(), other)


def test_the_last_two_pieces_do_not_go_together() -> None:
    gate = factory.closed_gate()
    factory.evidence(gate, "A second proof")

    with refused():
        sql("DELETE FROM gates_evidence")


@pytest.mark.parametrize(
    "take_away", [delete_it, delete_by_raw_sql, move_by_save, move_by_update, move_by_raw_sql]
)
def test_one_of_two_pieces_of_evidence_may_go(take_away: Take) -> None:
    gate, other = factory.closed_gate("T1"), factory.gate("T2")
    second = factory.evidence(gate, "A second proof")

    take_away(second, other)

    assert [kept.summary for kept in gate.evidence.all()] == [factory.PROOF]
    assert Gate.objects.get(pk=gate.pk).progress == "closed"


@taking_away
def test_evidence_of_an_open_gate_may_go(take_away: Take) -> None:
    gate, other = factory.gate("T1", progress="partial"), factory.gate("T2")

    take_away(factory.evidence(gate), other)

    assert not gate.evidence.exists()


def test_evidence_may_go_once_the_gate_is_reopened() -> None:
    gate = factory.closed_gate()
    gate.reopen(factory.user(), "Red again")

    gate.evidence.get().delete()

    assert not gate.evidence.exists()


def test_evidence_may_be_corrected_while_the_gate_stays_closed() -> None:
    gate = factory.closed_gate()

    gate.evidence.update(summary="Said more clearly", valid_until=timezone.localdate())

    assert gate.evidence.get().summary == "Said more clearly"


def test_the_refusals_of_other_constraints_are_not_taken_for_the_closing_rule() -> None:
    gate = factory.gate()

    with pytest.raises(IntegrityError) as refusal, transaction.atomic():
        Gate.objects.filter(pk=gate.pk).update(progress="done")

    assert not closing_rule.violates_closing_rule(refusal.value)


# Without primary keys a dump would lose which rows its history belongs to.
@pytest.mark.parametrize(
    "keys", [{}, {"use_natural_foreign_keys": True}], ids=["numbers", "natural foreign keys"]
)
def test_what_is_dumped_loads_again_unchanged(tmp_path: Path, keys: dict[str, bool]) -> None:
    gate = factory.closed_gate("T1", owner=factory.owner())
    factory.blocker(factory.gate("O3"))
    factory.action(gate.launch)
    factory.requirement(factory.claim(gate.launch), gate)
    factory.evidence(gate, "Ends", valid_until=timezone.localdate() + timedelta(days=1))
    dump, again = tmp_path / "dump.json", tmp_path / "again.json"
    call_command("dumpdata", "gates", output=str(dump), **keys)
    with triggers_lifted():
        for model in (Requirement, Claim, Action, Blocker, Evidence, Gate, Section, Owner, Launch):
            model.objects.all().delete()
            model.history.all().delete()

    call_command("loaddata", str(dump), verbosity=0)

    call_command("dumpdata", "gates", output=str(again), **keys)
    # JSON keeps milliseconds: a time within the first one comes back without any.
    assert again.read_text().replace(".000Z", "Z") == dump.read_text().replace(".000Z", "Z")
    assert closing_rule.violations(connection) == []
