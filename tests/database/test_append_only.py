"""History is added to and never changed, whoever writes: the database itself refuses."""

from typing import Any

import pytest
from django.db import IntegrityError, transaction

from gates.database import append_only
from gates.models import TRACKED, Gate
from tests.support import api, factory
from tests.support.assertions import everything, sql

pytestmark = pytest.mark.django_db

every_table = pytest.mark.parametrize("table", append_only.HISTORY_TABLES)


@pytest.fixture
def board() -> None:
    """At least one row of every table, so that there is something to change."""
    gate = factory.closed_gate()
    factory.blocker(gate)
    factory.action(gate.launch)
    factory.requirement(factory.claim(gate.launch), gate)
    api.check(gate)


def refuse(statement: str, *values: Any) -> None:
    """The database refuses the statement, by name, and nothing is written."""
    before = everything()
    with pytest.raises(IntegrityError) as refusal, transaction.atomic():
        sql(statement, *values)
    diagnosis = getattr(refusal.value.__cause__, "diag", None)
    name = diagnosis.constraint_name if diagnosis else str(refusal.value)
    assert name == append_only.APPEND_ONLY
    assert everything() == before


def test_every_history_table_is_guarded() -> None:
    assert set(append_only.HISTORY_TABLES) == {
        model.history.model._meta.db_table for model in TRACKED
    }


@every_table
def test_history_is_not_updated(board: None, table: str) -> None:
    refuse(f"UPDATE {table} SET history_user_name = 'somebody else'")


@every_table
def test_history_is_not_deleted(board: None, table: str) -> None:
    refuse(f"DELETE FROM {table}")


@pytest.mark.sqlite
@every_table
@pytest.mark.parametrize(
    "verb", ["REPLACE INTO", "INSERT OR REPLACE INTO", "INSERT OR IGNORE INTO"]
)
def test_history_is_not_replaced(board: None, table: str, verb: str) -> None:
    refuse(f"{verb} {table} SELECT * FROM {table}")


@pytest.mark.sqlite
@every_table
def test_the_number_of_a_history_row_is_not_taken(board: None, table: str) -> None:
    refuse(f"UPDATE OR REPLACE {table} SET history_id = history_id + 1")


@pytest.mark.postgresql
@every_table
@pytest.mark.parametrize("how", ["", " CASCADE", " RESTART IDENTITY"])
def test_history_is_not_truncated(committed: None, table: str, how: str) -> None:
    factory.closed_gate()

    refuse(f"TRUNCATE {table}{how}")


@pytest.mark.postgresql
@every_table
@pytest.mark.parametrize(
    "statement",
    [
        "INSERT INTO {table} SELECT * FROM {table}"
        " ON CONFLICT (history_id) DO UPDATE SET history_user_name = ''",
        "MERGE INTO {table} h USING {table} o ON o.history_id = h.history_id"
        " WHEN MATCHED THEN DELETE",
        "WITH gone AS (DELETE FROM {table} RETURNING id) SELECT count(*) FROM gone",
    ],
    ids=["upsert", "merge", "with"],
)
def test_no_statement_of_postgresql_gets_round_it(board: None, table: str, statement: str) -> None:
    refuse(statement.format(table=table))


def test_queryset_update_and_delete_of_history_are_refused() -> None:
    history = factory.closed_gate().history

    for attempt in (lambda: history.update(history_user_name=""), lambda: history.all().delete()):
        with pytest.raises(IntegrityError), transaction.atomic():
            attempt()

    assert history.first().history_user_name == "sami"


def test_who_did_it_survives_the_deletion_of_the_account() -> None:
    ali = factory.user("ali")
    gate = factory.closed_gate(by=ali)
    gate.reopen(ali, "Not done after all")
    pk = ali.pk

    ali.delete()

    newest = Gate.history.filter(id=gate.pk).first()
    assert (newest.history_user_id, newest.history_user_name) == (pk, "ali")
