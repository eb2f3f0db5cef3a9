"""How many queries the pages take: the same number at 34 and at 1,020 gates."""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from benchmarks.data import Size, fill
from tests.support import factory

pytestmark = pytest.mark.django_db

COUNTS = {
    "/": 15,
    "/?status=blocked": 15,
    "/board.json": 11,
    "/waiting/": 11,
    "/honesty/": 11,
    "/gates/A1/": 21,
    "/changes/": 22,
    "/history/?kind=gate": 10,
    "/admin/gates/gate/": 8,
    "/admin/gates/evidence/": 4,
}


@pytest.mark.parametrize("size", [Size(34, 400), Size(1_020, 4_000)], ids=str)
def test_the_number_of_queries_does_not_depend_on_the_size(client: Client, size: Size) -> None:
    fill(size)
    client.force_login(factory.user("sami"))
    found = {}

    for path in COUNTS:
        client.get(path)
        with CaptureQueriesContext(connection) as queries:
            assert client.get(path).status_code == 200
        found[path] = len(queries)

    assert found == COUNTS
