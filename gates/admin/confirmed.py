"""Admin pages that ask for password and second factor again before they show a form."""

from typing import Any

from django.http import HttpRequest, HttpResponse

from accounts.confirmation import confirmation_step

from .safe_lookup import SafeLookupAdmin
from .sent_twice import NoteWrittenMixin, once


class ConfirmedAdmin(NoteWrittenMixin, SafeLookupAdmin):
    """Asks for a fresh confirmation before each page that can write, and before each action.

    The form is shown after the confirmation only, so that little is lost when it runs out.
    """

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> Any:
        form = super().changeform_view
        return self._confirm(request) or once(
            request, lambda: form(request, object_id, form_url, extra_context)
        )

    def delete_view(
        self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None
    ) -> Any:
        page = super().delete_view
        return self._confirm(request) or once(
            request, lambda: page(request, object_id, extra_context)
        )

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> Any:
        step = self._confirm(request) if request.method == "POST" else None
        page = super().changelist_view
        return step or once(request, lambda: page(request, extra_context))

    def _confirm(self, request: HttpRequest) -> HttpResponse | None:
        """Return the next step of the confirmation; None for whom the page refuses anyway."""
        may_write = (
            self.has_change_permission(request)
            or self.has_add_permission(request)
            or self.has_delete_permission(request)
        )
        return confirmation_step(request) if may_write else None
