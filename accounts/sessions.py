"""End a person's sessions, whichever way they began; know the one that a new password ended."""

import hashlib

from allauth.account.utils import user_pk_to_url_str
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib.auth import SESSION_KEY
from django.contrib.auth.models import User
from django.contrib.sessions.models import Session
from django.core.cache import cache
from django.http import HttpRequest
from django.utils import timezone

# The library's key for a log-in that waits for its second factor.
WAITING_LOGIN = "account_login"
KEPT_SECONDS = 600


def end_sessions(user: User, keep: str | None = None) -> None:
    """Delete every session of an account, also one that waits for its second factor.

    The library's list of sessions does not know all of them, so the sessions themselves are read.

    Args:
        keep: the key of the session that stays, for a change to one's own account.
    """
    logged_in, waiting = str(user.pk), user_pk_to_url_str(user)
    ended = [
        session.session_key
        for session in Session.objects.filter(expire_date__gt=timezone.now()).iterator()
        if session.session_key != keep
        and (data := session.get_decoded())
        and (
            str(data.get(SESSION_KEY)) == logged_in
            or (data.get(WAITING_LOGIN) or {}).get("user_pk") == waiting
        )
    ]
    Session.objects.filter(session_key__in=ended).delete()
    UserSession.objects.filter(user=user).exclude(session_key=keep or "").delete()


def note_new_password(session_key: str) -> None:
    """Remember that the session of this key ended because its person changed the password."""
    cache.set(_ended_key(session_key), True, KEPT_SECONDS)


def new_password_ended(request: HttpRequest) -> bool:
    """Return whether a change of the password ended the session that the browser names.

    The form sent twice on a slow line: the first one's answer, with the new session, never came.
    """
    key = request.COOKIES.get(settings.SESSION_COOKIE_NAME, "")
    return bool(key and cache.get(_ended_key(key)))


def _ended_key(session_key: str) -> str:
    return f"new-password:{hashlib.sha256(session_key.encode()).hexdigest()}"
