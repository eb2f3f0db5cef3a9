"""Lock-out: failed passwords are counted for a name and a source, with delays that grow.

The source is the client's address, or the browser if it has logged in to this account before. So
wrong passwords from elsewhere lock nobody out who sits at a browser that is known.
Counts are kept in the cache, which is a table that all workers and servers share.
"""

import hashlib
import ipaddress
import secrets
import time
from typing import Any

from allauth.account.adapter import get_adapter
from allauth.core import ratelimit
from django.conf import settings
from django.contrib.auth.models import User
from django.core import signing
from django.core.cache import cache
from django.http import HttpRequest, HttpResponse

from .usernames import fold

FREE_TRIES = 5
FIRST_DELAY, LONGEST_DELAY = 60, 3600  # seconds; each further failure doubles the delay
FORGET_AFTER = 24 * 3600

COOKIE, COOKIE_AGE = "known_browser", 365 * 24 * 3600
SALT = "accounts.lockout"
MAX_ACCOUNTS = 10  # that one browser is known for


def take_try(request: HttpRequest, username: str) -> bool:
    """Return whether a password may be tried now, and count the try as failed until it is not.

    It is counted before the password is checked, so that many at once are not all checked.
    """
    key, now = _key(request, username), time.time()
    if not cache.add(f"{key}:lock", True, 10):
        return False  # another try of the same name and source is being counted
    try:
        return _count_try(key, now)
    finally:
        cache.delete(f"{key}:lock")


def _count_try(key: str, now: float) -> bool:
    count, until = cache.get(key, (0, 0.0))
    if now < until:
        return False
    count += 1
    delay = FIRST_DELAY * 2 ** min(count - FREE_TRIES, 10) if count >= FREE_TRIES else 0
    cache.set(key, (count, now + min(delay, LONGEST_DELAY)), FORGET_AFTER)
    return True


def seconds_to_wait(request: HttpRequest, username: str) -> float:
    """Return for how long no password is checked; 0 or less if one may be tried now."""
    _count, until = cache.get(_key(request, username), (0, 0.0))
    return float(until) - time.time()


def forget_failures(request: HttpRequest, username: str) -> None:
    """Delete the count of this name and source, after the right password."""
    cache.delete(_key(request, username))


def unlock(user: User) -> None:
    """Forget every failed password and second factor of an account, whatever their source."""
    cache.set(_generation_key(user.get_username()), secrets.token_hex(8), FORGET_AFTER)
    ratelimit.clear(HttpRequest(), action="login_failed", key=f"mfa-auth-user-{user.pk}")


def is_known(request: HttpRequest, username: str) -> bool:
    """Return whether this browser has logged in to the account before."""
    return account_digest(username) in _known_accounts(request)


def remember_browser(request: HttpRequest, response: HttpResponse, user: User) -> None:
    """Set the signed cookie by which the browser is known at the next log-in."""
    known, account = _known_accounts(request), account_digest(user.get_username())
    token = known.pop(account, "") or secrets.token_hex(16)
    newest = [*known.items(), (account, token)][-MAX_ACCOUNTS:]
    response.set_cookie(
        COOKIE,
        signing.dumps(dict(newest), salt=SALT),
        max_age=COOKIE_AGE,
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )


def account_digest(username: str) -> str:
    """Return what stands for a name in the cookie and the keys; it does not show the name."""
    return _digest(fold(username))[:32]


def last_account(request: HttpRequest) -> str:
    """Return the digest of the account that logged in last in this browser; "" if none is known."""
    return next(reversed(_known_accounts(request)), "")


def _known_accounts(request: HttpRequest) -> dict[str, str]:
    """Return account → token of this browser; empty for a cookie that is not ours."""
    try:
        found: Any = signing.loads(request.COOKIES.get(COOKIE, ""), salt=SALT, max_age=COOKIE_AGE)
    except signing.BadSignature:
        return {}
    return found if isinstance(found, dict) else {}


def _key(request: HttpRequest, username: str) -> str:
    token = _known_accounts(request).get(account_digest(username))
    source = f"browser {token}" if token else f"address {_network(request)}"
    generation = cache.get(_generation_key(username), "")
    return f"lockout:{_digest(generation, fold(username), source)}"


def _generation_key(username: str) -> str:
    return f"lockout:generation:{account_digest(username)}"


def _digest(*parts: str) -> str:
    return hashlib.sha256("\n".join(parts).encode(errors="replace")).hexdigest()


def _network(request: HttpRequest) -> str:
    """Return the client's address; of IPv6 the network, which is what one customer gets."""
    address = str(get_adapter().get_client_ip(request))
    if ":" not in address:
        return address
    return str(ipaddress.ip_network(f"{address}/64", strict=False))
