"""Optimistic locking: an UPDATE names the version of the row that was read.

Every row counts its versions. Of two writers who read the same version, the second one's UPDATE
finds no row, changes nothing and raises `StaleObjectError`. docs/decisions.md says why rows are
not locked with `select_for_update` instead.
"""

from typing import Any

from django.db import models


class StaleObjectError(Exception):
    """The row was changed or deleted after it was read; nothing was written."""

    def __init__(self, row: models.Model) -> None:
        self.row = row
        super().__init__(f"{row._meta.model_name} {row.pk} has changed since it was read")


class OptimisticLockModel(models.Model):
    """A row that is saved only if its stored version is still the one that was read.

    `loaddata` and `queryset.update()` neither compare the version nor count it up. Nothing on the
    board uses them.
    """

    # The default is also in the database, so that a release without this column can still insert.
    version = models.PositiveIntegerField(default=1, db_default=1, editable=False)

    class Meta:
        abstract = True

    def save(self, *, update_fields: Any = None, **kwargs: Any) -> None:
        """Save the row as its next version.

        Raises:
            StaleObjectError: the row was changed or deleted after it was read.
        """
        if self._state.adding:
            kwargs["force_insert"] = True  # never an UPDATE of a row with the same key
            super().save(update_fields=update_fields, **kwargs)
            return
        if update_fields:
            update_fields = {*update_fields, "version"}
        read_version = self.version
        self.version = read_version + 1
        self._read_version = read_version
        try:
            super().save(update_fields=update_fields, **kwargs)
        except BaseException:
            self.version = read_version
            raise
        finally:
            del self._read_version

    def _do_update(self, base_qs: Any, using: Any, pk_val: Any, *rest: Any) -> bool:
        """Restrict Django's UPDATE to the version that was read.

        `save_base(raw=True)`, which `loaddata` calls, sets no version and is not restricted.
        """
        read_version = getattr(self, "_read_version", None)
        if read_version is None:
            return bool(super()._do_update(base_qs, using, pk_val, *rest))
        if not super()._do_update(base_qs.filter(version=read_version), using, pk_val, *rest):
            raise StaleObjectError(self)
        return True
