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
from gates.board import LaunchRow, find_launch, read_board, read_gate
from gates.history import gate_history, people
from gates.models import Evidence, Gate
from gates.rules import Status

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
def gate(request: HttpRequest, code: str, slug: str | None = None) -> HttpResponse:
    """One gate, whole, with its history."""
    launch = _known(find_launch(slug))
    found = read_gate(launch, code, timezone.now())
    if found is None:
        raise Http404
    context: dict[str, Any] = {
        "launch": launch,
        "gate": found,
        "history": gate_history(found.id),
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


def _known(launch: LaunchRow | None) -> LaunchRow:
    if launch is None:
        raise Http404
    return launch
