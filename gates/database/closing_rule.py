"""The closing rule in the database: a closed gate has evidence, on every way of writing.

Triggers on both engines. They hold against `save()`, `update()`, `bulk_*`, `loaddata`, raw SQL,
concurrent transactions at every isolation level, and against removing the last evidence.

PostgreSQL: a trigger that only reads would miss what another transaction is doing. Removing or
moving evidence therefore *updates the gate's row*, which takes its lock and fires the gate's own
trigger again. Of two racing transactions one waits and then fails, or cannot serialize.
docs/decisions.md has the measurement.

SQLite has one writer at a time, so reading is enough. Its REPLACE deletes rows without firing
delete triggers, so inserts on an existing key, and changes of a key, are refused beforehand.

The triggers name only the columns id, code, launch_id, gate_id, summary and progress. A migration
that alters gates_gate or gates_evidence has to lift the triggers: see `triggers`.
"""

from typing import Any

from django.db import IntegrityError

from .trigger import SQLSTATE_CHECK_VIOLATION, Trigger, sqlite_trigger

# What a refusal is known by: the constraint's name on PostgreSQL, the message on SQLite.
CLOSED_NEEDS_EVIDENCE = "gate_closed_needs_evidence"
KEY_IN_USE = "gates_key_in_use"

# How often the trigger on evidence tries to update the gate before it refuses the write.
TOUCH_ATTEMPTS = 20
SQLSTATE_NOT_IN_STATE = "55000"  # an OperationalError: pages answer 503


def refusal_body(which_gates: str, before: str = "") -> str:
    """Return the body of a PostgreSQL function that refuses closed gates without evidence.

    which_gates: an SQL condition that ends in AND, or "" for all gates.
    before: SQL statements that run first.
    """
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
        # By id: a deferred check reads the row as it is now, not as it was when it was queued.
        body=refusal_body("g.id = NEW.id AND"),
    ),
    Trigger(
        "gates_evidence_touches_gate",
        "gates_evidence",
        "CREATE CONSTRAINT TRIGGER {name} AFTER DELETE OR UPDATE ON public.gates_evidence "
        "DEFERRABLE INITIALLY IMMEDIATE FOR EACH ROW EXECUTE FUNCTION public.{name}()",
        body=f"""
BEGIN
    IF TG_OP = 'DELETE' OR NEW.gate_id IS DISTINCT FROM OLD.gate_id THEN
        -- Again where the row that was waited for is gone and another has taken its id.
        FOR attempt IN 1..{TOUCH_ATTEMPTS} LOOP
            UPDATE gates_gate SET progress = progress WHERE id = OLD.gate_id;
            EXIT WHEN FOUND OR NOT EXISTS (SELECT 1 FROM gates_gate WHERE id = OLD.gate_id);
            -- A rule, a policy or a trigger that is not ours keeps the UPDATE from its row.
            IF attempt = {TOUCH_ATTEMPTS} THEN
                RAISE EXCEPTION 'gate % is there, but cannot be updated', OLD.gate_id
                    USING ERRCODE = '{SQLSTATE_NOT_IN_STATE}', TABLE = 'gates_gate';
            END IF;
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
        # TRUNCATE ignores snapshots: in an older one, gates closed since would not be seen.
        body=refusal_body(
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
    """Return triggers that refuse an insert on an existing key, and every change of a key.

    `INSERT OR REPLACE` and `UPDATE OR REPLACE` would silently delete the row with that key first.
    unique: an SQL condition on NEW and `other`, for the table's unique columns.
    """
    key_in_use = f"SELECT 1 FROM {table} other WHERE other.id = NEW.id OR ({unique})"
    key_of_another = f"SELECT 1 FROM {table} other WHERE other.id <> OLD.id AND ({unique})"
    return (
        sqlite_trigger(
            f"{table}_insert_new", f"BEFORE INSERT ON {table}", KEY_IN_USE, f"EXISTS ({key_in_use})"
        ),
        sqlite_trigger(
            f"{table}_keep_key",
            f"BEFORE UPDATE ON {table}",
            KEY_IN_USE,
            f"NEW.id IS NOT OLD.id OR EXISTS ({key_of_another})",
        ),
    )


def _sqlite_closing_trigger(name: str, event: str, gate_id: str) -> Trigger:
    closed_without_evidence = (
        f"EXISTS (SELECT 1 FROM gates_gate g WHERE g.id = {gate_id} AND g.progress = 'closed' "
        "AND NOT EXISTS (SELECT 1 FROM gates_evidence e WHERE e.gate_id = g.id))"
    )
    return sqlite_trigger(name, event, CLOSED_NEEDS_EVIDENCE, closed_without_evidence)


SQLITE_CLOSING_RULE = (
    _sqlite_closing_trigger("gates_gate_insert_closed", "AFTER INSERT ON gates_gate", "NEW.id"),
    _sqlite_closing_trigger("gates_gate_update_closed", "AFTER UPDATE ON gates_gate", "NEW.id"),
    _sqlite_closing_trigger(
        "gates_evidence_delete", "AFTER DELETE ON gates_evidence", "OLD.gate_id"
    ),
    _sqlite_closing_trigger("gates_evidence_move", "AFTER UPDATE ON gates_evidence", "OLD.gate_id"),
    *_sqlite_key_guards("gates_gate", "other.launch_id = NEW.launch_id AND other.code = NEW.code"),
    *_sqlite_key_guards(
        "gates_evidence", "other.gate_id = NEW.gate_id AND other.summary = NEW.summary"
    ),
)

CLOSING_RULE = {"postgresql": POSTGRESQL_CLOSING_RULE, "sqlite": SQLITE_CLOSING_RULE}


def violations(connection: Any) -> list[str]:
    """Return one line for each closed gate without evidence, such as one from a restored dump.

    A restore creates constraint triggers after the rows, so it does not notice such a gate.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT l.slug, g.code FROM gates_gate g JOIN gates_launch l ON l.id = g.launch_id"
            " WHERE g.progress = 'closed'"
            " AND NOT EXISTS (SELECT 1 FROM gates_evidence e WHERE e.gate_id = g.id)"
            " ORDER BY l.slug, g.code"
        )
        return [f"gate {code} of {slug} is closed without evidence" for slug, code in cursor]


def violates_closing_rule(error: IntegrityError) -> bool:
    """Return whether the database refused a write because of the closing rule."""
    diagnostics = getattr(error.__cause__, "diag", None)  # psycopg's; SQLite has a message only
    if diagnostics is not None:
        return bool(diagnostics.constraint_name == CLOSED_NEEDS_EVIDENCE)
    return CLOSED_NEEDS_EVIDENCE in str(error)
