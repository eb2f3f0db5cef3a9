"""Every supported way to write leaves exactly one history row for each row it changes, under the
person who did it, with the reason where one is asked for."""

from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.management import call_command
from django.test import Client
from django.urls import reverse

from gates.models import TRACKED, Blocker, Claim, Evidence, Gate, Launch
from gates.operations import integrity
from tests.support import factory
from tests.support.admin_forms import gate_data, person, proof, rows, version_of

pytestmark = pytest.mark.django_db

WHY = "Seen with my own eyes"
SNAPSHOT = Path(settings.BASE_DIR) / "fixtures" / "launch_gates_2026-04-23.json"


@pytest.fixture
def sami(client: Client) -> Client:
    """A founder, and a board: T1 closed, T2 open with evidence and a blocker, a claim."""
    client.force_login(person("sami", "Founder"))
    gate = factory.closed_gate("T1", by=factory.user("ali"))
    two = factory.gate("T2")
    factory.evidence(two)
    factory.blocker(factory.gate("T3"))
    factory.claim(gate.launch)
    return client


def live() -> dict[tuple[str, int], dict[str, Any]]:
    """Every row of the board, by model and number."""
    return {(m.__name__, row["id"]): row for m in TRACKED for row in m.objects.values()}


def recorded() -> dict[tuple[str, int], tuple[str, int, str, str]]:
    """Every history row, by model and its own number: of which row, by whom and why."""
    return {
        (m.__name__, row.history_id): (
            m.__name__,
            row.id,
            row.history_user_name,
            row.history_change_reason or "",
        )
        for m in TRACKED
        for row in m.history.all()
    }


def change(model: str, pk: int, data: dict[str, Any]) -> Callable[[Client], Any]:
    """Send a row's page in the admin."""
    return lambda client: client.post(reverse(f"admin:gates_{model}_change", args=[pk]), data)


def page(name: str, pk: int, **data: Any) -> Callable[[Client], Any]:
    return lambda client: client.post(reverse(f"admin:gates_{name}", args=[pk]), data)


def action(model: str, name: str, pk: int, **data: Any) -> Callable[[Client], Any]:
    """A bulk action on one row."""
    sent = {"action": name, "_selected_action": [pk], **data}
    return lambda client: client.post(reverse(f"admin:gates_{model}_changelist"), sent)


def gate(code: str) -> Gate:
    return Gate.objects.get(code=code)


def claim_data() -> dict[str, Any]:
    claim = Claim.objects.get()
    return {
        "launch": claim.launch_id,
        "name": claim.name,
        "slug": claim.slug,
        "min_closed": 20,
        "position": 0,
        "reason": WHY,
        "read_version": version_of(Claim, claim.pk),
        **rows("requirements", []),
    }


# How it is done, and whether it asks for a reason.
PATHS: dict[str, tuple[Callable[[], Callable[[Client], Any]], bool]] = {
    "a gate's page": (
        lambda: change("gate", gate("T2").pk, gate_data(gate("T2"), notes="More")),
        False,
    ),
    "closing on the gate's page": (
        lambda: change("gate", gate("T2").pk, gate_data(gate("T2"), progress="closed", reason=WHY)),
        True,
    ),
    "reopening on the gate's page": (
        lambda: change("gate", gate("T1").pk, gate_data(gate("T1"), progress="open", reason=WHY)),
        True,
    ),
    "the closing page": (
        lambda: page("gate_close", gate("T2").pk, kind="statement", reason=WHY),
        True,
    ),
    "closing in bulk": (
        lambda: action("gate", "close_selected", gate("T2").pk, decide="1", reason=WHY),
        True,
    ),
    "reopening in bulk": (
        lambda: action("gate", "reopen_selected", gate("T1").pk, decide="1", reason=WHY),
        True,
    ),
    "a priority in bulk": (lambda: action("gate", "set_priority_p0", gate("T2").pk), False),
    "evidence on the gate's page": (
        lambda: change("gate", gate("T2").pk, gate_data(gate("T2"), evidence=[proof("Again")])),
        False,
    ),
    "evidence deleted": (
        lambda: page("evidence_delete", Evidence.objects.get(gate__code="T2").pk, post="yes"),
        False,
    ),
    "evidence deleted in bulk": (
        lambda: action(
            "evidence", "delete_selected", Evidence.objects.get(gate__code="T2").pk, post="yes"
        ),
        False,
    ),
    "resolving a blocker": (
        lambda: page("blocker_resolve", Blocker.objects.get().pk, resolution=WHY),
        True,
    ),
    "a claim's rule": (lambda: change("claim", Claim.objects.get().pk, claim_data()), True),
    "an import": (
        lambda: lambda _: call_command("import_snapshot", SNAPSHOT, by="sami", launch="new"),
        False,
    ),
}


@pytest.mark.parametrize("path", PATHS)
def test_one_history_row_for_each_changed_row(sami: Client, path: str) -> None:
    make, asks_for_a_reason = PATHS[path]
    write = make()
    rows_before, told_before = live(), recorded()

    write(sami)

    rows_after, told_after = live(), recorded()
    changed = {
        key
        for key in rows_before.keys() | rows_after.keys()
        if rows_before.get(key) != rows_after.get(key)
    }
    told = [told_after[key] for key in told_after.keys() - told_before.keys()]
    assert changed
    assert Counter((model, pk) for model, pk, _by, _why in told) == Counter(changed)
    assert {by for _model, _pk, by, _why in told} == {"sami"}
    if asks_for_a_reason:
        assert {why for _model, _pk, _by, why in told} == {WHY}
    assert integrity.integrity_errors() == []


def test_making_another_launch_current_is_one_row_for_each_of_the_two(sami: Client) -> None:
    other = factory.launch("other")
    before = Launch.history.count()

    action("launch", "make_current", other.pk)(sami)

    newest = Launch.history.order_by("-history_id")[:2]
    assert Launch.history.count() == before + 2
    assert {row.history_user_name for row in newest} == {"sami"}
