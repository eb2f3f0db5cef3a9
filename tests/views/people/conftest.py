"""A founder at the pages on people."""

import pytest
from django.contrib.auth.models import User
from django.core.cache import cache
from django.test import Client

from tests.support import factory
from tests.support.account_pages import account
from tests.support.login import log_in_confirmed


@pytest.fixture
def sami() -> User:
    cache.clear()
    factory.launch()
    return account("sami")


@pytest.fixture
def founder(client: Client, sami: User) -> Client:
    log_in_confirmed(client, sami)
    return client
