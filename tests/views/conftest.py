"""Clients that are logged in with a role."""

import pytest
from django.test import Client

from tests.support.admin_forms import person


@pytest.fixture
def founder(client: Client) -> Client:
    client.force_login(person("sami", "Founder"))
    return client


@pytest.fixture
def engineer(client: Client) -> Client:
    client.force_login(person("noura", "Engineer"))
    return client
