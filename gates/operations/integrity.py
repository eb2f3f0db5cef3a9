"""Integrity check: one line for each guard or row that breaks a rule of the board."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from django.db import DEFAULT_DB_ALIAS, connections
from django.db.models import F

from accounts import account_record
from gates.board.as_of import RowSource
from gates.database import closing_rule
from gates.database.guards import guard_errors
from gates.models import TRACKED, Action, Gate, Requirement

from .record import record_errors
from .run_errors import run_errors

# Later than any history row: as of then, each object's newest row is found.
END_OF_TIME = datetime(9999, 12, 31, tzinfo=UTC)


def integrity_errors(using: str = DEFAULT_DB_ALIAS) -> list[str]:
    """Return one line for each error in a database: its guards and its rows.

    The number of queries does not depend on the number of rows.
    """
    return [*guard_errors(connections[using]), *data_errors(using)]


def data_errors(using: str = DEFAULT_DB_ALIAS) -> list[str]:
    """Return one line for each error in the rows; triggers are not checked."""
    newest = RowSource(END_OF_TIME, using=using)
    return [
        *closing_rule.violations(connections[using]),
        *_launch_mismatches(using),
        *(error for model in TRACKED for error in _history_mismatches(model, newest)),
        *record_errors(using),
        *account_record.record_errors(using),
        *run_errors(using),
    ]


def _launch_mismatches(using: str) -> Iterator[str]:
    """Yield rows that refer to another launch: written past the models' `save()`."""
    for gate in Gate.objects.using(using).exclude(launch=F("section__launch")).order_by("pk"):
        yield f"gate {gate.code} (id {gate.pk}) is in another launch than its section"
    covered = Gate.objects.using(using).exclude(covered_by=None)
    for gate in covered.exclude(covered_by__launch=F("launch")).order_by("pk"):
        yield f"gate {gate.code} (id {gate.pk}) is covered by a gate of another launch"
    requirements = Requirement.objects.using(using).exclude(gate__launch=F("claim__launch"))
    for requirement in requirements.order_by("pk"):
        yield f"a gate that claim {requirement.claim_id} requires is in another launch"
    actions = Action.objects.using(using).exclude(gate=None).exclude(gate__launch=F("launch"))
    for action in actions.order_by("pk"):
        yield f"action (id {action.pk}) is for a gate of another launch"


def _history_mismatches(model: Any, newest: RowSource) -> Iterator[str]:
    """Yield rows that differ from their newest history row, or have none: written past `save()`."""
    columns = [field.attname for field in model._meta.concrete_fields]
    live = {
        row["id"]: row for row in model.objects.using(newest.using).order_by("pk").values(*columns)
    }
    recorded = {row["id"]: row for row in newest.queryset(model).values(*columns)}
    name = model._meta.model_name
    for pk, row in live.items():
        if pk not in recorded:
            yield (
                f"{name} {_label(row)}(id {pk}) has no history;"
                " import_snapshot with its document writes it"
            )
            continue
        for column in columns:
            if row[column] != recorded[pk][column]:
                yield (
                    f"{name} {_label(row)}(id {pk}): {column} is {_shorten(row[column])}, but"
                    f" its newest history row says {_shorten(recorded[pk][column])}"
                )
    for pk in sorted(recorded.keys() - live.keys()):
        yield f"{name} {_label(recorded[pk])}(id {pk}) is gone, but no history row says so"


def _label(row: dict[str, Any]) -> str:
    """Return code and text of a row, with a space after them; "" if it has neither."""
    parts = (row.get(name) for name in ("code", "title", "summary", "needs", "text", "name"))
    label = " ".join(part for part in parts if isinstance(part, str))
    return f"{label} " if label else ""


def _shorten(value: Any) -> str:
    text = repr(str(value)) if isinstance(value, str | datetime) else repr(value)
    return text if len(text) <= 120 else f"{text[:120]}…"
