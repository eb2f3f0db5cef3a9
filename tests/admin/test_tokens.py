"""Tokens in the admin: founders see all; made, shown once and ended; never edited or deleted."""

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone

from gates.models import Revocation, Token
from tests.support import api, factory
from tests.support.accounts import account, browser_of

pytestmark = pytest.mark.django_db

ADD = "/admin/gates/token/add/"


@pytest.fixture
def founder() -> Client:
    return browser_of("Founder")


def make(client: Client, **data: Any) -> Any:
    last_day = timezone.localdate() + timedelta(days=30)
    return client.post(ADD, {"name": "Nightly drill", "ends_on": last_day.isoformat(), **data})


def text_of(page: Any) -> str:
    content: str = page.content.decode()
    return "dgx_" + content.partition('value="dgx_')[2].partition('"')[0]


def test_a_founder_makes_a_token_for_an_engineer(founder: Client) -> None:
    engineer, check = account("Engineer"), api.check()

    page = make(founder, responsible=engineer.pk, checks=[check.pk])  # type: ignore[union-attr]

    token = Token.objects.get()
    assert (token.responsible, token.created_by.username) == (engineer, "a-founder")
    assert "no-store" in page.headers["Cache-Control"]
    assert api.post(text_of(page)).status_code == 201
    assert text_of(page) not in founder.get("/admin/gates/token/").content.decode()
    assert (
        text_of(page) not in founder.get(f"/admin/gates/token/{token.pk}/change/").content.decode()
    )


def test_the_log_of_the_admin_has_no_text(founder: Client) -> None:
    page = make(founder, responsible=User.objects.get(username="a-founder").pk)

    history = founder.get("/admin/").content.decode()

    assert "Nightly drill" in history
    assert text_of(page) not in history


def test_an_engineer_sees_and_makes_only_their_own() -> None:
    engineer = browser_of("Engineer")
    other, _text = api.token(name="Somebody else's")

    listed = engineer.get("/admin/gates/token/").content.decode()
    refused = make(engineer, responsible=factory.user("ali").pk)
    opened = engineer.get(f"/admin/gates/token/{other.pk}/change/")
    ended = engineer.post(f"/admin/gates/token/{other.pk}/revoke/", {"runs_count": "no"})

    assert "Somebody else" not in listed
    assert refused.status_code == 200
    assert (opened.status_code, ended.status_code) == (302, 404)
    assert Token.objects.count() == 1
    assert not Revocation.objects.exists()


def test_who_may_not_change_gates_answers_for_no_report(founder: Client) -> None:
    viewer = account("Viewer")

    page = make(founder, responsible=viewer.pk, checks=[api.check().pk])  # type: ignore[union-attr]

    assert "may not change gates" in page.content.decode()
    assert not Token.objects.exists()


@pytest.mark.parametrize("days", [-1, 366])
def test_a_last_day_out_of_reach_is_refused(founder: Client, days: int) -> None:
    last_day = timezone.localdate() + timedelta(days=days)

    page = make(
        founder,
        responsible=User.objects.get(username="a-founder").pk,
        ends_on=last_day.isoformat(),
    )

    assert "up to 365 days away" in page.content.decode()
    assert not Token.objects.exists()


def test_a_founder_ends_anybodys_and_answers_for_its_runs(founder: Client) -> None:
    token, text = api.token(api.check())
    address = f"/admin/gates/token/{token.pk}/revoke/"

    question = founder.get(address).content.decode()
    unanswered = founder.post(address)
    assert not Revocation.objects.exists()
    founder.post(address, {"runs_count": "no"})

    assert "go on counting?" in question
    assert unanswered.status_code == 200
    revocation = Revocation.objects.get()
    assert (revocation.by.username, revocation.runs_count) == ("a-founder", False)
    assert api.get(text, "me").status_code == 401


def test_nothing_of_a_token_is_edited_or_deleted(founder: Client) -> None:
    token, _text = api.token()
    before = Token.objects.values().get()
    page = f"/admin/gates/token/{token.pk}"

    changed = founder.post(f"{page}/change/", {"name": "Another"})
    deleted = founder.post(f"{page}/delete/", {"post": "yes"})

    assert (changed.status_code, deleted.status_code) == (403, 403)
    assert Token.objects.values().get() == before


def test_a_session_that_has_not_just_confirmed_gets_no_form() -> None:
    client, founder = Client(), account("Founder")
    client.force_login(founder)  # type: ignore[arg-type]
    token, _text = api.token()

    answers = [
        client.get(ADD),
        make(client, responsible=founder.pk),  # type: ignore[union-attr]
        client.post(f"/admin/gates/token/{token.pk}/revoke/", {"runs_count": "no"}),
    ]

    for answer in answers:
        assert answer.status_code == 302
        assert answer.headers["Location"].startswith("/accounts/confirm/")
    assert Token.objects.count() == 1
    assert not Revocation.objects.exists()
