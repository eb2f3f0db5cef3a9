"""A gate: a condition that must be true before launch."""

from typing import Any

from django.conf import settings
from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from gates import rules
from gates.inline_markdown import inline_text
from gates.rules.text import has_visible

from .dates import dates_within_range, within_range
from .gate_transitions import GateTransitions
from .history import AuditHistory
from .launch import Launch, Section
from .owner import Owner
from .text_fields import CleanedCharField, CleanedTextField, CodeField

STAYS_IN_LAUNCH = _("A gate stays in its launch: choose one of its sections.")


class GateManager(models.Manager["Gate"]):
    def get_by_natural_key(self, launch: str, code: str) -> "Gate":
        return self.get(launch__slug=launch, code=code)


class Gate(GateTransitions):
    """A launch gate. `progress` is what people say; the board derives the status from facts.

    It is closed and reopened by the methods of `GateTransitions`. The database refuses "closed"
    without evidence on every way of writing.
    """

    class Progress(models.TextChoices):
        OPEN = rules.Progress.OPEN.value, _("Open")
        PARTIAL = rules.Progress.PARTIAL.value, _("Partial")
        CLOSED = rules.Progress.CLOSED.value, _("Closed")

    class Priority(models.TextChoices):
        P0 = "P0", "P0"
        P1 = "P1", "P1"
        P2 = "P2", "P2"

    section = models.ForeignKey(
        Section,
        models.PROTECT,
        related_name="gates",
        verbose_name=pgettext_lazy("label", "section"),
    )
    # Repeats the section's launch, so that the database can hold codes unique within a launch.
    launch = models.ForeignKey(Launch, models.PROTECT, related_name="gates", editable=False)
    code = CodeField(
        _("code"),
        max_length=12,
        validators=[
            RegexValidator(r"^[A-Z]+[0-9]+\Z", _("Capital letters and a number, such as GV2."))
        ],
    )
    title = CleanedCharField(_("title"), max_length=300)
    progress = models.CharField(
        _("progress"), max_length=7, choices=Progress, default=Progress.OPEN
    )
    priority = models.CharField(
        _("priority"),
        max_length=2,
        choices=Priority,
        blank=True,
        help_text=_("Leave empty if undecided; claims that need all P0 gates stay refused."),
    )
    definition_of_done = CleanedTextField(
        _("definition of done"), blank=True, help_text=_("What would count as proof.")
    )
    notes = CleanedTextField(_("notes"), blank=True)
    owner = models.ForeignKey(
        Owner,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="gates",
        verbose_name=pgettext_lazy("label", "owner"),
    )
    counted = models.BooleanField(
        _("counted"), default=True, help_text=_("Whether it counts towards a claim.")
    )
    not_counted_reason = CleanedCharField(_("why not counted"), max_length=300, blank=True)
    covered_by = models.ForeignKey(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="covers",
        verbose_name=_("covered by"),
        help_text=_("Another gate whose drill also proves this one."),
    )
    follows = models.ForeignKey(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        editable=False,
        related_name="followed_by",
        verbose_name=_("taken over from"),
        help_text=_("The same gate of the launch before."),
    )
    position = models.PositiveIntegerField(_("position"), default=0)
    closed_at = models.DateTimeField(
        _("closed at"), null=True, blank=True, editable=False, validators=[within_range]
    )
    closed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        editable=False,
        related_name="+",
        verbose_name=_("closed by"),
    )
    closing_note = models.TextField(_("closing note"), blank=True, editable=False)

    history = AuditHistory()
    objects = GateManager()

    class Meta:
        verbose_name = _("gate")
        verbose_name_plural = _("gates")
        ordering = ["launch", "section__position", "position", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["launch", "code"],
                name="gate_code_unique_in_launch",
                violation_error_message=_("This launch already has a gate with this code."),
            ),
            models.CheckConstraint(
                condition=Q(progress__in=["open", "partial", "closed"]), name="gate_progress_known"
            ),
            models.CheckConstraint(
                condition=Q(priority__in=["", "P0", "P1", "P2"]), name="gate_priority_known"
            ),
            # A page that says "not counted" always shows the reason.
            models.CheckConstraint(
                condition=Q(counted=True) | ~Q(not_counted_reason=""),
                name="gate_not_counted_has_reason",
                violation_error_message=_("Say why this gate is not counted."),
            ),
            models.CheckConstraint(
                condition=Q(covered_by=None) | ~Q(covered_by=F("id")), name="gate_not_its_own_cover"
            ),
            # A gate that is not closed must not keep the details of an earlier closing.
            models.CheckConstraint(
                condition=Q(progress="closed") | Q(closed_at=None, closed_by=None, closing_note=""),
                name="gate_closing_details_when_closed",
            ),
            dates_within_range("gate", datetimes=("closed_at",)),
        ]

    def __str__(self) -> str:
        return f"{self.code} {inline_text(self.title)}"

    def natural_key(self) -> tuple[str, ...]:
        return (*self.launch.natural_key(), self.code)

    natural_key.dependencies = ["gates.section", "gates.owner"]  # type: ignore[attr-defined]

    def clean(self) -> None:
        """Refuse a gate that contradicts itself; a new gate takes the launch of its section.

        Raises:
            ValidationError: by field: not counted without a reason; a section of another launch;
                covered by itself or by a gate of another launch; taken over from its own launch.
        """
        errors: dict[str, Any] = {}
        if not self.counted and not has_visible(self.not_counted_reason):
            errors["not_counted_reason"] = _("Say why this gate is not counted.")
        if self.section_id and self._state.adding:
            self.launch = self.section.launch
        elif self.section_id and self.launch_id != self.section.launch_id:
            errors["section"] = STAYS_IN_LAUNCH
        if self.covered_by and self.covered_by.pk == self.pk:
            errors["covered_by"] = _("A gate cannot be covered by itself.")
        elif self.covered_by and self.covered_by.launch_id != self.launch_id:
            errors["covered_by"] = _("That gate belongs to another launch.")
        if self.follows and self.follows.launch_id == self.launch_id:
            errors[NON_FIELD_ERRORS] = _("A gate is taken over from another launch.")
        if errors:
            raise ValidationError(errors)

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Save the gate in the launch of its section.

        Raises:
            ValidationError: the section is of another launch. Moved, the gate would be missing
                from its launch's claims.
        """
        if self._state.adding:
            self.launch = self.section.launch
        elif self.launch_id != self.section.launch_id:
            raise ValidationError({"section": STAYS_IN_LAUNCH})
        super().save(*args, **kwargs)
