"""Rows with valid defaults for tests: `factory.gate(code="T1")`. Any field can be overridden.

What a row belongs to is found or made: two gates without a named section share one launch.
"""

import json
from collections.abc import Iterable
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.contrib.auth import get_user_model
from django.contrib.auth.models import User
from django.utils import timezone

from gates.models import (
    Action,
    Blocker,
    Check,
    Claim,
    Condition,
    Evidence,
    Gate,
    Launch,
    Owner,
    Requirement,
    Run,
    Section,
    Token,
)
from gates.models.received_runs import Delivery, record_run

PROOF = "Deep health check green after the deploy: postgres 26.9 ms, redis 1.7 ms"


def user(username: str = "sami", **fields: Any) -> User:
    """An account; made once per name."""
    found = get_user_model().objects.filter(username=username).first()
    return found or get_user_model().objects.create_user(username, **fields)


def launch(slug: str = "primitive", **fields: Any) -> Launch:
    """A launch; the first one is the current one."""
    defaults = {
        "name": "Primitive Launch",
        "snapshot_date": date(2026, 4, 23),
        "plan_starts_on": date(2026, 4, 23),
    }
    return Launch.objects.create(slug=slug, **{**defaults, **fields})


def section(prefix: str = "T", **fields: Any) -> Section:
    """A section of the given launch, or of the first one there is."""
    fields.setdefault("launch", Launch.objects.order_by("pk").first() or launch())
    fields.setdefault("name", f"Section {prefix}")
    return Section.objects.create(prefix=prefix, **fields)


def owner(name: str = "Sami", **fields: Any) -> Owner:
    """A person; made once per name."""
    return Owner.objects.filter(name=name).first() or Owner.objects.create(name=name, **fields)


def gate(code: str = "T1", **fields: Any) -> Gate:
    """An open, counted gate in the section of its letters."""
    if "section" not in fields:
        prefix = code.rstrip("0123456789")
        found = Section.objects.filter(prefix=prefix).order_by("pk").first()
        fields["section"] = found or section(prefix)
    return Gate.objects.create(code=code, **{"title": f"Gate {code}", **fields})


def evidence(gate: Gate, summary: str = PROOF, **fields: Any) -> Evidence:
    """A statement that does not expire."""
    return Evidence.objects.create(gate=gate, summary=summary, **fields)


def blocker(gate: Gate, needs: str = "PostHog API key", **fields: Any) -> Blocker:
    """An unresolved blocker that waits for Sami."""
    if "waiting_on" not in fields:
        fields["waiting_on"] = owner()
    return Blocker.objects.create(gate=gate, needs=needs, **fields)


def action(launch: Launch, text: str = "Run k6 against production", **fields: Any) -> Action:
    """A step for the whole launch, not yet begun."""
    return Action.objects.create(launch=launch, text=text, **fields)


def claim(launch: Launch, slug: str = "launched", **fields: Any) -> Claim:
    """A claim that asks for 24 closed gates and all P0."""
    defaults = {"name": "Launched", "min_closed": 24, "requires_p0": True}
    return Claim.objects.create(launch=launch, slug=slug, **{**defaults, **fields})


def requirement(claim: Claim, gate: Gate) -> Requirement:
    """The claim asks for the gate."""
    return Requirement.objects.create(claim=claim, gate=gate)


def closed_gate(
    code: str = "T1", *, by: User | None = None, reason: str = "Seen green", **fields: Any
) -> Gate:
    """A gate with one piece of evidence, closed the way people close it."""
    made = gate(code, **fields)
    evidence(made)
    made.close(by or user(), reason)
    return made


def check(
    gate: Gate,
    key: str = "load",
    conditions: Iterable[tuple[str, str, str]] = (("p95", "<", "500"),),
    **fields: Any,
) -> Check:
    """A check of named numbers that has never run and holds nothing back yet."""
    made = Check.objects.create(gate=gate, key=key, **{"kind": "numbers", **fields})
    for measure, operator, bound in conditions:
        Condition.objects.create(gate_check=made, measure=measure, operator=operator, bound=bound)
    return made


def token(*checks: Check, name: str = "ci", **fields: Any) -> Token:
    """A token that may report these checks; the first of its name is used again."""
    found = Token.objects.filter(name=name, revocation=None).order_by("pk").first()
    if found is None:
        by = fields.pop("by", None) or user()
        fields.setdefault("responsible", by)
        found, _text = Token.issue(name, by=by, checks=checks, **fields)
    return found


def run(
    check: Check,
    passed: bool = True,
    observed_at: datetime | None = None,
    *,
    token: Token | None = None,
    numbers: dict[str, str] | None = None,
    **fields: Any,
) -> Run:
    """A run of now, or of then, that meets "p95 < 500" or does not."""
    measures = numbers or {"p95": "410" if passed else "612"}
    fields.setdefault("request", f"{check.pk}-{Run.objects.count()}")
    delivery = Delivery(
        {name: Decimal(value) for name, value in measures.items()},
        json.dumps(measures).encode(),
        observed_at or timezone.now(),
        **fields,
    )
    made, _is_new = record_run(check, token or _any_token(check), delivery)
    return made


def _any_token(check: Check) -> Token:
    return token(check)
