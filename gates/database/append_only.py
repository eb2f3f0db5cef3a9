"""Append-only history tables: the database refuses to change, replace or remove a history row.

The tables are named here and not taken from the models, because migrations install the triggers
before there are models. `tests/database/test_append_only.py` compares the list with the models.
"""

from .trigger import SQLSTATE_CHECK_VIOLATION, Trigger, sqlite_trigger

# What a refusal is known by: the constraint's name on PostgreSQL, the message on SQLite.
APPEND_ONLY = "history_append_only"

# The models that carry history, in lower case. The revision watches their tables too.
TRACKED_MODELS = (
    "launch",
    "section",
    "owner",
    "gate",
    "check",
    "condition",
    "evidence",
    "blocker",
    "action",
    "claim",
    "requirement",
)
HISTORY_TABLES = tuple(f"gates_historical{model}" for model in TRACKED_MODELS)

# Logs whose rows are never edited, so they have no history: imported documents, acts in the admin,
# what checks of stored files found, runs and their reports, what a token may do and its end,
# proposals and what was decided about them, what accounts and groups were after each change.
LOG_TABLES = (
    "gates_import",
    "django_admin_log",
    "gates_filecheck",
    "gates_run",
    "gates_report",
    "gates_tokenscope",
    "gates_revocation",
    "accounts_accountchange",
    "gates_proposal",
    "gates_proposaldecision",
)
# Tables whose rows are never deleted; only the columns that are not named here change.
FIXED_COLUMNS = {
    "gates_token": (
        "id", "name", "prefix", "digest", "responsible_id", "read_only", "created_at",
        "created_by_id", "ends_on",
    )
}  # fmt: skip

POSTGRESQL_REFUSAL_BODY = f"""
BEGIN
    RAISE EXCEPTION 'the history is only added to (% on %)', TG_OP, TG_TABLE_NAME
        USING ERRCODE = '{SQLSTATE_CHECK_VIOLATION}', CONSTRAINT = '{APPEND_ONLY}';
END"""


def _postgresql_append_only(table: str, columns: tuple[str, ...] = ()) -> tuple[Trigger, ...]:
    # columns: that never change; all, if empty.
    # FOR EACH ROW, because `loaddata` tries an UPDATE, which finds no row, before it inserts.
    # TRUNCATE can have a trigger for the statement only.
    return tuple(
        Trigger(
            f"{table}_{name}",
            table,
            f"CREATE TRIGGER {{name}} BEFORE {events} ON public.{table} "
            f"FOR EACH {each} EXECUTE FUNCTION public.{{name}}()",
            body=POSTGRESQL_REFUSAL_BODY,
        )
        for name, events, each in (
            ("append_only", f"DELETE OR UPDATE{_of(columns)}", "ROW"),
            ("no_truncate", "TRUNCATE", "STATEMENT"),
        )
    )


def _of(columns: tuple[str, ...]) -> str:
    return f" OF {', '.join(columns)}" if columns else ""


def _sqlite_append_only(table: str, key: str, columns: tuple[str, ...] = ()) -> tuple[Trigger, ...]:
    # INSERT OR REPLACE deletes the row with the same key without firing delete triggers.
    key_in_use = f"EXISTS (SELECT 1 FROM {table} other WHERE other.{key} = NEW.{key})"
    return (
        sqlite_trigger(
            f"{table}_no_update", f"BEFORE UPDATE{_of(columns)} ON {table}", APPEND_ONLY
        ),
        sqlite_trigger(f"{table}_no_delete", f"BEFORE DELETE ON {table}", APPEND_ONLY),
        sqlite_trigger(f"{table}_no_replace", f"BEFORE INSERT ON {table}", APPEND_ONLY, key_in_use),
    )


_GUARDED = (
    *((table, "history_id", ()) for table in HISTORY_TABLES),
    *((table, "id", ()) for table in LOG_TABLES),
    *((table, "id", columns) for table, columns in FIXED_COLUMNS.items()),
)
POSTGRESQL_APPEND_ONLY = tuple(
    trigger for table, _, columns in _GUARDED for trigger in _postgresql_append_only(table, columns)
)
SQLITE_APPEND_ONLY = tuple(
    trigger for guarded in _GUARDED for trigger in _sqlite_append_only(*guarded)
)
