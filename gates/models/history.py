"""Who changed what, when and why: one history table beside every table of the board.

django-simple-history writes the rows. Three things are ours: the person is kept as an id and a
name in plain columns, so that deleting an account does not erase who did it; a row that a
document wrote names it, which no reason typed by a person can; and an index finds an object's
newest row at any moment without reading the others.
"""

from typing import Any

from django.contrib.auth import get_user_model
from django.contrib.auth.models import User
from django.db import models
from django.dispatch import receiver
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords
from simple_history.signals import pre_create_historical_record


class HistoryRow(models.Model):
    """What every history row has besides the library's own columns."""

    history_user_name = models.CharField(_("by"), max_length=150, blank=True, default="")
    # The SHA-256 of the document that an import brought onto the board; null: people did it.
    history_import = models.CharField(max_length=64, null=True)  # noqa: DJ001  empty is no document

    class Meta:
        abstract = True


def _user_of(row: Any) -> Any:
    """The account behind a history row, or None where it is gone or nobody was logged in."""
    return get_user_model().objects.filter(pk=row.history_user_id).first()


def _note_user(row: Any, user: Any) -> None:
    if user is not None:
        row.history_user_id = user.pk
        row.history_user_name = user.get_username()


@receiver(pre_create_historical_record)
def _note_import(instance: Any, history_instance: Any, **_kwargs: Any) -> None:
    """The library's own way to fill a column of ours, an attribute of the saved row."""
    history_instance.history_import = getattr(instance, "_imported_from", None)


class AuditHistory(HistoricalRecords):
    """`HistoricalRecords` with the person as plain columns, long reasons and our index."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(
            bases=[HistoryRow],
            history_change_reason_field=models.TextField(null=True),
            history_user_id_field=models.BigIntegerField(null=True),
            history_user_getter=_user_of,
            history_user_setter=_note_user,
            **kwargs,
        )

    def post_save(
        self, instance: Any, created: bool, using: str | None = None, **kwargs: Any
    ) -> None:
        """Write the row. An object saved before without one (`starts_history`) starts here."""
        created = created or getattr(instance, "starts_history", False)
        super().post_save(instance, created, using=using, **kwargs)

    def get_meta_options(self, model: type[models.Model]) -> dict[str, Any]:
        options = super().get_meta_options(model)
        newest = models.Index(
            fields=["id", "-history_date", "-history_id"],
            name=f"{model._meta.model_name}_history_newest",
        )
        return {**options, "indexes": [newest]}


def save_with_history(row: Any, *, by: User | None, reason: str) -> None:
    """Save a row with the person and the reason that its history row shall name."""
    row._history_user = by
    row._change_reason = reason
    try:
        row.save()
    finally:
        del row._history_user, row._change_reason
