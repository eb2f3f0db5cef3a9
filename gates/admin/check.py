"""The admin of checks: what a machine has to report for a gate, and from when on it is required."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.utils import unquote
from django.contrib.admin.views.main import ChangeList
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts import security_log
from gates.models import Check, Condition
from gates.models.check_rows import read_checks
from gates.reason_text import reason_text
from gates.rules.conditions import condition_advice
from gates.templatetags.checks import state_tag

from .condition_inline import ConditionInline
from .deletion import ReasonedDeletionMixin
from .forms import ReasonRequiredForm
from .gate_field import GateFieldMixin
from .launch_names import LaunchNamesMixin
from .newest_rows import OfGateFilter

# With the conditions they are the definition: only runs under the present one count.
DEFINITION_FIELDS = frozenset({"kind", "fresh_days", "repository", "ref"})


class CheckForm(ReasonRequiredForm):
    """A check, and a reason, which is needed to change what it asks and from when on."""

    class Meta:
        model = Check
        fields = "__all__"
        widgets = {
            "key": forms.TextInput(attrs={"dir": "ltr"}),
            "repository": forms.TextInput(attrs={"dir": "ltr"}),
            "ref": forms.TextInput(attrs={"dir": "ltr"}),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "key" in self.fields:
            self.fields["key"].required = False

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        if "key" in self.fields and not cleaned.get("key") and "key" not in self.errors:
            cleaned["key"] = self._free_key(cleaned.get("gate"), cleaned.get("kind", ""))
        if self.is_stale or self.instance.pk is None:
            return cleaned
        changed = set(self.changed_data)
        taken_up_again = "retired_why" in changed and not cleaned.get("retired_why")
        if changed & {*DEFINITION_FIELDS, "required_from"} or taken_up_again:
            self.needs_reason()
        return cleaned

    def _free_key(self, gate: Any, kind: str) -> str:
        """Return the kind as a key that the gate's other checks do not have."""
        taken = set(Check.objects.filter(gate=gate).values_list("key", flat=True)) if gate else ()
        numbered = (f"{kind}-{number}" for number in range(2, len(taken) + 3))
        return next(key for key in (kind, *numbered) if key not in taken)


class CheckChangeList(ChangeList):
    """Sets `state` on each check of the page, with two queries for any number of rows."""

    def get_results(self, request: HttpRequest) -> None:
        super().get_results(request)
        self.result_list = list(self.result_list)
        shown = Check.objects.filter(pk__in=[check.pk for check in self.result_list])
        rows = read_checks(shown, Condition.objects.all()) if self.result_list else {}
        for check in self.result_list:
            rows[check.pk].derive(timezone.localdate())
            check.state = rows[check.pk].state


@admin.register(Check)
class CheckAdmin(LaunchNamesMixin, GateFieldMixin, ReasonedDeletionMixin):
    form = CheckForm
    inlines = (ConditionInline,)
    list_display = ("key", "gate", "kind", "state", "required_from", "fresh_days")
    list_filter = (OfGateFilter, "kind")
    list_select_related = ("gate",)
    search_fields = ("key", "gate__code", "gate__title")

    @admin.display(description=_("state"))
    def state(self, check: Check) -> SafeString:
        return state_tag(check.state)  # type: ignore[attr-defined]

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ChangeList]:
        return CheckChangeList

    def get_fieldsets(self, request: HttpRequest, obj: Check | None = None) -> Any:
        fieldsets: list[tuple[Any, dict[str, Any]]] = [
            (None, {"fields": ["gate", ("kind", "key")]}),
            (_("Which runs count"), {"fields": ["fresh_days", ("repository", "ref")]}),
            (_("What it holds back"), {"fields": ["required_from"]}),
        ]
        if obj is not None:
            fieldsets[2][1]["fields"].append("retired_why")
            words = _(
                "Kind, conditions, days, repository and branch are the definition of the check."
                " If you change it, the runs so far no longer count: the check is not green until"
                " a new one passes. Say why."
            )
            fieldsets.append((_("Why it changes"), {"fields": ["reason"], "description": words}))
        if self.has_change_permission(request, obj):
            fieldsets[0][1]["fields"].append("read_version")
        return fieldsets

    def get_readonly_fields(self, request: HttpRequest, obj: Check | None = None) -> Any:
        """Keep the key, which addresses and tokens name; and the gate that runs are for."""
        if obj is None:
            return ()
        return ("gate", "key") if obj.runs.exists() else ("key",)

    def view_on_site(self, check: Check) -> str:
        gate = check.gate
        return reverse("launch-check", args=[gate.launch.slug, gate.code, check.key])

    def save_form(self, request: HttpRequest, form: Any, change: bool) -> Any:
        check = super().save_form(request, form, change)
        if change:
            check.edited_by = form  # for ConditionFormSet, which is validated next
        return check

    def save_model(self, request: HttpRequest, obj: Check, form: Any, change: bool) -> None:
        changed = set(form.changed_data) - {"reason"}
        if not change or changed:
            reason = form.cleaned_data["reason"] or obj.retired_why
            obj._change_reason = reason  # type: ignore[attr-defined]
            super().save_model(request, obj, form, change)
        if change and changed:
            _log_change(obj, sorted(changed))

    def save_formset(self, request: HttpRequest, form: Any, formset: Any, change: bool) -> None:
        for row in [*formset.save(commit=False), *formset.deleted_objects]:
            row._change_reason = form.cleaned_data["reason"]
        formset.save()
        if change and formset.has_changed():
            _log_change(form.instance, ["conditions"])

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        """Save the conditions, then say what they leave open."""
        super().save_related(request, form, formsets, change)
        rule = form.instance.rule()
        for advice in condition_advice(rule.kind, rule.conditions):
            messages.warning(request, reason_text(advice))

    def delete_view(
        self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Ask why; a check that has runs, or that a token reports, stays."""
        check = self.get_object(request, unquote(object_id))
        if check is None or not self.has_delete_permission(request, check):
            return super().delete_view(request, object_id, extra_context)
        message = ""
        if check.runs.exists():
            message = gettext("%(check)s has runs, which stay on record. Retire it instead.")
        elif check.scopes.exists():
            message = gettext("A token reports %(check)s, so it stays. Retire it instead.")
        if not message:
            return super().delete_view(request, object_id, extra_context)
        messages.error(request, message % {"check": check})
        return redirect("admin:gates_check_change", check.pk)


def _log_change(check: Check, changed: list[str]) -> None:
    security_log.log_on_commit(
        "check_changed",
        check=check.key,
        gate=check.gate.code,
        launch=check.gate.launch_id,
        changed=changed,
    )
