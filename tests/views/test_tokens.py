"""The page of one's own tokens: made, shown once, warned of, ended."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone

from gates.models import Revocation, Run, Token
from tests.support import api, factory
from tests.support.accounts import account, browser_of
from tests.support.security_events import events

pytestmark = pytest.mark.django_db


@pytest.fixture
def engineer() -> Client:
    return browser_of("Engineer")


def person() -> User:
    return User.objects.get(username="a-engineer")


def make(client: Client, **data: Any) -> Any:
    return client.post("/tokens/new/", {"name": "Nightly drill", "days": "90", **data})


def text_of(page: Any) -> str:
    content: str = page.content.decode()
    return "dgx_" + content.partition('value="dgx_')[2].partition('"')[0]


def test_a_token_is_made_and_its_text_shown_once(engineer: Client) -> None:
    check = api.check()

    page = make(engineer, checks=[check.pk])

    text = text_of(page)
    token = Token.objects.get()
    assert (token.name, token.responsible, list(token.checks.all())) == (
        "Nightly drill",
        person(),
        [check],
    )
    assert token.ends_on == timezone.localdate() + timedelta(days=90)
    assert "no-store" in page.headers["Cache-Control"]
    assert api.post(text).status_code == 201
    listed = engineer.get("/tokens/").content.decode()
    assert f"dgx_{token.prefix}…" in listed
    assert text not in listed


def test_the_text_is_neither_in_a_cookie_nor_in_the_log(
    engineer: Client, caplog: pytest.LogCaptureFixture
) -> None:
    page = make(engineer)

    text = text_of(page)
    assert text not in str(page.cookies)
    assert text not in str(engineer.session.items())
    assert text not in caplog.text


def test_without_a_check_it_only_reads(engineer: Client) -> None:
    make(engineer)

    assert Token.objects.get().read_only
    assert "only reads the board" in engineer.get("/tokens/").content.decode()


@pytest.mark.parametrize(
    "data",
    [{"name": " "}, {"name": "\u3164"}, {"days": "9999"}, {"checks": ["77"]}, {"days": ""}],
)
def test_what_is_refused_makes_no_token(engineer: Client, data: dict[str, Any]) -> None:
    page = make(engineer, **data)

    assert page.status_code == 200
    assert 'class="alert"' in page.content.decode()
    assert not Token.objects.exists()


def test_nobody_makes_a_token_for_somebody_else(engineer: Client) -> None:
    other = factory.user("somebody")

    make(engineer, responsible=other.pk)

    assert Token.objects.get().responsible == person()


def test_others_tokens_are_neither_listed_nor_ended(engineer: Client) -> None:
    token, _text = api.token(name="Not yours")

    listed = engineer.get("/tokens/").content.decode()
    ended = engineer.post(f"/tokens/{token.prefix}/revoke/", {"runs_count": "no"})

    assert "Not yours" not in listed
    assert ended.status_code == 404
    assert not Revocation.objects.exists()


@pytest.mark.parametrize(("answer", "counts"), [("yes", True), ("no", False)])
def test_ending_it_asks_whether_its_runs_go_on_counting(
    engineer: Client, answer: str, counts: bool, caplog: pytest.LogCaptureFixture,
    django_capture_on_commit_callbacks: Any,
) -> None:  # fmt: skip
    text = text_of(make(engineer, checks=[api.check().pk]))
    api.post(text)
    token = Token.objects.get()
    address = f"/tokens/{token.prefix}/revoke/"

    unanswered = engineer.post(address)
    assert not Revocation.objects.exists()
    with django_capture_on_commit_callbacks(execute=True):
        answered = engineer.post(address, {"runs_count": answer})

    assert unanswered.status_code == 200
    assert answered.status_code == 302
    revocation = Revocation.objects.get()
    assert (revocation.runs_count, revocation.by) == (counts, person())
    assert api.post(text).status_code == 401
    assert Run.objects.count() == 1
    (line,) = events(caplog, "token_revoked")
    assert (line["user"], line["runs_count"]) == ("a-engineer", str(counts).lower())


def test_it_is_ended_once(engineer: Client) -> None:
    make(engineer)
    address = f"/tokens/{Token.objects.get().prefix}/revoke/"
    engineer.post(address, {"runs_count": "yes"})

    again = engineer.post(address, {"runs_count": "no"}, follow=True)

    assert "revoked already" in again.content.decode()
    assert Revocation.objects.get().runs_count is True


def test_its_person_is_warned_a_week_before_the_end(
    engineer: Client, on_day: Callable[[int], None]
) -> None:
    factory.launch()
    today = timezone.localdate()
    Token.issue("Soon", responsible=person(), by=person(), ends_on=today + timedelta(days=7))
    Token.issue("Later", responsible=person(), by=person(), ends_on=today + timedelta(days=8))

    tokens = engineer.get("/tokens/").content.decode()
    waiting = engineer.get("/waiting/").content.decode()
    others = browser_of("Founder").get("/waiting/").content.decode()

    assert tokens.count("Make a new one and put it in its place") == 1
    assert "Your token <bdi>Soon</bdi> ends on" in waiting
    assert "Later" not in waiting
    assert "Soon" not in others


def test_a_new_token_moves_the_waiting_page(engineer: Client) -> None:
    factory.launch()
    engineer.get("/tokens/new/")  # sets the form token, without which no page is kept
    etag = engineer.get("/waiting/").headers["ETag"]
    make(engineer, days="7")

    page = engineer.get("/waiting/", headers={"If-None-Match": etag})

    assert page.status_code == 200
    assert "Nightly drill" in page.content.decode()


@pytest.mark.parametrize("address", ["/tokens/new/", "/tokens/{}/revoke/"])
def test_a_session_that_has_not_just_confirmed_gets_no_form(address: str) -> None:
    client = Client()
    client.force_login(account("Engineer"))  # type: ignore[arg-type]
    token, _text = Token.issue("Mine", responsible=person(), by=person())

    answers = [
        client.get(address.format(token.prefix)),
        client.post(address.format(token.prefix), {"name": "New", "days": "7", "runs_count": "no"}),
    ]

    for answer in answers:
        assert answer.status_code == 302
        assert answer.headers["Location"].startswith("/accounts/confirm/")
    assert Token.objects.count() == 1
    assert not Revocation.objects.exists()
