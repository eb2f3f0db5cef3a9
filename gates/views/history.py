"""Pages about a span of time: changes, the audit log, the burn-up."""

from datetime import datetime

from django.http import (
    HttpRequest,
    HttpResponse,
)
from django.shortcuts import render
from django.utils import timezone
from django.utils.http import urlencode
from django.views.decorators.http import require_safe

from gates.board import datetimes
from gates.board.as_of import history_start
from gates.board.launches import get_launch, launch_as_of
from gates.board.queries import read_board
from gates.board.rows import MAX_GATES_PER_PAGE
from gates.history.audit_log import KINDS, AuditLogFilters, audit_log_page
from gates.history.board_diff import diff_boards
from gates.history.burnup import burnup
from gates.history.pace import chart, pace
from gates.history.whats_new import last_import
from gates.models import Launch
from gates.views.etag import conditional_get
from gates.views.params import (
    found_or_404,
    handle_date_errors,
    page_param,
    reject_as_of,
    requested_board,
)

DEFAULT_SPAN_DAYS = 7  # days


@require_safe
@conditional_get
@handle_date_errors
def changes(request: HttpRequest, slug: str | None = None) -> HttpResponse:
    """Show the difference of two boards: at ?since= and at ?until=, by default the last 7 days.

    `since=import` means the launch's last import. If the history begins later than `since`, the
    first board is that of the history's beginning.
    """
    now = timezone.now()
    until_text = request.GET.get("until", "")
    until = datetimes.parse_as_of(until_text, now) if until_text else None
    reject_as_of(request)
    launch = found_or_404(get_launch(slug, until))
    first = history_start(Launch, launch.id)
    last = until or datetimes.end_of_day(now)
    since = _beginning(request.GET.get("since", ""), launch.id, last, now)
    datetimes.validate_range(since, last)
    since = max(since, first) if first else since
    old = read_board(launch_as_of(launch, since), now, since)
    new = read_board(launch, now, until)
    context = {
        "launch": launch,
        "since": since,
        "until": new.as_of,
        "first": first,
        "changes": diff_boards(old, new),
        "gone_by": since.isoformat(),  # links to removed rows show the board as of then
    }
    if until:
        context["link_as_of"] = until_text
    return render(request, "gates/changes.html", context)


def _beginning(text: str, launch_id: int, until: datetime, now: datetime) -> datetime:
    """Return where the comparison starts: the parsed text, the last import, or 7 days ago."""
    week = datetimes.days_before(until, DEFAULT_SPAN_DAYS)
    if text == "import":
        return last_import(launch_id, until) or week
    return datetimes.parse_since(text, now) if text else week


@require_safe
@conditional_get
@handle_date_errors
def history(request: HttpRequest) -> HttpResponse:
    """Show the audit log, newest first, filtered by person, gate, kind and time; paged."""
    reject_as_of(request)
    now = timezone.now()
    choices = {name: request.GET.get(name, "")[:200] for name in ("person", "gate", "kind")}
    since, until = request.GET.get("since", ""), request.GET.get("until", "")
    filters = AuditLogFilters(
        **choices,
        since=datetimes.parse_since(since, now) if since else None,
        until=datetimes.parse_as_of(until, now) if until else None,
    )
    datetimes.validate_range(filters.since, filters.until)
    page = audit_log_page(filters, page_param(request))
    params = {name: str(value) for name, value in request.GET.items() if name != "page" and value}
    context = {
        "page": page,
        "history": page.entries,
        "filters": filters,
        "kinds": [(name, model._meta.verbose_name) for name, model in KINDS.items()],
        "query": urlencode(params),
        "before": urlencode({**params, "until": page.until.isoformat()}) if page.until else "",
    }
    return render(request, "gates/feed.html", context)


@require_safe
@conditional_get
@handle_date_errors
def burnup_page(request: HttpRequest, slug: str | None = None) -> HttpResponse:
    """Show how many gates were closed and counted on each day, as a chart and a table."""
    launch_board = found_or_404(requested_board(request, slug))
    claim = launch_board.launch_claim()
    threshold = claim.min_closed if claim else None
    points = burnup(launch_board.launch.id, launch_board.until)
    today = launch_board.day
    context = {
        "board": launch_board,
        "launch": launch_board.launch,
        "past": "as_of" in request.GET,
        "points": points[-MAX_GATES_PER_PAGE:],
        "earlier": points[:-MAX_GATES_PER_PAGE],
        "threshold": threshold,
        "pace": pace(points, threshold, today),
        "chart": chart(points, threshold, today),
    }
    return render(request, "gates/burnup.html", context)
