"""A restored backup, compared with what was dumped, in two forms.

tables   `manage.py drill --json` writes it:
         {"dumped_at", "started_at", "finished_at",
          "tables": {NAME: {"dumped": rows, "restored": rows or null, "same": true or false}}}
counts   the measures themselves: {"tables": 12, "tables_differing": 0, "rows": 5000, …}
"""

from datetime import datetime
from decimal import ROUND_UP, Decimal
from typing import Any

from django.utils.translation import gettext_noop

from gates.rules.measures import MEASURES, Kind

from .report import Report, ReportError, aware_time
from .strict_json import as_count, as_number, as_object, parse_json

_COUNTS = ("tables", "tables_differing", "rows", "rows_lost")
_TIMES = ("minutes", "dump_age_hours")
_HUNDREDTH = Decimal("0.01")


def read_restore(content: bytes) -> Report:
    """Return how many tables and rows were restored, and how many are not as dumped.

    Raises:
        ReportError: it has no tables, or there was nothing to restore.
    """
    data = parse_json(content)
    if isinstance(data.get("tables"), dict):
        return _read_tables(data)
    if not isinstance(data.get("tables"), Decimal):
        message = gettext_noop("This is not a restore report: it has no tables.")
        raise ReportError("not_restore", message)
    names = {measure.name for measure in MEASURES[Kind.RESTORE]} & data.keys()
    measures = {name: as_count(data[name], name) for name in _COUNTS if name in names}
    measures |= {name: as_number(data[name], name) for name in _TIMES if name in names}
    _refuse_negative_times(measures)
    # Rows that were lost tell that there were some.
    rows = measures.get("rows", Decimal(0)) + measures.get("rows_lost", Decimal(0))
    _refuse_nothing(measures["tables"], rows)
    return Report(Kind.RESTORE, "counts", measures, aware_time(data.get("finished_at")))


def _read_tables(data: dict[str, Any]) -> Report:
    counts = dict.fromkeys(_COUNTS, Decimal(0))
    dumped_rows = Decimal(0)
    for name, value in data["tables"].items():
        where = f"tables.{name}"
        table = as_object(value, where)
        if not {"dumped", "restored"} & table.keys():
            message = gettext_noop("%(where)s must say how many rows were dumped or restored.")
            raise ReportError("no_rows", message, where=where)
        dumped = _rows(table.get("dumped"), f"{where}.dumped")
        restored = _rows(table.get("restored"), f"{where}.restored")
        counts["tables"] += 1
        dumped_rows += dumped or 0
        counts["rows"] += restored or 0
        counts["rows_lost"] += max((dumped or Decimal(0)) - (restored or Decimal(0)), Decimal(0))
        differs = dumped is None or dumped != restored or not _is_same(table, where)
        counts["tables_differing"] += differs
    _refuse_nothing(counts["tables"], dumped_rows)
    times = {key: _moment(data, key) for key in ("dumped_at", "started_at", "finished_at")}
    measures = {**counts, **_durations(times)}
    _refuse_negative_times(measures)
    return Report(Kind.RESTORE, "tables", measures, times["finished_at"])


def _rows(value: Any, where: str) -> Decimal | None:
    """Return a number of rows; None for a table that is not there."""
    return None if value is None else as_count(value, where)


def _is_same(table: dict[str, Any], where: str) -> bool:
    same = table.get("same", True)
    if not isinstance(same, bool):
        message = gettext_noop("%(where)s must be true or false.")
        raise ReportError("not_boolean", message, where=f"{where}.same")
    return same


def _moment(data: dict[str, Any], key: str) -> datetime | None:
    if key not in data:
        return None
    moment = aware_time(data[key])
    if moment is None:
        message = gettext_noop("%(where)s must be a moment with its time zone.")
        raise ReportError("not_moment", message, where=key)
    return moment


def _durations(times: dict[str, datetime | None]) -> dict[str, Decimal]:
    """Return the length of the drill and the age of the dump, rounded up to a hundredth."""
    found = {}
    dumped, started, finished = (times[key] for key in ("dumped_at", "started_at", "finished_at"))
    if started is not None and finished is not None:
        found["minutes"] = _hundredths((finished - started).total_seconds(), 60)
    if dumped is not None and finished is not None:
        found["dump_age_hours"] = _hundredths((finished - dumped).total_seconds(), 3600)
    return found


def _hundredths(seconds: float, unit: int) -> Decimal:
    return (Decimal(str(seconds)) / unit).quantize(_HUNDREDTH, ROUND_UP)


def _refuse_negative_times(measures: dict[str, Decimal]) -> None:
    if any(measures.get(name, Decimal(0)) < 0 for name in _TIMES):
        message = gettext_noop("The restore ends before it begins, or before the dump was made.")
        raise ReportError("negative_time", message)


def _refuse_nothing(tables: Decimal, rows: Decimal) -> None:
    """Refuse an empty dump: a restore of nothing equals nothing."""
    if not tables or not rows:
        message = gettext_noop("There was nothing to restore: no table, or no row in any.")
        raise ReportError("nothing_restored", message)
