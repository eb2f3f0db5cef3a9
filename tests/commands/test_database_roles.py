"""`manage.py database_roles`: the web role serves the board and cannot change the history."""

from datetime import date
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.db import DatabaseError, transaction
from django.test import Client

from gates.models import TRACKED, Gate
from gates.operations import integrity
from tests.support import checks, factory
from tests.support.admin_forms import person, proof, save_gate
from tests.support.assertions import everything, sql
from tests.support.database_roles import OWNER, WEB, log_in

SNAPSHOT = Path(settings.BASE_DIR) / "fixtures" / "launch_gates_2026-04-23.json"


@pytest.fixture
def web(roles: str) -> None:
    """A board with a closed gate, and a connection as the web role."""
    factory.closed_gate("T1")
    log_in(WEB)


@pytest.mark.postgresql
def test_the_board_works_as_the_web_role(web: None, client: Client) -> None:
    client.force_login(person("engineer", "Engineer"))
    gate = factory.gate("T2")

    closed = save_gate(
        client, gate, progress="closed", reason="Seen green", evidence=[proof("Green at 10:00")]
    )
    load = checks.check(gate)
    token = checks.token(load)
    checks.report(load, 900, by=token)
    token.mark_used(date(2026, 5, 1))
    page = client.get("/")
    token.revoke(factory.user("engineer"), runs_count=False)
    call_command("import_snapshot", SNAPSHOT, by="engineer")
    gate.reopen(factory.user("engineer"), "Not yet")

    assert closed.status_code == 302
    assert page.status_code == 200
    assert Gate.objects.count() > 30
    assert integrity.integrity_errors() == []


@pytest.mark.postgresql
@pytest.mark.parametrize(
    "statement",
    [
        "TRUNCATE gates_historicalgate",
        "TRUNCATE gates_evidence",
        "TRUNCATE gates_gate CASCADE",
        "ALTER TABLE gates_gate DISABLE TRIGGER ALL",
        "ALTER TABLE gates_historicalgate DISABLE TRIGGER USER",
        "DROP TRIGGER gates_historicalgate_append_only ON gates_historicalgate",
        "CREATE OR REPLACE FUNCTION public.gates_historicalgate_append_only() RETURNS trigger"
        " LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END'",
        "CREATE TABLE public.mine (id int)",
        "CREATE TEMPORARY TABLE gates_evidence (id int)",
        "ALTER TABLE gates_gate ADD COLUMN mine int",
        "DROP TABLE gates_historicalgate",
        "SET session_replication_role = replica",
        f"SET ROLE {OWNER}",
        "SELECT setval('gates_historicalgate_history_id_seq', 1)",
        "UPDATE django_migrations SET name = ''",
    ],
)
def test_the_web_role_cannot_get_round_the_rules(web: None, statement: str) -> None:
    before = everything()

    with pytest.raises(DatabaseError), transaction.atomic():
        sql(statement)

    assert everything() == before


@pytest.mark.postgresql
@pytest.mark.parametrize("model", TRACKED, ids=lambda model: model.__name__)
@pytest.mark.parametrize("statement", ["UPDATE {} SET history_user_name = ''", "DELETE FROM {}"])
def test_the_web_role_only_adds_to_the_history(web: None, statement: str, model: type) -> None:
    table = model.history.model._meta.db_table  # type: ignore[attr-defined]

    with pytest.raises(DatabaseError, match="permission denied"), transaction.atomic():
        sql(statement.format(table))


@pytest.mark.postgresql
def test_the_owner_migrates_and_gives_the_rights_again(roles: str) -> None:
    log_in(OWNER)

    call_command("migrate", "gates", "0004", verbosity=0)
    call_command("migrate", verbosity=0)
    call_command("database_roles", owner=OWNER, web=WEB)

    log_in(WEB)
    factory.closed_gate()
    assert integrity.integrity_errors() == []


@pytest.mark.postgresql
def test_a_right_that_is_missing_is_a_503_and_nothing_is_written(
    roles: str, client: Client
) -> None:
    gate = factory.gate("T6")
    client.force_login(person("sami", "Founder"))
    log_in(OWNER)
    sql(f"REVOKE INSERT ON gates_historicalgate FROM {WEB}")
    log_in(WEB)
    before = everything()
    client.raise_request_exception = False

    answer = save_gate(client, gate, title="New title")

    assert answer.status_code == 503
    assert everything() == before


@pytest.mark.postgresql
def test_passwords_are_printed_once(roles: str, capsys: pytest.CaptureFixture[str]) -> None:
    call_command("database_roles", owner=OWNER, web=WEB)

    assert roles.count("password (shown only now)") == 2
    assert "password" not in capsys.readouterr().out


@pytest.mark.postgresql
def test_a_role_without_the_right_is_told_so_and_nothing_changes(roles: str) -> None:
    log_in(WEB)

    with pytest.raises(CommandError, match="nothing was changed"):
        call_command("database_roles", owner="another_owner", web=WEB)


@pytest.mark.sqlite
@pytest.mark.django_db
def test_sqlite_has_no_roles() -> None:
    with pytest.raises(CommandError, match="SQLite has no roles"):
        call_command("database_roles")
