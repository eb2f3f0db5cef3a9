"""What a request asks for: a launch, a moment, and the answer where that moment has no board."""

from collections.abc import Callable
from datetime import datetime
from functools import wraps
from typing import Any, TypeVar

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext

from gates.board import datetimes
from gates.board.launches import NoHistoryYet, current_slug, get_launch
from gates.board.queries import read_board
from gates.board.rows import Board

T = TypeVar("T")


def as_of_param(request: HttpRequest, now: datetime) -> datetime | None:
    """The moment in ?as_of=; None where it is not given.

    Raises:
        Unreadable: it is no date or time, or in the future.
    """
    text = request.GET.get("as_of")
    return None if text is None else datetimes.parse_as_of(text, now)


def page_param(request: HttpRequest) -> int:
    """The number in ?page=, counted from 1; what is no such number means the first page."""
    text = request.GET.get("page", "")
    return max(1, int(text)) if text.isdecimal() and len(text) < 7 else 1


def reject_as_of(request: HttpRequest) -> None:
    """For pages about a span of time.

    Raises:
        Unreadable: ?as_of= is given.
    """
    if "as_of" in request.GET:
        raise datetimes.InvalidDate(
            gettext("This page is about a span of time: say since= and until= instead of as_of=.")
        )


def requested_board(request: HttpRequest, slug: str | None = None) -> Board | None:
    """The board of the named launch, or of the current one, now or as of ?as_of=.

    None where there is no such launch.

    Raises:
        Unreadable: the moment is no date or time, or in the future.
        NotRecorded: the launch has no record at that moment.
    """
    now = timezone.now()
    as_of = as_of_param(request, now)
    launch = get_launch(slug, as_of)
    return None if launch is None else read_board(launch, now, as_of)


def found_or_404(found: T | None) -> T:
    """What was found.

    Raises:
        Http404: nothing was.
    """
    if found is None:
        raise Http404
    return found


def no_history_message(error: NoHistoryYet) -> str:
    """Why there is no board at that moment, in the reader's language."""
    values = {"name": error.launch.name}
    if error.since is None:
        return gettext("Nothing is on record about %(name)s yet.") % values
    values["since"] = date_format(timezone.localtime(error.since), "DATETIME_FORMAT")
    return gettext("The record of %(name)s begins on %(since)s.") % values


def handle_date_errors(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    """Answer a moment that cannot be read with 400, one before the first record with 404.

    The address of a launch that has another slug now leads to where it is.
    """

    @wraps(view)
    def answer(request: HttpRequest, **kwargs: Any) -> HttpResponseBase:
        try:
            return view(request, **kwargs)
        except Http404:
            slug = current_slug(kwargs["slug"]) if "slug" in kwargs else None
            if slug is None or request.resolver_match is None:
                raise
            there = reverse(request.resolver_match.view_name, kwargs={**kwargs, "slug": slug})
            query = request.GET.urlencode()
            return redirect(f"{there}?{query}" if query else there)
        except datetimes.InvalidDate as error:
            return _date_error_response(request, str(error), 400)
        except NoHistoryYet as error:
            return _date_error_response(request, no_history_message(error), 404)

    return answer


def _date_error_response(request: HttpRequest, words: str, status: int) -> HttpResponse:
    """What a person gets as a page and a program, which asked for a document, as one line."""
    if request.path.endswith((".md", ".json", ".csv")):
        return HttpResponse(words, status=status, content_type="text/plain; charset=utf-8")
    return render(request, "gates/invalid_date.html", {"words": words}, status=status)
