"""The obligatory second factor: who has none gets to the page that sets it up, nowhere else."""

import json
import re
import time
from collections.abc import Iterator
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, generate_totp_secret, hotp_value
from django.contrib.auth.models import User
from django.core.cache import cache
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse

from tests.support import factory
from tests.support.admin_forms import person
from tests.support.login import log_in_confirmed

pytestmark = pytest.mark.django_db

SECRET = "a long enough secret"


@pytest.fixture(autouse=True)
def required(settings) -> Iterator[None]:
    settings.REQUIRE_MFA = True
    cache.clear()
    yield
    cache.clear()


@pytest.fixture
def sami() -> User:
    user = person("sami", "Founder")
    user.set_password(SECRET)
    user.save()
    factory.launch()
    return user


def code(secret: str) -> str:
    """What the app would show now."""
    return str(format_hotp_value(hotp_value(secret, int(time.time()) // 30)))


def log_in(client: Client) -> Any:
    return client.post(reverse("account_login"), {"login": "sami", "password": SECRET})


def confirm(client: Client) -> None:
    client.post(reverse("account_reauthenticate"), {"password": SECRET})


def with_app(user: User) -> str:
    """Give the person an authenticator app and recovery codes; returns the app's secret."""
    secret = generate_totp_secret()
    TOTP.activate(user, secret)
    RecoveryCodes.activate(user)
    return str(secret)


PLACES = ["/", "/board.json", "/gates/T1/", "/history/", "/accounts/sessions/", "/admin/"]
PLACES += ["/admin/gates/gate/", "/admin/auth/user/", "/admin/no/such/page/", "/admin/jsi18n/"]


@pytest.mark.parametrize("url", PLACES)
def test_without_a_second_factor_every_page_leads_to_setting_one_up(
    client: Client, sami: User, url: str
) -> None:
    log_in(client)

    read, written = client.get(url), client.post(url)

    for response in (read, written):
        assert response.status_code == 302
        assert response.headers["Location"] == reverse("mfa_index")


def test_setting_up_an_app_opens_the_board_and_gives_recovery_codes(
    client: Client, sami: User
) -> None:
    log_in(client)
    confirm(client)

    page = client.get(reverse("mfa_activate_totp")).content.decode()
    found = re.search(r'<code dir="ltr">([A-Z2-7]+)</code>', page)
    assert found
    wrong = client.post(reverse("mfa_activate_totp"), {"code": "000000"})
    done = client.post(reverse("mfa_activate_totp"), {"code": code(found[1])})

    assert "<svg" in page
    assert wrong.status_code == 200
    assert done.headers["Location"] == reverse("mfa_view_recovery_codes")
    assert client.get(done.headers["Location"]).status_code == 200
    assert client.get("/").status_code == 200
    assert client.get("/admin/").status_code == 200


def test_setting_up_asks_for_the_password_again(client: Client, sami: User) -> None:
    log_in(client)

    response = client.get(reverse("mfa_activate_totp"))

    assert response.headers["Location"].startswith(reverse("account_reauthenticate"))


def test_logging_in_asks_for_the_code(client: Client, sami: User) -> None:
    secret = with_app(sami)

    asked = log_in(client)
    between = client.get("/")
    wrong = client.post(reverse("mfa_authenticate"), {"code": "000000"})
    right = client.post(reverse("mfa_authenticate"), {"code": code(secret)})

    assert asked.headers["Location"] == reverse("mfa_authenticate")
    assert between.headers["Location"].startswith(reverse("account_login"))
    assert "Incorrect code" in wrong.content.decode()
    assert right.headers["Location"] == "/"
    assert client.get("/admin/").status_code == 200


def test_a_code_works_once(client: Client, sami: User) -> None:
    secret = with_app(sami)
    shown = code(secret)
    log_in(client)
    client.post(reverse("mfa_authenticate"), {"code": shown})

    other = Client()
    log_in(other)
    again = other.post(reverse("mfa_authenticate"), {"code": shown})

    assert again.status_code == 200
    assert "Incorrect code" in again.content.decode()


def test_a_recovery_code_works_once(client: Client, sami: User) -> None:
    with_app(sami)
    spare = Authenticator.objects.get(type="recovery_codes").wrap().get_unused_codes()[0]
    log_in(client)

    first = client.post(reverse("mfa_authenticate"), {"code": spare})
    other = Client()
    log_in(other)
    second = other.post(reverse("mfa_authenticate"), {"code": spare})

    assert first.headers["Location"] == "/"
    assert second.status_code == 200


def test_guessing_codes_ends_in_a_lock_out(client: Client, sami: User) -> None:
    secret = with_app(sami)
    log_in(client)
    for number in range(5):
        client.post(reverse("mfa_authenticate"), {"code": f"{number:06}"})

    locked = client.post(reverse("mfa_authenticate"), {"code": code(secret)})

    assert locked.status_code == 200
    assert "Too many failed attempts" in locked.content.decode()


def test_the_admins_own_login_is_no_way_round(client: Client, sami: User) -> None:
    with_app(sami)

    page = client.get("/admin/login/?next=/admin/")
    posted = client.post("/admin/login/", {"username": "sami", "password": SECRET})

    assert page.headers["Location"] == "/accounts/login/?next=%2Fadmin%2F"
    assert posted.status_code == 302
    assert client.get("/admin/").status_code == 302


def test_a_session_from_before_the_second_factor_cannot_add_another(
    client: Client, sami: User
) -> None:
    stolen = Client()
    log_in(stolen)
    with_app(sami)  # set up meanwhile, on the person's own device

    answer = stolen.get(reverse("mfa_index"))

    assert answer.headers["Location"].startswith(reverse("account_login"))
    assert "_auth_user_id" not in stolen.session


def test_the_last_second_factor_stays(client: Client, sami: User) -> None:
    secret = with_app(sami)
    log_in(client)
    client.post(reverse("mfa_authenticate"), {"code": code(secret)})
    confirm(client)

    response = client.post(reverse("mfa_deactivate_totp"))

    assert "This is your last second factor" in response.content.decode()
    assert Authenticator.objects.filter(type="totp").exists()


def test_the_founder_takes_away_a_lost_one_and_it_ends_the_sessions(
    client: Client, sami: User, settings
) -> None:
    lina = person("lina", "Engineer")
    lina.set_password(SECRET)
    lina.save()
    secret = with_app(lina)
    root = User.objects.create_superuser("root")
    with_app(root)
    hers = Client()
    hers.post(reverse("account_login"), {"login": "lina", "password": SECRET})
    hers.post(reverse("mfa_authenticate"), {"code": code(secret)})
    before = hers.get("/").status_code
    settings.REQUIRE_MFA = False
    log_in_confirmed(client, sami)

    client.post(
        reverse("admin:auth_user_changelist"),
        {"action": "take_away_second_factor", "_selected_action": [lina.pk, root.pk]},
    )

    assert (before, hers.get("/").status_code) == (200, 302)
    assert not Authenticator.objects.filter(user=lina).exists()
    assert Authenticator.objects.filter(user=root).exists()


def test_a_command_takes_it_away_too(sami: User, capsys: pytest.CaptureFixture[str]) -> None:
    with_app(sami)

    call_command("reset_second_factor", "SAMI")
    call_command("reset_second_factor", "sami")

    assert capsys.readouterr().out.split("\n")[:2] == ["removed", "there was none"]
    assert not Authenticator.objects.exists()
    for unknown in ("nobody", "sam\udcffi"):
        with pytest.raises(CommandError, match="there is no account"):
            call_command("reset_second_factor", unknown)


ENVELOPE = {"id": "AA", "rawId": "AA", "type": "public-key"}
PARTS = ("clientDataJSON", "authenticatorData", "signature", "attestationObject")
MALFORMED = ["", "{", "[]", "{}", "null", "1", '{"id": 1}', '{"response": []}']
MALFORMED += [
    json.dumps(ENVELOPE | {"response": {"userHandle": handle} | dict.fromkeys(PARTS, part)})
    for handle in ("", "MQ", "x", 1)
    for part in ("", "AA", "oA", "e30", 1, None)
]


@pytest.mark.parametrize("credential", MALFORMED)
def test_a_malformed_passkey_is_refused_and_not_a_500(
    client: Client, sami: User, credential: str
) -> None:
    client.get(reverse("mfa_login_webauthn"), headers={"Accept": "application/json"})
    anonymous = client.post(reverse("mfa_login_webauthn"), {"credential": credential})
    log_in(client)
    confirm(client)
    client.get(reverse("mfa_add_webauthn"))
    added = client.post(reverse("mfa_add_webauthn"), {"credential": credential})

    assert anonymous.status_code == 302
    assert added.status_code == 200
    assert not Authenticator.objects.exists()


def test_the_options_of_a_passkey_are_in_an_attribute_and_not_in_a_script(
    client: Client, sami: User
) -> None:
    log_in(client)
    confirm(client)

    page = client.get(reverse("mfa_add_webauthn")).content.decode()

    assert "data-options=" in page
    assert "&quot;challenge&quot;" in page
    assert re.findall(r"<script(?![^>]+src=)", page) == []


def test_without_the_obligation_a_password_is_enough(client: Client, sami: User, settings) -> None:
    settings.REQUIRE_MFA = False

    log_in(client)

    assert client.get("/").status_code == 200
