"""A form field that takes a gate's code: quick to type, with 10,000 gates as with 34."""

import re
from collections.abc import Callable
from functools import partial
from typing import Any
from urllib.parse import unquote

from django import forms
from django.contrib.admin.widgets import RelatedFieldWidgetWrapper
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from gates.models import Gate
from gates.rules.text import clean_code, clean_name

# The address of a gate's page, as it is copied from the browser.
ADDRESS = re.compile(r"(?:/launches/(?P<slug>[^/]+))?/gates/(?P<code>[^/?#]+)")


class GateField(forms.ModelChoiceField):
    """A text field for "T8", or "launch/T8" for a gate of another launch.

    Attributes:
        home: Returns the id of the launch that a bare code means; None for the current launch.
    """

    home: Callable[[], int | None] = staticmethod(lambda: None)

    widget = forms.TextInput
    default_error_messages = {
        "invalid_choice": _("There is no gate %(value)s. Write its code, such as T8."),
    }

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("help_text", _("Gate code, e.g. T8 (another launch: its-slug/T8)."))
        self.gates = Gate.objects.select_related("launch")
        super().__init__(self.gates, **kwargs)

    def prepare_value(self, value: Any) -> Any:
        """Return a gate or its primary key as its code, and text unchanged."""
        if isinstance(value, int):
            value = self.gates.filter(pk=value).first()
        if not isinstance(value, Gate):
            return value
        home = self.home()
        is_home = value.launch.is_current if home is None else value.launch_id == home
        return value.code if is_home else f"{value.launch.slug}/{value.code}"

    def to_python(self, value: Any) -> Gate | None:
        if value in self.empty_values:
            return None
        gate = value if isinstance(value, Gate) else self._gate_by_text(clean_name(str(value)))
        if gate is None:
            message = self.error_messages["invalid_choice"]
            raise ValidationError(message, code="invalid_choice", params={"value": str(value)[:60]})
        return gate

    def _gate_by_text(self, text: str) -> Gate | None:
        if "\x00" in text:
            return None
        if pasted := ADDRESS.search(text):
            slug, code = pasted["slug"] or "", unquote(pasted["code"])
        else:
            slug, _slash, code = text.rpartition("/")
        home = self.home()
        launch = Q(launch__is_current=True) if home is None else Q(launch=home)
        if slug:
            launch = Q(launch__slug__iexact=slug.strip())
        return self.gates.filter(launch, code=clean_code(code)).first()


def launch_of(row: Any) -> int | None:
    """Return the id of the launch that a row belongs to; None while it belongs to none."""
    for parent in ("gate", "claim"):
        if not hasattr(row, "launch_id") and getattr(row, f"{parent}_id", None):
            row = getattr(row, parent)
    launch_id: int | None = getattr(row, "launch_id", None)
    return launch_id


def set_home(form: Any) -> None:
    """Let a bare code in a model form mean a gate of its row's launch, or of the chosen one."""
    for field in form.fields.values():
        if isinstance(field, GateField):
            field.home = partial(_home, form)


def _home(form: Any) -> int | None:
    launch_id = launch_of(form.instance)
    chosen = form["launch"].data if form.is_bound and "launch" in form.fields else None
    if launch_id is None and isinstance(chosen, str) and chosen.isdecimal() and len(chosen) < 10:
        return int(chosen)
    return launch_id


class GateFieldMixin:
    """For admin classes: every foreign key to a gate is a `GateField`."""

    def formfield_for_dbfield(self, db_field: Any, request: Any, **kwargs: Any) -> Any:
        """Without Django's "+" beside the code: its pop-up would fill in a key."""
        field = super().formfield_for_dbfield(db_field, request, **kwargs)  # type: ignore[misc]
        if isinstance(field, GateField) and isinstance(field.widget, RelatedFieldWidgetWrapper):
            field.widget = field.widget.widget
        return field

    def formfield_for_foreignkey(
        self, db_field: models.ForeignKey, request: Any, **kwargs: Any
    ) -> Any:
        if db_field.related_model is Gate:
            return GateField(label=db_field.verbose_name.capitalize(), required=not db_field.blank)
        return super().formfield_for_foreignkey(db_field, request, **kwargs)  # type: ignore[misc]
