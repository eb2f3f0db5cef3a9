"""The security log: one line an event, as JSON, with who, from where, and in which request.

Lines go to the logger `security`, next to the server's other logs. What may be in them is listed
in docs/security-log.md; passwords, codes, keys and session ids are never.
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
    """Write one event. Without `user`, who is logged in; in a command, nobody."""
    logger.info(_line(event, user, facts))


def log_on_commit(event: str, *, user: str | None = None, **facts: Any) -> None:
    """Write one event when the transaction commits; what is rolled back did not happen."""
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
    """Middleware: give each request its id, and note when an answer is "not allowed"."""

    def middleware(request: HttpRequest) -> HttpResponse:
        given = request.headers.get("X-Request-ID", "")
        number = given if REQUEST_ID.fullmatch(given) else uuid.uuid4().hex
        request.request_id = number  # type: ignore[attr-defined]
        token = _request.set(request)
        try:
            response = get_response(request)
            if response.status_code == 403:
                log_event("permission_denied", method=request.method, path=request.path)
            elif response.status_code == 429:
                log_event("too_many_requests", method=request.method, path=request.path)
        finally:
            _request.reset(token)
        response.headers["X-Request-ID"] = number
        return response

    return middleware


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
