"""A piece of evidence: a dated, attributed fact that a gate's definition of done is met.

Defined before Gate: `dumpdata` writes models in the order of their definition, so evidence comes
before the closed gate that needs it.
"""

from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from gates.inline_markdown import inline_text
from gates.reason_text import validation_errors
from gates.rules.evidence_dates import observed_at_errors, valid_until_errors

from .dates import dates_within_range, within_range
from .evidence_conditions import has_substance, is_safe_url
from .evidence_file import HashedFileField, sha256_of, stored_name, validate_upload
from .evidence_text import same_proof, text_errors
from .gate_child import GateChild
from .history import AuditHistory
from .text_fields import CleanedCharField, NameField


class EvidenceManager(models.Manager["Evidence"]):
    def get_by_natural_key(self, launch: str, code: str, summary: str) -> "Evidence":
        return self.get(gate__launch__slug=launch, gate__code=code, summary=summary)


class Evidence(GateChild):
    """One proof for one gate. The database refuses a closed gate without any.

    observed_at: when the fact was true; None if the source does not say.
    recorded_by: None if an import recorded it.
    gate_check: of kind check, the check whose runs prove it; None of every other kind. The check
        may be one of the gate that covers this one.
    withdrawn_on: the day on which its gate was reopened because it does not hold; else None.
    trailer_size: of the file stored by this object: how many bytes behind its end were cut off.
    """

    trailer_size = 0

    class Kind(models.TextChoices):
        STATEMENT = "statement", _("Statement")
        LINK = "link", _("Link")
        OUTPUT = "output", _("Output")
        DOCUMENT = "document", _("Document")
        FILE = "file", _("File")
        MEASUREMENT = "measurement", _("Measurement")
        CHECK = "check", _("Check")

    gate = models.ForeignKey(
        "gates.Gate",
        models.PROTECT,
        related_name="evidence",
        verbose_name=pgettext_lazy("label", "gate"),
    )
    kind = models.CharField(_("kind"), max_length=12, choices=Kind, default=Kind.STATEMENT)
    gate_check = models.ForeignKey(
        "gates.Check",
        models.PROTECT,
        null=True,
        blank=True,
        editable=False,
        related_name="evidence",
        verbose_name=_("check"),
    )
    summary = CleanedCharField(
        _("summary"), max_length=500, help_text=_("What was seen, in one or two sentences.")
    )
    url = NameField(_("link"), max_length=2000, blank=True)
    output = models.TextField(
        _("output"), blank=True, help_text=_("What a command printed, word for word.")
    )
    file = HashedFileField(_("file"), upload_to=stored_name, max_length=300, blank=True)
    sha256 = models.CharField(_("SHA-256"), max_length=64, blank=True, editable=False)
    commit = NameField(_("commit"), max_length=64, blank=True)
    observed_at = models.DateTimeField(
        _("observed at"),
        null=True,
        blank=True,
        validators=[within_range],
        help_text=_("When this was true. Leave empty if unknown."),
    )
    valid_until = models.DateField(
        _("valid until"),
        null=True,
        blank=True,
        validators=[within_range],
        help_text=_("The last day on which this counts. Empty: it does not expire."),
    )
    withdrawn_on = models.DateField(
        _("no longer holds since"),
        null=True,
        blank=True,
        validators=[within_range],
        help_text=_("Set when a gate is reopened. From this day on it counts no more."),
    )
    recorded_at = models.DateTimeField(
        _("recorded at"), default=timezone.now, editable=False, validators=[within_range]
    )
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        editable=False,
        related_name="+",
        verbose_name=_("recorded by"),
    )

    history = AuditHistory()
    objects = EvidenceManager()

    class Meta:
        verbose_name = _("piece of evidence")
        verbose_name_plural = _("evidence")
        ordering = ["gate", "pk"]
        constraints = [
            # A form sent twice must not count as two proofs; an import finds its rows by this key.
            models.UniqueConstraint(
                fields=["gate", "summary"],
                name="evidence_once_per_gate",
                violation_error_message=_(
                    "This gate already has evidence with the same summary. Say what is new."
                ),
            ),
            models.CheckConstraint(
                condition=Q(
                    kind__in=[
                        "statement",
                        "link",
                        "output",
                        "document",
                        "file",
                        "measurement",
                        "check",
                    ]
                ),
                name="evidence_kind_known",
            ),
            models.CheckConstraint(
                condition=Q(kind="check", gate_check__isnull=False)
                | (~Q(kind="check") & Q(gate_check=None)),
                name="evidence_kind_is_check_with_check",
                violation_error_message=_("A check is attached by its first run that passes."),
            ),
            models.UniqueConstraint(
                fields=["gate", "gate_check"], name="evidence_check_once_per_gate"
            ),
            models.CheckConstraint(
                condition=has_substance("summary"),
                name="evidence_has_substance",
                violation_error_message=_("Evidence must say what was seen."),
            ),
            # objects.create() runs no validators, and a page puts the URL into an href.
            models.CheckConstraint(
                condition=is_safe_url("url"),
                name="evidence_url_safe",
                violation_error_message=_("Only plain http:// and https:// addresses."),
            ),
            dates_within_range(
                "evidence",
                dates=("valid_until", "withdrawn_on"),
                datetimes=("observed_at", "recorded_at"),
            ),
            models.CheckConstraint(
                condition=Q(file="", sha256="") | (~Q(file="") & ~Q(sha256="")),
                name="evidence_file_has_sha256",
            ),
        ]

    def __str__(self) -> str:
        return inline_text(self.summary)

    def natural_key(self) -> tuple[str, ...]:
        return (*self.gate.natural_key(), self.summary)

    natural_key.dependencies = ["gates.gate"]  # type: ignore[attr-defined]

    def clean_fields(self, exclude: Any = None) -> None:
        """Validate each field by itself, and that the text and the URL prove something.

        What was stored as it is, before a rule became stricter, is left alone.

        Raises:
            ValidationError: by field.
        """
        errors: dict[str, Any] = {}
        try:
            super().clean_fields(exclude)
        except ValidationError as error:
            errors = error.error_dict
        for field, reasons in text_errors(self).items():
            if field not in {*(exclude or ()), *errors}:
                errors[field] = validation_errors(reasons)
        if errors:
            raise ValidationError(errors)

    def clean(self) -> None:
        """Validate the evidence; a new file's checksum is set.

        Raises:
            ValidationError: by field: a refused file, a missing field that the kind needs, or a
                gate of another launch.
        """
        errors = self.launch_errors()
        if self.file and not self.file._committed:
            try:
                validate_upload(self.file)
                self.sha256 = sha256_of(self.file)
            except ValidationError as error:
                errors["file"] = error
        errors |= self._date_errors()
        required_by_kind = {
            self.Kind.LINK.value: ("url", _("A link needs its address.")),
            self.Kind.OUTPUT.value: ("output", _("Paste what the command printed.")),
            self.Kind.FILE.value: ("file", _("Attach the file.")),
        }
        if self.gate_id and (other := same_proof(self)) is not None:
            known = _("This gate has that proof already: “%(summary)s”. Say what is new.")
            errors["summary"] = ValidationError(known, params={"summary": other[:100]})
        field, message = required_by_kind.get(str(self.kind), ("", ""))
        if field and not getattr(self, field):
            errors.setdefault(field, message)
        if errors:
            raise ValidationError(errors)

    def launch_errors(self) -> dict[str, Any]:
        """Return field → message if the gate is another one than the row may have, else {}."""
        errors = super().launch_errors()
        if errors or self._state.adding or self.gate_check_id is None:
            return errors
        if type(self).objects.filter(pk=self.pk).exclude(gate=self.gate_id).exists():
            errors["gate"] = _("What a check proves stays with its gate.")
        return errors

    def _date_errors(self) -> dict[str, Any]:
        """Return field → messages where the dates contradict each other or the clock."""
        observed_on = self.observed_at and timezone.localdate(self.observed_at)
        reasons = {
            "observed_at": observed_at_errors(self.observed_at, timezone.now()),
            "valid_until": valid_until_errors(self.valid_until, observed_on),
        }
        return {name: validation_errors(found) for name, found in reasons.items() if found}

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Save the evidence; clear the checksum if there is no file. `HashedFile.save` sets it."""
        if not self.file:
            self.sha256 = ""
        super().save(*args, **kwargs)
