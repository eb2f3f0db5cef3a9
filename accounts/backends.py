"""Accounts with a password, as Django keeps them, but a session's account is read flat.

Every request asks whose session it is; like the session's own look-up (`sessions.py`), the question
takes the ORM longer to put together than the database to answer.
"""

from typing import Any

from django.contrib.auth.backends import ModelBackend
from django.contrib.auth.models import User
from django.db import DEFAULT_DB_ALIAS, connection
from django.db.models import DateTimeField

# All but the moments, which drivers hand out each in their own way; asked for, the ORM reads them.
COLUMNS = tuple(
    field.attname for field in User._meta.concrete_fields if not isinstance(field, DateTimeField)
)
FIND = f"SELECT {', '.join(COLUMNS)} FROM auth_user WHERE id = %s"  # noqa: S608  its own constants


class Accounts(ModelBackend):
    """Django's backend; only whose session it is, is read otherwise."""

    def get_user(self, user_id: Any) -> User | None:
        """The account of this id; None where there is none, or it is switched off."""
        with connection.cursor() as cursor:
            cursor.execute(FIND, [user_id])
            row = cursor.fetchone()
        user = None if row is None else User.from_db(DEFAULT_DB_ALIAS, COLUMNS, row)
        return user if user is not None and self.user_can_authenticate(user) else None
