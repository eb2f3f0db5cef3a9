"""Confirmation: password and second factor again, before a change that could take an account over.

The proofs are typed on the login library's pages and kept in the session with their time. A session
that was stolen has none, or none that is fresh.
"""

import time
from collections.abc import Callable, Collection
from functools import wraps
from typing import Any

from allauth.account.adapter import get_adapter
from allauth.account.authentication import get_authentication_records
from allauth.mfa.models import Authenticator
from django.contrib import messages
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.http import urlencode
from django.utils.translation import gettext

from .held_forms import hold_form, page_before

# Seconds for which a proof counts; allauth's own default.
FRESH_SECONDS = 300
PASSWORD, FACTOR = "password", "mfa"


def confirmation_step(
    request: HttpRequest, proofs: Collection[str] = (PASSWORD, FACTOR)
) -> HttpResponse | None:
    """Return the redirect to the page of the next proof, or None if all are fresh.

    The second factor of a log-in counts while it is fresh; the password must be typed for this. An
    account that has neither must have logged in just now.

    Args:
        proofs: the kinds of proof that are asked for; the password page asks by itself.
    """
    user = request.user
    if not isinstance(user, User):
        raise PermissionDenied
    fresh = [
        record
        for record in get_authentication_records(request, user)
        if time.time() - record["at"] < FRESH_SECONDS
    ]
    factors = set(Authenticator.objects.filter(user=user).values_list("type", flat=True))
    if not factors and not user.has_usable_password():
        return None if fresh else _ask_for_a_factor(request)
    if PASSWORD in proofs and user.has_usable_password():
        typed = [record for record in fresh if record.get("reauthenticated")]
        if not any(record["method"] == PASSWORD for record in typed):
            return _redirect_to_proof(request, "reauthenticate")
    if FACTOR in proofs and factors and not any(record["method"] == FACTOR for record in fresh):
        return _redirect_to_proof(request, "mfa_reauthenticate")
    return None


def _ask_for_a_factor(request: HttpRequest) -> HttpResponse:
    messages.error(
        request,
        gettext("This needs a second factor, or a log-in in the last five minutes."),
    )
    return redirect("mfa_index")


def _redirect_to_proof(request: HttpRequest, kind: str) -> HttpResponse:
    """Redirect to a page of the library; `mfa_reauthenticate` by app if there is one."""
    methods = get_adapter().get_reauthentication_methods(request.user)
    url = next(method["url"] for method in methods if method["id"].startswith(kind))
    # What was sent is not kept for later: it may hold a password.
    if request.method == "POST":
        messages.warning(request, gettext("Nothing was saved yet. Confirm, then send it again."))
    return redirect(f"{url}?{urlencode({'next': _page(request)})}")


def _page(request: HttpRequest) -> str:
    """Return the page to come back to; for a POST from another page of ours that page."""
    if request.method == "GET":
        return request.get_full_path()
    return page_before(request, or_else="mfa_index")


def confirmed(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Decorator: ask for password and second factor again before the view.

    What was typed into a form of HELD_VIEWS is kept until the confirmation.
    """

    @wraps(view)
    def wrapper(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        step = confirmation_step(request)
        if step is not None and request.method == "POST":
            hold_form(request, request.get_full_path())
        return step or view(request, *args, **kwargs)

    return wrapper
