"""Clients that the tests of the admin share."""

import pytest
from django.test import Client

from tests.support.admin_forms import person


@pytest.fixture
def engineer(client: Client) -> Client:
    client.force_login(person("engineer", "Engineer"))
    return client


@pytest.fixture
def second(client: Client) -> Client:
    """The one who saves last."""
    client.force_login(person("sami", "Founder"))
    return client


@pytest.fixture
def founder(client: Client) -> Client:
    client.force_login(person("sami", "Founder"))
    return client
