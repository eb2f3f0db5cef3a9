"""`python -m tests.run`: one pytest an engine, and what the two together amount to."""

import pytest

from tests.run import arguments_for, closing_line, exit_status


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        (["--junitxml=var/x.xml"], ["--junitxml=var/x-postgresql.xml"]),
        (["--junitxml", "x"], ["--junitxml", "x-postgresql"]),
        (["-k", "close or x.xml", "tests/rules"], ["-k", "close or x.xml", "tests/rules"]),
    ],
)
def test_the_engines_do_not_write_the_same_file(given: list[str], expected: list[str]) -> None:
    assert arguments_for("sqlite", given) == given
    assert arguments_for("postgresql", given) == expected


@pytest.mark.parametrize(
    ("codes", "status"),
    [((0, 0), 0), ((0, 1), 1), ((1, 0), 1), ((2, 0), 1), ((0, -9), 1), ((0, 5), 0), ((5, 5), 5)],
)
def test_both_engines_must_pass_and_one_must_have_tests(codes: list[int], status: int) -> None:
    assert exit_status(codes) == status


def test_the_closing_line_is_the_one_of_pytest() -> None:
    output = "FAILED x\n===== 1 failed, 2 passed in 3.04s =====\n\n"

    assert closing_line(output) == "1 failed, 2 passed in 3.04s"
    assert closing_line("") == "no output"
