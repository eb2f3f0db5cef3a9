"""An archived launch in the database: none of its rows is changed or deleted.

Triggers on both engines, for `update()`, bulk deletions and raw SQL; the models refuse first, with
the reason in words (`gates/models/of_launch.py`). New rows are refused by the models alone: a copy
of the database and `loaddata` insert the rows of archived launches, after the launch. So do runs,
proposals and what a token may report, which are only added to: what records them refuses.

An archived launch itself takes one change: it is taken back.

A write that began before the archiving and ends after it is not noticed. It is on record as what it
is, a change of a moment before.
"""

from .trigger import SQLSTATE_CHECK_VIOLATION, Trigger, sqlite_trigger

# What a refusal is known by: the constraint's name on PostgreSQL, the message on SQLite.
LAUNCH_ARCHIVED = "launch_is_archived"

# Table → SQL for the id of a row's launch; {row} is OLD or NEW.
LAUNCH_OF = {
    "gates_section": "{row}.launch_id",
    "gates_gate": "{row}.launch_id",
    "gates_action": "{row}.launch_id",
    "gates_claim": "{row}.launch_id",
    "gates_check": "(SELECT g.launch_id FROM gates_gate g WHERE g.id = {row}.gate_id)",
    "gates_condition": (
        "(SELECT g.launch_id FROM gates_check k JOIN gates_gate g ON g.id = k.gate_id"
        " WHERE k.id = {row}.gate_check_id)"
    ),
    "gates_evidence": "(SELECT g.launch_id FROM gates_gate g WHERE g.id = {row}.gate_id)",
    "gates_blocker": "(SELECT g.launch_id FROM gates_gate g WHERE g.id = {row}.gate_id)",
    "gates_requirement": "(SELECT c.launch_id FROM gates_claim c WHERE c.id = {row}.claim_id)",
}
COLUMN = "gates_launch.archived_on"
STAYS_ARCHIVED = {
    "UPDATE": "OLD.archived_on IS NOT NULL AND NEW.archived_on IS NOT NULL",
    "DELETE": "OLD.archived_on IS NOT NULL",
}


def _refused(table: str, event: str) -> str:
    """Return the SQL condition under which an event on a table is refused."""
    if table == "gates_launch":
        return STAYS_ARCHIVED[event]
    rows = ("OLD", "NEW") if event == "UPDATE" else ("OLD",)
    launches = ", ".join(LAUNCH_OF[table].format(row=row) for row in rows)
    return (
        f"EXISTS (SELECT 1 FROM gates_launch l WHERE l.id IN ({launches})"
        " AND l.archived_on IS NOT NULL)"
    )


def _postgresql(table: str, event: str) -> Trigger:
    body = f"""
BEGIN
    IF {_refused(table, event)} THEN
        RAISE EXCEPTION 'the launch is archived (% on %)', TG_OP, TG_TABLE_NAME
            USING ERRCODE = '{SQLSTATE_CHECK_VIOLATION}', CONSTRAINT = '{LAUNCH_ARCHIVED}',
                  TABLE = '{table}';
    END IF;
    RETURN {"NEW" if event == "UPDATE" else "OLD"};
END"""
    create = (
        f"CREATE TRIGGER {{name}} BEFORE {event} ON public.{table} "
        "FOR EACH ROW EXECUTE FUNCTION public.{name}()"
    )
    return Trigger(f"{table}_{event.lower()}_archived", table, create, body=body, column=COLUMN)


def _sqlite(table: str, event: str) -> Trigger:
    return sqlite_trigger(
        f"{table}_{event.lower()}_archived",
        f"BEFORE {event} ON {table}",
        LAUNCH_ARCHIVED,
        _refused(table, event),
        column=COLUMN,
    )


_GUARDED = [(table, event) for table in ("gates_launch", *LAUNCH_OF) for event in STAYS_ARCHIVED]
POSTGRESQL_ARCHIVE = tuple(_postgresql(table, event) for table, event in _GUARDED)
SQLITE_ARCHIVE = tuple(_sqlite(table, event) for table, event in _GUARDED)


def violates_archive(error: Exception) -> bool:
    """Return whether the database refused a write because the launch is archived."""
    diagnostics = getattr(error.__cause__, "diag", None)  # psycopg's; SQLite has a message only
    if diagnostics is not None:
        return bool(diagnostics.constraint_name == LAUNCH_ARCHIVED)
    return LAUNCH_ARCHIVED in str(error)
