"""Accounts with a password, and their page in the admin as it would be sent."""

from typing import Any

from django.contrib.auth.models import User

from gates.admin.read_state import state_of
from tests.support.admin_forms import person
from tests.support.login import SECRET


def account(name: str, role: str = "Founder") -> User:
    user = person(name, role)
    user.set_password(SECRET)
    user.save()
    return user


def account_form(user: User, **changed: Any) -> dict[str, Any]:
    """The page of an account as it would be sent; None leaves a field out."""
    data = {
        "username": user.username,
        "email": user.email,
        "is_active": "on",
        "is_staff": "on",
        "groups": [group.pk for group in user.groups.all()],
        "read_state": state_of(user),
        **changed,
    }
    return {name: value for name, value in data.items() if value is not None}
