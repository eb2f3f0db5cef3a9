"""The rights of the web role on each table, on PostgreSQL.

`manage.py database_roles` grants them. `errors` compares them with the catalogue: whoever may do
more than read is a web role.
"""

from collections.abc import Iterator
from typing import Any

from .append_only import FIXED_COLUMNS, HISTORY_TABLES, LOG_TABLES

APPEND_ONLY_TABLES = {*HISTORY_TABLES, *LOG_TABLES}
READ = ("SELECT",)
ADD = (*READ, "INSERT")
KEEP = (*ADD, "UPDATE")
WORK = (*KEEP, "DELETE")

# PUBLIC has the id 0.
GRANTS = """
    SELECT c.relname, c.relkind::text, g.grantee,
        coalesce(r.rolname, 'PUBLIC'), array_agg(g.privilege_type::text)
    FROM pg_class c CROSS JOIN LATERAL aclexplode(c.relacl) g
    LEFT JOIN pg_roles r ON r.oid = g.grantee
    WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'S', 'v', 'm', 'f', 'p')
        AND g.grantee <> c.relowner AND NOT coalesce(r.rolsuper, false)
    GROUP BY 1, 2, 3, 4
    UNION ALL
    SELECT c.relname, 'column', g.grantee, coalesce(r.rolname, 'PUBLIC'),
        array_agg(g.privilege_type::text)
    FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
    CROSS JOIN LATERAL aclexplode(a.attacl) g LEFT JOIN pg_roles r ON r.oid = g.grantee
    WHERE c.relnamespace = 'public'::regnamespace AND a.attnum > 0
    GROUP BY 1, 2, 3, 4"""
ROLES = """
    SELECT r.rolname, r.rolcreaterole OR r.rolbypassrls OR r.rolreplication OR r.rolcreatedb,
        EXISTS (SELECT 1 FROM pg_class c WHERE c.relnamespace = 'public'::regnamespace
            AND pg_has_role(r.oid, c.relowner, 'MEMBER')),
        has_schema_privilege(r.oid, 'public', 'CREATE'),
        has_database_privilege(r.oid, current_database(), 'CREATE')
            OR has_database_privilege(r.oid, current_database(), 'TEMPORARY'),
        EXISTS (SELECT 1 FROM pg_auth_members m WHERE m.member = r.oid),
        has_parameter_privilege(r.oid, 'session_replication_role', 'SET')
            OR EXISTS (SELECT 1 FROM pg_db_role_setting s
                WHERE s.setrole IN (0, r.oid) AND s.setconfig::text LIKE '%%session_replication%%')
    FROM pg_roles r WHERE r.rolname = ANY(%s)"""

# What the columns of ROLES after the name are wrong for.
ROLE_ERRORS = (
    "has attributes of an administrator",
    "can act as the owner of the tables",
    "may create objects in the schema",
    "may create schemas or temporary tables",
    "is a member of another role, and has its rights",
    "may switch triggers off",
)
ROLE_IN_USE = """
    SELECT current_user::text, r.rolsuper OR EXISTS (SELECT 1 FROM pg_class c
        WHERE c.relnamespace = 'public'::regnamespace AND c.relname = 'gates_gate'
            AND pg_has_role(current_user, c.relowner, 'MEMBER'))
    FROM pg_roles r WHERE r.rolname = current_user"""


def web_rights(table: str) -> tuple[str, ...]:
    """Return the rights that the web role has on a table: these, and no others."""
    if table == "django_migrations":
        return READ
    if table in APPEND_ONLY_TABLES:
        return ADD
    return KEEP if table in FIXED_COLUMNS else WORK


def rights_errors(connection: Any) -> Iterator[str]:
    """Yield one line for each right that a web role has and should not have, or lacks."""
    rights: dict[str, dict[str, set[str]]] = {}
    with connection.cursor() as cursor:
        cursor.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY 1")
        tables = [table for (table,) in cursor.fetchall()]
        cursor.execute(GRANTS)
        for name, kind, grantee, role, privileges in cursor.fetchall():
            yield from _stray_grants(name, kind, grantee, role, set(privileges))
            if kind == "r" and grantee:
                rights.setdefault(role, {})[name] = set(privileges)
        web = sorted(role for role in rights if set().union(*rights[role].values()) - set(READ))
        for role in web:
            yield from _table_errors(
                role, {table: rights[role].get(table, set()) for table in tables}
            )
        cursor.execute(ROLES, [web])
        for role, *wrongs in cursor.fetchall():
            for wrong, words in zip(wrongs, ROLE_ERRORS, strict=True):
                if wrong:
                    yield f"role {role} {words}"


def _stray_grants(
    name: str, kind: str, grantee: int, role: str, privileges: set[str]
) -> Iterator[str]:
    """Yield what nobody should have: rights of everybody, on single columns, to set a sequence."""
    listed = ", ".join(sorted(privileges))
    if not grantee:
        yield f"everybody may {listed} on {name}"
    elif kind == "column":
        yield f"role {role} may {listed} on single columns of {name}"
    elif kind not in {"r", "S"} and privileges - set(READ):
        yield f"role {role} may {listed} on {name}, which is no table"
    elif kind == "S" and privileges - {"USAGE", "SELECT"}:
        yield f"role {role} may {listed} on sequence {name}"


def _table_errors(role: str, rights: dict[str, set[str]]) -> Iterator[str]:
    for table, actual in rights.items():
        expected = set(web_rights(table))
        if more := sorted(actual - expected):
            yield f"role {role} may {', '.join(more)} on {table}, which it should not"
        if less := sorted(expected - actual):
            yield f"role {role} may not {', '.join(less)} on {table}: run database_roles"


def privileged_role(connection: Any) -> str:
    """Return the role in use if it owns the tables or is a superuser; else ""."""
    with connection.cursor() as cursor:
        cursor.execute(ROLE_IN_USE)
        role, is_too_strong = cursor.fetchone()
    return str(role) if is_too_strong else ""
