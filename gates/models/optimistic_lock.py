"""Nobody writes over what somebody else has written meanwhile.

Every row counts its versions. An UPDATE names the version that was read, so of two writers who
read the same one, the second changes nothing and is told.
"""

from typing import Any

from django.db import models


class StaleObjectError(Exception):
    """The row was changed or deleted after it was read; nothing was written."""

    def __init__(self, row: models.Model) -> None:
        self.row = row
        super().__init__(f"{row._meta.model_name} {row.pk} has changed since it was read")


class OptimisticLockModel(models.Model):
    """A row that is only saved over the version it was read as.

    `loaddata` and `queryset.update()` neither ask nor count; nothing on the board uses them.
    """

    # Also in the database: a release that does not know the column can still insert.
    version = models.PositiveIntegerField(default=1, db_default=1, editable=False)

    class Meta:
        abstract = True

    def save(self, *, update_fields: Any = None, **kwargs: Any) -> None:
        """Save as the next version.

        Raises:
            Stale: the row is no longer the one that was read.
        """
        if self._state.adding:
            kwargs["force_insert"] = True  # never over a row that is there under the same key
            super().save(update_fields=update_fields, **kwargs)
            return
        if update_fields:
            update_fields = {*update_fields, "version"}
        read = self.version
        self.version = read + 1
        self._read_as = read
        try:
            super().save(update_fields=update_fields, **kwargs)
        except BaseException:
            self.version = read
            raise
        finally:
            del self._read_as

    def _do_update(self, base_qs: Any, using: Any, pk_val: Any, *rest: Any) -> bool:
        """Django's own UPDATE, for the row as it was read. Absent from `save_base(raw=True)`."""
        read = getattr(self, "_read_as", None)
        if read is None:
            return bool(super()._do_update(base_qs, using, pk_val, *rest))
        if not super()._do_update(base_qs.filter(version=read), using, pk_val, *rest):
            raise StaleObjectError(self)
        return True
