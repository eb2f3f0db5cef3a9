"""A sentence that may be said in public only once its rule holds."""

from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from .gate import Gate
from .history import History
from .launch import Launch


class ClaimManager(models.Manager["Claim"]):
    def get_by_natural_key(self, launch: str, slug: str) -> "Claim":
        return self.get(launch__slug=launch, slug=slug)


class Claim(models.Model):
    """A public claim and its rule. Whether it is allowed is computed, never stored."""

    launch = models.ForeignKey(
        Launch, models.PROTECT, related_name="claims", verbose_name=_("launch")
    )
    slug = models.SlugField(_("slug"))
    name = models.CharField(_("name"), max_length=200)
    min_closed = models.PositiveIntegerField(
        _("counted gates closed, at least"),
        null=True,
        blank=True,
        validators=[MinValueValidator(1)],
        help_text=_("Empty: no number is asked for."),
    )
    requires_p0 = models.BooleanField(_("all P0 gates closed"), default=False)
    required_gates = models.ManyToManyField(
        Gate, blank=True, related_name="required_by", verbose_name=_("required gates")
    )
    position = models.PositiveSmallIntegerField(_("position"), default=0)

    history = History(m2m_fields=[required_gates])
    objects = ClaimManager()

    class Meta:
        verbose_name = _("claim")
        verbose_name_plural = _("claims")
        ordering = ["launch", "position", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["launch", "slug"], name="claim_slug_unique_in_launch"),
            # Zero would be a rule that always holds.
            models.CheckConstraint(
                condition=Q(min_closed=None) | Q(min_closed__gte=1), name="claim_min_closed_positive"
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def natural_key(self) -> tuple[str, ...]:
        return (*self.launch.natural_key(), self.slug)

    natural_key.dependencies = ["gates.launch", "gates.gate"]  # type: ignore[attr-defined]
