"""What tokens bring is added to and never changed: runs, reports, proposals; nor are tokens."""

from typing import Any

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction

from gates.database import append_only
from gates.models import Evidence, Proposal, ProposalDecision, Report, Revocation, Run, Token
from tests.support import api, factory
from tests.support.assertions import sql
from tests.support.database_roles import WEB, log_in

# Table → a column that somebody might wish to change.
TABLES = {
    "gates_run": "passed",
    "gates_report": "body",
    "gates_tokenscope": "gate_check_id",
    "gates_revocation": "runs_count",
    "gates_proposal": "summary",
    "gates_proposaldecision": "accepted",
}
FIXED = append_only.FIXED_COLUMNS["gates_token"]

every_table = pytest.mark.parametrize("table", [*TABLES, "gates_token"])


def bring() -> Token:
    """One row of every table."""
    token, text = api.token(api.check())
    api.post(text)
    api.post(text, {"summary": "The dashboard shows 12 events an hour"}, api.PROPOSALS)
    Proposal.objects.get().accept(factory.user("sami"))
    token.revoke(factory.user("ali"), runs_count=True)
    return token


def rows() -> dict[str, list[Any]]:
    """Every row of the tables."""
    models: tuple[Any, ...] = (Token, Run, Report, Revocation, Proposal, ProposalDecision)
    found = {model.__name__: list(model.objects.order_by("pk").values()) for model in models}
    for report in found["Report"]:
        report["body"] = bytes(report["body"])
    return found | {"scopes": list(Token.checks.through.objects.order_by("pk").values())}


def refuse(statement: str) -> None:
    """The database refuses the statement, by name, and nothing is written."""
    before = rows()
    with pytest.raises(IntegrityError) as refusal, transaction.atomic():
        sql(statement)
    diagnosis = getattr(refusal.value.__cause__, "diag", None)
    name = diagnosis.constraint_name if diagnosis else str(refusal.value)
    assert name == append_only.APPEND_ONLY
    assert rows() == before


def test_the_tables_are_those_that_are_guarded() -> None:
    others = {"gates_import", "django_admin_log", "gates_filecheck", "accounts_accountchange"}

    assert set(append_only.LOG_TABLES) == {*TABLES, *others}
    assert set(append_only.FIXED_COLUMNS) == {"gates_token"}


def test_of_a_token_only_the_day_of_its_last_use_changes() -> None:
    columns = {field.column for field in Token._meta.concrete_fields}

    assert columns - set(FIXED) == {"last_used_on"}


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("table", "column"), [*TABLES.items(), *(("gates_token", column) for column in FIXED)]
)
def test_no_column_is_updated(table: str, column: str) -> None:
    bring()

    refuse(f"UPDATE {table} SET {column} = {column}")


@pytest.mark.django_db
@every_table
def test_no_row_is_deleted(table: str) -> None:
    bring()

    refuse(f"DELETE FROM {table}")


@pytest.mark.django_db
@pytest.mark.sqlite
@every_table
@pytest.mark.parametrize("verb", ["REPLACE INTO", "INSERT OR REPLACE INTO"])
def test_no_row_is_replaced(table: str, verb: str) -> None:
    bring()

    refuse(f"{verb} {table} SELECT * FROM {table}")


@pytest.mark.postgresql
def test_no_table_is_truncated(committed: None) -> None:
    bring()

    for table in [*TABLES, "gates_token"]:
        refuse(f"TRUNCATE {table} CASCADE")


@pytest.mark.django_db
def test_the_day_of_the_last_use_is_noted() -> None:
    token = bring()

    sql("UPDATE gates_token SET last_used_on = '2026-05-01'")

    token.refresh_from_db()
    assert str(token.last_used_on) == "2026-05-01"


@pytest.mark.postgresql
def test_the_web_role_brings_runs_and_changes_none(roles: str) -> None:
    log_in(WEB)
    bring()
    before = rows()
    statements = [
        *(f"UPDATE {table} SET {column} = {column}" for table, column in TABLES.items()),
        *(f"DELETE FROM {table}" for table in [*TABLES, "gates_token"]),
        *(f"TRUNCATE {table} CASCADE" for table in [*TABLES, "gates_token"]),
        "UPDATE gates_token SET ends_on = '2099-01-01'",
        "ALTER TABLE gates_run DISABLE TRIGGER ALL",
        "SET session_replication_role = replica",
    ]

    for statement in statements:
        with pytest.raises(DatabaseError), transaction.atomic():
            sql(statement)

    assert rows() == before
    assert Evidence.objects.count() == 2


@pytest.mark.postgresql
def test_the_web_role_does_not_choose_when_a_run_was_received(roles: str) -> None:
    log_in(WEB)
    bring()
    copied = ", ".join(
        field.column
        for field in Run._meta.concrete_fields
        if field.column not in {"id", "received_at", "request"}
    )

    sql(
        f"INSERT INTO gates_run (received_at, request, {copied})"
        f" SELECT '2020-01-01', 'forged', {copied} FROM gates_run"
    )

    assert Run.objects.get(request="forged").received_at.year > 2020
    assert connection.settings_dict["USER"] == WEB
