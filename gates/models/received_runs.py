"""Record a report that was received for a check as a run, judged by the rules."""

import hashlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_noop

from gates import rules
from gates.rules import Reason, ReceivedRun
from gates.rules.conditions import missing_measures
from gates.rules.measures import KIND_LABELS

from .check import Check
from .check_rows import newest_runs
from .evidence import Evidence
from .history import save_with_history
from .run import Report, Run, numbers_to_json, reasons_to_json
from .token import Revocation, Token


class ReportRefused(Exception):
    """A report decides nothing, so no run was kept. `reasons` are those of the rules."""

    def __init__(self, reasons: Iterable[Reason]) -> None:
        self.reasons = tuple(reasons)
        super().__init__(" ".join(reason.render() for reason in self.reasons))


class RequestReused(Exception):
    """The request's name was used for another report; nothing was written."""


class TokenRevoked(Exception):
    """The token was revoked while the report was on its way; nothing was written."""


@dataclass(frozen=True, slots=True)
class Delivery:
    """A report as it was received.

    measures: what was read from `body`.
    kind: as which it was read; None for whatever the check asks for.
    request: names the request; the same name with the same body is the same run.
    """

    measures: Mapping[str, Decimal]
    body: bytes
    observed_at: datetime
    request: str
    repository: str = ""
    ref: str = ""
    commit: str = ""
    url: str = ""
    kind: rules.Kind | None = None

    def fact(self) -> ReceivedRun:
        """Return what the rules depend on."""
        return ReceivedRun(self.measures, self.observed_at, self.repository, self.ref)


def no_answer(_check: Check, _rule: rules.CheckRule, _run: Run) -> str:
    """Return the answer to a run that nobody is told about."""
    return ""


@transaction.atomic
def record_run(
    check: Check,
    token: Token,
    delivery: Delivery,
    answer: Callable[[Check, rules.CheckRule, Run], str] = no_answer,
) -> tuple[Run, bool]:
    """Record a report as a run of a check; return the run, and whether it is new.

    The token's row is locked, so that none is recorded after the token was revoked; the check's
    row, so that of two runs at once the second knows the first. The first run that counts and
    passes is attached to the gate as evidence. Nothing closes.

    answer: what the sender is told of a new run; kept, for the same request sent again.

    Raises:
        TokenRevoked: the token was revoked meanwhile.
        RequestReused: the token used the request's name for another report.
        ReportRefused: a measure that the check needs is missing, or its kind changed meanwhile.
        LaunchArchived: the check is of an archived launch.
    """
    lock_unrevoked(token)
    check = Check.objects.select_for_update(of=("self",)).select_related("gate").get(pk=check.pk)
    sha256 = hashlib.sha256(delivery.body).hexdigest()
    earlier = Run.objects.filter(token=token, request=delivery.request).first()
    if earlier is not None:
        if (earlier.gate_check_id, earlier.sha256) != (check.pk, sha256):
            raise RequestReused
        return earlier, False
    check.refuse_archived()
    rule = check.rule()
    if delivery.kind not in {None, rule.kind}:
        message = gettext_noop("The check asks for another kind of report since a moment ago.")
        raise ReportRefused([Reason("kind_changed", message)])
    if missing := missing_measures(rule.conditions, delivery.measures):
        raise ReportRefused(missing)
    now = timezone.now()
    newest = newest_runs([check.pk]).get(check.pk)
    verdict = rules.judge_run(rule, delivery.fact(), now, newest)
    run = Run.objects.create(
        gate_check=check,
        definition=verdict.definition,
        received_at=now,
        observed_at=delivery.observed_at,
        passed=verdict.passed,
        counts=verdict.counts,
        why_not=reasons_to_json(verdict.why_not),
        measures=numbers_to_json(delivery.measures),
        repository=delivery.repository,
        ref=delivery.ref,
        commit=delivery.commit,
        url=delivery.url,
        token=token,
        token_name=token.name,
        request=delivery.request,
        sha256=sha256,
    )
    if run.counts and run.passed:
        _attach(check, run)
    Report.objects.create(run=run, body=delivery.body, answer=answer(check, rule, run))
    return run, True


def lock_unrevoked(token: Token) -> None:
    """Lock a token's row until the transaction ends.

    Raises:
        TokenRevoked: the token is revoked.
    """
    Token.objects.select_for_update(of=("self",)).get(pk=token.pk)
    if Revocation.objects.filter(token=token).exists():
        raise TokenRevoked


def _attach(check: Check, run: Run) -> None:
    """Attach the check to its gate as evidence, unless it is attached."""
    if Evidence.objects.filter(gate_id=check.gate_id, gate_check=check).exists():
        return
    label = KIND_LABELS[rules.Kind(check.kind)]
    summary = f"Check {check.key}: {label}"
    if Evidence.objects.filter(gate_id=check.gate_id, summary=summary).exists():
        summary += f" ({run.pk})"  # a person has written the same words
    proof = Evidence(
        gate=check.gate,
        kind=Evidence.Kind.CHECK,
        gate_check=check,
        summary=summary,
        observed_at=run.observed_at,
    )
    save_with_history(proof, by=None, reason=f"First passed run of check {check.key}")
