"""How many queries the pages take: the same number at 34 and at 1,020 gates."""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from benchmarks.data import Size
from gates.models import Gate
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


def test_more_checks_cost_no_query_but_the_news_of_them(client: Client) -> None:
    fill_in_bulk(Size(34, 400))
    gate = Gate.objects.get(code="A1")
    for key in ("second", "third"):
        factory.run(factory.check(gate, key))
    client.force_login(factory.user("sami"))
    more = {"/": 6, "/board.json": 0, "/honesty/": 0, "/gates/A1/": 0}
    found = {}

    for path in more:
        client.get(path)
        with CaptureQueriesContext(connection) as queries:
            assert client.get(path).status_code == 200
        found[path] = len(queries) - COUNTS[path]

    assert found == more
