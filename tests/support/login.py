"""Log in and change passwords through the pages."""

from typing import Any

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
