"""The admin of tokens: list, make, end. Never edited, never deleted; a text is shown once.

A founder sees and ends everybody's, others see their own.
"""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import models
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils import timezone
from django.utils.cache import add_never_cache_headers
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.confirmation import confirmation_step
from gates.inline_markdown import inline_text
from gates.models import Check, Token
from gates.models.date_fields import DAYS_AS_DAY_FIELD
from gates.models.revoke_form import RevokeForm
from gates.models.token import manages_tokens, visible_tokens

from .base import request_user
from .confirmed import ConfirmedAdmin
from .forms import AutoDirForm


class CheckField(forms.ModelMultipleChoiceField):
    """The checks that a token may report, each with its gate and launch."""

    widget = forms.CheckboxSelectMultiple

    def label_from_instance(self, obj: Any) -> str:
        gate = obj.gate
        return f"{gate.section.launch.slug}/{gate.code} {obj.key}: {inline_text(gate.title)}"


class NewTokenForm(AutoDirForm, forms.ModelForm):
    """What a token is for; `text` is its text once it is made."""

    checks = CheckField(
        Check.objects.filter(retired_why="", gate__launch__archived_on=None)
        .select_related("gate__section__launch")
        .order_by("-gate__launch__is_current", "gate__position", "pk"),
        label=_("Checks that it may report"),
        required=False,
        help_text=_("With none, it only reads the board."),
    )

    class Meta:
        model = Token
        fields = ("name", "responsible", "ends_on")

    def clean(self) -> dict[str, Any]:
        """Refuse checks for a person who may not change gates."""
        cleaned: dict[str, Any] = super().clean() or {}
        person = cleaned.get("responsible")
        if person and cleaned.get("checks") and not person.has_perm("gates.change_gate"):
            message = gettext("This person may not change gates, so their token only reads.")
            raise ValidationError({"responsible": message})
        return cleaned


@admin.register(Token)
class TokenAdmin(ConfirmedAdmin):
    list_display = ("name", "shown_prefix", "responsible", "state", "last_used_on")
    list_select_related = ("responsible", "revocation")
    readonly_fields = (
        "name", "shown_prefix", "responsible", "shown_checks", "state", "ends_on", "created_at",
        "created_by", "last_used_on",
    )  # fmt: skip
    search_fields = ("name", "prefix")
    formfield_overrides = DAYS_AS_DAY_FIELD

    def get_queryset(self, request: HttpRequest) -> models.QuerySet[Token]:
        return visible_tokens(request_user(request))

    def get_actions(self, request: HttpRequest) -> dict[str, Any]:
        """Return none: tokens are ended one by one, each with an answer."""
        return {}

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def get_fields(self, request: HttpRequest, obj: Token | None = None) -> Any:
        return ("name", "responsible", "checks", "ends_on") if obj is None else self.readonly_fields

    def get_readonly_fields(self, request: HttpRequest, obj: Token | None = None) -> Any:
        return () if obj is None else self.readonly_fields

    def get_form(
        self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any
    ) -> Any:
        if obj is not None:
            return super().get_form(request, obj, change=change, **kwargs)
        form = super().get_form(request, obj, change=change, form=NewTokenForm, **kwargs)
        wrapper = form.base_fields["responsible"].widget
        for name in ("add", "change", "delete", "view"):
            setattr(wrapper, f"can_{name}_related", False)
        if not manages_tokens(request_user(request)):
            people = User.objects.filter(pk=request_user(request).pk)
            form.base_fields["responsible"].queryset = people  # type: ignore[attr-defined]
        return form

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """Offer the accounts that are switched on."""
        kwargs["queryset"] = User.objects.filter(is_active=True).order_by("username")
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        last_day = Token.default_last_day(timezone.localdate())
        proposed = {"responsible": request.user.pk, "ends_on": last_day}
        return {**proposed, **super().get_changeform_initial_data(request)}

    def save_model(self, request: HttpRequest, obj: Token, form: Any, change: bool) -> None:
        """Make the token; `response_add` shows its text."""
        token, text = Token.issue(
            obj.name,
            responsible=obj.responsible,
            by=request_user(request),
            checks=form.cleaned_data["checks"],
            ends_on=obj.ends_on,
        )
        obj.pk, obj.prefix = token.pk, token.prefix
        request.token_text = text  # type: ignore[attr-defined]

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        """Write nothing: the checks came with the token."""

    def response_add(
        self, request: HttpRequest, obj: Token, post_url_continue: str | None = None
    ) -> HttpResponse:
        """Show the text in the answer itself: no other page has it, and no cookie."""
        context = {
            **self.admin_site.each_context(request),
            "title": gettext("Your new token"),
            "opts": self.opts,
            "token": obj,
            "text": request.token_text,  # type: ignore[attr-defined]
        }
        response = TemplateResponse(request, "admin/gates/token/shown.html", context)
        add_never_cache_headers(response)
        return response

    def get_urls(self) -> Any:
        name = "gates_token_revoke"
        view = self.admin_site.admin_view(self.revoke_view)
        return [path("<path:object_id>/revoke/", view, name=name), *super().get_urls()]

    def revoke_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """End a token; ask whether its runs go on counting."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        token = self.get_object(request, object_id)
        if token is None:
            raise Http404
        if step := confirmation_step(request):
            return step
        form = RevokeForm(request.POST if request.method == "POST" else None)
        if form.is_valid():
            runs_count = form.cleaned_data["runs_count"]
            if token.revoke(request_user(request), runs_count=runs_count):
                self.log_change(request, token, "revoke")
                messages.success(request, gettext("The token “%s” is revoked.") % token.name)
            else:
                text = gettext("This token was revoked already; nothing has changed.")
                messages.info(request, text)
            return redirect(reverse("admin:gates_token_change", args=[token.pk]))
        context = {
            **self.admin_site.each_context(request),
            "title": gettext("Revoke a token"),
            "opts": self.opts,
            "token": token,
            "form": form,
        }
        return TemplateResponse(request, "admin/gates/token/revoke.html", context)

    @admin.display(description=_("begins with"))
    def shown_prefix(self, token: Token) -> str:
        return f"dgx_{token.prefix}…"

    @admin.display(description=_("checks"))
    def shown_checks(self, token: Token) -> str:
        checks = token.checks.select_related("gate__section__launch").order_by("pk")
        names = [f"{check.gate.section.launch.slug}/{check}" for check in checks]
        return ", ".join(names) or gettext("It only reads the board.")

    @admin.display(description=_("state"))
    def state(self, token: Token) -> str:
        if token.is_revoked():
            return gettext("revoked")
        today = timezone.localdate()
        if token.has_ended(today):
            return gettext("ended")
        return gettext("ends soon") if token.ends_soon(today) else gettext("accepted")
