"""An action: a next step, for one gate or for the whole launch."""

from typing import Any

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q, Value
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from gates.inline_markdown import inline_text

from .gate import Gate
from .history import AuditHistory
from .launch import Launch
from .of_launch import OfLaunch
from .owner import Owner
from .text_fields import CleanedCharField


class ActionManager(models.Manager["Action"]):
    def get_by_natural_key(self, launch: str, text: str, day: int | None) -> "Action":
        return self.get(launch__slug=launch, text=text, day=day)


class Action(OfLaunch):
    """A step, with an estimate and a day of the plan if they are known.

    day: 0, 1 or 2 days after the launch's `plan_starts_on`; None if it is not in the plan.
    needs: the owner that the step waits for; None if it can be done now.
    """

    class Day(models.IntegerChoices):
        D0 = 0, "D0"
        D1 = 1, "D+1"
        D2 = 2, "D+2"

    class State(models.TextChoices):
        TODO = "todo", _("To do")
        DOING = "doing", _("Doing")
        DONE = "done", _("Done")

    launch = models.ForeignKey(
        Launch,
        models.PROTECT,
        related_name="actions",
        verbose_name=pgettext_lazy("label", "launch"),
    )
    gate = models.ForeignKey(
        Gate,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="actions",
        verbose_name=pgettext_lazy("label", "gate"),
        help_text=_("Empty: a step for the whole launch."),
    )
    text = CleanedCharField(_("text"), max_length=500)
    estimate = CleanedCharField(
        _("estimate"), max_length=40, blank=True, help_text=_("Such as “15 min” or “1–2 hr”.")
    )
    day = models.PositiveSmallIntegerField(
        _("day"),
        choices=Day,
        null=True,
        blank=True,
        help_text=_("Day of the plan. Empty: not in the plan."),
    )
    state = models.CharField(_("state"), max_length=5, choices=State, default=State.TODO)
    needs = models.ForeignKey(
        Owner,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="needed_for",
        verbose_name=_("waits for"),
        help_text=_("Whom this step waits for. Empty: it can be done now."),
    )
    position = models.PositiveIntegerField(_("position"), default=0)

    history = AuditHistory()
    objects = ActionManager()

    class Meta:
        verbose_name = _("action")
        verbose_name_plural = _("actions")
        ordering = ["launch", F("day").asc(nulls_first=True), "position", "pk"]
        constraints = [
            # An import finds its rows by this key. Coalesce, because NULL days would be distinct.
            models.UniqueConstraint(
                F("launch"),
                F("text"),
                Coalesce("day", Value(-1)),
                name="action_once_per_day",
                violation_error_message=_("This step is already there for that day."),
            ),
            models.CheckConstraint(
                condition=Q(day=None) | Q(day__in=[0, 1, 2]), name="action_day_in_plan"
            ),
            models.CheckConstraint(
                condition=Q(state__in=["todo", "doing", "done"]), name="action_state_known"
            ),
        ]

    def __str__(self) -> str:
        return inline_text(self.text)

    def natural_key(self) -> tuple[Any, ...]:
        return (*self.launch.natural_key(), self.text, self.day)

    natural_key.dependencies = ["gates.gate", "gates.owner"]  # type: ignore[attr-defined]

    def clean(self) -> None:
        """Refuse a gate of another launch; an action without a launch takes the gate's.

        Raises:
            ValidationError: the gate is of another launch.
        """
        if self.gate and not self.launch_id:
            self.launch = self.gate.launch
        if self.gate and self.gate.launch_id != self.launch_id:
            raise ValidationError({"gate": _("That gate belongs to another launch.")})

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Save the action, unless its gate is of another launch.

        Raises:
            ValidationError: as `clean`. Nothing was written.
        """
        Action.clean(self)
        super().save(*args, **kwargs)
