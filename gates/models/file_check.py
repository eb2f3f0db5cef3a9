"""The log of checks of stored files: which file of evidence was lost, or found again, and when.

A row is written only where a check finds something else than the one before, so an intact store
has none. `gates/operations/file_checks.py` checks.
"""

from datetime import datetime

from django.db import models
from django.db.models import OuterRef, Subquery

from gates.rules import FileState


class FileCheck(models.Model):
    """What a check of a stored file found. Never edited, so without history.

    at: when it was found; on PostgreSQL the database sets it.
    name: of the file in the storage.
    sha256: that it should have; not what was found.
    found: a `FileState`.
    """

    at = models.DateTimeField()
    name = models.CharField(max_length=300)
    sha256 = models.CharField(max_length=64)
    found = models.CharField(max_length=7, choices=[(s.value, s.value) for s in FileState])

    class Meta:
        ordering = ["pk"]
        default_permissions = ()
        indexes = [models.Index(fields=["name", "-id"], name="filecheck_newest")]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(found__in=[state.value for state in FileState]),
                name="filecheck_found_known",
            )
        ]

    def __str__(self) -> str:
        return f"{self.name}: {self.found}"


def file_state(as_of: datetime | None = None) -> Subquery:
    """Return an expression for evidence or its history: what the last check of the file found.

    as_of: the last check up to this moment; None for the last one.
    """
    checks = FileCheck.objects.filter(name=OuterRef("file"), sha256=OuterRef("sha256"))
    if as_of is not None:
        checks = checks.filter(at__lte=as_of)
    return Subquery(checks.order_by("-id").values("found")[:1])
