"""Soak: users read and write over HTTP for some time; then their writes are checked."""

import math
import os
import statistics
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from django.conf import settings

from gates.models import Gate, Owner
from gates.operations import integrity
from gates.roles import create_groups

from .data import Size, fill
from .databases import Databases
from .server import Server
from .soak_ledger import Ledger, markers_in_history
from .soak_user import WRITE_KINDS, SoakUser
from .timing import Figure, show_progress

USERS = 20
SOAK_SIZE = Size(340, 10_000)
# Target: the servers' memory in the last quarter ÷ that in the second.
MAX_GROWTH = 1.1
# Seconds from which on every kind of write must have been acknowledged and memory must be level. In
# less, chance may leave a kind out, and the workers are still warming up.
LONG_ENOUGH = 60


def soak(databases: Databases, seconds: int) -> Iterator[Figure]:
    """Let twenty users work for so many seconds on one server, started as its unit does.

    Figures that need time have no target below `LONG_ENOUGH`.
    """
    if databases.use("soak"):
        fill(SOAK_SIZE)
        create_groups()
    gates = list(Gate.objects.values_list("pk", "code"))
    owner = Owner.objects.values_list("pk", flat=True)[0]
    url = os.environ["BENCH_DATABASES"].format(name="soak")
    with tempfile.TemporaryDirectory(prefix="dealix-soak-") as folder:
        # No worker is replaced meanwhile: that would hide memory that only grows.
        server = Server(
            Path(folder), url, "--max-requests", "0",
            SECRET_KEY=settings.SECRET_KEY, REQUIRE_MFA="off",
        )  # fmt: skip
        try:
            users = [SoakUser(number, server, gates, owner) for number in range(USERS)]
            memory = _run_users(users, server, seconds)
        finally:
            server.stop()
        exceptions = server.log.read_text().count("Traceback")
    for error in [error for user in users for error in user.errors][:10]:
        show_progress("")
        sys.stderr.write(f"    {error}\n")
    yield from _figures(users, seconds)
    yield Figure("soak: exceptions in the servers' log", exceptions, "", 0)
    contradictions = integrity.integrity_errors()
    for contradiction in contradictions[:10]:
        sys.stderr.write(f"    {contradiction}\n")
    yield Figure("soak: contradictions in the tables", len(contradictions), "", 0)
    yield Figure("soak: most memory of the server", max(memory), "MB")
    target = _target_if_long(MAX_GROWTH, seconds)
    yield Figure("soak: memory, last quarter ÷ second", memory_growth(memory), "×", target)


def _run_users(users: list[SoakUser], server: Server, seconds: int) -> list[float]:
    """Start all users and wait for them; return the server's memory in MB, once a second."""
    for user in users:
        user.until = time.monotonic() + seconds
        user.start()
    memory = []
    while any(user.is_alive() for user in users):
        requests = sum(len(times) for user in users for times in user.seconds.values())
        show_progress(f"soak: {requests} requests, {_count_errors(users)} errors")
        memory.append(server.memory())
        time.sleep(1)
    return memory


def _count_errors(users: list[SoakUser]) -> int:
    return sum(len(user.errors) for user in users)


def memory_growth(memory: list[float]) -> float:
    """Return the median of the last quarter ÷ that of the second; the first is for warming up."""
    quarter = max(1, len(memory) // 4)
    return statistics.median(memory[-quarter:]) / statistics.median(memory[quarter : 2 * quarter])


def _target_if_long(target: float, seconds: int) -> float | None:
    """Return the target, or None where the soak is too short for it."""
    return target if seconds >= LONG_ENOUGH else None


def _figures(users: list[SoakUser], seconds: int) -> Iterator[Figure]:
    ledger = Ledger()
    outcomes: Counter[str] = Counter()
    for user in users:
        ledger.acknowledged |= user.ledger.acknowledged
        outcomes += user.outcomes
    for kind in ("reads", "writes"):
        times = sorted(time for user in users for time in user.seconds[kind])
        yield Figure(f"soak: {kind} a second", len(times) / seconds)
        yield Figure(f"soak: {kind}, median", 1000 * statistics.median(times), "ms")
        yield Figure(f"soak: {kind}, p99", 1000 * times[math.ceil(0.99 * len(times)) - 1], "ms")
    for outcome in (*WRITE_KINDS, "refused", "unchanged", "page"):
        yield Figure(f"soak: {outcome}", outcomes[outcome])
    result = ledger.compare(markers_in_history())
    yield Figure("soak: writes acknowledged", len(ledger.acknowledged))
    never = sum(not outcomes[kind] for kind in WRITE_KINDS)
    target = _target_if_long(0, seconds)
    yield Figure("soak: kinds of write never acknowledged", never, "", target)
    yield Figure("soak: errors", _count_errors(users), "", 0)
    yield Figure("soak: acknowledged writes not in the history", result.lost, "", 0)
    yield Figure("soak: acknowledged writes in the history twice", result.duplicated, "", 0)
    yield Figure("soak: unacknowledged writes in the history", result.unexpected, "", 0)
