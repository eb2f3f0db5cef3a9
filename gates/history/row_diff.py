"""Compare rows of two boards, column by column: edited, added and removed rows."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.contrib.auth import get_user_model

from gates.history.field_changes import POSITION_FIELDS, FieldChange, format_value
from gates.models import Action, Blocker, Evidence, Gate

# The attribute of a board's row that holds the name of the object a foreign key refers to.
# Accounts have none; their names are looked up.
NAME_ATTRIBUTES = {
    (Gate, "section"): "section",
    (Gate, "owner"): "owner",
    (Gate, "covered_by"): "covered_by",
    (Evidence, "gate"): "gate_code",
    (Blocker, "gate"): "gate_code",
    (Blocker, "waiting_on"): "waiting_on",
    (Action, "gate"): "gate_code",
    (Action, "needs"): "needs",
}


@dataclass(frozen=True, slots=True)
class RowChange:
    """One row that differs between two boards.

    Attributes:
        sign: "+" added, "-" removed, "~" edited.
        kind: The model's name for people.
        gate: The code of its gate; empty for none.
        subject: The text that names the row.
        fields: The changed columns of an edited row.
    """

    sign: str
    kind: str
    gate: str
    subject: str
    fields: tuple[FieldChange, ...] = ()


def changed_rows(
    model: Any,
    old: Iterable[Any],
    new: Iterable[Any],
    accounts: Mapping[int, str],
    reported: Callable[[Any, Any], set[str]] | None = None,
) -> list[RowChange]:
    """Return the rows of one model that are on both boards and differ.

    Args:
        model: The model.
        old: The rows of the earlier board.
        new: The rows of the later board.
        accounts: Owners' names by the id of their account.
        reported: Given a row before and after, returns the columns to leave out, because they are
            reported elsewhere; None leaves out none.
    """
    before = {row.id: row for row in old}
    edited = []
    for row in new:
        was = before.get(row.id)
        if was is None:
            continue
        left_out = reported(was, row) if reported else set()
        changes = tuple(_changed_fields(model, was, row, accounts, left_out))
        if changes:
            edited.append(_row_change("~", model, row, changes))
    return edited


def added_and_removed_rows(model: Any, old: Iterable[Any], new: Iterable[Any]) -> list[RowChange]:
    """Return the rows of one model that are on only one of two boards."""
    before, after = ({row.id: row for row in rows} for rows in (old, new))
    return [
        *(_row_change("+", model, row) for pk, row in after.items() if pk not in before),
        *(_row_change("-", model, row) for pk, row in before.items() if pk not in after),
    ]


def _row_change(
    sign: str, model: Any, row: Any, changes: tuple[FieldChange, ...] = ()
) -> RowChange:
    gate = row.code if model is Gate else getattr(row, "gate_code", "")
    names = ("title", "summary", "needs", "name")
    subject = (
        row.text if model is Action else next(getattr(row, n) for n in names if hasattr(row, n))
    )
    return RowChange(sign, str(model._meta.verbose_name), gate, subject, changes)


def _changed_fields(
    model: Any, old: Any, new: Any, accounts: Mapping[int, str], left_out: set[str]
) -> Iterable[FieldChange]:
    for field in model._meta.concrete_fields:
        if field.name in POSITION_FIELDS | left_out or not _is_on_board(model, field, new):
            continue
        was, now = (_field_text(model, field, row, accounts) for row in (old, new))
        if was != now:
            yield FieldChange(str(field.verbose_name), was, now)


def _is_on_board(model: Any, field: Any, row: Any) -> bool:
    return hasattr(row, NAME_ATTRIBUTES.get((model, field.name), field.attname))


def _field_text(model: Any, field: Any, row: Any, accounts: Mapping[int, str]) -> str:
    if (model, field.name) in NAME_ATTRIBUTES:
        return str(getattr(row, NAME_ATTRIBUTES[(model, field.name)]))
    names = accounts if field.related_model is get_user_model() else {}
    return format_value(field, getattr(row, field.attname), names)
