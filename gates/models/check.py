"""A check: a definition of done that a machine can decide, by conditions on numbers.

`gates/models/condition.py` has its conditions, `run.py` the runs that it received;
`gates/rules/checks.py` derives its state.
"""

from typing import Any

from django.core.validators import MaxValueValidator, MinValueValidator, RegexValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from gates import rules
from gates.rules.measures import KIND_LABELS, Kind

from .dates import dates_within_range, within_range
from .gate import Gate
from .gate_child import GateChild
from .history import AuditHistory
from .text_fields import CleanedCharField, CleanedSlugField, NameField

MAX_FRESH_DAYS = 3650


class CheckManager(models.Manager["Check"]):
    def get_by_natural_key(self, launch: str, code: str, key: str) -> "Check":
        return self.get(gate__launch__slug=launch, gate__code=code, key=key)


class Check(GateChild):
    """One check of a gate. All of its conditions must hold for a run to pass.

    fresh_days: for how many whole days a pass holds.
    repository, ref: the only ones whose runs count; empty accepts any.
    required_from: from this day on the gate counts as closed only while the check is green; None:
        the check is shown, and holds nothing back yet.
    retired_why: why it is not asked any more; empty while it is.
    """

    class Kind(models.TextChoices):
        K6 = Kind.K6.value, _(KIND_LABELS[Kind.K6])
        RESTORE = Kind.RESTORE.value, _(KIND_LABELS[Kind.RESTORE])
        CI = Kind.CI.value, _(KIND_LABELS[Kind.CI])
        JUNIT = Kind.JUNIT.value, _(KIND_LABELS[Kind.JUNIT])
        HEALTH = Kind.HEALTH.value, _(KIND_LABELS[Kind.HEALTH])
        NUMBERS = Kind.NUMBERS.value, _(KIND_LABELS[Kind.NUMBERS])

    gate = models.ForeignKey(
        Gate, models.PROTECT, related_name="checks", verbose_name=pgettext_lazy("label", "gate")
    )
    key = CleanedSlugField(
        _("key"),
        max_length=40,
        validators=[
            RegexValidator(
                r"^[a-z0-9][a-z0-9-]*\Z",
                _("Small letters, digits and hyphens, such as load or nightly-restore."),
            )
        ],
        help_text=_("Names the check in addresses and commands, such as load."),
    )
    kind = models.CharField(_("kind"), max_length=8, choices=Kind)
    fresh_days = models.PositiveSmallIntegerField(
        _("counts for days"),
        default=7,
        validators=[MinValueValidator(1), MaxValueValidator(MAX_FRESH_DAYS)],
        help_text=_("For how many whole days a pass holds."),
    )
    repository = NameField(
        _("repository"),
        max_length=200,
        blank=True,
        help_text=_("Only runs from here count, such as dealix/api. Empty: from any."),
    )
    ref = NameField(
        _("branch or tag"),
        max_length=200,
        blank=True,
        help_text=_("Only runs of this branch or tag count, such as main. Empty: of any."),
    )
    required_from = models.DateField(
        _("required from"),
        null=True,
        blank=True,
        validators=[within_range],
        help_text=_(
            "From this day on the gate counts as closed only while the check is green."
            " Empty: the check is shown, and holds nothing back yet."
        ),
    )
    retired_why = CleanedCharField(
        _("retired because"),
        max_length=300,
        blank=True,
        help_text=_("Empty while the check is in use."),
    )

    history = AuditHistory()
    objects = CheckManager()

    class Meta:
        verbose_name = _("check")
        verbose_name_plural = _("checks")
        ordering = ["gate", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["gate", "key"],
                name="check_key_unique_in_gate",
                violation_error_message=_("This gate already has a check with this key."),
            ),
            models.CheckConstraint(
                condition=Q(kind__in=[kind.value for kind in Kind]), name="check_kind_known"
            ),
            models.CheckConstraint(
                condition=Q(fresh_days__gte=1, fresh_days__lte=MAX_FRESH_DAYS),
                name="check_fresh_days_in_range",
            ),
            dates_within_range("check", dates=("required_from",)),
        ]

    def __str__(self) -> str:
        return f"{self.gate.code} {self.key}"

    def natural_key(self) -> tuple[str, ...]:
        return (*self.gate.natural_key(), self.key)

    natural_key.dependencies = ["gates.gate"]  # type: ignore[attr-defined]

    def launch_errors(self) -> dict[str, Any]:
        """Return field → message if the gate is another one than the row may have, else {}."""
        errors = super().launch_errors()
        if errors or self._state.adding or not self.runs.exists():
            return errors
        if type(self).objects.filter(pk=self.pk).exclude(gate=self.gate_id).exists():
            errors["gate"] = _("A check that has run stays with its gate. Make a new one there.")
        return errors

    def rule(self) -> rules.CheckRule:
        """Read what the check asks of a run now, in one query."""
        return rules.CheckRule(
            kind=Kind(self.kind),
            conditions=tuple(row.fact() for row in self.conditions.order_by("pk")),
            fresh_days=self.fresh_days,
            repository=self.repository,
            ref=self.ref,
            retired=bool(self.retired_why),
        )
