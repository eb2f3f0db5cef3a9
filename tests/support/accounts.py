"""One person of each kind that the permission matrix knows, and a browser for each."""

from django.contrib.auth.models import User
from django.test import Client

from gates.roles import ROLES
from tests.support import factory
from tests.support.admin_forms import person
from tests.support.login import log_in_confirmed

# The columns of the matrix, in its order.
KINDS = ("anonymous", "Viewer", "Engineer", "Founder", "superuser", "disabled")


PASSWORD = "a long enough secret"


def account(kind: str) -> User | None:
    """A member of staff of that kind; None for anonymous. Disabled: a founder, switched off."""
    if kind == "anonymous":
        return None
    if kind == "superuser":
        user = factory.user("a-superuser", is_staff=True, is_superuser=True)
    else:
        user = person(f"a-{kind.lower()}", kind if kind in ROLES else "Founder")
    user.set_password(PASSWORD)
    user.save()
    return user


def browser_of(kind: str) -> Client:
    """A client in which that kind of person has logged in and confirmed that it is they.

    The disabled one was logged in until now.
    """
    client = Client()
    user = account(kind)
    if user is not None:
        log_in_confirmed(client, user)
        user.is_active = kind != "disabled"
        user.save()
    return client
