"""Signal receivers: what a login writes into the session, and the events of the security log.

`record_signals` has those of the record of accounts.
"""

import time
from typing import Any

from allauth.mfa.signals import (
    authentication_failed,
    authenticator_added,
    authenticator_removed,
    authenticator_reset,
)
from django.contrib.auth.models import User
from django.contrib.auth.signals import user_logged_in, user_logged_out, user_login_failed
from django.db.models.signals import post_delete
from django.dispatch import receiver
from django.http import HttpRequest

from . import held_forms, security_log
from .models import TemporaryPassword
from .sessions import end_sessions

# Keys of the session: when it began and was last used (whole seconds since 1970), and whether the
# password must be changed first.
SESSION_BEGAN, SESSION_USED, MUST_CHANGE_PASSWORD = "began", "used", "must_change_password"

# Set in the request's META by a log-in, for the middleware that answers it.
LOGGED_IN_NOW = "accounts.logged_in_now"


@receiver(user_logged_in)
def on_login(request: HttpRequest, user: User, **_kwargs: Any) -> None:
    request.session[SESSION_BEGAN] = request.session[SESSION_USED] = int(time.time())
    if TemporaryPassword.objects.filter(user=user).exists():
        request.session[MUST_CHANGE_PASSWORD] = True
    request.META[LOGGED_IN_NOW] = True
    held_forms.wait_for(request, user)
    security_log.log_event("login", user=user.get_username())


@receiver(post_delete, sender=User)
def on_account_deleted(instance: User, **_kwargs: Any) -> None:
    held_forms.forget(instance)


@receiver(user_login_failed)
def on_login_failed(credentials: dict[str, Any], **_kwargs: Any) -> None:
    security_log.log_event("login_failed", user=str(credentials.get("username", ""))[:150])


@receiver(authentication_failed)
def on_second_factor_failed(user: User, **_kwargs: Any) -> None:
    security_log.log_event("second_factor_failed", user=user.get_username())


@receiver(user_logged_out)
def on_logout(user: User | None, **_kwargs: Any) -> None:
    if user is not None:
        security_log.log_event("logout", user=user.get_username())


@receiver(authenticator_added)
def on_factor_added(request: HttpRequest, user: User, authenticator: Any, **_kwargs: Any) -> None:
    _note_factor("second_factor_added", request, user, authenticator)


@receiver(authenticator_removed)
def on_factor_removed(request: HttpRequest, user: User, authenticator: Any, **_kwargs: Any) -> None:
    _note_factor("second_factor_removed", request, user, authenticator)


@receiver(authenticator_reset)
def on_codes_made(request: HttpRequest, user: User, authenticator: Any, **_kwargs: Any) -> None:
    _note_factor("recovery_codes_made", request, user, authenticator)


def _note_factor(event: str, request: HttpRequest, user: User, authenticator: Any) -> None:
    """Log a person's change to their own factors, and end their other sessions."""
    security_log.log_event(event, user=user.get_username(), kind=authenticator.type)
    end_sessions(user, keep=request.session.session_key)
