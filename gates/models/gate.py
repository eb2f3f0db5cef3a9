"""One thing that must be true before launch, and the only two ways to close or reopen it."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from django.conf import settings
from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.db import IntegrityError, models, transaction
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts import security_log
from gates import rules
from gates.database import closing_rule
from gates.reason_text import validation_errors
from gates.rules import BlockerFact, EvidenceFact, GateFacts
from gates.rules.reason import Reason

from .dates import dates_within_range, within_range
from .history import AuditHistory, save_with_history
from .launch import Launch, Section
from .optimistic_lock import OptimisticLockModel
from .owner import Owner


class TransitionRefused(ValidationError):
    """A gate may not be closed or reopened now; `reasons` says why, and nothing was written."""

    def __init__(self, reasons: Iterable[Reason]) -> None:
        self.reasons = tuple(reasons)
        super().__init__(validation_errors(self.reasons))


STAYS_IN_LAUNCH = _("A gate stays in its launch: choose one of its sections.")


class GateManager(models.Manager["Gate"]):
    def get_by_natural_key(self, launch: str, code: str) -> "Gate":
        return self.get(launch__slug=launch, code=code)


class Gate(OptimisticLockModel):
    """A launch gate. `progress` is what people say; the board derives the status from facts."""

    class Progress(models.TextChoices):
        OPEN = rules.Progress.OPEN.value, _("Open")
        PARTIAL = rules.Progress.PARTIAL.value, _("Partial")
        CLOSED = rules.Progress.CLOSED.value, _("Closed")

    class Priority(models.TextChoices):
        P0 = "P0", "P0"
        P1 = "P1", "P1"
        P2 = "P2", "P2"

    section = models.ForeignKey(
        Section, models.PROTECT, related_name="gates", verbose_name=_("section")
    )
    # Follows the section; here so that the database can hold codes unique within a launch.
    launch = models.ForeignKey(Launch, models.PROTECT, related_name="gates", editable=False)
    code = models.CharField(
        _("code"),
        max_length=12,
        validators=[
            RegexValidator(r"^[A-Z]+[0-9]+\Z", _("Capital letters and a number, such as GV2."))
        ],
    )
    title = models.CharField(_("title"), max_length=300)
    progress = models.CharField(
        _("progress"), max_length=7, choices=Progress, default=Progress.OPEN
    )
    priority = models.CharField(
        _("priority"),
        max_length=2,
        choices=Priority,
        blank=True,
        help_text=_("Empty means: nobody has said. A claim that needs all P0 gates then waits."),
    )
    definition_of_done = models.TextField(
        _("definition of done"), blank=True, help_text=_("What would count as proof.")
    )
    notes = models.TextField(_("notes"), blank=True)
    owner = models.ForeignKey(
        Owner,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="gates",
        verbose_name=_("owner"),
    )
    counted = models.BooleanField(
        _("counted"), default=True, help_text=_("Whether it counts towards a claim.")
    )
    not_counted_reason = models.CharField(_("why not counted"), max_length=300, blank=True)
    covered_by = models.ForeignKey(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="covers",
        verbose_name=_("covered by"),
        help_text=_("Another gate whose drill also proves this one."),
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
            # "Not counted" always shows its written reason.
            models.CheckConstraint(
                condition=Q(counted=True) | ~Q(not_counted_reason=""),
                name="gate_not_counted_has_reason",
                violation_error_message=_("Say why this gate is not counted."),
            ),
            models.CheckConstraint(
                condition=Q(covered_by=None) | ~Q(covered_by=F("id")), name="gate_not_its_own_cover"
            ),
            # Closing details of an earlier close must not linger on an open gate.
            models.CheckConstraint(
                condition=Q(progress="closed") | Q(closed_at=None, closed_by=None, closing_note=""),
                name="gate_closing_details_when_closed",
            ),
            dates_within_range("gate", moments=("closed_at",)),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.title}"

    def natural_key(self) -> tuple[str, ...]:
        return (*self.launch.natural_key(), self.code)

    natural_key.dependencies = ["gates.section", "gates.owner"]  # type: ignore[attr-defined]

    def clean(self) -> None:
        """Refuse a gate that contradicts itself, with a message on the field.

        Raises:
            ValidationError: not counted without a reason; covered by itself or from another launch.
        """
        errors = {}
        if not self.counted and not self.not_counted_reason.strip():
            errors["not_counted_reason"] = _("Say why this gate is not counted.")
        if self.section_id and self._state.adding:
            self.launch = self.section.launch
        elif self.section_id and self.launch_id != self.section.launch_id:
            errors["section"] = STAYS_IN_LAUNCH
        if self.covered_by and self.covered_by.pk == self.pk:
            errors["covered_by"] = _("A gate cannot be covered by itself.")
        elif self.covered_by and self.covered_by.launch_id != self.launch_id:
            errors["covered_by"] = _("That gate belongs to another launch.")
        if errors:
            raise ValidationError(errors)

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Save, in the launch of its section.

        Raises:
            ValidationError: the section is another launch's; claims would lose sight of the gate.
        """
        if self._state.adding:
            self.launch_id = self.section.launch_id
        elif self.launch_id != self.section.launch_id:
            raise ValidationError({"section": STAYS_IN_LAUNCH})
        super().save(*args, **kwargs)

    def facts(self) -> GateFacts:
        """What the rules need to know about this gate, read now."""
        evidence = self.evidence.order_by("pk").values_list("valid_until", flat=True)
        blockers = self.blockers.order_by("pk")
        return GateFacts(
            progress=rules.Progress(self.progress),
            evidence=[EvidenceFact(valid_until) for valid_until in evidence],
            blockers=[
                BlockerFact(needs, who, bool(at))
                for needs, who, at in blockers.values_list(
                    "needs", "waiting_on__name", "resolved_at"
                )
            ],
        )

    def close(self, by: User, reason: str) -> bool:
        """Close this gate on someone's decision; False where it was closed already.

        A gate that is closed keeps its first decision, author and history.

        Raises:
            Refused: no current evidence, an unresolved blocker, or no reason given.
            ValueError: nobody is named; only a document may leave that open.
        """
        if by is None:
            raise ValueError("a gate is closed by somebody")
        done = self._close(by, reason, closing_note=reason, closed_at=timezone.now(), closed_by=by)
        if done:
            self._note("gate_closed", by)
        return done

    def close_from_import(
        self,
        by: User | None,
        reason: str,
        *,
        closing_note: str = "",
        closed_at: datetime | None = None,
        closed_by: User | None = None,
        on: date | None = None,
    ) -> bool:
        """Close on the word of an imported document, which may not say when or by whom.

        `by` imports it and `reason` names the document; both go into the history. `on` is the
        day on which the evidence has to be current; today if it is None.

        Raises:
            Refused: as `close`.
        """
        return self._close(
            by, reason, closing_note=closing_note, closed_at=closed_at, closed_by=closed_by, on=on
        )

    def _close(self, by: User | None, reason: str, **details: Any) -> bool:
        try:
            return self._close_locked(by, reason, **details)
        except IntegrityError as error:
            if closing_rule.violates_closing_rule(error):  # the evidence went while we looked
                raise TransitionRefused([rules.NEEDS_EVIDENCE]) from error
            raise

    @transaction.atomic
    def _close_locked(
        self,
        by: User | None,
        reason: str,
        *,
        closing_note: str,
        closed_at: datetime | None,
        closed_by: User | None,
        on: date | None = None,
    ) -> bool:
        self._lock()
        if self.progress == self.Progress.CLOSED:
            return False
        today = on or timezone.localdate()
        lacking = rules.closing_errors(self.facts(), today) + rules.decision_errors(reason)
        if lacking:
            raise TransitionRefused(lacking)
        self.progress = self.Progress.CLOSED
        self.closed_at, self.closed_by, self.closing_note = closed_at, closed_by, closing_note
        save_with_history(self, by=by, reason=reason)
        return True

    @transaction.atomic
    def reopen(self, by: User | None, reason: str, *, to: str = Progress.OPEN) -> bool:
        """Take back a closing, to `open` or `partial`; False where it was not closed.

        When, by whom and why it had been closed stays in the history.

        Raises:
            Refused: no reason given.
            ValueError: `to` is neither open nor partial.
        """
        if to not in {self.Progress.OPEN, self.Progress.PARTIAL}:
            raise ValueError(f"a gate is reopened to open or partial, not to {to!r}")
        self._lock()
        if self.progress != self.Progress.CLOSED:
            return False
        if lacking := rules.decision_errors(reason):
            raise TransitionRefused(lacking)
        self.progress = to
        self.closed_at, self.closed_by, self.closing_note = None, None, ""
        save_with_history(self, by=by, reason=reason)
        self._note("gate_reopened", by)
        return True

    @transaction.atomic
    def share_evidence(self, covered: "Gate", by: User) -> int:
        """Attach this gate's current evidence to a gate that the same drill covers.

        Returns how many pieces were new there. Closing that gate stays a decision of its own.

        Raises:
            ValueError: the other gate is not covered by this one.
        """
        if covered.covered_by_id != self.pk:
            raise ValueError(f"{covered.code} is not covered by {self.code}")
        covered._lock()
        today = timezone.localdate()
        known = set(covered.evidence.values_list("summary", flat=True))
        proofs = [
            proof
            for proof in self.evidence.order_by("pk")
            if EvidenceFact(proof.valid_until).is_current(today) and proof.summary not in known
        ]
        for proof in proofs:
            proof.pk, proof._state.adding = None, True
            proof.gate, proof.recorded_at, proof.recorded_by = covered, timezone.now(), by
            save_with_history(proof, by=by, reason=f"Evidence of {self.code}, which covers it")
        return len(proofs)

    def _note(self, event: str, by: User | None) -> None:
        who = by.get_username() if by else None
        security_log.log_on_commit(event, user=who, gate=self.code, launch=self.launch_id)

    def _lock(self) -> None:
        """Make this object the row as it is now, held until the transaction ends."""
        rows = Gate.objects.select_related("section").select_for_update(of=("self",))
        self.refresh_from_db(from_queryset=rows)
