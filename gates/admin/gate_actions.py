"""Actions on several selected gates: close, reopen, set the priority."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.admin import helpers
from django.db import models, transaction
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.held_forms import take_form
from accounts.shown_again import tell_unsaved
from gates.models import Gate, LaunchArchived, TransitionRefused
from gates.models.text_fields import CleanedFormField

from .base import BoardAdmin, request_user
from .forms import AutoDirForm
from .launch_names import gate_name, has_several_launches
from .rejected import proofs_that_hold, rejected_field
from .sent_twice import note_written
from .typed_again import show_as_sent

DECISIONS = {"close_selected", "reopen_selected"}  # these ask for a reason


class BulkReasonForm(AutoDirForm, forms.Form):
    """The reason for closing or reopening several gates at once."""

    reason = CleanedFormField(
        label=_("Reason"),
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Recorded for each gate, with your name."),
    )


class BulkReopenForm(BulkReasonForm):
    """The reason, and what of the gates' evidence no longer holds."""

    rejected = rejected_field()

    def __init__(self, *args: Any, gates: Iterable[Gate], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        closed = [gate.pk for gate in gates if gate.progress == Gate.Progress.CLOSED]
        self.fields["rejected"].queryset = proofs_that_hold(closed)  # type: ignore[attr-defined]


class GateActionsMixin(BoardAdmin):
    """The bulk actions of the gates' list."""

    actions = (
        "close_selected",
        "reopen_selected",
        "set_priority_p0",
        "set_priority_p1",
        "set_priority_p2",
        "delete_selected",
    )

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Show the list; or the question for a reason again, with the reason that was typed."""
        typed = take_form(request)
        if typed and typed.get("action") in DECISIONS:
            typed.pop("decide", None)
            show_as_sent(request, typed)
            tell_unsaved(request)
        return super().changelist_view(request, extra_context)

    @admin.action(permissions=["change"], description=_("Close selected gates"))
    def close_selected(
        self, request: HttpRequest, queryset: models.QuerySet[Gate]
    ) -> HttpResponse | None:
        return self._decide(request, queryset, "close_selected", gettext("Close gates"))

    @admin.action(permissions=["change"], description=_("Reopen selected gates"))
    def reopen_selected(
        self, request: HttpRequest, queryset: models.QuerySet[Gate]
    ) -> HttpResponse | None:
        return self._decide(request, queryset, "reopen_selected", gettext("Reopen gates"))

    def _decide(
        self, request: HttpRequest, queryset: models.QuerySet[Gate], action: str, title: str
    ) -> HttpResponse | None:
        """Ask for the reason, then close or reopen each gate and report the result for each."""
        sent = request.POST if "decide" in request.POST else None
        form: forms.Form = BulkReasonForm(sent, initial=request.POST.dict())
        if action == "reopen_selected":
            form = BulkReopenForm(sent, gates=queryset, initial=request.POST.dict())
        if form.is_valid():
            for gate in queryset:
                level, message = self._decide_one(request, gate, action, form.cleaned_data)
                self.message_user(request, message, level)
            return None
        context = {
            **self.admin_site.each_context(request),
            "title": title,
            "form": form,
            "gates": queryset.select_related("launch"),
            "several_launches": has_several_launches(request),
            "typed_in": "decision_form",
            "action": action,
            "action_checkbox_name": helpers.ACTION_CHECKBOX_NAME,
            "opts": self.opts,
        }
        return TemplateResponse(request, "admin/gates/gate/decide.html", context)

    def _decide_one(
        self, request: HttpRequest, gate: Gate, action: str, answers: dict[str, Any]
    ) -> tuple[int, str]:
        name = gate_name(request, gate)
        reason = answers["reason"]
        try:
            if action == "close_selected":
                changed = gate.close(request_user(request), reason)
                result, no_change = gettext("closed"), gettext("was closed already")
            else:
                rejected = [proof.pk for proof in answers["rejected"]]
                changed = gate.reopen(request_user(request), reason, rejected=rejected)
                result, no_change = gettext("reopened"), gettext("was not closed")
        except TransitionRefused as refused:
            return messages.ERROR, f"{name}: {' '.join(refused.messages)}"
        if not changed:
            return messages.WARNING, f"{name}: {no_change}"
        note_written(request, gate)
        self.log_change(request, gate, f"{result}: {reason}")
        return messages.SUCCESS, f"{name}: {result}"

    @admin.action(permissions=["change"], description=_("Set priority P0"))
    def set_priority_p0(self, request: HttpRequest, queryset: models.QuerySet[Gate]) -> None:
        self._set_priority(request, queryset, Gate.Priority.P0)

    @admin.action(permissions=["change"], description=_("Set priority P1"))
    def set_priority_p1(self, request: HttpRequest, queryset: models.QuerySet[Gate]) -> None:
        self._set_priority(request, queryset, Gate.Priority.P1)

    @admin.action(permissions=["change"], description=_("Set priority P2"))
    def set_priority_p2(self, request: HttpRequest, queryset: models.QuerySet[Gate]) -> None:
        self._set_priority(request, queryset, Gate.Priority.P2)

    def _set_priority(
        self, request: HttpRequest, queryset: models.QuerySet[Gate], priority: str
    ) -> None:
        pks = list(queryset.order_by().values_list("pk", flat=True))
        changed = []
        # Read again under a lock, or a gate closed since the list was read would be written back.
        try:
            with transaction.atomic():
                for gate in Gate.objects.select_for_update().filter(pk__in=pks):
                    if gate.priority != priority:
                        gate.priority = priority
                        gate.save()
                        fields = [gettext("priority")]
                        self.log_change(request, gate, [{"changed": {"fields": fields}}])
                        changed.append(gate_name(request, gate))
        except LaunchArchived as refused:
            self.message_user(request, " ".join(refused.messages), messages.ERROR)
            return
        message = (
            gettext("%(priority)s now: %(gates)s") if changed else gettext("Nothing to change.")
        )
        self.message_user(
            request, message % {"priority": priority, "gates": gettext(", ").join(changed)}
        )
