"""What a token reads: the board, a gate, a claim, itself; 304 while nothing has changed."""

from typing import Any

import pytest
from django.test import Client

from gates.models import Gate, Token
from tests.support import api, factory

pytestmark = pytest.mark.django_db

ADDRESSES = (
    "me",
    "launches/primitive/board",
    "launches/primitive/gates/T1",
    "launches/primitive/claims/launched",
)


@pytest.fixture
def gate() -> Gate:
    made = factory.closed_gate()
    factory.claim(made.launch)
    return made


def read(path: str, gate: Gate) -> Any:
    _token, text = api.token(api.check(gate))
    return api.get(text, path)


def test_the_board_is_the_one_of_board_json(gate: Gate, reader: Client) -> None:
    _token, text = api.token(api.check(gate))
    page = reader.get("/launches/primitive/board.json").json()

    answer = api.get(text, "launches/primitive/board")

    told = answer.json()
    assert answer.headers["Content-Type"] == "application/json"
    assert {**told, "as_of": ""} == {**page, "as_of": ""}


def test_a_gate_says_what_its_checks_ask_and_where_they_stand(gate: Gate) -> None:
    check = api.check(gate)
    _token, text = api.token(check)
    api.post(text)

    told = api.get(text, "launches/primitive/gates/t1").json()

    assert (told["code"], told["status"], told["ready"]) == ("T1", "closed", False)
    (shown,) = told["checks"]
    assert shown["conditions"] == [
        {"measure": "seconds", "operator": "<=", "bound": "300", "unit": ""}
    ]
    assert (shown["state"], shown["last_run"]["passed"]) == ("green", True)


def test_a_claim_says_what_is_missing(gate: Gate) -> None:
    told = read("launches/primitive/claims/launched", gate).json()

    assert told["allowed"] is False
    assert told["rule"] == {"min_closed": 24, "requires_p0": True, "required_gates": []}
    assert "23 more gates must close: 1 of 24" in told["reasons"][0]


def test_a_token_says_what_it_may_do(gate: Gate) -> None:
    token, text = api.token(api.check(gate))

    told = api.get(text, "me").json()

    assert (told["prefix"], told["responsible"]) == (token.prefix, "ali")
    assert told["checks"] == [
        {"launch": "primitive", "gate": "T1", "check": "load", "kind": "numbers", "retired": False}
    ]
    assert text not in str(told)


@pytest.mark.parametrize("path", ADDRESSES)
def test_what_has_not_changed_is_not_sent_again(gate: Gate, path: str) -> None:
    _token, text = api.token(api.check(gate))
    etag = api.get(text, path).headers["ETag"]

    again = api.get(text, path, if_none_match=etag)
    factory.blocker(gate)
    afterwards = api.get(text, path, if_none_match=etag)

    assert (again.status_code, again.content) == (304, b"")
    assert afterwards.status_code == 200


def test_another_token_has_another_etag(gate: Gate) -> None:
    _token, text = api.token()
    _token, other = api.token(name="Other")
    etag = api.get(text, "launches/primitive/board").headers["ETag"]

    assert api.get(other, "launches/primitive/board", if_none_match=etag).status_code == 200


def test_a_past_day_is_read_too(gate: Gate) -> None:
    _token, text = api.token()

    today = api.get(text, "launches/primitive/gates/T1?as_of=2020-01-01")
    wrong = api.get(text, "launches/primitive/gates/T1?as_of=soon")

    assert today.status_code == 404
    assert "begins later" in today.json()["detail"]
    assert wrong.status_code == 422


@pytest.mark.parametrize("path", ADDRESSES)
def test_head_is_answered_without_a_body(gate: Gate, path: str) -> None:
    _token, text = api.token()

    answer = Client().head(f"/api/v1/{path}", headers=api.bearer(text))

    assert (answer.status_code, answer.content) == (200, b"")


def test_former_names_lead_on(gate: Gate) -> None:
    _token, text = api.token()
    gate.code = "T9"
    gate.save()
    gate.launch.slug = "renamed"
    gate.launch.save()

    told = api.get(text, "launches/primitive/gates/T1").json()

    assert told["code"] == "T9"


def test_the_answers_are_in_english_whatever_is_asked_for(gate: Gate) -> None:
    _token, text = api.token()

    told = api.get(text, "launches/primitive/claims/launched", accept_language="ar").json()

    assert "more gates must close" in told["reasons"][0]


def test_a_token_that_only_reads_brings_nothing(gate: Gate) -> None:
    api.check(gate)
    token, text = api.token()

    answers = [api.post(text), api.post(text, {"summary": "Seen"}, api.PROPOSALS)]

    assert token.read_only
    assert [answer.status_code for answer in answers] == [403, 403]
    assert Token.objects.get().runs.count() == 0
