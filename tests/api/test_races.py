"""Several at once, on PostgreSQL: posts of one run, of two, an edit, a revocation meanwhile."""

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from django.db import connection, connections, transaction
from django.utils import timezone

from gates.board.statuses import derive_statuses
from gates.models import Check, Condition, Evidence, Report, Run, Token
from gates.models.check_rows import newest_runs
from tests.support import api, factory
from tests.support.profile import tries

pytestmark = [pytest.mark.postgresql, pytest.mark.usefixtures("committed")]

ROUNDS = tries(quick=4, full=30)


@pytest.fixture
def check() -> Check:
    return api.check()


def at_once(*acts: Callable[[], Any]) -> list[Any]:
    """Do all of them at the same time, each on a connection of its own; what each returned."""
    start = threading.Barrier(len(acts))

    def run(act: Callable[[], Any]) -> Any:
        try:
            start.wait(timeout=30)
            return act()
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(acts)) as pool:
        return [future.result(timeout=60) for future in [pool.submit(run, act) for act in acts]]


def at(seconds: float) -> str:
    moment = timezone.now() - timedelta(seconds=seconds)
    return f"{api.RUNS}?observed_at={moment.isoformat().replace('+00:00', 'Z')}"


def test_one_run_sent_several_times_at_once_is_one_run(check: Check) -> None:
    _token, text = api.token(check)

    for _ in range(ROUNDS):
        before = Run.objects.count()
        path = at(0)
        answers = at_once(*[partial(api.post, text, path=path)] * 4)

        assert sorted(answer.status_code for answer in answers) == [200, 200, 200, 201]
        assert len({answer.content for answer in answers}) == 1
        assert Run.objects.count() == Report.objects.count() == before + 1
    assert Evidence.objects.count() == 1


def test_of_two_runs_at_once_the_newer_one_decides(check: Check) -> None:
    _token, text = api.token(check)
    _token, other = api.token(check, name="Another")

    for _ in range(ROUNDS):
        older, newer = at(2), at(1)
        at_once(
            partial(api.post, text, path=older),
            partial(api.post, other, {"seconds": 999}, newer),
        )

        run = newest_runs([check.pk])[check.pk]
        assert run.passed is False
        assert not Run.objects.filter(counts=True, observed_at__gt=run.observed_at).exists()


def test_two_first_passes_at_once_are_one_piece_of_evidence(check: Check) -> None:
    _token, text = api.token(check)
    _token, other = api.token(check, name="Another")

    answers = at_once(
        lambda: api.post(text, path=at(2)), lambda: api.post(other, {"seconds": 1}, at(1))
    )

    assert [answer.status_code for answer in answers] == [201, 201]
    assert Evidence.objects.count() == 1


def waiting_for_a_lock() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_stat_clear_snapshot()")  # else a transaction sees the first
        cursor.execute(
            "SELECT count(*) FROM pg_stat_activity"
            " WHERE datname = current_database() AND wait_event_type = 'Lock'"
        )
        return bool(cursor.fetchone()[0])


@pytest.fixture
def begin() -> Iterator[Callable[[Callable[[], Any]], Future[Any]]]:
    """Begin something on another connection; return once it waits for a lock or has ended."""
    pool = ThreadPoolExecutor(1)

    def begun(act: Callable[[], Any]) -> Future[Any]:
        def run() -> Any:
            try:
                return act()
            finally:
                connections.close_all()

        future, pause = pool.submit(run), threading.Event()
        while not (waiting_for_a_lock() or future.done()):
            pause.wait(0.005)
        return future

    yield begun
    pool.shutdown()


def test_a_bar_that_is_lowered_while_a_run_arrives_turns_nothing_green(
    check: Check, begin: Any
) -> None:
    gate = check.gate
    factory.evidence(gate)
    gate.close(factory.user(), "Seen")
    check.required_from = timezone.localdate()
    check.save()
    _token, text = api.token(check)

    with transaction.atomic():
        condition = Condition.objects.get()
        condition.bound = "900"
        condition.save()
        future = begin(lambda: api.post(text, {"seconds": 600}))

    told = future.result(timeout=60).json()
    run = Run.objects.get()
    (status,) = derive_statuses({gate.pk: "closed"}, timezone.now()).values()
    assert (told["passed"], run.passed) == (False, False)
    assert status.status == "partial"


def test_no_run_is_recorded_after_its_token_was_revoked(check: Check, begin: Any) -> None:
    token, text = api.token(check)

    with transaction.atomic():
        token.revoke(factory.user("ali"), runs_count=True)
        future = begin(lambda: api.post(text))
    answer = future.result(timeout=60)

    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"] == "Bearer"
    assert not Run.objects.exists()


def test_a_check_that_changes_its_kind_while_a_run_arrives_refuses_it(
    check: Check, begin: Any
) -> None:
    _token, text = api.token(check)

    with transaction.atomic():
        check.kind = "k6"
        check.save()
        future = begin(lambda: api.post(text))
    answer = future.result(timeout=60)

    assert answer.status_code == 422
    assert "another kind of report" in answer.json()["detail"]
    assert not Run.objects.exists()


def test_of_many_posts_at_once_no_more_than_sixty_are_taken(check: Check) -> None:
    _token, text = api.token(check)
    for _ in range(57):
        api.post(text, b"")

    answers = at_once(*[lambda: api.post(text, b"")] * 8)

    statuses = sorted(answer.status_code for answer in answers)
    assert statuses == [422] * 3 + [429] * 5
    assert Token.objects.count() == 1
