"""Who may do what: the table in `gates/roles.py`, tried through the admin."""

import pytest
from allauth.mfa.models import Authenticator
from django.contrib.auth.models import Permission, User
from django.test import Client
from django.urls import reverse

from gates.admin.read_state import state_of
from gates.models import Claim, Gate
from tests.support import factory
from tests.support.admin_forms import gate_data, person
from tests.support.login import log_in_confirmed

pytestmark = pytest.mark.django_db

# May add, may change, may delete.
RIGHTS = {
    ("Founder", "gate"): (True, True, True),
    ("Founder", "evidence"): (True, True, True),
    ("Founder", "blocker"): (True, True, True),
    ("Founder", "action"): (True, True, True),
    ("Founder", "claim"): (True, True, True),
    ("Founder", "launch"): (True, True, True),
    ("Founder", "owner"): (True, True, True),
    ("Founder", "user"): (True, True, True),
    ("Engineer", "gate"): (True, True, False),
    ("Engineer", "evidence"): (True, True, True),
    ("Engineer", "blocker"): (True, True, True),
    ("Engineer", "action"): (True, True, True),
    ("Engineer", "claim"): (False, False, False),
    ("Engineer", "launch"): (False, False, False),
    ("Engineer", "owner"): (False, False, False),
    ("Engineer", "user"): (False, False, False),
    ("Viewer", "gate"): (False, False, False),
    ("Viewer", "evidence"): (False, False, False),
    ("Viewer", "blocker"): (False, False, False),
    ("Viewer", "action"): (False, False, False),
    ("Viewer", "claim"): (False, False, False),
    ("Viewer", "launch"): (False, False, False),
    ("Viewer", "owner"): (False, False, False),
    ("Viewer", "user"): (False, False, False),
}


@pytest.mark.parametrize(("role", "model"), RIGHTS)
def test_what_a_role_may_write(client: Client, role: str, model: str) -> None:
    log_in_confirmed(client, person("someone", role))
    gate = factory.closed_gate(by=factory.user("other"))
    made = {
        "gate": gate,
        "evidence": gate.evidence.get(),
        "blocker": factory.blocker(gate),
        "action": factory.action(gate.launch),
        "claim": factory.claim(gate.launch),
        "launch": factory.launch("other"),  # the current one stays
        "owner": factory.owner(),
        "user": factory.user("other"),
    }[model]
    app = "auth" if model == "user" else "gates"

    pages = {
        "add": client.get(reverse(f"admin:{app}_{model}_add")).status_code,
        "change": client.post(
            reverse(f"admin:{app}_{model}_change", args=[made.pk]), {}
        ).status_code,
        "delete": client.get(reverse(f"admin:{app}_{model}_delete", args=[made.pk])).status_code,
    }

    assert tuple(status != 403 for status in pages.values()) == RIGHTS[role, model]


def test_a_viewer_cannot_close_a_gate_by_sending_the_form(client: Client) -> None:
    client.force_login(person("viewer", "Viewer"))
    gate = factory.gate("T1")
    factory.evidence(gate)
    url = reverse("admin:gates_gate_change", args=[gate.pk])

    form = client.post(url, gate_data(gate, progress="closed", reason="Because"))
    bulk = client.post(
        reverse("admin:gates_gate_changelist"),
        {
            "action": "close_selected",
            "_selected_action": [gate.pk],
            "decide": "yes",
            "reason": "Because",
        },
    )

    assert form.status_code == 403
    assert bulk.status_code in {200, 302}
    assert Gate.objects.get().progress == "open"


def test_an_engineer_cannot_lower_a_claim(client: Client) -> None:
    client.force_login(person("engineer", "Engineer"))
    claim = factory.claim(factory.launch())
    url = reverse("admin:gates_claim_change", args=[claim.pk])

    response = client.post(url, {"min_closed": 1})

    assert response.status_code == 403
    assert Claim.objects.get().min_closed == 24


def test_a_founder_cannot_make_or_touch_a_superuser(client: Client) -> None:
    founder = person("sami", "Founder")
    root = User.objects.create_superuser("root", password="a long enough secret")
    log_in_confirmed(client, founder)

    own = client.post(
        reverse("admin:auth_user_change", args=[founder.pk]),
        {
            "username": "sami",
            "is_active": "on",
            "is_staff": "on",
            "is_superuser": "on",
            "user_permissions": [Permission.objects.get(codename="change_group").pk],
            "groups": [founder.groups.get().pk],
            "read_state": state_of(founder),
        },
    )
    password = client.post(
        reverse("admin:auth_user_password_change", args=[root.pk]),
        {"password1": "taken-over-9", "password2": "taken-over-9"},
    )
    Authenticator.objects.create(user=root, type="totp", data={})
    client.post(
        reverse("admin:auth_user_changelist"),
        {"action": "take_away_second_factor", "_selected_action": [root.pk]},
    )

    assert own.status_code == 302
    founder.refresh_from_db()
    assert not founder.is_superuser
    assert not founder.user_permissions.exists()
    assert password.status_code == 403
    root.refresh_from_db()
    assert root.check_password("a long enough secret")
    assert Authenticator.objects.filter(user=root).exists()
