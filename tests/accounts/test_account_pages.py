"""The admin's pages of accounts and groups: nothing stale is saved, and every act is on record."""

import pytest
from django.contrib.auth.models import Group, User
from django.test import Client
from django.urls import reverse

from gates.admin.read_state import state_of
from gates.models.history import save_with_history
from tests.support import factory
from tests.support.account_pages import account, account_form
from tests.support.login import SECRET, log_in_confirmed

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("no_attempts_yet")]


def test_a_stale_page_does_not_switch_an_account_on_again(client: Client) -> None:
    lina = account("lina", "Engineer")
    log_in_confirmed(client, account("sami"))
    stale = account_form(lina, email="lina@x.org")
    User.objects.filter(pk=lina.pk).update(is_active=False)
    page = reverse("admin:auth_user_change", args=[lina.pk])

    shown = client.get(page).content.decode()
    refused = [client.post(page, stale), client.post(page, {**stale, "read_state": ""})]
    lina.refresh_from_db()

    assert f'value="{state_of(lina)}"' in shown
    for answer in refused:
        assert "so nothing was saved" in answer.content.decode()
    assert (lina.is_active, lina.email) == (False, "")


def test_a_stale_page_does_not_give_a_group_its_rights_back(client: Client) -> None:
    log_in_confirmed(client, User.objects.create_superuser("root", password=SECRET))
    account("sami")
    group = Group.objects.get(name="Viewer")
    stale = {
        "name": "Viewer",
        "permissions": list(group.permissions.values_list("pk", flat=True)),
        "read_state": state_of(group),
    }
    group.permissions.clear()

    answer = client.post(reverse("admin:auth_group_change", args=[group.pk]), stale)

    assert "so nothing was saved" in answer.content.decode()
    assert not group.permissions.exists()


def test_who_gave_whom_which_role_is_on_record(client: Client) -> None:
    lina, founder = account("lina", "Engineer"), Group.objects.get(name="Founder")
    log_in_confirmed(client, account("sami"))

    client.post(
        reverse("admin:auth_user_change", args=[lina.pk]), account_form(lina, groups=[founder.pk])
    )
    page = client.get(reverse("admin:auth_user_history", args=[lina.pk])).content.decode()

    assert "Groups: + Founder" in page
    assert "Groups: − Engineer" in page
    assert reverse("admin:auth_user_change", args=[lina.pk]) in page
    assert page.count("<bdi>sami</bdi>") == 2


def test_an_account_that_has_acted_is_switched_off_and_not_deleted(client: Client) -> None:
    sami, lina, omar = account("sami"), account("lina", "Engineer"), account("omar")
    log_in_confirmed(client, sami)
    client.post(
        reverse("admin:auth_user_change", args=[omar.pk]), account_form(omar, email="o@x.org")
    )
    save_with_history(factory.gate("T1"), by=lina, reason="Because")
    log_in_confirmed(client, User.objects.create_superuser("root", password=SECRET))

    for user in (sami, lina):
        page = client.post(reverse("admin:auth_user_delete", args=[user.pk]), {"post": "yes"})
        action = client.post(
            reverse("admin:auth_user_changelist"),
            {"action": "delete_selected", "_selected_action": [user.pk], "post": "yes"},
        )
        for answer in (page, action):
            assert answer.status_code == 200
            assert "switch the account off instead" in answer.content.decode()
    client.post(reverse("admin:auth_user_delete", args=[omar.pk]), {"post": "yes"})

    assert set(User.objects.values_list("username", flat=True)) == {"sami", "lina", "root"}
