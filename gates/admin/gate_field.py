"""Choosing a gate by its code: quick to type, and as good with 10,000 gates as with 34."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from gates.models import Gate
from gates.rules.date_text import ascii_digits


class GateField(forms.ModelChoiceField):
    """A text field for "T8", or "other-launch/T8" for a gate that is not of the current launch.

    A bare number is the gate's key, as scripts and the admin's own pop-ups send it.
    """

    widget = forms.TextInput
    default_error_messages = {
        "invalid_choice": _("There is no gate %(value)s. Write its code, such as T8."),
    }

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("help_text", _("Its code, such as T8; of another launch: launch/T8."))
        self.gates = Gate.objects.select_related("launch")
        super().__init__(self.gates, **kwargs)

    def prepare_value(self, value: Any) -> Any:
        """A gate or its key as its code; what was typed stays as it is."""
        if isinstance(value, int):
            value = self.gates.filter(pk=value).first()
        if not isinstance(value, Gate):
            return value
        return value.code if value.launch.is_current else f"{value.launch.slug}/{value.code}"

    def to_python(self, value: Any) -> Gate | None:
        if value in self.empty_values:
            return None
        text = ascii_digits(str(value)).strip()
        try:
            found = self._named(text)
        except (ValueError, OverflowError):
            found = None
        if found is None:
            message = self.error_messages["invalid_choice"]
            raise ValidationError(message, code="invalid_choice", params={"value": text[:60]})
        return found

    def _named(self, text: str) -> Gate | None:
        slug, _slash, code = text.rpartition("/")
        if text.isdecimal():
            return self.gates.filter(pk=int(text)).first()
        launch = Q(launch__slug=slug) if slug else Q(launch__is_current=True)
        return self.gates.filter(launch, code=code.upper()).first()


class CodeField(forms.CharField):
    """A new code, whose number may be typed in the digits of any script."""

    def to_python(self, value: Any) -> str:
        return ascii_digits(super().to_python(value))


class GateFieldMixin:
    """For admin classes: every reference to a gate is a `GateField`."""

    def formfield_for_foreignkey(
        self, db_field: models.ForeignKey, request: Any, **kwargs: Any
    ) -> Any:
        if db_field.related_model is Gate:
            return GateField(label=db_field.verbose_name.capitalize(), required=not db_field.blank)
        return super().formfield_for_foreignkey(db_field, request, **kwargs)  # type: ignore[misc]
