"""The files of evidence, also of a proof that was replaced or deleted."""

from io import BytesIO
from typing import NamedTuple

from django.core.exceptions import PermissionDenied
from django.core.files.storage import default_storage
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext
from django.views.decorators.http import require_safe

from accounts import security_log
from gates.models import Evidence, Gate, Launch
from gates.models.evidence_file import read_verified
from gates.operations.file_checks import log_found
from gates.rules import FileState


class FileOnRecord(NamedTuple):
    """A file that a piece of evidence has or had.

    Attributes:
        name: Its name in the storage.
        sha256: Its checksum when it was attached.
        gate_id: The gate that it was for.
    """

    name: str
    sha256: str
    gate_id: int


@require_safe
def evidence_file(request: HttpRequest, pk: int, sha256: str = "") -> HttpResponse | FileResponse:
    """A piece of evidence's file, always as a download and never shown in the page.

    Not served unless it is, byte for byte, what was attached. The address of a page of the past
    names the checksum, and so hands out the file of then; without one it is the last file.
    """
    if not request.user.has_perm("gates.view_evidence"):
        raise PermissionDenied(gettext("Files of evidence are for people with a role."))
    file = _file_on_record(pk, sha256)
    try:
        content = read_verified(default_storage, file.name, file.sha256)
    except FileNotFoundError:
        return _not_served(request, pk, file, FileState.MISSING, 404)
    if content is None:
        return _not_served(request, pk, file, FileState.ALTERED, 409)
    log_found({(file.name, file.sha256): FileState.INTACT})
    return FileResponse(
        BytesIO(content),
        as_attachment=True,
        filename=file.name.rpartition("/")[2],
        content_type="application/octet-stream",
    )


def _file_on_record(pk: int, sha256: str) -> FileOnRecord:
    """Return the file with this checksum, or the last one, of a piece of evidence.

    Raises:
        Http404: there is none, also not on record.
    """
    wanted = {"id": pk, **({"sha256": sha256} if sha256 else {})}
    past = Evidence.history.filter(**wanted).exclude(file="").order_by("-history_id")
    live = Evidence.objects.filter(**wanted).exclude(file="")  # loaddata writes no history
    for rows in (live, past):
        found = rows.values_list("file", "sha256", "gate_id").first()
        if found:
            return FileOnRecord(*found)
    raise Http404


def _not_served(
    request: HttpRequest, pk: int, file: FileOnRecord, found: FileState, status: int
) -> HttpResponse:
    past = Gate.history.filter(id=file.gate_id).order_by("-history_id")
    live = Gate.objects.filter(id=file.gate_id)
    columns = ("code", "launch_id")
    code, launch_id = live.values_list(*columns).first() or past.values_list(*columns)[0]
    log_found({(file.name, file.sha256): found})
    security_log.log_event(f"evidence_file_{found}", evidence=pk, gate=code)
    context = {
        "gate_code": code,
        "launch": Launch.objects.filter(pk=launch_id).first(),
        "sha256": file.sha256,
        "missing": found == FileState.MISSING,
    }
    return render(request, "gates/file_not_served.html", context, status=status)
