"""A claim: a sentence that may be said in public only if its rule holds."""

from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from gates.inline_markdown import inline_text

from .gate import Gate
from .history import AuditHistory
from .launch import Launch
from .of_launch import OfLaunch
from .text_fields import CleanedCharField, CleanedSlugField

# The claim of this slug says that its launch is complete, while none is chosen; the first counts.
LAUNCH_CLAIM_SLUGS = ("launched", "launch-claim")


class ClaimManager(models.Manager["Claim"]):
    def get_by_natural_key(self, launch: str, slug: str) -> "Claim":
        return self.get(launch__slug=launch, slug=slug)


class Claim(OfLaunch):
    """A public claim and its rule. Its verdict is computed by `rules.judge_claim`, not stored."""

    launch = models.ForeignKey(
        Launch, models.PROTECT, related_name="claims", verbose_name=pgettext_lazy("label", "launch")
    )
    slug = CleanedSlugField(_("slug"))
    name = CleanedCharField(_("name"), max_length=200)
    min_closed = models.PositiveIntegerField(
        _("minimum counted gates closed"),
        null=True,
        blank=True,
        validators=[MinValueValidator(1)],
        help_text=_("Empty: no number is asked for."),
    )
    requires_p0 = models.BooleanField(_("all P0 gates closed"), default=False)
    required_gates: "models.ManyToManyField[Gate, Requirement]" = models.ManyToManyField(
        Gate,
        through="Requirement",
        blank=True,
        related_name="required_by",
        verbose_name=_("required gates"),
    )
    # NULL where nobody has said: no row from before the column has to change, nor any digest of
    # the history. False: somebody took it away from a claim whose slug would say it.
    says_launched = models.BooleanField(
        _("says that the launch is complete"),
        null=True,
        blank=True,
        help_text=_("One claim of a launch can say it; the first screen and the badge show it."),
    )
    position = models.PositiveSmallIntegerField(_("position"), default=0)

    history = AuditHistory()
    objects = ClaimManager()

    class Meta:
        verbose_name = _("claim")
        verbose_name_plural = _("claims")
        ordering = ["launch", "position", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["launch", "slug"], name="claim_slug_unique_in_launch"),
            models.UniqueConstraint(
                fields=["launch"],
                condition=Q(says_launched=True),
                name="claim_one_says_launched",
                violation_error_message=_(
                    "Another claim of this launch says already that it is complete. Take it from"
                    " there first."
                ),
            ),
            # At least zero closed gates would always hold.
            models.CheckConstraint(
                condition=Q(min_closed=None) | Q(min_closed__gte=1),
                name="claim_min_closed_positive",
            ),
        ]

    def __str__(self) -> str:
        return inline_text(self.name)

    def says_by_slug(self) -> bool:
        """Return whether this claim says that its launch is complete by its stored slug alone.

        That holds where nobody has chosen a claim of the launch, nor said that this one does not.
        """
        claims = Claim.objects.filter(launch_id=self.launch_id)
        if self.pk is None or claims.filter(says_launched=True).exists():
            return False
        named = claims.filter(slug__in=LAUNCH_CLAIM_SLUGS, says_launched=None)
        slugs = dict(named.values_list("slug", "pk"))
        return next((slugs[s] for s in LAUNCH_CLAIM_SLUGS if s in slugs), None) == self.pk

    def validate_constraints(self, exclude: Any = None) -> None:
        """Validate the constraints; a claim that does not say it contradicts none that does.

        Django takes a condition for met where it is NULL, other than a database.
        """
        unsaid = () if self.says_launched else ("says_launched",)
        super().validate_constraints({*(exclude or ()), *unsaid})

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Save the claim; one that says by its slug that the launch is complete goes on saying it.

        A new slug would take the launch's rule away from the first screen and the badge.
        """
        renamed = self.says_launched is None and self.slug not in LAUNCH_CLAIM_SLUGS
        if renamed and self.says_by_slug():
            self.says_launched = True
        super().save(*args, **kwargs)

    def natural_key(self) -> tuple[str, ...]:
        return (*self.launch.natural_key(), self.slug)

    natural_key.dependencies = ["gates.launch", "gates.gate"]  # type: ignore[attr-defined]


class RequirementManager(models.Manager["Requirement"]):
    def get_by_natural_key(
        self, launch: str, slug: str, gate_launch: str, code: str
    ) -> "Requirement":
        return self.get(
            claim__launch__slug=launch,
            claim__slug=slug,
            gate__launch__slug=gate_launch,
            gate__code=code,
        )


class Requirement(OfLaunch):
    """One gate that a claim requires; the through table of `Claim.required_gates`.

    It has its own history, because the library's many-to-many history also writes while a fixture
    is loading, and writes a second row for every edit of a claim. Save and delete these rows one
    by one: `required_gates.set()` would write in bulk and leave no history.
    """

    claim = models.ForeignKey(
        Claim,
        models.CASCADE,
        related_name="requirements",
        verbose_name=pgettext_lazy("label", "claim"),
    )
    gate = models.ForeignKey(
        Gate,
        models.PROTECT,
        related_name="requirements",
        verbose_name=pgettext_lazy("label", "gate"),
    )

    history = AuditHistory()
    objects = RequirementManager()

    class Meta:
        verbose_name = _("required gate")
        verbose_name_plural = _("required gates")
        ordering = ["claim", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["claim", "gate"], name="requirement_once_per_claim"),
        ]

    def __str__(self) -> str:
        return str(self.gate.code)

    def natural_key(self) -> tuple[str, ...]:
        return (*self.claim.natural_key(), *self.gate.natural_key())

    natural_key.dependencies = ["gates.claim"]  # type: ignore[attr-defined]

    def its_launch(self) -> Launch:
        """Return the launch of its claim."""
        return self.claim.launch

    def clean(self) -> None:
        """Refuse a gate of another launch.

        Raises:
            ValidationError: the gate is of another launch than the claim.
        """
        if self.gate_id and self.claim_id and self.gate.launch_id != self.claim.launch_id:
            raise ValidationError({"gate": _("That gate belongs to another launch.")})

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Save the row, unless the gate is of another launch: its claim could never hold.

        Raises:
            ValidationError: as `clean`. Nothing was written.
        """
        Requirement.clean(self)
        super().save(*args, **kwargs)
