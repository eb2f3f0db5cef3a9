"""`manage.py read_report` says what would be read and decided, and writes nothing."""

import io
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from gates.models import Check, Evidence, Run
from tests.support import factory

pytestmark = pytest.mark.django_db


def run(*args: str) -> tuple[int, str, str]:
    """Return (exit code, standard output, standard error)."""
    out = io.StringIO()
    try:
        call_command("read_report", *args, stdout=out)
    except SystemExit as end:
        return int(end.code or 0), out.getvalue(), ""
    except CommandError as error:
        return error.returncode, out.getvalue(), str(error)
    return 0, out.getvalue(), ""


@pytest.fixture
def load() -> Check:
    return factory.check(factory.gate("T6"), ref="main")


def report(tmp_path: Path, text: str) -> str:
    path = tmp_path / "report.json"
    path.write_text(text)
    return str(path)


def test_it_prints_form_and_measures(tmp_path: Path) -> None:
    path = report(tmp_path, '{"p95": 410.50, "seconds": 3}')

    assert run(path, "--kind", "numbers") == (
        0,
        "form: numbers\n  p95 = 410.5\n  seconds = 3\n",
        "",
    )


@pytest.mark.parametrize(
    ("numbers", "args", "code", "lines"),
    [
        ('{"p95": 410}', ["--ref=main"], 0, ["T6 load: passed"]),
        ('{"p95": 612}', ["--ref=main"], 1, ["T6 load: failed", "  - p95 is 612; required: < 500"]),
        (
            '{"p95": 410}',
            [],
            0,
            [
                "T6 load: passed",
                "  would not count: It names no branch or tag; the check accepts main.",
            ],
        ),
    ],
)
def test_it_says_what_a_check_would_decide_and_writes_nothing(
    tmp_path: Path, load: Check, numbers: str, args: list[str], code: int, lines: list[str]
) -> None:
    path = report(tmp_path, numbers)

    found, out, _ = run(path, "--check=primitive/T6/load", *args)

    assert (found, out.splitlines()[2:]) == (code, lines)
    assert not Run.objects.exists()
    assert not Evidence.objects.exists()


def test_the_current_launch_need_not_be_named(tmp_path: Path, load: Check) -> None:
    assert run(report(tmp_path, '{"p95": 410}'), "--check=t6/load")[0] == 0


@pytest.mark.parametrize(
    ("text", "args", "message"),
    [
        ('{"p95": NaN}', ["--kind=numbers"], "NaN"),
        ("", ["--kind=numbers"], "The report is empty."),
        ('{"p95": 1}', [], "say --kind, or --check"),
        ('{"p95": 1}', ["--check=T6"], "there is no check T6; write LAUNCH/CODE/KEY"),
        ('{"p95": 1}', ["--check=other/T6/load"], "there is no check other/T6/load"),
        ('{"p95": 1}', ["--check=T6/load", "--kind=k6"], "reads reports of kind numbers, not k6"),
        ('{"p50": 1}', ["--check=T6/load"], "The report has no p95, which the check needs."),
    ],
)
def test_what_cannot_be_read_or_judged_exits_2_with_one_line(
    tmp_path: Path, load: Check, text: str, args: list[str], message: str
) -> None:
    code, _out, err = run(report(tmp_path, text), *args)

    assert code == 2
    assert message in err
    assert "\n" not in err


@pytest.mark.parametrize("name", ["missing.json", "."])
def test_a_file_that_cannot_be_opened_exits_2(tmp_path: Path, name: str) -> None:
    code, _out, err = run(str(tmp_path / name), "--kind=k6")

    assert code == 2
    assert str(tmp_path) in err


def test_a_file_that_is_too_large_is_refused_without_reading_it_all(tmp_path: Path) -> None:
    code, _out, err = run(report(tmp_path, " " * (1024 * 1024 + 1)), "--kind=k6")

    assert code == 2
    assert "more than 1048576 bytes" in err
