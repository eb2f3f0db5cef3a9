"""The OpenAPI document, and requests made from it: no answer is other than it says."""

from collections.abc import Callable, Iterator
from functools import cache
from typing import Any

import pytest
import schemathesis
from django.core.handlers.wsgi import WSGIHandler
from django.core.signals import request_finished, request_started
from django.db import close_old_connections
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis.checks import load_all_checks

from gates.api.auth import HourlyPosts
from gates.api.urls import ROOT, openapi
from tests.support import api, factory
from tests.support.profile import tries

OPERATIONS = [
    (method.upper(), path)
    for path, operations in openapi()["paths"].items()
    for method in operations
]
EXAMPLES = tries(quick=15, full=200)
# No schema can say what a tool's report holds, or which texts prove nothing: 422 may answer both.
LEFT_OUT = ("positive_data_acceptance",)


@pytest.fixture
def application(db: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """The WSGI application, on the test's connection, and without the limit of posts."""
    monkeypatch.setattr(HourlyPosts, "allow_request", lambda _self, _request: True)
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield WSGIHandler()
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


@pytest.fixture
def headers() -> dict[str, str]:
    gate = factory.closed_gate()
    factory.blocker(gate)
    factory.action(gate.launch)
    factory.requirement(factory.claim(gate.launch), gate)
    _token, text = api.token(api.check(gate))
    return {**api.bearer(text), "Host": "testserver"}


@cache
def known() -> dict[str, str]:
    """Names that are on the board, for one request in two."""
    return {"slug": "primitive", "code": "T1", "key": "load", "name": "launched"}


def left_out() -> list[Callable[..., Any]]:
    registered = schemathesis.checks.CHECKS
    return registered.get_by_names(list(LEFT_OUT))


def test_the_document_says_what_is_there() -> None:
    document = openapi()

    assert document["openapi"].startswith("3.")
    assert {path.removeprefix(ROOT) for path in document["paths"]} == {
        "me",
        "launches/{slug}/board",
        "launches/{slug}/gates/{code}",
        "launches/{slug}/claims/{name}",
        "launches/{slug}/gates/{code}/checks/{key}/runs",
        "launches/{slug}/gates/{code}/proposals",
    }
    assert {method for method, _path in OPERATIONS} == {"GET", "POST"}
    assert document["components"]["securitySchemes"]["TokenAuth"]["scheme"] == "bearer"


@pytest.mark.parametrize(("method", "path"), OPERATIONS)
def test_every_answer_is_as_the_document_says(
    application: Any, headers: dict[str, str], method: str, path: str
) -> None:
    load_all_checks()
    schema = schemathesis.openapi.from_wsgi(f"{ROOT}openapi.json", application, headers=headers)
    operation = schema[path][method]
    seen = set()

    @given(case=operation.as_strategy(), known_parts=st.integers(0, 2))
    @settings(
        max_examples=EXAMPLES,
        deadline=None,
        suppress_health_check=list(HealthCheck),
        phases=[Phase.explicit, Phase.generate],
        derandomize=True,
    )
    def ask(case: Any, known_parts: int) -> None:
        if known_parts:
            names = {name: known()[name] for name in case.path_parameters or {}}
            case.path_parameters = names
        if known_parts == 2 and path.endswith("/runs"):
            case.body, case.media_type, case.query = {"seconds": 214}, "application/json", {}
        answer = case.call(headers=headers)
        seen.add(answer.status_code)
        case.validate_response(answer, excluded_checks=left_out(), headers=headers)

    ask()

    assert not seen & {429, 500, 503}
    assert seen & {200, 201}
    assert 404 in seen or path.endswith("/me")
