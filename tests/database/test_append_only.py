"""History is added to and never changed, whoever writes: the database itself refuses."""

from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction

from gates.database import append_only
from gates.models import TRACKED, Gate, Token
from tests.support import checks, factory
from tests.support.assertions import everything, sql

pytestmark = pytest.mark.django_db

FIXED = append_only.FIXED_COLUMNS["gates_token"]
every_table = pytest.mark.parametrize("table", append_only.HISTORY_TABLES)


@pytest.fixture
def board() -> None:
    """At least one row of every table, so that there is something to change."""
    gate = factory.closed_gate()
    factory.blocker(gate)
    factory.action(gate.launch)
    load = checks.check(gate)
    token = checks.token(load)
    checks.report(load, by=token)
    token.revoke(factory.user(), runs_count=True)
    factory.requirement(factory.claim(gate.launch), gate)


# What runs are made of, and what a token may do: neither edited nor deleted.
every_log = pytest.mark.parametrize(
    "table", ["gates_run", "gates_report", "gates_tokenscope", "gates_revocation"]
)


def rows_of(table: str) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT * FROM {table} ORDER BY id")
        return list(cursor.fetchall())


def refuse(statement: str, *values: Any) -> None:
    """The database refuses the statement, by name, and nothing is written."""
    before, logs = everything(), {table: rows_of(table) for table in append_only.LOG_TABLES}
    with pytest.raises(IntegrityError) as refusal, transaction.atomic():
        sql(statement, *values)
    diagnosis = getattr(refusal.value.__cause__, "diag", None)
    name = diagnosis.constraint_name if diagnosis else str(refusal.value)
    assert name == append_only.APPEND_ONLY
    assert everything() == before
    assert {table: rows_of(table) for table in append_only.LOG_TABLES} == logs


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


@every_log
@pytest.mark.parametrize("statement", ["UPDATE {table} SET id = id", "DELETE FROM {table}"])
def test_runs_and_what_a_token_may_do_are_only_added_to(
    board: None, table: str, statement: str
) -> None:
    refuse(statement.format(table=table))


@pytest.mark.parametrize(
    "statement",
    [
        "DELETE FROM gates_token",
        *(
            f"UPDATE gates_token SET {name} = {name}"
            for name in append_only.FIXED_COLUMNS["gates_token"]
        ),
    ],
)
def test_of_a_token_nothing_changes_but_its_last_use(board: None, statement: str) -> None:
    refuse(statement)

    sql("UPDATE gates_token SET last_used_on = '2026-05-01'")


def test_a_token_has_no_other_columns() -> None:
    columns = {field.column for field in Token._meta.concrete_fields}

    assert columns - set(FIXED) == {"last_used_on"}


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
