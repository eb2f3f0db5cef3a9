"""Bad input to every address: never a 500, and a refused request changes no row.

Hypothesis makes the requests over all addresses of the resolver: 2,600 on each engine in the full
profile, 500 in the quick one. They are the same in every run;
`FUZZ=20000 make test ARGS=tests/views/test_fuzz.py` makes that many new ones.
"""

import logging
import os
import re
from collections import Counter
from collections.abc import Iterator
from typing import Any, NamedTuple

import pytest
from django.contrib.auth.models import Group, User
from django.core.cache import cache
from django.db import connection, transaction
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gates.models import TRACKED
from tests.support.accounts import browser_of
from tests.support.admin_forms import gate_data
from tests.support.bad_input import BODIES, DATES, HEADERS, NAMES, NUMBERS, TEXTS
from tests.support.profile import tries
from tests.support.sample_board import PLACEHOLDER, OneOfEach
from tests.support.url_patterns import addresses

pytestmark = pytest.mark.django_db

REQUESTS = int(os.environ.get("FUZZ") or tries(quick=500, full=2600))

WRITES = re.compile(r"(INSERT INTO|UPDATE|DELETE FROM) \"(gates|auth|mfa|accounts_(given|account))")
ROUTES = [address.route for address in addresses()]
# Mostly what browsers send.
METHODS = (*["GET"] * 6, *["POST"] * 5, "HEAD", "PUT", "PATCH", "DELETE", "OPTIONS")
ROLES = ("anonymous", "Viewer", "superuser")

texts = st.sampled_from(DATES + NUMBERS + TEXTS) | st.text(max_size=30) | st.dates().map(str)
pairs = st.lists(st.tuples(st.sampled_from(NAMES) | st.text(max_size=8), texts), max_size=4)


class Case(NamedTuple):
    """One request: who asks for what, how, and with what."""

    role: str
    route: str
    hole: str | None  # instead of what the placeholders of the route stand for
    method: str
    query: list[tuple[str, str]]
    form: list[tuple[str, str]] | None
    body: tuple[str, str]
    headers: dict[str, str]


cases = st.builds(
    Case,
    role=st.sampled_from((*ROLES, "superuser", "superuser")),
    route=st.sampled_from(ROUTES),
    hole=st.one_of(st.none(), st.none(), texts),
    method=st.sampled_from(METHODS),
    query=pairs,
    form=st.none() | pairs,
    body=st.sampled_from(BODIES),
    headers=st.one_of(st.just({}), st.just({}), st.sampled_from(HEADERS)),
)


class Site:
    """The board that is asked, and what it was before anything was asked."""

    def __init__(self) -> None:
        self.one = OneOfEach()
        self.sessions = {
            role: {name: cookie.value for name, cookie in browser_of(role).cookies.items()}
            for role in ROLES
        }
        self.before = self.rows()
        self.seen: Counter[str] = Counter()
        self.wrote = False

    def rows(self) -> list[Any]:
        tables: list[Any] = [User, Group]
        for model in TRACKED:
            tables += [model, model.history.model]
        return [list(table.objects.order_by("pk").values()) for table in tables]

    def path(self, case: Case) -> str:
        if case.hole is None:
            return self.one.path(case.route)
        return "/" + PLACEHOLDER.sub(lambda _: str(case.hole), case.route)

    def ask(self, case: Case) -> Any:
        client = Client()
        for name, value in self.sessions[case.role].items():
            client.cookies[name] = value
        options: dict[str, Any] = {"headers": case.headers, "query_params": case.query}
        path = self.path(case)
        if case.method == "POST" and case.form is not None:
            data = dict(case.form)
            if "gate/" in case.route:
                data = {**gate_data(self.one.open_gate), **data}
            return client.post(path, data, **options)
        content_type, body = case.body if case.method in {"POST", "PUT", "PATCH"} else ("", "")
        return client.generic(case.method, path, body, content_type, **options)

    def __call__(self, execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        """Run a query, and note whether it writes to the board."""
        self.wrote |= bool(WRITES.match(sql))
        return execute(sql, params, many, context)


@pytest.fixture
def site() -> Iterator[Site]:
    cache.clear()
    made = Site()
    logging.disable(logging.CRITICAL)  # each refusal is logged, thousands of them
    with connection.execute_wrapper(made):
        yield made
    logging.disable(logging.NOTSET)


def test_no_bad_input_gets_a_500_or_changes_a_row(site: Site, record_property) -> None:
    @settings(
        max_examples=REQUESTS,
        deadline=None,
        database=None,
        derandomize="FUZZ" not in os.environ,
        suppress_health_check=list(HealthCheck),
    )
    @given(cases)
    def ask(case: Case) -> None:
        site.seen["asked"] += 1
        site.wrote = False
        with transaction.atomic():
            response = site.ask(case)
            if response.streaming:
                list(response)
            status = response.status_code
            accepted = (case.role, case.method, status) == ("superuser", "POST", 302)
            if site.wrote and not accepted:
                assert site.rows() == site.before, status
            transaction.set_rollback(True)
        site.seen[str(status)] += 1
        assert status < 500

    ask()

    assert site.seen["asked"] >= REQUESTS
    record_property("answers", dict(site.seen))


@pytest.mark.parametrize(
    "address",
    [
        "/?q=a%00",
        "/history/?by=%00",
        "/?%00=1",
        "/admin/gates/gate/1%00/change/",
        "/admin/auth/user/%00/password/",
    ],
)
def test_a_nul_in_the_address_is_refused_before_a_view_can_ask_the_database(
    client: Client, address: str
) -> None:
    client.force_login(User.objects.create_superuser("root"))

    assert client.get(address).status_code == 400
    assert client.post(address).status_code == 400
