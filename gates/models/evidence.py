"""A dated, attributed fact that a gate's definition of done is met.

Defined before Gate on purpose: `dumpdata` writes models in the order of their definition, so
evidence comes before the closed gate that needs it.
"""

import hashlib
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from pathlib import PurePath
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q, Value
from django.db.models.fields.files import FieldFile
from django.db.models.functions import Lower, Replace, StrIndex, Substr, Trim
from django.db.models.lookups import Exact, GreaterThan, In, LessThan
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from gates import rules
from gates.reason_text import validation_errors
from gates.rules.files import MAX_FILE_BYTES, file_errors

from .dates import dates_within_range, within_range
from .gate_child import GateChild
from .history import AuditHistory

# In the database as far as it can say it; rules.what_text_lacks knows them all.
BLANK_SUMMARIES = [
    "", "-", "–", "—", ".", "?", "tbd", "tba", "tbc", "todo", "to do", "n/a", "na", "none", "x",
    "...", "pending",
]  # fmt: skip


def stored_name(_evidence: "Evidence", filename: str) -> str:
    """Where an uploaded file is kept: an unguessable folder, the name it came with."""
    name = PurePath(filename)
    # File systems count bytes, and Arabic letters have two.
    stem = name.stem.encode()[:120].decode(errors="ignore")
    suffix = name.suffix.encode()[:20].decode(errors="ignore")
    return f"evidence/{uuid.uuid4().hex}/{stem}{suffix}"


def sha256_of(file: Any) -> str:
    """The SHA-256 of a file's content, as 64 hexadecimal digits."""
    digest = hashlib.sha256()
    for chunk in file.chunks():
        digest.update(chunk)
    return digest.hexdigest()


def _without_line_breaks(text: Any) -> Any:
    for char in ("\n", "\r", "\t"):
        text = Replace(text, Value(char), Value(" "))
    return text


def validate_upload(file: Any) -> None:
    """Refuse a file that may not be evidence.

    Raises:
        ValidationError: its kind, its size, or that it is not what its name says.
    """
    file.seek(0)
    content = file.read(MAX_FILE_BYTES + 1)
    file.seek(0)
    if reasons := file_errors(file.name, content):
        raise ValidationError(validation_errors(reasons))


# The files that the write which is under way has stored so far.
_stored_names: ContextVar[list[FieldFile] | None] = ContextVar("stored", default=None)


@contextmanager
def delete_files_on_error() -> Iterator[None]:
    """Remove the files that were stored inside if what is inside fails.

    The database rolls its rows back; files are not the database's to roll back.
    """
    stored: list[FieldFile] = []
    token = _stored_names.set(stored)
    try:
        yield
    except BaseException:
        for file in stored:
            file.storage.delete(str(file.name))
        raise
    finally:
        _stored_names.reset(token)


class HashedFile(FieldFile):
    """A stored file: checked, and its checksum taken from the very content that is stored."""

    def save(self, name: str, content: Any, save: bool = True) -> None:
        """Raises ValidationError, like `check_content`, before anything is stored."""
        if content.name is None:
            content.name = name
        validate_upload(content)
        self.instance.sha256 = sha256_of(content)  # type: ignore[attr-defined]
        super().save(name, content, save=False)
        if (stored := _stored_names.get()) is not None:
            stored.append(self)
        if save:
            self.instance.save()

    @property
    def url(self) -> str:
        """Our page that hands it out; never an address of the store, which knows no permissions."""
        return reverse("evidence-file", args=[self.instance.pk])

    def read_verified(self) -> bytes | None:
        """The content, if the store still holds exactly what was attached; else None.

        Raises:
            FileNotFoundError: the store has lost it.
        """
        with self.open("rb") as file:
            content: bytes = file.read()
        attached = self.instance.sha256  # type: ignore[attr-defined]
        return content if hashlib.sha256(content).hexdigest() == attached else None


class HashedFileField(models.FileField):
    attr_class = HashedFile


def _safe_url() -> Q:
    """`rules.what_is_wrong_with_url` as far as both databases can say it: http or https, a
    host, no user info before the first slash, nothing that browsers read as something else."""
    rest = Substr("url", StrIndex("url", Value("://")) + 3)
    at, slash = StrIndex(rest, Value("@")), StrIndex(rest, Value("/"))
    no_user_info = Q(Exact(at, 0)) | (Q(GreaterThan(slash, 0)) & Q(LessThan(slash, at)))
    scheme = Q(url__istartswith="http://") | Q(url__istartswith="https://")
    odd = Q()
    for char in ("\\", "\t", "\n", "\r", " "):
        odd |= Q(url__contains=char)
    has_host = ~Q(In(Substr(rest, 1, 1), ["/", "", "?", "#"]))
    return Q(url="") | (scheme & no_user_info & has_host & ~odd)


class EvidenceManager(models.Manager["Evidence"]):
    def get_by_natural_key(self, launch: str, code: str, summary: str) -> "Evidence":
        return self.get(gate__launch__slug=launch, gate__code=code, summary=summary)


class Evidence(GateChild):
    """One proof for one gate. Without at least one, the database lets no gate be closed."""

    class Kind(models.TextChoices):
        STATEMENT = "statement", _("Statement")
        LINK = "link", _("Link")
        OUTPUT = "output", _("Output")
        DOCUMENT = "document", _("Document")
        FILE = "file", _("File")
        MEASUREMENT = "measurement", _("Measurement")

    gate = models.ForeignKey(
        "gates.Gate", models.PROTECT, related_name="evidence", verbose_name=_("gate")
    )
    kind = models.CharField(_("kind"), max_length=12, choices=Kind, default=Kind.STATEMENT)
    summary = models.CharField(
        _("summary"), max_length=500, help_text=_("What was seen, in one or two sentences.")
    )
    url = models.CharField(_("link"), max_length=2000, blank=True)
    output = models.TextField(
        _("output"), blank=True, help_text=_("What a command printed, word for word.")
    )
    file = HashedFileField(_("file"), upload_to=stored_name, max_length=300, blank=True)
    sha256 = models.CharField(_("SHA-256"), max_length=64, blank=True, editable=False)
    commit = models.CharField(_("commit"), max_length=64, blank=True)
    observed_at = models.DateTimeField(
        _("observed at"),
        null=True,
        blank=True,
        validators=[within_range],
        help_text=_("When this was true. Empty: the source does not say."),
    )
    valid_until = models.DateField(
        _("valid until"),
        null=True,
        blank=True,
        validators=[within_range],
        help_text=_("The last day on which this counts. Empty: it does not expire."),
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
            # A form sent twice must not count as two proofs; also the key of an import.
            models.UniqueConstraint(
                fields=["gate", "summary"],
                name="evidence_once_per_gate",
                violation_error_message=_(
                    "This gate already has evidence with the same summary. Say what is new."
                ),
            ),
            models.CheckConstraint(
                condition=Q(
                    kind__in=["statement", "link", "output", "document", "file", "measurement"]
                ),
                name="evidence_kind_known",
            ),
            models.CheckConstraint(
                condition=~Q(
                    In(
                        Lower(Trim(_without_line_breaks(F("summary")))),
                        BLANK_SUMMARIES,
                    )
                ),
                name="evidence_has_substance",
                violation_error_message=_("Evidence must say what was seen."),
            ),
            # objects.create() validates nothing, and a page puts this into an href.
            models.CheckConstraint(
                condition=_safe_url(),
                name="evidence_url_safe",
                violation_error_message=_("Only plain http:// and https:// addresses."),
            ),
            dates_within_range(
                "evidence", dates=("valid_until",), moments=("observed_at", "recorded_at")
            ),
            models.CheckConstraint(
                condition=Q(file="", sha256="") | (~Q(file="") & ~Q(sha256="")),
                name="evidence_file_has_sha256",
            ),
        ]

    def __str__(self) -> str:
        return self.summary

    def natural_key(self) -> tuple[str, ...]:
        return (*self.gate.natural_key(), self.summary)

    natural_key.dependencies = ["gates.gate"]  # type: ignore[attr-defined]

    def clean(self) -> None:
        """Refuse what proves nothing, each with a message on its field.

        Raises:
            ValidationError: no substance, an unsafe address, a file that may not be
                evidence, the part the kind needs is missing, or a gate of another launch.
        """
        errors = self.launch_errors()
        if self.file and not self.file._committed:
            try:
                validate_upload(self.file)
                self.sha256 = sha256_of(self.file)
            except ValidationError as refused:
                errors["file"] = refused
        if reasons := rules.evidence_text_errors(self.summary):
            errors["summary"] = validation_errors(reasons)
        if reasons := rules.url_errors(self.url):
            errors["url"] = validation_errors(reasons)
        needed = (
            {
                self.Kind.LINK: ("url", self.url, _("A link needs its address.")),
                self.Kind.OUTPUT: ("output", self.output, _("Paste what the command printed.")),
                self.Kind.FILE: ("file", self.file, _("Attach the file.")),
            }.get(self.Kind(self.kind))
            if self.kind in self.Kind.values
            else None
        )
        if needed and not needed[1]:
            errors.setdefault(needed[0], needed[2])
        if errors:
            raise ValidationError(errors)

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Save; without a file there is no checksum. With one, `HashedFile` takes it."""
        if not self.file:
            self.sha256 = ""
        super().save(*args, **kwargs)
