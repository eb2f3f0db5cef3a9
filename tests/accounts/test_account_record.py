"""The record of accounts: who gave whom which role, by whatever way, and what came past it."""

import sys
from collections.abc import Callable
from importlib import import_module
from io import StringIO
from types import SimpleNamespace
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from django.apps import apps
from django.contrib.auth.models import Group, Permission, User
from django.core.management import call_command
from django.db import DatabaseError, connection, transaction
from django.test import Client
from django.urls import reverse

from accounts.account_record import differences
from accounts.models import AccountChange
from gates.operations.integrity import integrity_errors
from gates.roles import create_groups
from tests.support.account_pages import account, account_form
from tests.support.assertions import sql, triggers_lifted
from tests.support.database_roles import WEB, log_in
from tests.support.login import SECRET, change_password, log_in_confirmed

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("no_attempts_yet")]


def lines(name: str) -> list[tuple[str, Any]]:
    """What the rows on record of an account or group say was changed: (who, what)."""
    found, before = [], None
    for row in AccountChange.objects.filter(name=name).order_by("pk"):
        what = "deleted" if row.state is None else differences(before, row.state)
        found.append((row.by_name, row.event or what))
        before = row.state
    return found


def test_what_is_done_in_the_admin_outlives_both_accounts(client: Client) -> None:
    sami, lina = account("sami"), account("lina", "Engineer")
    founder = Group.objects.get(name="Founder")
    log_in_confirmed(client, sami)
    seen = AccountChange.objects.count()

    client.post(
        reverse("admin:auth_user_change", args=[lina.pk]), account_form(lina, groups=[founder.pk])
    )
    rows, key = list(AccountChange.objects.order_by("pk")[seen:]), lina.pk
    lina.delete()
    User.objects.filter(pk=sami.pk).update(username="samuel")

    assert {(row.by_id, row.by_name, row.object_id, row.name) for row in rows} == {
        (sami.pk, "sami", key, "lina")
    }
    assert {row.way for row in rows} == {reverse("admin:auth_user_change", args=[key])}
    assert lines("lina")[-3:] == [
        ("sami", {"groups": (["Engineer"], [])}),
        ("sami", {"groups": ([], ["Founder"])}),
        ("", "deleted"),
    ]


def test_a_person_who_changes_their_password_is_its_author(client: Client) -> None:
    account("sami")
    client.post(reverse("account_login"), {"login": "sami", "password": SECRET})
    seen = AccountChange.objects.count()

    change_password(client)

    (row,) = AccountChange.objects.order_by("pk")[seen:]
    assert (row.by_name, row.way) == ("sami", reverse("account_change_password"))
    assert list(lines("sami")[-1][1]) == ["password"]
    assert User.objects.get().password not in str(row.state)


def test_a_log_in_is_no_change(client: Client) -> None:
    account("sami")
    seen = AccountChange.objects.count()

    client.post(reverse("account_login"), {"login": "sami", "password": SECRET})

    assert User.objects.get().last_login is not None
    assert AccountChange.objects.count() == seen


def test_a_command_is_named_with_who_ran_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "argv", ["/srv/dealix-gates/manage.py", "bootstrap", "--x"])
    monkeypatch.setattr("getpass.getuser", lambda: "dealix-owner")

    call_command("bootstrap", stdout=StringIO())

    rows = AccountChange.objects.all()
    assert {row.way for row in rows} == {"bootstrap (dealix-owner)"}
    assert {row.name for row in rows} == {"Founder", "Engineer", "Viewer", "sami", "engineer"}
    assert lines("sami")[-1] == ("", {"groups": ([], ["Founder"])})
    assert integrity_errors() == []


def second_factor(user: User) -> Authenticator:
    return Authenticator.objects.create(user=user, type="totp", data={"secret": "x"})


def saved(row: Any, **values: Any) -> None:
    for name, value in values.items():
        setattr(row, name, value)
    row.save()


@pytest.mark.parametrize(
    ("act", "what"),
    [
        (lambda u, g: call_command("unlock", "sami"), "unlocked"),
        (lambda u, g: u.groups.clear(), {"groups": (["Founder"], [])}),
        (lambda u, g: g.user_set.remove(u), {"groups": (["Founder"], [])}),
        (lambda u, g: g.user_set.clear(), {"groups": (["Founder"], [])}),
        (lambda u, g: g.delete(), {"groups": (["Founder"], [])}),
        (lambda u, g: saved(g, name="Chiefs"), {"groups": (["Founder"], ["Chiefs"])}),
        (
            lambda u, g: u.user_permissions.add(Permission.objects.get(codename="delete_group")),
            {"rights": ([], ["auth.delete_group"])},
        ),
        (lambda u, g: second_factor(u), {"second_factors": ([], ["totp"])}),
        (lambda u, g: saved(u, is_active=False), {"is_active": (True, False)}),
        (lambda u, g: u.delete(), "deleted"),
    ],
    ids=[
        "unlock", "roles taken", "taken from the group's side", "all of a group", "group deleted",
        "group renamed", "right of its own", "second factor", "switched off", "deleted",
    ],
)  # fmt: skip
def test_every_way_leaves_a_row(act: Callable[[User, Group], object], what: Any) -> None:
    user = account("sami")
    before = len(lines("sami"))

    act(user, Group.objects.get(name="Founder"))

    added = lines("sami")[before:]
    assert added[-1] == ("", what)
    assert integrity_errors() == []


def test_a_reset_factor_and_a_groups_rights_are_on_record() -> None:
    user = account("sami")
    second_factor(user)
    Group.objects.get(name="Viewer").permissions.clear()

    call_command("reset_second_factor", "sami", stdout=StringIO())
    create_groups()

    assert lines("sami")[-1][1] == {"second_factors": (["totp"], [])}
    assert lines("Viewer")[-1][1]["rights"][1].count("gates.view_gate") == 1
    assert integrity_errors() == []


@pytest.mark.parametrize(
    ("statement", "line"),
    [
        ("UPDATE auth_user SET is_superuser = TRUE", "was changed past its record: is_superuser"),
        ("UPDATE auth_user SET password = 'x'", "was changed past its record: password"),
        ("DELETE FROM auth_user_groups", "was changed past its record: groups"),
        ("DELETE FROM auth_group_permissions", "was changed past its record: rights"),
        (
            "INSERT INTO mfa_authenticator (user_id, type, data, created_at)"
            " SELECT id, 'totp', '{}', '2026-11-01 00:00Z' FROM auth_user",
            "was changed past its record: second_factors",
        ),
        (
            "INSERT INTO auth_group (name) VALUES ('Chiefs')",
            "group Chiefs (id ",
        ),
    ],
    ids=["rights", "password", "roles", "rights of a group", "second factor", "group"],
)
def test_what_is_written_past_the_record_is_named(statement: str, line: str) -> None:
    account("sami")
    assert integrity_errors() == []

    sql(statement)

    assert any(line in error for error in integrity_errors())


def test_an_account_that_went_without_a_trace_is_named() -> None:
    user = account("sami")
    for table in ("auth_user_groups", "auth_user"):
        sql(f"DELETE FROM {table}")

    expected = f"account sami (id {user.pk}) is gone, but its record does not say so"
    assert integrity_errors() == [expected]


def test_an_upgrade_puts_everybody_on_record_as_they_are() -> None:
    user = account("sami")
    second_factor(user)
    user.user_permissions.add(Permission.objects.get(codename="delete_group"))
    with triggers_lifted():
        AccountChange.objects.all().delete()
    assert len(integrity_errors()) == 4

    migration = import_module("accounts.migrations.0005_account_changes")
    migration.begin(apps, SimpleNamespace(connection=connection))

    assert integrity_errors() == []
    assert {row.way for row in AccountChange.objects.all()} == {"migrate"}


@pytest.mark.parametrize(
    "statement",
    ["UPDATE accounts_accountchange SET by_name = 'lina'", "DELETE FROM accounts_accountchange"],
)
def test_the_record_is_only_added_to(statement: str) -> None:
    account("sami")
    before = list(AccountChange.objects.values())

    with pytest.raises(DatabaseError), transaction.atomic():
        sql(statement)

    assert list(AccountChange.objects.values()) == before


@pytest.mark.postgresql
def test_the_web_role_chooses_neither_moment_nor_place(roles: str) -> None:
    log_in(WEB)

    row = AccountChange.objects.create(
        pk=2**62, at="2026-05-01T00:00Z", kind="account", object_id=1, name="sami"
    )

    row = AccountChange.objects.get()
    assert row.pk < 2**62
    assert row.at.isoformat() > "2026-05-02"
    assert connection.settings_dict["USER"] == WEB


def test_the_history_page_shows_who_by_which_way_and_what(client: Client) -> None:
    user = account("lina", "Viewer")
    user.user_permissions.add(Permission.objects.get(codename="delete_group"))
    user.email = "<b>lina@x.org"
    user.save()
    log_in_confirmed(client, account("sami"))

    page = client.get(reverse("admin:auth_user_history", args=[user.pk])).content.decode()

    assert "Email address: &lt;b&gt;lina@x.org" in page
    assert "+ auth.delete_group" in page
    assert "+ Viewer" in page
    assert "no account recorded" in page


def test_nobody_without_the_right_sees_the_history(client: Client) -> None:
    user = account("lina", "Engineer")
    log_in_confirmed(client, user)

    assert client.get(reverse("admin:auth_user_history", args=[user.pk])).status_code == 403
