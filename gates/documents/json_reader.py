"""Read a JSON fixture with natural keys into records."""

import codecs
import hashlib
import json
from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _

from gates.models import Evidence, Gate

from .records import NATURAL_KEYS, Document, DocumentError, Problem, Record, duplicate_records
from .storable import unstorable_text

MAX_BYTES = 10 * 1024 * 1024

JSON_MODELS = {f"gates.{model._meta.model_name}": model for model in NATURAL_KEYS}
# A fixture holds no files, whose checksums are computed, and no runs, which attach checks.
NOT_IN_A_DOCUMENT: dict[Any, set[str]] = {Evidence: {"file", "sha256", "gate_check"}}


def read_json(path: Path) -> Document:
    """Return the document in a JSON file.

    Raises:
        DocumentError: not readable, too large, not UTF-8, not JSON, or rows of the wrong shape.
    """
    content = read_bytes(path)
    rows = _parse_json(path.name, content)
    records, problems = [], []
    for number, row in enumerate(rows, start=1):
        result = _json_record(_("row %(number)s") % {"number": number}, row)
        if isinstance(result, Record):
            records.append(result)
        else:
            problems += result
    problems += duplicate_records(records)
    if problems:
        raise DocumentError(problems)
    return Document(path.name, hashlib.sha256(content).hexdigest(), records)


def read_bytes(path: Path) -> bytes:
    """Return the content of a file.

    Raises:
        DocumentError: it cannot be read, or is larger than `MAX_BYTES`.
    """
    try:
        size = path.stat().st_size
        if size > MAX_BYTES:
            message = _("%(size)s bytes is more than a document can have (%(most)s)")
            message %= {"size": f"{size:,}", "most": f"{MAX_BYTES:,}"}
            raise DocumentError([Problem(path.name, "", message)])
        return path.read_bytes()
    except OSError as error:
        raise DocumentError([Problem(path.name, "", error.strerror or str(error))]) from error


def _parse_json(name: str, content: bytes) -> list[Any]:
    try:
        rows = json.loads(
            content.decode("utf-8-sig"),
            object_pairs_hook=_unique_names,
            parse_constant=_reject_constant,
        )
    except UnicodeDecodeError as error:
        raise DocumentError([Problem(name, "", decoding_error(content, error))]) from error
    except json.JSONDecodeError as error:
        message = _("not JSON: %(why)s (line %(line)s, column %(column)s)")
        message %= {"why": error.msg, "line": error.lineno, "column": error.colno}
        raise DocumentError([Problem(name, "", message)]) from error
    except (ValueError, RecursionError) as error:
        nested = isinstance(error, RecursionError)
        why = _("it is nested too deeply") if nested else str(error)
        message = _("not usable JSON: %(why)s") % {"why": why}
        raise DocumentError([Problem(name, "", message)]) from error
    if isinstance(rows, dict) and {"launch", "gates", "totals"} <= rows.keys():
        message = _(
            "this is board.json, which scripts read; import the Markdown export (export.md) or "
            "the CSV export of the same board instead"
        )
        raise DocumentError([Problem(name, "", message)])
    if not isinstance(rows, list) or not rows:
        raise DocumentError([Problem(name, "", _("not a fixture: a list of rows is expected"))])
    return rows


def decoding_error(content: bytes, error: UnicodeDecodeError) -> str:
    """Say where a file is not UTF-8, or that it is UTF-16 if it has such a byte order mark."""
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return _("this is UTF-16, not UTF-8: save it as UTF-8")
    line = content.count(b"\n", 0, error.start) + 1
    message = _("not UTF-8 (byte %(byte)s, line %(line)s)")
    return message % {"byte": error.start + 1, "line": line}


def _unique_names(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    values = dict(pairs)
    if len(values) < len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise ValueError(_("the name '%(name)s' stands twice in one object") % {"name": twice})
    return values


def _reject_constant(name: str) -> None:
    raise ValueError(_("%(name)s is not a value") % {"name": name})


def _json_record(where: str, row: Any) -> Record | list[Problem]:
    if not isinstance(row, dict) or not isinstance(row.get("fields"), dict):
        message = _("not a row: an object with “model” and “fields” is expected")
        return [Problem(where, "", message)]
    model = JSON_MODELS.get(str(row.get("model")))
    if model is None:
        message = _("%(value)s is not part of a snapshot (%(known)s)")
        values = {"value": repr(row.get("model")), "known": ", ".join(sorted(JSON_MODELS))}
        return [Problem(where, "model", message % values)]
    # `dumpdata` writes "version"; the board counts versions itself.
    fields = {name: value for name, value in row["fields"].items() if name != "version"}
    record = Record(model, fields, where)
    if problems := _unstorable(record, row):
        return problems
    if row.keys() - {"model", "fields"}:
        extra = ", ".join(sorted(row.keys() - {"model", "fields"}))
        message = _("rows are named by their natural keys, not by numbers")
        return [Problem(str(record), extra, message)]
    known = {field.name for field in model._meta.concrete_fields if not field.primary_key}
    known -= NOT_IN_A_DOCUMENT.get(model, set())
    unknown = sorted(record.fields.keys() - known)
    missing = [name for name in NATURAL_KEYS[model] if name not in record.fields]
    if model is Gate and "section" not in record.fields:
        missing.append("section")
    return (
        [Problem(str(record), name, _("there is no such field")) for name in unknown]
        + [Problem(str(record), name, _("is missing")) for name in missing]
        + _key_errors(record)
    ) or record


def _key_errors(record: Record) -> list[Problem]:
    """Return the parts of a natural key that no row can have."""
    problems = []
    for name in NATURAL_KEYS[record.model]:
        value, field = record.fields.get(name), record.model._meta.get_field(name)
        if field.is_relation:
            parts = value if isinstance(value, list) else [value]
            if not isinstance(value, list) or not all(type(part) is str for part in parts):
                message = _("%(value)s is not a natural key, a flat list of texts")
                problems.append(Problem(str(record), name, message % {"value": repr(value)}))
        elif (
            name in record.fields and value is not None and name != "day" and type(value) is not str
        ):
            message = _("%(value)s is not a text") % {"value": repr(value)}
            problems.append(Problem(str(record), name, message))
    return problems


def _unstorable(record: Record, row: dict[str, Any]) -> list[Problem]:
    """Return a problem for the first text that a database cannot store, nor a terminal show."""
    where = record.where if unstorable_text(str(record)) else str(record)
    for name, value in [*record.fields.items(), *((name, "") for name in row)]:
        if message := unstorable_text([name, value]):
            return [Problem(where, "" if unstorable_text(name) else name, message)]
    return []
