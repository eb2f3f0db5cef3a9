"""The forms of a launch's claims: a new one, and the choice of the one that says "launched"."""

import re
from typing import Any

from django import forms
from django.contrib.auth.models import User
from django.db import transaction
from django.utils.text import capfirst
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts import security_log
from gates import rules
from gates.models import Claim, Gate, Launch, Requirement
from gates.models.claim import LAUNCH_CLAIM_SLUGS
from gates.models.history import save_with_history
from gates.models.launch_claim import choose_launch_claim
from gates.models.order import place_last
from gates.models.text_fields import CleanedFormField
from gates.reason_text import reason_text
from gates.rules.outline import propose_slug
from gates.rules.text import clean_code, same_as

from .launch_forms import SiteForm, ask_for_slug, made_lately

BETWEEN_CODES = re.compile(r"[\s,،;؛]+")


def label_of(name: str) -> Any:
    """Return the label of a column of claims, as the admin has it."""
    field: Any = Claim._meta.get_field(name)
    return capfirst(field.verbose_name)


def decision_reason() -> CleanedFormField:
    """Return the field for the reason of a decision about a claim."""
    return CleanedFormField(
        label=_("Reason"),
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("Why? Recorded with your name."),
    )


class ReasonForm(SiteForm):
    """A form whose reason is written to the history."""

    cleaned_data: dict[str, Any]

    def clean_reason(self) -> str:
        reason: str = self.cleaned_data["reason"]
        if errors := rules.decision_errors(reason):
            raise forms.ValidationError([reason_text(error) for error in errors])
        return reason


class ClaimForm(ReasonForm, forms.ModelForm):
    """A new claim of a launch."""

    required = CleanedFormField(
        label=label_of("required_gates"),
        required=False,
        max_length=2000,
        widget=forms.TextInput(attrs={"dir": "ltr", "autocapitalize": "characters"}),
        help_text=_("Their codes, such as T6 T8. Each must be closed."),
    )
    says_launched = forms.BooleanField(
        label=label_of("says_launched"),
        required=False,
        help_text=Claim._meta.get_field("says_launched").help_text,
    )
    reason = decision_reason()
    twin: Claim | None = None  # that has its name already

    class Meta:
        model = Claim
        fields = ("name", "slug", "min_closed", "requires_p0")
        help_texts = {
            "slug": _("Its part of the address, such as launched. Empty: made from the name."),
        }

    def __init__(self, *args: Any, launch: Launch, **kwargs: Any) -> None:
        self.launch = launch
        self.others = list(launch.claims.order_by("position", "pk"))
        initial = {"says_launched": not self.others, "requires_p0": not self.others}
        super().__init__(*args, instance=Claim(launch=launch), initial=initial, **kwargs)
        ask_for_slug(self.fields["slug"])

    def clean_name(self) -> str:
        name: str = self.cleaned_data["name"]
        self.twin = next((row for row in self.others if same_as(row.name) == same_as(name)), None)
        if self.twin is not None:
            raise forms.ValidationError(gettext("Another claim of this launch has this name."))
        return name

    def sent_before(self, by: User) -> bool:
        """Return whether this person added the same claim a moment ago, with the same form."""
        if self.twin is None or set(self.errors) - {"name", "slug", "says_launched"}:
            return False
        rule = ("min_closed", "requires_p0")
        same = all(getattr(self.twin, name) == self.cleaned_data.get(name) for name in rule)
        return same and made_lately(self.twin, by)

    def clean(self) -> dict[str, Any]:
        """Propose a slug where none was written; refuse one that is taken."""
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        taken = {other.slug for other in self.others}
        if not cleaned.get("slug") and "slug" not in self.errors:
            cleaned["slug"] = propose_slug(cleaned.get("name", ""), taken, "claim")
        elif cleaned.get("slug") in taken:
            self.add_error("slug", gettext("Another claim of this launch has this slug."))
        if cleaned.get("says_launched") and any(other.says_launched for other in self.others):
            message = Claim._meta.constraints[1].violation_error_message
            self.add_error("says_launched", str(message))
        return cleaned

    def clean_required(self) -> list[Gate]:
        codes = [clean_code(code) for code in BETWEEN_CODES.split(self.cleaned_data["required"])]
        wanted = list(dict.fromkeys(filter(None, codes)))
        gates = {gate.code: gate for gate in self.launch.gates.filter(code__in=wanted)}
        if missing := [code for code in wanted if code not in gates]:
            message = gettext("This launch has no gate %(codes)s.")
            raise forms.ValidationError(message % {"codes": gettext(", ").join(missing)})
        return [gates[code] for code in wanted]

    @transaction.atomic
    def write(self, by: User) -> Claim:
        """Write the claim with its required gates.

        Raises:
            LaunchArchived: the launch was archived meanwhile.
            IntegrityError: somebody else took the slug at the same moment.
        """
        claim: Claim = self.instance
        reason = self.cleaned_data["reason"]
        claim.says_launched = self.cleaned_data["says_launched"] or None
        place_last(claim)
        save_with_history(claim, by=by, reason=reason)
        for gate in self.cleaned_data["required"]:
            save_with_history(Requirement(claim=claim, gate=gate), by=by, reason=reason)
        security_log.log_on_commit("claim_rule_changed", claim=claim.slug, changed=["added"])
        return claim


class LaunchClaimForm(ReasonForm, forms.Form):
    """Which claim of the launch says that it is complete."""

    claim = forms.ModelChoiceField(
        Claim.objects.none(),
        label=label_of("says_launched"),
        required=False,
        blank=True,
        empty_label=_("None of them"),
        widget=forms.RadioSelect,
    )
    reason = decision_reason()

    def __init__(self, *args: Any, launch: Launch, **kwargs: Any) -> None:
        self.launch = launch
        claims = launch.claims.order_by("position", "pk")
        # Where nobody has chosen one, the one that documents call so counts.
        named = {claim.slug: claim for claim in claims}
        now = next((claim for claim in claims if claim.says_launched), None)
        now = now or next((named[slug] for slug in LAUNCH_CLAIM_SLUGS if slug in named), None)
        super().__init__(*args, **{"auto_id": "launch-%s", "initial": {"claim": now}, **kwargs})
        field: Any = self.fields["claim"]
        field.queryset = claims
        if any(slug in named for slug in LAUNCH_CLAIM_SLUGS):
            field.empty_label = None  # without a choice that one counts

    def write(self, by: User) -> bool:
        """Write the choice; return whether it changed anything."""
        claim, reason = self.cleaned_data["claim"], self.cleaned_data["reason"]
        changed = choose_launch_claim(self.launch, claim, by=by, reason=reason)
        if changed:
            slug = claim.slug if claim else ""
            security_log.log_on_commit("claim_rule_changed", claim=slug, changed=["says_launched"])
        return changed
