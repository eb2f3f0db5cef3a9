"""A run: one report that was received for a check, with the verdict. Never edited.

As of a moment means `received_at <= moment`, so runs need no history.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from gates.rules import Reason
from gates.rules.conditions import number_text

from .check import Check
from .dates import dates_within_range
from .evidence_conditions import is_safe_url
from .token import Token


class Run(models.Model):
    """One run of a check.

    definition: the hash of what the check asked when the run arrived (`rules.definition_hash`).
    received_at: on PostgreSQL the database sets it.
    observed_at: when the numbers were true, as the sender says.
    passed: whether the numbers met all conditions; the sender's own verdict is never read.
    counts: whether the run decides anything; `why_not` has the reasons if it does not.
    measures: name → number as JSON text, sorted, the same bytes on both engines.
    request: names the request, so that one sent twice is one run.
    sha256: of the report's bytes.
    """

    gate_check = models.ForeignKey(
        Check, models.PROTECT, related_name="runs", verbose_name=pgettext_lazy("label", "check")
    )
    definition = models.CharField(max_length=64)
    received_at = models.DateTimeField(_("received at"))
    observed_at = models.DateTimeField(_("observed at"))
    passed = models.BooleanField(_("passed"))
    counts = models.BooleanField(_("counts"))
    why_not = models.TextField(default="[]")
    measures = models.TextField()
    repository = models.CharField(_("repository"), max_length=200, blank=True)
    ref = models.CharField(_("branch or tag"), max_length=200, blank=True)
    commit = models.CharField(_("commit"), max_length=64, blank=True)
    url = models.CharField(_("link"), max_length=2000, blank=True)
    token = models.ForeignKey(Token, models.PROTECT, related_name="runs", verbose_name=_("token"))
    token_name = models.CharField(max_length=100)
    request = models.CharField(max_length=64)
    sha256 = models.CharField(_("SHA-256"), max_length=64)

    class Meta:
        verbose_name = _("run")
        verbose_name_plural = _("runs")
        ordering = ["-pk"]
        default_permissions = ("view",)
        indexes = [
            # The newest run that counts; of two of the same moment the one that failed.
            models.Index(
                fields=["gate_check", "-observed_at", "passed", "-id"],
                name="run_newest",
                condition=models.Q(counts=True),
            ),
            models.Index(fields=["gate_check", "-id"], name="run_received"),
            models.Index(fields=["token", "received_at"], name="run_of_token"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["token", "request"], name="run_request_once"),
            # A page puts the URL into an href.
            models.CheckConstraint(condition=is_safe_url("url"), name="run_url_safe"),
            dates_within_range("run", datetimes=("received_at", "observed_at")),
        ]

    def __str__(self) -> str:
        return f"{self.gate_check_id} {self.observed_at:%Y-%m-%d %H:%M}"

    def numbers(self) -> dict[str, Decimal]:
        """Return the measures by name."""
        return numbers_from_json(self.measures)

    def reasons(self) -> tuple[Reason, ...]:
        """Return why the run does not count; empty if it does."""
        return reasons_from_json(self.why_not)


class Report(models.Model):
    """The bytes of a run's report, as they were sent, and the answer that the sender got.

    answer: JSON; the same request sent again gets it again.
    """

    run = models.OneToOneField(Run, models.PROTECT, related_name="report", verbose_name=_("run"))
    body = models.BinaryField()
    answer = models.TextField(default="", db_default="", editable=False)

    class Meta:
        verbose_name = _("report")
        verbose_name_plural = _("reports")
        default_permissions = ()

    def __str__(self) -> str:
        return str(self.run)


def numbers_to_json(numbers: Mapping[str, Decimal]) -> str:
    """Return measures as text: sorted by name, numbers as text, because JSON readers round."""
    texts = {name: number_text(value) for name, value in numbers.items()}
    return json.dumps(texts, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def numbers_from_json(text: str) -> dict[str, Decimal]:
    """Return the measures of a text that `numbers_to_json` wrote."""
    return {name: Decimal(value) for name, value in json.loads(text).items()}


def reasons_to_json(reasons: Iterable[Reason]) -> str:
    """Return reasons as text; they are rendered in the reader's language."""
    rows = [
        {"code": reason.code, "message": reason.message, "values": dict(reason.values)}
        for reason in reasons
    ]
    return json.dumps(rows, ensure_ascii=False, separators=(",", ":"))


def reasons_from_json(text: str) -> tuple[Reason, ...]:
    """Return the reasons of a text that `reasons_to_json` wrote."""
    rows: Sequence[dict[str, Any]] = json.loads(text)
    return tuple(Reason(row["code"], row["message"], row["values"]) for row in rows)
