"""The log of checks of stored files: which file of evidence was lost, or found again, and when.

A row is written only where a check finds something else than the one before, so an intact store
has none. `gates/operations/file_checks.py` checks.
"""

from datetime import datetime

from django.db import DEFAULT_DB_ALIAS, connections, models
from django.db.models.expressions import RawSQL

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


def file_states() -> dict[tuple[str, str], str]:
    """Return what the last check of each file found, by name and checksum; few were ever lost."""
    checks = FileCheck.objects.order_by("pk").values_list("name", "sha256", "found")
    return {(name, sha256): found for name, sha256, found in checks}


def file_state(
    table: str = "gates_evidence", as_of: datetime | None = None, using: str = DEFAULT_DB_ALIAS
) -> RawSQL:
    """Return an expression for evidence: what the last check of its file found.

    In SQL, because Django takes longer to compose a Subquery than the database to answer it.

    table: of evidence, or of its history.
    as_of: the last check up to this moment; None for the last one.
    """
    until, params = "", []
    if as_of is not None:
        until = " AND checked.at <= %s"
        params = [connections[using].ops.adapt_datetimefield_value(as_of)]
    return RawSQL(  # noqa: S611  the table is one of our own
        f"SELECT checked.found FROM gates_filecheck checked WHERE checked.name = {table}.file"
        f" AND checked.sha256 = {table}.sha256{until} ORDER BY checked.id DESC LIMIT 1",
        params,
        output_field=models.CharField(),
    )
