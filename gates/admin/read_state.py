"""Accounts and groups: a page that is older than the last change saves nothing.

Their tables are Django's and have no version, so the page carries a digest of what it showed.
"""

import hashlib
import json
from typing import Any

from django import forms
from django.contrib import admin
from django.db import models
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

# Set by a log-in or a form of its own, so that they make no page stale.
NOT_SHOWN = {"last_login", "date_joined", "password"}


def state_of(row: models.Model) -> str:
    """Return a digest of the columns and the related rows of an account or a group."""
    state = {
        field.attname: str(getattr(row, field.attname))
        for field in row._meta.concrete_fields
        if field.name not in NOT_SHOWN
    }
    for field in row._meta.many_to_many:
        state[field.name] = str(
            sorted(getattr(row, field.name).order_by().values_list("pk", flat=True))
        )
    return hashlib.sha256(json.dumps(state, sort_keys=True).encode()).hexdigest()


class ReadStateForm(forms.ModelForm):
    """A form that refuses to save over a change that was made since its page was shown."""

    read_state = forms.CharField(widget=forms.HiddenInput, required=False, label="")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk:
            self.initial["read_state"] = state_of(self.instance)

    @property
    def changed_data(self) -> list[str]:
        return [name for name in super().changed_data if name != "read_state"]

    def clean(self) -> Any:
        cleaned = super().clean()
        if self.instance.pk:
            rows = type(self.instance)._default_manager.select_for_update()
            now = rows.get(pk=self.instance.pk)
            if self.cleaned_data.get("read_state") != state_of(now):
                raise forms.ValidationError(
                    _(
                        "This was changed since you opened the page, so nothing was saved."
                        " Open the page again and look at it before you change it."
                    )
                )
        return cleaned


class ReadStateMixin(admin.ModelAdmin):
    """Puts the digest into the page of a person who may change the row."""

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        fieldsets = [
            (name, {**options, "fields": [f for f in options["fields"] if f != "read_state"]})
            for name, options in super().get_fieldsets(request, obj)
        ]
        if obj is None or not self.has_change_permission(request, obj):
            return fieldsets
        return [*fieldsets, (None, {"fields": ["read_state"]})]
