"""Forms that could not be taken, because their session had ended: kept until their person is back.

What was typed is kept on the server for the account that typed it, and shown again to nobody else.
Only forms of the views that HELD_VIEWS names are kept, so no password and no code is. Files are
not; the form shown again names them. An account has one row in the shared cache, which the next
log-in empties.
"""

import re
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.models import User
from django.core.cache import cache
from django.http import HttpRequest, QueryDict
from django.urls import Resolver404, resolve, reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext

from .lockout import account_digest, last_account
from .sessions import new_password_ended

MAX_FORMS = 5  # of one account, in several tabs
MAX_SIZE = 256 * 1024  # characters of one form
KEPT_SECONDS = 24 * 3600
SESSION_KEY = "held_forms"  # the addresses of the forms that wait for this session's person
# Not what a person typed: the page's own token, and which button was pressed.
LEFT_OUT = {"csrfmiddlewaretoken", "_save", "_continue", "_addanother", "_saveasnew"}


def hold_form(request: HttpRequest, address: str, leave_out: frozenset[str] = frozenset()) -> bool:
    """Keep what was sent for the form at an address; False if that is not possible.

    It is kept for the account that is logged in, or else the last one in this browser.

    Args:
        address: Where the form is shown again, with its query.
        leave_out: Names of fields that are not the form's.
    """
    logged_in = isinstance(request.user, User)
    account = account_digest(request.user.get_username()) if logged_in else last_account(request)
    if not account or not _is_held(request, address):
        return False
    sent = request.POST.copy()
    for name in [name for name in sent if name in LEFT_OUT | leave_out or "password" in name]:
        del sent[name]
    for name, files in request.FILES.lists():
        sent[f"{name}-lost"] = str(files[-1].name)
    text = sent.urlencode()
    if not text or len(text) > MAX_SIZE:
        return False
    forms = cache.get(_key(account), {})
    forms.pop(address, None)
    newest = [*forms.items(), (address, text)][-MAX_FORMS:]
    cache.set(_key(account), dict(newest), KEPT_SECONDS)
    if logged_in:
        request.session[SESSION_KEY] = [kept for kept, _ in newest]
    return True


def take_form(request: HttpRequest) -> QueryDict | None:
    """Return what was typed at this address before, once; None if nothing is kept."""
    address = request.get_full_path()
    waiting = request.session.get(SESSION_KEY, [])
    if request.method != "GET" or address not in waiting or not isinstance(request.user, User):
        return None
    key = _key(account_digest(request.user.get_username()))
    forms = cache.get(key, {})
    text = forms.pop(address, None)
    if forms:
        cache.set(key, forms, KEPT_SECONDS)
    else:
        cache.delete(key)
    request.session[SESSION_KEY] = [other for other in waiting if other != address]
    return None if text is None else QueryDict(text, mutable=True)


def wait_for(request: HttpRequest, user: User) -> None:
    """Note in a new session which forms wait for its person."""
    if forms := cache.get(_key(account_digest(user.get_username()))):
        request.session[SESSION_KEY] = list(forms)


def forget(user: User) -> None:
    """Delete what is kept for an account that goes: its name may be given to somebody else."""
    cache.delete(_key(account_digest(user.get_username())))


def page_after_login(request: HttpRequest) -> str:
    """Return the page to come to after the log-in that a request was answered with.

    For a form it is the form, with what was typed; where that is not kept, the page before.
    """
    address = request.get_full_path()
    if request.method != "POST":
        return address
    if address == reverse("account_change_password") and new_password_ended(request):
        messages.success(request, gettext("Your password was changed. Log in with the new one."))
        return reverse("board")
    if hold_form(request, address):
        messages.warning(
            request,
            gettext("Nothing was saved. Log in, and what you typed is shown again."),
        )
        return address
    messages.warning(
        request, gettext("Nothing was saved. Go back in your browser to find what you typed.")
    )
    return page_before(request)


def page_before(request: HttpRequest, or_else: str = "board") -> str:
    """Return the page of ours that a form was sent from; if the browser names none, `or_else`.

    Args:
        or_else: The URL name of a page.
    """
    source = urlsplit(request.headers.get("Referer", ""))
    if source.netloc != request.get_host() or not source.path:
        return reverse(or_else)
    return f"{source.path}?{source.query}" if source.query else source.path


def _is_held(request: HttpRequest, address: str) -> bool:
    if not url_has_allowed_host_and_scheme(address, {request.get_host()}):
        return False
    try:
        view = resolve(urlsplit(address).path)
    except Resolver404:
        return False
    return bool(re.fullmatch(settings.HELD_VIEWS, view.view_name))


def _key(account: str) -> str:
    return f"held-forms:{account}"
