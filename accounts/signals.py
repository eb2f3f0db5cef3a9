"""What is noted when somebody logs in, fails to, or leaves: in the session and in the log."""

import time
from typing import Any

from allauth.mfa.signals import authentication_failed, authenticator_added, authenticator_removed
from django.contrib.auth.models import User
from django.contrib.auth.signals import user_logged_in, user_logged_out, user_login_failed
from django.dispatch import receiver
from django.http import HttpRequest

from . import security_log
from .models import GivenPassword

# Keys of the session: when it began and was last used (whole seconds), what must come first.
BEGAN, USED, MUST_CHANGE = "began", "used", "must_change_password"


@receiver(user_logged_in)
def begin(request: HttpRequest, user: User, **_kwargs: Any) -> None:
    request.session[BEGAN] = request.session[USED] = int(time.time())
    if GivenPassword.objects.filter(user=user).exists():
        request.session[MUST_CHANGE] = True
    security_log.note("login", user=user.get_username())


@receiver(user_login_failed)
def fail(credentials: dict[str, Any], **_kwargs: Any) -> None:
    security_log.note("login_failed", user=str(credentials.get("username", ""))[:150])


@receiver(authentication_failed)
def fail_second(user: User, **_kwargs: Any) -> None:
    security_log.note("second_factor_failed", user=user.get_username())


@receiver(user_logged_out)
def leave(user: User | None, **_kwargs: Any) -> None:
    if user is not None:
        security_log.note("logout", user=user.get_username())


@receiver(authenticator_added)
def add(user: User, authenticator: Any, **_kwargs: Any) -> None:
    security_log.note("second_factor_added", user=user.get_username(), kind=authenticator.type)


@receiver(authenticator_removed)
def remove(user: User, authenticator: Any, **_kwargs: Any) -> None:
    security_log.note("second_factor_removed", user=user.get_username(), kind=authenticator.type)
