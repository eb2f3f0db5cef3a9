"""What the API answers, as lists and dictionaries; its numbers are texts, because readers round."""

import json
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from gates import rules
from gates.board.rows import ClaimRow
from gates.documents.json_writer import claim_as_data
from gates.models import Check, Run, Token
from gates.rules.conditions import number_text, unmet_conditions
from gates.rules.runs import CheckRule

JSON = "application/json"


def as_json(data: Any) -> str:
    """Return data as JSON."""
    return json.dumps(data, cls=DjangoJSONEncoder, ensure_ascii=False)


def json_answer(data: Any, status: int = 200) -> HttpResponse:
    """Return data, or a text that is JSON already, as the answer to a request."""
    text = data if isinstance(data, str) else as_json(data)
    return HttpResponse(text, status=status, content_type=JSON)


def token_data(token: Token) -> dict[str, Any]:
    """Return what a token may do."""
    scopes = token.checks.select_related("gate__section__launch").order_by("pk")
    return {
        "name": token.name,
        "prefix": token.prefix,
        "responsible": token.responsible.get_username(),
        "read_only": token.read_only,
        "ends_on": token.ends_on,
        "checks": [
            {
                "launch": check.gate.section.launch.slug,
                "gate": check.gate.code,
                "check": check.key,
                "kind": check.kind,
                "retired": bool(check.retired_why),
            }
            for check in scopes
        ],
    }


def claim_data(claim: ClaimRow) -> dict[str, Any]:
    """Return a claim with its verdict and its rule."""
    rule = {
        "min_closed": claim.min_closed,
        "requires_p0": claim.requires_p0,
        "required_gates": claim.required_gates,
    }
    return {**claim_as_data(claim), "rule": rule}


def run_answer(check: Check, rule: CheckRule, run: Run) -> str:
    """Return what the sender of a run is told: the verdict, and where the gate stands now."""
    numbers = run.numbers()
    today = timezone.localdate()
    facts = check.gate.facts()
    result = rules.derive_status(facts, today)
    return as_json(
        {
            "run": run.pk,
            "check": check.key,
            "passed": run.passed,
            "counts": run.counts,
            "why_not": [reason.render() for reason in run.reasons()],
            "reasons": [reason.render() for reason in unmet_conditions(rule.conditions, numbers)],
            "conditions": [
                {
                    "measure": condition.measure,
                    "operator": condition.operator.value,
                    "bound": condition.bound_text(),
                    "value": _value(numbers.get(condition.measure)),
                    "met": condition.holds(numbers.get(condition.measure)),
                }
                for condition in rule.conditions
            ],
            "measures": {name: number_text(value) for name, value in numbers.items()},
            "observed_at": run.observed_at,
            "received_at": run.received_at,
            "repository": run.repository,
            "ref": run.ref,
            "commit": run.commit,
            "url": run.url,
            "sha256": run.sha256,
            "gate": {
                "code": check.gate.code,
                "status": result.status.value,
                "reason": "; ".join(reason.render() for reason in result.reasons),
                "ready": rules.is_ready_to_close(facts, today),
            },
        }
    )


def _value(number: Any) -> str | None:
    return None if number is None else number_text(number)


def asker(request: HttpRequest) -> Token:
    """Return the token of a request."""
    token: Token = request.auth  # type: ignore[attr-defined]
    return token
