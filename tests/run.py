"""Run pytest on SQLite and on PostgreSQL at the same time: `python -m tests.run [options]`.

Both runs go to the end, so that one command shows everything; PostgreSQL's output is printed after
SQLite's, and the closing line of each comes last. Two workers an engine, because on two cores the
engine that takes longer then has both cores at the end; an `-n` of the caller's own wins.

Exit status: 0 if both engines pass. An engine on which nothing is selected passes if something was
selected on the other one.
"""

import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import IO

import pytest

ROOT = Path(__file__).parent.parent
PYTEST = (sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "-n2")
OPTIONS_WITH_A_FILE = ("--junitxml", "--junit-xml", "--report-log", "--log-file")


def arguments_for(engine: str, arguments: Sequence[str]) -> list[str]:
    """Name the files of PostgreSQL's run apart: `x.xml` is SQLite's, `x-postgresql.xml` the other.

    Without it both runs would write the same file at the same time.
    """
    if engine == "sqlite":
        return list(arguments)
    found = []
    names_a_file = False
    for argument in arguments:
        option, equals, value = argument.partition("=")
        if names_a_file:
            found.append(_with_suffix(argument))
        elif option in OPTIONS_WITH_A_FILE and equals:
            found.append(f"{option}={_with_suffix(value)}")
        else:
            found.append(argument)
        names_a_file = argument in OPTIONS_WITH_A_FILE
    return found


def _with_suffix(name: str) -> str:
    path = Path(name)
    return str(path.with_name(f"{path.stem}-postgresql{path.suffix}"))


def exit_status(codes: Sequence[int]) -> int:
    """0 where every engine passed, or selected nothing while another engine did."""
    if all(code == pytest.ExitCode.NO_TESTS_COLLECTED for code in codes):
        return int(pytest.ExitCode.NO_TESTS_COLLECTED)
    return int(
        any(code not in {pytest.ExitCode.OK, pytest.ExitCode.NO_TESTS_COLLECTED} for code in codes)
    )


def closing_line(output: str) -> str:
    """The last line of a run, as pytest has it: how many tests passed, failed, were skipped."""
    lines = output.strip().splitlines()
    return lines[-1].strip("= ") if lines else "no output"


def main(arguments: Sequence[str]) -> int:
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    with tempfile.TemporaryFile("w+") as later:
        postgresql = subprocess.Popen(
            [
                *(sys.executable, "-m", "tests.postgres"),
                *PYTEST,
                *arguments_for("postgresql", arguments),
            ],
            cwd=ROOT,
            stdout=later,
            stderr=subprocess.STDOUT,
            start_new_session=True,  # Ctrl-C reaches it below, once
        )
        try:
            _say("== tests on SQLite\n")
            code, seen = _run_on_sqlite(arguments_for("sqlite", arguments))
            codes = [code, postgresql.wait()]
        except KeyboardInterrupt:
            # So that the server is stopped and its folder removed.
            os.killpg(postgresql.pid, signal.SIGINT)
            postgresql.wait()
            return 130
        output = _read(later)
    _say(f"== tests on PostgreSQL\n{output}\n")
    _say(f"== SQLite:     {closing_line(seen)}\n== PostgreSQL: {closing_line(output)}\n")
    return exit_status(codes)


def _run_on_sqlite(arguments: Sequence[str]) -> tuple[int, str]:
    """Print the run's output as it comes; its exit status and its last line."""
    # DATABASE_URL is set empty (SQLite) rather than left out: neither a person's own environment
    # nor .env decides.
    environment = {**os.environ, "DATABASE_URL": ""}
    last = ""
    with subprocess.Popen(
        [*PYTEST, *arguments],
        cwd=ROOT,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ) as sqlite:
        assert sqlite.stdout is not None
        for line in sqlite.stdout:
            _say(line)
            last = line if line.strip() else last
    return sqlite.returncode, last


def _say(text: str) -> None:
    sys.stdout.write(text)
    sys.stdout.flush()


def _read(file: IO[str]) -> str:
    file.seek(0)
    return file.read()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
