"""PostgreSQL: TRUNCATE, deferred checks, statements that SQLite does not know."""

import pytest
from django.db import IntegrityError, OperationalError, connection, transaction

from gates.database import closing_rule
from gates.models import (
    Evidence,
    Gate,
)
from tests.support import factory
from tests.support.assertions import refused, sql

pytestmark = [pytest.mark.django_db, pytest.mark.postgresql]


def test_evidence_is_not_truncated_while_a_gate_is_closed(committed: None) -> None:
    factory.closed_gate()

    with refused():
        sql("TRUNCATE gates_evidence")


def test_evidence_may_be_truncated_while_no_gate_is_closed(committed: None) -> None:
    factory.evidence(factory.gate())

    sql("TRUNCATE gates_evidence")

    assert not Evidence.objects.exists()


def test_gates_are_not_truncated_with_all_that_tools_brought_for_them(committed: None) -> None:
    factory.closed_gate()

    with pytest.raises(IntegrityError, match="only added to"), transaction.atomic():
        sql("TRUNCATE gates_gate CASCADE")

    assert Evidence.objects.exists()
    assert Gate.objects.exists()


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
    assert closing_rule.violations(connection) == []


PROOF_COLUMNS = (
    'kind, summary, url, output, file, sha256, "commit", recorded_at,'
    " observed_at, valid_until, recorded_by_id"
)


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


def test_with_deferred_checks_a_gate_may_be_closed_before_its_evidence(committed: None) -> None:
    gate = factory.gate()

    with transaction.atomic():
        sql("SET CONSTRAINTS ALL DEFERRED")
        Gate.objects.update(progress="closed")
        factory.evidence(gate)

    assert Gate.objects.get(pk=gate.pk).progress == "closed"


def test_with_deferred_checks_the_last_evidence_may_be_replaced(committed: None) -> None:
    gate = factory.closed_gate()

    with transaction.atomic():
        sql("SET CONSTRAINTS ALL DEFERRED")
        gate.evidence.get().delete()
        factory.evidence(gate, "A better proof")

    assert gate.evidence.get().summary == "A better proof"
