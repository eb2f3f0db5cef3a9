"""What keeps a web server from starting in production, each in one line with its remedy.

Commands are not asked: the owner migrates, and `collectstatic` runs before there is a static file.
"""

from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.contrib.staticfiles.storage import ManifestFilesMixin, staticfiles_storage
from django.db import DatabaseError, InterfaceError, connection

# Owning one table is enough to switch its triggers off; so is belonging to the role that does. A
# superuser belongs to every role.
OWNER_OR_SUPERUSER = """
    SELECT
        EXISTS (
            SELECT FROM pg_class AS class
            JOIN pg_namespace AS space ON space.oid = class.relnamespace
            WHERE class.relkind IN ('r', 'p') AND space.nspname = ANY (current_schemas(false))
                AND pg_has_role(role.oid, class.relowner, 'MEMBER')
        )
        OR EXISTS (
            SELECT FROM pg_database AS database
            WHERE database.datname = current_database()
                AND pg_has_role(role.oid, database.datdba, 'MEMBER')
        )
    FROM pg_roles AS role WHERE role.rolname = current_user
"""


def start_error() -> str:
    """Return why the server may not start; empty if it may."""
    try:
        return static_files_error() or role_error()
    finally:
        connection.close()


def static_files_error() -> str:
    """Return an error if the static files of this release were not collected.

    Without them every page is a 500: a template names a file that the manifest does not have.
    """
    if not isinstance(staticfiles_storage, ManifestFilesMixin):
        return ""
    collected = staticfiles_storage.hashed_files
    missing = [
        path
        for finder in get_finders()
        for path, _ in finder.list([])
        if staticfiles_storage.hash_key(path) not in collected
        or not staticfiles_storage.exists(collected[staticfiles_storage.hash_key(path)])
    ]
    if not missing:
        return ""
    return (
        f"STATIC_ROOT ({settings.STATIC_ROOT}) lacks {len(missing)} static files of this release;"
        " run: manage.py collectstatic --no-input"
    )


def role_error() -> str:
    """Return an error if DATABASE_URL names a role of PostgreSQL that can get past the triggers.

    A database that does not answer is no error here: the server starts, and answers 503 until the
    database is back.
    """
    if connection.vendor != "postgresql" or not settings.REFUSE_OWNER_ROLE:
        return ""
    try:
        with connection.cursor() as cursor:
            cursor.execute(OWNER_OR_SUPERUSER)
            too_powerful = cursor.fetchone()[0]
    except (DatabaseError, InterfaceError):
        return ""
    if not too_powerful:
        return ""
    return (
        "DATABASE_URL names a superuser or an owner of the tables, who can rewrite the record; name"
        " the role dealix_web (manage.py database_roles makes it)"
    )
