"""The closing rule holds inside the database, whoever writes and however; and so do the other
named constraints. Every test forces the refusal and checks that nothing was written."""

import json
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.db import IntegrityError, OperationalError, connection, models, transaction
from django.utils import timezone

from gates import invariants
from gates.models import (
    TRACKED,
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
from tests import factory
from tests.test_rules import BAD_URLS, GOOD_URLS

pytestmark = pytest.mark.django_db


def everything() -> dict[str, list[Any]]:
    """Every row of the board and of its history."""
    tables: list[Any] = [table for model in TRACKED for table in (model, model.history.model)]
    return {table.__name__: list(table.objects.order_by("pk").values()) for table in tables}


@contextmanager
def refused() -> Iterator[None]:
    """The closing rule refuses what is done inside, and nothing is written."""
    before = everything()
    with pytest.raises(IntegrityError) as refusal, transaction.atomic():
        yield
    assert invariants.broken_by(refusal.value)
    assert everything() == before


def sql(statement: str, *values: Any) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)


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
    forged = Gate(section=gate.section, launch=gate.launch, code="T9", progress="closed")
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

    assert not invariants.broken_by(refusal.value)


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
    Gate.objects.update(progress="open", closed_at=None, closed_by=None, closing_note="")
    for model in (Requirement, Claim, Action, Blocker, Evidence, Gate, Section, Owner, Launch):
        model.objects.all().delete()
        model.history.all().delete()

    call_command("loaddata", str(dump), verbosity=0)

    call_command("dumpdata", "gates", output=str(again), **keys)
    assert again.read_text() == dump.read_text()
    assert invariants.violations(connection) == []


# --- both engines: a table of the session's own that stands in for the real one ------------


def temporary_copy(table: str) -> None:
    """A temporary table of the same name, with the same rows, all without closed gates."""
    sql(f"CREATE TEMPORARY TABLE shadow AS SELECT * FROM {table}")
    if table == "gates_gate":
        sql("UPDATE shadow SET progress = 'open'")
    sql(f"ALTER TABLE shadow RENAME TO {table}")


@pytest.fixture
def real() -> str:
    """The schema of the real tables."""
    return "public" if connection.vendor == "postgresql" else "main"


@pytest.fixture
def no_shadow() -> Iterator[None]:
    """SQLite keeps temporary tables outside the transaction that a test rolls back."""
    yield
    if connection.vendor == "sqlite":
        sql("DROP TABLE IF EXISTS temp.gates_evidence")
        sql("DROP TABLE IF EXISTS temp.gates_gate")


def real_rows(real: str) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT id, gate_id FROM {real}.gates_evidence ORDER BY id")
        evidence = cursor.fetchall()
        cursor.execute(f"SELECT id, progress FROM {real}.gates_gate ORDER BY id")
        return [*evidence, *cursor.fetchall()]


@contextmanager
def refused_behind_the_shadow(real: str) -> Iterator[None]:
    before = real_rows(real)
    with pytest.raises(IntegrityError) as refusal, transaction.atomic():
        yield
    assert invariants.broken_by(refusal.value)
    assert real_rows(real) == before


@pytest.mark.usefixtures("no_shadow")
def test_evidence_in_a_temporary_table_closes_nothing(real: str) -> None:
    gate = factory.gate("T1")
    factory.evidence(gate)
    temporary_copy("gates_evidence")
    sql(f"DELETE FROM {real}.gates_evidence")

    with refused_behind_the_shadow(real):
        sql(f"UPDATE {real}.gates_gate SET progress = 'closed'")


@pytest.mark.usefixtures("no_shadow")
@pytest.mark.parametrize(
    "tables", [["gates_gate"], ["gates_evidence"], ["gates_gate", "gates_evidence"]]
)
@pytest.mark.parametrize(
    "statement",
    ["DELETE FROM {real}.gates_evidence", "UPDATE {real}.gates_evidence SET gate_id = {other}"],
)
def test_a_temporary_table_does_not_hide_a_closed_gate(
    tables: list[str], statement: str, real: str
) -> None:
    factory.closed_gate("T1")
    other = factory.gate("T2").pk
    for table in tables:
        temporary_copy(table)

    with refused_behind_the_shadow(real):
        sql(statement.format(real=real, other=other))


# --- SQLite: REPLACE, and a connection that is not Django's --------------------------------

EVIDENCE = 'kind, summary, url, output, file, sha256, "commit", recorded_at'
GATE = (
    "section_id, title, priority, definition_of_done, notes, counted, not_counted_reason,"
    " position, closing_note"
)
# {closed} and {proof} are a closed gate and its only evidence, {open} and {spare} an open gate
# and its evidence, {bare} a gate without any.
ROUND_THE_RULE = {
    "close": "UPDATE gates_gate SET progress = 'closed' WHERE id = {bare}",
    "close or ignore": "UPDATE OR IGNORE gates_gate SET progress = 'closed' WHERE id = {bare}",
    "close or replace": "UPDATE OR REPLACE gates_gate SET progress = 'closed' WHERE id = {bare}",
    "delete one": "DELETE FROM gates_evidence WHERE id = {proof}",
    "delete all": "DELETE FROM gates_evidence",
    "move": "UPDATE gates_evidence SET gate_id = {open} WHERE id = {proof}",
    "move or ignore": "UPDATE OR IGNORE gates_evidence SET gate_id = {open} WHERE id = {proof}",
    "move to nowhere": "UPDATE gates_evidence SET gate_id = -7 WHERE id = {proof}",
    "move by replace": f"INSERT OR REPLACE INTO gates_evidence (id, gate_id, {EVIDENCE})"
    f" SELECT id, {{open}}, {EVIDENCE} FROM gates_evidence WHERE id = {{proof}}",
    "move by replace of a text key": f"REPLACE INTO gates_evidence (id, gate_id, {EVIDENCE})"
    f" SELECT '{{proof}}', {{open}}, {EVIDENCE} FROM gates_evidence WHERE id = {{proof}}",
    "move by upsert": f"INSERT INTO gates_evidence (id, gate_id, {EVIDENCE})"
    f" SELECT id, {{open}}, {EVIDENCE} FROM gates_evidence WHERE id = {{proof}}"
    " ON CONFLICT (id) DO UPDATE SET gate_id = excluded.gate_id",
    "replace by summary": f"INSERT OR REPLACE INTO gates_evidence (gate_id, {EVIDENCE})"
    f" SELECT gate_id, {EVIDENCE} FROM gates_evidence WHERE id = {{proof}}",
    "take the key": "UPDATE OR REPLACE gates_evidence SET id = {proof} WHERE id = {spare}",
    "take the key by rowid": "UPDATE OR REPLACE gates_evidence SET rowid = {proof}"
    " WHERE id = {spare}",
    "take the summary": "UPDATE OR REPLACE gates_evidence SET gate_id = {closed}, summary ="
    " (SELECT summary FROM gates_evidence WHERE id = {proof}) WHERE id = {spare}",
    "insert closed": f"INSERT INTO gates_gate (launch_id, code, progress, {GATE})"
    f" SELECT launch_id, 'T9', 'closed', {GATE} FROM gates_gate WHERE id = {{bare}}",
    "insert closed or ignore": "INSERT OR IGNORE INTO gates_gate"
    f" (launch_id, code, progress, {GATE}) SELECT launch_id, 'T9', 'closed', {GATE}"
    " FROM gates_gate WHERE id = {bare}",
    "close by replace": "INSERT OR REPLACE INTO gates_gate"
    f" (id, launch_id, code, progress, {GATE}) SELECT id, launch_id, code, 'closed', {GATE}"
    " FROM gates_gate WHERE id = {bare}",
    "replace by code": f"INSERT OR REPLACE INTO gates_gate (launch_id, code, progress, {GATE})"
    f" SELECT launch_id, code, 'closed', {GATE} FROM gates_gate WHERE id = {{open}}",
    "reopen by replace": "INSERT OR REPLACE INTO gates_gate"
    f" (id, launch_id, code, progress, {GATE}) SELECT id, launch_id, code, 'open', {GATE}"
    " FROM gates_gate WHERE id = {closed}",
    "reopen by replace of the code": f"REPLACE INTO gates_gate (launch_id, code, progress, {GATE})"
    f" SELECT launch_id, code, 'open', {GATE} FROM gates_gate WHERE id = {{closed}}",
    "close by upsert": f"INSERT INTO gates_gate (id, launch_id, code, progress, {GATE})"
    f" SELECT id, launch_id, code, 'closed', {GATE} FROM gates_gate WHERE id = {{bare}}"
    " ON CONFLICT (id) DO UPDATE SET progress = excluded.progress",
    "change a closed gate's key": "UPDATE gates_gate SET id = 777 WHERE id = {closed}",
    "take a gate's key": "UPDATE OR REPLACE gates_gate SET id = {bare} WHERE id = {closed}",
    "take a gate's code": "UPDATE OR REPLACE gates_gate SET code = (SELECT code FROM gates_gate"
    " WHERE id = {closed}) WHERE id = {bare}",
}


@pytest.mark.sqlite
@pytest.mark.parametrize("statement", ROUND_THE_RULE.values(), ids=ROUND_THE_RULE.keys())
def test_a_raw_connection_without_foreign_keys_is_refused(committed: None, statement: str) -> None:
    closed, still_open, bare = factory.closed_gate("T1"), factory.gate("T2"), factory.gate("T3")
    keys = {
        "closed": closed.pk,
        "proof": closed.evidence.get().pk,
        "open": still_open.pk,
        "spare": factory.evidence(still_open, "A proof to spare").pk,
        "bare": bare.pk,
    }
    before = everything()
    raw = sqlite3.connect(connection.settings_dict["NAME"], isolation_level=None)
    raw.execute("PRAGMA foreign_keys = OFF")

    with closing(raw), pytest.raises(sqlite3.IntegrityError) as refusal:
        raw.execute(statement.format(**keys))

    names = (invariants.CLOSED_NEEDS_EVIDENCE, invariants.KEY_IN_USE)
    assert str(refusal.value) in names
    assert everything() == before


# --- PostgreSQL: TRUNCATE, deferred checks, statements SQLite does not know ----------------


@pytest.mark.postgresql
def test_evidence_is_not_truncated_while_a_gate_is_closed(committed: None) -> None:
    factory.closed_gate()

    with refused():
        sql("TRUNCATE gates_evidence")


@pytest.mark.postgresql
def test_evidence_may_be_truncated_while_no_gate_is_closed(committed: None) -> None:
    factory.evidence(factory.gate())

    sql("TRUNCATE gates_evidence")

    assert not Evidence.objects.exists()


@pytest.mark.postgresql
def test_gates_and_evidence_may_be_truncated_together(committed: None) -> None:
    factory.closed_gate()

    sql("TRUNCATE gates_gate CASCADE")

    assert not Evidence.objects.exists()
    assert not Gate.objects.exists()


@pytest.mark.postgresql
@pytest.mark.parametrize("level", ["READ COMMITTED", "REPEATABLE READ", "SERIALIZABLE"])
def test_evidence_is_not_truncated_by_who_has_not_seen_the_gate_close(
    committed: None, level: str
) -> None:
    gate = factory.gate()
    factory.evidence(gate)
    other = connection.copy()
    with other.cursor() as cursor:
        cursor.execute(f"BEGIN ISOLATION LEVEL {level}")
        cursor.execute("SELECT progress FROM gates_gate")
        gate.close(factory.user(), "Seen green")

        try:
            cursor.execute("TRUNCATE gates_evidence")
            cursor.execute("COMMIT")
        except (IntegrityError, OperationalError):
            cursor.execute("ROLLBACK")

    other.close()
    assert invariants.violations(connection) == []


PROOF_COLUMNS = EVIDENCE + ", observed_at, valid_until, recorded_by_id"


@pytest.mark.postgresql
@pytest.mark.parametrize(
    "statement",
    [
        "WITH gone AS (DELETE FROM gates_evidence RETURNING id) SELECT count(*) FROM gone",
        "WITH moved AS (UPDATE gates_evidence SET gate_id = {bare} RETURNING id) SELECT 1",
        "MERGE INTO gates_evidence e USING gates_gate g ON g.id = e.gate_id"
        " WHEN MATCHED THEN DELETE",
        "MERGE INTO gates_gate g USING (VALUES ({bare})) AS bare (id) ON g.id = bare.id"
        " WHEN MATCHED THEN UPDATE SET progress = 'closed'",
        f"INSERT INTO gates_evidence (id, gate_id, {PROOF_COLUMNS})"
        f" SELECT id, {{bare}}, {PROOF_COLUMNS} FROM gates_evidence"
        " ON CONFLICT (id) DO UPDATE SET gate_id = excluded.gate_id",
        "UPDATE gates_gate SET id = 777 WHERE id = {closed}",
    ],
)
def test_no_statement_of_postgresql_gets_round_the_rule(statement: str) -> None:
    keys = {"closed": factory.closed_gate("T1").pk, "bare": factory.gate("T2").pk}

    with refused():
        sql(statement.format(**keys))


@pytest.mark.postgresql
@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE gates_gate SET progress = 'closed'",
        "DELETE FROM gates_evidence",
        "UPDATE gates_evidence SET gate_id = (SELECT id FROM gates_gate WHERE code = 'T2')",
    ],
)
@pytest.mark.parametrize(
    "which", ["ALL", "gates_gate_closed_needs_evidence, gates_evidence_touches_gate"]
)
def test_deferring_the_checks_only_moves_the_refusal_to_the_commit(
    committed: None, statement: str, which: str
) -> None:
    factory.closed_gate("T1")
    factory.gate("T2")

    with refused():
        sql(f"SET CONSTRAINTS {which} DEFERRED")
        sql(statement)


@pytest.mark.postgresql
def test_with_deferred_checks_a_gate_may_be_closed_before_its_evidence(committed: None) -> None:
    gate = factory.gate()

    with transaction.atomic():
        sql("SET CONSTRAINTS ALL DEFERRED")
        close_by_update(gate)
        factory.evidence(gate)

    assert Gate.objects.get(pk=gate.pk).progress == "closed"


@pytest.mark.postgresql
def test_with_deferred_checks_the_last_evidence_may_be_replaced(committed: None) -> None:
    gate = factory.closed_gate()

    with transaction.atomic():
        sql("SET CONSTRAINTS ALL DEFERRED")
        gate.evidence.get().delete()
        factory.evidence(gate, "A better proof")

    assert gate.evidence.get().summary == "A better proof"


# --- the other named constraints -----------------------------------------------------------

Wrong = Callable[[Gate], Any]
FILE = {"kind": "file", "file": "evidence/1/report.pdf"}
WRONG: dict[str, list[Wrong]] = {
    "launch_one_is_current": [
        lambda gate: factory.launch("second", is_current=True),
        lambda gate: Launch.objects.filter(slug=factory.launch("second").slug).update(
            is_current=True
        ),
    ],
    "launch_has_name": [lambda gate: factory.launch("second", name="")],
    "section_prefix_unique": [lambda gate: factory.section("T", launch=gate.launch)],
    "owner_role_known": [lambda gate: factory.owner("Ali", role="intern")],
    "gate_code_unique_in_launch": [
        lambda gate: factory.gate("T1", section=gate.section),
        lambda gate: factory.gate("T1", section=factory.section("S", launch=gate.launch)),
        lambda gate: Gate.objects.filter(pk=factory.gate("T2").pk).update(code="T1"),
    ],
    "gate_progress_known": [
        lambda gate: factory.gate("T2", progress=""),
        lambda gate: factory.gate("T2", progress="CLOSED"),
        lambda gate: Gate.objects.update(progress="blocked"),
    ],
    "gate_priority_known": [lambda gate: factory.gate("T2", priority="P3")],
    "gate_not_counted_has_reason": [
        lambda gate: factory.gate("T2", counted=False),
        lambda gate: Gate.objects.update(counted=False),
    ],
    "gate_not_its_own_cover": [lambda gate: Gate.objects.update(covered_by=gate)],
    "gate_closing_details_when_closed": [
        lambda gate: Gate.objects.update(closed_at=timezone.now()),
        lambda gate: Gate.objects.update(closed_by=factory.user()),
        lambda gate: Gate.objects.update(closing_note="Seen green"),
        lambda gate: Gate.objects.filter(pk=factory.closed_gate("T2").pk).update(progress="open"),
    ],
    "evidence_once_per_gate": [
        lambda gate: [factory.evidence(gate), factory.evidence(gate)],
        lambda gate: [
            factory.evidence(gate),
            Evidence.objects.filter(pk=factory.evidence(gate, "Another").pk).update(
                summary=factory.PROOF
            ),
        ],
    ],
    "evidence_kind_known": [lambda gate: factory.evidence(gate, kind="rumour")],
    "evidence_has_substance": [
        lambda gate, text=text: factory.evidence(gate, text)  # type: ignore[misc]
        for text in (
            *("", "   ", "-", "–", "—", ".", "...", "?", "TBD", " tbd ", "Tba", "TBC", "TODO"),
            *("To do", "N/A", "na", "None", "x", "Pending"),
        )
    ],
    "evidence_url_safe": [
        lambda gate, url=url: factory.evidence(gate, url=url)  # type: ignore[misc]
        for url in BAD_URLS
    ],
    "evidence_file_has_sha256": [
        lambda gate: Evidence.objects.bulk_create(
            [Evidence(gate=gate, summary="See file", **FILE)]
        ),
        lambda gate: Evidence.objects.bulk_create(
            [Evidence(gate=gate, summary="See file", sha256="0" * 64)]
        ),
    ],
    "blocker_unresolved_once": [lambda gate: [factory.blocker(gate), factory.blocker(gate)]],
    "blocker_resolution_when_resolved": [
        lambda gate: factory.blocker(gate, resolution="Key arrived"),
        lambda gate: factory.blocker(gate, resolved_by=factory.user()),
    ],
    "action_once_per_day": [
        lambda gate: [factory.action(gate.launch), factory.action(gate.launch)],
        lambda gate: [factory.action(gate.launch, day=1), factory.action(gate.launch, day=1)],
    ],
    "action_day_in_plan": [lambda gate: factory.action(gate.launch, day=3)],
    "action_state_known": [lambda gate: factory.action(gate.launch, state="later")],
    "claim_slug_unique_in_launch": [
        lambda gate: [factory.claim(gate.launch), factory.claim(gate.launch)]
    ],
    "requirement_once_per_claim": [
        lambda gate: [
            factory.requirement(claim, gate) for claim in [factory.claim(gate.launch)] * 2
        ]
    ],
    "claim_min_closed_positive": [lambda gate: factory.claim(gate.launch, min_closed=0)],
}
# SQLite names a check, but not a unique constraint.
CHECKS = {
    constraint.name
    for model in TRACKED
    for constraint in model._meta.constraints
    if isinstance(constraint, models.CheckConstraint)
}


def test_every_named_constraint_is_tested_here() -> None:
    named = {constraint.name for model in TRACKED for constraint in model._meta.constraints}

    assert set(WRONG) == named


@pytest.mark.parametrize(
    ("name", "write"),
    [
        pytest.param(name, write, id=f"{name}-{number}")
        for name, writes in WRONG.items()
        for number, write in enumerate(writes, 1)
    ],
)
def test_a_constraint_refuses_what_contradicts_it(name: str, write: Wrong) -> None:
    gate = factory.gate("T1")
    before = everything()

    with pytest.raises(IntegrityError) as refusal, transaction.atomic():
        write(gate)

    diagnosis = getattr(refusal.value.__cause__, "diag", None)
    if diagnosis is not None:
        assert diagnosis.constraint_name == name
    elif name in CHECKS:
        assert name in str(refusal.value)
    assert everything() == before


@pytest.mark.parametrize("url", GOOD_URLS, ids=ascii)
def test_a_plain_web_address_passes_the_constraint(url: str) -> None:
    kept = factory.evidence(factory.gate(), url=url)

    assert Evidence.objects.get(pk=kept.pk).url == url


def test_the_same_thing_may_be_waited_for_again_once_it_was_resolved() -> None:
    gate = factory.gate()
    factory.blocker(gate).resolve(factory.user(), "Key arrived")

    factory.blocker(gate)

    assert gate.blockers.count() == 2


def test_the_same_step_may_stand_on_two_days_and_outside_the_plan() -> None:
    launch = factory.launch()

    for day in (None, 0, 1, 2):
        factory.action(launch, day=day)

    assert launch.actions.count() == 4


def test_two_launches_may_use_the_same_codes() -> None:
    first, second = factory.launch("first"), factory.launch("second")

    for launch in (first, second):
        factory.gate("T1", section=factory.section("T", launch=launch))

    assert Gate.objects.filter(code="T1").count() == 2


def test_making_a_launch_current_takes_the_other_one_down() -> None:
    first, second = factory.launch("first"), factory.launch("second")

    second.make_current()

    assert list(Launch.objects.filter(is_current=True)) == [second]
    assert not Launch.objects.get(pk=first.pk).is_current
