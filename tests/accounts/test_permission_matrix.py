"""The permission matrix, walked exhaustively: every address, every admin action, every command."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from django.contrib import admin
from django.contrib.auth.models import Group, User
from django.core.cache import cache
from django.core.management import CommandError, call_command, get_commands
from django.db import transaction
from django.test import Client

from gates.management.commands.bootstrap import SNAPSHOT
from gates.models import TRACKED
from tests.support import factory
from tests.support.accounts import KINDS, account, browser_of
from tests.support.permission_matrix import ACTIONS, ADDRESSES, COMMANDS, PUBLIC_BADGE_ON
from tests.support.sample_board import OneOfEach
from tests.support.url_patterns import addresses

# What it shows does not depend on the engine, so one of them is enough.
pytestmark = [pytest.mark.django_db, pytest.mark.sqlite]

LETTERS = {200: "O", 401: "T", 403: "N", 404: "M", 405: "X"}
LOGINS = ("/accounts/login/", "/admin/login/")


@pytest.fixture(autouse=True)
def no_attempts_yet() -> None:
    cache.clear()


@contextmanager
def undone() -> Iterator[None]:
    """What is written inside is rolled back."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def letter(response: Any) -> str:
    if response.streaming:
        list(response)  # so that the file behind it is closed
    if response.status_code in {301, 302}:
        return "L" if response.headers["Location"].startswith(LOGINS) else "R"
    return LETTERS.get(response.status_code, str(response.status_code))


def everybody() -> dict[str, str]:
    """The session key of each kind of person."""
    clients = {kind: browser_of(kind) for kind in KINDS}
    return {
        kind: client.cookies["sessionid"].value if client.cookies else ""
        for kind, client in clients.items()
    }


def browser(session: str) -> Client:
    """A new browser in that session: logging out leaves no trace for the next request."""
    client = Client()
    if session:
        client.cookies["sessionid"] = session
    return client


def differences(found: dict[str, str], expected: dict[str, str]) -> list[str]:
    return [
        f"{name}: {found[name]}, not {expected[name]}"
        for name in found
        if found[name] != expected[name]
    ]


def answers(path: str, sessions: dict[str, str]) -> str:
    cells = []
    for method in ("get", "post"):
        cell = ""
        for session in sessions.values():
            with undone():
                cell += letter(getattr(browser(session), method)(path))
        cells.append(cell)
    return " ".join(cells)


def test_every_address_has_a_row_and_every_row_an_address() -> None:
    assert {address.route for address in addresses()} == set(ADDRESSES)


def test_every_address_answers_as_its_row_says() -> None:
    one, sessions = OneOfEach(), everybody()

    found = {address.route: answers(one.path(address.route), sessions) for address in addresses()}

    wrong = differences(found, ADDRESSES)
    assert not wrong, "\n".join(wrong)


def test_the_badge_is_public_only_when_it_is_switched_on(settings) -> None:
    one, sessions = OneOfEach(), everybody()
    settings.PUBLIC_BADGE = True

    assert answers(one.path("badge.svg"), sessions) == PUBLIC_BADGE_ON


def registered() -> dict[str, Any]:
    """The admin classes of the site by the name in their address."""
    return {
        f"{model._meta.app_label}/{model._meta.model_name}": made
        for model, made in admin.site._registry.items()
    }


def test_every_action_of_the_admin_has_a_row(rf) -> None:
    request = rf.get("/admin/")
    request.user = account("superuser")

    found = {
        f"{name} {action}"
        for name, made in registered().items()
        for action in made.get_actions(request)
    }

    assert found == set(ACTIONS)


def rows() -> dict[str, list[Any]]:
    tables: list[Any] = [*TRACKED, User, Group, Authenticator]
    return {table.__name__: list(table.objects.order_by("pk").values()) for table in tables}


def test_every_action_does_what_its_row_says_and_nothing_where_it_is_refused() -> None:
    one, sessions = OneOfEach(), everybody()
    to_close = factory.gate("T4")
    factory.evidence(to_close)
    Authenticator.objects.create(user=one.rows["auth/user"], type="totp", data={})
    on = {
        "gates/gate close_selected": to_close,
        "gates/gate reopen_selected": one.gate,
        # That of a closed gate is deleted on the gate's page, which asks why.
        "gates/evidence delete_selected": factory.evidence(factory.gate("T5")),
    }
    before = rows()

    found = {}
    for name in ACTIONS:
        model, action = name.split()
        target = on.get(name, one.rows[model])
        data = {"action": action, "_selected_action": [target.pk], "post": "yes"}
        found[name] = ""
        for session in sessions.values():
            with undone():
                browser(session).post(
                    f"/admin/{model}/", {**data, "decide": "yes", "reason": "Because"}
                )
                now = rows()
                found[name] += "-" if now == before else "+"

    wrong = differences(found, ACTIONS)
    assert not wrong, "\n".join(wrong)


def test_every_command_has_a_row() -> None:
    own = {name for name, app in get_commands().items() if app in {"gates", "accounts"}}

    assert own == set(COMMANDS)


def test_an_import_is_put_on_record_only_for_whom_may_change_gates() -> None:
    found = ""
    for kind in KINDS:
        user = account(kind)
        if user is not None and kind == "disabled":
            user.is_active = False
            user.save()
        try:
            with undone():
                call_command("import_snapshot", SNAPSHOT, by=user and user.username, verbosity=0)
            found += "+"
        except CommandError as refused:
            assert "may not change gates" in str(refused)  # noqa: PT017  refused for this alone
            found += "-"

    assert found == COMMANDS["import_snapshot"]
