"""The form of evidence, here and on the gate's page, and its admin."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.db import models
from django.http import HttpRequest
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from gates.models import Evidence, Gate
from gates.models.date_fields import DayField, MomentField
from gates.models.text_fields import OutputFormField
from gates.rules.files import ACCEPT

from .base import BoardAdmin, request_user
from .columns import marked_text
from .file_again import FileAgainField, FileAgainWidget
from .forms import ReasonRequiredForm, RefusalAwareForm
from .gate_field import GateFieldMixin
from .launch_names import LaunchNamesMixin
from .newest_rows import OfGateFilter


def tell_of_cut_trailer(request: HttpRequest, evidence: Evidence) -> None:
    """Say on the next page that something behind a picture was not kept."""
    if not evidence.trailer_size:
        return
    size = -(-evidence.trailer_size // 1024)
    words = gettext(
        "The picture is attached. What your device had put behind it (%(size)s KB, for instance a"
        " short film) was cut off."
    )
    messages.info(request, words % {"size": f"{size:,}"})


class EvidenceForm(RefusalAwareForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "kind" in self.fields:  # a check is attached by its first run that passes
            kind: Any = self.fields["kind"]
            kind.choices = [one for one in kind.choices if one[0] != Evidence.Kind.CHECK]
        if "file" in self.fields:
            self.fields["file"].widget.attrs["accept"] = ACCEPT
        if words := self._missing_summary():
            self.fields["summary"].error_messages["required"] = words

    def _missing_summary(self) -> str:
        """Return what to say where a proof has no summary; empty for Django's own words."""
        sent = [name for name in ("output", "url", "file") if name in self.fields]
        if self.is_bound and "output" in sent and self["output"].data:
            return gettext("Write one sentence saying what the output shows.")
        if self.is_bound and any(self[name].data for name in sent):
            return gettext("Write one sentence saying what this shows.")
        return ""

    def _update_errors(self, errors: ValidationError) -> None:
        """Say of a refused field no more than that: it is not missing."""
        if hasattr(errors, "error_dict"):
            known = {name: of for name, of in errors.error_dict.items() if name not in self.errors}
            errors = ValidationError(known)
        super()._update_errors(errors)  # type: ignore[misc]

    def clean_output(self) -> str:
        """Return what was printed; where nobody changed it, as it is stored."""
        unchanged = self.instance.pk and "output" not in self.changed_data
        return str(self.initial["output"] if unchanged else self.cleaned_data["output"])

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
            "output": OutputFormField,
            "file": FileAgainField,
            "observed_at": MomentField,
            "valid_until": DayField,
        }


class EvidencePageForm(ReasonRequiredForm, EvidenceForm):
    """A piece of evidence on its own page, and why it is rewritten if its gate is closed."""

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        changed = set(self.changed_data) - {"reason", "read_version"}
        if self.instance.pk and changed and not self.is_stale and self._is_of_closed_gate():
            self.needs_reason()
        return cleaned

    def _is_of_closed_gate(self) -> bool:
        closed = Evidence.objects.filter(gate__progress=Gate.Progress.CLOSED)
        return closed.filter(pk=self.instance.pk).exists()


@admin.register(Evidence)
class EvidenceAdmin(LaunchNamesMixin, GateFieldMixin, BoardAdmin):
    form = EvidencePageForm
    last_evidence_field = "gate"
    list_display = (
        marked_text("summary", _("summary")),
        "gate",
        "kind",
        "observed_at",
        "valid_until",
        "recorded_by",
    )
    list_filter = (OfGateFilter, "kind")
    list_select_related = ("gate", "recorded_by")
    search_fields = ("summary", "gate__code", "url", "commit")
    fields = (
        "gate",
        ("kind", "summary"),
        ("url", "commit"),
        "output",
        "file",
        ("observed_at", "valid_until", "withdrawn_on"),
        "reason",
        ("recorded_at", "recorded_by", "sha256"),
    )
    readonly_fields = ("recorded_at", "recorded_by", "sha256")

    def get_deleted_objects(self, objs: Any, request: HttpRequest) -> Any:
        """Leave a closed gate's evidence to the gate's page, which asks why it goes.

        The closing rule refuses to delete the last of it.
        """
        deleted, counts, missing, protected = super().get_deleted_objects(objs, request)
        ids = [proof.pk for proof in objs]
        closed = Gate.objects.filter(progress=Gate.Progress.CLOSED, evidence__in=ids).distinct()
        words = gettext("%(gate)s is closed on it: delete it on the gate’s page, and say there why")
        asked = [gate for gate in closed if gate.evidence.exclude(pk__in=ids).exists()]
        protected = [*protected, *(words % {"gate": gate.code} for gate in asked)]
        return deleted, counts, set() if protected else missing, protected

    def has_change_permission(self, request: HttpRequest, obj: Evidence | None = None) -> bool:
        """Nobody edits the evidence of a check: its runs say what it proves."""
        return super().has_change_permission(request, obj) and not _is_of_check(obj)

    def has_delete_permission(self, request: HttpRequest, obj: Evidence | None = None) -> bool:
        return super().has_delete_permission(request, obj) and not _is_of_check(obj)

    def save_model(self, request: HttpRequest, obj: models.Model, form: Any, change: bool) -> None:
        if not change:
            obj.recorded_by = request_user(request)  # type: ignore[attr-defined]
        if not change or set(form.changed_data) - {"reason"}:
            obj._change_reason = form.cleaned_data["reason"]  # type: ignore[attr-defined]
            super().save_model(request, obj, form, change)
            tell_of_cut_trailer(request, obj)  # type: ignore[arg-type]


def _is_of_check(evidence: Evidence | None) -> bool:
    return evidence is not None and evidence.kind == Evidence.Kind.CHECK
