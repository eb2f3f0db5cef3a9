"""The security log: one JSON line an event, with user, client address and request id.

Lines go to the logger `security`, beside the server's other logs. docs/security-log.md lists the
events and what they hold. Passwords, codes, keys and session ids are never logged.
"""

import json
import logging
import re
import uuid
from collections.abc import Callable
from contextvars import ContextVar
from typing import Any

from allauth.account.adapter import get_adapter
from django.core.exceptions import ImproperlyConfigured, PermissionDenied
from django.db import transaction
from django.http import HttpRequest, HttpResponse

logger = logging.getLogger("security")

_request: ContextVar[HttpRequest | None] = ContextVar("request", default=None)
REQUEST_ID = re.compile(r"[A-Za-z0-9_-]{8,64}")


def log_event(event: str, *, user: str | None = None, **facts: Any) -> None:
    """Log an event.

    Args:
        event: its name in docs/security-log.md.
        user: the account's name; without it that of the logged-in user, in a command empty.
        facts: what else the line holds.
    """
    logger.info(_line(event, user, facts))


def log_on_commit(event: str, *, user: str | None = None, **facts: Any) -> None:
    """Log an event when the transaction commits, and not at all when it is rolled back."""
    line = _line(event, user, facts)
    transaction.on_commit(lambda: logger.info(line))


def _line(event: str, user: str | None, facts: dict[str, Any]) -> str:
    request = _request.get()
    line: dict[str, Any] = {"event": event, "user": user or _username(request)}
    if request is not None:
        line |= {"address": _client_address(request), "request": request.request_id}  # type: ignore[attr-defined]
    return json.dumps(line | facts, ensure_ascii=True, default=str)


def request_id_middleware(
    get_response: Callable[[HttpRequest], HttpResponse],
) -> Callable[[HttpRequest], HttpResponse]:
    """Middleware: give each request an id, and log responses 403 and 429."""

    def middleware(request: HttpRequest) -> HttpResponse:
        received = request.headers.get("X-Request-ID", "")
        request_id = received if REQUEST_ID.fullmatch(received) else uuid.uuid4().hex
        request.request_id = request_id  # type: ignore[attr-defined]
        token = _request.set(request)
        try:
            response = get_response(request)
            if response.status_code == 403:
                why = getattr(request, "csrf_failure", "")
                facts = {"why": why} if why else {}
                log_event("permission_denied", method=request.method, path=request.path, **facts)
            elif response.status_code == 429:
                log_event("too_many_requests", method=request.method, path=request.path)
        finally:
            _request.reset(token)
        response.headers["X-Request-ID"] = request_id
        return response

    return middleware


def current_person() -> tuple[Any, str | None]:
    """Return the account of the request and its path; (None, None) where there is no request.

    The account is None where nobody is logged in.
    """
    request = _request.get()
    if request is None:
        return None, None
    user = getattr(request, "user", None)
    return (user if user is not None and user.is_authenticated else None), request.path


def _username(request: HttpRequest | None) -> str:
    user = getattr(request, "user", None)
    return user.get_username() if user is not None and user.is_authenticated else ""


def _client_address(request: HttpRequest) -> str:
    try:
        return str(get_adapter().get_client_ip(request))
    except PermissionDenied:  # the request names no address that can be read
        return ""
    except ImproperlyConfigured:  # fewer proxies in the header than the settings promise
        return ""
