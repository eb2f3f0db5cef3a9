"""`manage.py bootstrap` fills a new database, once."""

import pytest
from django.contrib.auth.models import Group, User
from django.core.management import call_command
from django.utils import timezone

from gates.models import TRACKED, Gate, Owner
from gates.roles import ROLES

pytestmark = pytest.mark.django_db


def passwords(out: str) -> dict[str, str]:
    """Return the printed passwords by account."""
    lines = [line.split() for line in out.splitlines() if line.startswith("    ")]
    return dict(lines)


def test_the_first_run_makes_groups_accounts_and_the_board(
    capsys: pytest.CaptureFixture[str],
) -> None:
    call_command("bootstrap")

    printed = passwords(capsys.readouterr().out)
    assert set(printed) == {"sami", "engineer"}
    for username, password in printed.items():
        user = User.objects.get(username=username)
        assert user.check_password(password)
        assert len(password) >= 16
        assert (user.is_staff, user.is_superuser) == (True, False)
    assert User.objects.get(username="sami").groups.get().name == "Founder"
    assert set(Group.objects.values_list("name", flat=True)) == set(ROLES)
    assert Gate.objects.count() == 34
    assert Owner.objects.get(name="Sami").user == User.objects.get(username="sami")
    assert Gate.history.filter(history_user_name="sami").count() == 34
    days = {timezone.localtime(row.history_date).isoformat() for row in Gate.history.all()}
    assert days == {"2026-04-23T00:00:00+03:00"}


def test_a_second_run_changes_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    call_command("bootstrap")
    gate = Gate.objects.get(code="T6")
    gate.title = "Renamed since"
    gate.save()
    sami = User.objects.get(username="sami")
    before = [(model.objects.count(), model.history.count()) for model in TRACKED]
    capsys.readouterr()

    call_command("bootstrap")

    assert capsys.readouterr().out == ""
    assert [(model.objects.count(), model.history.count()) for model in TRACKED] == before
    assert User.objects.get(username="sami").password == sami.password
    assert Gate.objects.get(code="T6").title == "Renamed since"


def test_an_account_that_was_renamed_or_removed_is_not_made_again(
    capsys: pytest.CaptureFixture[str],
) -> None:
    call_command("bootstrap")
    User.objects.filter(username="engineer").update(username="omar")
    capsys.readouterr()

    call_command("bootstrap")

    assert capsys.readouterr().out == ""
    assert set(User.objects.values_list("username", flat=True)) == {"sami", "omar"}


def test_no_two_passwords_are_alike(capsys: pytest.CaptureFixture[str]) -> None:
    call_command("bootstrap")

    printed = passwords(capsys.readouterr().out)
    assert len(set(printed.values())) == len(printed)
