"""Pages: request → board → template. Everything but /healthz and the login asks for an account."""

from typing import Any

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import PermissionDenied
from django.db import DatabaseError, connection
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext
from django.views.decorators.http import require_safe

from gates import invariants
from gates.board import LaunchRow, find_launch, read_board, read_gate
from gates.history import claim_history, gate_history, people
from gates.honesty import findings
from gates.models import Evidence, Gate, Owner
from gates.rules import Status
from gates.snapshot.formats import FORMATS
from gates.waiting import waiting_on

# Statuses in the order of the document that the board replaces.
READING_ORDER = (Status.CLOSED, Status.PARTIAL, Status.OPEN, Status.BLOCKED)


@require_safe
def board(request: HttpRequest, slug: str | None = None) -> HttpResponse:
    """The current launch's board, or that of the named launch."""
    launch = find_launch(slug)
    if launch is None and slug is None:
        return render(request, "gates/no_launch.html")
    found = read_board(_known(launch), timezone.now())
    return render(request, "gates/board.html", {"board": found, "statuses": READING_ORDER})


@require_safe
def export(request: HttpRequest, ending: str, slug: str | None = None) -> HttpResponse:
    """The board as a document, by the same reading as the page."""
    launch = _known(find_launch(slug))
    form = FORMATS[ending]
    response = HttpResponse(
        form.write(read_board(launch, timezone.now())), content_type=form.content_type
    )
    if form.download:
        response.headers["Content-Disposition"] = f'attachment; filename="{launch.slug}.{ending}"'
    return response


@require_safe
def gate(request: HttpRequest, code: str, slug: str | None = None) -> HttpResponse:
    """One gate, whole, with its history."""
    launch = _known(find_launch(slug))
    found = read_gate(launch, code, timezone.now())
    if found is None:
        raise Http404
    history = gate_history(found.id)
    context: dict[str, Any] = {
        "launch": launch,
        "gate": found,
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
def waiting(request: HttpRequest) -> HttpResponse:
    """What waits on whom, the reader's own debts first, and what can be done meanwhile."""
    found = read_board(_known(find_launch()), timezone.now())
    own = Owner.objects.filter(user__username=request.user.get_username()).first()
    people_waited_for = waiting_on(found, timezone.localdate(), own.name if own else "")
    context = {"board": found, "launch": found.launch, "waiting": people_waited_for, "own": own}
    return render(request, "gates/waiting.html", context)


@require_safe
def honesty(request: HttpRequest) -> HttpResponse:
    """What the board knows to be weak about itself."""
    found = read_board(_known(find_launch()), timezone.now())
    weak = findings(found, timezone.localdate())
    context = {"board": found, "launch": found.launch, "findings": weak}
    return render(request, "gates/honesty.html", context)


@require_safe
def claim(request: HttpRequest, slug: str) -> HttpResponse:
    """One claim: its rule, its verdict with every reason, and how its rule has changed."""
    found = read_board(_known(find_launch()), timezone.now())
    judged = next((row for row in found.claims if row.slug == slug), None)
    if judged is None:
        raise Http404
    context = {
        "board": found,
        "launch": found.launch,
        "claim": judged,
        "history": claim_history(judged.id),
    }
    return render(request, "gates/claim.html", context)


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
    found = read_board(_known(launch), timezone.now())
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
def healthz(_request: HttpRequest) -> HttpResponse:
    """200 when the database answers and holds the closing rule, else 503."""
    try:
        healthy = not invariants.faults(connection)
    except DatabaseError:
        healthy = False
    return HttpResponse("ok" if healthy else "unhealthy", status=200 if healthy else 503)


@login_not_required
def admin_login(request: HttpRequest) -> HttpResponse:
    """The admin's login is the site's own; who is logged in but not staff is told so."""
    if request.user.is_authenticated:
        raise PermissionDenied
    query = urlencode({"next": request.GET.get("next", reverse("admin:index"))})
    return redirect(f"{reverse('login')}?{query}")


def _known(launch: LaunchRow | None) -> LaunchRow:
    if launch is None:
        raise Http404
    return launch
