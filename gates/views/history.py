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
from gates.board.as_of import first_recorded
from gates.board.queries import find_launch, launch_then, read_board
from gates.board.rows import READABLE
from gates.history.audit_log import KINDS, FeedFilters, feed
from gates.history.board_diff import changes_between
from gates.history.burnup import burnup, chart, pace
from gates.history.whats_new import last_import
from gates.models import Launch
from gates.views.etag import unless_unchanged
from gates.views.params import (
    board_asked_for,
    known,
    page_asked_for,
    refuse_as_of,
    says_when,
)

WEEK = 7  # days


@require_safe
@unless_unchanged
@says_when
def changes(request: HttpRequest, slug: str | None = None) -> HttpResponse:
    """What changed between two moments: ?since= and ?until=, or the last seven days.

    `since=import` means the launch's last import.

    Where the record begins later than `since`, it is compared with its beginning.
    """
    now = timezone.now()
    until_text = request.GET.get("until", "")
    until = datetimes.as_of(until_text, now) if until_text else None
    refuse_as_of(request)
    later = known(find_launch(slug, until))
    first = first_recorded(Launch, later.id)
    last = until or datetimes.end_of_day(now)
    since = _beginning(request.GET.get("since", ""), later.id, last, now)
    datetimes.in_order(since, last)
    since = max(since, first) if first else since
    old = read_board(launch_then(later, since), now, since)
    new = read_board(later, now, until)
    context = {
        "launch": later,
        "since": since,
        "until": new.as_of,
        "first": first,
        "changes": changes_between(old, new),
        "gone_by": since.isoformat(),  # where what is gone since then can still be seen
    }
    if until:
        context["link_as_of"] = until_text
    return render(request, "gates/changes.html", context)


def _beginning(text: str, launch_id: int, until: datetime, now: datetime) -> datetime:
    """Where a comparison begins: a day or moment, "import" for the last one, or a week ago."""
    week = datetimes.days_before(until, WEEK)
    if text == "import":
        return last_import(launch_id, until) or week
    return datetimes.start(text, now) if text else week


@require_safe
@unless_unchanged
@says_when
def history(request: HttpRequest) -> HttpResponse:
    """Everything on record, newest first, narrowed by person, gate, kind and time; paged."""
    refuse_as_of(request)
    now = timezone.now()
    asked = {name: request.GET.get(name, "")[:200] for name in ("person", "gate", "kind")}
    since, until = request.GET.get("since", ""), request.GET.get("until", "")
    filters = FeedFilters(
        **asked,
        since=datetimes.start(since, now) if since else None,
        until=datetimes.as_of(until, now) if until else None,
    )
    datetimes.in_order(filters.since, filters.until)
    page = feed(filters, page_asked_for(request))
    kept = {name: str(value) for name, value in request.GET.items() if name != "page" and value}
    context = {
        "page": page,
        "history": page.entries,
        "filters": filters,
        "kinds": [(name, model._meta.verbose_name) for name, model in KINDS.items()],
        "query": urlencode(kept),
        "before": urlencode({**kept, "until": page.until.isoformat()}) if page.until else "",
    }
    return render(request, "gates/feed.html", context)


@require_safe
@unless_unchanged
@says_when
def burnup_page(request: HttpRequest, slug: str | None = None) -> HttpResponse:
    """Closed and counted over time, as a chart and as the table behind it."""
    found = known(board_asked_for(request, slug))
    claim = found.launched()
    threshold = claim.min_closed if claim else None
    points = burnup(found.launch.id, found.until)
    today = found.day
    context = {
        "board": found,
        "launch": found.launch,
        "past": "as_of" in request.GET,
        "points": points[-READABLE:],
        "earlier": points[:-READABLE],
        "threshold": threshold,
        "pace": pace(points, threshold, today),
        "chart": chart(points, threshold, today),
    }
    return render(request, "gates/burnup.html", context)
