"""The system check gates.E001 sees when the database no longer holds the closing rule itself."""

import re
from collections.abc import Callable, Iterator
from functools import partial

import pytest
from django.core.checks import CheckMessage, Tags, run_checks
from django.core.management import call_command
from django.core.management.base import SystemCheckError
from django.db import IntegrityError, connection, transaction

from gates.database import closing_rule, triggers
from gates.database.trigger import Trigger
from gates.models import Gate
from tests.support import factory
from tests.support.profile import tries

pytestmark = pytest.mark.django_db

ALL = triggers.ALL_TRIGGERS[connection.vendor]
# Triggers that do the same on several tables bear the table's name and one ending. There are 107
# triggers of 12 kinds on SQLite, 45 of 6 kinds on PostgreSQL. Each kind is damaged alone; all of
# them are damaged together in `test_every_damaged_trigger_is_named`.
KINDS = {trigger.name.removeprefix(trigger.table): trigger for trigger in ALL}
one_of_each_kind = pytest.mark.parametrize("trigger", KINDS.values(), ids=KINDS)


def sql(statement: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement)


def found() -> list[CheckMessage]:
    messages = run_checks(tags=[Tags.database], databases=["default"])
    return [message for message in messages if message.id == "gates.E001"]


def named_in(error: CheckMessage) -> str:
    """The name of the trigger that an error is about."""
    (name,) = re.findall(r"trigger (\w+) on ", error.msg)
    return str(name)


def drop(trigger: Trigger) -> None:
    on_table = f" ON {trigger.table}" if connection.vendor == "postgresql" else ""
    sql(f"DROP TRIGGER {trigger.name}{on_table}")


def weaken(trigger: Trigger) -> None:
    """Put a trigger of the same name and table in its place that does nothing."""
    if connection.vendor == "postgresql":
        sql(
            f"CREATE OR REPLACE FUNCTION public.{trigger.name}() RETURNS trigger"
            " LANGUAGE plpgsql SET search_path = public, pg_temp AS 'BEGIN RETURN NULL; END'"
        )
    else:
        drop(trigger)
        event = "INSERT" if "INSERT" in trigger.create else "UPDATE"
        sql(f"CREATE TRIGGER {trigger.name} AFTER {event} ON {trigger.table} BEGIN SELECT 1; END")


STATES = ("DISABLE TRIGGER", "ENABLE REPLICA TRIGGER")


def set_state(trigger: Trigger, state: str) -> None:
    sql(f"ALTER TABLE {trigger.table} {state} {trigger.name}")


def reset_search_path(trigger: Trigger) -> None:
    sql(f"ALTER FUNCTION public.{trigger.name}() RESET search_path")


def move(trigger: Trigger) -> None:
    """Put the trigger on a table that is not its own."""
    drop(trigger)
    sql(
        f"CREATE TRIGGER {trigger.name} AFTER UPDATE ON gates_owner"
        f" FOR EACH ROW EXECUTE FUNCTION public.{trigger.name}()"
    )


DAMAGES: dict[str, Callable[[Trigger], None]] = {"dropped": drop, "weakened": weaken}
if connection.vendor == "postgresql":
    DAMAGES |= {state: partial(set_state, state=state) for state in STATES}
    DAMAGES |= {"without search_path": reset_search_path, "on another table": move}


def installed() -> set[str]:
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'")
        else:
            cursor.execute("SELECT tgname FROM pg_trigger WHERE NOT tgisinternal")
        return {name for (name,) in cursor.fetchall()}


def test_after_all_migrations_every_expected_trigger_is_there() -> None:
    expected = {trigger.name for trigger in ALL}

    assert expected <= installed()
    assert triggers.trigger_errors(connection) == []
    assert found() == []


@one_of_each_kind
def test_a_missing_trigger_is_an_error_with_its_name_and_a_hint(trigger: Trigger) -> None:
    drop(trigger)

    (error,) = found()

    assert error.is_serious()
    assert f"trigger {trigger.name} on {trigger.table} is missing" in error.msg
    assert error.hint == "Run `manage.py verify_integrity --repair-triggers`."


@one_of_each_kind
def test_a_trigger_whose_conditions_were_weakened_is_an_error(trigger: Trigger) -> None:
    weaken(trigger)

    (error,) = found()

    assert f"trigger {trigger.name} on {trigger.table} was changed or disabled" in error.msg


@pytest.mark.postgresql
@one_of_each_kind
@pytest.mark.parametrize("state", STATES)
def test_a_trigger_that_does_not_fire_is_an_error(trigger: Trigger, state: str) -> None:
    set_state(trigger, state)

    (error,) = found()

    assert f"trigger {trigger.name} on {trigger.table} was changed or disabled" in error.msg


@pytest.mark.postgresql
@one_of_each_kind
def test_a_function_without_its_search_path_is_an_error(trigger: Trigger) -> None:
    reset_search_path(trigger)

    (error,) = found()

    assert f"trigger {trigger.name} on {trigger.table} was changed or disabled" in error.msg


@pytest.mark.postgresql
@one_of_each_kind
def test_a_trigger_of_the_same_name_on_another_table_does_not_count(trigger: Trigger) -> None:
    move(trigger)

    (error,) = found()

    assert trigger.name in error.msg


@pytest.mark.postgresql
def test_a_deferred_trigger_is_an_error() -> None:
    trigger = closing_rule.POSTGRESQL_CLOSING_RULE[0]
    drop(trigger)
    weakened = trigger.create.replace("INITIALLY IMMEDIATE", "INITIALLY DEFERRED")
    sql(weakened.format(name=trigger.name))

    (error,) = found()

    assert trigger.name in error.msg


@pytest.mark.parametrize("damage", DAMAGES.values(), ids=DAMAGES)
def test_every_damaged_trigger_is_named(damage: Callable[[Trigger], None]) -> None:
    for trigger in ALL:
        damage(trigger)

    assert sorted(map(named_in, found())) == sorted(trigger.name for trigger in ALL)


def test_installing_again_repairs_what_is_missing_or_changed() -> None:
    first, *_others, last = ALL
    drop(first)
    drop(last)

    triggers.install(connection)

    assert found() == []


def test_installing_twice_changes_nothing() -> None:
    before = installed()

    triggers.install(connection)

    assert installed() == before
    assert found() == []


def test_the_check_command_fails_when_a_trigger_is_missing() -> None:
    drop(ALL[0])

    with pytest.raises(SystemCheckError) as failure:
        call_command("check", databases=["default"])

    assert "gates.E001" in str(failure.value)


# --- a row that came in while the rule was away --------------------------------------------


def test_a_gate_forged_while_the_triggers_were_away_is_named() -> None:
    factory.closed_gate("T1")
    gate = factory.gate("T2")
    if connection.vendor == "postgresql":
        sql("SET CONSTRAINTS ALL IMMEDIATE")  # a table with checks still to come is not altered
    triggers.remove(connection)
    Gate.objects.filter(pk=gate.pk).update(progress="closed")
    if connection.vendor == "postgresql":
        sql("SET CONSTRAINTS ALL IMMEDIATE")
    triggers.install(connection)

    violations = closing_rule.violations(connection)

    assert violations == ["gate T2 of primitive is closed without evidence"]


# --- the migration -------------------------------------------------------------------------


@pytest.fixture
def migrations(committed: None) -> Iterator[None]:
    """Whatever a test does to the migrations, the next one finds them all applied."""
    yield
    call_command("migrate", verbosity=0)


# The way up from 0002 leads through all the others.
@pytest.mark.usefixtures("migrations")
@pytest.mark.parametrize("older", tries(quick=["0002"], full=["0002", "0004", "0005", "0006"]))
def test_the_migrations_take_the_triggers_away_and_bring_them_back(older: str) -> None:
    call_command("migrate", "gates", "0001", verbosity=0)

    ours = {trigger.name for trigger in ALL}
    assert not ours & installed()
    # `migrate` runs the check before it installs the triggers, so it is silent until then.
    assert found() == []

    call_command("migrate", "gates", "zero", verbosity=0)

    assert found() == []

    call_command("migrate", "gates", older, verbosity=0)
    call_command("migrate", verbosity=0, skip_checks=False)  # as on a database of that release

    assert ours <= installed()
    assert triggers.trigger_errors(connection) == []
    assert found() == []
    gate = factory.gate()
    with pytest.raises(IntegrityError), transaction.atomic():
        Gate.objects.filter(pk=gate.pk).update(progress="closed")
