"""The Arabic catalogue is whole: nothing missing, nothing fuzzy, nothing left uncompiled."""

import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.management import call_command

# What it shows does not depend on the engine, so one of them is enough.
pytestmark = pytest.mark.sqlite

BASE = Path(settings.BASE_DIR)
CATALOGUE = Path("gates") / "locale" / "ar" / "LC_MESSAGES" / "django.po"


def run(*command: str) -> str:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout + done.stderr


@pytest.fixture(autouse=True)
def gettext_tools() -> None:
    assert shutil.which("msgfmt"), "gettext is not installed. Get it: apt install gettext"


def messages(catalogue: Path) -> set[str]:
    text = run("msgcat", "--no-wrap", "--no-location", str(catalogue))
    return set(re.findall(r'^msgid(?:_plural)? "(.+)"$', text, re.MULTILINE))


def test_every_message_is_translated_and_well_formed() -> None:
    said = run(
        "msgfmt", "--check", "--statistics", "--output-file=/dev/null", str(BASE / CATALOGUE)
    )

    assert re.fullmatch(r"\d+ translated messages\.", said.strip()), said


def test_the_catalogue_has_exactly_the_strings_of_the_code(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, settings: Any
) -> None:
    for name in ("gates", "accounts", "dealix_gates", "templates"):
        shutil.copytree(BASE / name, tmp_path / name, ignore=shutil.ignore_patterns("*.pyc"))
    monkeypatch.chdir(tmp_path)
    settings.LOCALE_PATHS = [tmp_path / "gates" / "locale"]

    call_command("makemessages", locale=["ar"], no_obsolete=True, add_location="file", verbosity=0)

    assert messages(tmp_path / CATALOGUE) ^ messages(BASE / CATALOGUE) == set(), "run make messages"


def test_it_is_compiled(tmp_path: Path) -> None:
    compiled = tmp_path / "django.mo"
    run("msgfmt", "--output-file", str(compiled), str(BASE / CATALOGUE))
    kept = (BASE / CATALOGUE).with_suffix(".mo")

    assert run("msgunfmt", str(compiled)) == run("msgunfmt", str(kept)), "run make messages"
