"""The two PostgreSQL roles that `manage.py database_roles` makes, and connections as each."""

from collections.abc import Iterator
from io import StringIO

import pytest
from django.core.management import call_command
from django.db import connection

from tests.support.assertions import sql

OWNER, WEB = "board_owner", "board_web"


def log_in(role: str) -> None:
    """Connect as a role from here on."""
    connection.close()
    connection.settings_dict["USER"] = role
    with connection.cursor() as cursor:
        cursor.execute("SELECT session_user")
        assert cursor.fetchone() == (role,)


@pytest.fixture
def roles(committed: None) -> Iterator[str]:
    """Make both roles, yield what the command printed, drop them afterwards."""
    administrator = connection.settings_dict["USER"]
    printed = StringIO()
    call_command("database_roles", owner=OWNER, web=WEB, stdout=printed)
    yield printed.getvalue()
    log_in(administrator)
    for role in (OWNER, WEB):
        sql(f"REASSIGN OWNED BY {role} TO {administrator}")
        sql(f"DROP OWNED BY {role}")
        sql(f"DROP ROLE {role}")
    sql("GRANT USAGE ON SCHEMA public TO PUBLIC")
