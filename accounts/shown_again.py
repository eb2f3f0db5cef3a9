"""A form shown again with what was typed into it before, once, without an error.

`held_forms` keeps what was typed while a session had ended or the language was switched.
"""

from django import forms
from django.contrib import messages
from django.http import HttpRequest, QueryDict
from django.utils.translation import gettext

from .held_forms import take_form


def typed_before(request: HttpRequest) -> QueryDict | None:
    """Return what was typed into this form before, and say that it is not saved; None if nothing.

    For pages that are no ModelAdmin's form: a form bound to it is shown, and nothing is written,
    because the request stays a GET.
    """
    typed = take_form(request)
    if typed is not None:
        tell_unsaved(request)
    return typed


def without_errors(form: forms.BaseForm) -> forms.BaseForm:
    """Return a bound form that shows no errors: it was not sent yet."""
    form.errors.clear()
    return form


def tell_unsaved(request: HttpRequest) -> None:
    """Say that what was typed is shown again and not saved."""
    messages.info(request, not_saved_yet())


def not_saved_yet() -> str:
    """Return the sentence for a form that is shown again."""
    return gettext("What you typed is here again. It is not saved yet.")
