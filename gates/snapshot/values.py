"""One value of a document as the field that will hold it."""

from typing import Any

from django.core.exceptions import ValidationError
from django.db import models
from django.utils import timezone


class Unusable(Exception):
    """A value that a field cannot take."""

    def __init__(self, field: str, message: str) -> None:
        self.field, self.message = field, message
        super().__init__(message)


def plain_value(field: Any, value: Any) -> Any:
    """The Python value for a field that refers to no other row.

    Raises:
        Unusable: the wrong type, a NUL character, or a moment without a time zone.
    """
    if isinstance(field, (models.CharField, models.TextField)):
        if not isinstance(value, str):
            raise Unusable(field.name, f"{value!r} is not a text")
        if "\x00" in value:
            raise Unusable(field.name, "contains a NUL character")
        return value
    if isinstance(value, (list, dict)):
        raise Unusable(field.name, "a single value is expected")
    try:
        found = field.to_python(value)
    except (ValidationError, TypeError, OverflowError) as error:
        message = " ".join(error.messages) if isinstance(error, ValidationError) else str(error)
        raise Unusable(field.name, message) from error
    if isinstance(field, models.DateTimeField) and found and timezone.is_naive(found):
        raise Unusable(field.name, f"{value!r} has no time zone")
    return found


def shown(value: Any) -> str:
    """A value in a line about what an import changes."""
    return "—" if value in (None, "") else str(value)
