"""Two models were renamed: rows, content types and the rights that groups have come along."""

from typing import Any

import pytest
from django.contrib.auth.models import Group, Permission
from django.contrib.contenttypes.models import ContentType
from django.core.management import call_command
from django.db import connection

from accounts.models import TemporaryPassword
from gates.database import triggers
from gates.models import Preference
from tests.support import factory

pytestmark = pytest.mark.usefixtures("committed")

OLD = {"gates": "reader", "accounts": "givenpassword"}
NEW = {"gates": "preference", "accounts": "temporarypassword"}
ACTIONS = ("add", "change", "delete", "view")


def names() -> tuple[dict[str, str], list[str]]:
    """The content types of the two models by app, and the codenames of their permissions."""
    types = ContentType.objects.filter(model__in=[*OLD.values(), *NEW.values()])
    permissions = Permission.objects.filter(content_type__in=types)
    return (
        dict(types.values_list("app_label", "model")),
        sorted(permissions.values_list("codename", flat=True)),
    )


def expected(models: dict[str, str]) -> tuple[dict[str, str], list[str]]:
    return models, sorted(f"{action}_{name}" for action in ACTIONS for name in models.values())


def test_what_the_release_before_has_written_is_there_after_migrate() -> None:
    try:
        # Before, because the release before keeps no record of accounts.
        user: Any = factory.user("lina")
        group = Group.objects.create(name="Readers")
        call_command("migrate", "gates", "0007", verbosity=0)
        call_command("migrate", "accounts", "0002", verbosity=0)
        before = names()
        with connection.cursor() as cursor:
            cursor.execute(
                "INSERT INTO gates_reader (language, user_id) VALUES ('ar', %s)", [user.pk]
            )
            cursor.execute("INSERT INTO accounts_givenpassword (user_id) VALUES (%s)", [user.pk])
        Group.permissions.through.objects.create(
            group=group, permission=Permission.objects.get(codename="change_reader")
        )
    finally:
        call_command("migrate", verbosity=0)

    assert before == expected(OLD)
    assert names() == expected(NEW)
    assert list(group.permissions.values_list("codename", flat=True)) == ["change_preference"]
    assert Preference.objects.get(user=user).language == "ar"
    assert TemporaryPassword.objects.filter(user=user).exists()
    assert triggers.trigger_errors(connection) == []
