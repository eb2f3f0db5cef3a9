"""Create two PostgreSQL roles: the owner migrates, the web role serves the board.

The web role limits the damage when the web server is taken over: it cannot truncate, drop or alter
a table, cannot disable a trigger, and only adds to the history.
"""

import secrets
from argparse import ArgumentParser
from collections.abc import Iterator
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError, connection, transaction
from psycopg import sql

from gates.database.web_rights import ADD, web_rights

# By kind of object: a query for (name, quoted by the catalogue; owner). Sequences follow tables.
OWNED = {
    "DATABASE": """
        SELECT quote_ident(datname), pg_get_userbyid(datdba) FROM pg_database
        WHERE datname = current_database()""",
    "SCHEMA": """
        SELECT quote_ident(nspname), pg_get_userbyid(nspowner) FROM pg_namespace
        WHERE nspname = 'public'""",
    "TABLE": """
        SELECT oid::regclass::text, pg_get_userbyid(relowner) FROM pg_class
        WHERE relnamespace = 'public'::regnamespace AND relkind = 'r'""",
    "FUNCTION": """
        SELECT oid::regprocedure::text, pg_get_userbyid(proowner) FROM pg_proc
        WHERE pronamespace = 'public'::regnamespace""",
}


class Command(BaseCommand):
    """Run it as an administrator once, and as the owner after each `migrate`."""

    help = (
        "PostgreSQL: create the owner and the web role (passwords printed once), hand the tables"
        " to the owner, and give the web role only the rights that the board needs."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--owner", default="dealix_owner", help="owns the tables and migrates")
        parser.add_argument("--web", default="dealix_web", help="serves the board")

    def handle(self, *args: Any, **options: Any) -> None:
        if connection.vendor != "postgresql":
            raise CommandError("SQLite has no roles: file permissions protect it")
        owner, web = options["owner"], options["web"]
        try:
            with transaction.atomic(), connection.cursor() as cursor:
                passwords = self._create_roles(cursor, owner, web)
                for statement in [
                    *_ownership_statements(cursor, owner),
                    *_grant_statements(cursor, web),
                    *_default_grant_statements(owner, web),
                ]:
                    cursor.execute(statement)
        except DatabaseError as error:
            raise CommandError(f"nothing was changed: {error}".strip()) from error
        for role, password in passwords.items():
            self.stdout.write(f"Created {role}, password (shown only now): {password}")
        self.stdout.write(f"{owner} owns the tables; {web} may use them, and only add history.")

    def _create_roles(self, cursor: Any, owner: str, web: str) -> dict[str, str]:
        """Create the missing roles; return their passwords by name."""
        cursor.execute("SELECT rolname FROM pg_roles")
        existing = {name for (name,) in cursor.fetchall()}
        passwords = {}
        # The owner creates and drops the database that `drill` restores into.
        for role, rights in ((owner, "CREATEDB"), (web, "NOCREATEDB")):
            if role not in existing:
                passwords[role] = secrets.token_urlsafe(24)
                cursor.execute(
                    sql.SQL("CREATE ROLE {} LOGIN NOSUPERUSER NOCREATEROLE {} PASSWORD {}").format(
                        sql.Identifier(role), sql.SQL(rights), sql.Literal(passwords[role])
                    )
                )
        return passwords


def _ownership_statements(cursor: Any, owner: str) -> Iterator[sql.Composed]:
    """Yield a statement for each object that the owner does not own yet."""
    for kind, query in OWNED.items():
        cursor.execute(query)
        for name, current_owner in cursor.fetchall():
            if current_owner != owner:
                yield sql.SQL("ALTER {} {} OWNER TO {}").format(
                    sql.SQL(kind), sql.SQL(name), sql.Identifier(owner)
                )


def _grant_statements(cursor: Any, web: str) -> Iterator[sql.Composed]:
    """Yield statements that revoke all rights of the web role and PUBLIC, then grant some."""
    role, database = sql.Identifier(web), sql.Identifier(connection.settings_dict["NAME"])
    yield sql.SQL("REVOKE ALL ON DATABASE {} FROM PUBLIC, {}").format(database, role)
    yield sql.SQL("GRANT CONNECT ON DATABASE {} TO {}").format(database, role)
    yield sql.SQL("REVOKE ALL ON SCHEMA public FROM PUBLIC, {}").format(role)
    yield sql.SQL("GRANT USAGE ON SCHEMA public TO {}").format(role)
    yield sql.SQL("REVOKE ALL ON ALL TABLES IN SCHEMA public FROM {}").format(role)
    # USAGE allows nextval; only UPDATE allows setval, which could set a sequence back.
    yield sql.SQL("GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO {}").format(role)
    cursor.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
    for (table,) in cursor.fetchall():
        yield sql.SQL("GRANT {} ON public.{} TO {}").format(
            sql.SQL(", ".join(web_rights(table))), sql.Identifier(table), role
        )


def _default_grant_statements(owner: str, web: str) -> Iterator[sql.Composed]:
    """Let the web role read and add to tables that a migration is going to make.

    So the release that runs meanwhile goes on working when `migrate` adds a table that a trigger
    writes to. Changing and deleting are given by this command, once it knows the table.
    """
    make = sql.SQL("ALTER DEFAULT PRIVILEGES FOR ROLE {} IN SCHEMA public GRANT {} ON {} TO {}")
    for rights, kind in ((", ".join(ADD), "TABLES"), ("USAGE", "SEQUENCES")):
        yield make.format(
            sql.Identifier(owner), sql.SQL(rights), sql.SQL(kind), sql.Identifier(web)
        )
