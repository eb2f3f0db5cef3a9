"""Changes of single columns, and the one place that formats a column's value for people."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext

# Columns that say where a row stands or how often it was edited; no change of them is reported.
POSITION_FIELDS = {"id", "launch", "position", "version"}
# The history leaves out these too: the date and the person of an entry say the same, and a new file
# shows in its name. A diff of two boards has no such entry, so there they are reported.
HIDDEN_FIELDS = POSITION_FIELDS | {"sha256", "recorded_at", "recorded_by"}


@dataclass(frozen=True, slots=True)
class FieldChange:
    """One changed column.

    Attributes:
        field: The column's name in the active language.
        old: The value before, as `format_value` writes it.
        new: The value after.
    """

    field: str
    old: str
    new: str


def format_value(field: Any, value: Any, names: Mapping[Any, str]) -> str:
    """Return a column's value as text in the active language; empty for no value.

    Args:
        field: The model field.
        value: The stored value; of a foreign key the id.
        names: For a foreign key, the names of the rows it may refer to, by id. A row without a
            name is written "#<id>".
    """
    if value is None or value == "":
        return ""
    if field.is_relation:
        return names.get(value, f"#{value}")
    if field.choices:
        return str(dict(field.flatchoices).get(value, value))
    if isinstance(value, bool):
        return gettext("yes") if value else gettext("no")
    if isinstance(value, datetime):
        return date_format(timezone.localtime(value), "Y-m-d H:i")
    return str(value)
