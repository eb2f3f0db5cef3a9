"""The pages for errors: 400 for a bad request, 500 for a fault of ours, 503 for the database."""

import sys

from django.http import HttpRequest, HttpResponse
from django.template import loader
from django.views import csrf, defaults

from gates.operations.health import is_unavailable


def server_error(request: HttpRequest) -> HttpResponse:
    """Return 500, or 503 with Retry-After where the database cannot do its work now."""
    return _service_unavailable(sys.exc_info()[1]) or defaults.server_error(request)


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Return 400, or 503 where the database is the cause.

    Django reports a session that could not be written as a bad request.
    """
    return _service_unavailable(exception) or defaults.bad_request(request, exception)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Return 403 for a form without a valid token; the security log names the reason."""
    request.csrf_failure = reason  # type: ignore[attr-defined]
    return csrf.csrf_failure(request, reason)


def _service_unavailable(error: BaseException | None) -> HttpResponse | None:
    if not is_unavailable(error):
        return None
    page = loader.get_template("503.html").render()
    return HttpResponse(page, status=503, headers={"Retry-After": "30"})
