"""What the board promises, looked at in the database: one line for every promise that is broken."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from django.db import DEFAULT_DB_ALIAS, connections
from django.db.models import F

from gates.board.as_of import RowSource
from gates.database import closing_rule, triggers
from gates.models import TRACKED, Action, Gate, Requirement

from .record import record_errors

# Later than any history row, so that each object's newest one is found.
END_OF_TIME = datetime(9999, 12, 31, tzinfo=UTC)


def integrity_errors(using: str = DEFAULT_DB_ALIAS) -> list[str]:
    """Everything that is wrong in a database; empty when its board is sound.

    A fixed number of queries, however many rows there are.
    """
    return [*triggers.trigger_errors(connections[using]), *data_errors(using)]


def data_errors(using: str = DEFAULT_DB_ALIAS) -> list[str]:
    """What is wrong with the rows, leaving the triggers aside."""
    newest = RowSource(END_OF_TIME, using=using)
    return [
        *closing_rule.violations(connections[using]),
        *_gates_in_wrong_launch(using),
        *(fault for model in TRACKED for fault in _rows_unlike_history(model, newest)),
        *record_errors(using),
    ]


def _gates_in_wrong_launch(using: str) -> Iterator[str]:
    """Rows that reach into another launch: possible only past the models."""
    for gate in Gate.objects.using(using).exclude(launch=F("section__launch")).order_by("pk"):
        yield f"gate {gate.code} (id {gate.pk}) is in another launch than its section"
    astray = Requirement.objects.using(using).exclude(gate__launch=F("claim__launch"))
    for required in astray.order_by("pk"):
        yield f"a gate that claim {required.claim_id} requires is in another launch"
    actions = Action.objects.using(using).exclude(gate=None).exclude(gate__launch=F("launch"))
    for action in actions.order_by("pk"):
        yield f"action (id {action.pk}) is for a gate of another launch"


def _rows_unlike_history(model: Any, newest: RowSource) -> Iterator[str]:
    """Rows that were written past `save()`: no history, or one that says something else."""
    columns = [field.attname for field in model._meta.concrete_fields]
    live = {
        row["id"]: row for row in model.objects.using(newest.using).order_by("pk").values(*columns)
    }
    told = {row["id"]: row for row in newest.queryset(model).values(*columns)}
    name = model._meta.model_name
    for pk, row in live.items():
        if pk not in told:
            yield (
                f"{name} {_called(row)}(id {pk}) has no history;"
                " import_snapshot with its document writes it"
            )
            continue
        for column in columns:
            if row[column] != told[pk][column]:
                yield (
                    f"{name} {_called(row)}(id {pk}): {column} is {_short(row[column])}, but"
                    f" its newest history row says {_short(told[pk][column])}"
                )
    for pk in sorted(told.keys() - live.keys()):
        yield f"{name} {_called(told[pk])}(id {pk}) is gone, but no history row says so"


def _called(row: dict[str, Any]) -> str:
    """What people call a row, with a space after it; empty where it has no name of its own."""
    parts = (row.get(name) for name in ("code", "title", "summary", "needs", "text", "name"))
    words = " ".join(part for part in parts if isinstance(part, str))
    return f"{words} " if words else ""


def _short(value: Any) -> str:
    text = repr(str(value)) if isinstance(value, str | datetime) else repr(value)
    return text if len(text) <= 120 else f"{text[:120]}…"
