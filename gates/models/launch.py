"""A launch that is being prepared, and the sections that group its gates."""

from typing import Any

from django.contrib.auth.models import User
from django.core.validators import RegexValidator
from django.db import models, transaction
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from gates import rules
from gates.inline_markdown import inline_text

from .dates import dates_within_range, within_range
from .history import AuditHistory, save_with_history
from .of_launch import OfLaunch
from .optimistic_lock import OptimisticLockModel
from .refusal import LaunchArchived, TransitionRefused
from .text_fields import CleanedCharField, CleanedSlugField, CleanedTextField, CodeField

# What the history of a launch made from an earlier one gives as reason; the slug follows.
TAKEN_OVER_FROM = "Taken over from "


class LaunchManager(models.Manager["Launch"]):
    def get_by_natural_key(self, slug: str) -> "Launch":
        return self.get(slug=slug)


class Launch(OptimisticLockModel):
    """A launch with its sections, gates and claims. Exactly one is the current one."""

    slug = CleanedSlugField(_("slug"), unique=True)
    name = CleanedCharField(_("name"), max_length=200)
    snapshot_date = models.DateField(
        _("snapshot date"),
        validators=[within_range],
        help_text=_("The day of the document this board started from."),
    )
    plan_starts_on = models.DateField(
        _("plan starts on"), validators=[within_range], help_text=_("The date of D0.")
    )
    notes = CleanedTextField(_("notes"), blank=True)
    is_current = models.BooleanField(_("current"), default=False, editable=False)
    # From this day on nothing in it changes; NULL: it is not archived.
    archived_on = models.DateField(
        _("archived on"), null=True, blank=True, editable=False, validators=[within_range]
    )

    history = AuditHistory()
    objects = LaunchManager()

    class Meta:
        verbose_name = _("launch")
        verbose_name_plural = _("launches")
        ordering = [F("snapshot_date").desc(), "slug"]
        constraints = [
            # "/" shows the current launch, so there can be only one.
            models.UniqueConstraint(
                fields=["is_current"], condition=Q(is_current=True), name="launch_one_is_current"
            ),
            models.CheckConstraint(condition=~Q(name=""), name="launch_has_name"),
            models.CheckConstraint(
                condition=Q(is_current=False) | Q(archived_on=None),
                name="launch_current_not_archived",
            ),
            dates_within_range("launch", dates=("snapshot_date", "plan_starts_on", "archived_on")),
        ]

    def __str__(self) -> str:
        return inline_text(self.name)

    def natural_key(self) -> tuple[str]:
        return (self.slug,)

    def clean(self) -> None:
        """Refuse a current launch that is archived.

        Raises:
            ValidationError: it is.
        """
        if self.is_current and self.archived_on is not None:
            raise TransitionRefused([rules.CURRENT_STAYS])

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Save the launch; if no other one is current, it becomes the current launch.

        Raises:
            LaunchArchived: it is archived, and stays so.
        """
        others = Launch.objects.exclude(pk=self.pk)
        if self.archived_on is None and not others.filter(is_current=True).exists():
            self.is_current = True
        if self.archived_on is not None and not self._state.adding:
            self._refuse_archived()
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        """Delete the launch.

        Raises:
            LaunchArchived: it is archived.
        """
        self._refuse_archived()
        return super().delete(*args, **kwargs)

    def _refuse_archived(self) -> None:
        if Launch.objects.filter(pk=self.pk).exclude(archived_on=None).exists():
            raise LaunchArchived(str(self))

    @transaction.atomic
    def make_current(self) -> bool:
        """Make this the launch that "/" shows; return False if it was that already.

        Both it and the one shown before are saved.

        Raises:
            LaunchArchived: it is archived.
        """
        self._lock()
        self._refuse_archived()
        if self.is_current:
            return False
        for other in Launch.objects.select_for_update().filter(is_current=True):
            other.is_current = False
            super(Launch, other).save()
        self.is_current = True
        self.save()
        return True

    @transaction.atomic
    def archive(self, by: User | None) -> bool:
        """Archive the launch: nothing in it changes any more. Return False if it was archived.

        Raises:
            TransitionRefused: it is the current launch.
        """
        self._lock()
        if self.archived_on is not None:
            return False
        if self.is_current:
            raise TransitionRefused([rules.CURRENT_STAYS])
        self.archived_on = timezone.localdate()
        save_with_history(self, by=by, reason="")
        return True

    @transaction.atomic
    def take_back(self, by: User | None) -> bool:
        """Take the launch back from the archive; return False if it was not archived."""
        self._lock()
        if self.archived_on is None:
            return False
        self.archived_on = None
        save_with_history(self, by=by, reason="")
        return True

    def _lock(self) -> None:
        """Reload this object from its row, and lock the row until the transaction ends."""
        self.refresh_from_db(from_queryset=Launch.objects.select_for_update())


class SectionManager(models.Manager["Section"]):
    def get_by_natural_key(self, launch: str, prefix: str) -> "Section":
        return self.get(launch__slug=launch, prefix=prefix)


class Section(OfLaunch):
    """A group of gates that share a letter prefix, such as T for Technical Readiness."""

    launch = models.ForeignKey(
        Launch,
        models.PROTECT,
        related_name="sections",
        verbose_name=pgettext_lazy("label", "launch"),
    )
    prefix = CodeField(
        _("prefix"),
        max_length=8,
        validators=[RegexValidator(r"^[A-Z]+\Z", _("Capital letters A to Z, such as GV."))],
    )
    name = CleanedCharField(_("name"), max_length=100)
    position = models.PositiveSmallIntegerField(_("position"), default=0)

    history = AuditHistory()
    objects = SectionManager()

    class Meta:
        verbose_name = _("section")
        verbose_name_plural = _("sections")
        ordering = ["launch", "position", "prefix"]
        constraints = [
            models.UniqueConstraint(fields=["launch", "prefix"], name="section_prefix_unique"),
        ]

    def __str__(self) -> str:
        return f"{self.prefix} {inline_text(self.name)}"

    def natural_key(self) -> tuple[str, ...]:
        return (*self.launch.natural_key(), self.prefix)

    natural_key.dependencies = ["gates.launch"]  # type: ignore[attr-defined]
