"""`manage.py move_data` copies all rows to another database of either engine, or none."""

import sqlite3
import sys
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from allauth.mfa.models import Authenticator
from django.apps import apps
from django.contrib.sessions.models import Session
from django.core.management import call_command
from django.db import connection

from gates.models import Import, ProposalDecision, Report, Run
from tests.support.assertions import everything
from tests.support.databases import manage, url_of

pytestmark = pytest.mark.usefixtures("committed")


def test_everything_arrives_with_its_keys_and_is_sound(
    board: None, target: str, capsys: pytest.CaptureFixture[str]
) -> None:
    before = everything()

    call_command("move_data", target)

    assert capsys.readouterr().out.startswith("Moved ")
    assert everything() == before
    with sqlite3.connect(Path(urlsplit(target).path)) as raw:
        for model in apps.get_models(include_auto_created=True):
            meta = model._meta
            keys = raw.execute(f'SELECT "{meta.pk.column}" FROM {meta.db_table}').fetchall()
            there = model._base_manager.values_list("pk", flat=True)
            assert sorted(key for (key,) in keys) == sorted(there), meta.db_table
    assert (Run.objects.count(), Report.objects.count(), ProposalDecision.objects.count()) == (
        5,
        5,
        1,
    )
    assert Import.objects.count() == Session.objects.count() == Authenticator.objects.count() == 1
    verified = manage(target, "verify_integrity")
    assert (verified.returncode, verified.stderr) == (0, "")


@pytest.mark.postgresql
def test_there_and_back_again_is_the_same_board_on_both_engines(
    newest_gone: int, target: str, own_database: str
) -> None:
    exported = {}

    call_command("move_data", target)
    back = manage(target, "move_data", own_database)

    assert (back.returncode, back.stderr) == (0, "")
    ours = url_of(connection.settings_dict["NAME"])
    for url in (ours, target, own_database):
        done = manage(url, "dumpdata", "--all", "--natural-foreign", "--format", "json")
        assert done.returncode == 0, done.stderr
        exported[url] = done.stdout
        verified = manage(url, "verify_integrity")
        assert verified.returncode == 0, verified.stderr
    assert exported[ours] == exported[target] == exported[own_database]


def test_the_key_of_a_deleted_row_is_not_given_out_again(newest_gone: int, target: str) -> None:
    call_command("move_data", target)

    made = manage(target, "shell", "--verbosity", "0", "-c", NEXT_GATE)
    assert (made.returncode, made.stdout.strip()) == (0, str(newest_gone + 1)), made.stderr


@pytest.mark.postgresql
def test_nor_on_the_way_to_postgresql(newest_gone: int, target: str, own_database: str) -> None:
    call_command("move_data", target)
    assert manage(target, "move_data", own_database).returncode == 0

    made = manage(own_database, "shell", "--verbosity", "0", "-c", NEXT_GATE)

    assert (made.returncode, made.stdout.strip()) == (0, str(newest_gone + 1)), made.stderr


NEXT_GATE = """
from gates.models import Gate, Section
print(Gate.objects.create(section=Section.objects.order_by("pk")[0], code="T98", title="x").pk)
"""


def test_on_a_terminal_it_says_what_it_is_doing(
    target: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)

    call_command("move_data", target)

    assert "gates_historicalgate …" in capsys.readouterr().err
