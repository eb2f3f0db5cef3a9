"""The admin of blockers, and the page that resolves one."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import path
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.shown_again import typed_before, without_errors
from gates.models import Blocker, TransitionRefused
from gates.models.text_fields import CleanedFormField

from .archived import archived_message
from .base import BoardAdmin, request_user
from .columns import marked_text
from .forms import AutoDirForm
from .gate_field import GateFieldMixin
from .launch_names import LaunchNamesMixin
from .newest_rows import OfGateFilter
from .sent_twice import note_written, once


def warn_of_past_due_date(request: HttpRequest, blocker: Blocker) -> None:
    """Tell that an unresolved blocker is saved with a due date in the past: most often a slip."""
    today = timezone.localdate()
    if blocker.due_on and not blocker.resolved_at and blocker.due_on < today:
        words = gettext(
            "Saved, but the due date %(day)s has passed already: is that what you mean?"
        )
        messages.warning(request, words % {"day": date_format(blocker.due_on)})


class ResolutionForm(AutoDirForm, forms.Form):
    """Asks how a blocker was resolved."""

    resolution = CleanedFormField(
        label=_("How was it resolved?"),
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Such as where the key is kept now. Never the key itself."),
    )


@admin.register(Blocker)
class BlockerAdmin(LaunchNamesMixin, GateFieldMixin, BoardAdmin):
    list_display = (marked_text("needs", _("needs")), "gate", "waiting_on", "due_on", "resolved_at")
    list_filter = (OfGateFilter, "waiting_on", ("resolved_at", admin.EmptyFieldListFilter))
    list_select_related = ("gate", "waiting_on")
    search_fields = ("needs", "why", "gate__code")
    fields = (
        "gate",
        ("needs", "waiting_on", "due_on"),
        "why",
        "resolution",
        ("raised_at", "resolved_at", "resolved_by"),
    )
    readonly_fields = ("raised_at", "resolved_at", "resolved_by")

    def get_urls(self) -> list[Any]:
        page = self.admin_site.admin_view(self.resolve)
        resolve_path = path("<path:object_id>/resolve/", page, name="gates_blocker_resolve")
        return [resolve_path, *super().get_urls()]

    def resolve(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Show the page that resolves a blocker; sent twice, it resolves it once."""
        return once(request, lambda: self._resolve(request, object_id))

    def _resolve(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Ask how the blocker was resolved, on a page that fits a phone, and resolve it."""
        blocker = self.get_object(request, unquote(object_id))
        if blocker is None:
            raise Http404
        page = ("launch-gate", blocker.gate.launch.slug, blocker.gate.code)
        if request.method != "POST" and (message := archived_message(blocker)):
            messages.warning(request, message)
            return redirect(*page)
        if not self.has_change_permission(request, blocker):
            raise PermissionDenied
        if request.method != "POST" and blocker.resolved_at:  # such as Back after resolving it
            messages.info(request, gettext("This was resolved already."))
            return redirect(*page)
        typed = typed_before(request)
        form = ResolutionForm(typed or request.POST or None, label_suffix="")
        if typed:
            without_errors(form)
        if request.method == "POST" and form.is_valid():
            try:
                self._write_resolution(request, blocker, form.cleaned_data["resolution"])
            except TransitionRefused as refused:
                form.add_error("resolution", refused.messages)
            else:
                return redirect(*page)
        context = {
            **self.admin_site.each_context(request),
            "title": gettext("Resolve a blocker"),
            "opts": self.opts,
            "is_nav_sidebar_enabled": False,
            "blocker": blocker,
            "form": form,
            "typed_in": "decision_form",
        }
        return TemplateResponse(request, "admin/gates/blocker/resolve.html", context)

    def _write_resolution(self, request: HttpRequest, blocker: Blocker, resolution: str) -> None:
        """Resolve the blocker and say so.

        Raises:
            TransitionRefused: its launch is archived.
        """
        if not blocker.resolve(request_user(request), resolution):
            messages.warning(request, gettext("This was resolved already."))
            return
        note_written(request, blocker)
        self.log_change(request, blocker, [{"changed": {"fields": ["resolution"]}}])
        message = gettext("Resolved. %(gate)s no longer waits for this.")
        if blocker.waiting_on:
            message = gettext("Resolved. %(gate)s no longer waits for %(who)s with this.")
        values = {"gate": blocker.gate.code, "who": blocker.waiting_on}
        messages.success(request, message % values)

    def save_model(self, request: HttpRequest, obj: Blocker, form: Any, change: bool) -> None:
        obj.sync_resolution(request_user(request))
        super().save_model(request, obj, form, change)
        warn_of_past_due_date(request, obj)
