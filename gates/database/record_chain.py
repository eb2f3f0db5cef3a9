"""The chain of the history: each row carries a digest over itself and the row before it.

The chain runs along one object: row 3 of a gate names the digest of row 2 of the same gate. So
writers of different objects never wait for each other, and a row that is inserted, changed, moved
or removed between two others breaks the digests after it. The head is one digest over the last
digests of all objects; kept outside the database, it shows that the end was not cut off either.

PostgreSQL: a trigger before each insert computes the digest, so that the web role cannot choose
it. It also sets the moment. Only an import may date its rows back, and only within the transaction
that logged the import (the guard of the import log bounds its date). The owner of the table may
give moment and digest, for a copy of the database and for a clock in a test; what the owner can
forge is written in docs/assurance.md.

SQLite: the application computes the same digest (`gates.models.history`); a trigger refuses a row
without one. Whoever may write the file may rewrite it.

A digest is SHA-256, in hex, of the digest before (empty for an object's first row), a line break,
and each column that is not null, sorted by name, as `name=bytes:value;`. Of a new column that may
be null the old digests do not depend; a migration that adds another one chains the rows anew, as
0009 does.
"""

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, date, datetime
from typing import Any

from .append_only import HISTORY_TABLES
from .trigger import SQLSTATE_CHECK_VIOLATION, Trigger, sqlite_trigger

# The names a refusal carries: as the constraint's name on PostgreSQL, in the message on SQLite.
CHAINED = "history_row_is_chained"
BACKDATED = "history_backdated_by_import_only"

DIGEST = "history_digest"
# The key is not known before the row is written; the order is held by the digest before.
NOT_COVERED = {DIGEST, "history_id"}


def canonical_row(row: Mapping[str, Any]) -> bytes:
    """Return the bytes of a history row that its digest covers.

    row: by column, the values as Django reads them. Both engines give the same bytes.
    """
    parts = []
    for column in sorted(row.keys() - NOT_COVERED):
        if row[column] is not None:
            value = _canonical_value(row[column]).encode(errors="surrogatepass")
            parts.append(b"%s=%d:%s;" % (column.encode(), len(value), value))
    return b"".join(parts)


def _canonical_value(value: Any) -> str:
    """Return a value as PostgreSQL's `jsonb_each_text` gives it in the zone UTC."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, datetime):
        moment = value.astimezone(UTC)
        fraction = f".{moment.microsecond:06d}".rstrip("0").rstrip(".")
        return f"{moment:%Y-%m-%dT%H:%M:%S}{fraction}+00:00"
    if isinstance(value, date):
        return value.isoformat()
    return str(value)


def row_digest(previous: str, row: Mapping[str, Any]) -> str:
    """Return the digest of a history row that follows the row with the digest `previous`."""
    return hashlib.sha256(previous.encode() + b"\n" + canonical_row(row)).hexdigest()


def broken_links(rows: Iterable[Mapping[str, Any]]) -> Iterator[Mapping[str, Any]]:
    """Yield the rows whose digest does not follow from the row and the one before it.

    rows: of one history table, sorted by object (`id`) and then by `history_id`.
    """
    object_id, previous = None, ""
    for row in rows:
        if row["id"] != object_id:
            object_id, previous = row["id"], ""
        if row[DIGEST] != row_digest(previous, row):
            yield row
        previous = row[DIGEST]


POSTGRESQL_CHAIN_BODY = f"""
DECLARE
    owned boolean := pg_has_role(
        current_user, (SELECT relowner FROM pg_class WHERE oid = TG_RELID), 'MEMBER');
    previous text;
    content text;
BEGIN
    IF NOT owned OR NEW.history_recorded_at IS NULL THEN
        NEW.history_recorded_at := clock_timestamp();
    END IF;
    IF NOT owned THEN
        NEW.history_date := coalesce(NEW.history_dated, NEW.history_recorded_at);
        -- A launch is there before the import of its first document can be logged.
        IF NEW.history_dated IS NOT NULL AND NOT EXISTS (
            SELECT 1 FROM gates_import i WHERE i.sha256 = NEW.history_import AND i.dated
                AND i.at = NEW.history_dated AND i.recorded_at = transaction_timestamp()
        ) AND NOT (
            TG_TABLE_NAME = 'gates_historicallaunch' AND NEW.history_type = '+'
                AND NEW.history_import IS NOT NULL
                AND NEW.history_dated < NEW.history_recorded_at
        ) THEN
            RAISE EXCEPTION 'only a logged import dates history back (on %)', TG_TABLE_NAME
                USING ERRCODE = '{SQLSTATE_CHECK_VIOLATION}', CONSTRAINT = '{BACKDATED}';
        END IF;
    END IF;
    EXECUTE format('SELECT EXISTS (SELECT 1 FROM %I.%I WHERE id = $1 AND history_date > $2)',
        TG_TABLE_SCHEMA, TG_TABLE_NAME) INTO NEW.history_late USING NEW.id, NEW.history_date;
    IF owned AND NEW.history_digest <> '' THEN
        RETURN NEW;
    END IF;
    EXECUTE format('SELECT history_digest FROM %I.%I WHERE id = $1 ORDER BY id, history_id DESC'
        ' LIMIT 1', TG_TABLE_SCHEMA, TG_TABLE_NAME) INTO previous USING NEW.id;
    SELECT string_agg(key || '=' || octet_length(value) || ':' || value || ';', '' ORDER BY
        key COLLATE "C") INTO content
    FROM jsonb_each_text(to_jsonb(NEW)) WHERE value IS NOT NULL
        AND key NOT IN ({", ".join(f"'{column}'" for column in sorted(NOT_COVERED))});
    NEW.history_digest := encode(
        sha256(convert_to(coalesce(previous, '') || E'\\n' || content, 'UTF8')), 'hex');
    RETURN NEW;
END"""


def _postgresql_chain(table: str) -> Trigger:
    create = (
        f"CREATE TRIGGER {{name}} BEFORE INSERT ON public.{table} "
        "FOR EACH ROW EXECUTE FUNCTION public.{name}()"
    )
    # The digest must not depend on the zone of the session.
    return Trigger(
        f"{table}_chained",
        table,
        create,
        body=POSTGRESQL_CHAIN_BODY,
        time_zone="UTC",
        column=DIGEST,
    )


_LATER_HISTORY = " OR ".join(
    f"EXISTS (SELECT 1 FROM gates_historical{table} h WHERE {of_launch}"
    " AND h.history_date > NEW.at)"
    for table, of_launch in (
        ("launch", "h.id = NEW.launch_id"),
        *(
            (table, "h.launch_id = NEW.launch_id")
            for table in ("section", "gate", "action", "claim")
        ),
        *(
            (table, "h.gate_id IN (SELECT id FROM gates_gate WHERE launch_id = NEW.launch_id)")
            for table in ("evidence", "blocker", "requirement")
        ),
    )
)
# An import is logged before it writes anything but a new launch, so what is later was there.
GUARD_IMPORT = f"""
DECLARE
    owned boolean := pg_has_role(
        current_user, (SELECT relowner FROM pg_class WHERE oid = TG_RELID), 'MEMBER');
BEGIN
    IF owned AND NEW.recorded_at IS NOT NULL THEN
        RETURN NEW;
    END IF;
    NEW.recorded_at := transaction_timestamp();
    IF NOT NEW.dated THEN
        IF NOT owned THEN
            NEW.at := clock_timestamp();
        END IF;
    ELSIF NOT owned AND (NEW.at >= NEW.recorded_at OR {_LATER_HISTORY}) THEN
        RAISE EXCEPTION 'an import dated % would rewrite later history', NEW.at
            USING ERRCODE = '{SQLSTATE_CHECK_VIOLATION}', CONSTRAINT = '{BACKDATED}';
    END IF;
    RETURN NEW;
END"""

# Of the other logs the web role does not choose the moment either.
MOMENT_COLUMNS = {
    "django_admin_log": "action_time",
    "gates_filecheck": "at",
    "gates_run": "received_at",
    "gates_token": "created_at",
    "gates_revocation": "at",
    "gates_proposal": "received_at",
    "gates_proposaldecision": "at",
}


def _postgresql_moment(table: str, column: str) -> Trigger:
    body = f"""
BEGIN
    IF NOT pg_has_role(
        current_user, (SELECT relowner FROM pg_class WHERE oid = TG_RELID), 'MEMBER')
    THEN
        NEW.{column} := clock_timestamp();
    END IF;
    RETURN NEW;
END"""
    create = (
        f"CREATE TRIGGER {{name}} BEFORE INSERT ON public.{table} "
        "FOR EACH ROW EXECUTE FUNCTION public.{name}()"
    )
    return Trigger(f"{table}_moment", table, create, body=body)


POSTGRESQL_CHAIN = (
    *(_postgresql_chain(table) for table in HISTORY_TABLES),
    *(_postgresql_moment(table, column) for table, column in MOMENT_COLUMNS.items()),
    Trigger(
        "gates_import_guarded",
        "gates_import",
        "CREATE TRIGGER {name} BEFORE INSERT ON public.gates_import "
        "FOR EACH ROW EXECUTE FUNCTION public.{name}()",
        body=GUARD_IMPORT,
        column="recorded_at",
    ),
)
SQLITE_CHAIN = tuple(
    sqlite_trigger(
        f"{table}_chained",
        f"BEFORE INSERT ON {table}",
        CHAINED,
        f"length(NEW.{DIGEST}) <> 64",
        column=DIGEST,
    )
    for table in HISTORY_TABLES
)
