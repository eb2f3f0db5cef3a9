"""Rows of two boards, column by column: what was edited, added and taken away."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from gates.history.entries import FieldChange, format_value
from gates.models import Action, Blocker, Evidence, Gate

# Columns that say where a row stands, or how often it was edited, and nothing of what it says.
POSITION_FIELDS = {"id", "launch", "position", "version"}

# Where a board's row has the name of what a column refers to. Accounts are looked up.
NAME_COLUMNS = {
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
    """One row that was added (+), taken away (-) or edited (~, with each of its columns)."""

    sign: str
    kind: str
    gate: str
    subject: str
    fields: tuple[FieldChange, ...] = ()


def nothing_told(_old: Any, _new: Any) -> set[str]:
    """No column of a row is told in another place."""
    return set()


def changed_rows(
    model: Any,
    old: Iterable[Any],
    new: Iterable[Any],
    accounts: Mapping[int, str],
    told: Callable[[Any, Any], set[str]] = nothing_told,
) -> list[RowChange]:
    """The rows of one model that are on both boards and differ.

    `accounts` has people's names by the ids of their accounts. `told` names the columns of a row,
    as it was and as it is, that are told in another place already.
    """
    before = {row.id: row for row in old}
    found = []
    for row in new:
        was = before.get(row.id)
        if was is None:
            continue
        changes = tuple(_changed_fields(model, was, row, accounts, told(was, row)))
        if changes:
            found.append(_row_change("~", model, row, changes))
    return found


def added_and_removed_rows(model: Any, old: Iterable[Any], new: Iterable[Any]) -> list[RowChange]:
    """The rows of one model that are on only one of two boards."""
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
    model: Any, old: Any, new: Any, accounts: Mapping[int, str], told: set[str]
) -> Iterable[FieldChange]:
    for field in model._meta.concrete_fields:
        if field.name in POSITION_FIELDS | told or not _is_on_board(model, field, new):
            continue
        was, now = (_field_text(model, field, row, accounts) for row in (old, new))
        if was != now:
            yield FieldChange(str(field.verbose_name), was, now)


def _is_on_board(model: Any, field: Any, row: Any) -> bool:
    return hasattr(row, NAME_COLUMNS.get((model, field.name), field.attname))


def _field_text(model: Any, field: Any, row: Any, accounts: Mapping[int, str]) -> str:
    if (model, field.name) in NAME_COLUMNS:
        return str(getattr(row, NAME_COLUMNS[(model, field.name)]))
    value = getattr(row, field.attname)
    if field.is_relation:
        return "" if value is None else accounts.get(value, f"#{value}")
    return format_value(field, value)
