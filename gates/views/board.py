"""The board of a launch and the pages that show it in part: waiting, weak spots, one claim."""

from django.conf import settings
from django.http import (
    HttpRequest,
    HttpResponse,
    StreamingHttpResponse,
)
from django.shortcuts import render
from django.utils import translation
from django.utils.http import urlencode
from django.views.decorators.http import require_safe

from accounts import security_log
from gates.board.filters import NOT_CLOSED, Filters, apply_filters, paginate
from gates.board.findings import findings
from gates.board.rows import MAX_GATES_PER_PAGE, Board
from gates.board.waiting import waiting_on
from gates.documents.export import FORMATS
from gates.history.entries import claim_history
from gates.history.whats_new import whats_new
from gates.models import Gate
from gates.rules import Status
from gates.views.etag import conditional_get
from gates.views.params import found_or_404, handle_date_errors, page_param, requested_board

# Statuses in the order of the document that the board replaces.
READING_ORDER = (Status.CLOSED, Status.PARTIAL, Status.OPEN, Status.BLOCKED)


@require_safe
@conditional_get
@handle_date_errors
def board(request: HttpRequest, slug: str | None = None) -> HttpResponse:
    """The current launch's board, or that of the named launch; with ?as_of= as it was then."""
    found = requested_board(request, slug)
    if found is None and slug is None:
        return render(request, "gates/no_launch.html")
    found = found_or_404(found)
    filters = Filters.from_query(request.GET)
    found, page = paginate(apply_filters(found, filters), page_param(request))
    own = _own_name(request, found)
    weak = findings(found, found.day)
    kept = {"as_of": request.GET.get("as_of", ""), **filters.as_dict()}
    query = urlencode({name: value for name, value in kept.items() if value})
    context = {
        "board": found,
        "page": page,
        "not_closed": NOT_CLOSED,
        "launch": found.launch,
        "launch_claim": found.launch_claim(),
        "filters": filters,
        "query": f"?{query}" if query else "",
        "statuses": READING_ORDER,
        "priorities": Gate.Priority.values,
        "past": "as_of" in request.GET,
        "own": own,
        "waiting": waiting_on(found, found.day, own),
        "whats_new": whats_new(found),
        "findings": weak,
        # An old link may ask for a weakness that is mended since; the form says so too.
        "mended": "" if filters.weak in {one.reason.code for one in weak} else filters.weak,
    }
    return render(request, "gates/board.html", context)


def _own_name(request: HttpRequest, found: Board) -> str:
    """Whom on the board the reader is; empty for nobody."""
    return found.accounts.get(request.user.pk or 0, "")


@require_safe
@conditional_get
@handle_date_errors
def export(
    request: HttpRequest, ending: str, slug: str | None = None
) -> HttpResponse | StreamingHttpResponse:
    """The board as a document, by the same reading as the page, with the same filters.

    JSON is sent piece by piece where the board is too large to read as one page.

    In English, because scripts and other people's documents rely on its words; ?language=ar says
    otherwise.
    """
    found = found_or_404(requested_board(request, slug))
    found = apply_filters(found, Filters.from_query(request.GET))
    form = FORMATS[ending]
    security_log.log_event(
        "export", launch=found.launch.slug, format=ending, as_of=request.GET.get("as_of")
    )
    asked = request.GET.get("language", "")
    with translation.override(asked if asked in dict(settings.LANGUAGES) else "en"):
        pieces = form.pieces(found)
        answer = (
            StreamingHttpResponse
            if len(found.visible_gates()) > MAX_GATES_PER_PAGE
            else HttpResponse
        )
        response = answer(pieces, content_type=form.content_type)
    if form.download:
        name = f"{found.launch.slug}.{ending}"
        response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


@require_safe
@conditional_get
@handle_date_errors
def waiting(request: HttpRequest, slug: str | None = None) -> HttpResponse:
    """What waits on whom, the reader's own debts first, and what can be done meanwhile."""
    found = found_or_404(requested_board(request, slug))
    own = _own_name(request, found)
    context = {
        "board": found,
        "launch": found.launch,
        "past": "as_of" in request.GET,
        "launch_claim": found.launch_claim(),
        "waiting": waiting_on(found, found.day, own),
        "own": own,
    }
    return render(request, "gates/waiting.html", context)


@require_safe
@conditional_get
@handle_date_errors
def honesty(request: HttpRequest, slug: str | None = None) -> HttpResponse:
    """What the board knows to be weak about itself."""
    found = found_or_404(requested_board(request, slug))
    weak = findings(found, found.day)
    context = {"board": found, "launch": found.launch, "past": "as_of" in request.GET}
    return render(request, "gates/honesty.html", {**context, "findings": weak})


@require_safe
@conditional_get
@handle_date_errors
def claim(request: HttpRequest, named: str, slug: str | None = None) -> HttpResponse:
    """One claim: its rule, its verdict with every reason, and how its rule has changed."""
    found = found_or_404(requested_board(request, slug))
    judged = found_or_404(next((row for row in found.claims if row.slug == named), None))
    entries = [entry for entry in claim_history(judged.id) if entry.at <= found.until]
    context = {
        "board": found,
        "launch": found.launch,
        "past": "as_of" in request.GET,
        "claim": judged,
        "history": entries[:MAX_GATES_PER_PAGE],
        "earlier": entries[MAX_GATES_PER_PAGE:],
    }
    return render(request, "gates/claim.html", context)
