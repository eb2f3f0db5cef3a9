"""A proposal: proof that a token suggests for a gate. It counts for nothing until a person accepts.

Accepting it records one piece of evidence by that person, who answers for it from then on. Neither
the proposal nor the decision is ever edited.
"""

from datetime import datetime
from typing import Any, Literal, get_args

from django.conf import settings
from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from accounts import security_log
from gates import rules
from gates.reason_text import validation_errors

from .dates import dates_within_range
from .evidence import Evidence
from .evidence_conditions import is_safe_url
from .gate import Gate
from .history import save_with_history
from .text_fields import CleanedCharField, NameField
from .token import Token

# A file would have to be looked at first, and what a check measures comes as its run.
ProposedKind = Literal["statement", "link", "output", "document"]
PROPOSED_KINDS = get_args(ProposedKind)


class Proposal(models.Model):
    """Proof that a token suggests for a gate.

    received_at: on PostgreSQL the database sets it.
    request: names the request, so that one sent twice is one proposal.
    sha256: of the bytes that were sent.
    """

    gate = models.ForeignKey(
        Gate, models.PROTECT, related_name="proposals", verbose_name=pgettext_lazy("label", "gate")
    )
    kind = models.CharField(_("kind"), max_length=12)
    summary = CleanedCharField(_("summary"), max_length=500)
    url = NameField(_("link"), max_length=2000, blank=True)
    output = models.TextField(_("output"), blank=True)
    commit = NameField(_("commit"), max_length=64, blank=True)
    received_at = models.DateTimeField(_("received at"))
    token = models.ForeignKey(
        Token, models.PROTECT, related_name="proposals", verbose_name=_("token")
    )
    token_name = models.CharField(max_length=100)
    request = models.CharField(max_length=64)
    sha256 = models.CharField(max_length=64)

    class Meta:
        verbose_name = _("proposal")
        verbose_name_plural = _("proposals")
        ordering = ["-pk"]
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["token", "request"], name="proposal_request_once"),
            models.CheckConstraint(
                condition=Q(kind__in=list(PROPOSED_KINDS)),
                name="proposal_kind_known",
            ),
            models.CheckConstraint(condition=is_safe_url("url"), name="proposal_url_safe"),
            dates_within_range("proposal", datetimes=("received_at",)),
        ]

    def __str__(self) -> str:
        return str(self.summary)

    def evidence(self) -> Evidence:
        """Return the evidence that accepting this would record; it is not saved."""
        fields = ("gate", "kind", "summary", "url", "output", "commit")
        return Evidence(**{name: getattr(self, name) for name in fields})

    @transaction.atomic
    def accept(self, by: User) -> Evidence | None:
        """Record the proof as evidence by a person; return None if it was decided already.

        Raises:
            ValidationError: the gate cannot have this evidence, or is of an archived launch;
                nothing was written.
        """
        self._lock()
        if self.is_decided():
            return None
        proof = self.evidence()
        proof.recorded_by = by
        proof.full_clean()
        save_with_history(proof, by=by, reason=f"Proposed through the token {self.token_name}")
        self._decide(by, accepted=True)
        return proof

    @transaction.atomic
    def drop(self, by: User, why: str) -> bool:
        """Decide that the proof is not used; return False if it was decided already.

        Raises:
            ValidationError: no reason given, or the gate is of an archived launch; nothing was
                written.
        """
        self._lock()
        if self.is_decided():
            return False
        if errors := rules.decision_errors(why):
            raise ValidationError(validation_errors(errors))
        self._decide(by, accepted=False, why=why)
        return True

    def is_decided(self) -> bool:
        """Return whether a person accepted or dropped it. One query."""
        return ProposalDecision.objects.filter(proposal=self).exists()

    def _lock(self) -> None:
        """Lock the gate, so that of two decisions at once the second finds the first.

        The web role may not lock a row of this table, to which it can only add.

        Raises:
            LaunchArchived: the gate is of an archived launch.
        """
        Gate.objects.select_for_update(of=("self",)).get(pk=self.gate_id).refuse_archived()

    def _decide(self, by: User, *, accepted: bool, why: str = "") -> None:
        decision = ProposalDecision(proposal=self, by=by, accepted=accepted, why=why)
        decision.full_clean()
        decision.save(force_insert=True)
        security_log.log_on_commit(
            "proposal_accepted" if accepted else "proposal_dropped",
            user=by.get_username(),
            proposal=self.pk,
            gate=self.gate.code,
            token=self.token.prefix,
        )


class ProposalDecision(models.Model):
    """What a person decided about a proposal. Never edited, so without history.

    at: on PostgreSQL the database sets it.
    why: why it was dropped; empty if it was accepted.
    """

    proposal = models.OneToOneField(
        Proposal, models.PROTECT, related_name="decision", verbose_name=_("proposal")
    )
    at = models.DateTimeField(_("at"), default=timezone.now)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        related_name="+",
        verbose_name=pgettext_lazy("label", "by"),
    )
    accepted = models.BooleanField(_("accepted"))
    why = CleanedCharField(_("reason"), max_length=500, blank=True)

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return gettext("accepted") if self.accepted else gettext("dropped")


def gate_proposals(gate_id: int) -> QuerySet[Proposal, Any]:
    """Return the proposals for a gate, with token and decision, the newest first. One query."""
    rows = Proposal.objects.filter(gate_id=gate_id)
    return rows.select_related("token__responsible", "decision__by").order_by("-pk")


def waiting_proposals(gate_id: int, as_of: datetime | None = None) -> QuerySet[Proposal, Any]:
    """Return the proposals for a gate that nobody had decided about, the newest first. One query.

    as_of: at this moment; None for now.
    """
    if as_of is None:
        return undecided(gate_proposals(gate_id))
    decided_later = Q(decision=None) | Q(decision__at__gt=as_of)
    return gate_proposals(gate_id).filter(decided_later, received_at__lte=as_of)


def undecided(proposals: QuerySet[Proposal, Any]) -> QuerySet[Proposal, Any]:
    """Return those of the proposals that nobody has accepted or dropped."""
    return proposals.filter(decision=None)
