"""The reasons of the rules as text in the active language."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.formats import date_format
from django.utils.translation import gettext, ngettext

from gates.rules.reason import Reason


def reason_text(reason: Reason) -> str:
    """Return a reason as a sentence in the active language."""
    return reason.render(gettext, ngettext, _format_reason_value)


def _format_reason_value(value: Any) -> str:
    return date_format(value, "Y-m-d") if isinstance(value, date) else str(value)


def validation_errors(reasons: Iterable[Reason]) -> list[ValidationError]:
    """Return the reasons as validation errors, with the same codes."""
    return [ValidationError(reason_text(reason), code=reason.code) for reason in reasons]
