"""The login library's adapters: no sign-up, no mail, fewer messages."""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from . import encryption, lockout, security_log
from .sessions import end_sessions

# Messages that are left out: the page itself shows whether a person is logged in.
SKIPPED_MESSAGES = {"account/messages/logged_in.txt", "account/messages/logged_out.txt"}


class AccountAdapter(DefaultAccountAdapter):
    """Login and password: no sign-up, and lock-outs and disabled accounts are logged."""

    error_messages = {
        **DefaultAccountAdapter.error_messages,
        "too_many_login_attempts": _(
            "Too many failed attempts. Wait before you try again; each failure makes it longer."
        ),
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def get_password_change_redirect_url(self, request: HttpRequest) -> str:
        return str(self.get_login_redirect_url(request))

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        username = str(credentials.get("username", ""))
        if not lockout.take_try(request, username):
            security_log.log_event("lockout", user=username[:150])
            raise self.validation_error("too_many_login_attempts")

    def authenticate(self, request: HttpRequest, **credentials: Any) -> Any:
        user = super().authenticate(request, **credentials)
        if user is not None:
            lockout.forget_failures(request, str(credentials.get("username", "")))
        return user

    def respond_user_inactive(self, request: HttpRequest, user: Any) -> HttpResponse:
        security_log.log_event("login_failed", user=user.get_username(), why="disabled")
        messages.error(request, gettext("This account is switched off."))
        return redirect("account_login")

    def add_message(self, request: HttpRequest, level: int, *args: Any, **kwargs: Any) -> None:
        template = args[0] if args else kwargs.get("message_template")
        if template not in SKIPPED_MESSAGES:
            super().add_message(request, level, *args, **kwargs)

    def send_mail(self, *_args: Any, **_kwargs: Any) -> None:
        """Send nothing: the board sends no mail."""


class SecondFactorAdapter(DefaultMFAAdapter):
    """The second factor: name and QR code of the app, and the last factor that stays."""

    error_messages = {
        **DefaultMFAAdapter.error_messages,
        "cannot_delete_authenticator": _("This is your last second factor. Add another one first."),
    }

    def get_totp_issuer(self) -> str:
        return "Dealix gates"

    def build_totp_svg(self, url: str) -> str:
        """Return the QR code on white, so that it can be read on a dark page too."""
        import qrcode
        from qrcode.image.svg import SvgPathFillImage

        svg = qrcode.make(url, image_factory=SvgPathFillImage).to_string(encoding="unicode")
        return str(svg).replace("svg:", "")

    def encrypt(self, text: str) -> str:
        return encryption.encrypt(text)

    def decrypt(self, encrypted_text: str) -> str:
        return encryption.decrypt(encrypted_text)

    def can_delete_authenticator(self, authenticator: Authenticator) -> bool:
        """Return whether a factor may be removed: the last one may not where REQUIRE_MFA is on."""
        return not settings.REQUIRE_MFA or other_factors(authenticator).exists()


def other_factors(authenticator: Authenticator) -> Any:
    """Return the person's other factors as a queryset, without recovery codes."""
    factors = Authenticator.objects.filter(user=authenticator.user).exclude(pk=authenticator.pk)
    return factors.exclude(type=Authenticator.Type.RECOVERY_CODES)


def refuse_last_factor(authenticator: Authenticator) -> None:
    """Raise PermissionDenied if `authenticator` is the last factor and REQUIRE_MFA is on."""
    if not SecondFactorAdapter().can_delete_authenticator(authenticator):
        raise PermissionDenied(
            str(SecondFactorAdapter.error_messages["cannot_delete_authenticator"])
        )


def reset_second_factors(user: User) -> bool:
    """Delete a person's second factors and end their sessions; False if they had no factor.

    They set up a new factor at the next login. For a person who has lost theirs.
    """
    factors = Authenticator.objects.filter(user=user)
    if not factors.exists():
        return False
    factors.delete()
    end_sessions(user)
    security_log.log_event("second_factor_reset", account=user.get_username())
    return True
