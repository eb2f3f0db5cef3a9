"""Single sign-on by OpenID Connect (SSO_SERVER), for people who have an account here."""

from typing import Any

from allauth.core.exceptions import ImmediateHttpResponse
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from allauth.socialaccount.providers.base import AuthProcess
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest
from django.shortcuts import redirect
from django.utils.translation import gettext

from accounts import security_log


class SingleSignOnAdapter(DefaultSocialAccountAdapter):
    """Refuse people without an account here instead of signing them up.

    An account is connected to one at the server by its e-mail address, which only somebody with the
    right over accounts sets. The library's other way, from a session that is open, is refused:
    whoever has stolen it would connect their own.
    """

    def pre_social_login(self, request: HttpRequest, sociallogin: Any) -> None:
        """Refuse to connect the account that is logged in.

        Raises:
            PermissionDenied: the log-in was begun to connect, not to log in.
        """
        if sociallogin.state.get("process") != AuthProcess.LOGIN:
            security_log.log_event("login_failed", why="connecting is refused")
            raise PermissionDenied

    def is_open_for_signup(self, request: HttpRequest, sociallogin: Any) -> bool:
        """Refuse: nobody gets an account by logging in elsewhere.

        Raises:
            ImmediateHttpResponse: always; a redirect to the login page, with a message.
        """
        security_log.log_event("login_failed", user=str(sociallogin.user), why="no account")
        messages.error(
            request,
            gettext("No account here has this e-mail address. Ask whoever runs this board."),
        )
        raise ImmediateHttpResponse(redirect("account_login"))
