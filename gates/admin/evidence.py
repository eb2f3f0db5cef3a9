"""Evidence, on its own page and on the gate's."""

from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.admin.widgets import AdminSplitDateTime
from django.db import models
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from gates.models import Evidence

from .base import BoardAdmin, RefusalAwareForm, request_user
from .file_again import FileAgainField, FileAgainWidget
from .gate_field import GateFieldMixin


class LabelledSplitDateTime(AdminSplitDateTime):
    """Django's two fields for a moment, with a name on each for those who cannot see them."""

    def get_context(self, name: str, value: Any, attrs: Any) -> dict[str, Any]:
        context = super().get_context(name, value, attrs)
        for part, label in zip(
            context["widget"]["subwidgets"], (_("Date"), _("Time")), strict=True
        ):
            part["attrs"]["aria-label"] = label
        return context


class EvidenceForm(RefusalAwareForm):
    class Meta:
        model = Evidence
        fields = "__all__"
        widgets = {
            "observed_at": LabelledSplitDateTime(),
            "summary": forms.Textarea(attrs={"rows": 2}),
            "url": forms.URLInput(attrs={"class": "vURLField"}),
            "output": forms.Textarea(attrs={"rows": 4, "class": "vLargeTextField monospace"}),
            "file": FileAgainWidget(),
        }
        field_classes = {"file": FileAgainField}


@admin.register(Evidence)
class EvidenceAdmin(GateFieldMixin, BoardAdmin):
    form = EvidenceForm
    last_evidence_field = "gate"
    list_display = ("summary", "gate", "kind", "observed_at", "valid_until", "recorded_by")
    list_filter = ("kind",)
    list_select_related = ("gate", "recorded_by")
    search_fields = ("summary", "gate__code", "url", "commit")
    fields = (
        "gate",
        ("kind", "summary"),
        ("url", "commit"),
        "output",
        "file",
        ("observed_at", "valid_until"),
        ("recorded_at", "recorded_by", "sha256"),
    )
    readonly_fields = ("recorded_at", "recorded_by", "sha256")

    def save_model(self, request: HttpRequest, obj: models.Model, form: Any, change: bool) -> None:
        if not change:
            obj.recorded_by = request_user(request)  # type: ignore[attr-defined]
        super().save_model(request, obj, form, change)
