"""The lock files: what a board without a bucket installs, and that all of them agree."""

import re
from pathlib import Path

from django.conf import settings

ROOT = Path(settings.BASE_DIR)
PIN = re.compile(r"^([a-z0-9.-]+)(?:\[[a-z0-9,-]+\])?==([^ ;]+)", re.MULTILINE)


def locked(name: str) -> dict[str, str]:
    """The version of each package in a lock file."""
    return dict(PIN.findall((ROOT / name).read_text()))


def test_only_a_board_with_a_bucket_installs_what_it_needs() -> None:
    app, s3 = locked("requirements.txt"), locked("requirements-s3.txt")

    assert {"django", "gunicorn"} <= app.keys()
    assert {"boto3", "botocore", "django-storages", "s3transfer"} <= s3.keys() - app.keys()


def test_each_lock_file_holds_the_one_before_with_the_same_versions() -> None:
    app, s3, dev = (locked(f"requirements{name}.txt") for name in ("", "-s3", "-dev"))

    assert app.items() <= s3.items() <= dev.items()


def test_every_package_is_locked_with_hashes_and_none_names_a_registry() -> None:
    for path in ROOT.glob("requirements*.txt"):
        text = path.read_text()
        entries = text.replace("\\\n", " ").splitlines()

        assert all("--hash=sha256:" in entry for entry in entries if entry.strip())
        assert "://" not in text
        assert "--index" not in text
