"""A trigger as data: the SQL that creates it, and its definition in the database's catalogue."""

from dataclasses import dataclass

SQLSTATE_CHECK_VIOLATION = "23514"


@dataclass(frozen=True, slots=True)
class Trigger:
    """One trigger.

    create: its CREATE TRIGGER statement, with {name} for its name.
    body: on PostgreSQL the body of the function that it runs, which has its name; "" on SQLite.
    """

    name: str
    table: str
    create: str
    body: str = ""
    # "column" of its table, or "table.column", without which it cannot be installed yet.
    column: str = ""
    time_zone: str = ""  # in which the function runs; empty for that of the session

    def statements(self) -> list[str]:
        """Return the SQL statements that create the trigger, in order."""
        create = self.create.format(name=self.name)
        if not self.body:
            return [create]
        return [postgresql_function(self.name, self.body, self.time_zone), create]

    def fingerprint(self) -> tuple[str, ...]:
        """Return what the database's catalogue holds if the trigger is installed unchanged.

        SQLite: (definition,). PostgreSQL: (definition, function body, "O" for enabled, settings
        of the function). `triggers.trigger_errors` reads the same columns.
        """
        definition = self.create.format(name=self.name)
        if not self.body:
            return (definition,)
        zone = f";TimeZone={self.time_zone}" if self.time_zone else ""
        settings = f"search_path=public, pg_temp{zone}"
        return (definition.replace("public.", ""), self.body, "O", settings)


def postgresql_function(name: str, body: str, time_zone: str = "") -> str:
    """Return the SQL that creates a trigger function, or replaces it."""
    # search_path: without it, a temporary table of the same name would hide the real one.
    zone = f" SET TimeZone = '{time_zone}'" if time_zone else ""
    return (
        f"CREATE OR REPLACE FUNCTION public.{name}() RETURNS trigger LANGUAGE plpgsql "
        f"SET search_path = public, pg_temp{zone} AS $body${body}$body$"
    )


def sqlite_trigger(
    name: str, event: str, refusal: str, when: str = "TRUE", column: str = ""
) -> Trigger:
    """Return a SQLite trigger that refuses an event.

    event: such as "BEFORE DELETE ON gates_gate"; it must end in the table's name.
    refusal: the message of the IntegrityError.
    when: the SQL condition under which the event is refused.
    column: as `Trigger.column`.
    """
    create = (
        f"CREATE TRIGGER {name} {event} FOR EACH ROW WHEN {when} "
        f"BEGIN SELECT RAISE(ABORT, '{refusal}'); END"
    )
    return Trigger(name, event.rpartition(" ON ")[2], create, column=column)
