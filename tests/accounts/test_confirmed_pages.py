"""Each page of the site that changes an account asks for password and second factor again."""

from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.test import Client
from django.urls import reverse

from tests.support.account_pages import account
from tests.support.login import log_in_confirmed, logged_in

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("no_attempts_yet")]

# The pages of the site by which an account is changed, or its codes are shown.
PAGES = (
    "account_change_password", "mfa_activate_totp", "mfa_deactivate_totp", "mfa_add_webauthn",
    "mfa_view_recovery_codes", "mfa_generate_recovery_codes", "mfa_download_recovery_codes",
    "mfa_edit_webauthn", "mfa_remove_webauthn",
)  # fmt: skip


@pytest.mark.parametrize("missing", ["password", "mfa"])
@pytest.mark.parametrize("name", PAGES)
def test_each_page_of_the_site_asks_for_the_proof_that_is_missing(
    client: Client, name: str, missing: str
) -> None:
    sami = account("sami")
    TOTP.activate(sami, generate_totp_secret())
    log_in_confirmed(client, sami)
    session = client.session
    records = session["account_authentication_methods"]
    session["account_authentication_methods"] = [r for r in records if r["method"] != missing]
    session.save()
    keys = {"pk": 1} if name in {"mfa_edit_webauthn", "mfa_remove_webauthn"} else {}

    answer = client.get(reverse(name, kwargs=keys))

    asked = {"password": "account_reauthenticate", "mfa": "mfa_reauthenticate"}[missing]
    if (name, missing) == ("account_change_password", "password"):  # its own form asks for it
        assert answer.status_code == 200
    else:
        assert answer.headers["Location"].startswith(reverse(asked))


def test_a_change_to_ones_own_factors_ends_the_other_sessions(
    client: Client, django_capture_on_commit_callbacks: Any
) -> None:
    sami = account("sami")
    elsewhere = Client()
    elsewhere.force_login(sami)
    TOTP.activate(sami, generate_totp_secret())
    log_in_confirmed(client, sami)

    with django_capture_on_commit_callbacks(execute=True):
        client.post(reverse("mfa_generate_recovery_codes"))

    assert Authenticator.objects.filter(type="recovery_codes").exists()
    assert not logged_in(elsewhere)
    assert logged_in(client)


def test_who_has_no_password_is_given_no_page_to_change_it(client: Client) -> None:
    sami = account("sami")
    sami.set_unusable_password()  # logs in by single sign-on
    sami.save()
    log_in_confirmed(client, sami)

    assert client.get(reverse("account_change_password")).status_code == 403
