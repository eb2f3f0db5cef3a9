"""One check of a gate with all of its runs, and the report of a run."""

import hashlib
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.http import require_safe

from accounts import security_log
from gates.board.check_runs import read_run_page
from gates.board.shown_checks import shown_check
from gates.models import Report
from gates.models.check_rows import CheckRow
from gates.rules import Kind
from gates.views.etag import conditional_get
from gates.views.params import found_or_404, handle_date_errors, page_param, requested_gate


@require_safe
@conditional_get
@handle_date_errors
def check(request: HttpRequest, code: str, key: str, slug: str | None = None) -> HttpResponse:
    """Show one check of a gate with all of its runs, page by page, now or as of ?as_of=."""
    found = requested_gate(request, code, slug)
    if isinstance(found, HttpResponse):
        return found
    launch, gate, now, as_of = found.launch, found.row, found.now, found.as_of
    row = found_or_404(_check_of(gate.checks, gate.id, key))
    number = page_param(request)
    runs = read_run_page(row.id, number, as_of)
    context: dict[str, Any] = {
        "launch": launch,
        "gate": gate,
        "check": shown_check(gate, row, runs, timezone.localdate(min(as_of or now, now))),
        "past": as_of is not None,
        "moment": as_of and min(as_of, now),
        "page": number,
        "edit": as_of is None and request.user.is_staff and not launch.archived_on,
    }
    return render(request, "gates/check.html", context)


def _check_of(checks: list[CheckRow], gate_id: int, key: str) -> CheckRow | None:
    """Return the gate's own check with this key; else one that it shares."""
    found = [check for check in checks if check.key == key]
    return next((check for check in found if check.gate_id == gate_id), next(iter(found), None))


@require_safe
def report(request: HttpRequest, pk: int) -> HttpResponse:
    """The bytes of a run's report as they were sent, always as a download.

    Not served unless they have the checksum that was recorded with the run.
    """
    if not request.user.has_perm("gates.view_run"):
        raise PermissionDenied(gettext("Reports of runs are for people with a role."))
    found = Report.objects.filter(run=pk).select_related("run__gate_check__gate").first()
    if found is None:
        raise Http404
    run, body = found.run, bytes(found.body)
    if hashlib.sha256(body).hexdigest() != run.sha256:
        security_log.log_event("report_altered", run=pk, gate=run.gate_check.gate.code)
        context = {"sha256": run.sha256}
        return render(request, "gates/report_not_served.html", context, status=409)
    ending = "xml" if run.gate_check.kind == Kind.JUNIT else "json"
    name = f"{run.gate_check.gate.code}-{run.gate_check.key}-{run.pk}.{ending}"
    response = HttpResponse(body, content_type="application/octet-stream")
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    response.headers["X-Content-Type-Options"] = "nosniff"
    return response
