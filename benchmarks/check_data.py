"""Checks of a sample board, with runs that passed."""

import hashlib
from collections.abc import Sequence
from datetime import timedelta

from django.contrib.auth.models import User
from django.utils import timezone

from gates.models import Check, Condition, Evidence, Gate, Report, Run, Token, TokenScope
from gates.models.check_rows import read_checks
from gates.rules import definition_hash

BATCH = 2000
GATES_PER_CHECK = 8


def make_checks(gates: Sequence[Gate], user: User) -> None:
    """Make a check with two conditions for every eighth gate, and three nightly runs of each.

    All have passed, and are attached. Every other one is required.
    """
    now, body = timezone.now(), b'{"p95": 410, "failed": 0}'
    checks = Check.objects.bulk_create(
        (
            Check(
                gate=gate,
                key="load",
                kind="numbers",
                required_from=timezone.localdate(now) if number % 2 else None,
            )
            for number, gate in enumerate(gates[::GATES_PER_CHECK])
        ),
        BATCH,
    )
    Condition.objects.bulk_create(
        (
            Condition(gate_check=check, measure=measure, operator="<", bound=bound)
            for check in checks
            for measure, bound in (("p95", "500"), ("failed", "0.01"))
        ),
        BATCH,
    )
    last_day = timezone.localdate(now) + timedelta(days=90)
    [token] = Token.objects.bulk_create(
        [
            Token(
                name="ci",
                prefix="bench",
                digest="bench",
                responsible=user,
                created_by=user,
                ends_on=last_day,
            )
        ]
    )
    TokenScope.objects.bulk_create(
        (TokenScope(token=token, gate_check=check) for check in checks), BATCH
    )
    asked = read_checks(Check.objects.all(), Condition.objects.all())
    runs = Run.objects.bulk_create(
        (
            Run(
                gate_check=check,
                definition=definition_hash(asked[check.pk].rule),
                received_at=now - timedelta(days=days),
                observed_at=now - timedelta(days=days, minutes=5),
                passed=True,
                counts=True,
                measures='{"failed":"0","p95":"410"}',
                token=token,
                token_name=token.name,
                request=f"{check.pk} {days}",
                sha256=hashlib.sha256(body).hexdigest(),
            )
            for days in (3, 2, 1)
            for check in checks
        ),
        BATCH,
    )
    Report.objects.bulk_create((Report(run=run, body=body) for run in runs), BATCH)
    Evidence.objects.bulk_create(
        (
            Evidence(
                gate=check.gate,
                kind="check",
                gate_check=check,
                summary="Check load: Numbers by name",
                observed_at=now - timedelta(days=3),
                recorded_at=now - timedelta(days=3),
            )
            for check in checks
        ),
        BATCH,
    )
