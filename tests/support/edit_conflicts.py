"""Two people who edit the same row: what the first one saves, what the second one sees."""

import re
from typing import Any

from django.urls import reverse

from benchmarks.forms import Controls
from gates.models.history import save_with_history
from tests.support import factory

NOT_SAVED = "Not saved: this was changed while you were editing."


def change(row: Any, **fields: Any) -> None:
    """What the first one, Ali, saves meanwhile."""
    for name, value in fields.items():
        setattr(row, name, value)
    save_with_history(row, by=factory.user("ali"), reason="")


def plain(message: str) -> str:
    return re.sub(r"[\u2068\u2069]|, \d{4}-\d\d-\d\d \d\d:\d\d", "", message)


def as_shown(response: Any) -> dict[str, Any]:
    """What a browser would send if "Save" were clicked on the page that came back."""
    return Controls(response.content.decode()).data


def form_of(response: Any) -> Any:
    return response.context_data["adminform"].form


def url_of(row: Any) -> str:
    return reverse(f"admin:gates_{row._meta.model_name}_change", args=[row.pk])
