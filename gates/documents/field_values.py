"""Values of a document as values of model fields."""

from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext as _

from gates.models.dates import within_range
from gates.rules.text_limits import max_text_length

from .storable import unstorable_text


class InvalidValue(Exception):
    """A value that a field cannot take."""

    def __init__(self, field: str, message: str) -> None:
        self.field, self.message = field, message
        super().__init__(message)


class DependencyFailed(InvalidValue):
    """A reference to a row that is refused itself. It is not reported a second time: no message."""


def plain_value(field: Any, value: Any) -> Any:
    """Return the Python value for a field that is no relation.

    Raises:
        InvalidValue: the wrong type, a NUL character, or a moment without a time zone.
    """
    if value is None:
        if not field.null:
            raise InvalidValue(field.name, _("must not be empty"))
        return None
    expected, message = _expected_type(field)
    if type(value) is not expected:
        raise InvalidValue(field.name, message % {"value": repr(value)})
    if isinstance(value, str):
        _refuse_text(field, value)
    if isinstance(field, (models.CharField, models.TextField)):
        return value
    try:
        converted = field.to_python(value)
    except (ValidationError, TypeError, OverflowError) as error:
        message = " ".join(error.messages) if isinstance(error, ValidationError) else str(error)
        raise InvalidValue(field.name, message) from error
    if isinstance(field, models.DateTimeField) and timezone.is_naive(converted):
        raise InvalidValue(field.name, _("%(value)s has no time zone") % {"value": repr(value)})
    if isinstance(converted, date):
        _check_range(field, converted)
    return converted


def _check_range(field: Any, day: date) -> None:
    # Before it is compared with another date: near year 1 or 9999 a comparison overflows.
    try:
        within_range(day)
    except ValidationError as error:
        raise InvalidValue(field.name, " ".join(error.messages)) from error


def _refuse_text(field: Any, value: str) -> None:
    if message := unstorable_text(value):
        raise InvalidValue(field.name, message)
    limit = max_text_length(field.name)
    if isinstance(field, models.TextField) and len(value) > limit:
        message = _("has %(number)s characters; at most %(most)s")
        raise InvalidValue(
            field.name, message % {"number": f"{len(value):,}", "most": f"{limit:,}"}
        )


def _expected_type(field: Any) -> tuple[type, str]:
    """Return the JSON type of a field, and the message for a value of another one.

    Exact: 1.9 and true are no whole numbers.
    """
    if isinstance(field, models.BooleanField):
        return bool, _("%(value)s is not true or false")
    if isinstance(field, models.IntegerField):
        return int, _("%(value)s is not a whole number")
    return str, _("%(value)s is not a text")


def display(value: Any) -> str:
    """Return a value as the report of an import shows it; "—" for an empty one."""
    return "—" if value in (None, "") else str(value)
