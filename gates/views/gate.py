"""One gate."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from gates.board import datetimes
from gates.board.launches import get_launch
from gates.board.queries import read_gate
from gates.board.rows import MAX_GATES_PER_PAGE, GateRow
from gates.history.entries import closing_document, gate_history
from gates.history.names import usernames
from gates.models import Gate
from gates.rules import Status
from gates.views.etag import conditional_get
from gates.views.params import as_of_param, found_or_404, handle_date_errors


@require_safe
@conditional_get
@handle_date_errors
def gate(request: HttpRequest, code: str, slug: str | None = None) -> HttpResponse:
    """One gate, whole, with its history; with ?as_of= as it was then."""
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
            entry.row_id for entry in history if (entry.model, entry.kind) == ("evidence", "~")
        },
        "progress_word": Gate.Progress(found.progress).label,
        "closing_document": closing_document(history),
        "people": usernames(
            [found.closed_by_id]
            + [proof.recorded_by_id for proof in found.evidence]
            + [blocker.resolved_by_id for blocker in found.blockers]
        )
        # Of the past, as they were called then.
        | ({entry.by_id: entry.by for entry in history[::-1] if entry.by} if as_of else {}),
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
