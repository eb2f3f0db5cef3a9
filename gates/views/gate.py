"""One gate."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.db.models import Q
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from gates.board import datetimes
from gates.board.former_names import launches_with_gate
from gates.board.predecessor import read_predecessor
from gates.board.rows import MAX_GATES_PER_PAGE, GateRow
from gates.board.shown_checks import shown_checks
from gates.history.entries import Entry, closing_document, last_closing, last_reopening
from gates.history.names import usernames
from gates.history.object_history import gate_history
from gates.models import Gate
from gates.models.proposal import waiting_proposals
from gates.operations.file_checks import check_files
from gates.rules import Status
from gates.rules.text import clean_code
from gates.views.etag import conditional_get
from gates.views.params import handle_date_errors, requested_gate


def _check_files_first(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    """Decorate a gate's page: check its files before the page may count as unchanged."""

    @wraps(view)
    def wrapper(
        request: HttpRequest, code: str, slug: str | None = None, **kwargs: Any
    ) -> HttpResponseBase:
        if "as_of" not in request.GET:
            launch = Q(gate__launch__slug=slug) if slug else Q(gate__launch__is_current=True)
            check_files(launch & Q(gate__code=clean_code(code)))
        return view(request, code=code, slug=slug, **kwargs)

    return wrapper


@require_safe
@_check_files_first
@conditional_get
@handle_date_errors
def gate(request: HttpRequest, code: str, slug: str | None = None) -> HttpResponse:
    """Show one gate with its evidence, blockers, actions and history, now or as of ?as_of=."""
    found = requested_gate(request, code, slug)
    if isinstance(found, HttpResponse):
        return found
    launch, gate_row, now, as_of = found.launch, found.row, found.now, found.as_of
    until = as_of or datetimes.end_of_day(now)
    entries = [entry for entry in gate_history(gate_row.id) if entry.at <= until]
    closing = last_closing(entries)
    context: dict[str, Any] = {
        "launch": launch,
        "gate": gate_row,
        # An address without a launch may be older than the current launch.
        "namesakes": launches_with_gate(code, other_than=launch.id)
        if slug is None and gate_row.has_namesakes
        else [],
        "predecessor": read_predecessor(gate_row.follows_id, as_of),
        "as_of": as_of and min(as_of, now),
        "past": as_of is not None,
        "checks": shown_checks(gate_row, timezone.localdate(min(until, now)), as_of),
        "proposals": waiting_proposals(gate_row.id, as_of),
        "shareable": _could_share(gate_row) if as_of is None and not launch.archived_on else [],
        "gate_on_record": f"{launch.slug}/{gate_row.code}",
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
        | (_authors(entries) if as_of else {}),
    }
    return render(request, "gates/gate.html", context)


def _authors(entries: list[Entry]) -> dict[int, str]:
    """Return the accounts of entries by id, as the latest of them call them. Newest first."""
    return {entry.by_id: entry.by for entry in reversed(entries) if entry.by and entry.by_id}


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
