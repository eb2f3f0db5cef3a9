"""Base classes of the admin: history pages, cheap lists, and refusals as form errors.

A write that a rule or the database refuses is rolled back as a whole. Then the same form is shown
again, with its input and with the refusal on its field: no 500 and no log entry.
"""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.actions import delete_selected
from django.contrib.admin.utils import unquote
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, models, transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.shown_again import not_saved_yet
from gates.database import archive, closing_rule
from gates.history.object_history import object_history
from gates.models import LaunchArchived, StaleObjectError, TransitionRefused
from gates.models.date_fields import DAYS_AS_DAY_FIELD
from gates.models.evidence_file import delete_files_on_error
from gates.models.order import place_last
from gates.reason_text import reason_text
from gates.rules import KEEPS_EVIDENCE

from .archived import ArchivedMixin
from .edit_conflicts import VersionFieldMixin
from .forms import Refusal, RefusalAwareForm
from .launch_names import warn_of_several_launches
from .safe_lookup import SafeLookupAdmin
from .sent_twice import NoteWrittenMixin, once
from .typed_again import TypedAgainMixin


def request_user(request: HttpRequest) -> User:
    """Return the account that is logged in.

    Raises:
        PermissionDenied: nobody is; the admin lets only accounts in.
    """
    if not isinstance(request.user, User):
        raise PermissionDenied
    return request.user


class CachedChoicesMixin:
    """For inlines: reads the choices of a foreign key once, not once for every row."""

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        field = super().formfield_for_foreignkey(db_field, request, **kwargs)  # type: ignore[misc]
        field.choices = list(field.choices)
        return field


class BoardAdmin(
    TypedAgainMixin, VersionFieldMixin, ArchivedMixin, NoteWrittenMixin, SafeLookupAdmin
):
    """Base of our admin classes.

    Not the library's SimpleHistoryAdmin: its page of a past version takes a POST that writes the
    old values back, past the closing rule, even where its "Revert" button is switched off.
    """

    form = RefusalAwareForm
    actions: tuple[str, ...] = ("delete_selected",)
    show_facets = admin.ShowFacets.NEVER
    show_full_result_count = False
    list_per_page = 100
    formfield_overrides = DAYS_AS_DAY_FIELD
    # The field or inline that shows the refusal to delete the last evidence of a closed gate.
    last_evidence_field = ""

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        return once(request, lambda: self._refusable(request, object_id, form_url, extra_context))

    def _refusable(
        self,
        request: HttpRequest,
        object_id: str | None,
        form_url: str,
        extra_context: dict[str, Any] | None,
    ) -> HttpResponse:
        """The form; what the rule or the database refuses is shown in it again."""
        if request.method == "GET":
            return super().changeform_view(request, object_id, form_url, extra_context)
        try:
            with delete_files_on_error():
                return super().changeform_view(request, object_id, form_url, extra_context)
        except LaunchArchived as refused:
            refusal = Refusal("", refused.messages)
        except TransitionRefused as refused:
            refusal = Refusal("progress", refused.messages)
        except StaleObjectError:
            refusal = Refusal("", [gettext("Somebody else changed this at the same moment.")])
        except IntegrityError as error:
            refusal = self.refusal_of(error)
        # The write was rolled back; the second pass ends at the form's validation.
        request.refusal = refusal  # type: ignore[attr-defined]
        return super().changeform_view(request, object_id, form_url, extra_context)

    def keep_unsaved(self) -> Refusal:
        return Refusal("", [not_saved_yet()])

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        place_last(obj)
        super().save_model(request, obj, form, change)

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        return once(
            request, lambda: super(BoardAdmin, self).changelist_view(request, extra_context)
        )

    def refusal_of(self, error: IntegrityError) -> Refusal:
        """Return the refusal for an error of the database."""
        if closing_rule.violates_closing_rule(error):
            return Refusal(self.last_evidence_field, [reason_text(KEEPS_EVIDENCE)])
        if archive.violates_archive(error):
            return Refusal("", [gettext("The launch is archived, so nothing in it changes.")])
        message = gettext(
            "The database refused this: it contradicts what is stored, or was stored a moment ago."
        )
        return Refusal("", [message])

    def get_form(
        self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any
    ) -> type[forms.ModelForm]:
        form = super().get_form(request, obj, change=change, **kwargs)
        form.refusal = getattr(request, "refusal", None)  # type: ignore[attr-defined]
        return form

    def lookup_allowed(self, lookup: str, value: str, request: Any = None) -> bool:
        """Allow the lookups of the list's filters only; not years, patterns or passwords."""
        filters = set()
        for item in self.get_list_filter(request):
            name = item[0] if isinstance(item, tuple) else item
            filters.add(getattr(name, "parameter_name", name))
        field, _, operator = lookup.partition("__")
        return field in filters and operator in {"", "exact", "id__exact", "isnull", "isempty"}

    def history_view(
        self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Show the history of a row, read-only."""
        row = self.get_object(request, unquote(object_id))
        if row is None:
            raise Http404
        if not self.has_view_or_change_permission(request, row):
            raise PermissionDenied
        context = {
            **self.admin_site.each_context(request),
            "title": gettext("History: %s") % row,
            "object": row,
            "opts": self.opts,
            "history": object_history(self.model, row.pk),
            **(extra_context or {}),
        }
        return TemplateResponse(request, "admin/gates/object_history.html", context)

    def get_deleted_objects(self, objs: Any, request: HttpRequest) -> Any:
        """Say what stands in the way rather than that one may not delete that too."""
        deleted, counts, missing, protected = super().get_deleted_objects(objs, request)
        return deleted, counts, set() if protected else missing, protected

    def delete_view(
        self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        try:
            return once(
                request,
                lambda: super(BoardAdmin, self).delete_view(request, object_id, extra_context),
            )
        except LaunchArchived as refused:
            self._show_refusal(request, Refusal("", refused.messages))
        except IntegrityError as error:
            self._show_refusal(request, self.refusal_of(error))
        options = self.opts
        return redirect(
            reverse(f"admin:{options.app_label}_{options.model_name}_change", args=[object_id])
        )

    @admin.action(permissions=["delete"], description=_("Delete selected %(verbose_name_plural)s"))
    def delete_selected(
        self, request: HttpRequest, queryset: models.QuerySet[Any]
    ) -> HttpResponse | None:
        """Delete as Django does; a refused deletion gives a message, not a 500 nor a log entry."""
        if "post" not in request.POST:
            warn_of_several_launches(request, queryset, self.model)
        try:
            with transaction.atomic():
                return delete_selected(self, request, queryset)
        except IntegrityError as error:
            self._show_refusal(request, self.refusal_of(error))
        return None

    def _show_refusal(self, request: HttpRequest, refusal: Refusal) -> None:
        for message in refusal.messages:
            self.message_user(request, message, messages.ERROR)
