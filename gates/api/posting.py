"""What a token brings: reports for its checks, and proposals for people to look at."""

import hashlib
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from ninja import Query, Router

from accounts import security_log
from gates.measurements.reader import read_report
from gates.measurements.report import Report, ReportError
from gates.measurements.strict_json import parse_json
from gates.models import Gate, LaunchArchived, Proposal, Run, Token, TokenScope
from gates.models.dates import FIRST_YEAR, LAST_YEAR
from gates.models.proposal import undecided
from gates.models.received_runs import (
    Delivery,
    ReportRefused,
    RequestReused,
    TokenRevoked,
    lock_unrevoked,
    record_run,
)
from gates.rules.measures import Kind

from . import schemas
from .answers import asker, json_answer, run_answer
from .auth import NOT_ACCEPTED, HourlyPosts
from .lookup import find_check, find_gate
from .params import (
    REPORT_TYPES,
    link_param,
    name_param,
    only,
    read_body,
    request_name,
    time_param,
)
from .problem import Refusal, sentence

router = Router()
MAX_UNDECIDED = 50  # proposals of one gate that nobody has looked at
REUSED = "This Idempotency-Key was used for something else; take a new one."
REFUSED = dict.fromkeys((400, 401, 403, 404, 411, 413, 415, 422, 429), schemas.Problem)
ANY_JSON: dict[str, Any] = {"type": "object"}
BYTES = {"type": "string"}
KEY_HEADER = {
    "name": "Idempotency-Key",
    "in": "header",
    "required": False,
    "description": "Names the request: sent again with the same key it is answered as before.",
    "schema": {"type": "string", "minLength": 1, "maxLength": 200, "pattern": "^[!-~]{1,200}$"},
}


def _parameter(most: int, description: str) -> Any:
    return Query("", max_length=most, description=description)


@router.post(
    "/launches/{slug}/gates/{code}/checks/{key}/runs",
    response={201: schemas.RunAnswer, 200: schemas.RunAnswer, **REFUSED},
    throttle=[HourlyPosts()],
    openapi_extra={
        "parameters": [KEY_HEADER],
        "requestBody": {
            "required": True,
            "description": "The report as the tool wrote it, at most 1 MiB.",
            "content": {
                media: {"schema": ANY_JSON if media.endswith("json") else BYTES}
                for media in REPORT_TYPES
            },
        },
    },
)
def post_run(
    request: HttpRequest,
    slug: str,
    code: str,
    key: str,
    commit: str = _parameter(64, "The commit that was measured."),
    ref: str = _parameter(200, "Its branch or tag, such as main."),
    repository: str = _parameter(200, "Where it comes from, such as dealix/api."),
    url: str = _parameter(2000, "Where the run can be looked at."),
    observed_at: str = _parameter(
        40, "When the numbers were true, as ISO 8601 with its zone; else the report's own time."
    ),
) -> Any:
    """Bring a tool's report for a check. The board reads the numbers and decides; nothing closes.

    Answers 201 for a new run, and 200 with the same answer for the same request sent again.
    """
    token = asker(request)
    body = read_body(request, REPORT_TYPES)
    only(request, "commit", "ref", "repository", "url", "observed_at")
    check = find_check(slug, code, key)
    if not TokenScope.objects.filter(token=token, gate_check=check).exists():
        raise Refusal(403, "This token may not report this check.")
    origin = {
        "commit": name_param("commit", commit, 64),
        "ref": name_param("ref", ref, 200),
        "repository": name_param("repository", repository, 200),
        "url": link_param(url),
    }
    said_at = time_param(observed_at)
    kind = Kind(check.kind)
    try:
        report = read_report(kind, body)
    except ReportError as error:
        raise Refusal(422, str(error)) from error
    observed = _observed_at(said_at, report)
    # Without any time the same numbers are one run a day: a retry is none, tomorrow's are new.
    said = (observed or timezone.localdate()).isoformat()
    origin["commit"] = _commit(origin["commit"], report)
    name = request_name(request, token.pk, check.pk, origin, said, _sha256(body))
    moment = observed or timezone.now()
    delivery = Delivery(report.measures, body, moment, name, kind=kind, **origin)
    try:
        run, is_new = record_run(check, token, delivery, answer=run_answer)
    except (ReportRefused, LaunchArchived) as refused:
        raise Refusal(422, sentence(refused.reasons)) from refused
    except RequestReused as reused:
        raise Refusal(422, REUSED) from reused
    except TokenRevoked as revoked:
        raise Refusal(401, NOT_ACCEPTED, WWW_Authenticate="Bearer") from revoked
    if is_new:
        _log_run(token, run)
    return json_answer(run.report.answer, 201 if is_new else 200)


def _observed_at(said_at: datetime | None, report: Report) -> datetime | None:
    """Return when the numbers were true: no later than the report's own time; None if unsaid.

    Else a report that a job found lying about would be as new as the job.

    Raises:
        Refusal: the report's own time is of another century, such as a clock that was lost.
    """
    own = report.tool_time
    if own is not None and not FIRST_YEAR <= own.year <= LAST_YEAR:
        message = f"The report's own time is not in the years {FIRST_YEAR} to {LAST_YEAR}."
        raise Refusal(422, message)
    return min((moment for moment in (said_at, own) if moment is not None), default=None)


def _commit(said: str, report: Report) -> str:
    """Return the commit; one of the two may be written short.

    Raises:
        Refusal: the report is of another commit than the request says.
    """
    both = sorted((said, report.commit[:64]), key=len)
    if not both[1].startswith(both[0]):
        raise Refusal(422, "The report is of another commit than the parameter commit says.")
    return both[1]


def _log_run(token: Token, run: Run) -> None:
    security_log.log_event(
        "run_received", token=token.prefix, run=run.pk, passed=run.passed, counts=run.counts
    )


def _sha256(body: bytes) -> str:
    return hashlib.sha256(body).hexdigest()


@router.post(
    "/launches/{slug}/gates/{code}/proposals",
    response={201: schemas.ProposalAnswer, 200: schemas.ProposalAnswer, **REFUSED},
    throttle=[HourlyPosts()],
    openapi_extra={
        "parameters": [KEY_HEADER],
        "requestBody": {
            "required": True,
            "content": {"application/json": {"schema": schemas.ProposalIn.model_json_schema()}},
        },
    },
)
def post_proposal(request: HttpRequest, slug: str, code: str) -> Any:
    """Propose proof for a gate. It counts for nothing until a person accepts it.

    A token may propose for any gate of a launch in which it may report a check.
    """
    token = asker(request)
    body = read_body(request, ("application/json",))
    only(request)
    gate = find_gate(slug, code)
    scopes = TokenScope.objects.filter(token=token)
    if not scopes.filter(gate_check__gate__launch=gate.launch_id).exists():
        raise Refusal(403, "This token may not propose anything in this launch.")
    given = _read_proposal(body)
    name = request_name(request, token.pk, gate.pk, _sha256(body))
    proposal, is_new = _record_proposal(gate, token, given, name, _sha256(body))
    if is_new:
        security_log.log_event(
            "proposal_received", token=token.prefix, proposal=proposal.pk, gate=gate.code
        )
    return _proposal_answer(proposal, gate, 201 if is_new else 200)


def _read_proposal(body: bytes) -> Mapping[str, str]:
    try:
        given = parse_json(body)
    except ReportError as error:
        raise Refusal(422, str(error).replace("The report", "The proposal")) from error
    return schemas.read(schemas.ProposalIn, given).model_dump()


@transaction.atomic
def _record_proposal(
    gate: Gate, token: Token, given: Mapping[str, str], name: str, sha256: str
) -> tuple[Proposal, bool]:
    """Record a proposal that could be accepted as it is; return it, and whether it is new.

    Raises:
        Refusal: it could not be accepted, the gate has too many that wait, or is of an archived
            launch.
    """
    try:
        lock_unrevoked(token)
    except TokenRevoked as revoked:
        raise Refusal(401, NOT_ACCEPTED, WWW_Authenticate="Bearer") from revoked
    earlier = Proposal.objects.filter(token=token, request=name).first()
    if earlier is not None:
        if (earlier.gate_id, earlier.sha256) != (gate.pk, sha256):
            raise Refusal(422, REUSED)
        return earlier, False
    try:
        gate.refuse_archived()
    except LaunchArchived as refused:
        raise Refusal(422, sentence(refused.reasons)) from refused
    if undecided(Proposal.objects.filter(gate=gate)).count() >= MAX_UNDECIDED:
        message = f"People have {MAX_UNDECIDED} proposals of this gate to look at first."
        raise Refusal(422, message)
    proposal = Proposal(
        gate=gate,
        token=token,
        token_name=token.name,
        received_at=timezone.now(),
        request=name,
        sha256=sha256,
        **given,
    )
    try:
        proposal.evidence().full_clean()
        proposal.full_clean(exclude=["gate", "token"])
    except ValidationError as error:
        raise Refusal(422, _first_message(error)) from error
    try:
        with transaction.atomic():
            proposal.save(force_insert=True)
    except IntegrityError as error:
        raise Refusal(422, "The database refuses this text.") from error
    return proposal, True


def _first_message(error: ValidationError) -> str:
    """Return one sentence that names the field."""
    for field, messages in error.message_dict.items():
        prefix = "" if field == "__all__" else f"{field}: "
        return f"{prefix}{messages[0]}"
    return str(error)


def _proposal_answer(proposal: Proposal, gate: Gate, status: int) -> HttpResponse:
    fields = ("kind", "summary", "url", "output", "commit", "received_at")
    data = {"proposal": proposal.pk, "gate": gate.code} | {
        name: getattr(proposal, name) for name in fields
    }
    note = "It counts for nothing until a person accepts it on the gate's page."
    return json_answer({**data, "note": note}, status)
