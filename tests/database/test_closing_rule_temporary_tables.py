"""The closing rule holds where a temporary table bears the name of the real one."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction

from gates.database import closing_rule
from tests.support import factory
from tests.support.assertions import sql

pytestmark = pytest.mark.django_db


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
    assert closing_rule.violates_closing_rule(refusal.value)
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
