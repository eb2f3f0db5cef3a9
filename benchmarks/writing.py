"""Time closing a gate with new evidence against a plain save of its row."""

from collections.abc import Iterator

from django.contrib.auth.models import User
from django.db import transaction

from gates.models import Evidence, Gate
from gates.models.history import save_with_history

from .data import Size, fill
from .databases import Databases
from .timing import Figure, medians

WRITING_SIZE = Size(340, 1_000)


def closing(databases: Databases, rounds: int) -> Iterator[Figure]:
    """Compare evidence and close in one transaction, with history, with one UPDATE of a gate."""
    if databases.use("closing"):
        fill(WRITING_SIZE)
    by = User.objects.get()
    gates = iter(Gate.objects.filter(progress="open", blockers=None).order_by("pk"))
    plain = Gate.objects.filter(progress="open").latest("pk")

    def close() -> None:
        gate = next(gates)
        with transaction.atomic():
            evidence = Evidence(gate=gate, summary="Seen green after the deploy", recorded_by=by)
            save_with_history(evidence, by=by, reason="")
            gate.close(by, "Seen green")

    def save() -> None:
        plain.skip_history_when_saving = True  # type: ignore[attr-defined]
        plain.notes += "."
        plain.save()

    seconds = medians({"close": close, "save": save}, 2 * rounds)
    yield Figure("close with evidence", 1000 * seconds["close"], "ms")
    yield Figure("close with evidence ÷ plain save", seconds["close"] / seconds["save"], "×", 7)
