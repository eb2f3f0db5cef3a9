"""What a refused write must show: the rule's own error, and nothing written."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction

from gates.database import closing_rule, triggers
from gates.models import (
    TRACKED,
)


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
    assert closing_rule.violates_closing_rule(refusal.value)
    assert everything() == before


@contextmanager
def triggers_lifted() -> Iterator[None]:
    """What only somebody with the owner's rights could do to the database, and by intent."""
    if connection.vendor == "sqlite":
        triggers.remove(connection)
        yield
        triggers.install(connection)
        return
    # A table with checks still to come is not altered. Afterwards checks wait again as before.
    sql("SET CONSTRAINTS ALL IMMEDIATE")
    triggers.remove(connection)
    yield
    sql("SET CONSTRAINTS ALL IMMEDIATE")
    sql("SET CONSTRAINTS ALL DEFERRED")
    triggers.install(connection)
    ours = [
        trigger.name
        for trigger in closing_rule.POSTGRESQL_CLOSING_RULE
        if "CONSTRAINT" in trigger.create
    ]
    sql(f"SET CONSTRAINTS {', '.join(ours)} IMMEDIATE")


def sql(statement: str, *values: Any) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
