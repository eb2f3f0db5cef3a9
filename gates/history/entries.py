"""Turn history rows of several models into one list of entries, newest first.

Each model has a history table of its own. A page shows the entries of a gate, its evidence,
blockers and actions together, each with its changed columns.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib.auth import get_user_model
from django.db import models
from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext, gettext_noop

from gates.history.field_changes import HIDDEN_FIELDS, FieldChange, format_value
from gates.history.names import HistoryRows, NamesOnRecord
from gates.models.launch import TAKEN_OVER_FROM

# The first of these columns that a row has names the row.
SUBJECT_FIELDS = ("code", "summary", "needs", "text", "name", "key", "measure")
# The reasons that programs write, in English; shown in the reader's language.
PROGRAM_REASONS = (
    gettext_noop("bootstrap: linked to the account"),
    gettext_noop("people: given an account"),
)
SHARED_EVIDENCE = re.compile(r"Evidence of ([A-Z]+[0-9]+), which covers it")
FIRST_PASS = re.compile(r"First passed run of check ([a-z0-9-]+)")
TAKEN_OVER = re.compile(rf"{TAKEN_OVER_FROM}([-\w]+)")


@dataclass(frozen=True, slots=True)
class Entry:
    """One history row as text in the active language.

    Attributes:
        at: Its moment on record.
        place: The latest moment of the object up to this row: its place among other entries.
        by: The user name then; empty where a program wrote it.
        by_id: The id of the account.
        kind: "+" added, "~" changed, "-" deleted, "=" history begins here (after `loaddata`); "!"
            a check changed its state, which `event` tells as a sentence.
        model: The model's name, lower case.
        row_id: The id of the object.
        history_id: The id of the history row.
        event: The model's name for people.
        subject: The text that names the object.
        changes: The changed columns; of an added object, all that are set.
        reason: The reason given; of an import or another program, its own sentence.
        decision: "closed" or "reopened" where a gate was; else empty.
        document: The name of the document that an import brought; else empty.
        launch: The launch's name then, where the audit log holds several launches; else empty.
        is_late: An earlier row of the object has a later moment: a clock was set back.
        is_future: Its moment was still to come when the page was made: a clock was ahead.
    """

    at: datetime
    place: datetime
    by: str
    by_id: int | None
    kind: str
    model: str
    row_id: int
    history_id: int
    event: str
    subject: str
    changes: tuple[FieldChange, ...]
    reason: str
    decision: str = ""
    document: str = ""
    launch: str = ""
    is_late: bool = False
    is_future: bool = False


def changes_since(model: Any, pk: int, version: int) -> list[Entry]:
    """Return the history of an object after one of its versions, oldest first."""
    rows = model.history.filter(id=pk, version__gte=version)
    entries = merge_entries([(model, list(rows.values()))])[::-1]
    seen = rows.filter(version=version).aggregate(seen=Max("history_id"))["seen"]
    numbers = [entry.history_id for entry in entries]
    return entries[numbers.index(seen) + 1 :] if seen in numbers else entries


def merge_entries(rows: Sequence[HistoryRows]) -> list[Entry]:
    """Return history rows of several models as entries, newest first.

    The entries of one object stand in the order of the writes, whatever the clock said.
    """
    names = _names_in(rows)
    entries = [entry for model, history in rows for entry in _entries(model, history, names)]
    return sorted(entries, key=lambda entry: entry.place)[::-1]


def _names_in(rows: Sequence[HistoryRows]) -> NamesOnRecord:
    """Return the names on record behind all foreign keys in these rows."""
    wanted: dict[Any, set[int]] = defaultdict(set)
    for model, history in rows:
        for key in _foreign_keys(model):
            wanted[key.related_model] |= {row[key.attname] for row in history}
    names = NamesOnRecord(wanted)
    names.add_authors(rows)
    return names


def _foreign_keys(model: type[models.Model]) -> list[Any]:
    return [field for field in model._meta.concrete_fields if field.is_relation]


def _entries(
    model: type[models.Model], rows: list[dict[str, Any]], names: NamesOnRecord
) -> Iterable[Entry]:
    """Yield an entry for each row, compared with the row written before it, oldest first."""
    before: dict[int, dict[str, Any]] = {}
    place: dict[int, datetime] = {}
    now = timezone.now()
    for row in sorted(rows, key=lambda row: row["history_id"]):
        earlier = before.get(row["id"], {})
        changes = _field_changes(model, earlier, row, names)
        before[row["id"]] = row
        place[row["id"]] = max(place.get(row["id"], row["history_date"]), row["history_date"])
        # A change without a row before it: the object came by `loaddata`, without history.
        first = row["history_type"] == "~" and not earlier
        yield Entry(
            at=row["history_date"],
            place=place[row["id"]],
            by=row["history_user_name"],
            by_id=row["history_user_id"],
            kind="=" if first else row["history_type"],
            model=model._meta.model_name or "",
            row_id=row["id"],
            history_id=row["history_id"],
            event=str(model._meta.verbose_name),
            subject=next((row[name] for name in SUBJECT_FIELDS if name in row), ""),
            changes=tuple(changes),
            reason=_reason_text(row["history_change_reason"] or ""),
            decision=_decision(earlier, row),
            document=_document_name(row),
            is_late=row["history_late"],
            is_future=row["history_date"] > now,
        )


def _reason_text(reason: str) -> str:
    """Return a reason; one that a program wrote in the active language."""
    if match := SHARED_EVIDENCE.fullmatch(reason):
        return gettext("Evidence of %(gate)s, which covers it") % {"gate": match[1]}
    if match := FIRST_PASS.fullmatch(reason):
        return gettext("First passed run of check %(key)s") % {"key": match[1]}
    if match := TAKEN_OVER.fullmatch(reason):
        return gettext("Taken over from %(launch)s") % {"launch": match[1]}
    return gettext(reason) if reason in PROGRAM_REASONS else reason


def _document_name(row: Mapping[str, Any]) -> str:
    """Return the name of the imported document that wrote this row; empty where people did."""
    if not row["history_import"]:
        return ""
    match = re.match(r"Import of (.+?) \(SHA-256 ", row["history_change_reason"] or "")
    return match[1] if match else ""


def _decision(old: Mapping[str, Any], new: Mapping[str, Any]) -> str:
    """Return "closed" or "reopened" if a gate was so between two rows; else empty."""
    was, now = old.get("progress"), new.get("progress")
    if was is None or was == now:
        return ""
    return "closed" if now == "closed" else "reopened" if was == "closed" else ""


def _field_changes(
    model: type[models.Model],
    old: Mapping[str, Any],
    new: Mapping[str, Any],
    names: NamesOnRecord,
) -> Iterable[FieldChange]:
    """Yield the columns that differ between two rows; of a first row, all that are set."""
    if new["history_type"] == "-":
        return
    columns: Iterable[Any] = model._meta.concrete_fields
    for field in columns:
        if field.name in HIDDEN_FIELDS or old.get(field.attname) == new[field.attname]:
            continue
        before, after = (_named_field_text(field, row, new, names) for row in (old, new))
        if before != after or field.is_relation:
            yield FieldChange(str(field.verbose_name), before, after)


def _named_field_text(
    field: Any, row: Mapping[str, Any], entry: Mapping[str, Any], names: NamesOnRecord
) -> str:
    """Return a column of a row as text; a reference is named as it was at the entry's moment."""
    value = row.get(field.attname)
    if not field.is_relation or value is None:
        return format_value(field, value, {})
    name = names.name(field.related_model, value, entry["history_date"])
    if row is entry and field.related_model is get_user_model() and _document_name(entry):
        return gettext("%(name)s, according to the document") % {"name": name}
    return name


def last_closing(entries: Iterable[Entry]) -> Entry | None:
    """Return the entry that closed a gate last, or with which it begins; newest first."""
    return _first_of_gate(entries, "closed", begins=True)


def closing_document(entries: Iterable[Entry]) -> str:
    """Return the document that brought a gate's last closing; empty if people closed it."""
    closing = last_closing(entries)
    return closing.document if closing else ""


def last_reopening(entries: Iterable[Entry]) -> Entry | None:
    """Return the entry that reopened a gate last; None if it never was. Newest first."""
    return _first_of_gate(entries, "reopened", begins=False)


def _first_of_gate(entries: Iterable[Entry], decision: str, *, begins: bool) -> Entry | None:
    found = (
        entry
        for entry in entries
        if entry.model == "gate"
        and (entry.decision == decision or (begins and entry.kind in {"+", "="}))
    )
    return next(found, None)
