"""Log in and change passwords through the pages."""

import time
from typing import Any

from allauth.account.authentication import AUTHENTICATION_METHODS_SESSION_KEY
from django.test import Client
from django.urls import reverse

SECRET = "a long enough secret"
NEW = "another-long-secret-9"


def log_in(client: Client, username: str = "sami", password: str = SECRET, **data: str) -> Any:
    return client.post(reverse("account_login"), {"login": username, "password": password, **data})


def logged_in(client: Client) -> bool:
    """Whether a page behind the login opens."""
    return client.get(reverse("history")).status_code == 200


def change_password(client: Client, old: str = SECRET, new: str = NEW) -> Any:
    return client.post(
        reverse("account_change_password"),
        {"oldpassword": old, "password1": new, "password2": new},
    )


def confirm_session(client: Client, **proof: Any) -> None:
    """Let the session have proved password and second factor just now."""
    session = client.session
    session["account_authentication_methods_user"] = str(session["_auth_user_id"])
    session[AUTHENTICATION_METHODS_SESSION_KEY] = [
        {"method": method, "at": time.time(), "reauthenticated": True, **proof}
        for method in ("password", "mfa")
    ]
    session.save()


def log_in_confirmed(client: Client, user: Any) -> None:
    """Log a person in whose session has proved password and second factor just now."""
    client.force_login(user)
    confirm_session(client)
