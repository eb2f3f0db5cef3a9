"""Single sign-on, where an OpenID Connect server is set: it lets in whom we know, nobody else."""

from typing import Any

from allauth.core.exceptions import ImmediateHttpResponse
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from django.contrib import messages
from django.http import HttpRequest
from django.shortcuts import redirect
from django.utils.translation import gettext

from accounts import security_log


class SingleSignOnAdapter(DefaultSocialAccountAdapter):
    def is_open_for_signup(self, request: HttpRequest, sociallogin: Any) -> bool:
        """Nobody gets an account by logging in elsewhere."""
        security_log.log_event("login_failed", user=str(sociallogin.user), why="no account")
        messages.error(
            request,
            gettext("No account here has this e-mail address. Ask whoever runs this board."),
        )
        raise ImmediateHttpResponse(redirect("account_login"))
