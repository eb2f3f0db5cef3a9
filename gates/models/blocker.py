"""A blocker: what a gate waits for, from whom if anybody is named, and why."""

from django.conf import settings
from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from gates.inline_markdown import inline_text
from gates.rules.text import has_visible

from .dates import dates_within_range, within_range
from .gate import Gate
from .gate_child import GateChild
from .history import AuditHistory, save_with_history
from .owner import Owner
from .text_fields import CleanedCharField, CleanedTextField


class BlockerManager(models.Manager["Blocker"]):
    def get_by_natural_key(self, launch: str, code: str, needs: str) -> "Blocker":
        """Return the unresolved blocker with this text, or else the one resolved last.

        Raises:
            Blocker.DoesNotExist: the gate has no blocker with this text.
        """
        blockers = self.filter(gate__launch__slug=launch, gate__code=code, needs=needs)
        newest = blockers.order_by(models.F("resolved_at").desc(nulls_first=True), "-pk").first()
        if newest is None:
            raise self.model.DoesNotExist(f"no blocker {needs!r} on gate {code}")
        return newest


class Blocker(GateChild):
    """One thing that a gate waits for. While it is unresolved, the gate's status is blocked.

    It waits for an owner, or for nobody in particular while nobody is named.
    A blocker is resolved if and only if it has a `resolved_at` and a `resolution`.
    """

    gate = models.ForeignKey(
        Gate, models.PROTECT, related_name="blockers", verbose_name=pgettext_lazy("label", "gate")
    )
    needs = CleanedCharField(_("needs"), max_length=300)
    why = CleanedTextField(
        _("why"), blank=True, help_text=_("What cannot be done or checked without it.")
    )
    waiting_on = models.ForeignKey(
        Owner,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="blockers",
        verbose_name=_("waiting on"),
        help_text=_("Who brings it. Leave empty if nobody is named yet."),
    )
    raised_at = models.DateTimeField(
        _("raised at"),
        default=timezone.now,
        null=True,
        blank=True,
        editable=False,
        validators=[within_range],
        help_text=_("Leave empty if unknown."),
    )
    due_on = models.DateField(_("due on"), null=True, blank=True, validators=[within_range])
    resolved_at = models.DateTimeField(
        _("resolved at"), null=True, blank=True, editable=False, validators=[within_range]
    )
    resolved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        editable=False,
        related_name="+",
        verbose_name=_("resolved by"),
    )
    resolution = CleanedTextField(
        _("resolution"), blank=True, help_text=_("How it was resolved. Writing this resolves it.")
    )

    history = AuditHistory()
    objects = BlockerManager()

    class Meta:
        verbose_name = _("blocker")
        verbose_name_plural = _("blockers")
        ordering = ["gate", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["gate", "needs"],
                condition=Q(resolved_at=None),
                name="blocker_unresolved_once",
                violation_error_message=_("This gate is already waiting for the same thing."),
            ),
            models.CheckConstraint(
                condition=(Q(resolved_at__isnull=False) & ~Q(resolution=""))
                | Q(resolved_at=None, resolved_by=None, resolution=""),
                name="blocker_resolution_when_resolved",
                violation_error_message=_("Resolved means: when, and how."),
            ),
            dates_within_range(
                "blocker", dates=("due_on",), datetimes=("raised_at", "resolved_at")
            ),
        ]

    def __str__(self) -> str:
        return inline_text(self.needs)

    def natural_key(self) -> tuple[str, ...]:
        return (*self.gate.natural_key(), self.needs)

    natural_key.dependencies = ["gates.gate"]  # type: ignore[attr-defined]

    def sync_resolution(self, by: User | None) -> None:
        """Set `resolved_at` and `resolved_by` if there is a resolution, clear them if not.

        Does not save. A blocker that is resolved already keeps both.
        """
        if not self.resolution:
            self.resolved_at, self.resolved_by = None, None
        elif self.resolved_at is None:
            self.resolved_at, self.resolved_by = timezone.now(), by

    @transaction.atomic
    def resolve(self, by: User | None, resolution: str) -> bool:
        """Resolve the blocker and save it; return False if it was resolved already.

        resolution: how it was resolved; it becomes the reason in the history too.

        Raises:
            ValidationError: the resolution is blank.
        """
        if not has_visible(resolution):
            raise ValidationError({"resolution": _("Say how it was resolved.")})
        self.refresh_from_db(from_queryset=Blocker.objects.select_for_update())
        self.refuse_archived()
        if self.resolved_at:
            return False
        self.resolution = resolution
        self.sync_resolution(by)
        save_with_history(self, by=by, reason=resolution)
        return True
