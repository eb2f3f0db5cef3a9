"""The revision of the board: the triggers that move it, and the rows that it is made of."""

from typing import Any

import pytest
from django.db import connection

from gates.database import revision, triggers
from gates.models import TRACKED
from tests.support import factory

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("model", TRACKED, ids=lambda model: model._meta.model_name)
def test_every_table_and_its_history_move_the_revision(model: Any) -> None:
    for table in (model._meta.db_table, model.history.model._meta.db_table):
        assert table in revision.BOARD_TABLES


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
