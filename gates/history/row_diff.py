"""Rows of two boards, column by column: what was edited, added and taken away."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from gates.history.entries import Change, in_words
from gates.models import Action, Blocker, Evidence, Gate

# Columns that say where a row stands, or how often it was edited, and nothing of what it says.
UNTOLD = {"id", "launch", "position", "version"}

# Where a board's row has the name of what a column refers to. Accounts are looked up.
NAMED_IN = {
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
class Edit:
    """One row that was added (+), taken away (-) or edited (~, with each of its columns)."""

    sign: str
    kind: str
    gate: str
    subject: str
    fields: tuple[Change, ...] = ()


def nothing_told(_old: Any, _new: Any) -> set[str]:
    """No column of a row is told in another place."""
    return set()


def edits(
    model: Any,
    old: Iterable[Any],
    new: Iterable[Any],
    accounts: Mapping[int, str],
    told: Callable[[Any, Any], set[str]] = nothing_told,
) -> list[Edit]:
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
        changes = tuple(_differing(model, was, row, accounts, told(was, row)))
        if changes:
            found.append(_edit("~", model, row, changes))
    return found


def added_and_removed(model: Any, old: Iterable[Any], new: Iterable[Any]) -> list[Edit]:
    """The rows of one model that are on only one of two boards."""
    before, after = ({row.id: row for row in rows} for rows in (old, new))
    return [
        *(_edit("+", model, row) for pk, row in after.items() if pk not in before),
        *(_edit("-", model, row) for pk, row in before.items() if pk not in after),
    ]


def _edit(sign: str, model: Any, row: Any, changes: tuple[Change, ...] = ()) -> Edit:
    gate = row.code if model is Gate else getattr(row, "gate_code", "")
    names = ("title", "summary", "needs", "name")
    subject = (
        row.text if model is Action else next(getattr(row, n) for n in names if hasattr(row, n))
    )
    return Edit(sign, str(model._meta.verbose_name), gate, subject, changes)


def _differing(
    model: Any, old: Any, new: Any, accounts: Mapping[int, str], told: set[str]
) -> Iterable[Change]:
    for field in model._meta.concrete_fields:
        if field.name in UNTOLD | told or not _is_on_board(model, field, new):
            continue
        was, now = (_said(model, field, row, accounts) for row in (old, new))
        if was != now:
            yield Change(str(field.verbose_name), was, now)


def _is_on_board(model: Any, field: Any, row: Any) -> bool:
    return hasattr(row, NAMED_IN.get((model, field.name), field.attname))


def _said(model: Any, field: Any, row: Any, accounts: Mapping[int, str]) -> str:
    if (model, field.name) in NAMED_IN:
        return str(getattr(row, NAMED_IN[(model, field.name)]))
    value = getattr(row, field.attname)
    if field.is_relation:
        return "" if value is None else accounts.get(value, f"#{value}")
    return in_words(field, value)
