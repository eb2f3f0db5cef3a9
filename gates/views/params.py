"""Request parameters: the launch and ?as_of=, ?page=, and the responses to invalid dates."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import wraps
from typing import Any, TypeVar

from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext

from gates.board import datetimes
from gates.board.former_names import name_of_namesake, present_names
from gates.board.launches import NoHistoryYet, current_slug, get_launch
from gates.board.queries import read_board, read_gate
from gates.board.rows import Board, GateRow, LaunchRow
from gates.models import Gate
from gates.rules.text import clean_code

T = TypeVar("T")


def as_of_param(request: HttpRequest, now: datetime) -> datetime | None:
    """Return the datetime in ?as_of=; None if it is not given.

    Raises:
        InvalidDate: it is no date or time, or in the future.
    """
    text = request.GET.get("as_of")
    return None if text is None else datetimes.parse_as_of(text, now)


def page_param(request: HttpRequest) -> int:
    """Return the number in ?page=, counted from 1; 1 if it is missing or no such number."""
    text = request.GET.get("page", "")
    return max(1, int(text)) if text.isdecimal() and len(text) < 7 else 1


def reject_as_of(request: HttpRequest) -> None:
    """Refuse ?as_of= on a page about a span of time, which has ?since= and ?until=.

    Raises:
        InvalidDate: ?as_of= is given.
    """
    if "as_of" in request.GET:
        raise datetimes.InvalidDate(
            gettext("This page is about a span of time: say since= and until= instead of as_of=.")
        )


def requested_board(request: HttpRequest, slug: str | None = None) -> Board | None:
    """Return the board of the named launch, or of the current one, now or as of ?as_of=.

    None if there is no such launch.

    Raises:
        InvalidDate: ?as_of= is no date or time, or in the future.
        NoHistoryYet: the launch's history begins later.
    """
    now = timezone.now()
    as_of = as_of_param(request, now)
    launch = get_launch(slug, as_of)
    return None if launch is None else read_board(launch, now, as_of)


@dataclass(frozen=True, slots=True)
class RequestedGate:
    """One gate of a launch, as a request asks for it.

    as_of: the moment in ?as_of=; None for the present.
    """

    launch: LaunchRow
    row: GateRow
    now: datetime
    as_of: datetime | None


def requested_gate(
    request: HttpRequest, code: str, slug: str | None = None
) -> RequestedGate | HttpResponse:
    """Return the gate with a code, now or as of ?as_of=; or a redirect to the code it has now.

    A code that the gate had, or one in another spelling, leads on. A past page shows the gate that
    had the code then.

    Raises:
        Http404: there is no such launch or gate.
        InvalidDate, NoHistoryYet: as `requested_board`.
    """
    if code != clean_code(code):
        return redirect_to_name(request, code=clean_code(code))
    now = timezone.now()
    as_of = as_of_param(request, now)
    launch = found_or_404(get_launch(slug, as_of))
    row = read_gate(launch, code, now, as_of)
    if row is None and as_of is None:
        return redirect_to_name(request, **found_or_404(present_names(Gate, launch, code, slug)))
    if row is None:
        then = found_or_404(name_of_namesake(Gate, launch.id, code, as_of))
        row = found_or_404(read_gate(launch, then, now, as_of))
    return RequestedGate(launch, row, now, as_of)


def request_account(request: HttpRequest) -> User:
    """Return the account that is logged in.

    Raises:
        PermissionDenied: nobody is.
    """
    if not isinstance(request.user, User):
        raise PermissionDenied
    return request.user


def found_or_404(value: T | None) -> T:
    """Return `value`, or raise Http404 if it is None."""
    if value is None:
        raise Http404
    return value


def redirect_to_name(request: HttpRequest, **names: str) -> HttpResponse:
    """Redirect to the same page under other names, with the same query.

    Args:
        names: `code`, `named` or `slug`; with a slug the address of the current launch's page
            becomes that of the named launch.
    """
    match = request.resolver_match
    if match is None:
        raise Http404
    prefix = "launch-" if "slug" in names and "slug" not in match.kwargs else ""
    address = reverse(f"{prefix}{match.view_name}", kwargs={**match.kwargs, **names})
    query = request.GET.urlencode()
    return redirect(f"{address}?{query}" if query else address)


def no_history_message(error: NoHistoryYet) -> str:
    """Return why the launch has no board at that datetime, in the reader's language."""
    values = {"name": error.launch.name}
    if error.since is None:
        return gettext("Nothing is on record about %(name)s yet.") % values
    values["since"] = date_format(timezone.localtime(error.since), "DATETIME_FORMAT")
    return gettext("The record of %(name)s begins on %(since)s.") % values


def handle_date_errors(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    """Decorate a view: InvalidDate gives 400, NoHistoryYet gives 404.

    A former slug of a launch is redirected to the same page under its current slug. Where there is
    no launch yet, its pages say so.
    """

    @wraps(view)
    def wrapper(request: HttpRequest, **kwargs: Any) -> HttpResponseBase:
        try:
            return view(request, **kwargs)
        except Http404:
            if not kwargs and get_launch(None, None) is None:  # the menu of a fresh database
                return render(request, "gates/no_launch.html")
            slug = current_slug(kwargs["slug"]) if "slug" in kwargs else None
            if slug is None:
                raise
            return redirect_to_name(request, slug=slug)
        except datetimes.InvalidDate as error:
            return _date_error_response(request, str(error), 400)
        except NoHistoryYet as error:
            return _date_error_response(request, no_history_message(error), 404)

    return wrapper


def _date_error_response(request: HttpRequest, message: str, status: int) -> HttpResponse:
    """Return the error as a page; for documents, which programs ask for, as one line of text."""
    if request.path.endswith((".md", ".json", ".csv")):
        return HttpResponse(message, status=status, content_type="text/plain; charset=utf-8")
    return render(request, "gates/invalid_date.html", {"message": message}, status=status)
