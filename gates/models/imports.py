"""Which documents were brought onto a launch's board, and when."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from .launch import Launch


class Import(models.Model):
    """One import, also where the document changed nothing. Never edited, so without history."""

    launch = models.ForeignKey(
        Launch, models.CASCADE, related_name="imports", verbose_name=_("launch")
    )
    at = models.DateTimeField(_("at"))  # of the history that it wrote, or would have written
    document = models.CharField(_("document"), max_length=255)
    sha256 = models.CharField(max_length=64)

    class Meta:
        verbose_name = _("import")
        verbose_name_plural = _("imports")
        ordering = ["launch", "at", "pk"]

    def __str__(self) -> str:
        return self.document
