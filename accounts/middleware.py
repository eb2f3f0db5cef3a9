"""Checks session age, temporary password and second factor before each view; no queries.

The checks are made in that order. Their answers are kept in the session.
"""

import time
from collections.abc import Callable
from typing import Any

from allauth.account.authentication import get_authentication_records
from allauth.mfa.utils import is_mfa_enabled
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout
from django.contrib.auth.middleware import LoginRequiredMiddleware
from django.contrib.auth.models import User
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.utils.cache import add_never_cache_headers
from django.utils.translation import gettext

from . import security_log
from .confirmation import FACTOR, PASSWORD, confirmation_step
from .encryption import UnreadableSecret
from .held_forms import page_after_login
from .lockout import remember_browser
from .signals import LOGGED_IN_NOW, MUST_CHANGE_PASSWORD, SESSION_BEGAN, SESSION_USED

# Seconds between two updates of the session's last use: a write on every page would cost too much.
LAST_USE_INTERVAL = 300

# The views that are open before a check is passed, by their URL names.
ALWAYS_ALLOWED = {"account_logout"}
ALLOWED_BEFORE_PASSWORD = ALWAYS_ALLOWED | {
    "account_change_password",
    "mfa_reauthenticate",
    "mfa_reauthenticate_webauthn",
}
ALLOWED_BEFORE_SECOND_FACTOR = ALLOWED_BEFORE_PASSWORD | {
    "account_reauthenticate",
    "mfa_index",
    "mfa_activate_totp",
    "mfa_add_webauthn",
}

# The views that need a fresh confirmation, and the proofs that each asks for.
CONFIRMED_VIEWS = {
    "account_change_password": (FACTOR,),  # its form asks for the password
    "mfa_activate_totp": (PASSWORD, FACTOR),
    "mfa_deactivate_totp": (PASSWORD, FACTOR),
    "mfa_view_recovery_codes": (PASSWORD, FACTOR),
    "mfa_generate_recovery_codes": (PASSWORD, FACTOR),
    "mfa_download_recovery_codes": (PASSWORD, FACTOR),
    "mfa_add_webauthn": (PASSWORD, FACTOR),
    "mfa_edit_webauthn": (PASSWORD, FACTOR),
    "mfa_remove_webauthn": (PASSWORD, FACTOR),
}


def session_checks(get_response: Callable[[HttpRequest], HttpResponse]) -> object:
    """Middleware: run the checks before each view of a logged-in user.

    A check that is not passed redirects: to the login, the password change or the second factor.
    """

    def middleware(request: HttpRequest) -> HttpResponse:
        return _finish(request, get_response(request))

    def process_view(request: HttpRequest, view: Any, *_args: Any) -> HttpResponse | None:
        user = request.user
        if not isinstance(user, User) or not getattr(view, "login_required", True):
            return None
        if _is_expired(request):
            return _log_out(request, gettext("You were logged out for your safety."))
        name = request.resolver_match.view_name if request.resolver_match else ""
        if request.session.get(MUST_CHANGE_PASSWORD) and name not in ALLOWED_BEFORE_PASSWORD:
            return redirect("account_change_password")
        if settings.REQUIRE_MFA and not has_second_factor(request, user):
            refused = _require_second_factor(request, user, name)
            if refused:
                return refused
        if name in CONFIRMED_VIEWS:
            return confirmation_step(request, CONFIRMED_VIEWS[name])
        return None

    middleware.process_view = process_view  # type: ignore[attr-defined]
    middleware.process_exception = _say_that_key_is_missing  # type: ignore[attr-defined]
    return middleware


def _say_that_key_is_missing(request: HttpRequest, exception: Exception) -> HttpResponse | None:
    """Return 503 where codes cannot be read because their key is missing: the server's fault."""
    if not isinstance(exception, UnreadableSecret):
        return None
    security_log.log_event("second_factor_unreadable", why=str(exception))
    return render(request, "mfa/unreadable.html", status=503)


def _finish(request: HttpRequest, response: HttpResponse) -> HttpResponse:
    """Let the browser be known after a log-in, and keep account pages out of every cache."""
    if LOGGED_IN_NOW in request.META and isinstance(request.user, User):
        remember_browser(request, response, request.user)
    if request.resolver_match and request.resolver_match.route.startswith("accounts/"):
        add_never_cache_headers(response)  # codes, secrets and passwords are shown there
    return response


def has_second_factor(request: HttpRequest, user: User) -> bool:
    """Return whether this session has been through a second factor."""
    return any(record["method"] == "mfa" for record in get_authentication_records(request, user))


def _require_second_factor(request: HttpRequest, user: User, name: str) -> HttpResponse | None:
    if is_mfa_enabled(user):
        # The session is older than the second factor, which was set up in another one. Its
        # password alone must not let it add another factor.
        security_log.log_event("session_without_second_factor")
        return _log_out(request, gettext("Log in again, with your second factor."))
    return None if name in ALLOWED_BEFORE_SECOND_FACTOR else redirect("mfa_index")


def _log_out(request: HttpRequest, why: str) -> HttpResponse:
    messages.info(request, why)
    there = page_after_login(request)
    logout(request)
    return redirect_to_login(there)


class LogInMiddleware(LoginRequiredMiddleware):
    """Django's, which also keeps the form that is sent after its session has ended."""

    def handle_no_permission(self, request: HttpRequest, view_func: Any) -> HttpResponseRedirect:
        if request.method == "POST":
            return redirect_to_login(page_after_login(request))
        return super().handle_no_permission(request, view_func)


def _is_expired(request: HttpRequest) -> bool:
    """Return whether the session is too old; else update its last use every LAST_USE_INTERVAL."""
    now, session = int(time.time()), request.session
    used = session.get(SESSION_USED, 0)
    if now - used > settings.SESSION_IDLE_SECONDS:
        return True
    if now - session.get(SESSION_BEGAN, 0) > settings.SESSION_COOKIE_AGE:
        return True
    if now - used > LAST_USE_INTERVAL:
        session[SESSION_USED] = now
    return False
