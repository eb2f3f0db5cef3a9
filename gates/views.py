"""Pages: request → board → template. Everything but /healthz and the login asks for an account."""

import sys
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import PermissionDenied
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.template import loader
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext
from django.views import defaults
from django.views.decorators.http import require_safe

from gates import moments
from gates.asked import board_asked_for, known, moment_asked_for, says_when
from gates.board import find_launch, read_board, read_gate
from gates.burnup import burnup, chart, pace
from gates.changes import changes_between
from gates.feed import KINDS, Filters, feed
from gates.health import health, is_unavailable
from gates.history import claim_history, gate_history, people
from gates.honesty import findings
from gates.models import Evidence, Gate, Launch, Owner
from gates.recorded import first_recorded
from gates.rule_changes import last_import, recent_rule_changes
from gates.rules import Status
from gates.snapshot.formats import FORMATS
from gates.waiting import waiting_on

# Statuses in the order of the document that the board replaces.
WEEK = timedelta(days=7)
READING_ORDER = (Status.CLOSED, Status.PARTIAL, Status.OPEN, Status.BLOCKED)


@require_safe
@says_when
def board(request: HttpRequest, slug: str | None = None) -> HttpResponse:
    """The current launch's board, or that of the named launch; with ?as_of= as it was then."""
    found = board_asked_for(request, slug)
    if found is None and slug is None:
        return render(request, "gates/no_launch.html")
    found = known(found)
    context = {
        "board": found,
        "statuses": READING_ORDER,
        "past": "as_of" in request.GET,
        "rule_changes": recent_rule_changes(found.launch.id, found.as_of),
        "findings": findings(found, timezone.localdate(found.as_of)),
    }
    return render(request, "gates/board.html", context)


@require_safe
@says_when
def export(request: HttpRequest, ending: str, slug: str | None = None) -> HttpResponse:
    """The board as a document, by the same reading as the page."""
    found = known(board_asked_for(request, slug))
    form = FORMATS[ending]
    response = HttpResponse(form.write(found), content_type=form.content_type)
    if form.download:
        name = f"{found.launch.slug}.{ending}"
        response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


@require_safe
@says_when
def gate(request: HttpRequest, code: str, slug: str | None = None) -> HttpResponse:
    """One gate, whole, with its history; with ?as_of= as it was then."""
    now = timezone.now()
    as_of = moment_asked_for(request, now)
    launch = known(find_launch(slug, as_of))
    found = known(read_gate(launch, code, now, as_of))
    history = [entry for entry in gate_history(found.id) if entry.at <= (as_of or now)]
    context: dict[str, Any] = {
        "launch": launch,
        "gate": found,
        "as_of": as_of,
        "past": as_of is not None,
        "history": history,
        "rewritten": {
            entry.row_id for entry in history if (entry.model, entry.kind) == ("evidence", "~")
        },
        "progress_word": Gate.Progress(found.progress).label,
        "people": people(
            [found.closed_by_id]
            + [proof.recorded_by_id for proof in found.evidence]
            + [blocker.resolved_by_id for blocker in found.blockers]
        ),
    }
    return render(request, "gates/gate.html", context)


@require_safe
@says_when
def waiting(request: HttpRequest) -> HttpResponse:
    """What waits on whom, the reader's own debts first, and what can be done meanwhile."""
    found = known(board_asked_for(request))
    own = Owner.objects.filter(user__username=request.user.get_username()).first()
    context = {
        "board": found,
        "launch": found.launch,
        "past": "as_of" in request.GET,
        "waiting": waiting_on(found, timezone.localdate(found.as_of), own.name if own else ""),
        "own": own,
    }
    return render(request, "gates/waiting.html", context)


@require_safe
@says_when
def honesty(request: HttpRequest) -> HttpResponse:
    """What the board knows to be weak about itself."""
    found = known(board_asked_for(request))
    weak = findings(found, timezone.localdate(found.as_of))
    context = {"board": found, "launch": found.launch, "past": "as_of" in request.GET}
    return render(request, "gates/honesty.html", {**context, "findings": weak})


@require_safe
@says_when
def claim(request: HttpRequest, slug: str) -> HttpResponse:
    """One claim: its rule, its verdict with every reason, and how its rule has changed."""
    found = known(board_asked_for(request))
    judged = known(next((row for row in found.claims if row.slug == slug), None))
    context = {
        "board": found,
        "launch": found.launch,
        "past": "as_of" in request.GET,
        "claim": judged,
        "history": [entry for entry in claim_history(judged.id) if entry.at <= found.as_of],
    }
    return render(request, "gates/claim.html", context)


@require_safe
@says_when
def changes(request: HttpRequest) -> HttpResponse:
    """What changed between two moments: ?since= and ?until=, or the last seven days.

    `since=import` means the launch's last import.

    Where the record begins later than `since`, it is compared with its beginning.
    """
    now = timezone.now()
    until_text = request.GET.get("until", "")
    until = moments.as_of(until_text, now) if until_text else None
    later = known(find_launch(None, until))
    first = first_recorded(Launch, later.id)
    since = _beginning(request.GET.get("since", ""), later.id, until or now)
    since = min(max(since, first), now) if first else min(since, now)
    old = read_board(known(find_launch(later.slug, since)), now, since)
    new = read_board(later, now, until)
    context = {
        "launch": later,
        "since": since,
        "until": new.as_of,
        "first": first,
        "changes": changes_between(old, new),
    }
    return render(request, "gates/changes.html", context)


def _beginning(text: str, launch_id: int, until: datetime) -> datetime:
    """Where a comparison begins: a day or moment, "import" for the last one, or a week ago."""
    if text == "import":
        return last_import(launch_id, until) or until - WEEK
    return moments.start(text) if text else until - WEEK


@require_safe
@says_when
def history(request: HttpRequest) -> HttpResponse:
    """Everything on record, newest first, narrowed by person, gate, kind and time; paged."""
    now = timezone.now()
    asked = {name: request.GET.get(name, "")[:200] for name in ("person", "gate", "kind")}
    since, until = request.GET.get("since", ""), request.GET.get("until", "")
    filters = Filters(
        **asked,
        since=moments.start(since) if since else None,
        until=moments.as_of(until, now) if until else None,
    )
    number = request.GET.get("page", "1")
    page = feed(filters, max(1, int(number)) if number.isdecimal() and len(number) < 7 else 1)
    kept = {name: str(value) for name, value in request.GET.items() if name != "page" and value}
    context = {
        "page": page,
        "history": page.entries,
        "filters": filters,
        "kinds": [(name, model._meta.verbose_name) for name, model in KINDS.items()],
        "query": urlencode(kept),
    }
    return render(request, "gates/feed.html", context)


@require_safe
def burnup_page(request: HttpRequest) -> HttpResponse:
    """Closed and counted over time, as a chart and as the table behind it."""
    now = timezone.now()
    found = read_board(known(find_launch()), now)
    threshold = next((row.min_closed for row in found.claims if row.min_closed), None)
    points = burnup(found.launch.id, now)
    today = timezone.localdate(now)
    context = {
        "board": found,
        "launch": found.launch,
        "points": points,
        "threshold": threshold,
        "pace": pace(points, threshold, today),
        "chart": chart(points, threshold, today),
    }
    return render(request, "gates/burnup.html", context)


@require_safe
def evidence_file(_request: HttpRequest, pk: int) -> FileResponse:
    """A piece of evidence's file, always as a download and never shown in the page."""
    proof = get_object_or_404(Evidence.objects.exclude(file=""), pk=pk)
    try:
        return FileResponse(
            proof.file.open("rb"),
            as_attachment=True,
            filename=proof.file.name.rpartition("/")[2],
            content_type="application/octet-stream",
        )
    except FileNotFoundError as error:
        raise Http404 from error


@login_not_required
@require_safe
def badge(request: HttpRequest) -> HttpResponse:
    """A small picture for other sites to show, without a login; 404 unless switched on."""
    launch = find_launch() if settings.PUBLIC_BADGE else None
    found = read_board(known(launch), timezone.now())
    allowed = bool(found.claims) and found.claims[0].verdict.allowed
    standing = gettext("launched") if allowed else gettext("not launched")
    words = f"{found.totals.closed}/{found.totals.counted} · {standing}"
    response = render(
        request,
        "gates/badge.svg",
        {"words": words, "allowed": allowed},
        content_type="image/svg+xml",
    )
    response.headers["Cache-Control"] = "no-cache"
    return response


@login_not_required
@require_safe
def healthz(_request: HttpRequest) -> JsonResponse:
    """200 when all is well, else 503; which part is not, and no detail of it."""
    found = health()
    return JsonResponse(found, status=200 if set(found.values()) == {"ok"} else 503)


def server_error(request: HttpRequest) -> HttpResponse:
    """What went wrong was ours (500), or the database cannot do it now (503: try again soon)."""
    if not is_unavailable(sys.exc_info()[1]):
        return defaults.server_error(request)
    page = loader.get_template("503.html").render()
    return HttpResponse(page, status=503, headers={"Retry-After": "30"})


@login_not_required
def admin_login(request: HttpRequest) -> HttpResponse:
    """The admin's login is the site's own; who is logged in but not staff is told so."""
    if request.user.is_authenticated:
        raise PermissionDenied
    query = urlencode({"next": request.GET.get("next", reverse("admin:index"))})
    return redirect(f"{reverse('login')}?{query}")
