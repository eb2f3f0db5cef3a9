"""How the login library behaves here: nobody signs up by themselves, and no noise."""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from . import security_log

# What the page shows anyway needs no message on top.
EXPECTED_MESSAGES = {"account/messages/logged_in.txt", "account/messages/logged_out.txt"}


class AccountAdapter(DefaultAccountAdapter):
    error_messages = {
        **DefaultAccountAdapter.error_messages,
        "too_many_login_attempts": _(
            "Too many failed attempts. Wait five minutes, then try again."
        ),
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def get_password_change_redirect_url(self, request: HttpRequest) -> str:
        return str(self.get_login_redirect_url(request))

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        try:
            super().pre_authenticate(request, **credentials)
        except ValidationError:
            security_log.log_event("lockout", user=str(credentials.get("username", ""))[:150])
            raise

    def respond_user_inactive(self, request: HttpRequest, user: Any) -> HttpResponse:
        security_log.log_event("login_failed", user=user.get_username(), why="disabled")
        messages.error(request, gettext("This account is switched off."))
        return redirect("account_login")

    def add_message(self, request: HttpRequest, level: int, *args: Any, **kwargs: Any) -> None:
        template = args[0] if args else kwargs.get("message_template")
        if template not in EXPECTED_MESSAGES:
            super().add_message(request, level, *args, **kwargs)

    def send_mail(self, *_args: Any, **_kwargs: Any) -> None:
        """The board sends no mail."""


class SecondFactorAdapter(DefaultMFAAdapter):
    error_messages = {
        **DefaultMFAAdapter.error_messages,
        "cannot_delete_authenticator": _("This is your last second factor. Add another one first."),
    }

    def get_totp_issuer(self) -> str:
        return "Dealix gates"

    def build_totp_svg(self, url: str) -> str:
        """The QR code on white, so that it can be read on a dark page too."""
        import qrcode
        from qrcode.image.svg import SvgPathFillImage

        svg = qrcode.make(url, image_factory=SvgPathFillImage).to_string(encoding="unicode")
        return str(svg).replace("svg:", "")

    def can_delete_authenticator(self, authenticator: Authenticator) -> bool:
        """Where a second factor is obligatory, the last one stays."""
        return not settings.REQUIRE_MFA or other_factors(authenticator).exists()


def other_factors(authenticator: Authenticator) -> Any:
    """What the person could log in with if this one were gone. Recovery codes alone do not do."""
    found = Authenticator.objects.filter(user=authenticator.user).exclude(pk=authenticator.pk)
    return found.exclude(type=Authenticator.Type.RECOVERY_CODES)


def refuse_last_factor(authenticator: Authenticator) -> None:
    """Raise PermissionDenied where a person may not be left without a second factor."""
    if not SecondFactorAdapter().can_delete_authenticator(authenticator):
        raise PermissionDenied(
            str(SecondFactorAdapter.error_messages["cannot_delete_authenticator"])
        )


def reset_second_factors(user: User) -> bool:
    """End a person's sessions and second factors, so that they set up a new one at the next login.

    For somebody who has lost theirs. False where there were none.
    """
    from allauth.usersessions.models import UserSession

    found = Authenticator.objects.filter(user=user)
    if not found.exists():
        return False
    found.delete()
    for session in UserSession.objects.filter(user=user):
        session.end()
    security_log.log_event("second_factor_reset", account=user.get_username())
    return True
