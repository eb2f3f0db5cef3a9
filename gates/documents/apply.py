"""Write a document's records to the board in one transaction.

Rows are found by their natural keys and written with `save()`, so that every change is in the
history with the importing user and the document's name. `Gate` closes and reopens gates itself,
after their evidence is written. Rows that the document does not name are not changed.
"""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from gates.models import (
    TRACKED,
    Check,
    Condition,
    Evidence,
    Gate,
    Launch,
    Owner,
    TransitionRefused,
)
from gates.models.history import save_with_history
from gates.reason_text import reason_text
from gates.rules.conditions import condition_errors

from .backdating import check_backdating, check_owner_backdating
from .board_rows import BoardRows, Key
from .corrected_evidence import is_corrected, match_corrections
from .difference import FULLY_REPORTED, Difference, record_values
from .field_values import DependencyFailed, InvalidValue, display, plain_value
from .import_log import ImportLog
from .missing_history import without_history
from .progress import ProgressCallback, no_progress
from .records import NATURAL_KEYS, Document, DocumentError, Problem, Record

DECISION_FIELDS = ("closed_at", "closed_by", "closing_note")  # written by Gate's transitions only
CLOSED_VALUE = Gate.Progress.CLOSED
GATE_REFERENCES = ("covered_by", "follows")  # of a gate, to a gate that may come later


def apply(
    document: Document,
    *,
    by: User | None = None,
    dry_run: bool = False,
    dated: datetime | None = None,
    on_progress: ProgressCallback = no_progress,
) -> list[Difference]:
    """Write the document's records and return the differences.

    dry_run: write nothing, return the same differences.
    dated: the moment under which the history is written; None for now.

    Raises:
        DocumentError: with every problem found; nothing was written.
    """
    with transaction.atomic():
        if dated is not None:
            check_backdating(document, dated)
        run = _Import(document, by, dated, on_progress)
        run.write()
        if run.problems:
            raise DocumentError(run.problems)
        if dry_run:
            transaction.set_rollback(True)
    return run.differences


class _Import:
    """State of one import: rows of the board by natural key, differences, problems."""

    def __init__(
        self,
        document: Document,
        by: User | None,
        dated: datetime | None,
        on_progress: ProgressCallback,
    ) -> None:
        self.on_progress = on_progress
        self.by = by
        self.dated = dated
        self.reason, self.sha256 = document.reason(dated), document.sha256
        # The first launch of a board becomes the current one, which is never an archived one.
        self.records = sorted(document.records, key=Record.is_archived_launch)
        self.board = BoardRows(document)
        self.failed = self.board.failed
        self.log = ImportLog(document, self.board, dated)
        self.added: set[Key] = set()
        self.differences: list[Difference] = []
        self.problems: list[Problem] = []

    def write(self) -> None:
        self.done = 0
        for model in TRACKED:
            for row in self.board.read(model):
                self._with_import(row)
            if model is Evidence:
                match_corrections(self.records, self.board)
            # An import that dates history back is logged before it writes, for the database to
            # allow it; a new launch has to be there first.
            if model is Launch and self.dated:
                self._log_import()
            self._for_each(model, self._write)
            if model is Launch and self.dated:
                self._log_import()
            if model is Condition:
                self._for_each(Check, self._judge_conditions)
        # A gate may be covered by a later gate, and closes only after its evidence is written.
        self._for_each(Gate, self._cover)
        self._for_each(Gate, self._close)
        for model in TRACKED:
            self._start_missing_history(model)
        self._for_each(Launch, self._archive)  # afterwards nothing of it could be written
        self._log_import()

    def _for_each(self, model: type, step: Callable[[Record], None]) -> None:
        """Run one step for every record of a model and collect the problems."""
        for record in self.records:
            if record.model is not model or (model, record.key()) in self.failed:
                continue
            try:
                step(record)
            except DependencyFailed:
                self.failed.add((model, record.key()))  # the cause is a problem of its own
            except InvalidValue as error:
                self._fail(record, {error.field: [error.message]})
            except TransitionRefused as error:
                self._fail(record, {"progress": error.messages})
            except ValidationError as error:
                self._fail(record, error.message_dict)

    def _fail(self, record: Record, messages: dict[str, list[str]]) -> None:
        self.failed.add((record.model, record.key()))
        for field, errors in messages.items():
            name = "" if field == "__all__" else field
            self.problems.append(Problem(str(record), name, " ".join(errors)))

    def _write(self, record: Record) -> None:
        """Add or change the row, without the fields that wait for other rows."""
        self.done += 1
        self.on_progress(self.done, len(self.records))
        values = {
            name: self._value(record, name)
            for name in record.fields
            if name not in (*GATE_REFERENCES, "archived_on") or self._is_written(record, name)
        }
        row = self.board.find(record.model, record.key())
        if row is not None:  # it keeps the spelling that the board has
            key = NATURAL_KEYS[record.model]
            corrected = record.model is Evidence and is_corrected(record, row)
            kept = set(key) - {"summary"} if corrected else set(key)
            values = {name: value for name, value in values.items() if name not in kept}
        if record.model is Launch and (row or Launch.objects.filter(is_current=True).exists()):
            values.pop("is_current", None)  # people choose the current launch on the board
        if record.model is Gate:
            values = self._without_closing(record, row, values)
        if row is None:
            if record.model is Evidence and self.dated is not None:
                values.setdefault("recorded_at", self.dated)
            row = self._with_import(record.model(**values))
            row.full_clean()
            if record.model is Gate and self._is_written_later(record):
                # Its history starts with its last step, or it would be told twice.
                self._save_without_history(row)
            else:
                self._save(row)
            self.board.add(record.model, record.key(), row)
            self.added.add((record.model, record.key()))
            self._add_difference(record)
        else:
            self._change(record, row, values)

    def _change(self, record: Record, row: Any, values: dict[str, Any]) -> None:
        changed = {name: value for name, value in values.items() if getattr(row, name) != value}
        of_check = record.model is Evidence and row.gate_check_id is not None
        if not changed or of_check:  # what a check proves, its runs say
            return
        if record.model is Owner and self.dated is not None:
            check_owner_backdating(row, self.dated)
        for name, value in changed.items():
            self._add_change(record, name, getattr(row, name), value)
            setattr(row, name, value)
        row.full_clean()
        self._save(row)

    def _judge_conditions(self, record: Record) -> None:
        """Refuse a check of the document whose conditions a form would refuse as a set."""
        rule = self.board.find(Check, record.key()).rule()
        for reason in condition_errors(rule.kind, rule.conditions)[:1]:
            raise InvalidValue("conditions", reason_text(reason))

    def _without_closing(
        self, record: Record, gate: Gate | None, values: dict[str, Any]
    ) -> dict[str, Any]:
        """Return the values that can be assigned. Reopen the gate if the document says so."""
        progress = values.get("progress", Gate.Progress.OPEN if gate is None else gate.progress)
        if progress not in Gate.Progress.values:
            message = _("%(value)s is not open, partial or closed") % {"value": repr(progress)}
            raise InvalidValue("progress", message)
        if gate is not None and gate.progress == CLOSED_VALUE and progress != CLOSED_VALUE:
            self._add_change(record, "progress", gate.progress, progress)
            gate.reopen(self.by, self.reason, to=progress)
        if progress == CLOSED_VALUE:
            return {k: v for k, v in values.items() if k not in (*DECISION_FIELDS, "progress")}
        return values

    def _is_written_later(self, record: Record) -> bool:
        """Tell whether a new gate is closed, or names a gate that is not written yet."""
        named = [name for name in GATE_REFERENCES if record.fields.get(name) is not None]
        waits = not all(self._is_written(record, name) for name in named)
        return record.closes() or waits

    def _save_without_history(self, row: Any) -> None:
        row.skip_history_when_saving = True
        self._save(row)
        del row.skip_history_when_saving
        row.starts_history = True

    def _is_written(self, record: Record, name: str) -> bool:
        key = record.fields[name]
        return isinstance(key, list) and self.board.find(Gate, tuple(map(str, key))) is not None

    def _cover(self, record: Record) -> None:
        named = {n: self._value(record, n) for n in GATE_REFERENCES if n in record.fields}
        gate = self.board.find(Gate, record.key())
        closes = (Gate, record.key()) in self.added and record.closes()
        if closes and any(getattr(gate, name) != other for name, other in named.items()):
            for name, other in named.items():
                setattr(gate, name, other)
            gate.full_clean()
            self._save_without_history(gate)  # closing follows
        else:
            self._change(record, gate, named)

    def _close(self, record: Record) -> None:
        if not record.closes():
            return
        gate = self.board.find(Gate, record.key())
        before = gate.progress
        details = {n: self._value(record, n) for n in DECISION_FIELDS if n in record.fields}
        # A closing of a past day is judged by the evidence that was current on that day.
        day = timezone.localdate(self.dated) if self.dated else None
        if gate.close_from_import(self.by, self.reason, on=day, **details):
            self._add_change(record, "progress", before, CLOSED_VALUE)

    def _archive(self, record: Record) -> None:
        """Archive a new launch; of one that is there, people decide on the board."""
        if (Launch, record.key()) in self.added and record.is_archived_launch():
            launch = self.board.find(Launch, record.key())
            launch.archived_on = self._value(record, "archived_on")
            launch.full_clean()
            self._save(launch)

    def _start_missing_history(self, model: Any) -> None:
        """Write a first history row for rows that came by `loaddata`, which writes none."""
        rows = [self.board.find(model, r.key()) for r in self.records if r.model is model]
        for row in without_history(model, rows):
            row.starts_history = True
            self._save(row)

    def _log_import(self) -> None:
        if not self.problems:
            self.log.write()

    def _add_change(self, record: Record, field: str, old: Any, new: Any) -> None:
        if (record.model, record.key()) not in self.added:
            self._add_difference(record, field, display(old), display(new))

    def _add_difference(
        self, record: Record, field: str = "", old: str = "", new: str = ""
    ) -> None:
        model = record.model._meta.model_name
        values = () if field or record.model not in FULLY_REPORTED else tuple(record_values(record))
        self.differences.append(
            Difference(model, record.name(), field, old, new, record.gate_code(), values)
        )

    def _with_import(self, row: Any) -> Any:
        """Return the row, marked so that its history names this import and has its date."""
        row._imported_from = self.sha256
        if self.dated is not None:
            row._history_date = self.dated
        return row

    def _save(self, row: Any) -> None:
        save_with_history(self._with_import(row), by=self.by, reason=self.reason)

    def _value(self, record: Record, name: str) -> Any:
        field = record.model._meta.get_field(name)
        value = record.fields[name]
        if not field.is_relation:
            return plain_value(field, value)
        return None if value is None else self.board.related(field, value)
