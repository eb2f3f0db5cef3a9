"""The account pages that do more than the login library's."""

from typing import Any

from allauth.account.internal.flows.login import record_authentication
from allauth.account.views import LoginView, PasswordChangeView
from allauth.core.ratelimit import consume_or_429
from allauth.mfa.base.views import IndexView
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.views import ActivateTOTPView
from allauth.mfa.webauthn.views import AddWebAuthnView, RemoveWebAuthnView
from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.decorators import method_decorator
from django.utils.http import urlencode

from . import security_log
from .adapters import refuse_last_factor
from .lockout import is_known
from .models import TemporaryPassword
from .sessions import end_sessions, note_new_password
from .signals import MUST_CHANGE_PASSWORD


def record_password(request: HttpRequest, user: User) -> None:
    """Record a password that was typed or chosen just now, so that it is not asked for again."""
    record_authentication(request, user, "password", reauthenticated=True)


@method_decorator(login_not_required, name="dispatch")
class LogInView(LoginView):
    """Log in by password. A known browser is not held up by others at its address."""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        if not is_known(request, request.POST.get("login", "")):
            too_many = consume_or_429(request, action="password_login")
            if too_many:
                return too_many
        return super().dispatch(request, *args, **kwargs)


class ChangePasswordView(PasswordChangeView):
    """Change one's own password. A temporary password leads here before any other page."""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        too_many = consume_or_429(request, action="change_password", user=request.user)
        if too_many:
            return too_many
        if not isinstance(request.user, User) or not request.user.has_usable_password():
            raise PermissionDenied
        return super().dispatch(request, *args, **kwargs)

    def get_context_data(self, **kwargs: Any) -> Any:
        given = MUST_CHANGE_PASSWORD in self.request.session
        return {**super().get_context_data(**kwargs), "given": given}

    def form_valid(self, form: Any) -> HttpResponse:
        ended = str(self.request.session.session_key)
        response: HttpResponse = super().form_valid(form)
        note_new_password(ended)
        TemporaryPassword.clear(form.user)
        self.request.session.pop(MUST_CHANGE_PASSWORD, None)
        record_password(self.request, form.user)
        end_sessions(form.user, keep=self.request.session.session_key)
        security_log.log_event("password_changed")
        return response


class SecondFactorView(IndexView):
    """A person's second factors; says so where the board stays shut without one."""

    def get_context_data(self, **kwargs: Any) -> Any:
        return {**super().get_context_data(**kwargs), "required": settings.REQUIRE_MFA}


class MarkSecondFactorMixin:
    """Record a second factor that was just set up as proved in this session."""

    request: HttpRequest

    def form_valid(self, form: Any) -> HttpResponse:
        response: HttpResponse = super().form_valid(form)  # type: ignore[misc]
        factors = Authenticator.objects.filter(user=self.request.user.pk)
        added = factors.exclude(type=Authenticator.Type.RECOVERY_CODES).latest("pk")
        record_authentication(self.request, self.request.user, "mfa", id=added.pk, type=added.type)
        return response


class SetUpAppView(MarkSecondFactorMixin, ActivateTOTPView):
    """Set up an authenticator app as second factor."""


class AddPasskeyView(MarkSecondFactorMixin, AddWebAuthnView):
    """Set up a passkey or security key as second factor."""


class RemovePasskeyView(RemoveWebAuthnView):
    """Remove a passkey, unless it is the last second factor and REQUIRE_MFA is on."""

    def form_valid(self, form: Any) -> HttpResponse:
        refuse_last_factor(self.get_object())
        response: HttpResponse = super().form_valid(form)
        return response


@login_not_required
def admin_login(request: HttpRequest) -> HttpResponse:
    """Redirect the admin's login to the site's.

    Raises:
        PermissionDenied: a user is logged in, but is not staff.
    """
    if request.user.is_authenticated:
        raise PermissionDenied
    query = urlencode({"next": request.GET.get("next", reverse("admin:index"))})
    return redirect(f"{reverse('account_login')}?{query}")


def too_many_requests(request: HttpRequest, _exception: Exception | None = None) -> HttpResponse:
    """Return the page for 429, after too many requests of one kind."""
    return render(request, "429.html", status=429)
