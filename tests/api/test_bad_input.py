"""Whatever arrives is answered in one sentence, and nothing is half-written."""

import gzip
import io
import json
from typing import Any

import pytest
from django.test import Client

from gates.models import Evidence, Proposal, Report, Run
from tests.support import api, factory

pytestmark = pytest.mark.django_db

MOST = 1024 * 1024


@pytest.fixture
def text() -> str:
    return api.token(api.check())[1]


def said(answer: Any, status: int) -> str:
    """The sentence of a refusal; nothing was written."""
    assert answer.status_code == status, answer.content
    assert answer.headers["Content-Type"] == "application/problem+json"
    problem = answer.json()
    assert set(problem) == {"type", "title", "status", "detail"}
    assert problem["status"] == status
    assert problem["detail"].endswith(".")
    assert problem["detail"].isascii() or "“" in problem["detail"]
    for model in (Run, Report, Evidence, Proposal):
        assert not model.objects.exists()
    return str(problem["detail"])


BODIES = {
    "empty": (b"", "is empty"),
    "spaces": (b" \n", "is empty"),
    "no JSON": (b"seconds: 214", "not JSON"),
    "a list": (b"[1]", "one JSON object"),
    "no numbers": (b"{}", "no numbers"),
    "another kind": (b'{"success": ["lint"]}', "must be a number"),
    "XML": (b"<testsuite/>", "XML"),
    "doctype": (b'<!DOCTYPE x [<!ENTITY a "b">]><testsuite/>', "XML"),
    "NaN": (b'{"seconds": NaN}', "NaN"),
    "infinity": (b'{"seconds": -Infinity}', "Infinity"),
    "huge number": (b'{"seconds": 1e999999}', "too large"),
    "key twice": (b'{"seconds": 1, "seconds": 2}', "twice"),
    "missing measure": (b'{"minutes": 2}', "no seconds, which the check needs"),
    "deep": (b'{"a":' * 60 + b"1" + b"}" * 60, "nested deeper"),
    "very deep": (b'{"a":' * 100_000, "nested deeper"),
    "not UTF-8": (b'{"seconds": "\xff"}', "not UTF-8"),
    "UTF-16": ('{"seconds": 1}'.encode("utf-16"), "byte-order mark"),
    "NUL": (b'{"sec\x00onds": 1}', "zero bytes"),
    "gzip": (gzip.compress(b"0" * 9_000_000), "compressed"),
    "a boolean": (b'{"seconds": true}', "must be a number"),
    "a text": (b'{"seconds": "214"}', "must be a number"),
    "surrogate": (b'{"\\ud800": 1, "seconds": 2}', "name of a measure"),
    "many": (json.dumps({f"n{n}": n for n in range(2001)}).encode(), "at most 2000"),
}


@pytest.mark.parametrize(("body", "sentence"), BODIES.values(), ids=BODIES)
def test_a_body_that_is_no_report(text: str, body: bytes, sentence: str) -> None:
    assert sentence in said(api.post(text, body), 422)


def test_a_report_of_junit_with_a_doctype(text: str) -> None:
    check = api.check(key="tests", kind="junit", gate=factory.gate("T2"))
    _token, own = api.token(check)
    body = b'<!DOCTYPE x><testsuite><testcase name="a"/></testsuite>'

    answer = api.post(own, body, "/api/v1/launches/primitive/gates/T2/checks/tests/runs",
                      "application/xml")  # fmt: skip

    assert "DOCTYPE" in said(answer, 422)


TYPES = {
    "form": {"content_type": "application/x-www-form-urlencoded"},
    "upload": {"content_type": "multipart/form-data; boundary=x"},
    "none": {"content_type": ""},
    "text": {"content_type": "text/html"},
    "odd": {"content_type": "application/json/../x"},
    "gzip": {"Content_Encoding": "gzip"},
    "several": {"Content_Encoding": "identity, gzip"},
}


@pytest.mark.parametrize("headers", TYPES.values(), ids=TYPES)
def test_another_type_than_a_report(text: str, headers: dict[str, Any]) -> None:
    said(api.post(text, **headers), 415)


def test_as_much_as_fits_and_one_byte_more(text: str) -> None:
    fits = b'{"seconds": 1}' + b" " * (MOST - 14)

    said(api.post(text, fits + b" "), 413)

    assert api.post(text, fits).status_code == 201


class Unread(io.BytesIO):
    """A body of which nothing may be read."""

    def read(self, *_size: Any) -> bytes:
        raise AssertionError("it was read")


def post_raw(text: str, body: io.BytesIO, length: str) -> Any:
    environ = {"wsgi.input": body, "CONTENT_LENGTH": length, "CONTENT_TYPE": "application/json"}
    return Client().post(api.RUNS, headers=api.bearer(text), **environ)  # type: ignore[arg-type]


@pytest.mark.parametrize("length", [str(MOST + 1), str(10**9), "9" * 400, "x", "-1"])
def test_a_body_that_is_announced_as_too_large_is_not_read(text: str, length: str) -> None:
    said(post_raw(text, Unread(b"x"), length), 413)


def test_a_body_that_breaks_off(text: str) -> None:
    assert "ended before" in said(post_raw(text, io.BytesIO(api.REPORT), "999"), 400)


def test_a_body_in_pieces_of_unknown_length(text: str) -> None:
    said(api.post(text, Transfer_Encoding="chunked"), 411)


QUERIES = {
    "unknown": ("passed=true", 422),
    "twice": ("ref=main&ref=topic", 422),
    "NUL": ("ref=a%00b", 400),
    "control": ("ref=a%01b", 422),
    "long": ("ref=" + "x" * 201, 422),
    "huge": ("commit=" + "x" * 100_000, 422),
    "no moment": ("observed_at=yesterday", 422),
    "no zone": ("observed_at=2026-05-01T10:00:00", 422),
    "far": ("observed_at=9999-12-31T23:59:59-12:00", 422),
    "old": ("observed_at=1999-01-01T00:00:00Z", 422),
    "year 0": ("observed_at=0000-01-01T00:00:00Z", 422),
    "script": ("url=javascript:alert(1)", 422),
    "user": ("url=https://good@evil.example/", 422),
    "no link": ("url=build-7", 422),
}


@pytest.mark.parametrize(("query", "status"), QUERIES.values(), ids=QUERIES)
def test_a_parameter_that_is_none(text: str, query: str, status: int) -> None:
    said(api.post(text, path=f"{api.RUNS}?{query}"), status)


def test_half_a_character_is_stored_as_one_that_shows_it(text: str) -> None:
    answer = api.post(text, path=f"{api.RUNS}?ref=%ED%A0%80%FF")

    assert answer.status_code == 201
    assert set(answer.json()["ref"]) == {"\ufffd"}


@pytest.mark.parametrize("key", ["", "x" * 201, "a b", "é"])
def test_a_key_that_is_none(text: str, key: str) -> None:
    said(api.post(text, Idempotency_Key=key), 422)


@pytest.mark.parametrize(
    "path",
    [
        "launches/no-such/gates/T1/checks/load/runs",
        "launches/primitive/gates/T99/checks/load/runs",
        "launches/primitive/gates/T1/checks/other/runs",
        "launches/primitive/gates/T1/checks//runs",
        "launches/primitive/gates/%F0%9F%98%80/checks/load/runs",
        "launches/primitive/gates/" + "T" * 3000 + "/checks/load/runs",
        "launches/" + "p" * 3000 + "/gates/T1/checks/load/runs",
        "launches/primitive/gates/T1/checks/" + "l" * 3000 + "/runs",
        "launches/primitive/gates/T1/checks/load/runs/",
        "nothing/here",
        "",
    ],
)
def test_an_address_that_leads_nowhere(text: str, path: str) -> None:
    said(api.post(text, path=f"/api/v1/{path}"), 404)


@pytest.mark.parametrize("path", ["launches/x%00y/board", "me?a=%00"])
def test_a_nul_in_an_address(text: str, path: str) -> None:
    said(api.get(text, path), 400)


@pytest.mark.parametrize(
    "path",
    [
        "launches/primitive/gates/T1/close",
        "launches/primitive/gates/T1/reopen/",
        "launches/primitive/gates/T1/verify",
        "launches/primitive/gates/T1/verification",
        "launches/primitive/blockers/1/resolve",
        "launches/primitive/gates/T1/proposals/1/accept",
    ],
)
def test_nothing_decides_and_the_answer_says_why(text: str, path: str) -> None:
    answers = [api.post(text, {}, f"/api/v1/{path}"), api.get(text, path)]

    for answer in answers:
        assert "tokens attach, people close" in said(answer, 404)


@pytest.mark.parametrize("method", ["put", "patch", "delete", "options", "trace"])
@pytest.mark.parametrize("path", ["launches/primitive/gates/T1", "me", "openapi.json"])
def test_nothing_is_changed_or_deleted(text: str, method: str, path: str) -> None:
    answer = Client().generic(method.upper(), f"/api/v1/{path}", headers=api.bearer(text))

    assert "tokens attach, people close" in said(answer, 405)
    assert answer.headers["Allow"] == "GET"


def test_a_host_that_is_not_ours(text: str) -> None:
    said(Client().get("/api/v1/me", headers={**api.bearer(text), "Host": "evil.example"}), 400)


@pytest.mark.parametrize("query", ["as_of=soon", "as_of=2999-01-01", "page=2", "as_of=a&as_of=b"])
def test_reading_with_parameters_that_are_none(text: str, query: str) -> None:
    said(api.get(text, f"launches/primitive/board?{query}"), 422)


@pytest.mark.parametrize("year", ["0001", "1850", "1970", "1999", "2100", "9999"])
def test_a_report_of_another_century_is_refused(year: str) -> None:
    check = api.check(kind="health")
    check.conditions.update(measure="status", operator="=", bound="200")
    _token, text = api.token(check)
    report = {"status": 200, "milliseconds": 1, "observed_at": f"{year}-06-01T00:00:00Z"}

    answer = api.post(text, report)

    assert answer.status_code == 422
    assert "own time" in answer.json()["detail"]
    assert not Run.objects.exists()
