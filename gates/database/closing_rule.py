"""The closing rule inside the database: a closed gate has evidence, whoever writes and however.

Triggers on both engines. They hold against `save()`, `update()`, `bulk_*`, `loaddata`, raw SQL,
concurrent transactions at every isolation level, and against taking the last evidence away.

PostgreSQL: a trigger that merely looked would miss what another transaction is doing. Removing
or moving evidence therefore *touches the gate's row*, which takes its lock and fires the gate's
own trigger again; of two racing transactions one waits and then fails, or cannot serialize.

SQLite has one writer at a time, so looking is enough. Its REPLACE removes rows without firing
delete triggers, so inserts on an existing key, and changes of a key, are refused beforehand.

The triggers name only id, code, launch_id, gate_id, summary and progress. A migration that
alters gates_gate or gates_evidence runs `remove` first and `install` last: SQLite remakes the
table and would lose them. The system check gates.E001 catches the migration that forgets.

The triggers of `append_only` and `revision` are installed, removed and compared along with these.
A migration that changes history rows lifts them the same way.
"""

from typing import Any

from django.db import IntegrityError

from .trigger import SQLSTATE_CHECK_VIOLATION, Trigger, sqlite_trigger

# The names a refusal carries: as the constraint's name on PostgreSQL, in the message on SQLite.
CLOSED_NEEDS_EVIDENCE = "gate_closed_needs_evidence"
KEY_IN_USE = "gates_key_in_use"


def _postgres_refusal(which_gates: str, before: str = "") -> str:
    return f"""
DECLARE unproven text;
BEGIN{before}
    SELECT g.code INTO unproven FROM gates_gate g
    WHERE {which_gates} g.progress = 'closed'
      AND NOT EXISTS (SELECT 1 FROM gates_evidence e WHERE e.gate_id = g.id)
    LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'gate % is closed, so it needs evidence', unproven
            USING ERRCODE = '{SQLSTATE_CHECK_VIOLATION}', CONSTRAINT = '{CLOSED_NEEDS_EVIDENCE}',
                  TABLE = 'gates_gate';
    END IF;
    RETURN NULL;
END"""


POSTGRESQL_CLOSING_RULE = (
    Trigger(
        "gates_gate_closed_needs_evidence",
        "gates_gate",
        "CREATE CONSTRAINT TRIGGER {name} AFTER INSERT OR UPDATE ON public.gates_gate "
        "DEFERRABLE INITIALLY IMMEDIATE FOR EACH ROW EXECUTE FUNCTION public.{name}()",
        # The row as it is now, not as it was when a deferred check was queued.
        body=_postgres_refusal("g.id = NEW.id AND"),
    ),
    Trigger(
        "gates_evidence_touches_gate",
        "gates_evidence",
        "CREATE CONSTRAINT TRIGGER {name} AFTER DELETE OR UPDATE ON public.gates_evidence "
        "DEFERRABLE INITIALLY IMMEDIATE FOR EACH ROW EXECUTE FUNCTION public.{name}()",
        body="""
BEGIN
    IF TG_OP = 'DELETE' OR NEW.gate_id IS DISTINCT FROM OLD.gate_id THEN
        -- Again where the row that was waited for is gone and another has taken its id.
        LOOP
            UPDATE gates_gate SET progress = progress WHERE id = OLD.gate_id;
            EXIT WHEN FOUND OR NOT EXISTS (SELECT 1 FROM gates_gate WHERE id = OLD.gate_id);
        END LOOP;
    END IF;
    RETURN NULL;
END""",
    ),
    Trigger(
        "gates_evidence_not_truncated",
        "gates_evidence",
        "CREATE TRIGGER {name} AFTER TRUNCATE ON public.gates_evidence "
        "FOR EACH STATEMENT EXECUTE FUNCTION public.{name}()",
        # TRUNCATE ignores snapshots, so an older one would not see what has been closed since.
        body=_postgres_refusal(
            "",
            before=f"""
    IF current_setting('transaction_isolation') <> 'read committed' THEN
        RAISE EXCEPTION 'evidence can only be truncated at read committed'
            USING ERRCODE = '{SQLSTATE_CHECK_VIOLATION}', CONSTRAINT = '{CLOSED_NEEDS_EVIDENCE}';
    END IF;""",
        ),
    ),
)


def _sqlite_key_guards(table: str, unique: str) -> tuple[Trigger, ...]:
    """Refuse what `INSERT OR REPLACE` and `UPDATE OR REPLACE` would silently delete first."""
    taken = f"SELECT 1 FROM {table} other WHERE other.id = NEW.id OR ({unique})"
    taken_by_other = f"SELECT 1 FROM {table} other WHERE other.id <> OLD.id AND ({unique})"
    return (
        sqlite_trigger(
            f"{table}_insert_new", f"BEFORE INSERT ON {table}", KEY_IN_USE, f"EXISTS ({taken})"
        ),
        sqlite_trigger(
            f"{table}_keep_key",
            f"BEFORE UPDATE ON {table}",
            KEY_IN_USE,
            f"NEW.id IS NOT OLD.id OR EXISTS ({taken_by_other})",
        ),
    )


def _sqlite_unproven(name: str, event: str, gate_id: str) -> Trigger:
    unproven = (
        f"EXISTS (SELECT 1 FROM gates_gate g WHERE g.id = {gate_id} AND g.progress = 'closed' "
        "AND NOT EXISTS (SELECT 1 FROM gates_evidence e WHERE e.gate_id = g.id))"
    )
    return sqlite_trigger(name, event, CLOSED_NEEDS_EVIDENCE, unproven)


SQLITE_CLOSING_RULE = (
    _sqlite_unproven("gates_gate_insert_closed", "AFTER INSERT ON gates_gate", "NEW.id"),
    _sqlite_unproven("gates_gate_update_closed", "AFTER UPDATE ON gates_gate", "NEW.id"),
    _sqlite_unproven("gates_evidence_delete", "AFTER DELETE ON gates_evidence", "OLD.gate_id"),
    _sqlite_unproven("gates_evidence_move", "AFTER UPDATE ON gates_evidence", "OLD.gate_id"),
    *_sqlite_key_guards("gates_gate", "other.launch_id = NEW.launch_id AND other.code = NEW.code"),
    *_sqlite_key_guards(
        "gates_evidence", "other.gate_id = NEW.gate_id AND other.summary = NEW.summary"
    ),
)

CLOSING_RULE = {"postgresql": POSTGRESQL_CLOSING_RULE, "sqlite": SQLITE_CLOSING_RULE}


def violations(connection: Any) -> list[str]:
    """The gates that break the rule in spite of it, such as rows from a restored dump."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT l.slug, g.code FROM gates_gate g JOIN gates_launch l ON l.id = g.launch_id"
            " WHERE g.progress = 'closed'"
            " AND NOT EXISTS (SELECT 1 FROM gates_evidence e WHERE e.gate_id = g.id)"
            " ORDER BY l.slug, g.code"
        )
        return [f"gate {code} of {slug} is closed without evidence" for slug, code in cursor]


def violates_closing_rule(error: IntegrityError) -> bool:
    """Whether the database refused a write because of the closing rule."""
    diagnosis = getattr(error.__cause__, "diag", None)
    if diagnosis is not None:
        return bool(diagnosis.constraint_name == CLOSED_NEEDS_EVIDENCE)
    return CLOSED_NEEDS_EVIDENCE in str(error)
