"""What all our admin pages share: history, cheap lists, and refusals as messages.

A write that the rule or the database refuses is rolled back as a whole; then the same form is
shown again, with the input kept and the refusal on its field. Never a 500, and no log entry.
"""

from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.actions import delete_selected
from django.contrib.admin.utils import unquote
from django.contrib.auth.models import User
from django.core.exceptions import BadRequest, FieldDoesNotExist, PermissionDenied, ValidationError
from django.db import DataError, IntegrityError, models, transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from gates import rules
from gates.database import closing_rule
from gates.history.entries import object_history
from gates.models import StaleObjectError, TransitionRefused
from gates.models.evidence import delete_files_on_error
from gates.reason_text import reason_text
from gates.rules import KEEPS_EVIDENCE

from .date_fields import DAYS_AS_DAY_FIELD
from .edit_conflicts import VersionedForm, VersionFieldMixin
from .last_place import place_last
from .sent_twice import note_written, once


def request_user(request: HttpRequest) -> User:
    """Who is logged in; the admin lets nobody else in."""
    if not isinstance(request.user, User):
        raise PermissionDenied
    return request.user


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a submitted form was not written, and the field or inline it belongs to ("": form)."""

    field: str
    messages: list[str]


class AutoDirForm(forms.BaseForm):
    """People write Arabic and English into the same fields, whichever language the page is in."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            if isinstance(field.widget, (forms.TextInput, forms.Textarea)):
                field.widget.attrs.setdefault("dir", "auto")


def reason_field() -> forms.CharField:
    """Where a person writes why; whether it may stay empty is the rules' business."""
    return forms.CharField(
        label=_("Reason"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("Why you decide so. Goes on record with your name."),
    )


class RefusalAwareForm(AutoDirForm, VersionedForm):
    """A form that can be told, on being shown again, why it was refused."""

    refusal: Refusal | None = None

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        if self.refusal and (not self.refusal.field or self.refusal.field in self.fields):
            self.add_error(self.refusal.field or None, self.refusal.messages)
        return cleaned


@contextmanager
def bad_request_on_lookup_error() -> Iterator[None]:
    """Answer 400 where an address asks for what no row can have: `?id=abc`, a number too large."""
    try:
        yield
    except (ValueError, OverflowError, DataError, ValidationError, FieldDoesNotExist) as error:
        raise BadRequest("the address asks for something that cannot be looked up") from error


class ReasonRequiredForm(RefusalAwareForm):
    """A form for a decision that goes on record with the reason that is written here."""

    reason = reason_field()

    def needs_reason(self) -> None:
        """Refuse the form where no reason is written."""
        for lacking in rules.decision_errors(self.cleaned_data.get("reason", "")):
            self.add_error("reason", reason_text(lacking))


class CachedChoicesMixin:
    """For inlines: the choices of a reference are read once, not once for every row."""

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        field = super().formfield_for_foreignkey(db_field, request, **kwargs)  # type: ignore[misc]
        field.choices = list(field.choices)
        return field


class SafeLookupAdmin(admin.ModelAdmin):
    """An address that asks for what no row can have gets an answer of its own, never a 500."""

    def get_object(
        self, request: HttpRequest, object_id: str, from_field: str | None = None
    ) -> Any:
        with bad_request_on_lookup_error():
            return super().get_object(request, object_id, from_field or None)

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        # Reading: all of it. Writing: only showing the form again, which looks up what was sent.
        reading = bad_request_on_lookup_error() if request.method == "GET" else nullcontext()
        with reading:
            page = super().changeform_view(request, object_id, form_url, extra_context)
        with bad_request_on_lookup_error():
            return page.render() if isinstance(page, TemplateResponse) else page

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        with bad_request_on_lookup_error():
            page = super().changelist_view(request, extra_context)
            return page.render() if isinstance(page, TemplateResponse) else page

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        """What an address fills in (`add/?gate=6`), less what its field cannot hold."""
        initial = {}
        for name, value in super().get_changeform_initial_data(request).items():
            try:
                initial[name] = self.opts.get_field(name).to_python(value)  # type: ignore[union-attr]
            except (FieldDoesNotExist, ValidationError):
                continue
        return initial

    def get_search_results(
        self, request: HttpRequest, queryset: models.QuerySet[Any], search_term: str
    ) -> tuple[models.QuerySet[Any], bool]:
        return super().get_search_results(request, queryset, search_term[:200])


class BoardAdmin(VersionFieldMixin, SafeLookupAdmin):
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
    # Where to say that the last evidence of a closed gate stays.
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
        except TransitionRefused as refused:
            refusal = Refusal("progress", refused.messages)
        except StaleObjectError:
            refusal = Refusal("", [gettext("Somebody else changed this at the same moment.")])
        except IntegrityError as error:
            refusal = self.refusal_of(error)
        # Everything above was rolled back; the second pass stops at the form's validation.
        request.refusal = refusal  # type: ignore[attr-defined]
        return super().changeform_view(request, object_id, form_url, extra_context)

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        place_last(obj)
        super().save_model(request, obj, form, change)

    def response_add(
        self, request: HttpRequest, obj: Any, post_url_continue: str | None = None
    ) -> HttpResponse:
        note_written(request, obj)
        return super().response_add(request, obj, post_url_continue)

    def response_change(self, request: HttpRequest, obj: Any) -> HttpResponse:
        note_written(request, obj)
        return super().response_change(request, obj)

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        return once(
            request, lambda: super(BoardAdmin, self).changelist_view(request, extra_context)
        )

    def refusal_of(self, error: IntegrityError) -> Refusal:
        """What to tell the person when the database refused the write."""
        if closing_rule.violates_closing_rule(error):
            return Refusal(self.last_evidence_field, [reason_text(KEEPS_EVIDENCE)])
        words = gettext(
            "The database refused this: it contradicts what is stored, or was stored a moment ago."
        )
        return Refusal("", [words])

    def get_form(
        self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any
    ) -> type[forms.ModelForm]:
        form = super().get_form(request, obj, change=change, **kwargs)
        form.refusal = getattr(request, "refusal", None)  # type: ignore[attr-defined]
        return form

    def lookup_allowed(self, lookup: str, value: str, request: Any = None) -> bool:
        """Only what the list's own filters ask for; not years, patterns or passwords."""
        filters = set()
        for item in self.list_filter:
            name = item[0] if isinstance(item, tuple) else item
            filters.add(getattr(name, "parameter_name", name))
        field, _, how = lookup.partition("__")
        return field in filters and how in {"", "exact", "id__exact", "isnull", "isempty"}

    def history_view(
        self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """What happened to this row, to read and not to change."""
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

    def delete_view(
        self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        try:
            return once(
                request,
                lambda: super(BoardAdmin, self).delete_view(request, object_id, extra_context),
            )
        except IntegrityError as error:
            self._tell(request, self.refusal_of(error))
        options = self.opts
        return redirect(
            reverse(f"admin:{options.app_label}_{options.model_name}_change", args=[object_id])
        )

    @admin.action(permissions=["delete"], description=_("Delete selected %(verbose_name_plural)s"))
    def delete_selected(
        self, request: HttpRequest, queryset: models.QuerySet[Any]
    ) -> HttpResponse | None:
        """Django's, except that a refused deletion leaves neither a 500 nor a false log entry."""
        try:
            with transaction.atomic():
                return delete_selected(self, request, queryset)
        except IntegrityError as error:
            self._tell(request, self.refusal_of(error))
        return None

    def _tell(self, request: HttpRequest, refusal: Refusal) -> None:
        for message in refusal.messages:
            self.message_user(request, message, messages.ERROR)
