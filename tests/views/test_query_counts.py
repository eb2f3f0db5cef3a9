"""How many queries the pages take: the same number at 34 and at 1,020 gates."""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from benchmarks.data import Size
from tests.support import factory
from tests.support.large_boards import fill_in_bulk
from tests.support.query_counts import COUNTS

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("size", [Size(34, 400), Size(1_020, 4_000)], ids=str)
def test_the_number_of_queries_does_not_depend_on_the_size(client: Client, size: Size) -> None:
    fill_in_bulk(size)
    client.force_login(factory.user("sami"))
    found = {}

    for path in COUNTS:
        client.get(path)
        with CaptureQueriesContext(connection) as queries:
            assert client.get(path).status_code == 200
        found[path] = len(queries)

    assert found == COUNTS
