"""The rights of the two roles are compared with what they should be: more is as wrong as less."""

import pytest
from django.db import connection

from gates.database.guards import guard_errors, role_note
from tests.support.assertions import sql
from tests.support.database_roles import OWNER, WEB, log_in

pytestmark = pytest.mark.postgresql


@pytest.mark.parametrize(
    ("statement", "expected"),
    [
        (
            f"GRANT UPDATE ON gates_historicalgate TO {WEB}",
            f"role {WEB} may UPDATE on gates_historicalgate, which it should not",
        ),
        (f"GRANT TRUNCATE ON gates_owner TO {WEB}", f"role {WEB} may TRUNCATE on gates_owner"),
        (f"REVOKE DELETE ON gates_action FROM {WEB}", f"role {WEB} may not DELETE on gates_action"),
        (
            f"GRANT UPDATE (history_user_name) ON gates_historicalgate TO {WEB}",
            f"role {WEB} may UPDATE on single columns of gates_historicalgate",
        ),
        (
            f"GRANT UPDATE ON SEQUENCE gates_historicalgate_history_id_seq TO {WEB}",
            "on sequence gates_historicalgate_history_id_seq",
        ),
        (f"GRANT {OWNER} TO {WEB}", f"role {WEB} can act as the owner of the tables"),
        (f"GRANT pg_write_all_data TO {WEB}", f"role {WEB} is a member of another role"),
        (
            f"GRANT SET ON PARAMETER session_replication_role TO {WEB}",
            f"role {WEB} may switch triggers off",
        ),
        (
            f"ALTER ROLE {WEB} SET session_replication_role = replica",
            f"role {WEB} may switch triggers off",
        ),
        (
            "CREATE VIEW public.mine AS SELECT * FROM gates_gate;"
            f" GRANT UPDATE ON public.mine TO {WEB}",
            f"role {WEB} may UPDATE on mine, which is no table",
        ),
        (f"GRANT CREATE ON SCHEMA public TO {WEB}", f"role {WEB} may create objects"),
        (f"ALTER ROLE {WEB} BYPASSRLS", f"role {WEB} has attributes of an administrator"),
    ],
)
def test_a_right_too_many_or_too_few_is_found(roles: str, statement: str, expected: str) -> None:
    before = guard_errors(connection)

    sql(statement)

    found = guard_errors(connection)
    sql("DROP VIEW IF EXISTS public.mine")
    assert before == []
    assert any(expected in error for error in found)


def test_the_web_role_sees_the_same_and_no_note(roles: str) -> None:
    as_administrator = role_note(connection)
    log_in(OWNER)
    as_owner = role_note(connection)
    log_in(WEB)

    assert "can remove every guard" in as_administrator
    assert OWNER in as_owner
    assert role_note(connection) == ""
    assert guard_errors(connection) == []
