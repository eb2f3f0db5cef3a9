"""Evidence, on its own page and on the gate's."""

from typing import Any

from django import forms
from django.contrib import admin
from django.db import models
from django.http import HttpRequest

from gates.models import Evidence

from .base import BoardAdmin, RefusalAwareForm, request_user
from .date_fields import DayField, MomentField
from .file_again import FileAgainField, FileAgainWidget
from .gate_field import GateFieldMixin


class EvidenceForm(RefusalAwareForm):
    class Meta:
        model = Evidence
        fields = "__all__"
        widgets = {
            "summary": forms.Textarea(attrs={"rows": 2}),
            "url": forms.URLInput(attrs={"class": "vURLField"}),
            "output": forms.Textarea(attrs={"rows": 4, "class": "vLargeTextField monospace"}),
            "file": FileAgainWidget(),
        }
        field_classes = {
            "file": FileAgainField,
            "observed_at": MomentField,
            "valid_until": DayField,
        }


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
