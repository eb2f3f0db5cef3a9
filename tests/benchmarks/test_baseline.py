"""The baseline sends the same rows and counts as the page that is compared with it."""

import re

import pytest
from django.db import connection
from django.test import Client

from benchmarks import baseline
from benchmarks.data import Size, fill

pytestmark = pytest.mark.django_db

COUNTS = re.compile(r"<(?:p|span)>(\d+) of (\d+) closed")
ROWS = re.compile(r'<tr role="row" id="(\w+)" class="is-(\w+)">')


@pytest.mark.parametrize(
    ("gates", "section", "shown"),
    [
        pytest.param(34, "", 34, id="every row"),
        pytest.param(420, "", 0, id="folded"),
        pytest.param(420, "B", 60, id="one section"),
    ],
)
def test_the_baseline_sends_the_rows_of_the_page(
    client: Client, gates: int, section: str, shown: int
) -> None:
    client.force_login(fill(Size(gates, 1_000)))
    client.get("/")  # the first page after a log-in asks for more
    with baseline.record_queries() as run:
        page = client.get("/", {"section": section}).content.decode()

    raw, sqlite = connection.connection, connection.vendor == "sqlite"
    (body,) = baseline.baseline_application(run, raw, sqlite, section)({}, lambda *_: None)

    drawn = body.decode()
    assert COUNTS.findall(drawn) == COUNTS.findall(page)
    assert ROWS.findall(drawn) == ROWS.findall(page)
    assert len(ROWS.findall(page)) == shown
