"""Forms shown again with what was typed: after a log-in, and in the other language.

`accounts/held_forms.py` keeps what was typed. Here it fills the form once, without an error and
without writing anything; only the conflict with another person's change is told at once.
"""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponse, QueryDict

from accounts.held_forms import take_form
from accounts.shown_again import tell_unsaved


def show_as_sent(request: HttpRequest, typed: QueryDict) -> None:
    """Let Django's admin take this GET for the form that was typed; the caller keeps it unsaved."""
    request.FILES.clear()  # read while this is a GET, which has none
    request.method, request.POST = "POST", typed  # type: ignore[assignment]


class TypedAgainMixin(admin.ModelAdmin):
    """For admin classes whose form is a `RefusalAwareForm`: a refusal keeps it from being saved."""

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        if (typed := take_form(request)) is not None:
            request.refusal = self.keep_unsaved()  # type: ignore[attr-defined]
            request.typed_again = True  # type: ignore[attr-defined]
            show_as_sent(request, typed)
        return super().changeform_view(request, object_id, form_url, extra_context)

    def keep_unsaved(self) -> Any:
        """Return the refusal that keeps a form from being saved."""
        raise NotImplementedError

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        # The switch of the language takes what is typed along (gates/_language.html).
        context["typed_in"] = f"{self.opts.model_name}_form"
        if getattr(request, "typed_again", False):
            _clear_errors(request, context)
        return super().render_change_form(request, context, *args, **kwargs)


def _clear_errors(request: HttpRequest, context: dict[str, Any]) -> None:
    """Show no error of a form that was not sent, but a conflict; say that it is not saved."""
    formsets = [inline.formset for inline in context["inline_admin_formsets"]]
    page_forms = [context["adminform"].form, *(form for rows in formsets for form in rows)]
    changed = any(form.has_changed() for form in page_forms)
    if changed and any(form.is_stale for form in page_forms):
        return
    if changed:
        tell_unsaved(request)
    for form in page_forms:
        form.errors.clear()
    for rows in formsets:
        rows.non_form_errors().clear()
    context["errors"] = []
