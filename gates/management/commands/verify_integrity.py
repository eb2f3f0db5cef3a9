"""Check what the board promises: rule in the database, nothing breaks it, all on record."""

from argparse import ArgumentParser
from collections.abc import Iterator
from typing import Any

from django.core.management.base import BaseCommand
from django.db import connection
from django.db.models import F

from gates import invariants
from gates.models import TRACKED, Action, Gate, Requirement


class Command(BaseCommand):
    """Prints every fault found and exits 1, or says that there is none."""

    help = "Check triggers, the closing rule and the history; exit 1 with the rows if not."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--repair-triggers",
            action="store_true",
            help="install the triggers of the closing rule again before checking",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        if options["repair_triggers"]:
            invariants.install(connection)
            self.stdout.write("triggers installed")
        faults = [
            *invariants.faults(connection),
            *invariants.violations(connection),
            *self._strays(),
            *self._unrecorded(),
        ]
        for fault in faults:
            self.stdout.write(fault)
        if faults:
            raise SystemExit(1)
        self.stdout.write("ok: triggers present, no violation, every row has a history")

    def _strays(self) -> Iterator[str]:
        """Rows that reach into another launch: possible only past the models."""
        for gate in Gate.objects.exclude(launch=F("section__launch")).order_by("pk"):
            yield f"gate {gate.code} (id {gate.pk}) is in another launch than its section"
        astray = Requirement.objects.exclude(gate__launch=F("claim__launch"))
        for required in astray.order_by("pk"):
            yield f"a gate that claim {required.claim_id} requires is in another launch"
        actions = Action.objects.exclude(gate=None).exclude(gate__launch=F("launch"))
        for action in actions.order_by("pk"):
            yield f"action (id {action.pk}) is for a gate of another launch"

    def _unrecorded(self) -> Iterator[str]:
        """Rows that came past `save()`, such as by `loaddata`, and so have no history."""
        for model in TRACKED:
            recorded = model.history.order_by().values("id")
            for row in model.objects.exclude(pk__in=recorded).order_by("pk"):
                yield (
                    f"{model._meta.model_name} {row} (id {row.pk}) has no history;"
                    " import_snapshot with its document writes it"
                )
