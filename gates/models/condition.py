"""A condition of a check: one bound on one measure."""

from typing import Any

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from gates import rules
from gates.reason_text import validation_errors
from gates.rules.conditions import bound_number, is_storable, number_text
from gates.rules.measures import MAX_NAME_LENGTH, Kind, measure_errors, measure_unit

from .check import Check
from .history import AuditHistory
from .of_launch import OfLaunch
from .text_fields import CleanedCharField, NameField


class ConditionManager(models.Manager["Condition"]):
    def get_by_natural_key(
        self, launch: str, code: str, key: str, measure: str, operator: str
    ) -> "Condition":
        return self.get(
            gate_check__gate__launch__slug=launch,
            gate_check__gate__code=code,
            gate_check__key=key,
            measure=measure,
            operator=operator,
        )


class Condition(OfLaunch):
    """One bound on one measure of a check: `http_req_duration.p(95) < 500`.

    bound: a decimal number as text, because SQLite has no exact decimals; without exponent and
        trailing zeros.
    unit: what it is counted in, for people; nothing is converted.
    """

    class Operator(models.TextChoices):
        BELOW = "<", _("below")
        AT_MOST = "<=", _("at most")
        EQUAL = "=", _("exactly")
        AT_LEAST = ">=", _("at least")
        ABOVE = ">", _("above")

    gate_check = models.ForeignKey(
        Check,
        models.CASCADE,
        related_name="conditions",
        verbose_name=pgettext_lazy("label", "check"),
    )
    measure = NameField(_("measure"), max_length=MAX_NAME_LENGTH)
    operator = models.CharField(_("must be"), max_length=2, choices=Operator)
    bound = NameField(_("bound"), max_length=60)
    unit = CleanedCharField(_("unit"), max_length=20, blank=True)

    history = AuditHistory()
    objects = ConditionManager()

    class Meta:
        verbose_name = _("condition")
        verbose_name_plural = _("conditions")
        ordering = ["gate_check", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["gate_check", "measure", "operator"], name="condition_once_per_check"
            ),
            models.CheckConstraint(
                condition=Q(operator__in=["<", "<=", "=", ">=", ">"]),
                name="condition_operator_known",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.measure} {self.operator} {self.bound}"

    def natural_key(self) -> tuple[str, ...]:
        return (*self.gate_check.natural_key(), self.measure, self.operator)

    natural_key.dependencies = ["gates.check"]  # type: ignore[attr-defined]

    def its_launch(self) -> Any:
        """Return the launch of its check's gate."""
        return self.gate_check.gate.launch

    def fact(self) -> rules.Condition:
        """Return what the rules depend on; a bound that is no number never holds."""
        return rules.Condition(
            self.measure, rules.Operator(self.operator), bound_number(self.bound)
        )

    def clean(self) -> None:
        """Refuse a measure that the kind of report does not have, and a bound that is no number.

        The bound is written in its shortest form, the unit filled in where it is known.

        Raises:
            ValidationError: by field.
        """
        errors: dict[str, Any] = {}
        kind = Kind(self.gate_check.kind) if self.gate_check.kind in list(Kind) else None
        if kind is not None and (reasons := measure_errors(kind, self.measure)):
            errors["measure"] = validation_errors(reasons)
        number = bound_number(self.bound)
        if is_storable(number):
            self.bound = number_text(number)
        else:
            errors["bound"] = _("Write a number, such as 500 or 0.01.")
        if kind is not None and not self.unit:
            self.unit = measure_unit(kind, self.measure).value
        if errors:
            raise ValidationError(errors)
