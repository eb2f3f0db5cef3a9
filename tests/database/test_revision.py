"""The revision of the board: the triggers that move it, and the rows that it is made of."""

from datetime import date
from typing import Any

import pytest
from django.contrib.auth.models import Group, Permission
from django.db import connection
from django.utils import timezone

from gates.database import revision, triggers
from gates.models import TRACKED, Import
from tests.support import api, checks, factory
from tests.support.assertions import sql
from tests.support.sample_board import OneOfEach

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("model", TRACKED, ids=lambda model: model._meta.model_name)
def test_every_table_and_its_history_move_the_revision(model: Any) -> None:
    for table in (model._meta.db_table, model.history.model._meta.db_table):
        assert table in revision.BOARD_TABLES


ACCOUNT_TABLES = (
    "auth_group",
    "auth_group_permissions",
    "auth_user_groups",
    "auth_user_user_permissions",
)

NOTHING_REFERS_TO = {
    "gates_action",
    "gates_blocker",
    "gates_condition",
    "gates_requirement",
    "auth_group_permissions",
    "auth_user_groups",
    "auth_user_user_permissions",
}


@pytest.fixture
def rows_in_every_table() -> None:
    board = OneOfEach()
    factory.requirement(factory.claim(board.gate.launch, "ready"), board.gate)
    Import.objects.create(launch=board.gate.launch, at=timezone.now(), document="x", sha256="0")
    user = factory.user("other")
    user.groups.add(Group.objects.get(name="Other"))
    user.user_permissions.add(Permission.objects.earliest("pk"))


@pytest.mark.usefixtures("rows_in_every_table")
@pytest.mark.parametrize(
    "table", [*(model._meta.db_table for model in TRACKED), *ACCOUNT_TABLES, "auth_user"]
)
def test_an_update_and_a_deletion_move_the_revision(table: str) -> None:
    columns = revision.COLUMNS.get(table, "id").split(", ")
    for column in columns:
        before = revision.current_revision()
        sql(f"UPDATE {table} SET {column} = {column}")
        assert revision.current_revision() != before, column
    if table in NOTHING_REFERS_TO:
        before = revision.current_revision()
        sql(f"DELETE FROM {table}")
        assert revision.current_revision() != before


def test_what_a_page_depends_on_in_an_account_moves_the_revision() -> None:
    factory.user()
    expected = {"username", "is_active", "is_staff", "is_superuser"}
    before = revision.current_revision()
    sql("UPDATE auth_user SET last_login = last_login")

    assert revision.current_revision() == before
    assert set(revision.COLUMNS["auth_user"].split(", ")) == expected


@pytest.mark.parametrize(
    ("act", "moves"),
    [
        (lambda made: api.token(name="Another"), True),
        (lambda made: made[0].revoke(factory.user("ali"), runs_count=True), True),
        (lambda made: api.post(made[1]), True),
        (lambda made: api.post(made[1], {"summary": "Seen"}, api.PROPOSALS), True),
        (lambda made: made[0].mark_used(date(2026, 5, 1)), False),
        (lambda made: api.get(made[1], "me"), False),
    ],
    ids=["made", "ended", "run", "proposal", "day of use", "read"],
)
def test_what_tokens_bring_moves_the_revision_and_their_use_does_not(act: Any, moves: bool) -> None:
    made = api.token(api.check())
    before = revision.current_revision()

    act(made)

    assert (revision.current_revision() != before) is moves


def test_a_run_and_a_revocation_move_it_and_the_use_of_a_token_does_not() -> None:
    load = checks.check(factory.gate())
    token = checks.token(load)
    seen = [revision.current_revision()]
    checks.report(load, by=token, ref="fork")
    seen.append(revision.current_revision())
    token.mark_used(date(2026, 5, 1))
    assert seen[-1] == revision.current_revision()
    token.revoke(factory.user(), runs_count=False)
    seen.append(revision.current_revision())

    assert len(set(seen)) == 3


@pytest.mark.parametrize("table", revision.BOARD_TABLES)
def test_every_event_of_a_table_has_its_trigger(table: str) -> None:
    ours = [
        trigger.create.partition(" ON ")[0]
        for trigger in triggers.ALL_TRIGGERS[connection.vendor]
        if trigger.table == table and trigger.name.endswith("_moves_revision")
    ]

    for event in ("INSERT", "UPDATE", "DELETE"):
        assert any(f" {event}" in create for create in ours), event
    logs = {"gates_import", "gates_filecheck", "gates_run", "gates_revocation"}
    assert {*ACCOUNT_TABLES, *logs} <= set(revision.BOARD_TABLES)


def test_a_trigger_of_the_revision_that_is_gone_is_noticed() -> None:
    trigger = next(
        t for t in triggers.ALL_TRIGGERS[connection.vendor] if "moves_revision" in t.name
    )
    with connection.cursor() as cursor:
        where = f" ON {trigger.table}" if connection.vendor == "postgresql" else ""
        cursor.execute(f"DROP TRIGGER {trigger.name}{where}")

    assert any(trigger.name in fault for fault in triggers.trigger_errors(connection))


@pytest.mark.postgresql
def test_the_rows_of_the_revision_are_put_together_now_and_then(committed: None) -> None:
    owner = factory.owner()

    for number in range(1, 5000):  # one time in fifty they are put together
        type(owner).objects.update(email=f"{number}@dealix.me")
        before = revision.current_revision()
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM gates_revision")
            if cursor.fetchone()[0] < number:
                break

    assert number < 4999
    type(owner).objects.update(email="new@dealix.me")
    assert revision.current_revision() != before
