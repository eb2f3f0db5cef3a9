"""Each test begins with a token that has posted nothing."""

import pytest
from django.core.cache import cache


@pytest.fixture(autouse=True)
def no_posts_yet(request: pytest.FixtureRequest) -> None:
    if request.node.get_closest_marker("django_db") or "committed" in request.fixturenames:
        request.getfixturevalue("db")
        cache.clear()
