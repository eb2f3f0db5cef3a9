"""What happened to a gate, in one stream: the gate, its evidence, blockers and actions.

Each model has a history table of its own; a reader wants to see them together, newest first,
with what changed from → to.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib.auth import get_user_model
from django.db import models
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext

from gates.models import Action, Blocker, Claim, Evidence, Gate, Launch, Owner, Requirement, Section

# Columns that follow from others, or say nothing to a reader.
HIDDEN_FIELDS = {"id", "launch", "position", "sha256", "recorded_at", "recorded_by", "version"}


# The first of these columns that a row has says which row it is.
SUBJECTS = ("code", "summary", "needs", "text", "name")

# What a reference to a row of these tables is shown as.
LABEL_FIELDS: dict[Any, str] = {
    Owner: "name",
    Gate: "code",
    Section: "name",
    Launch: "name",
    Claim: "name",
}

# A model and rows of its history table, as mappings.
HistoryRows = tuple[Any, list[dict[str, Any]]]


@dataclass(frozen=True, slots=True)
class FieldChange:
    """One field: its name, and its value before and after, in words."""

    field: str
    old: str
    new: str


@dataclass(frozen=True, slots=True)
class Entry:
    """One history row in words; `kind` is + added, ~ changed, - deleted, = recorded from here."""

    at: datetime
    by: str
    kind: str
    model: str
    row_id: int
    history_id: int
    event: str
    subject: str
    changes: tuple[FieldChange, ...]
    reason: str
    decision: str = ""  # "closed" or "reopened" where a gate was
    document: str = ""  # the one that an import brought; then the reason is the import's own words
    launch: str = ""  # where several are told together


def gate_history(gate_id: int) -> list[Entry]:
    """Everything recorded about a gate and what belongs or belonged to it, newest first."""
    rows: list[HistoryRows] = [(Gate, list(Gate.history.filter(id=gate_id).values()))]
    for model in (Evidence, Blocker, Action):
        # Also what has since been deleted, or moved to another gate.
        ids = model.history.filter(gate_id=gate_id).values("id")
        rows.append((model, list(model.history.filter(id__in=ids).values())))
    return merge_entries(rows)


def claim_history(claim_id: int) -> list[Entry]:
    """Everything recorded about a claim and the gates it requires, newest first."""
    ids = Requirement.history.filter(claim_id=claim_id).values("id")
    return merge_entries(
        [
            (Claim, list(Claim.history.filter(id=claim_id).values())),
            (Requirement, list(Requirement.history.filter(id__in=ids).values())),
        ]
    )


def object_history(model: Any, pk: Any) -> list[Entry]:
    """Everything recorded about one row of any table, newest first."""
    if model is Gate:
        return gate_history(pk)
    if model is Claim:
        return claim_history(pk)
    return merge_entries([(model, list(model.history.filter(id=pk).values()))])


def changes_since(model: Any, pk: int, version: int) -> list[Entry]:
    """What was recorded about a row after one of its versions, oldest first."""
    rows = model.history.filter(id=pk, version__gte=version)
    order = ("history_date", "history_id")
    entries = merge_entries([(model, list(rows.order_by(*order).values()))])[::-1]
    seen = rows.filter(version=version).order_by(*order).values_list("history_id", flat=True).last()
    numbers = [entry.history_id for entry in entries]
    return entries[numbers.index(seen) + 1 :] if seen in numbers else entries


def merge_entries(rows: Sequence[HistoryRows]) -> list[Entry]:
    """History rows of several tables in words, newest first."""
    names = _names_in(rows)
    entries = [entry for model, found in rows for entry in _entries(model, found, names)]
    return sorted(entries, key=lambda entry: entry.at)[::-1]


def usernames(ids: Iterable[int | None]) -> dict[int | None, str]:
    """User names by id, for the ids that still have an account."""
    users = get_user_model().objects.filter(pk__in={pk for pk in ids if pk is not None})
    return dict(users.values_list("pk", "username"))


def _names_in(rows: Sequence[HistoryRows]) -> dict[type, dict[Any, str]]:
    """The names behind the foreign keys in these rows, one query a model."""
    wanted: dict[type, set[int]] = defaultdict(set)
    for model, found in rows:
        for key in _foreign_keys(model):
            wanted[key.related_model] |= {row[key.attname] for row in found}
    names: dict[type, dict[Any, str]] = {}
    for model, label in LABEL_FIELDS.items():
        query = model.objects.filter(pk__in=wanted.get(model, set()) - {None}).order_by()
        names[model] = dict(query.values_list("pk", label))
    names[get_user_model()] = usernames(wanted.get(get_user_model(), set()))
    return names


def _foreign_keys(model: type[models.Model]) -> list[Any]:
    return [field for field in model._meta.concrete_fields if field.is_relation]


def _entries(
    model: type[models.Model], rows: list[dict[str, Any]], names: Mapping[type, Mapping[Any, str]]
) -> Iterable[Entry]:
    """Each row against the one before it, oldest first."""
    before: dict[int, dict[str, Any]] = {}
    for row in sorted(rows, key=lambda row: (row["history_date"], row["history_id"])):
        earlier = before.get(row["id"], {})
        changes = _field_changes(model, earlier, row, names)
        before[row["id"]] = row
        # A change with nothing before it: the row came without history, which begins here.
        first = row["history_type"] == "~" and not earlier
        yield Entry(
            at=row["history_date"],
            by=row["history_user_name"],
            kind="=" if first else row["history_type"],
            model=model._meta.model_name or "",
            row_id=row["id"],
            history_id=row["history_id"],
            event=str(model._meta.verbose_name),
            subject=next((row[name] for name in SUBJECTS if name in row), ""),
            changes=tuple(changes),
            reason=row["history_change_reason"] or "",
            decision=_decision(earlier, row),
            document=_document_name(row),
        )


def _document_name(row: Mapping[str, Any]) -> str:
    """The name of the document that an import brought with this row; empty where people did it."""
    said = row["history_change_reason"] or ""
    found = re.match(r"Import of (.+?) \(SHA-256 ", said) if row["history_import"] else None
    return found[1] if found else ""


def _decision(old: Mapping[str, Any], new: Mapping[str, Any]) -> str:
    """Whether a gate was closed or reopened between two rows."""
    was, now = old.get("progress"), new.get("progress")
    if was is None or was == now:
        return ""
    return "closed" if now == "closed" else "reopened" if was == "closed" else ""


def _field_changes(
    model: type[models.Model],
    old: Mapping[str, Any],
    new: Mapping[str, Any],
    names: Mapping[type, Mapping[Any, str]],
) -> Iterable[FieldChange]:
    """What differs between two rows; of a first row, everything it says."""
    if new["history_type"] == "-":
        return
    for field in model._meta.concrete_fields:
        if field.name in HIDDEN_FIELDS or old.get(field.attname) == new[field.attname]:
            continue
        before = _format_field(field, old.get(field.attname), names)
        after = _format_field(field, new[field.attname], names)
        if before != after:
            yield FieldChange(str(field.verbose_name), before, after)


def _format_field(field: Any, value: Any, names: Mapping[type, Mapping[Any, str]]) -> str:
    """A stored value in words; empty for nothing."""
    if field.is_relation and value is not None:
        return names.get(field.related_model, {}).get(value, f"#{value}")
    return format_value(field, value)


def format_value(field: Any, value: Any) -> str:
    """A value of a column that refers to no other row, in words; empty for nothing."""
    if value is None or value == "":
        return ""
    if field.choices:
        return str(dict(field.flatchoices).get(value, value))
    if isinstance(value, bool):
        return gettext("yes") if value else gettext("no")
    if isinstance(value, datetime):
        return date_format(timezone.localtime(value), "Y-m-d H:i")
    return str(value)
