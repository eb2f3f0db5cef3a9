"""A check with a token for it, and requests to the API."""

import json
from typing import Any

from django.test import Client

from gates.models import Check, Condition, Gate, Token
from tests.support import factory

REPORT = b'{"seconds": 214}'
RUNS = "/api/v1/launches/primitive/gates/T1/checks/load/runs"
PROPOSALS = "/api/v1/launches/primitive/gates/T1/proposals"


def check(gate: Gate | None = None, key: str = "load", **fields: Any) -> Check:
    """A check of a gate that asks for at most 300 seconds, of a report of numbers."""
    defaults = {"kind": "numbers", "fresh_days": 7}
    made = Check.objects.create(gate=gate or factory.gate(), key=key, **{**defaults, **fields})
    Condition.objects.create(gate_check=made, measure="seconds", operator="<=", bound="300")
    return made


def token(*checks: Check, name: str = "CI", **fields: Any) -> tuple[Token, str]:
    """A token for checks, and its text; without checks it only reads."""
    by = factory.user("ali")
    return Token.issue(name, **{"responsible": by, "by": by, "checks": checks, **fields})


def bearer(text: str) -> dict[str, str]:
    """The header that a token travels in."""
    return {"Authorization": f"Bearer {text}"}


def post(
    text: str,
    body: bytes | dict[str, Any] = REPORT,
    path: str = RUNS,
    content_type: str = "application/json",
    **headers: Any,
) -> Any:
    """Post a body with a token; a dictionary as JSON."""
    content = json.dumps(body).encode() if isinstance(body, dict) else body
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    # Without a body Django's client sends no type by itself.
    return Client().post(
        path,
        content,
        content_type,
        headers={**bearer(text), **named},
        CONTENT_TYPE=content_type,
    )


def get(text: str, path: str, **headers: str) -> Any:
    """Get an address of the API with a token."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Client().get(f"/api/v1/{path}", headers={**bearer(text), **named})
