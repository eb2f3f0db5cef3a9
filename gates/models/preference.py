"""The preferences of an account: the language in which it reads the board."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class Preference(models.Model):
    """An account's preferences. They say nothing about a launch, so they have no history."""

    user = models.OneToOneField(settings.AUTH_USER_MODEL, models.CASCADE, related_name="preference")
    language = models.CharField(_("language"), max_length=10)

    class Meta:
        # The name of the table from before the model was renamed: the release that runs while
        # `migrate` works goes on using it.
        db_table = "gates_reader"
        verbose_name = _("reader")
        verbose_name_plural = _("readers")

    def __str__(self) -> str:
        return f"{self.user} ({self.language})"
