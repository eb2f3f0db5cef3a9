"""A line of the log: its priority for journald, a time with its offset, one line for a 403."""

import json
import logging
import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse

from benchmarks.environment import FIXED_ENVIRONMENT
from dealix_gates.log_lines import LineFormatter, is_logged_once
from tests.support import factory

LINE = re.compile(r"<\d>\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{3}[+-]\d\d:\d\d [A-Z]+ [\w.]+: ")


def record(level: int, **facts: object) -> logging.LogRecord:
    made = logging.LogRecord("django.request", level, __file__, 1, "Error: %s", ("/",), None)
    vars(made).update(facts)
    return made


@pytest.mark.parametrize(
    ("level", "priority"),
    [
        (logging.CRITICAL, 2), (logging.ERROR, 3), (logging.WARNING, 4), (logging.INFO, 6),
        (logging.DEBUG, 7),
    ],
)  # fmt: skip
def test_a_line_begins_with_its_priority_and_has_an_offset(level: int, priority: int) -> None:
    line = LineFormatter().format(record(level))

    assert line.startswith(f"<{priority}>")
    assert LINE.match(line)


def test_each_line_of_a_traceback_has_the_priority() -> None:
    made = record(logging.ERROR)
    try:
        int("two\nlines")
    except ValueError:
        made.exc_info = sys.exc_info()

    lines = LineFormatter().format(made).splitlines()

    assert len(lines) > 3
    assert all(line.startswith("<3>") for line in lines)


def test_development_has_no_priorities() -> None:
    assert LineFormatter(prefix=False).format(record(logging.ERROR))[0] != "<"


def test_production_writes_such_lines() -> None:
    assert FIXED_ENVIRONMENT["DEBUG"] == "off"
    assert settings.LOGGING["formatters"]["line"]["prefix"]  # type: ignore[index]


@pytest.mark.django_db
def test_a_403_is_one_line(client: Client, caplog: pytest.LogCaptureFixture) -> None:
    proof = factory.closed_gate("T1").evidence.get()
    client.force_login(factory.user("newcomer"))
    strict = Client(enforce_csrf_checks=True)

    with _heard(caplog, "security", "django"):
        denied = client.get(reverse("evidence-file", args=[proof.pk]))
        first = _lines(caplog)
        forged = strict.post(reverse("account_login"), {"login": "x"})
        second = _lines(caplog)

    assert (denied.status_code, forged.status_code) == (403, 403)
    assert [json.loads(line)["event"] for line in first] == ["permission_denied"]
    assert json.loads(second[0])["why"] == "CSRF cookie not set."
    assert len(second) == 1


def _lines(caplog: pytest.LogCaptureFixture) -> list[str]:
    """Return what the console's filter lets through, and forget it."""
    found = [made.getMessage() for made in caplog.records if is_logged_once(made)]
    caplog.clear()
    return found


@contextmanager
def _heard(caplog: pytest.LogCaptureFixture, *names: str) -> Iterator[None]:
    """Context manager: let pytest hear loggers that do not propagate."""
    for name in names:
        logging.getLogger(name).addHandler(caplog.handler)
    caplog.clear()
    try:
        yield
    finally:
        for name in names:
            logging.getLogger(name).removeHandler(caplog.handler)
