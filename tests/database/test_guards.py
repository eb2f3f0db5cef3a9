"""`gates.E001` and `verify_integrity` compare all guards: more is as wrong as less."""

from collections.abc import Iterator

import pytest
from django.core.checks import Tags, run_checks
from django.core.management import call_command
from django.db import OperationalError, connection, transaction
from django.db.migrations.recorder import MigrationRecorder
from django.test import Client

from gates.database.guards import guard_errors
from gates.models import Evidence
from tests.support import factory
from tests.support.assertions import everything, sql

FUNCTION = (
    "CREATE FUNCTION public.mine() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN {}; END'"
)

# What was done to the database, and what the one line about it says.
ON_POSTGRESQL = {
    "trigger": (
        [
            FUNCTION.format("NULL"),
            "CREATE TRIGGER mine BEFORE UPDATE ON gates_gate FOR EACH ROW EXECUTE FUNCTION mine()",
        ],
        "trigger mine on gates_gate is not one of the board's",
    ),
    "rule": (
        ["CREATE RULE mine AS ON INSERT TO gates_historicalgate DO INSTEAD NOTHING"],
        "rule mine on gates_historicalgate is not one of the board's",
    ),
    "row security": (
        ["ALTER TABLE gates_evidence ENABLE ROW LEVEL SECURITY"],
        "table gates_evidence has row security",
    ),
    "policy": (
        ["CREATE POLICY mine ON gates_evidence USING (false)"],
        "table gates_evidence has row security or a policy",
    ),
    "check dropped": (
        ["ALTER TABLE gates_evidence DROP CONSTRAINT evidence_url_safe"],
        "constraint evidence_url_safe on gates_evidence is missing",
    ),
    "check weakened": (
        [
            "ALTER TABLE gates_evidence DROP CONSTRAINT evidence_url_safe",
            "ALTER TABLE gates_evidence ADD CONSTRAINT evidence_url_safe CHECK (true)",
        ],
        "constraint evidence_url_safe on gates_evidence was changed",
    ),
    "check not valid": (
        [
            "ALTER TABLE gates_evidence DROP CONSTRAINT evidence_kind_known",
            "ALTER TABLE gates_evidence ADD CONSTRAINT evidence_kind_known CHECK (true) NOT VALID",
        ],
        "constraint evidence_kind_known on gates_evidence was changed, or does not hold",
    ),
    "check added": (
        ["ALTER TABLE gates_gate ADD CONSTRAINT mine CHECK (code <> 'T6')"],
        "constraint mine on gates_gate is not one of the board's",
    ),
    "foreign key not valid": (
        [
            "DO $$ DECLARE name text := (SELECT conname FROM pg_constraint WHERE contype = 'f'"
            " AND conrelid = 'gates_section'::regclass AND confrelid = 'gates_launch'::regclass);"
            " BEGIN EXECUTE 'ALTER TABLE gates_section DROP CONSTRAINT ' || name; END $$",
            "ALTER TABLE gates_section ADD FOREIGN KEY (launch_id) REFERENCES gates_launch(id)"
            " DEFERRABLE INITIALLY DEFERRED NOT VALID",
        ],
        "on gates_section was changed, or does not hold for all rows",
    ),
    "foreign key added": (
        ["ALTER TABLE gates_gate ADD FOREIGN KEY (position) REFERENCES gates_owner(id)"],
        "on gates_gate is not one of the board's",
    ),
    "unique dropped": (
        ["ALTER TABLE gates_evidence DROP CONSTRAINT evidence_once_per_gate"],
        "gate_id, summary of gates_evidence is no longer unique",
    ),
    "unique added": (
        ["CREATE UNIQUE INDEX mine ON gates_gate (title)"],
        "unique index on title of gates_gate is not the board's",
    ),
    "unique checked late": (
        [
            "ALTER TABLE gates_evidence DROP CONSTRAINT evidence_once_per_gate",
            "ALTER TABLE gates_evidence ADD CONSTRAINT evidence_once_per_gate"
            " UNIQUE (gate_id, summary) DEFERRABLE",
        ],
        "gate_id, summary of gates_evidence is no longer unique",
    ),
    "unlogged": (["ALTER TABLE gates_action SET UNLOGGED"], "gates_action is no ordinary table"),
    "not null": (
        ["ALTER TABLE gates_gate ALTER COLUMN code DROP NOT NULL"],
        "column code of gates_gate is no longer NOT NULL",
    ),
    "child table": (
        ["CREATE TABLE public.mine () INHERITS (gates_evidence)"],
        "table gates_evidence inherits, or is inherited from",
    ),
    "right of everybody": (
        ["GRANT DELETE ON gates_historicalgate TO PUBLIC"],
        "everybody may DELETE on gates_historicalgate",
    ),
}
ON_SQLITE = {
    "trigger": (
        ["CREATE TRIGGER mine BEFORE UPDATE ON gates_gate BEGIN SELECT RAISE(IGNORE); END"],
        "trigger mine on gates_gate is not one of the board's",
    ),
    "unique dropped": (
        ["DROP INDEX launch_one_is_current"],
        "is_current of gates_launch is no longer unique",
    ),
    "unique added": (
        ["CREATE UNIQUE INDEX mine ON gates_gate (title)"],
        "unique index on title of gates_gate is not the board's",
    ),
    "checks not enforced": (
        ["PRAGMA ignore_check_constraints = ON"],
        "PRAGMA ignore_check_constraints is not 0",
    ),
}
DAMAGE = ON_SQLITE if connection.vendor == "sqlite" else ON_POSTGRESQL


@pytest.mark.django_db
def test_after_all_migrations_nothing_is_found() -> None:
    assert guard_errors(connection) == []


@pytest.mark.django_db
@pytest.mark.parametrize("kind", DAMAGE)
def test_each_kind_of_damage_is_one_line_and_an_error_of_the_check(kind: str) -> None:
    statements, expected = DAMAGE[kind]
    for statement in statements:
        sql(statement)

    try:
        found = guard_errors(connection)
        checked = run_checks(tags=[Tags.database], databases=["default"])
        with pytest.raises(SystemExit):
            call_command("verify_integrity")
    finally:
        if connection.vendor == "sqlite":
            sql("PRAGMA ignore_check_constraints = OFF")

    assert len(found) == 1
    assert expected in found[0]
    assert [message.id for message in checked] == ["gates.E001"]
    assert found[0] in checked[0].msg


@pytest.mark.django_db
@pytest.mark.parametrize("kind", [kind for kind in DAMAGE if kind in {"trigger", "rule"}])
def test_health_notices_an_added_trigger_or_rule(client: Client, kind: str) -> None:
    for statement in DAMAGE[kind][0]:
        sql(statement)

    response = client.get("/healthz")

    assert response.status_code == 503
    assert response.json()["triggers"] == "faulty"


@pytest.fixture
def writable_schema(committed: None) -> Iterator[None]:
    """The text of the schema, as whoever holds the file can rewrite it; afterwards as before."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT name, sql FROM sqlite_master WHERE type = 'table'")
        before = cursor.fetchall()
        cursor.execute("PRAGMA writable_schema = ON")
    yield
    with connection.cursor() as cursor:
        for name, definition in before:
            cursor.execute(
                "UPDATE sqlite_master SET sql = %s WHERE type = 'table' AND name = %s",
                [definition, name],
            )
        cursor.execute("PRAGMA writable_schema = RESET")


@pytest.mark.sqlite
@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ('CONSTRAINT "evidence_kind_known" CHECK ("kind" IN (', 'CONSTRAINT "x" CHECK ("kind" IN (',
         "constraint evidence_kind_known on gates_evidence is missing or was changed"),
        ('"summary" varchar(500) NOT NULL', '"summary" varchar(500)',
         "column summary of gates_evidence is no longer NOT NULL"),
        (" REFERENCES \"gates_gate\" (\"id\") DEFERRABLE INITIALLY DEFERRED", "",
         "foreign key gate_id of gates_evidence to gates_gate is missing"),
        ('"summary" varchar(500) NOT NULL', '"summary" varchar(500) NOT NULL CHECK (length("url"))',
         "table gates_evidence has a check that is not one of the board's"),
        ("(\"id\") DEFERRABLE", "(\"id\") ON DELETE CASCADE DEFERRABLE",
         "foreign key gate_id of gates_evidence to gates_gate is missing"),
    ],
)  # fmt: skip
def test_a_rewritten_table_is_found(
    writable_schema: None, old: str, new: str, expected: str
) -> None:
    sql(
        "UPDATE sqlite_master SET sql = replace(sql, %s, %s) WHERE name = 'gates_evidence'",
        old,
        new,
    )
    sql("PRAGMA schema_version = 1000000")

    assert expected in "\n".join(guard_errors(connection))


@pytest.mark.sqlite
@pytest.mark.usefixtures("committed")
def test_foreign_keys_that_are_not_enforced_are_found() -> None:
    sql("PRAGMA foreign_keys = OFF")

    found = guard_errors(connection)

    sql("PRAGMA foreign_keys = ON")
    assert found == ["PRAGMA foreign_keys is not 1: constraints are not enforced"]


@pytest.mark.sqlite
@pytest.mark.usefixtures("committed")
def test_a_row_that_refers_to_nothing_is_found() -> None:
    action = factory.action(factory.launch(), needs=factory.owner())
    sql("PRAGMA foreign_keys = OFF")
    sql("DELETE FROM gates_owner")

    found = guard_errors(connection)

    sql("PRAGMA foreign_keys = ON")
    assert f"row {action.pk} of gates_action refers to a row of gates_owner that is not there" in (
        found
    )


@pytest.mark.django_db
def test_before_the_last_migration_triggers_alone_are_compared() -> None:
    MigrationRecorder.Migration.objects.filter(app="gates").latest("pk").delete()
    for statement in DAMAGE["unique added"][0]:
        sql(statement)

    assert guard_errors(connection) == []


@pytest.mark.postgresql
@pytest.mark.django_db
@pytest.mark.parametrize(
    ("statement", "expected"),
    [
        ("CREATE TEMPORARY TABLE gates_action (id int)", "gates_action is hidden by another one"),
        ("ALTER TABLE gates_action DISABLE TRIGGER ALL", "has foreign keys that are not enforced"),
        ("SET LOCAL session_replication_role = replica", "session_replication_role is not origin"),
    ],
)
def test_what_keeps_the_guards_from_their_table_is_found(statement: str, expected: str) -> None:
    sql(statement)

    assert expected in "\n".join(guard_errors(connection))


# --- the trigger on evidence ---------------------------------------------------------------


@pytest.mark.postgresql
@pytest.mark.django_db
def test_a_gate_that_cannot_be_updated_ends_with_an_error_and_nothing_is_written() -> None:
    evidence = factory.evidence(factory.gate("T1"))
    sql("CREATE RULE mine AS ON UPDATE TO gates_gate DO INSTEAD NOTHING")
    before = everything()

    sql("SET LOCAL statement_timeout = '5s'")
    with pytest.raises(OperationalError, match="cannot be updated"), transaction.atomic():
        Evidence.objects.filter(pk=evidence.pk).delete()

    assert everything() == before
    # The session keeps the trigger's plan, with the rule in it, after the rule is rolled back.
    sql("DISCARD PLANS")
