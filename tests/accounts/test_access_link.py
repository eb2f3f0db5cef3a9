"""One-time links: the person chooses a password, once; nothing else opens or shows the link."""

import logging
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.contrib.auth.models import User
from django.contrib.sessions.models import Session
from django.core.cache import cache
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts import access
from accounts.access_link import VALID_HOURS, AccessLink, key_digest
from dealix_gates.server_logger import hide_keys
from tests.support import factory
from tests.support.admin_forms import person
from tests.support.login import NEW, SECRET, log_in, log_in_confirmed
from tests.support.security_events import events

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def no_requests_yet() -> None:
    cache.clear()


@pytest.fixture
def sami() -> User:
    factory.launch()
    return person("sami", "Founder")


@pytest.fixture
def noura(sami: User) -> User:
    user = person("noura", "Engineer")
    user.set_password(SECRET)
    user.save()
    return user


def address(key: str) -> str:
    return f"{reverse('access_link')}?key={key}"


def choose(client: Client, key: str, password: str = NEW) -> Any:
    return client.post(address(key), {"password1": password, "password2": password})


def test_the_link_sets_a_password_and_logs_in_once(client: Client, sami: User, noura: User) -> None:
    key = AccessLink.make(noura, by=sami)

    done = choose(client, key)
    again = choose(Client(), key, "still-another-secret-8")

    assert done.headers["Location"] == reverse("board")
    assert client.get("/").status_code == 200
    assert again.status_code == 404
    noura.refresh_from_db()
    assert noura.check_password(NEW)
    assert not AccessLink.objects.exists()


def test_reading_it_changes_nothing(client: Client, sami: User, noura: User) -> None:
    key = AccessLink.make(noura, by=sami)
    before = (list(AccessLink.objects.values()), list(User.objects.order_by("pk").values()))

    for _ in range(3):
        assert client.get(address(key)).status_code == 200
        assert client.head(address(key)).status_code == 200

    assert (list(AccessLink.objects.values()), list(User.objects.order_by("pk").values())) == before
    assert not Session.objects.exists()
    assert choose(client, key).status_code == 302


def test_making_it_ends_password_and_sessions_and_keeps_the_second_factor(
    client: Client, sami: User, noura: User
) -> None:
    TOTP.activate(noura, generate_totp_secret())
    client.force_login(noura)

    key = AccessLink.make(noura, by=sami)

    assert client.get("/").status_code == 302
    assert not log_in(Client(), "noura").wsgi_request.user.is_authenticated
    used = choose(Client(), key)
    assert used.headers["Location"] == reverse("mfa_authenticate")
    assert not used.wsgi_request.user.is_authenticated
    assert Authenticator.objects.filter(user=noura).count() == 1


Ending = Callable[[User, User], object]


def over(_sami: User, noura: User) -> None:
    AccessLink.objects.filter(user=noura).update(ends_at=timezone.now())


def off_and_on(_sami: User, noura: User) -> None:
    access.switch_off(noura)
    access.switch_on(noura)


def another_password(_sami: User, noura: User) -> None:
    noura.set_password(SECRET)
    noura.save()


ENDINGS: dict[str, Ending] = {
    "72 hours": over,
    "a new link": lambda sami, noura: AccessLink.make(noura, by=sami),
    "off": lambda _sami, noura: access.switch_off(noura),
    "off by another way": lambda _sami, noura: User.objects.filter(pk=noura.pk).update(
        is_active=False
    ),
    "off and on": off_and_on,
    "another password": another_password,
    "the account deleted": lambda _sami, noura: noura.delete(),
}


@pytest.mark.parametrize("ending", ENDINGS.values(), ids=ENDINGS)
def test_a_dead_link_has_one_answer_whatever_ended_it(
    client: Client, sami: User, noura: User, ending: Ending, caplog: pytest.LogCaptureFixture
) -> None:
    key = AccessLink.make(noura, by=sami)
    ending(sami, noura)
    passwords = list(User.objects.order_by("pk").values_list("password", flat=True))

    read, sent = client.get(address(key)), choose(client, key)
    unknown, none = client.get(address("0" * 64)), client.get(reverse("access_link"))

    for response in (read, sent, unknown, none):
        assert response.status_code == 404
        assert main_part(response) == main_part(none)
    assert "ask the founder for a new link" in main_part(none)
    assert list(User.objects.order_by("pk").values_list("password", flat=True)) == passwords
    assert len(events(caplog, "access_link_refused")) == 4


def main_part(response: Any) -> str:
    """The main part of a page, which holds no token."""
    return str(response.content.decode().partition("<main")[2].partition("</main>")[0])


def test_it_is_valid_for_72_hours(sami: User, noura: User) -> None:
    AccessLink.make(noura, by=sami)

    link = AccessLink.objects.get()

    assert link.ends_at - link.made_at == timedelta(hours=VALID_HOURS)
    assert VALID_HOURS == 72


@pytest.mark.parametrize("password", ["short", "123456789012", "dealix-dealix-9", "noura-noura1"])
def test_the_rules_of_passwords_hold_and_the_link_stays(
    client: Client, sami: User, noura: User, password: str
) -> None:
    noura.username, noura.first_name = "noura-noura1", "Noura"
    noura.save()
    key = AccessLink.make(noura, by=sami)

    refused = choose(client, key, password)
    differ = client.post(address(key), {"password1": NEW, "password2": SECRET})

    assert 'id="id_password1_error"' in refused.content.decode()
    assert "the same password" in differ.content.decode()
    noura.refresh_from_db()
    assert not noura.has_usable_password()
    assert AccessLink.find(key)


def test_only_its_hash_is_stored_and_nothing_logs_it(
    client: Client, sami: User, noura: User, caplog: pytest.LogCaptureFixture
) -> None:
    for name in ("django", "security"):
        logging.getLogger(name).addHandler(caplog.handler)
    key = AccessLink.make(noura, by=sami)

    stored = AccessLink.objects.values().get()
    choose(client, key, "short")
    choose(client, key)
    client.get(address(key))

    assert stored["digest"] == key_digest(key)
    assert key not in str(stored)
    assert caplog.records
    assert all(key not in str(vars(record).get("msg")) for record in caplog.records)
    assert all(key not in record.getMessage() for record in caplog.records)


@pytest.mark.parametrize(
    "line",
    [
        "GET /accounts/link/?key=abc123 HTTP/1.1",
        "GET /accounts/link/?a=1&key=abc123 HTTP/1.1",
        "key=abc123",
        "https://gates.example/accounts/link/?key=abc123",
    ],
)
def test_the_servers_access_log_leaves_the_key_out(line: str) -> None:
    assert hide_keys(line) == line.replace("abc123", "-")


def test_no_page_of_it_is_kept_or_leaks_its_address(
    client: Client, sami: User, noura: User
) -> None:
    key = AccessLink.make(noura, by=sami)

    for response in (client.get(address(key)), client.get(address("0"))):
        assert response.headers["Referrer-Policy"] == "strict-origin"
        assert "no-store" in response.headers["Cache-Control"]


def test_its_page_speaks_the_persons_language_unless_the_reader_chose_one(
    client: Client, sami: User, noura: User
) -> None:
    key = AccessLink.make(noura, by=sami, language="ar")

    arabic = client.get(address(key)).content.decode()
    client.post("/language/", {"language": "en", "next": address(key)})
    english = client.get(address(key)).content.decode()

    assert '<html lang="ar" dir="rtl">' in arabic
    assert '<html lang="en" dir="ltr">' in english


def test_who_is_logged_in_as_another_is_told_so_and_the_link_stays(
    client: Client, sami: User, noura: User
) -> None:
    key = AccessLink.make(noura, by=sami)
    log_in_confirmed(client, sami)

    read, sent = client.get(address(key)), choose(client, key)

    for response in (read, sent):
        assert "This link is for another account" in response.content.decode()
    assert AccessLink.find(key)
    noura.refresh_from_db()
    assert not noura.has_usable_password()


def test_too_many_are_held_up(client: Client, sami: User, noura: User) -> None:
    key = AccessLink.make(noura, by=sami)

    answers = [client.get(address("0")).status_code for _ in range(30)]

    assert set(answers) == {404}
    assert client.get(address(key)).status_code == 429
    assert choose(client, key).status_code == 429
    assert client.get(address(key), REMOTE_ADDR="198.51.100.9").status_code == 200


def test_each_act_is_a_line(
    client: Client, sami: User, noura: User, caplog: pytest.LogCaptureFixture,
    django_capture_on_commit_callbacks: Any,
) -> None:  # fmt: skip
    with django_capture_on_commit_callbacks(execute=True):
        choose(client, AccessLink.make(noura, by=sami))

    assert [line["account"] for line in events(caplog, "access_link_made")] == ["noura"]
    assert [line["user"] for line in events(caplog, "access_link_used")] == ["noura"]
    assert [line["user"] for line in events(caplog, "login")] == ["noura"]


def test_setting_up_a_second_factor_follows_without_the_password_again(
    client: Client, sami: User, noura: User, settings: Any
) -> None:
    settings.REQUIRE_MFA = True
    choose(client, AccessLink.make(noura, by=sami))

    board, page = client.get("/"), client.get(reverse("mfa_index")).content.decode()

    assert board.headers["Location"] == reverse("mfa_index")
    assert "The board stays shut until you have set up a second factor" in page
    assert client.get(reverse("mfa_activate_totp")).status_code == 200
