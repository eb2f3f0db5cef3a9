"""The pages on people: what is sent to them, what they write, and what they show."""

import re
from typing import Any

from django.contrib.auth.models import User

from accounts.models import AccessLink
from gates.models import Owner, Preference

ADD = "/people/add/"
KEY = re.compile(r"/accounts/link/\?key=([0-9a-f]{64})")


def person_form(**fields: str) -> dict[str, str]:
    return {"name": "Noura Ali", "role": "Engineer", "language": "ar", "username": "", **fields}


def written() -> list[Any]:
    tables: tuple[Any, ...] = (User, Owner, AccessLink, Preference, Owner.history.model)
    return [list(table.objects.order_by("pk").values()) for table in tables]


def text_of(response: Any) -> str:
    assert response.status_code == 200
    return str(response.content.decode().partition("<main")[2])
