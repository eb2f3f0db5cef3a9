"""`manage.py claim` prints the verdict; its exit code is for CI."""

import io

import pytest
from django.core.management import CommandError, call_command

from tests.support import factory
from tests.support.random_edits import clock

pytestmark = pytest.mark.django_db


def run(*args: str) -> tuple[int, str, str]:
    """Return (exit code, standard output, standard error)."""
    out, err = io.StringIO(), io.StringIO()
    try:
        call_command("claim", *args, stdout=out, stderr=err)
    except SystemExit as end:
        return int(end.code or 0), out.getvalue(), err.getvalue()
    except CommandError as error:
        return error.returncode, out.getvalue(), str(error)
    return 0, out.getvalue(), err.getvalue()


def test_the_snapshot_may_not_be_called_launched() -> None:
    call_command("loaddata", "launch_gates_2026-04-23", verbosity=0)

    code, out, _ = run("launched")

    assert code == 1
    assert "launched: refused" in out
    assert "  - 6 more gates must close: 18 of 24\n" in out


def test_an_allowed_claim_exits_0_and_one_refusal_among_all_exits_1() -> None:
    launch = factory.closed_gate("T1").launch
    factory.claim(launch, "alpha", min_closed=1)
    factory.claim(launch, "beta", min_closed=2)

    assert run("alpha") == (0, "alpha: allowed (Launched)\n", "")
    code, out, _ = run()
    assert code == 1
    assert "alpha: allowed" in out
    assert "beta: refused" in out


@pytest.mark.parametrize(
    ("args", "message"),
    [
        (["never"], "launch primitive: no claim 'never'; its claims: launched"),
        (["launched", "--launch", "other"], "there is no launch 'other'"),
        (["launched", "--launch", "\udcff"], "there is no launch '\\udcff'"),
        (["launched", "--as-of", "soon"], "is not a date"),
        (["launched", "--as-of", "2001-01-01"], "the history of primitive starts"),
    ],
)
def test_what_cannot_be_judged_exits_2(args: list[str], message: str) -> None:
    factory.claim(factory.launch())

    code, out, err = run(*args)

    assert (code, out) == (2, "")
    assert message in err


def test_a_launch_without_claims_exits_2_rather_than_passing() -> None:
    factory.launch()

    assert run() == (2, "", "launch primitive: it has no claims\n")


def test_a_board_without_a_launch_exits_2_and_says_so() -> None:
    code, out, err = run()

    assert (code, out) == (2, "")
    assert "there is no current launch" in err


def test_a_claim_is_judged_as_of_a_past_moment() -> None:
    with clock() as time:
        gate = factory.closed_gate("T1")
        factory.claim(gate.launch, min_closed=1)
        then = time.now.isoformat()
        time.pass_by(days=1)
        gate.reopen(factory.user(), "Red again")

        assert run("launched", "--as-of", then)[0] == 0
        assert run("launched")[0] == 1
