"""Admin pages whose addresses may ask for anything: 400 instead of 500; search in any spelling."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, nullcontext
from typing import Any

from django.contrib import admin
from django.core.exceptions import BadRequest, FieldDoesNotExist, ValidationError
from django.db import DataError, models
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse

from gates.rules.text import comparison_form

MAX_SEARCH_LENGTH = 200


@contextmanager
def bad_request_on_lookup_error() -> Iterator[None]:
    """Return 400 when URL parameters cannot be converted: `?id=abc`, a number too large."""
    try:
        yield
    except (ValueError, OverflowError, DataError, ValidationError, FieldDoesNotExist) as error:
        raise BadRequest("the address asks for something that cannot be looked up") from error


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
