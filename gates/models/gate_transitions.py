"""The decisions about a gate: close it, reopen it, share its evidence with a covered gate.

Each locks the gate's row, asks the rules, and saves with the person and the reason in the history.
The admin, the commands and the import call nothing else.
"""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from django.contrib.auth.models import User
from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts import security_log
from gates import rules
from gates.database import closing_rule
from gates.rules import BlockerFact, EvidenceFact, GateFacts, Progress

from .check_rows import last_proven_days, live_check_facts
from .file_check import file_state
from .history import save_with_history
from .of_launch import OfLaunch
from .refusal import TransitionRefused


class GateTransitions(OfLaunch):
    """The transitions of `Gate`, which has the fields; a part of it, in a file of its own."""

    code: Any
    launch_id: Any
    covered_by_id: Any
    progress: Any
    closed_at: Any
    closed_by: Any
    closing_note: Any
    evidence: Any
    blockers: Any

    class Meta:
        abstract = True

    def facts(self) -> GateFacts:
        """Read what the rules depend on, now, in three queries; in four if there are checks."""
        evidence = self.evidence.order_by("pk").annotate(file_state=file_state())
        facts = list(
            evidence.values_list("gate_check_id", "valid_until", "withdrawn_on", "file_state")
        )
        attached = {(self.pk, check_id) for check_id, *_ in facts if check_id is not None}
        blockers = self.blockers.order_by("pk")
        return GateFacts(
            progress=Progress(self.progress),
            evidence=[EvidenceFact(*fact) for check_id, *fact in facts if check_id is None],
            checks=live_check_facts([self.pk], attached).get(self.pk, ()),
            blockers=[
                BlockerFact(needs, waiting_on or "", resolved=resolved_at is not None)
                for needs, waiting_on, resolved_at in blockers.values_list(
                    "needs", "waiting_on__name", "resolved_at"
                )
            ],
        )

    def close(self, by: User, reason: str) -> bool:
        """Close the gate by a person's decision; return False if it was closed already.

        A closed gate keeps its first decision, its author and its history.
        reason: becomes the closing note too.

        Raises:
            TransitionRefused: no current evidence, an unresolved blocker, a required check that is
                not green, or no reason given.
            ValueError: `by` is None; only an imported document may leave that open.
        """
        if by is None:
            raise ValueError("closing a gate needs a person")
        closed = self._close(
            by, reason, closing_note=reason, closed_at=timezone.now(), closed_by=by
        )
        if closed:
            self._log("gate_closed", by)
        return closed

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
        """Close the gate because a document says so; return False if it was closed already.

        by, reason: for the history: the person who imports, and a text that names the document.
        closing_note, closed_at, closed_by: as the document has them, which may leave them out.
        on: the day on which the evidence has to be current; today if it is None.

        Raises:
            TransitionRefused: as `close`.
        """
        return self._close(
            by, reason, closing_note=closing_note, closed_at=closed_at, closed_by=closed_by, on=on
        )

    def _close(self, by: User | None, reason: str, **details: Any) -> bool:
        try:
            return self._close_locked(by, reason, **details)
        except IntegrityError as error:
            # The evidence was removed after it had been read.
            if closing_rule.violates_closing_rule(error):
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
        if self.progress == Progress.CLOSED:
            return False
        today = on or timezone.localdate()
        errors = rules.closing_errors(self.facts(), today) + rules.decision_errors(reason)
        if errors:
            raise TransitionRefused(errors)
        self.progress = Progress.CLOSED.value
        self.closed_at, self.closed_by, self.closing_note = closed_at, closed_by, closing_note
        save_with_history(self, by=by, reason=reason)
        return True

    @transaction.atomic
    def reopen(
        self,
        by: User | None,
        reason: str,
        *,
        to: str = Progress.OPEN.value,
        rejected: Iterable[int] = (),
    ) -> bool:
        """Reopen the gate to "open" or "partial"; return False if it was not closed.

        The history keeps when, by whom and why it had been closed.
        rejected: ids of the evidence that turned out not to hold.

        Raises:
            TransitionRefused: no reason given.
            ValueError: `to` is neither open nor partial.
        """
        if to not in {Progress.OPEN, Progress.PARTIAL}:
            raise ValueError(f"a gate is reopened to open or partial, not to {to!r}")
        self._lock()
        if self.progress != Progress.CLOSED:
            return False
        if errors := rules.decision_errors(reason):
            raise TransitionRefused(errors)
        self.progress = to
        self.closed_at, self.closed_by, self.closing_note = None, None, ""
        save_with_history(self, by=by, reason=reason)
        self.withdraw_evidence(by, reason, rejected)
        self._log("gate_reopened", by)
        return True

    def withdraw_evidence(self, by: User | None, reason: str, rejected: Iterable[int]) -> None:
        """Let some of the evidence of this gate, which is not closed, count no more."""
        for proof in self.evidence.filter(pk__in=list(rejected), withdrawn_on=None):
            proof.withdrawn_on = timezone.localdate()
            save_with_history(proof, by=by, reason=reason)

    @transaction.atomic
    def share_evidence(self, covered: "GateTransitions", by: User) -> int:
        """Copy this gate's current evidence to a gate that it covers; return how many are new.

        Of a check the reference is copied: both gates rest on the same runs from then on.

        Evidence whose summary the covered gate has already is left out. Closing the covered gate
        stays a decision of its own.

        Raises:
            ValueError: `covered` is not covered by this gate.
        """
        if covered.covered_by_id != self.pk:
            raise ValueError(f"{covered.code} is not covered by {self.code}")
        covered._lock()
        today = timezone.localdate()
        summaries = set(covered.evidence.values_list("summary", flat=True))
        shared = self.evidence.exclude(gate_check=None).values_list("gate_check_id", flat=True)
        proven = last_proven_days(shared, today)
        proofs = [
            proof
            for proof in self.evidence.order_by("pk").annotate(file_state=file_state())
            if EvidenceFact(
                proven.get(proof.gate_check_id, proof.valid_until),
                proof.withdrawn_on,
                proof.file_state,
            ).is_current(today)
            and proof.summary not in summaries
        ]
        for proof in proofs:
            proof.pk, proof._state.adding = None, True  # saved as a new row
            proof.gate, proof.recorded_at, proof.recorded_by = covered, timezone.now(), by
            save_with_history(proof, by=by, reason=f"Evidence of {self.code}, which covers it")
        return len(proofs)

    def _log(self, event: str, by: User | None) -> None:
        username = by.get_username() if by else None
        security_log.log_on_commit(event, user=username, gate=self.code, launch=self.launch_id)

    def _lock(self) -> None:
        """Reload this object from its row, and lock the row until the transaction ends.

        Raises:
            LaunchArchived: the gate's launch is archived.
        """
        gates: Any = type(self)._default_manager
        rows = gates.select_related("section").select_for_update(of=("self",))
        self.refresh_from_db(from_queryset=rows)
        self.refuse_archived()
