"""The log of imports: which document was imported into which launch, and when."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from .launch import Launch


class Import(models.Model):
    """One import of a document, even if it changed nothing. Never edited, so without history.

    at: the `history_date` of the rows that the import wrote, or would have written.
    document: the document's name.
    sha256: of the document; history rows name their import by it.
    """

    launch = models.ForeignKey(
        Launch,
        models.PROTECT,
        related_name="imports",
        verbose_name=pgettext_lazy("label", "launch"),
    )
    at = models.DateTimeField(_("at"))
    document = models.CharField(_("document"), max_length=255)
    sha256 = models.CharField(max_length=64)
    # Whether its history is dated back to `at`; else `at` is when it was imported.
    dated = models.BooleanField(default=False, db_default=False)
    recorded_at = models.DateTimeField(null=True)  # null: before the database kept that moment

    class Meta:
        verbose_name = _("import")
        verbose_name_plural = _("imports")
        ordering = ["launch", "at", "pk"]

    def __str__(self) -> str:
        return self.document
