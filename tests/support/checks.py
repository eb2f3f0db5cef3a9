"""Checks with their conditions, and runs that were received for them."""

import json
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.utils import timezone

from gates.models import Check, Condition, Gate, Run, Token
from gates.models.received_runs import Delivery, record_run
from tests.support import factory


def check(gate: Gate, key: str = "load", *, below: str = "500", **fields: Any) -> Check:
    """A check of the number `p95`, which must be below a bound, required from the beginning."""
    defaults = {"kind": "numbers", "fresh_days": 7, "required_from": date(2020, 1, 1)}
    made = Check.objects.create(gate=gate, key=key, **{**defaults, **fields})
    Condition.objects.create(gate_check=made, measure="p95", operator="<", bound=below)
    return made


def token(*checks: Check, name: str = "ci") -> Token:
    """A token for the checks; somebody called robin is responsible for it."""
    person = factory.user("robin")
    return Token.issue(name, responsible=person, by=person, checks=checks)[0]


def report(
    check: Check,
    p95: object = 300,
    *,
    by: Token | None = None,
    at: datetime | None = None,
    **rest: Any,
) -> Run:
    """A run of the check that measured `p95`; observed now, if no moment is given."""
    body = json.dumps({"p95": p95}).encode()
    moment = at or timezone.now()
    rest.setdefault("request", f"{check.pk} {moment.isoformat()} {p95}")
    delivery = Delivery({"p95": Decimal(str(p95))}, body, moment, **rest)
    return record_run(check, by or token(check), delivery)[0]
