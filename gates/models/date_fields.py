"""Fields for a day and for a moment: the browser's own, which every language reads alike.

What a browser without them sends is read as ISO or day first (`gates/rules/date_text.py`).
"""

from contextlib import suppress
from datetime import date, datetime
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db import models
from django.forms.utils import from_current_timezone
from django.utils import timezone
from django.utils.functional import lazy
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from gates.rules.date_text import iso_text

DAY_FORMAT = _("Write the date as 2026-04-23, or day first as 23/04/2026.")
MOMENT_FORMAT = _("Write the date as 2026-04-23 18:00, or day first as 23/04/2026 18:00.")


def _with_zone(help_text: Any) -> str:
    zone = gettext("Time zone: %(zone)s.") % {"zone": timezone.get_current_timezone_name()}
    return f"{help_text} {zone}".strip()


class ShownAsRead:
    """What was typed is shown again as it was read: a browser's own field shows nothing else."""

    def prepare_value(self, value: Any) -> Any:
        with suppress(ValidationError):
            value = self.to_python(value)  # type: ignore[attr-defined]
        return super().prepare_value(value)  # type: ignore[misc]


class DayField(ShownAsRead, forms.DateField):
    """A day."""

    widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    default_error_messages = {"invalid": DAY_FORMAT}

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{**kwargs, "widget": self.widget})

    def to_python(self, value: Any) -> date | None:
        if value in self.empty_values or isinstance(value, date):
            return super().to_python(value)
        try:
            return date.fromisoformat(iso_text(str(value)))
        except ValueError as error:
            raise ValidationError(self.error_messages["invalid"], code="invalid") from error


class MomentField(ShownAsRead, forms.DateTimeField):
    """A day and a time in the board's zone, which the help names; a day alone is its beginning."""

    # With the seconds, which a stored moment may have and an edit of something else must not cut.
    widget = forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M:%S")
    default_error_messages = {"invalid": MOMENT_FORMAT}

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{**kwargs, "widget": self.widget})
        self.help_text = lazy(_with_zone, str)(self.help_text)

    def to_python(self, value: Any) -> datetime | None:
        if value in self.empty_values or isinstance(value, date):
            return super().to_python(value)
        text = iso_text(str(value))
        try:
            moment = datetime.fromisoformat(text)
        except ValueError as error:
            raise ValidationError(self.error_messages["invalid"], code="invalid") from error
        return from_current_timezone(moment) if moment.tzinfo is None else moment


DAYS_AS_DAY_FIELD: dict[type[models.Field], dict[str, Any]] = {
    models.DateField: {"form_class": DayField}
}
