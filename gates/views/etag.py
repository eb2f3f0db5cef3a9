"""Conditional GET: a page that has not changed is not made again, but answered with 304.

`gates/board/etag.py` has the ETag. That of a page depends besides on the account, the language and
the form token.
"""

from collections.abc import Callable
from functools import wraps

from django.conf import settings
from django.contrib.messages import get_messages
from django.http import HttpRequest, HttpResponseBase
from django.utils.translation import get_language

from gates.board.etag import answer_conditionally, board_etag


def conditional_get(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    """Decorate a view: 304 if the browser has the page, else the page from one snapshot."""

    @wraps(view)
    def wrapper(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponseBase:
        etag = _page_etag(request)
        return answer_conditionally(request, etag, lambda: view(request, *args, **kwargs))

    return wrapper


def _page_etag(request: HttpRequest) -> str:
    """Return the ETag of the page for this request; empty if the page must be made anew."""
    token = request.COOKIES.get(settings.CSRF_COOKIE_NAME, "")
    # Without a token the page sets one; a message is shown once.
    if not token or len(get_messages(request)):
        return ""
    return board_etag(request, request.user.pk, get_language(), token)
