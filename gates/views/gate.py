"""One gate, and the files of its evidence."""

from io import BytesIO
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import (
    FileResponse,
    Http404,
    HttpRequest,
    HttpResponse,
)
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.http import require_safe

from accounts import security_log
from gates.board import datetimes
from gates.board.queries import get_launch, read_gate
from gates.board.rows import MAX_GATES_PER_PAGE, GateRow
from gates.history.entries import gate_history, usernames
from gates.models import Evidence, Gate
from gates.rules import Status
from gates.rules.text import clean_code
from gates.views.etag import conditional_get
from gates.views.params import as_of_param, found_or_404, handle_date_errors


@require_safe
@conditional_get
@handle_date_errors
def gate(request: HttpRequest, code: str, slug: str | None = None) -> HttpResponse:
    """One gate, whole, with its history; with ?as_of= as it was then."""
    if code != clean_code(code):
        return _to_canonical_address(request, clean_code(code))
    now = timezone.now()
    as_of = as_of_param(request, now)
    launch = found_or_404(get_launch(slug, as_of))
    found = found_or_404(read_gate(launch, code, now, as_of))
    until = as_of or datetimes.end_of_day(now)
    history = [entry for entry in gate_history(found.id) if entry.at <= until]
    context: dict[str, Any] = {
        "launch": launch,
        "gate": found,
        "as_of": as_of and min(as_of, now),
        "past": as_of is not None,
        "shareable": _could_share(found) if as_of is None else [],
        "history": history[:MAX_GATES_PER_PAGE],
        "earlier": history[MAX_GATES_PER_PAGE:],
        "rewritten": {
            entry.row_id: entry
            for entry in reversed(history)
            if (entry.model, entry.kind) == ("evidence", "~")
        },
        "progress_word": Gate.Progress(found.progress).label,
        "people": usernames(
            [found.closed_by_id]
            + [proof.recorded_by_id for proof in found.evidence]
            + [blocker.resolved_by_id for blocker in found.blockers]
        ),
    }
    return render(request, "gates/gate.html", context)


def _to_canonical_address(request: HttpRequest, code: str) -> HttpResponse:
    """Redirect from "/gates/t6/" to "/gates/T6/"."""
    match = request.resolver_match
    if match is None:
        raise Http404
    there = reverse(match.view_name, kwargs={**match.captured_kwargs, "code": code})
    query = request.GET.urlencode()
    return redirect(f"{there}?{query}" if query else there)


def _could_share(found: GateRow) -> list[str]:
    """Codes of the gates that the same drill covers, still open and without its evidence."""
    if found.status != Status.CLOSED or not found.covers:
        return []
    current = [proof.summary for proof in found.evidence if proof.is_current]
    covered = Gate.objects.filter(covered_by=found.id).exclude(progress=Gate.Progress.CLOSED)
    lacking = covered.exclude(evidence__summary__in=current).order_by("position")
    return list(lacking.values_list("code", flat=True))


@require_safe
def evidence_file(request: HttpRequest, pk: int) -> HttpResponse | FileResponse:
    """A piece of evidence's file, always as a download and never shown in the page.

    Not served unless it is, byte for byte, what was attached.
    """
    if not request.user.has_perm("gates.view_evidence"):
        raise PermissionDenied(gettext("Files of evidence are for people with a role."))
    proof = get_object_or_404(Evidence.objects.exclude(file="").select_related("gate"), pk=pk)
    try:
        content = proof.file.read_verified()
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
    security_log.log_event(f"evidence_file_{why}", evidence=proof.pk, gate=proof.gate.code)
    context = {"proof": proof, "missing": why == "missing"}
    return render(request, "gates/file_not_served.html", context, status=status)
