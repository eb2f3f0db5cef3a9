"""Rows as the database has them."""

from typing import Any

from gates.models import Blocker, Gate


def row(kept: Gate | Blocker) -> Any:
    return type(kept).objects.filter(pk=kept.pk).values().get()
