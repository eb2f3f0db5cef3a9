"""Base classes of the admin: history pages, cheap lists, and refusals as form errors.

A write that a rule or the database refuses is rolled back as a whole. Then the same form is shown
again, with its input and with the refusal on its field: no 500 and no log entry.
"""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.actions import delete_selected
from django.contrib.admin.utils import unquote
from django.contrib.auth.models import User
from django.core.exceptions import BadRequest, FieldDoesNotExist, PermissionDenied, ValidationError
from django.core.validators import MaxLengthValidator
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
from gates.models.text_fields import CleanedFormField
from gates.reason_text import reason_text
from gates.rules import KEEPS_EVIDENCE
from gates.rules.text import comparison_form
from gates.rules.text_limits import max_text_length

from .date_fields import DAYS_AS_DAY_FIELD
from .edit_conflicts import VersionedForm, VersionFieldMixin
from .gate_field import set_home
from .last_place import place_last
from .launch_names import warn_of_several_launches
from .sent_twice import note_written, once
from .typed_again import TypedAgainMixin, not_saved_yet

MAX_SEARCH_LENGTH = 200


def request_user(request: HttpRequest) -> User:
    """Return the account that is logged in.

    Raises:
        PermissionDenied: nobody is; the admin lets only accounts in.
    """
    if not isinstance(request.user, User):
        raise PermissionDenied
    return request.user


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a submitted form was not written.

    field: the field or inline that the messages belong to; "" for the whole form.
    """

    field: str
    messages: list[str]


class AutoDirForm(forms.BaseForm):
    """Gives each text field its direction and its limit.

    Text is Arabic or English in either page language, so its direction is automatic. A field
    without a limit of its own gets one; the help says the limit in words.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, field in self.fields.items():
            if not isinstance(field.widget, (forms.TextInput, forms.Textarea)):
                continue
            field.widget.attrs.setdefault("dir", "auto")
            if isinstance(field, forms.CharField):
                _limit_length(name, field)


def _limit_length(name: str, field: forms.CharField) -> None:
    """Say a text field's limit in its help; set one where the field has none."""
    limit = field.max_length or max_text_length(name)
    if field.max_length is None:
        field.validators = [*field.validators, MaxLengthValidator(limit)]
    words = gettext("At most %(count)s characters.") % {"count": f"{limit:,}"}
    if name == "output":
        words = gettext("%(limit)s Attach what is longer as a file.") % {"limit": words}
    if words not in str(field.help_text):  # a form's fields are copies, but their help is shared
        field.help_text = f"{field.help_text} {words}".strip()


def reason_field() -> CleanedFormField:
    """Return the field for a reason; the rules decide whether it may stay empty."""
    return CleanedFormField(
        label=_("Reason"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("Why? Recorded with your name."),
    )


class RefusalAwareForm(AutoDirForm, VersionedForm):
    """A form that shows, on the second pass, why its write was refused."""

    refusal: Refusal | None = None

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        set_home(self)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        if self.refusal and (not self.refusal.field or self.refusal.field in self.fields):
            self.add_error(self.refusal.field or None, self.refusal.messages)
        return cleaned


@contextmanager
def bad_request_on_lookup_error() -> Iterator[None]:
    """Return 400 when URL parameters cannot be converted: `?id=abc`, a number too large."""
    try:
        yield
    except (ValueError, OverflowError, DataError, ValidationError, FieldDoesNotExist) as error:
        raise BadRequest("the address asks for something that cannot be looked up") from error


class ReasonRequiredForm(RefusalAwareForm):
    """A form for a decision whose reason is written to the history."""

    reason = reason_field()

    def needs_reason(self) -> None:
        """Add an error to the form if its reason holds no letter or digit."""
        for error in rules.decision_errors(self.cleaned_data.get("reason", "")):
            self.add_error("reason", reason_text(error))


class CachedChoicesMixin:
    """For inlines: reads the choices of a foreign key once, not once for every row."""

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        field = super().formfield_for_foreignkey(db_field, request, **kwargs)  # type: ignore[misc]
        field.choices = list(field.choices)
        return field


class SafeLookupAdmin(admin.ModelAdmin):
    """Returns 400 for URL parameters that cannot be converted, never 500."""

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
        # A GET as a whole; a POST only while the form is shown again, which looks up what was sent.
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
        """Return the values from the URL (`add/?gate=6`) without those their fields cannot hold."""
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
        """Return the rows that have every word, in whatever spelling (`rules/text.py`)."""
        words = comparison_form(search_term[:MAX_SEARCH_LENGTH]).split()
        fields = [name.lstrip("^=@") for name in self.get_search_fields(request)]
        if not words or not fields:
            return queryset, False
        found = [
            pk
            for pk, *texts in queryset.order_by().values_list("pk", *fields)
            if _has_words(words, texts)
        ]
        return queryset.filter(pk__in=found), False


def _has_words(words: Sequence[str], texts: Iterable[Any]) -> bool:
    text = comparison_form("\n".join(str(text) for text in texts if text))
    return all(word in text for word in words)


class BoardAdmin(TypedAgainMixin, VersionFieldMixin, SafeLookupAdmin):
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
        """Return the refusal for an error of the database."""
        if closing_rule.violates_closing_rule(error):
            return Refusal(self.last_evidence_field, [reason_text(KEEPS_EVIDENCE)])
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
