"""Two people edit the same row: the second sees who changed what, and loses no input.

Each form carries the version of the row that its page showed. If the row has a later version, the
form is refused and shown again as a merge: fields that this person changed keep their input, all
others show the stored values. Saving once more applies the input on top.
"""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.forms.models import BaseInlineFormSet, model_to_dict
from django.http import HttpRequest
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.functional import cached_property
from django.utils.text import Truncator
from django.utils.translation import gettext

from gates.history.entries import changes_since

MAX_VALUE_LENGTH = 200  # characters of a value in a message


class SubmittedVersionField(forms.IntegerField):
    """The version of the row that the page showed; never counts as a change."""

    widget = forms.HiddenInput

    def has_changed(self, initial: Any, data: Any) -> bool:
        return False


class VersionedForm(forms.ModelForm):
    """A form that is refused if its row has changed since its page was made."""

    read_version = SubmittedVersionField(required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial["read_version"] = self.instance.version if self.instance.pk else None

    @cached_property
    def submitted_version(self) -> int | None:
        """The version of the row that the page showed; None if it was not sent."""
        try:
            version: int | None = self.fields["read_version"].clean(self["read_version"].data)
        except ValidationError:
            return None
        return version

    @cached_property
    def is_stale(self) -> bool:
        """Whether the row has changed since its page was made."""
        return bool(
            self.is_bound
            and self.instance.pk
            and self.submitted_version != self.initial["read_version"]
        )

    @cached_property
    def changed_data(self) -> list[str]:
        """Names of the fields that differ from the values the page showed, not the stored ones."""
        if not self.is_stale or self.submitted_version is None:
            return list(super().changed_data)
        history = self._meta.model.history.filter(
            id=self.instance.pk, version=self.submitted_version
        )
        row = history.order_by("history_date", "history_id").last()
        shown = model_to_dict(row, fields=self._meta.fields) if row else {}
        return [
            name
            for name, field in self.fields.items()
            if field.has_changed(
                shown[name] if name in shown else self.get_initial_for_field(field, name),
                self[name].data,
            )
        ]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if self.is_stale:
            # In an inline, a row that this person did not change stays as it is stored.
            if self.prefix is None or self.changed_data:
                self.add_error(None, self.conflict())
            self._show_as_stored(set(self.fields) - set(self.changed_data))
        return cleaned

    def _show_as_stored(self, names: set[str]) -> None:
        for name in names:
            self.fields[name].bound_data = _initial_value  # type: ignore[method-assign]

    def conflict(self) -> list[str]:
        """Return the messages: the row was changed, and each change with account and time."""
        first = gettext(
            "Not saved: this was changed while you were editing. Your input is kept, and all else"
            " is as stored now. Save again to apply your input on top."
        )
        if self.submitted_version is None:
            return [first]
        line = gettext("%(who)s, %(when)s: %(field)s: %(old)s → %(new)s")
        return [first] + [
            line
            % {
                "who": _bidi_isolated(entry.by or gettext("no account")),
                "when": date_format(timezone.localtime(entry.at), "Y-m-d H:i"),
                "field": change.field,
                "old": _bidi_isolated(change.old or "–"),
                "new": _bidi_isolated(change.new or "–"),
            }
            for entry in changes_since(self._meta.model, self.instance.pk, self.submitted_version)
            for change in entry.changes
        ]


def _initial_value(data: Any, initial: Any) -> Any:
    return initial


def _bidi_isolated(text: str) -> str:
    """Return a value for use in a sentence, shortened and isolated from its direction."""
    return f"\u2068{Truncator(text).chars(MAX_VALUE_LENGTH)}\u2069"


class VersionedFormSet(BaseInlineFormSet):
    """Rows on another row's page. A row may be deleted only as the page showed it."""

    def clean(self) -> None:
        super().clean()
        for form in self.initial_forms:
            if form.is_stale and self._should_delete_form(form):  # type: ignore[attr-defined]
                raise ValidationError(form.conflict())


class VersionFieldMixin:
    """For admin pages and inlines whose forms are `VersionedForm`s: adds the version field."""

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> list[tuple[Any, Any]]:
        fieldsets = [
            (name, {**options, "fields": [f for f in options["fields"] if f != "read_version"]})
            for name, options in super().get_fieldsets(request, obj)  # type: ignore[misc]
        ]
        # A person who may only view would see the version as one more value.
        if self.has_change_permission(request, obj):  # type: ignore[attr-defined]
            fieldsets[0][1]["fields"].append("read_version")
        return fieldsets
