"""One value of a document as the field that will hold it."""

from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models
from django.utils import timezone

from gates.models.dates import within_range
from gates.rules.text_limits import max_text_length

from .storable import unstorable_text


class InvalidValue(Exception):
    """A value that a field cannot take."""

    def __init__(self, field: str, message: str) -> None:
        self.field, self.message = field, message
        super().__init__(message)


class DependencyFailed(InvalidValue):
    """A value that cannot be taken because the row it names is refused: no news of its own."""


def plain_value(field: Any, value: Any) -> Any:
    """The Python value for a field that refers to no other row.

    Raises:
        Unusable: the wrong type, a NUL character, or a moment without a time zone.
    """
    if value is None:
        if not field.null:
            raise InvalidValue(field.name, "must not be empty")
        return None
    expected, words = _expected(field)
    if type(value) is not expected:
        raise InvalidValue(field.name, f"{value!r} is not {words}")
    if isinstance(value, str):
        _refuse_unusable_text(field, value)
    if isinstance(field, (models.CharField, models.TextField)):
        return value
    try:
        found = field.to_python(value)
    except (ValidationError, TypeError, OverflowError) as error:
        message = " ".join(error.messages) if isinstance(error, ValidationError) else str(error)
        raise InvalidValue(field.name, message) from error
    if isinstance(field, models.DateTimeField) and timezone.is_naive(found):
        raise InvalidValue(field.name, f"{value!r} has no time zone")
    if isinstance(found, date):
        _refuse_far_off(field, found)
    return found


def _refuse_unusable_text(field: Any, value: str) -> None:
    if message := unstorable_text(value):
        raise InvalidValue(field.name, message)
    limit = max_text_length(field.name)
    if isinstance(field, models.TextField) and len(value) > limit:
        raise InvalidValue(field.name, f"has {len(value):,} characters; at most {limit:,}")


def _refuse_far_off(field: Any, found: date) -> None:
    # Before anything compares it: near year 1 or 9999 even a comparison overflows.
    try:
        within_range(found)
    except ValidationError as error:
        raise InvalidValue(field.name, " ".join(error.messages)) from error


def _expected(field: Any) -> tuple[type, str]:
    """The JSON type a field is written in, exactly: 1.9 and true are no whole numbers."""
    if isinstance(field, models.BooleanField):
        return bool, "true or false"
    if isinstance(field, models.IntegerField):
        return int, "a whole number"
    return str, "a text"


def display(value: Any) -> str:
    """A value in a line about what an import changes."""
    return "—" if value in (None, "") else str(value)
