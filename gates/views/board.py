"""The board of a launch, and the pages on parts of it: waiting, findings, one claim."""

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
from gates.board.former_names import name_of_namesake, present_names
from gates.board.rows import MAX_GATES_PER_PAGE, Board
from gates.board.taken_back import taken_back
from gates.board.waiting import waiting_on
from gates.documents.export import FORMATS
from gates.history.object_history import claim_history
from gates.history.whats_new import whats_new
from gates.models import Claim, Gate
from gates.models.token import tokens_ending_soon
from gates.rules import Status
from gates.views.etag import conditional_get
from gates.views.params import (
    found_or_404,
    handle_date_errors,
    page_param,
    redirect_to_name,
    requested_board,
)

# Statuses in the order of the document that the board replaces.
STATUS_ORDER = (Status.CLOSED, Status.PARTIAL, Status.OPEN, Status.BLOCKED)


@require_safe
@conditional_get
@handle_date_errors
def board(request: HttpRequest, slug: str | None = None) -> HttpResponse:
    """Show the board of the named launch, or of the current one, now or as of ?as_of=."""
    launch_board = found_or_404(requested_board(request, slug))
    filters = Filters.from_query(request.GET)
    launch_board, page = paginate(apply_filters(launch_board, filters), page_param(request))
    own_name = _own_name(request, launch_board)
    board_findings = findings(launch_board, launch_board.day)
    codes = {finding.reason.code for finding in board_findings}
    params = {"as_of": request.GET.get("as_of", ""), **filters.as_dict()}
    query = urlencode({name: value for name, value in params.items() if value})
    context = {
        "board": launch_board,
        "page": page,
        "not_closed": NOT_CLOSED,
        "launch": launch_board.launch,
        "launch_claim": launch_board.launch_claim(),
        "filters": filters,
        "query": f"?{query}" if query else "",
        "statuses": STATUS_ORDER,
        "priorities": Gate.Priority.values,
        "past": "as_of" in request.GET,
        "own_name": own_name,
        "waiting": waiting_on(launch_board, launch_board.day, own_name),
        "whats_new": whats_new(launch_board),
        "findings": board_findings,
        "taken_back": taken_back(launch_board),
        # An old link may filter by a finding that is gone since; the form still shows it.
        "mended": "" if filters.weak in codes else filters.weak,
    }
    return render(request, "gates/board.html", context)


def _own_name(request: HttpRequest, launch_board: Board) -> str:
    """Return the reader's name among the board's owners; empty if the account has no owner."""
    return launch_board.accounts.get(request.user.pk or 0, "")


@require_safe
@conditional_get
@handle_date_errors
def export(
    request: HttpRequest, ending: str, slug: str | None = None
) -> HttpResponse | StreamingHttpResponse:
    """Return the board as a document, from the same rows as the page, with the same filters.

    A board too large for one page (MAX_GATES_PER_PAGE) is streamed. The document is in English,
    because scripts and other documents rely on its words; ?language=ar overrides that.
    """
    launch_board = found_or_404(requested_board(request, slug))
    launch_board = apply_filters(launch_board, Filters.from_query(request.GET))
    document_format = FORMATS[ending]
    security_log.log_event(
        "export", launch=launch_board.launch.slug, format=ending, as_of=request.GET.get("as_of")
    )
    code = request.GET.get("language", "")
    with translation.override(code if code in dict(settings.LANGUAGES) else "en"):
        pieces = document_format.pieces(launch_board)
        response_class = (
            StreamingHttpResponse
            if len(launch_board.visible_gates()) > MAX_GATES_PER_PAGE
            else HttpResponse
        )
        response = response_class(pieces, content_type=document_format.content_type)
    if document_format.download:
        filename = f"{launch_board.launch.slug}.{ending}"
        response.headers["Content-Disposition"] = f'attachment; filename="{filename}"'
    return response


@require_safe
@conditional_get
@handle_date_errors
def waiting(request: HttpRequest, slug: str | None = None) -> HttpResponse:
    """List the blockers by the person waited for, the reader first, and the unblocked actions."""
    launch_board = found_or_404(requested_board(request, slug))
    own_name = _own_name(request, launch_board)
    context = {
        "board": launch_board,
        "launch": launch_board.launch,
        "past": "as_of" in request.GET,
        "launch_claim": launch_board.launch_claim(),
        "waiting": waiting_on(launch_board, launch_board.day, own_name),
        "own_name": own_name,
        "ending_tokens": []
        if "as_of" in request.GET
        else tokens_ending_soon(request.user.pk or 0, launch_board.day),
    }
    return render(request, "gates/waiting.html", context)


@require_safe
@conditional_get
@handle_date_errors
def honesty(request: HttpRequest, slug: str | None = None) -> HttpResponse:
    """List the findings: the weak points that the board shows about itself."""
    launch_board = found_or_404(requested_board(request, slug))
    board_findings = findings(launch_board, launch_board.day)
    context = {"board": launch_board, "launch": launch_board.launch, "past": "as_of" in request.GET}
    return render(request, "gates/honesty.html", {**context, "findings": board_findings})


@require_safe
@conditional_get
@handle_date_errors
def claim(request: HttpRequest, named: str, slug: str | None = None) -> HttpResponse:
    """Show one claim: its rule, its verdict with every reason, and the changes of its rule."""
    launch_board = found_or_404(requested_board(request, slug))
    launch = launch_board.launch
    claim_row = next((row for row in launch_board.claims if row.slug == named), None)
    if claim_row is None and "as_of" in request.GET:
        then = found_or_404(name_of_namesake(Claim, launch.id, named, launch_board.until))
        claim_row = found_or_404(next((c for c in launch_board.claims if c.slug == then), None))
    elif claim_row is None:
        return redirect_to_name(request, **found_or_404(present_names(Claim, launch, named, slug)))
    entries = [entry for entry in claim_history(claim_row.id) if entry.at <= launch_board.until]
    context = {
        "board": launch_board,
        "launch": launch_board.launch,
        "past": "as_of" in request.GET,
        "claim": claim_row,
        "history": entries[:MAX_GATES_PER_PAGE],
        "earlier": entries[MAX_GATES_PER_PAGE:],
    }
    return render(request, "gates/claim.html", context)
