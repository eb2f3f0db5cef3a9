"""Pages: request → board → template. Everything but /healthz and the login asks for an account."""

from datetime import datetime
from io import BytesIO
from typing import Any

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import PermissionDenied
from django.http import (
    FileResponse,
    Http404,
    HttpRequest,
    HttpResponse,
    JsonResponse,
    StreamingHttpResponse,
)
from django.shortcuts import get_object_or_404, render
from django.utils import timezone, translation
from django.utils.http import urlencode
from django.utils.translation import gettext
from django.views.decorators.http import require_POST, require_safe
from django.views.i18n import set_language

from accounts import log
from gates import moments
from gates.asked import (
    board_asked_for,
    known,
    moment_asked_for,
    page_asked_for,
    refuse_as_of,
    says_when,
)
from gates.board import find_launch, launch_then, read_board, read_gate
from gates.burnup import burnup, chart, pace
from gates.changes import changes_between
from gates.feed import KINDS, FeedFilters, feed
from gates.filters import NOT_CLOSED, Filters, narrowed, one_page
from gates.health import health
from gates.history import claim_history, gate_history, people
from gates.honesty import findings
from gates.instant import one_instant
from gates.lately import last_import, lately
from gates.models import Evidence, Gate, Launch, Reader
from gates.recorded import first_recorded
from gates.rows import READABLE, Board, GateRow
from gates.rules import Status
from gates.snapshot.formats import FORMATS
from gates.unchanged import unless_unchanged
from gates.waiting import waiting_on

WEEK = 7  # days
# Statuses in the order of the document that the board replaces.
READING_ORDER = (Status.CLOSED, Status.PARTIAL, Status.OPEN, Status.BLOCKED)


@require_safe
@unless_unchanged
@says_when
def board(request: HttpRequest, slug: str | None = None) -> HttpResponse:
    """The current launch's board, or that of the named launch; with ?as_of= as it was then."""
    found = board_asked_for(request, slug)
    if found is None and slug is None:
        return render(request, "gates/no_launch.html")
    found = known(found)
    filters = Filters.of(request.GET)
    found, page = one_page(narrowed(found, filters), page_asked_for(request))
    own = _own_name(request, found)
    weak = findings(found, found.day)
    kept = {"as_of": request.GET.get("as_of", ""), **filters.asked()}
    query = urlencode({name: value for name, value in kept.items() if value})
    context = {
        "board": found,
        "page": page,
        "not_closed": NOT_CLOSED,
        "launch": found.launch,
        "launched": found.launched(),
        "filters": filters,
        "query": f"?{query}" if query else "",
        "statuses": READING_ORDER,
        "priorities": Gate.Priority.values,
        "past": "as_of" in request.GET,
        "own": own,
        "waiting": waiting_on(found, found.day, own),
        "lately": lately(found),
        "findings": weak,
        # An old link may ask for a weakness that is mended since; the form says so too.
        "mended": "" if filters.weak in {one.reason.code for one in weak} else filters.weak,
    }
    return render(request, "gates/board.html", context)


def _own_name(request: HttpRequest, found: Board) -> str:
    """Whom on the board the reader is; empty for nobody."""
    return found.accounts.get(request.user.pk or 0, "")


@require_safe
@unless_unchanged
@says_when
def export(
    request: HttpRequest, ending: str, slug: str | None = None
) -> HttpResponse | StreamingHttpResponse:
    """The board as a document, by the same reading as the page, with the same filters.

    JSON is sent piece by piece where the board is too large to read as one page.

    In English, because scripts and other people's documents rely on its words; ?language=ar says
    otherwise.
    """
    found = known(board_asked_for(request, slug))
    found = narrowed(found, Filters.of(request.GET))
    form = FORMATS[ending]
    log.note("export", launch=found.launch.slug, format=ending, as_of=request.GET.get("as_of"))
    asked = request.GET.get("language", "")
    with translation.override(asked if asked in dict(settings.LANGUAGES) else "en"):
        pieces = form.pieces(found)
        answer = StreamingHttpResponse if len(found.listed()) > READABLE else HttpResponse
        response = answer(pieces, content_type=form.content_type)
    if form.download:
        name = f"{found.launch.slug}.{ending}"
        response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


@require_safe
@unless_unchanged
@says_when
def gate(request: HttpRequest, code: str, slug: str | None = None) -> HttpResponse:
    """One gate, whole, with its history; with ?as_of= as it was then."""
    now = timezone.now()
    as_of = moment_asked_for(request, now)
    launch = known(find_launch(slug, as_of))
    found = known(read_gate(launch, code, now, as_of))
    until = as_of or moments.end_of_day(now)
    history = [entry for entry in gate_history(found.id) if entry.at <= until]
    context: dict[str, Any] = {
        "launch": launch,
        "gate": found,
        "as_of": as_of and min(as_of, now),
        "past": as_of is not None,
        "shareable": _could_share(found) if as_of is None else [],
        "history": history[:READABLE],
        "earlier": history[READABLE:],
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


def _could_share(found: GateRow) -> list[str]:
    """Codes of the gates that the same drill covers, still open and without its evidence."""
    if found.status != Status.CLOSED or not found.covers:
        return []
    current = [proof.summary for proof in found.evidence if proof.is_current]
    covered = Gate.objects.filter(covered_by=found.id).exclude(progress=Gate.Progress.CLOSED)
    lacking = covered.exclude(evidence__summary__in=current).order_by("position")
    return list(lacking.values_list("code", flat=True))


@require_safe
@unless_unchanged
@says_when
def waiting(request: HttpRequest, slug: str | None = None) -> HttpResponse:
    """What waits on whom, the reader's own debts first, and what can be done meanwhile."""
    found = known(board_asked_for(request, slug))
    own = _own_name(request, found)
    context = {
        "board": found,
        "launch": found.launch,
        "past": "as_of" in request.GET,
        "launched": found.launched(),
        "waiting": waiting_on(found, found.day, own),
        "own": own,
    }
    return render(request, "gates/waiting.html", context)


@require_safe
@unless_unchanged
@says_when
def honesty(request: HttpRequest, slug: str | None = None) -> HttpResponse:
    """What the board knows to be weak about itself."""
    found = known(board_asked_for(request, slug))
    weak = findings(found, found.day)
    context = {"board": found, "launch": found.launch, "past": "as_of" in request.GET}
    return render(request, "gates/honesty.html", {**context, "findings": weak})


@require_safe
@unless_unchanged
@says_when
def claim(request: HttpRequest, named: str, slug: str | None = None) -> HttpResponse:
    """One claim: its rule, its verdict with every reason, and how its rule has changed."""
    found = known(board_asked_for(request, slug))
    judged = known(next((row for row in found.claims if row.slug == named), None))
    history = [entry for entry in claim_history(judged.id) if entry.at <= found.until]
    context = {
        "board": found,
        "launch": found.launch,
        "past": "as_of" in request.GET,
        "claim": judged,
        "history": history[:READABLE],
        "earlier": history[READABLE:],
    }
    return render(request, "gates/claim.html", context)


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
    until = moments.as_of(until_text, now) if until_text else None
    refuse_as_of(request)
    later = known(find_launch(slug, until))
    first = first_recorded(Launch, later.id)
    last = until or moments.end_of_day(now)
    since = _beginning(request.GET.get("since", ""), later.id, last, now)
    moments.in_order(since, last)
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
    week = moments.days_before(until, WEEK)
    if text == "import":
        return last_import(launch_id, until) or week
    return moments.start(text, now) if text else week


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
        since=moments.start(since, now) if since else None,
        until=moments.as_of(until, now) if until else None,
    )
    moments.in_order(filters.since, filters.until)
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


@require_safe
def evidence_file(request: HttpRequest, pk: int) -> HttpResponse | FileResponse:
    """A piece of evidence's file, always as a download and never shown in the page.

    Not served unless it is, byte for byte, what was attached.
    """
    if not request.user.has_perm("gates.view_evidence"):
        raise PermissionDenied(gettext("Files of evidence are for people with a role."))
    proof = get_object_or_404(Evidence.objects.exclude(file="").select_related("gate"), pk=pk)
    try:
        content = proof.file.read_unchanged()
    except FileNotFoundError:
        return _not_served(request, proof, "missing", 404)
    if content is None:
        return _not_served(request, proof, "altered", 409)
    name = proof.file.name.rpartition("/")[2]
    return FileResponse(
        BytesIO(content),
        as_attachment=True,
        filename=name,
        content_type="application/octet-stream",
    )


def _not_served(request: HttpRequest, proof: Evidence, why: str, status: int) -> HttpResponse:
    log.note(f"evidence_file_{why}", evidence=proof.pk, gate=proof.gate.code)
    context = {"proof": proof, "missing": why == "missing"}
    return render(request, "gates/file_not_served.html", context, status=status)


@login_not_required
@require_safe
def badge(request: HttpRequest) -> HttpResponse:
    """A small picture for other sites to show, without a login; 404 unless switched on."""
    if not settings.PUBLIC_BADGE:
        raise Http404
    with one_instant():
        found = read_board(known(find_launch()), timezone.now())
    claim = found.launched()
    allowed = claim is not None and claim.verdict.allowed
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
    """200 when all is well, else 503; which part is not, and no detail of it.

    A clock that is off is said and no more: were it the database's, every server would be out.
    """
    found = health()
    well = set({**found, "clock": "ok"}.values()) == {"ok"}
    return JsonResponse(found, status=200 if well else 503)


@login_not_required
@require_POST
def language(request: HttpRequest) -> HttpResponse:
    """Switch the language: for this browser, and for the account wherever it logs in."""
    chosen = request.POST.get("language", "")
    if request.user.is_authenticated and chosen in dict(settings.LANGUAGES):
        Reader.objects.update_or_create(user=request.user, defaults={"language": chosen})
        request.session["language"] = chosen
    return set_language(request)
