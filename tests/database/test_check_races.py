"""Two at once about one check, on PostgreSQL: one order, one proof, no contradiction.

Each round starts its threads together; what they find is what one of the orders would have left.
"""

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from functools import partial

import pytest
from django.db import connection
from django.utils import timezone

from gates.board.statuses import derive_statuses
from gates.models import Check, Evidence, Gate, Run, Token, TransitionRefused
from gates.models.history import save_with_history
from gates.operations import integrity
from gates.rules import Status, definition_hash
from tests.support import checks, factory
from tests.support.profile import tries

pytestmark = pytest.mark.postgresql

ROUNDS = tries(quick=4, full=40)


@pytest.fixture(autouse=True)
def sound(committed: None) -> Iterator[None]:
    """Whatever happened, nothing contradicts itself afterwards."""
    yield
    assert integrity.data_errors() == []


def together(*works: Callable[[], object]) -> list[object]:
    """Do the works at the same time; return what each returned or raised."""
    barrier = threading.Barrier(len(works))

    def start(work: Callable[[], object]) -> object:
        try:
            connection.ensure_connection()
            barrier.wait(timeout=20)
            return work()
        except TransitionRefused as refusal:
            return refusal
        finally:
            connection.close()

    with ThreadPoolExecutor(len(works)) as pool:
        return list(pool.map(start, works))


def fresh(number: int) -> tuple[Gate, Check, Token]:
    gate = factory.gate(f"T{number + 1}")
    factory.evidence(gate)
    check = checks.check(gate)
    return gate, check, checks.token(check)


def status(gate: Gate) -> Status:
    gate.refresh_from_db()
    return derive_statuses({gate.pk: gate.progress}, timezone.now())[gate.pk].status


def test_a_gate_that_is_closed_while_a_run_fails_does_not_stay_closed() -> None:
    sami = factory.user("sami")
    for number in range(ROUNDS):
        gate, check, token = fresh(number)
        earlier = timezone.now() - timedelta(minutes=5)
        checks.report(check, 300, at=earlier, by=token)

        closed, failed = together(
            partial(Gate.objects.get(pk=gate.pk).close, sami, "It passed"),
            partial(checks.report, check, 900, by=token),
        )

        assert isinstance(failed, Run)
        assert failed.counts
        refused = isinstance(closed, TransitionRefused)
        assert status(gate) == (Status.OPEN if refused else Status.PARTIAL)
        assert gate.history.count() == (1 if refused else 2)


def test_of_runs_at_once_each_is_judged_after_the_one_before() -> None:
    for number in range(ROUNDS):
        gate, check, token = fresh(number)
        moment = timezone.now() - timedelta(minutes=9)

        runs = together(
            *(
                partial(checks.report, check, p95, at=moment + timedelta(minutes=late), by=token)
                for p95, late in ((300, 1), (310, 2), (320, 2), (900, 3))
            )
        )

        assert len({run.pk for run in runs if isinstance(run, Run)}) == 4
        kept = list(Run.objects.filter(gate_check=check, counts=True).order_by("pk"))
        moments = [run.observed_at for run in kept]
        assert moments == sorted(set(moments))
        assert not kept[-1].passed
        proofs = Evidence.objects.filter(gate=gate, gate_check=check)
        assert proofs.count() == (1 if any(run.passed for run in kept) else 0)


def test_one_request_sent_twice_at_once_is_one_run() -> None:
    for number in range(ROUNDS):
        _gate, check, token = fresh(number)
        send = partial(checks.report, check, by=token, request="job 7")

        runs = together(send, send, send)

        assert len(set(runs)) == 1
        assert Run.objects.filter(gate_check=check).count() == 1


def test_a_run_during_an_edit_is_judged_by_what_was_asked_before_or_after() -> None:
    for number in range(ROUNDS):
        gate, check, token = fresh(number)
        before = definition_hash(check.rule())

        def tighten(check: Check = check) -> None:
            condition = check.conditions.get()
            condition.bound = "200"
            save_with_history(condition, by=None, reason="Stricter")

        run, _ = together(partial(checks.report, check, 300, by=token), tighten)

        assert isinstance(run, Run)
        after = definition_hash(check.rule())
        assert (run.definition, run.passed) in {(before, True), (after, False)}
        assert status(gate) == Status.OPEN
        assert Evidence.objects.filter(gate_check=check).exists() == run.passed
