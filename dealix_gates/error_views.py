"""What a reader gets when something went wrong: whose mistake it was, and whether it will pass."""

import sys

from django.http import HttpRequest, HttpResponse
from django.template import loader
from django.views import defaults

from gates.operations.health import is_unavailable


def server_error(request: HttpRequest) -> HttpResponse:
    """What went wrong was ours (500), or the database cannot do it now (503: try again soon)."""
    return _service_unavailable(sys.exc_info()[1]) or defaults.server_error(request)


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """400; but a session that could not be written is the database's trouble, not the reader's."""
    return _service_unavailable(exception) or defaults.bad_request(request, exception)


def _service_unavailable(error: BaseException | None) -> HttpResponse | None:
    if not is_unavailable(error):
        return None
    page = loader.get_template("503.html").render()
    return HttpResponse(page, status=503, headers={"Retry-After": "30"})
