"""The admin of gates: the list, and a gate's form with evidence, blockers and actions."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.utils import unquote
from django.contrib.admin.views.main import ChangeList
from django.core.exceptions import PermissionDenied
from django.db import models
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import path, reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from gates import rules
from gates.board.statuses import derive_statuses
from gates.models import Blocker, Evidence, Gate
from gates.models.order import place_last
from gates.rules import Status
from gates.templatetags.board import STATUS_WORDS, status_tag

from .archived import archived_message
from .base import BoardAdmin, request_user
from .blocker import warn_of_past_due_date
from .close_view import close_page, share
from .code_order import CODE_IN_ORDER
from .columns import marked_text
from .evidence import tell_of_cut_trailer
from .forms import ReasonRequiredForm
from .gate_actions import GateActionsMixin
from .gate_field import GateFieldMixin
from .gate_inlines import ActionInline, BlockerInline, EvidenceInline
from .launch_names import LaunchNamesMixin, SectionField, SectionFilter
from .rejected import proofs_that_hold, rejected_field

CLOSED_PROGRESS = Gate.Progress.CLOSED
TITLE = marked_text("title", _("title"))


class GateForm(ReasonRequiredForm):
    """A gate, and a reason, which is needed to close or reopen it."""

    rejected = rejected_field()

    class Meta:
        model = Gate
        fields = "__all__"
        field_classes = {"section": SectionField}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # Read before validation writes the submitted value into the instance.
        if isinstance(section := self.fields.get("section"), SectionField):
            section.of_launch(self.instance.launch_id)
        self.old_progress = self.instance.progress if self.instance.pk else Gate.Progress.OPEN
        self.fields["rejected"].queryset = proofs_that_hold([self.instance.pk])  # type: ignore[attr-defined]

    def closes(self) -> bool:
        """Return whether this form closes the gate."""
        return (
            self.old_progress != CLOSED_PROGRESS
            and self.cleaned_data.get("progress") == CLOSED_PROGRESS
        )

    def reopens(self) -> bool:
        """Return whether this form reopens the gate."""
        return (
            self.old_progress == CLOSED_PROGRESS
            and self.cleaned_data.get("progress", CLOSED_PROGRESS) != CLOSED_PROGRESS
        )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        if not self.is_stale and (self.closes() or self.reopens()):
            self.needs_reason()
        section, code = cleaned.get("section"), cleaned.get("code")
        named = Gate.objects.filter(launch=section and section.launch_id, code=code)
        if section and code and named.exclude(pk=self.instance.pk).exists():
            self.add_error("code", _("This launch already has a gate with this code."))
        if cleaned.get("rejected") and not self.reopens():
            words = _("This is for reopening: set the progress above to open or partial as well.")
            self.add_error("rejected", words)
        return cleaned


class StatusFilter(admin.SimpleListFilter):
    """Filters by the derived status, as `gates.rules` derives it; SQL does not repeat the rule."""

    title = _("status")
    parameter_name = "status"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [(status.value, str(word)) for status, word in STATUS_WORDS.items()]

    def queryset(
        self, request: HttpRequest, queryset: models.QuerySet[Gate]
    ) -> models.QuerySet[Gate]:
        if self.value() not in set(Status):
            return queryset
        progress = dict(queryset.order_by().values_list("pk", "progress"))
        results = derive_statuses(progress, timezone.now())
        matching = [pk for pk, result in results.items() if result.status == self.value()]
        return queryset.filter(pk__in=matching)


class GateChangeList(ChangeList):
    """Sets `status_result` on each gate of the page, with two queries for any number of rows."""

    def get_ordering_field(self, field_name: Any) -> Any:
        return CODE_IN_ORDER if field_name == "code" else super().get_ordering_field(field_name)

    def get_results(self, request: HttpRequest) -> None:
        super().get_results(request)
        self.result_list = list(self.result_list)
        progress = {gate.pk: gate.progress for gate in self.result_list}
        results = derive_statuses(progress, timezone.now())
        for gate in self.result_list:
            gate.status_result = results[gate.pk]


@admin.register(Gate)
class GateAdmin(LaunchNamesMixin, GateActionsMixin, GateFieldMixin, BoardAdmin):
    form = GateForm
    inlines = (EvidenceInline, BlockerInline, ActionInline)
    last_evidence_field = "evidence"
    list_display = ("code", TITLE, "status", "section", "priority", "owner", "counted")
    list_display_links = ("code", TITLE)
    list_filter = (StatusFilter, ("section", SectionFilter), "priority", "owner", "counted")
    list_select_related = ("section", "owner")
    search_fields = ("code", "title", "definition_of_done", "notes")
    readonly_fields = ("closed_at", "closed_by", "closing_note", "follows")
    fieldsets = (
        (None, {"fields": (("section", "code"), "title", "definition_of_done")}),
        (_("Progress"), {"fields": ("progress", "reason", "rejected")}),
        (_("Owner and priority"), {"fields": (("owner", "priority"),)}),
        (
            _("Notes"),
            {
                "fields": (
                    "notes",
                    ("covered_by", "follows"),
                    ("counted", "not_counted_reason"),
                    "position",
                )
            },
        ),
        (_("Closing"), {"fields": (("closed_at", "closed_by"), "closing_note")}),
    )
    formfield_overrides = {models.TextField: {"widget": forms.Textarea(attrs={"rows": 3})}}

    @admin.display(description=_("status"))
    def status(self, gate: Gate) -> str:
        result: rules.StatusResult = gate.status_result  # type: ignore[attr-defined]
        return status_tag(result.status)

    def get_fieldsets(self, request: HttpRequest, obj: Gate | None = None) -> Any:
        """Ask what no longer holds where there is something to reopen."""
        fieldsets = super().get_fieldsets(request, obj)
        if obj is not None and obj.progress == CLOSED_PROGRESS:
            return fieldsets
        return [
            (title, {**options, "fields": [f for f in options["fields"] if f != "rejected"]})
            for title, options in fieldsets
        ]

    def view_on_site(self, gate: Gate) -> str:
        return reverse("launch-gate", args=[gate.launch.slug, gate.code])

    def get_urls(self) -> list[Any]:
        gate_paths = [
            path("<path:object_id>/close/", self._page(close_page), name="gates_gate_close"),
            path("<path:object_id>/share/<slug:code>/", self._page(share), name="gates_gate_share"),
        ]
        return gate_paths + super().get_urls()

    def _page(self, view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
        """Wrap a view of one gate: 404 for no such gate, 403 without the right to change it."""

        def page(request: HttpRequest, object_id: str, **named: str) -> HttpResponse:
            # Not GateAdmin.get_object, which locks the row for a POST: close() takes its own lock.
            gate = super(GateAdmin, self).get_object(request, unquote(object_id))
            if gate is None:
                raise Http404
            if request.method != "POST" and (message := archived_message(gate)):
                messages.warning(request, message)
                return redirect(self.view_on_site(gate))
            if not self.has_change_permission(request, gate):
                raise PermissionDenied
            return view(self, request, gate, **named)

        return self.admin_site.admin_view(page)

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ChangeList]:
        return GateChangeList

    def get_object(
        self, request: HttpRequest, object_id: str, from_field: str | None = None
    ) -> Gate | None:
        gate: Gate | None = super().get_object(request, object_id, from_field)
        if gate is not None and request.method == "POST":
            # Locked until the form is written, so that no change is lost in between.
            gate.refresh_from_db(from_queryset=Gate.objects.select_for_update())
        return gate

    def save_model(self, request: HttpRequest, obj: Gate, form: Any, change: bool) -> None:
        """Save all but closing. Reopen first, so that the last evidence may be deleted with it."""
        if form.reopens():
            stored = Gate.objects.get(pk=obj.pk)
            stored.reopen(request_user(request), form.cleaned_data["reason"], to=obj.progress)
            obj.closed_at, obj.closed_by, obj.closing_note = None, None, ""
            obj.version = stored.version
        elif form.closes():
            obj.progress = form.old_progress
        decided = {"rejected", "reason"}
        if form.closes() or form.reopens():
            decided.add("progress")
        if not change or set(form.changed_data) - decided:
            super().save_model(request, obj, form, change)

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        """Save evidence and blockers, then close the gate, or withdraw what no longer holds."""
        super().save_related(request, form, formsets, change)
        if form.closes():
            form.instance.close(request_user(request), form.cleaned_data["reason"])
        elif form.reopens():
            rejected = form.cleaned_data["rejected"].values_list("pk", flat=True)
            form.instance.withdraw_evidence(
                request_user(request), form.cleaned_data["reason"], rejected
            )

    def save_formset(self, request: HttpRequest, form: Any, formset: Any, change: bool) -> None:
        reason = form.cleaned_data["reason"]
        for row in formset.save(commit=False):
            if isinstance(row, Evidence):
                row._change_reason = reason  # type: ignore[attr-defined]
                if row._state.adding:
                    row.recorded_by = request_user(request)
            elif isinstance(row, Blocker):
                row.sync_resolution(request_user(request))
            place_last(row)
            row.save()
            if isinstance(row, Evidence):
                tell_of_cut_trailer(request, row)
            if isinstance(row, Blocker):
                warn_of_past_due_date(request, row)
        # Deletions last, so that new evidence can replace the only one.
        for row in formset.deleted_objects:
            row._change_reason = reason
            row.delete()
