"""Logging in and out: where it leads, what it refuses, and the lock-out."""

import json
import re
import time
from typing import Any

import pytest
from allauth.account.adapter import get_adapter
from django.core import signing
from django.core.cache import cache
from django.core.management import CommandError, call_command
from django.test import Client, RequestFactory
from django.urls import reverse

from accounts import lockout
from tests.support import factory
from tests.support.login import NEW, SECRET, log_in, logged_in

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("no_attempts_yet")]


# --- in and out ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("asked", "lands"),
    [
        ("/gates/T6/", "/gates/T6/"),
        ("//evil.example/", "/"),
        ("https://evil.example/", "/"),
        ("/\\evil.example/", "/"),
        ("javascript:alert(1)", "/"),
    ],
)
def test_logging_in_leads_back_but_never_to_another_site(
    client: Client, asked: str, lands: str
) -> None:
    factory.user("sami", password=SECRET)

    in_the_form = log_in(client, next=asked)
    client.post(reverse("account_logout"))
    in_the_address = client.post(
        reverse("account_login") + f"?next={asked}", {"login": "sami", "password": SECRET}
    )

    assert in_the_form.headers["Location"] == lands
    assert in_the_address.headers["Location"] == lands


@pytest.mark.parametrize("name", ["sami", "nobody"])
def test_a_wrong_password_and_an_unknown_name_get_the_same_answer(
    client: Client, name: str
) -> None:
    factory.user("sami", password=SECRET)

    response = log_in(client, name, "wrong")

    assert response.status_code == 200
    assert "The username and/or password you specified are not correct" in response.content.decode()
    assert not logged_in(client)


def test_logging_out_asks_first_and_then_ends_the_session(client: Client) -> None:
    factory.user("sami", password=SECRET)
    log_in(client)

    asked = client.get(reverse("account_logout"))
    still = logged_in(client)
    client.post(reverse("account_logout"))

    assert asked.status_code == 200
    assert still
    assert not logged_in(client)


@pytest.mark.parametrize("path", ["signup/", "password/reset/", "email/", "login/code/"])
def test_nobody_signs_up_or_resets_a_password_by_mail(client: Client, path: str) -> None:
    assert client.get(f"/accounts/{path}").status_code == 404
    assert not get_adapter().is_open_for_signup(request_of(client))


def request_of(client: Client) -> Any:
    """A request from that browser."""
    request = RequestFactory().get("/")
    request.COOKIES = {name: cookie.value for name, cookie in client.cookies.items()}
    return request


# --- lock-out ------------------------------------------------------------------------------


def test_after_five_wrong_passwords_even_the_right_one_waits(client: Client) -> None:
    factory.user("sami", password=SECRET)
    factory.user("lina", password=SECRET)
    for _ in range(5):
        log_in(client, "sami", "wrong")

    right = log_in(Client(), "sami")
    other = Client()
    log_in(other, "lina")

    assert "Too many failed attempts" in right.content.decode()
    assert "_auth_user_id" not in right.client.session
    assert logged_in(other)


def test_a_lock_out_holds_in_every_process(client: Client) -> None:
    """The count is in the database, so a new worker knows it."""
    factory.user("sami", password=SECRET)
    for _ in range(5):
        log_in(client, "sami", "wrong")

    keys = [row for row in _rows("SELECT cache_key FROM accounts_attempts") if "lockout" in row[0]]

    assert keys


def _rows(statement: str) -> list[tuple[str, ...]]:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(statement)
        return list(cursor.fetchall())


def test_wrong_passwords_from_elsewhere_lock_nobody_out(client: Client) -> None:
    factory.user("sami", password=SECRET)
    attacker = Client(REMOTE_ADDR="203.0.113.9")
    for _ in range(8):
        log_in(attacker, "sami", "wrong")

    log_in(client, "Sami")

    assert logged_in(client)
    assert "Too many failed attempts" in log_in(attacker, "sami").content.decode()


def test_the_delay_grows(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    factory.user("sami", password=SECRET)
    now = time.time()
    delays = []
    for number in range(14):
        monkeypatch.setattr("accounts.lockout.time.time", lambda at=now: at)
        answer = log_in(client, "sami", "wrong").content.decode()
        assert "Too many failed attempts" not in answer, number
        waited = 0
        while True:
            monkeypatch.setattr("accounts.lockout.time.time", lambda at=now + waited: at)
            if lockout.seconds_to_wait(request_of(client), "sami") <= 0:
                break
            waited += 30
        delays.append(waited)
        now += waited

    assert delays == [0, 0, 0, 0, 60, 120, 240, 480, 960, 1920, 3600, 3600, 3600, 3600]


def test_a_known_browser_gets_a_try_at_the_attackers_address_and_has_its_own_count(
    client: Client,
) -> None:
    factory.user("sami", password=SECRET)
    log_in(client)
    client.post(reverse("account_logout"))
    attacker = Client()
    for number in range(40):
        log_in(attacker, f"someone{number}", "x")
        log_in(attacker, "sami", "wrong")

    log_in(client)
    known = logged_in(client)
    client.post(reverse("account_logout"))
    for _ in range(5):
        log_in(client, "sami", "wrong")

    assert known
    assert "Too many failed attempts" in log_in(client).content.decode()


def test_a_cookie_that_is_not_ours_makes_no_browser_known(client: Client) -> None:
    factory.user("sami", password=SECRET)
    for _ in range(5):
        log_in(client, "sami", "wrong")

    for value in ("", "x", "e30:1:2", signing.dumps({"sami": "1"}, salt="another")):
        client.cookies[lockout.COOKIE] = value
        assert "Too many failed attempts" in log_in(client).content.decode()


def test_a_browser_is_known_for_a_year(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    factory.user("sami", password=SECRET)
    log_in(client)
    known = lockout.is_known(request_of(client), "sami")
    later = time.time() + lockout.COOKIE_AGE + 9
    monkeypatch.setattr("django.core.signing.time.time", lambda: later)

    cookie = client.cookies[lockout.COOKIE]
    assert (cookie["httponly"], cookie["samesite"]) == (True, "Lax")
    assert known
    assert not lockout.is_known(request_of(client), "sami")


def test_many_tries_at_once_are_counted_one_by_one(client: Client) -> None:
    factory.user("sami", password=SECRET)
    request = request_of(client)
    cache.add(f"{lockout._key(request, 'sami')}:lock", True)  # another is being counted

    assert not lockout.take_try(request, "sami")
    assert "Too many failed attempts" in log_in(client).content.decode()


def test_the_addresses_of_one_customer_count_together(client: Client) -> None:
    factory.user("sami", password=SECRET)
    for number in range(5):
        log_in(Client(REMOTE_ADDR=f"2001:db8:1:2::{number}"), "sami", "wrong")

    same, other = Client(REMOTE_ADDR="2001:db8:1:2:9::1"), Client(REMOTE_ADDR="2001:db8:1:3::1")

    assert "Too many failed attempts" in log_in(same).content.decode()
    log_in(other)
    assert logged_in(other)


def test_a_command_unlocks(client: Client, capsys: pytest.CaptureFixture[str]) -> None:
    factory.user("sami", password=SECRET)
    for _ in range(5):
        log_in(client, "sami", "wrong")

    call_command("unlock", "SAMI")
    log_in(client)

    assert capsys.readouterr().out == "unlocked\n"
    assert logged_in(client)
    for unknown in ("nobody", "sam\udcffi"):
        with pytest.raises(CommandError, match="there is no account"):
            call_command("unlock", unknown)


def test_a_name_that_could_be_two_accounts_is_none(client: Client) -> None:
    for name in ("sami", "Sami"):
        factory.user(name, password=SECRET)

    log_in(client, "SAMI")

    assert not logged_in(client)


@pytest.mark.parametrize("typed", ["Sami", "SAMI", " sami ", "ｓａｍｉ"])
def test_capitals_in_the_name_do_not_matter(client: Client, typed: str) -> None:
    factory.user("sami", password=SECRET)

    log_in(client, typed)

    assert logged_in(client)


def test_of_two_names_that_differ_in_capitals_the_exact_one_logs_in(client: Client) -> None:
    factory.user("sami", password=SECRET)
    factory.user("Sami", password=NEW)

    log_in(client, "Sami", NEW)
    assert logged_in(client)
    assert not logged_in(log_in(Client(), "SAMI").client)


def test_the_fields_suit_a_phone(client: Client) -> None:
    page = client.get(reverse("account_login")).content.decode()

    for name, hints in {
        "login": ('autocapitalize="none"', 'autocomplete="username"', 'spellcheck="false"'),
        "password": ('autocapitalize="none"', 'autocomplete="current-password"'),
    }.items():
        (field,) = re.findall(rf"<input[^>]*name=\"{name}\"[^>]*>", page)
        assert [hint for hint in hints if hint not in field] == []


def test_whoever_asks_too_often_is_told_to_wait(client: Client) -> None:
    statuses = [log_in(client, f"someone{number}", "x").status_code for number in range(31)]

    assert statuses[0] == 200
    assert statuses[-1] == 429


def test_json_is_not_the_way_in(client: Client) -> None:
    factory.user("sami", password=SECRET)

    response = client.post(
        reverse("account_login"),
        json.dumps({"login": "sami", "password": SECRET}),
        content_type="application/json",
    )

    assert response.status_code < 500
    assert not logged_in(client)
