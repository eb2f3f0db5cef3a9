"""Pages: request → board → template. Everything but /healthz and the login asks for an account."""

from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import PermissionDenied
from django.db import DatabaseError, connection
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.views.decorators.http import require_safe

from gates import invariants
from gates.asked import board_asked_for, known, moment_asked_for, says_when
from gates.board import find_launch, read_gate
from gates.history import gate_history, people
from gates.models import Evidence, Gate
from gates.rules import Status


@require_safe
@says_when
def board(request: HttpRequest, slug: str | None = None) -> HttpResponse:
    """The current launch's board, or that of the named launch; with ?as_of= as it was then."""
    found = board_asked_for(request, slug)
    if found is None and slug is None:
        return render(request, "gates/no_launch.html")
    context = {"board": known(found), "statuses": list(Status), "past": "as_of" in request.GET}
    return render(request, "gates/board.html", context)


@require_safe
@says_when
def gate(request: HttpRequest, code: str, slug: str | None = None) -> HttpResponse:
    """One gate, whole, with its history; with ?as_of= as it was then."""
    now = timezone.now()
    as_of = moment_asked_for(request, now)
    launch = known(find_launch(slug, as_of))
    found = known(read_gate(launch, code, now, as_of))
    context: dict[str, Any] = {
        "launch": launch,
        "gate": found,
        "as_of": as_of,
        "past": as_of is not None,
        "history": [entry for entry in gate_history(found.id) if entry.at <= (as_of or now)],
        "progress_word": Gate.Progress(found.progress).label,
        "people": people(
            [found.closed_by_id]
            + [proof.recorded_by_id for proof in found.evidence]
            + [blocker.resolved_by_id for blocker in found.blockers]
        ),
    }
    return render(request, "gates/gate.html", context)


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
