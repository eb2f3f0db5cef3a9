"""An owner: a person who is responsible for gates, or whom others wait for."""

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from gates.rules.text import same_as

from .history import AuditHistory
from .optimistic_lock import OptimisticLockModel
from .text_fields import CleanedEmailField, NameField


class OwnerManager(models.Manager["Owner"]):
    def get_by_natural_key(self, name: str) -> "Owner":
        return self.get(name=name)


class Owner(OptimisticLockModel):
    """A person on the board, with an account if that person logs in."""

    class Role(models.TextChoices):
        FOUNDER = "founder", _("Founder")
        ENGINEER = "engineer", _("Engineer")
        EXTERNAL = "external", _("External")

    name = NameField(_("name"), max_length=100, unique=True)
    role = models.CharField(_("role"), max_length=10, choices=Role, default=Role.ENGINEER)
    user = models.OneToOneField(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="owner",
        verbose_name=_("account"),
    )
    email = CleanedEmailField(_("email"), blank=True)

    history = AuditHistory()
    objects = OwnerManager()

    class Meta:
        verbose_name = _("owner")
        verbose_name_plural = _("owners")
        ordering = ["name"]
        constraints = [
            models.CheckConstraint(
                condition=Q(role__in=["founder", "engineer", "external"]), name="owner_role_known"
            ),
        ]

    def __str__(self) -> str:
        return str(self.name)

    def natural_key(self) -> tuple[str]:
        return (self.name,)

    def clean(self) -> None:
        """Refuse a second owner whose name reads like the first one's.

        Raises:
            ValidationError: there is an owner with this name in another spelling.
        """
        super().clean()
        own = same_as(self.name)
        others = Owner.objects.exclude(name=self.name).exclude(pk=self.pk).order_by("pk")
        for name in others.values_list("name", flat=True):
            if same_as(name) == own:
                message = _("There is an owner “%(name)s” already.")
                raise ValidationError({"name": ValidationError(message, params={"name": name})})
