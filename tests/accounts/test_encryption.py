"""The secrets of second factors are of no use to whoever has the database alone."""

import json
from importlib import import_module
from types import SimpleNamespace
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, generate_totp_secret, hotp_value
from django.apps import apps
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts import encryption
from tests.support import factory
from tests.support.login import SECRET, log_in, log_in_confirmed, logged_in
from tests.support.security_events import events

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("no_attempts_yet")]

MIGRATION = import_module("accounts.migrations.0004_encrypt_second_factors")


def stored() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT data FROM mfa_authenticator ORDER BY id")
        return json.dumps([row[0] for row in cursor.fetchall()])


def code(secret: str) -> str:
    return str(format_hotp_value(hotp_value(secret, int(timezone.now().timestamp()) // 30)))


def test_no_secret_is_in_the_database_and_the_codes_work(client: Client) -> None:
    sami = factory.user("sami", password=SECRET)
    secret = generate_totp_secret()
    TOTP.activate(sami, secret)
    codes = RecoveryCodes.activate(sami)
    seed = encryption.decrypt(codes.instance.data["seed"])

    log_in(client)
    client.post(reverse("mfa_authenticate"), {"code": code(secret)})

    assert secret not in stored()
    assert seed not in stored()
    assert stored().count(encryption.PREFIX) == 2
    assert logged_in(client)


def test_what_an_earlier_release_stored_is_encrypted_and_back(db: None) -> None:
    sami = factory.user("sami")
    plain: list[tuple[str, dict[str, Any]]] = [
        ("totp", {"secret": "JBSWY3DPEHPK3PXP"}),
        ("recovery_codes", {"seed": "5eed", "used_mask": 5}),
        ("webauthn", {"name": "Key", "credential": {}}),
    ]
    for kind, data in plain:
        Authenticator.objects.create(user=sami, type=kind, data=data)

    editor = SimpleNamespace(connection=connection)
    MIGRATION.encrypt(apps, editor)
    MIGRATION.encrypt(apps, editor)
    encrypted = stored()
    MIGRATION.decrypt(apps, editor)

    assert encrypted.count(encryption.PREFIX) == 2
    assert "JBSWY3DPEHPK3PXP" not in encrypted
    assert list(Authenticator.objects.order_by("pk").values_list("type", "data")) == plain


def test_a_key_is_replaced_and_the_old_one_taken_away(settings) -> None:
    TOTP.activate(factory.user("sami"), "JBSWY3DPEHPK3PXP")
    old = settings.SECOND_FACTOR_KEYS

    settings.SECOND_FACTOR_KEYS = ["n" * 50, *old]
    call_command("encrypt_second_factors", verbosity=0)
    settings.SECOND_FACTOR_KEYS = ["n" * 50]

    secret = Authenticator.objects.get().data["secret"]
    assert encryption.decrypt(secret) == "JBSWY3DPEHPK3PXP"
    settings.SECOND_FACTOR_KEYS = old
    with pytest.raises(CommandError, match="nothing was changed: sami"):
        call_command("encrypt_second_factors")


@pytest.mark.parametrize("planted", ["JBSWY3DPEHPK3PXP", "", "fernet:", "fernet:x"])
def test_a_secret_that_is_not_ours_lets_nobody_in(
    client: Client, planted: str, caplog: pytest.LogCaptureFixture
) -> None:
    sami = factory.user("sami", password=SECRET)
    Authenticator.objects.create(user=sami, type="totp", data={"secret": planted})

    log_in(client)
    answer = client.post(reverse("mfa_authenticate"), {"code": code("JBSWY3DPEHPK3PXP")})

    assert "Incorrect code" in answer.content.decode()
    assert not logged_in(client)
    assert len(events(caplog, "second_factor_unreadable")) == 1


@pytest.mark.parametrize(
    "page",
    ["mfa_view_recovery_codes", "mfa_download_recovery_codes", "mfa_generate_recovery_codes"],
)
def test_without_their_key_the_pages_of_codes_say_so(
    client: Client, page: str, settings, caplog: pytest.LogCaptureFixture
) -> None:
    sami = factory.user("sami", password=SECRET)
    TOTP.activate(sami, generate_totp_secret())
    RecoveryCodes.activate(sami)
    log_in_confirmed(client, sami)
    before = seeds()
    settings.SECOND_FACTOR_KEYS = ["n" * 50]

    answer = client.get(reverse(page))

    assert answer.status_code == 503
    assert "The key of these codes is missing" in answer.content.decode()
    assert "no-store" in answer.headers["Cache-Control"]
    assert len(events(caplog, "second_factor_unreadable")) == 1
    assert seeds() == before


def seeds() -> list[str]:
    factors = Authenticator.objects.order_by("pk").values_list("data", flat=True)
    return [data.get("seed") or data["secret"] for data in factors]


ARABIC = str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩")
PERSIAN = str.maketrans("0123456789", "۰۱۲۳۴۵۶۷۸۹")


@pytest.mark.parametrize(
    "typed",
    [
        lambda code: code.translate(ARABIC),
        lambda code: code.translate(PERSIAN),
        lambda code: f"\u202d{code[:3]} {code[3:]}\u202c",
        lambda code: f"\u200f{code[:3]}\u00a0{code[3:]}\u200b\n",
        lambda code: f"{code[:3]}–{code[3:]}",
    ],
    ids=["Arabic", "Persian", "override", "marks", "dash"],
)
@pytest.mark.parametrize("kind", ["totp", "recovery_codes"])
def test_a_code_is_taken_as_people_type_it(client: Client, kind: str, typed: Any) -> None:
    sami = factory.user("sami", password=SECRET)
    secret = generate_totp_secret()
    TOTP.activate(sami, secret)
    spare = RecoveryCodes.activate(sami).get_unused_codes()[0]
    log_in(client)

    page = client.get(reverse("mfa_authenticate")).content.decode()
    client.post(
        reverse("mfa_authenticate"), {"code": typed(code(secret) if kind == "totp" else spare)}
    )

    assert logged_in(client)
    for hint in ('inputmode="numeric"', 'autocomplete="one-time-code"', 'autocapitalize="none"'):
        assert hint in page


@pytest.mark.parametrize("typed", ["", "abc", "\u200f", "²²²²²²"])
def test_what_holds_no_digit_is_no_code(client: Client, typed: str) -> None:
    TOTP.activate(factory.user("sami", password=SECRET), generate_totp_secret())
    log_in(client)

    assert client.post(reverse("mfa_authenticate"), {"code": typed}).status_code == 200
    assert not logged_in(client)
