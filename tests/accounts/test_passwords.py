"""Changing a password, and the temporary password of a first login."""

import re

import pytest
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.contrib.auth.models import User
from django.contrib.sessions.models import Session
from django.core.management import call_command
from django.test import Client
from django.urls import reverse

from accounts.models import TemporaryPassword
from tests.support import factory
from tests.support.admin_forms import person
from tests.support.login import (
    NEW,
    SECRET,
    change_password,
    confirm_session,
    log_in,
    log_in_confirmed,
    logged_in,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("no_attempts_yet")]


# --- passwords -----------------------------------------------------------------------------


def test_changing_the_password_ends_the_other_sessions(client: Client) -> None:
    user = factory.user("sami", password=SECRET)
    factory.launch()
    elsewhere = Client()
    log_in(elsewhere)
    log_in(client)

    wrong = change_password(client, old="wrong")
    done = change_password(client)

    assert wrong.status_code == 200
    assert done.headers["Location"] == "/"
    user.refresh_from_db()
    assert user.check_password(NEW)
    assert logged_in(client)
    assert not logged_in(elsewhere)


def test_changing_the_password_ends_a_log_in_that_waits_for_its_code(client: Client) -> None:
    user = factory.user("sami", password=SECRET)
    TOTP.activate(user, generate_totp_secret())
    waiting = Client()
    log_in(waiting)
    key = waiting.session.session_key
    log_in_confirmed(client, user)
    waited = Session.objects.filter(session_key=key).exists()

    change_password(client)

    assert waited
    assert not Session.objects.filter(session_key=key).exists()


def test_a_weak_password_is_refused(client: Client) -> None:
    user = factory.user("sami", password=SECRET)
    log_in(client)

    response = change_password(client, new="12345678")

    assert response.status_code == 200
    user.refresh_from_db()
    assert user.check_password(SECRET)


@pytest.mark.parametrize(
    "weak", ["short-9-abc", "my-Dealix-board-9", "d3al1x gates 2026!", "ＤＥＡＬＩＸ-is-our-name"]
)
def test_a_short_password_or_one_with_our_name_is_refused(client: Client, weak: str) -> None:
    user = factory.user("sami", password=SECRET)
    log_in(client)

    response = change_password(client, new=weak)

    assert response.status_code == 200
    user.refresh_from_db()
    assert user.check_password(SECRET)


def test_no_page_of_the_account_is_kept_in_a_cache(client: Client) -> None:
    factory.user("sami", password=SECRET)
    before = client.get(reverse("account_login"))
    log_in(client)
    confirm_session(client)

    pages = [before]
    pages += [
        client.get(reverse(name))
        for name in (
            "account_change_password",
            "account_reauthenticate",
            "mfa_index",
            "mfa_activate_totp",
            "mfa_add_webauthn",
            "usersessions_list",
        )
    ]

    for page in pages:
        assert "no-store" in page.headers["Cache-Control"], page.request["PATH_INFO"]


def test_the_first_login_with_a_given_password_leads_to_changing_it_and_nowhere_else(
    client: Client, capsys: pytest.CaptureFixture[str]
) -> None:
    call_command("bootstrap")
    printed = re.search(r"sami\s+(\S+)", capsys.readouterr().out)
    assert printed
    given = printed[1]

    log_in(client, password=given)
    elsewhere = [client.get(url) for url in ("/", "/board.json", "/admin/", "/waiting/")]
    again = Client()
    log_in(again, password=given)
    still = again.get("/")
    change_password(again, old=given)

    change = reverse("account_change_password")
    assert [(page.status_code, page.headers["Location"]) for page in elsewhere] == [
        (302, change)
    ] * 4
    assert (still.status_code, still.headers["Location"]) == (302, change)
    assert again.get("/").status_code == 200
    assert not TemporaryPassword.objects.filter(user__username="sami").exists()


def test_a_password_that_the_founder_sets_is_a_given_one(client: Client) -> None:
    log_in_confirmed(client, person("sami", "Founder"))
    lina = factory.user("lina", password=SECRET)
    TOTP.activate(lina, generate_totp_secret())
    waiting = Client()
    log_in(waiting, "lina")
    key = waiting.session.session_key

    client.post(
        reverse("admin:auth_user_password_change", args=[lina.pk]),
        {"password1": NEW, "password2": NEW, "usable_password": "true"},
    )
    client.post(
        reverse("admin:auth_user_add"),
        {"username": "omar", "password1": NEW, "password2": NEW, "usable_password": "true"},
    )

    given = set(TemporaryPassword.objects.values_list("user__username", flat=True))
    assert given == {"lina", "omar"}
    assert User.objects.get(username="lina").check_password(NEW)
    # Whoever knew the password before waits for no code.
    assert not Session.objects.filter(session_key=key).exists()


def test_a_new_password_sent_twice_is_not_told_as_unsaved(client: Client) -> None:
    user = factory.user("sami", password=SECRET)
    log_in(client)
    slow = Client()  # the first answer, with its new session, never comes
    slow.cookies.load({name: one.value for name, one in client.cookies.items()})
    change_password(client)

    second = change_password(slow)
    page = slow.get(second.headers["Location"]).content.decode()

    user.refresh_from_db()
    assert user.check_password(NEW)
    assert "Your password was changed. Log in with the new one." in page
    assert "Nothing was saved" not in page


def test_a_password_whose_session_has_ended_is_not_told_as_changed(client: Client) -> None:
    user = factory.user("sami", password=SECRET)
    log_in(client)
    Session.objects.all().delete()

    page = client.get(change_password(client).headers["Location"]).content.decode()

    user.refresh_from_db()
    assert user.check_password(SECRET)
    assert "was changed" not in page
    assert "Nothing was saved" in page
