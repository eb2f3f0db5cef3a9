"""The revision of everything a page can show: it moves with every write, whoever writes.

A page that says "not changed" without looking would be a lie on the board, so the database itself
moves the revision: triggers on every table that is shown, its history, and on accounts and their
permissions. `loaddata`, bulk writes and raw SQL move it like a form does.

It moves by chance numbers, so that a database put back from a backup does not come to a revision
again that somebody has seen with other rows. A revision is visible exactly when the rows are.

PostgreSQL: every statement adds a row and the revision is their sum. Writers therefore never wait
for each other, which one row that all update would make them do, and make fail at REPEATABLE READ.
Now and then a writer puts the rows into one; a sum stays the same by that. SQLite has one writer
at a time, so one row that changes is enough.
"""

from typing import Any

from django.db import connection

from .trigger import Trigger

REVISION_TABLE = "gates_revision"

SHOWN = (
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
BOARD_TABLES = (
    *(f"gates_{name}" for name in SHOWN),
    *(f"gates_historical{name}" for name in SHOWN),
    "gates_import",
    "auth_group",
    "auth_group_permissions",
    "auth_user_groups",
    "auth_user_user_permissions",
)
# Of an account only what a page depends on: a log-in writes its time and changes no page.
ACCOUNT = "username, is_active, is_staff, is_superuser"

CREATE = {
    "postgresql": f"CREATE TABLE IF NOT EXISTS public.{REVISION_TABLE} (moved numeric NOT NULL)",
    "sqlite": f"CREATE TABLE IF NOT EXISTS {REVISION_TABLE} (moved integer NOT NULL)",
}
BEGIN = {
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
    _postgresql_revision("auth_user", ACCOUNT),
)
SQLITE_REVISION = (
    *(
        _sqlite_revision(table, event)
        for table in BOARD_TABLES
        for event in ("INSERT", "UPDATE", "DELETE")
    ),
    *(
        _sqlite_revision("auth_user", event)
        for event in ("INSERT", f"UPDATE OF {ACCOUNT}", "DELETE")
    ),
)


def create_table(of: Any) -> None:
    """Make the table that the triggers write to, and give it its first revision."""
    with of.cursor() as cursor:
        cursor.execute(CREATE[of.vendor])
        cursor.execute(BEGIN[of.vendor])


def current_revision() -> str:
    """The revision now; empty where there is none, so that nothing may be taken as unchanged."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT SUM(moved) FROM {REVISION_TABLE}")
        moved = cursor.fetchone()[0]
    return "" if moved is None else str(moved)
