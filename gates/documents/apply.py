"""Make the board say what a document says: all of it in one transaction, or nothing.

Rows are found by their natural keys and written with `save()`, so that every change is in the
history under the person who imports and the document's name. Gates are closed and reopened by
`Gate` itself, after their evidence is there. What the board has and the document does not is
left alone.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib.auth import get_user_model
from django.contrib.auth.models import User
from django.core.exceptions import ObjectDoesNotExist, ValidationError
from django.db import transaction
from django.db.models import F
from django.utils import timezone

from gates.models import TRACKED, Blocker, Claim, Evidence, Gate, Import, Launch, TransitionRefused
from gates.models.history import save_with_history
from gates.rules.text import same_as

from .backdating import check_backdating
from .field_values import DependencyFailed, InvalidValue, display, plain_value
from .records import NATURAL_KEYS, Document, DocumentError, Problem, Record

# Written by Gate.close_from_import and Gate.reopen, never by assignment.
DECISION_FIELDS = ("closed_at", "closed_by", "closing_note")
CLOSED_VALUE = Gate.Progress.CLOSED
FULLY_REPORTED = (Gate, Claim)  # of other new rows the name says enough


# How many records are done, and of how many.
ProgressCallback = Callable[[int, int], None]


def no_progress(_done: int, _of: int) -> None:
    """Tell nobody."""


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing an import changes (or would): a new row, or a field of a row."""

    model: str
    name: str
    field: str = ""
    old: str = ""
    new: str = ""
    gate: str = ""
    values: tuple[tuple[str, str], ...] = ()  # what a new gate or claim says, by field

    def __str__(self) -> str:
        name = self.name if self.model == "gate" or not self.gate else f"{self.gate}: {self.name}"
        if not self.field:
            said = [f"\n    {field}: — → {value}" for field, value in self.values]
            return f"+ {self.model} {name}{''.join(said)}"
        return f"~ {self.model} {name}: {self.field}: {self.old} → {self.new}"


def apply(
    document: Document,
    *,
    by: User | None = None,
    dry_run: bool = False,
    dated: datetime | None = None,
    tell: ProgressCallback = no_progress,
) -> list[Difference]:
    """Write what the document says and return what differed; with `dry_run`, only return it.

    The history is written as of `dated`, or as of now. `tell` hears how far it is.

    Raises:
        DocumentRefused: with every problem found; nothing was written.
    """
    with transaction.atomic():
        if dated is not None:
            check_backdating(document, dated)
        run = _Import(document, by, dated, tell)
        run.write()
        if run.problems:
            raise DocumentError(run.problems)
        if dry_run:
            transaction.set_rollback(True)
    return run.differences


def _record_values(record: Record) -> Iterator[tuple[str, str]]:
    """What a record says besides its key and its place, by field."""
    for name, value in record.fields.items():
        if name not in (*NATURAL_KEYS[record.model], "position") and value not in (None, ""):
            yield name, str(value[-1]) if isinstance(value, list) and value else display(value)


def _folded(key: tuple[Any, ...]) -> tuple[Any, ...]:
    return tuple(same_as(part) if isinstance(part, str) else part for part in key)


class _Import:
    """One import under way: what is on the board by key, what differed, what went wrong."""

    def __init__(
        self, document: Document, by: User | None, dated: datetime | None, tell: ProgressCallback
    ) -> None:
        self.tell = tell
        self.by = by
        self.dated = dated
        self.reason = document.reason(dated)
        self.name, self.sha256 = document.name, document.sha256
        self.records = document.records
        self.rows: dict[tuple[type, tuple[Any, ...]], Any] = {}
        self.spelled: dict[tuple[type, tuple[Any, ...]], Any] = {}
        self.logged: set[Launch] = set()
        self.added: set[tuple[type, tuple[Any, ...]]] = set()
        self.failed: set[tuple[type, tuple[Any, ...]]] = set()
        self.differences: list[Difference] = []
        self.problems: list[Problem] = []

    def write(self) -> None:
        self.done = 0
        for model in TRACKED:
            self._read_existing(model)
            # An import that dates history back is logged before it writes, for the database to
            # allow it; a new launch has to be there first.
            if model is Launch and self.dated:
                self._each(Launch, self._log_import)
            self._each(model, self._write)
            if model is Launch and self.dated:
                self._each(Launch, self._log_import)
        # A gate may be covered by a later one, and closes once its evidence is in.
        self._each(Gate, self._cover)
        self._each(Gate, self._close)
        for model in TRACKED:
            self._record_what_has_no_history(model)
        self._each(Launch, self._log_import)

    def _read_existing(self, model: Any) -> None:
        relations = [
            name for name in NATURAL_KEYS[model] if model._meta.get_field(name).is_relation
        ]
        launches = [f"{name}__launch" for name in relations if name in {"gate", "claim"}]
        # Locked, so that what is compared and written back is what is there.
        rows = model.objects.select_for_update(of=("self",))
        query = rows.select_related(*relations, *launches).order_by("pk")
        if model is Blocker:
            # Among blockers with the same words the unresolved one comes last and is found.
            query = query.order_by(F("resolved_at").asc(nulls_last=True), "pk")
        for row in query:
            self._know(model, row.natural_key(), self._marked(row))

    def _know(self, model: type, key: tuple[Any, ...], row: Any) -> None:
        self.rows[(model, key)] = row
        self.spelled.setdefault((model, _folded(key)), row)

    def _row(self, model: type, key: tuple[Any, ...]) -> Any:
        """The row that a key names, or else the one whose key reads the same; None for neither."""
        return self.rows.get((model, key)) or self.spelled.get((model, _folded(key)))

    def _each(self, model: type, step: Callable[[Record], None]) -> None:
        """Take one step for every record of a model, noting what goes wrong."""
        for record in self.records:
            if record.model is not model or (model, record.key()) in self.failed:
                continue
            try:
                step(record)
            except DependencyFailed:
                self.failed.add((model, record.key()))  # its cause is among the problems
            except InvalidValue as error:
                self._fail(record, {error.field: [error.message]})
            except TransitionRefused as error:
                self._fail(record, {"progress": error.messages})
            except ValidationError as error:
                self._fail(record, error.message_dict)

    def _fail(self, record: Record, messages: dict[str, list[str]]) -> None:
        self.failed.add((record.model, record.key()))
        for field, found in messages.items():
            name = "" if field == "__all__" else field
            self.problems.append(Problem(str(record), name, " ".join(found)))

    def _write(self, record: Record) -> None:
        """Add the row, or change what differs; all but what has to wait for other rows."""
        self.done += 1
        self.tell(self.done, len(self.records))
        values = {
            name: self._value(record, name)
            for name in record.fields
            if name != "covered_by" or self._is_there(record, name)
        }
        row = self._row(record.model, record.key())
        if row is not None:  # it keeps the spelling that the board has
            key = NATURAL_KEYS[record.model]
            values = {name: value for name, value in values.items() if name not in key}
        if record.model is Launch and (row or Launch.objects.filter(is_current=True).exists()):
            values.pop("is_current", None)  # which launch comes first is decided on the board
        if record.model is Gate:
            values = self._without_closing(record, row, values)
        if row is None:
            if record.model is Evidence and self.dated is not None:
                values.setdefault("recorded_at", self.dated)
            row = self._marked(record.model(**values))
            row.full_clean()
            if record.model is Gate and record.fields.get("progress") == CLOSED_VALUE:
                # Nobody ever saw it open: its history starts with the closing.
                row.skip_history_when_saving = True
                self._save(row)
                del row.skip_history_when_saving
                row.starts_history = True
            else:
                self._save(row)
            self._know(record.model, record.key(), row)
            self.added.add((record.model, record.key()))
            self._differs(record)
        else:
            self._change(record, row, values)

    def _change(self, record: Record, row: Any, values: dict[str, Any]) -> None:
        changed = {name: value for name, value in values.items() if getattr(row, name) != value}
        if not changed:
            return
        for name, value in changed.items():
            self._note(record, name, getattr(row, name), value)
            setattr(row, name, value)
        row.full_clean()
        self._save(row)

    def _without_closing(
        self, record: Record, gate: Gate | None, values: dict[str, Any]
    ) -> dict[str, Any]:
        """The values that can be set now. A gate the document reopens is reopened first."""
        progress = values.get("progress", Gate.Progress.OPEN if gate is None else gate.progress)
        if progress not in Gate.Progress.values:
            raise InvalidValue("progress", f"{progress!r} is not open, partial or closed")
        if gate is not None and gate.progress == CLOSED_VALUE and progress != CLOSED_VALUE:
            self._note(record, "progress", gate.progress, progress)
            gate.reopen(self.by, self.reason, to=progress)
        if progress == CLOSED_VALUE:
            return {k: v for k, v in values.items() if k not in (*DECISION_FIELDS, "progress")}
        return values

    def _is_there(self, record: Record, name: str) -> bool:
        key = record.fields[name]
        return isinstance(key, list) and self._row(Gate, tuple(map(str, key))) is not None

    def _cover(self, record: Record) -> None:
        if "covered_by" in record.fields:
            gate = self._row(Gate, record.key())
            self._change(record, gate, {"covered_by": self._value(record, "covered_by")})

    def _close(self, record: Record) -> None:
        if record.fields.get("progress") != CLOSED_VALUE:
            return
        gate = self._row(Gate, record.key())
        before = gate.progress
        details = {
            name: self._value(record, name) for name in DECISION_FIELDS if name in record.fields
        }
        if gate.close_from_import(self.by, self.reason, **details):
            self._note(record, "progress", before, CLOSED_VALUE)

    def _record_what_has_no_history(self, model: Any) -> None:
        """Rows that came by `loaddata` have none: put them on record as they are now."""
        recorded = set(model.history.order_by().values_list("id", flat=True))
        for record in self.records:
            row = self._row(model, record.key()) if record.model is model else None
            if row is not None and row.pk and row.pk not in recorded:
                row.starts_history = True
                self._save(row)

    def _log_import(self, record: Record) -> None:
        """Log the import for its launch, once the launch is there."""
        launch = self._row(Launch, record.key())
        if launch is None or launch in self.logged:
            return
        self.logged.add(launch)
        Import.objects.create(
            launch=launch,
            at=self.dated or timezone.now(),
            dated=self.dated is not None,
            document=self.name[:255],
            sha256=self.sha256,
        )

    def _note(self, record: Record, field: str, old: Any, new: Any) -> None:
        if (record.model, record.key()) not in self.added:
            self._differs(record, field, display(old), display(new))

    def _differs(self, record: Record, field: str = "", old: str = "", new: str = "") -> None:
        model = record.model._meta.model_name
        values = (
            () if field or record.model not in FULLY_REPORTED else tuple(_record_values(record))
        )
        self.differences.append(
            Difference(model, record.name(), field, old, new, record.gate_code(), values)
        )

    def _marked(self, row: Any) -> Any:
        """The row, whose history will name the document and be written under its own date."""
        row._imported_from = self.sha256
        if self.dated is not None:
            row._history_date = self.dated
        return row

    def _save(self, row: Any) -> None:
        save_with_history(self._marked(row), by=self.by, reason=self.reason)

    def _value(self, record: Record, name: str) -> Any:
        field = record.model._meta.get_field(name)
        value = record.fields[name]
        if not field.is_relation:
            return plain_value(field, value)
        return None if value is None else self._referred(field, value)

    def _referred(self, field: Any, key: Any) -> Any:
        """The row that a natural key names.

        Raises:
            Unusable: not a natural key, or there is no such row.
        """
        model, label = field.related_model, field.related_model._meta.verbose_name
        if not isinstance(key, list) or any(isinstance(part, (list, dict)) for part in key):
            raise InvalidValue(field.name, f"{key!r} is not a natural key, a flat list")
        if (model, tuple(key)) in self.failed:
            raise DependencyFailed(field.name, f"{label} {key!r} is refused itself")
        if model is get_user_model():
            try:
                return model.objects.get_by_natural_key(*key)
            except (ObjectDoesNotExist, TypeError) as error:
                raise InvalidValue(field.name, f"there is no account {key!r}") from error
        found = self._row(model, tuple(key))
        if found is None:
            raise InvalidValue(field.name, f"there is no {label} {key!r}")
        return found
