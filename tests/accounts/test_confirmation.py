"""What a stolen session cannot do: every change that could take an account over asks again."""

import time
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, generate_totp_secret, hotp_value
from django.contrib.auth.models import Group, User
from django.contrib.sessions.models import Session
from django.test import Client
from django.urls import reverse

from gates.admin.read_state import state_of
from tests.support import factory
from tests.support.account_pages import account, account_form
from tests.support.admin_forms import person
from tests.support.login import (
    NEW,
    SECRET,
    confirm_session,
    log_in,
    log_in_confirmed,
)
from tests.support.security_events import events

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("no_attempts_yet")]


def acts(own: User, other: User) -> list[tuple[str, dict[str, Any]]]:
    """Every page of the admin by which accounts are changed, with something to send."""
    password = {"password1": NEW, "password2": NEW, "usable_password": "true"}
    group = Group.objects.get(name="Viewer")
    return [
        (reverse("admin:auth_user_change", args=[own.pk]), account_form(own, email="evil@x.org")),
        (reverse("admin:auth_user_change", args=[other.pk]), account_form(other, is_active=None)),
        (reverse("admin:auth_user_password_change", args=[other.pk]), password),
        (reverse("admin:auth_user_add"), {"username": "evil", **password}),
        (reverse("admin:auth_user_delete", args=[other.pk]), {"post": "yes"}),
        (
            reverse("admin:auth_user_changelist"),
            {"action": "take_away_second_factor", "_selected_action": [other.pk]},
        ),
        (reverse("admin:auth_group_change", args=[group.pk]), {"name": "Viewers"}),
        (reverse("admin:auth_group_add"), {"name": "Evil"}),
        (reverse("admin:auth_group_delete", args=[group.pk]), {"post": "yes"}),
    ]


def rows() -> list[list[Any]]:
    keys = ("pk", "username", "email", "password", "is_active", "groups")
    return [
        list(User.objects.order_by("pk", "groups").values(*keys)),
        list(Group.objects.order_by("pk").values()),
        list(Authenticator.objects.order_by("pk").values("pk")),
    ]


@pytest.mark.parametrize("proofs", [[], ["password"], ["mfa"], ["old"], ["log-in"]])
def test_without_both_proofs_the_admin_changes_no_account(
    client: Client, proofs: list[str]
) -> None:
    root = User.objects.create_superuser("root", password=SECRET)
    TOTP.activate(root, generate_totp_secret())
    lina = account("lina", "Engineer")
    TOTP.activate(lina, generate_totp_secret())
    before = rows()
    log_in_confirmed(client, root)
    session = client.session
    records = session["account_authentication_methods"]
    if proofs == ["old"]:
        records = [{**record, "at": time.time() - 301} for record in records]
    elif proofs == ["log-in"]:  # of just now, but nothing was typed for this
        records = [{**record, "reauthenticated": False} for record in records]
    else:
        records = [record for record in records if record["method"] in proofs]
    session["account_authentication_methods"] = records
    session.save()

    for url, data in acts(root, lina):
        answer = client.post(url, data)
        proof = "mfa_reauthenticate" if proofs == ["password"] else "account_reauthenticate"
        assert answer.status_code == 302, url
        assert answer.headers["Location"].startswith(reverse(proof)), url
    assert rows() == before


def test_with_both_proofs_typed_the_page_opens_and_saves(client: Client) -> None:
    sami, lina = account("sami"), account("lina", "Engineer")
    secret = generate_totp_secret()
    TOTP.activate(sami, secret)
    client.force_login(sami)
    page = reverse("admin:auth_user_change", args=[lina.pk])

    first = client.get(page).headers["Location"]
    second = client.post(first, {"password": SECRET}, follow=True).redirect_chain[-1][0]
    code = format_hotp_value(hotp_value(secret, int(time.time()) // 30))
    done = client.post(second, {"code": code}, follow=True)
    client.post(page, account_form(lina, is_active=None))

    assert first.startswith(reverse("account_reauthenticate"))
    assert second.startswith(reverse("mfa_reauthenticate"))
    assert (done.status_code, done.request["PATH_INFO"]) == (200, page)
    lina.refresh_from_db()
    assert not lina.is_active


def test_the_site_asks_for_both_too(client: Client) -> None:
    sami = account("sami")
    TOTP.activate(sami, generate_totp_secret())
    client.force_login(sami)

    change = client.post(
        reverse("account_change_password"), {"oldpassword": SECRET, "password1": NEW}
    )
    confirm_session(client)
    session = client.session
    session["account_authentication_methods"] = session["account_authentication_methods"][:1]
    session.save()
    remove = client.post(reverse("mfa_deactivate_totp"))

    for answer in (change, remove):
        assert answer.headers["Location"].startswith(reverse("mfa_reauthenticate"))
    assert Authenticator.objects.count() == 1
    sami.refresh_from_db()
    assert sami.check_password(SECRET)


def test_an_account_without_password_and_factor_needs_a_log_in_of_now(client: Client) -> None:
    client.force_login(person("sami", "Founder"))  # as single sign-on does

    answer = client.get(reverse("admin:auth_user_add"))
    confirm_session(client)

    assert answer.headers["Location"] == reverse("mfa_index")
    assert client.get(reverse("admin:auth_user_add")).status_code == 200


def test_nobody_takes_away_their_own_factor_or_password_in_the_admin(client: Client) -> None:
    sami = account("sami")
    TOTP.activate(sami, generate_totp_secret())
    log_in_confirmed(client, sami)

    action = client.post(
        reverse("admin:auth_user_changelist"),
        {"action": "take_away_second_factor", "_selected_action": [sami.pk]},
        follow=True,
    )
    # The same account, written in another way.
    written = [str(sami.pk), f"0{sami.pk}", f"+{sami.pk}", f"%20{sami.pk}"]
    answers = [
        client.post(
            f"/admin/auth/user/{each}/password/",
            {"password1": NEW, "password2": NEW, "usable_password": "true"},
        )
        for each in written
    ]

    assert "not allowed" in action.content.decode()
    assert Authenticator.objects.filter(user=sami).exists()
    found = dict(zip(written, [answer.headers.get("Location") for answer in answers], strict=True))
    assert found == dict.fromkeys(written, reverse("account_change_password"))
    sami.refresh_from_db()
    assert sami.check_password(SECRET)


@pytest.mark.parametrize(
    "changed", [{"is_active": None}, {"email": "new@x.org"}, {"groups": []}, {"is_staff": None}]
)
def test_a_change_to_an_account_ends_its_sessions_whichever_way_they_began(
    client: Client, changed: dict[str, Any]
) -> None:
    sami, lina = account("sami"), account("lina", "Engineer")
    by_page, by_admin, waiting = Client(), Client(), Client()
    log_in(by_page, "lina")
    by_admin.force_login(lina)
    TOTP.activate(lina, generate_totp_secret())
    log_in(waiting, "lina")  # the password was right, the code is still asked for
    log_in_confirmed(client, sami)
    keys = {browser.session.session_key for browser in (by_page, by_admin, waiting)}
    before = Session.objects.filter(session_key__in=keys).count()

    client.post(reverse("admin:auth_user_change", args=[lina.pk]), account_form(lina, **changed))

    assert before == 3
    assert not Session.objects.filter(session_key__in=keys).exists()
    assert client.get(reverse("admin:auth_user_changelist")).status_code == 200


def test_each_act_is_a_line_with_who_whom_and_what(
    client: Client, caplog: pytest.LogCaptureFixture, django_capture_on_commit_callbacks
) -> None:
    sami, lina = account("sami"), account("lina", "Engineer")
    founder, viewer = (Group.objects.get(name=name) for name in ("Founder", "Viewer"))
    log_in_confirmed(client, sami)

    with django_capture_on_commit_callbacks(execute=True):
        client.post(
            reverse("admin:auth_user_change", args=[lina.pk]),
            account_form(lina, is_active=None, groups=[founder.pk]),
        )
        client.post(
            reverse("admin:auth_user_password_change", args=[lina.pk]),
            {"password1": NEW, "password2": NEW, "usable_password": "true"},
        )
        User.objects.filter(pk=sami.pk).update(is_superuser=True)
        client.post(
            reverse("admin:auth_group_change", args=[viewer.pk]),
            {"name": "Viewer", "permissions": [], "read_state": state_of(viewer)},
        )

    (line,) = events(caplog, "account_changed")
    assert (line["user"], line["account"]) == ("sami", "lina")
    assert (line["given"], line["taken"], line["active"]) == (["Founder"], ["Engineer"], False)
    (line,) = events(caplog, "password_set")
    assert (line["user"], line["account"]) == ("sami", "lina")
    (line,) = events(caplog, "role_changed")
    assert (line["user"], line["group"]) == ("sami", "Viewer")
    assert any("Can view gate" in right for right in line["taken"])


def test_a_founder_does_not_delete_a_superuser(client: Client) -> None:
    root = User.objects.create_superuser("root", password=SECRET)
    log_in_confirmed(client, account("sami"))

    page = client.post(reverse("admin:auth_user_delete", args=[root.pk]), {"post": "yes"})
    action = client.post(
        reverse("admin:auth_user_changelist"),
        {"action": "delete_selected", "_selected_action": [root.pk], "post": "yes"},
    )

    assert page.status_code == 403
    assert action.status_code in {200, 403}
    assert User.objects.filter(pk=root.pk).exists()


def test_the_last_passkey_stays(client: Client, settings) -> None:
    settings.REQUIRE_MFA = True
    sami = account("sami")
    factory.launch()
    passkey = Authenticator.objects.create(
        user=sami, type=Authenticator.Type.WEBAUTHN, data={"name": "Key", "credential": {}}
    )
    log_in_confirmed(client, sami)

    answer = client.post(reverse("mfa_remove_webauthn", args=[passkey.pk]))

    assert answer.status_code == 403
    assert Authenticator.objects.filter(pk=passkey.pk).exists()


def test_a_given_password_reaches_no_second_factor_set_up(client: Client) -> None:
    from accounts.models import TemporaryPassword

    TemporaryPassword.mark(account("sami"))
    log_in(client)
    confirm_session(client)

    for name in ("mfa_index", "mfa_activate_totp", "mfa_add_webauthn", "account_reauthenticate"):
        answer = client.get(reverse(name))
        assert answer.headers["Location"] == reverse("account_change_password"), name
    assert not Authenticator.objects.exists()
