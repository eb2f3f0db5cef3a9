"""The chain of the history: each row carries a digest over itself and the row before it.

The chain runs along one object: row 3 of a gate names the digest of row 2 of the same gate. So
writers of different objects never wait for each other, and a row that is inserted, changed, moved
or removed between two others breaks the digests after it. The head is one digest over the last
digests of all objects; kept outside the database, it shows that the end was not cut off either.

PostgreSQL: a trigger before each insert computes the digest, so that the web role cannot choose
it. It also sets the moment and the place in the order. Only an import may date its rows back, only
within the transaction that logged the import, only rows of the launch for which it was logged (the
guard of the import log bounds its date), and no row that has later history. The owner of the table
may give moment, order and digest, for a copy of the database and for a clock in a test; what the
owner can forge is written in docs/assurance.md.

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


# Whether a dated row belongs to the launch of the import `i`, now and in all of its history: the
# board's rows can be moved for a moment, the history cannot.
_GATE_OF_LAUNCH = """EXISTS (
        SELECT 1 FROM gates_gate g WHERE g.id = NEW.gate_id AND g.launch_id = i.launch_id
    ) AND NOT EXISTS (
        SELECT 1 FROM gates_historicalgate g WHERE g.launch_id <> i.launch_id AND g.id IN (
            SELECT NEW.gate_id UNION SELECT h.gate_id FROM gates_historical{model} h
            WHERE h.id = NEW.id))"""
_OF_LAUNCH = """NEW.launch_id = i.launch_id AND NOT EXISTS (
        SELECT 1 FROM gates_historical{model} h
        WHERE h.id = NEW.id AND h.launch_id <> i.launch_id)"""
_CLAIM_OF_LAUNCH = """EXISTS (
        SELECT 1 FROM gates_claim c WHERE c.id = NEW.claim_id AND c.launch_id = i.launch_id
    ) AND NOT EXISTS (
        SELECT 1 FROM gates_historicalclaim c WHERE c.launch_id <> i.launch_id AND c.id IN (
            SELECT NEW.claim_id UNION SELECT h.claim_id FROM gates_historicalrequirement h
            WHERE h.id = NEW.id))"""
_CHECK_OF_LAUNCH = """EXISTS (
        SELECT 1 FROM gates_check k JOIN gates_gate g ON g.id = k.gate_id
        WHERE k.id = NEW.gate_check_id AND g.launch_id = i.launch_id
    ) AND NOT EXISTS (
        SELECT 1 FROM gates_historicalcheck k JOIN gates_historicalgate g ON g.id = k.gate_id
        WHERE g.launch_id <> i.launch_id AND k.id IN (
            SELECT NEW.gate_check_id UNION SELECT h.gate_check_id
            FROM gates_historicalcondition h WHERE h.id = NEW.id))"""
BELONGS_TO_LAUNCH = {
    "launch": "NEW.id = i.launch_id",
    **{model: _OF_LAUNCH.format(model=model) for model in ("section", "gate", "action", "claim")},
    **{model: _GATE_OF_LAUNCH.format(model=model) for model in ("check", "evidence", "blocker")},
    "condition": _CHECK_OF_LAUNCH,
    "requirement": f"{_GATE_OF_LAUNCH.format(model='requirement')} AND {_CLAIM_OF_LAUNCH}",
    # Owners are shared: one that is on record is changed in no past that another launch has had.
    "owner": """(NOT EXISTS (SELECT 1 FROM gates_historicalowner h WHERE h.id = NEW.id)
        OR NOT EXISTS (SELECT 1 FROM gates_historicalgate h
            WHERE h.history_date > NEW.history_dated AND h.launch_id <> i.launch_id))""",
}
# A launch is there before the import of its first document can be logged. None becomes the current
# one of a time in which another was, or takes the address that another had.
_NEW_LAUNCH = """ AND NOT (
            NEW.history_type = '+' AND NEW.history_import IS NOT NULL
                AND NEW.history_dated < NEW.history_recorded_at
                AND NOT EXISTS (SELECT 1 FROM gates_historicallaunch h WHERE h.id = NEW.id)
        ) OR EXISTS (
            SELECT 1 FROM gates_historicallaunch other
            WHERE other.id <> NEW.id AND (other.slug = NEW.slug OR other.is_current
                AND NEW.is_current AND NOT EXISTS (
                    SELECT 1 FROM gates_historicallaunch h WHERE h.id = NEW.id AND h.is_current))
        )"""


def _chain_body(model: str) -> str:
    """Return the body of the function that chains a new history row of a model."""
    # Named in the text, so that PostgreSQL keeps the plans of its queries.
    table = f"gates_historical{model}"
    return f"""
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
        NEW.history_id := nextval(pg_get_serial_sequence('{table}', 'history_id'));
        NEW.history_date := coalesce(NEW.history_dated, NEW.history_recorded_at);
    END IF;
    NEW.history_late := EXISTS (
        SELECT 1 FROM {table} h WHERE h.id = NEW.id AND h.history_date > NEW.history_date);
    IF NOT owned AND NEW.history_dated IS NOT NULL THEN
        IF NEW.history_late OR NOT EXISTS (
            SELECT 1 FROM gates_import i WHERE i.sha256 = NEW.history_import
                AND i.at = NEW.history_dated AND i.recorded_at = transaction_timestamp()
                AND {BELONGS_TO_LAUNCH[model]}
        ){_NEW_LAUNCH if model == "launch" else ""} THEN
            RAISE EXCEPTION 'only a logged import dates history back (on %)', TG_TABLE_NAME
                USING ERRCODE = '{SQLSTATE_CHECK_VIOLATION}', CONSTRAINT = '{BACKDATED}';
        END IF;
    END IF;
    IF owned AND NEW.history_digest <> '' THEN
        RETURN NEW;
    END IF;
    SELECT h.history_digest INTO previous FROM {table} h WHERE h.id = NEW.id
        ORDER BY h.id, h.history_id DESC LIMIT 1;
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
        body=_chain_body(table.removeprefix("gates_historical")),
        time_zone="UTC",
        column=DIGEST,
    )


_GATE_HAS_BEEN = """SELECT 1 FROM gates_historicalgate g
    WHERE g.id = h.gate_id AND g.launch_id = NEW.launch_id"""
_CHECK_HAS_BEEN = """SELECT 1 FROM gates_historicalcheck k
    JOIN gates_historicalgate g ON g.id = k.gate_id
    WHERE k.id = h.gate_check_id AND g.launch_id = NEW.launch_id"""
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
            (table, f"EXISTS ({_GATE_HAS_BEEN})")
            for table in ("check", "evidence", "blocker", "requirement")
        ),
        ("condition", f"EXISTS ({_CHECK_HAS_BEEN})"),
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
    IF NOT owned THEN
        NEW.id := nextval(pg_get_serial_sequence('gates_import', 'id'));
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

# Of the other logs the web role does not choose the moment either, nor the place in the order.
MOMENT_COLUMNS = {
    "django_admin_log": "action_time",
    "gates_filecheck": "at",
    "gates_run": "received_at",
    "gates_token": "created_at",
    "gates_revocation": "at",
    "accounts_accountchange": "at",
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
        NEW.id := nextval(pg_get_serial_sequence('{table}', 'id'));
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
