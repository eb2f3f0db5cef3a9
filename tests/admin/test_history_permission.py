"""The history page of a row asks for the permission to see the row."""

import pytest
from django.test import Client
from django.urls import reverse

from tests.support import factory
from tests.support.admin_forms import person

pytestmark = pytest.mark.django_db


def test_without_the_permission_to_see_a_row_its_history_is_refused(client: Client) -> None:
    gate = factory.gate("T1", title="Nobody else's business")
    page = reverse("admin:gates_gate_history", args=[gate.pk])

    client.force_login(factory.user("guest", is_staff=True))
    refused = client.get(page)
    client.force_login(person("viewer", "Viewer"))

    assert refused.status_code == 403
    assert "Nobody else" not in refused.content.decode()
    assert client.get(page).status_code == 200
