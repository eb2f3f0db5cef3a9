"""Two people at once, on PostgreSQL: whatever they do and at whatever isolation level, no gate
ends up closed without evidence, and the one who is refused learns why.

Each round has two transactions. Both have taken their snapshot before either writes, and the
first holds what it wrote for a moment, so that the second meets it uncommitted.
"""

import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from itertools import product
from typing import Any

import psycopg
import pytest
from django.db import DatabaseError, IntegrityError, connection

from gates.database import closing_rule, triggers
from gates.database.trigger import postgresql_function
from gates.models import Evidence, Gate, TransitionRefused
from tests.support import factory
from tests.support.profile import tries

pytestmark = [pytest.mark.postgresql, pytest.mark.usefixtures("committed")]

ROUNDS = tries(quick=80, full=500)
LEVELS = ("READ COMMITTED", "REPEATABLE READ", "SERIALIZABLE")
DONE = "done"
CLOSING_RULE = closing_rule.CLOSED_NEEDS_EVIDENCE
SERIALIZATION_FAILURE = psycopg.errors.SerializationFailure.sqlstate

CLOSE = "UPDATE gates_gate SET progress = 'closed' WHERE id = %(gate)s"
DELETE = "DELETE FROM gates_evidence WHERE gate_id = %(gate)s"
DELETE_ONE = "DELETE FROM gates_evidence WHERE gate_id = %(gate)s AND summary LIKE 'First%%'"
DELETE_OTHER = "DELETE FROM gates_evidence WHERE gate_id = %(gate)s AND summary LIKE 'Second%%'"
MOVE = "UPDATE gates_evidence SET gate_id = %(other)s WHERE gate_id = %(gate)s"
# In each pair either write is fine alone, and both together break the rule.
PAIRS = {
    "close and delete": (CLOSE, DELETE),
    "close and move": (CLOSE, MOVE),
    "two deleters": (DELETE_ONE, DELETE_OTHER),
}

Outcomes = list[tuple[str, str]]


def gates_for(pair: str, rounds: int) -> tuple[list[int], int]:
    """A gate a round, ready for the pair of writes, and one gate to move evidence to."""
    section = factory.section("T")
    new = [
        Gate(section=section, launch=section.launch, code=f"T{n}", title="x") for n in range(rounds)
    ]
    gates = Gate.objects.bulk_create(new)
    two = pair == "two deleters"
    for proof in ("First", "Second") if two else ("First",):
        Evidence.objects.bulk_create(
            Evidence(gate=gate, summary=f"{proof} proof of {gate.code}") for gate in gates
        )
    if two:
        Gate.objects.update(progress="closed")
    return [gate.pk for gate in gates], factory.gate("S1").pk


def write(
    statement: str, level: str, gates: list[int], other: int, start: threading.Barrier, turn: int
) -> list[str]:
    """One of the two: the statement once a gate, each in a transaction of its own."""
    mine = connection.copy()
    mine.ensure_connection()
    raw = mine.connection
    raw.execute("SET synchronous_commit = off")
    raw.execute("SET statement_timeout = '20s'")
    outcomes = []
    for number, gate in enumerate(gates):
        raw.execute(f"BEGIN ISOLATION LEVEL {level}")
        raw.execute("SELECT progress FROM gates_gate WHERE id = %s", [gate])
        start.wait(timeout=30)
        if number % 2 == turn:
            time.sleep(0.0005)
        try:
            raw.execute(statement, {"gate": gate, "other": other})
            raw.execute("SELECT pg_sleep(0.001)")
            raw.execute("COMMIT")
            outcomes.append(DONE)
        except psycopg.Error as error:
            raw.execute("ROLLBACK")
            outcomes.append(str(error.diag.constraint_name or error.sqlstate))
    mine.close()
    return outcomes


def race(pair: str, levels: tuple[str, str], rounds: int) -> Outcomes:
    gates, other = gates_for(pair, rounds)
    start = threading.Barrier(2)
    with ThreadPoolExecutor(2) as pool:
        running = [
            pool.submit(write, statement, level, gates, other, start, turn)
            for turn, (statement, level) in enumerate(zip(PAIRS[pair], levels, strict=True))
        ]
        first, second = (each.result(timeout=120) for each in running)
    return list(zip(first, second, strict=True))


@pytest.mark.parametrize("levels", list(product(LEVELS, LEVELS)), ids=" with ".join)
@pytest.mark.parametrize("pair", PAIRS)
def test_of_two_who_race_one_is_refused(pair: str, levels: tuple[str, str]) -> None:
    outcomes = race(pair, levels, ROUNDS)

    assert closing_rule.violations(connection) == []
    assert len(outcomes) == ROUNDS
    kinds = Counter(kind for outcome in outcomes for kind in outcome)
    assert set(kinds) <= {DONE, CLOSING_RULE, SERIALIZATION_FAILURE}
    assert (DONE, DONE) not in outcomes
    # Both were first often enough for the race to have been one.
    assert sum(first == DONE for first, _ in outcomes) > ROUNDS / 20
    assert sum(second == DONE for _, second in outcomes) > ROUNDS / 20


# --- the race can be lost ------------------------------------------------------------------

LOOK = "g.id = OLD.gate_id AND"
LOCK_AND_LOOK = "g.id = (SELECT id FROM gates_gate WHERE id = OLD.gate_id FOR UPDATE) AND"


@pytest.fixture
def naive_trigger(committed: None, request: pytest.FixtureRequest) -> Iterator[None]:
    """The trigger on evidence as one would first write it, for the length of a test."""
    name = "gates_evidence_touches_gate"
    naive = postgresql_function(name, closing_rule.refusal_body(request.param))
    with connection.cursor() as cursor:
        cursor.execute(naive)
    yield
    Gate.objects.update(progress="open")
    triggers.install(connection)


@pytest.mark.parametrize("pair", PAIRS)
@pytest.mark.parametrize(
    ("naive_trigger", "level"),
    [(LOOK, "READ COMMITTED"), (LOOK, "REPEATABLE READ"), (LOCK_AND_LOOK, "REPEATABLE READ")],
    ids=["look", "look at a snapshot", "lock and look at a snapshot"],
    indirect=["naive_trigger"],
)
@pytest.mark.usefixtures("naive_trigger")
def test_a_trigger_that_only_looks_would_lose_these_races(pair: str, level: str) -> None:
    outcomes = race(pair, (level, level), rounds=60)

    assert len(closing_rule.violations(connection)) == outcomes.count((DONE, DONE))
    assert outcomes.count((DONE, DONE)) > 0


# --- one after the other, with the second waiting for the first ----------------------------


@pytest.mark.parametrize("level", LEVELS)
@pytest.mark.parametrize("deleting", [DELETE, MOVE], ids=["delete", "move"])
@pytest.mark.parametrize("replace", ["delete and insert again", "give the number to another"])
def test_a_gate_that_takes_the_number_of_another_one_is_not_missed(
    level: str, deleting: str, replace: str
) -> None:
    gate, other, third = factory.gate("T1"), factory.gate("T2"), factory.gate("T3")
    factory.evidence(gate)
    keys = {"gate": gate.pk, "other": third.pk, "second": other.pk}
    writer = connection.copy()
    deleter = ThreadPoolExecutor(1)

    with writer.cursor() as cursor:
        cursor.execute(f"BEGIN ISOLATION LEVEL {level}")
        if replace == "delete and insert again":
            cursor.execute(
                "CREATE TEMPORARY TABLE kept AS SELECT * FROM gates_gate WHERE id = %(gate)s", keys
            )
            cursor.execute("DELETE FROM gates_gate WHERE id = %(gate)s", keys)
            cursor.execute("UPDATE kept SET progress = 'closed'")
            cursor.execute("INSERT INTO gates_gate SELECT * FROM kept")
        else:
            cursor.execute("UPDATE gates_gate SET id = -1 WHERE id = %(gate)s", keys)
            cursor.execute(
                "UPDATE gates_gate SET id = %(gate)s, progress = 'closed' WHERE id = %(second)s",
                keys,
            )
        waiting = deleter.submit(attempt, partial(execute, deleting, keys))
        wait_until_someone_waits()
        cursor.execute("COMMIT")
    refusal = waiting.result(timeout=30)

    writer.close()
    deleter.shutdown()
    assert closing_rule.violations(connection) == []
    assert isinstance(refusal, DatabaseError)


def execute(statement: str, keys: dict[str, int]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, keys)


def attempt(do: Callable[[], Any]) -> Any:
    """What a thread of its own gets: the answer, or the refusal."""
    try:
        return do()
    except (DatabaseError, TransitionRefused) as refusal:
        return refusal
    finally:
        connection.close()


def wait_until_someone_waits() -> None:
    for _ in range(200):
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT count(*) FROM pg_locks JOIN pg_stat_activity USING (pid)"
                " WHERE NOT granted AND datname = current_database()"
            )
            if cursor.fetchone()[0]:
                return
        time.sleep(0.01)
    pytest.fail("nobody waited for a lock")


# --- through the model ---------------------------------------------------------------------


def at_once(*attempts: Callable[[], Any]) -> list[Any]:
    start = threading.Barrier(len(attempts))

    def begin(do: Callable[[], Any]) -> Any:
        connection.ensure_connection()
        start.wait(timeout=30)
        return attempt(do)

    with ThreadPoolExecutor(len(attempts)) as pool:
        return list(pool.map(begin, attempts))


def test_of_two_who_close_at_once_the_first_decision_stands_alone() -> None:
    people = [factory.user("sami"), factory.user("ali")]
    for number in range(ROUNDS):
        gate = factory.gate(f"T{number}")
        factory.evidence(gate)

        answers = at_once(
            *(
                partial(Gate.objects.get(pk=gate.pk).close, person, f"Seen by {person.username}")
                for person in people
            )
        )

        assert sorted(answers) == [False, True]
        first = people[answers.index(True)]
        kept = Gate.objects.get(pk=gate.pk)
        assert (kept.closed_by, kept.closing_note) == (first, f"Seen by {first.username}")
        assert [row.history_user_name for row in gate.history.all()] == [first.username, ""]


def test_closing_while_the_evidence_is_deleted_ends_in_a_clean_refusal() -> None:
    sami = factory.user("sami")
    for number in range(ROUNDS):
        gate = factory.gate(f"T{number}")
        evidence = factory.evidence(gate)

        closed, deleted = at_once(partial(gate.close, sami, "Seen green"), evidence.delete)

        refused = [isinstance(answer, Exception) for answer in (closed, deleted)]
        assert sorted(refused) == [False, True]
        for answer in (closed, deleted):
            assert not isinstance(answer, IntegrityError) or closing_rule.violates_closing_rule(
                answer
            )
        assert gate.history.count() == (2 if closed is True else 1)

    assert closing_rule.violations(connection) == []
