"""The pages for errors: 400 for a bad request, 413 for too large a one, 500 for a fault of ours,
503 for the database.
"""

import sys

from django.conf import settings
from django.core.exceptions import RequestDataTooBig, TooManyFieldsSent, TooManyFilesSent
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template import loader
from django.views import csrf, defaults

from accounts.held_forms import hold_form
from gates.api.problem import is_api, problem
from gates.operations.health import is_unavailable

# Another log-in of this browser has changed the token. A form from another site fails otherwise.
WRONG_TOKEN = "CSRF token from POST incorrect."  # noqa: S105  a reason, no secret


def server_error(request: HttpRequest) -> HttpResponse:
    """Return 500, or 503 with Retry-After where the database cannot do its work now."""
    error = sys.exc_info()[1]
    if is_api(request):
        return _api_error(error, 500)
    return _service_unavailable(error) or defaults.server_error(request)


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Return 400; 413 where a form was too large, 503 where the database is the cause.

    Django reports a session that could not be written as a bad request.
    """
    if is_api(request):
        return _api_error(exception, 413 if isinstance(exception, RequestDataTooBig) else 400)
    if isinstance(exception, RequestDataTooBig | TooManyFieldsSent | TooManyFilesSent):
        limits = {
            "too_many": not isinstance(exception, RequestDataTooBig),
            "text_mb": settings.DATA_UPLOAD_MAX_MEMORY_SIZE // 1024**2,
            "all_mb": settings.MAX_BODY_BYTES // 1024**2,
            "fields": f"{settings.DATA_UPLOAD_MAX_NUMBER_FIELDS:,}",
        }
        return render(request, "413.html", limits, status=413)
    return _service_unavailable(exception) or defaults.bad_request(request, exception)


def _api_error(error: BaseException | None, status: int) -> HttpResponse:
    """Return the same for a request to the API, as it answers everything."""
    if is_unavailable(error):
        return problem(503, "The board cannot answer now; ask again soon.", {"Retry-After": "30"})
    words = {400: "This request cannot be read.", 413: "The body has more than 1048576 bytes."}
    return problem(status, words.get(status, "The board failed; its operators can see why."))


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Return 403 for a form without a valid token; the security log names the reason."""
    request.csrf_failure = reason  # type: ignore[attr-defined]
    if reason == WRONG_TOKEN:
        address = request.get_full_path()
        request.held_at = hold_form(request, address) and address  # type: ignore[attr-defined]
    return csrf.csrf_failure(request, reason)


def _service_unavailable(error: BaseException | None) -> HttpResponse | None:
    if not is_unavailable(error):
        return None
    page = loader.get_template("503.html").render()
    return HttpResponse(page, status=503, headers={"Retry-After": "30"})
