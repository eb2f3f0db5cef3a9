"""One gate."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from gates.board import datetimes
from gates.board.launches import get_launch
from gates.board.queries import read_gate
from gates.board.rows import MAX_GATES_PER_PAGE, GateRow
from gates.history.entries import closing_document, gate_history, last_closing, last_reopening
from gates.history.names import usernames
from gates.models import Gate
from gates.rules import Status
from gates.rules.text import clean_code
from gates.views.etag import conditional_get
from gates.views.params import as_of_param, found_or_404, handle_date_errors


@require_safe
@conditional_get
@handle_date_errors
def gate(request: HttpRequest, code: str, slug: str | None = None) -> HttpResponse:
    """Show one gate with its evidence, blockers, actions and history, now or as of ?as_of=."""
    if code != clean_code(code):
        return _to_canonical_address(request, clean_code(code))
    now = timezone.now()
    as_of = as_of_param(request, now)
    launch = found_or_404(get_launch(slug, as_of))
    gate_row = found_or_404(read_gate(launch, code, now, as_of))
    until = as_of or datetimes.end_of_day(now)
    entries = [entry for entry in gate_history(gate_row.id) if entry.at <= until]
    closing = last_closing(entries)
    context: dict[str, Any] = {
        "launch": launch,
        "gate": gate_row,
        "as_of": as_of and min(as_of, now),
        "past": as_of is not None,
        "shareable": _could_share(gate_row) if as_of is None else [],
        "history": entries[:MAX_GATES_PER_PAGE],
        "earlier": entries[MAX_GATES_PER_PAGE:],
        "rewritten": {
            entry.row_id: entry
            for entry in reversed(entries)
            if (entry.model, entry.kind) == ("evidence", "~")
        },
        "progress_word": str(Gate.Progress(gate_row.progress).label).lower(),
        "closing": closing if closing and closing.kind != "=" else None,
        "closing_document": closing_document(entries),
        "reopened": last_reopening(entries) if gate_row.progress != "closed" else None,
        "people": usernames(
            [gate_row.closed_by_id]
            + [proof.recorded_by_id for proof in gate_row.evidence]
            + [blocker.resolved_by_id for blocker in gate_row.blockers]
        )
        # Of the past, as they were called then.
        | ({entry.by_id: entry.by for entry in entries[::-1] if entry.by} if as_of else {}),
    }
    return render(request, "gates/gate.html", context)


def _to_canonical_address(request: HttpRequest, code: str) -> HttpResponse:
    """Redirect from "/gates/t6/" to "/gates/T6/"."""
    match = request.resolver_match
    if match is None:
        raise Http404
    there = reverse(match.view_name, kwargs={**match.kwargs, "code": code})
    query = request.GET.urlencode()
    return redirect(f"{there}?{query}" if query else there)


def _could_share(gate_row: GateRow) -> list[str]:
    """Return the codes of open gates that this gate covers and that lack its current evidence.

    Empty unless the gate is closed.
    """
    if gate_row.status != Status.CLOSED or not gate_row.covers:
        return []
    current = [proof.summary for proof in gate_row.evidence if proof.is_current]
    covered = Gate.objects.filter(covered_by=gate_row.id).exclude(progress=Gate.Progress.CLOSED)
    lacking = covered.exclude(evidence__summary__in=current).order_by("position")
    return list(lacking.values_list("code", flat=True))
