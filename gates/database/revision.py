"""The revision: a number that changes with every write that can change a page.

A page may answer "not modified" only if the revision has not changed since. Triggers change it, so
`loaddata`, bulk writes and raw SQL do so just like a form. They watch every table that a page
shows, its history table, accounts and permissions.

The revision changes by random numbers. A counter would, after a restore from a backup, come again
to a number that a browser holds for other rows. A changed revision is visible exactly when the
changed rows are.

PostgreSQL: every statement adds a row, and the revision is the sum of the rows. With one row that
all writers update, writers would wait for each other, and fail at REPEATABLE READ. Now and then a
writer replaces the rows by one with their sum, which leaves the revision as it is.

SQLite has one writer at a time, so one row that changes is enough.

docs/decisions.md has what was turned down.
"""

from typing import Any

from django.db import connection

from .append_only import FIXED_COLUMNS, HISTORY_TABLES, TRACKED_MODELS
from .trigger import Trigger

REVISION_TABLE = "gates_revision"

# The tables whose every write changes the revision.
BOARD_TABLES = (
    *(f"gates_{model}" for model in TRACKED_MODELS),
    *HISTORY_TABLES,
    "gates_import",
    "gates_filecheck",
    "gates_run",
    "gates_revocation",
    "gates_proposal",
    "gates_proposaldecision",
    "auth_group",
    "auth_group_permissions",
    "auth_user_groups",
    "auth_user_user_permissions",
)
# Tables of which only some columns are on a page. A login writes last_login, which no page shows;
# the use of a token writes last_used_on, and its page is never kept.
COLUMNS = {
    "auth_user": "username, is_active, is_staff, is_superuser",
    "gates_token": ", ".join(FIXED_COLUMNS["gates_token"]),
}

CREATE_TABLE = {
    "postgresql": f"CREATE TABLE IF NOT EXISTS public.{REVISION_TABLE} (moved numeric NOT NULL)",
    "sqlite": f"CREATE TABLE IF NOT EXISTS {REVISION_TABLE} (moved integer NOT NULL)",
}
INSERT_FIRST_ROW = {
    "postgresql": f"INSERT INTO public.{REVISION_TABLE} SELECT floor(random() * 1e15) "
    f"WHERE NOT EXISTS (SELECT 1 FROM public.{REVISION_TABLE})",
    "sqlite": f"INSERT INTO {REVISION_TABLE} SELECT random() "
    f"WHERE NOT EXISTS (SELECT 1 FROM {REVISION_TABLE})",
}

POSTGRESQL_BODY = f"""
BEGIN
    INSERT INTO {REVISION_TABLE} VALUES (floor(random() * 1e15));
    -- At another isolation level this could fail, and with it the write.
    IF random() < 0.02 AND current_setting('transaction_isolation') = 'read committed' THEN
        WITH gone AS (
            DELETE FROM {REVISION_TABLE} WHERE ctid = ANY(ARRAY(
                SELECT ctid FROM {REVISION_TABLE} FOR UPDATE SKIP LOCKED
            )) RETURNING moved
        )
        INSERT INTO {REVISION_TABLE} SELECT sum(moved) FROM gone HAVING count(*) > 0;
    END IF;
    RETURN NULL;
END"""


def _postgresql_revision(table: str, columns: str = "") -> Trigger:
    update = f"UPDATE OF {columns}" if columns else "UPDATE"
    create = (
        f"CREATE TRIGGER {{name}} AFTER INSERT OR DELETE OR {update} OR TRUNCATE ON public.{table} "
        "FOR EACH STATEMENT EXECUTE FUNCTION public.{name}()"
    )
    return Trigger(f"{table}_moves_revision", table, create, body=POSTGRESQL_BODY)


def _sqlite_revision(table: str, event: str) -> Trigger:
    name = f"{table}_{event.partition(' ')[0].lower()}_moves_revision"
    create = (
        f"CREATE TRIGGER {name} AFTER {event} ON {table} FOR EACH ROW "
        f"BEGIN UPDATE {REVISION_TABLE} SET moved = random(); END"
    )
    return Trigger(name, table, create)


POSTGRESQL_REVISION = (
    *(_postgresql_revision(table) for table in BOARD_TABLES),
    *(_postgresql_revision(table, columns) for table, columns in COLUMNS.items()),
)
SQLITE_REVISION = (
    *(
        _sqlite_revision(table, event)
        for table in BOARD_TABLES
        for event in ("INSERT", "UPDATE", "DELETE")
    ),
    *(
        _sqlite_revision(table, event)
        for table, columns in COLUMNS.items()
        for event in ("INSERT", f"UPDATE OF {columns}", "DELETE")
    ),
)


def create_table(database: Any) -> None:
    """Create the table that the triggers write to, with a first row, unless it is there.

    database: a connection.
    """
    with database.cursor() as cursor:
        cursor.execute(CREATE_TABLE[database.vendor])
        cursor.execute(INSERT_FIRST_ROW[database.vendor])


def current_revision() -> str:
    """Return the revision; "" if the table is empty, and then no page may count as unchanged."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT SUM(moved) FROM {REVISION_TABLE}")
        revision = cursor.fetchone()[0]
    return "" if revision is None else str(revision)
