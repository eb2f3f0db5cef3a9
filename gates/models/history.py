"""The history of the board: beside every tracked table one with its changes, by whom and why.

django-simple-history writes the rows. Three things are added to it:
- The person is kept as an id and a name in plain columns, so that deleting an account does not
  erase who did it.
- A row that an import wrote names the document by its SHA-256. No reason that a person types can
  be taken for that.
- An index finds an object's newest row at any moment without reading its other rows.
"""

from typing import Any

from django.contrib.auth import get_user_model
from django.contrib.auth.models import User
from django.db import DEFAULT_DB_ALIAS, connections, models
from django.dispatch import receiver
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords
from simple_history.signals import pre_create_historical_record

from gates.database.record_chain import row_digest

# Whether an object has a row with a later moment, and the digest of its last row. In SQL, because
# Django takes longer to compose the two queries than SQLite to answer them, at every save.
LAST_LINK = """
    SELECT EXISTS (SELECT 1 FROM {table} WHERE id = %s AND history_date > %s),
        (SELECT history_digest FROM {table} WHERE id = %s ORDER BY id, history_id DESC LIMIT 1)"""


class HistoryColumns(models.Model):
    """The columns that every history table has besides the library's own."""

    history_user_name = models.CharField(_("by"), max_length=150, blank=True, default="")
    # The SHA-256 of the imported document that wrote the row; NULL: a person or a command did.
    history_import = models.CharField(max_length=64, null=True)  # noqa: DJ001  NULL is no document
    # When the database wrote the row; NULL: it was written before this column.
    history_recorded_at = models.DateTimeField(null=True)
    # The moment to which an import dates the row back; NULL: it is not dated back.
    history_dated = models.DateTimeField(null=True)
    # A row written earlier has a later moment: a clock was set back in between.
    history_late = models.BooleanField(default=False, db_default=False)
    # Over this row and the digest before it (gates/database/record_chain.py).
    history_digest = models.CharField(max_length=64, default="", db_default="")

    class Meta:
        abstract = True


def _get_history_user(history_row: Any) -> Any:
    """Return the account of a history row; None if it was deleted or nobody was logged in."""
    return get_user_model().objects.filter(pk=history_row.history_user_id).first()


def _set_history_user(history_row: Any, user: Any) -> None:
    if user is not None:
        history_row.history_user_id = user.pk
        history_row.history_user_name = user.get_username()


@receiver(pre_create_historical_record)
def _fill_columns(instance: Any, history_instance: Any, using: str | None, **_kwargs: Any) -> None:
    """Fill the added columns of a history row; the library sends this signal for that.

    PostgreSQL's triggers set moment and digest. SQLite has no SHA-256, so they are set here.
    """
    history_instance.history_import = getattr(instance, "_imported_from", None)
    if history_instance.history_import is not None:
        history_instance.history_dated = getattr(instance, "_history_date", None)
    database = using or DEFAULT_DB_ALIAS
    if connections[database].vendor == "sqlite":
        _chain_row(history_instance, database)


def _chain_row(row: Any, using: str) -> None:
    """Set the moment, the order and the digest of a new history row."""
    row.history_recorded_at = timezone.now()
    moment = connections[using].ops.adapt_datetimefield_value(row.history_date)
    with connections[using].cursor() as cursor:
        cursor.execute(LAST_LINK.format(table=row._meta.db_table), [row.id, moment, row.id])
        late, previous = cursor.fetchone()
    row.history_late = bool(late)
    row.history_digest = row_digest(previous or "", history_values(row))


def history_values(row: Any) -> dict[str, Any]:
    """Return a history row's values by column, as the database will give them back."""
    return {
        field.attname: field.to_python(getattr(row, field.attname))
        for field in row._meta.concrete_fields
    }


class AuditHistory(HistoricalRecords):
    """`HistoricalRecords` with the person in plain columns, long reasons and the index."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(
            bases=[HistoryColumns],
            history_change_reason_field=models.TextField(null=True),
            history_user_id_field=models.BigIntegerField(null=True),
            history_user_getter=_get_history_user,
            history_user_setter=_set_history_user,
            **kwargs,
        )

    def post_save(
        self, instance: Any, created: bool, using: str | None = None, **kwargs: Any
    ) -> None:
        """Write a history row: "created" for a new object, or one with `starts_history` set.

        An import sets `starts_history` on an object whose first save wrote no history row.
        """
        created = created or getattr(instance, "starts_history", False)
        super().post_save(instance, created, using=using, **kwargs)

    def get_meta_options(self, model: type[models.Model]) -> dict[str, Any]:
        options = super().get_meta_options(model)
        newest = models.Index(
            fields=["id", "-history_date", "-history_id"],
            name=f"{model._meta.model_name}_history_newest",
        )
        written = models.Index(
            fields=["id", "-history_id"], name=f"{model._meta.model_name}_history_written"
        )
        late = models.Index(
            fields=["id", "-history_id"],
            name=f"{model._meta.model_name}_history_late",
            condition=models.Q(history_late=True),
        )
        return {**options, "indexes": [newest, written, late]}


def save_with_history(row: Any, *, by: User | None, reason: str) -> None:
    """Save a row, with a person and a reason for its history row."""
    row._history_user = by
    row._change_reason = reason
    try:
        row.save()
    finally:
        del row._history_user, row._change_reason
