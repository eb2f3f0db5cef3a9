"""A trigger as data: how it is made, and what it looks like once it is installed."""

from dataclasses import dataclass

SQLSTATE_CHECK_VIOLATION = "23514"


@dataclass(frozen=True, slots=True)
class Trigger:
    """One trigger: where it sits, how it is made, and on PostgreSQL the function it runs."""

    name: str
    table: str
    create: str
    body: str = ""

    def statements(self) -> list[str]:
        """The SQL that installs it."""
        create = self.create.format(name=self.name)
        return [postgres_function(self.name, self.body), create] if self.body else [create]

    def fingerprint(self) -> tuple[str, ...]:
        """What the database's catalogue says of it when it is whole and enabled."""
        definition = self.create.format(name=self.name)
        if not self.body:
            return (definition,)
        return (definition.replace("public.", ""), self.body, "O", "search_path=public, pg_temp")


def postgres_function(name: str, body: str) -> str:
    """The SQL of a trigger function."""
    # search_path: without it a temporary table of the same name would stand in for the real one.
    return (
        f"CREATE OR REPLACE FUNCTION public.{name}() RETURNS trigger LANGUAGE plpgsql "
        f"SET search_path = public, pg_temp AS $body${body}$body$"
    )


def sqlite_trigger(name: str, event: str, refusal: str, when: str = "TRUE") -> Trigger:
    """A SQLite trigger that refuses an event, such as "BEFORE DELETE ON gates_gate"."""
    create = (
        f"CREATE TRIGGER {name} {event} FOR EACH ROW WHEN {when} "
        f"BEGIN SELECT RAISE(ABORT, '{refusal}'); END"
    )
    return Trigger(name, event.rpartition(" ON ")[2], create)
