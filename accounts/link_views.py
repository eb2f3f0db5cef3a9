"""The page of a one-time link: the person chooses a password and is logged in.

Messengers open links to show a preview, so reading the page changes nothing. The key stands in the
query, which no log of ours holds (docs/security-log.md), and the page's Referer names no more than
the site.
"""

from typing import Any

from allauth.account.forms import SetPasswordForm
from allauth.account.utils import perform_login
from allauth.core.ratelimit import consume_or_429
from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.models import User
from django.forms import CharField, TextInput
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import translation
from django.utils.translation import gettext_lazy as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from . import security_log
from .access_link import AccessLink
from .forms import AS_TYPED
from .views import record_password

# Not "no-referrer": a form's answer would then be without the Origin by which Django knows it.
REFERRER_POLICY = "strict-origin"


class ChoosePasswordForm(SetPasswordForm):
    """A password, twice, for the account of a link."""

    # For the password manager; what is sent of it is not read.
    username = CharField(
        label=_("User name"),
        required=False,
        widget=TextInput(attrs={"readonly": True, "autocomplete": "username", "dir": "auto"}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.order_fields(["username"])
        self.fields["username"].initial = self.user.get_username()
        for name in ("password1", "password2"):
            self.fields[name].widget.attrs |= AS_TYPED


@sensitive_post_parameters()
@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
def access_link(request: HttpRequest) -> HttpResponse:
    """Show the form of a link; on POST set the password and log in. One 404 for any dead link."""
    too_many = consume_or_429(request, action="access_link", limit_get=True)
    response = too_many or _answer(request)
    response.headers["Referrer-Policy"] = REFERRER_POLICY
    return response


def _answer(request: HttpRequest) -> HttpResponse:
    key = request.GET.get("key", "")
    link = AccessLink.find(key)
    if link is None:
        return _dead(request)
    if settings.LANGUAGE_COOKIE_NAME not in request.COOKIES and not request.user.is_authenticated:
        _speak(request, link.language)
    if request.user.is_authenticated:
        return render(request, "account/link_for_another.html", {"account": link.user})
    form = ChoosePasswordForm(link.user, request.POST if request.method == "POST" else None)
    if form.is_valid():
        user = AccessLink.use(key, form.cleaned_data["password1"])
        return _dead(request) if user is None else _log_in(request, user)
    context = {"form": form, "account": link.user, "required": settings.REQUIRE_MFA}
    return render(request, "account/link.html", context)


def _dead(request: HttpRequest) -> HttpResponse:
    security_log.log_event("access_link_refused")
    return render(request, "account/link_dead.html", status=404)


def _speak(request: HttpRequest, language: str) -> None:
    if language in dict(settings.LANGUAGES):
        translation.activate(language)
        request.LANGUAGE_CODE = translation.get_language()


def _log_in(request: HttpRequest, user: User) -> HttpResponse:
    """Log in; who has a second factor is asked for it first, as after a password."""
    record_password(request, user)
    response: HttpResponse = perform_login(request, user)
    return response
