"""The admin's form of a check, filled in and sent."""

from collections.abc import Sequence
from typing import Any

from django.test import Client
from django.urls import reverse

from gates.models import Check
from tests.support.admin_forms import rows, version_of

P95 = {"measure": "http_req_duration.p(95)", "operator": "<", "bound": "500", "unit": ""}
ADD = "/admin/gates/check/add/"


def condition(**fields: Any) -> dict[str, Any]:
    return {**P95, **fields}


def add_check(client: Client, conditions: Sequence[dict[str, Any]] = (P95,), **fields: Any) -> Any:
    data = {
        "gate": "T6",
        "kind": "k6",
        "key": "",
        "fresh_days": 7,
        "repository": "",
        "ref": "",
        "required_from": "",
        **rows("conditions", conditions),
    }
    return client.post(ADD, data | fields)


def save_check(
    client: Client,
    check: Check,
    *,
    conditions: dict[str, dict[str, Any]] | None = None,
    new: Sequence[dict[str, Any]] = (),
    **fields: Any,
) -> Any:
    """Send the check's page; `conditions` changes those there are, by their measure."""
    changes = conditions or {}
    existing = [
        {
            "id": row.pk,
            "gate_check": check.pk,
            "measure": row.measure,
            "operator": row.operator,
            "bound": row.bound,
            "unit": row.unit,
            "read_version": row.version,
            **changes.get(row.measure, {}),
        }
        for row in check.conditions.order_by("pk")
    ]
    data = {
        "gate": check.gate.code,
        "kind": check.kind,
        "fresh_days": check.fresh_days,
        "repository": check.repository,
        "ref": check.ref,
        "required_from": check.required_from or "",
        "retired_why": check.retired_why,
        "reason": "",
        "read_version": version_of(Check, check.pk),
        **rows("conditions", [*existing, *new], initial=len(existing)),
    }
    return client.post(reverse("admin:gates_check_change", args=[check.pk]), data | fields)
