"""Deleting a row one by one, with a reason: claims and checks, which hold something back."""

from typing import Any

from django import forms
from django.contrib import messages
from django.db import models
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from accounts.shown_again import typed_before
from gates import rules
from gates.reason_text import validation_errors

from .base import BoardAdmin
from .forms import AutoDirForm, reason_field


class DeletionForm(AutoDirForm, forms.Form):
    """Asks why a row is deleted."""

    reason = reason_field()

    def clean_reason(self) -> str:
        reason: str = self.cleaned_data["reason"]
        if errors := rules.decision_errors(reason):
            raise forms.ValidationError(validation_errors(errors))
        return reason


class ReasonedDeletionMixin(BoardAdmin):
    """For admin classes whose rows are deleted one by one, each with a reason in its history."""

    def get_actions(self, request: HttpRequest) -> dict[str, Any]:
        """Return no actions."""
        return {}

    def delete_view(
        self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        typed = typed_before(request)
        form = DeletionForm(request.POST if request.method == "POST" else None, initial=typed)
        allowed = self.has_delete_permission(request)
        if request.method == "POST" and allowed and not form.is_valid():
            for message in form.errors["reason"]:
                self.message_user(request, str(message), messages.ERROR)
            return redirect(request.path)
        context = {"reason": form["reason"], "typed_in": "decision_form", **(extra_context or {})}
        return super().delete_view(request, object_id, context)

    def delete_model(self, request: HttpRequest, obj: models.Model) -> None:
        obj._change_reason = request.POST["reason"]  # type: ignore[attr-defined]
        super().delete_model(request, obj)
