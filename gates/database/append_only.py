"""History inside the database: rows are added and never changed, replaced or removed.

The tables are named here, because migrations need the triggers before there are models; a test
compares the list with the models.
"""

from .trigger import SQLSTATE_CHECK_VIOLATION, Trigger, sqlite_trigger

# The name a refusal carries: as the constraint's name on PostgreSQL, in the message on SQLite.
APPEND_ONLY = "history_append_only"

HISTORY_TABLES = tuple(
    f"gates_historical{model}"
    for model in (
        "launch",
        "section",
        "owner",
        "gate",
        "evidence",
        "blocker",
        "action",
        "claim",
        "requirement",
    )
)

REFUSE = f"""
BEGIN
    RAISE EXCEPTION 'the history is only added to (% on %)', TG_OP, TG_TABLE_NAME
        USING ERRCODE = '{SQLSTATE_CHECK_VIOLATION}', CONSTRAINT = '{APPEND_ONLY}';
END"""


def _postgresql_append_only(table: str) -> tuple[Trigger, ...]:
    # For each row, because `loaddata` tries an UPDATE, which finds none, before it inserts.
    # TRUNCATE knows no rows.
    return tuple(
        Trigger(
            f"{table}_{name}",
            table,
            f"CREATE TRIGGER {{name}} BEFORE {events} ON public.{table} "
            f"FOR EACH {each} EXECUTE FUNCTION public.{{name}}()",
            body=REFUSE,
        )
        for name, events, each in (
            ("append_only", "DELETE OR UPDATE", "ROW"),
            ("no_truncate", "TRUNCATE", "STATEMENT"),
        )
    )


def _sqlite_append_only(table: str) -> tuple[Trigger, ...]:
    # REPLACE removes the row in its way without firing delete triggers.
    taken = f"EXISTS (SELECT 1 FROM {table} other WHERE other.history_id = NEW.history_id)"
    return (
        sqlite_trigger(f"{table}_no_update", f"BEFORE UPDATE ON {table}", APPEND_ONLY),
        sqlite_trigger(f"{table}_no_delete", f"BEFORE DELETE ON {table}", APPEND_ONLY),
        sqlite_trigger(f"{table}_no_replace", f"BEFORE INSERT ON {table}", APPEND_ONLY, taken),
    )


POSTGRESQL_APPEND_ONLY = tuple(
    trigger for table in HISTORY_TABLES for trigger in _postgresql_append_only(table)
)
SQLITE_APPEND_ONLY = tuple(
    trigger for table in HISTORY_TABLES for trigger in _sqlite_append_only(table)
)
