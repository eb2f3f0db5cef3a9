"""The admin of accounts. A founder manages them, but cannot make or change a superuser."""

from collections.abc import Callable
from functools import partial
from typing import Any

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django import forms
from django.apps import apps
from django.conf import settings
from django.contrib import admin, messages
from django.contrib.admin.models import LogEntry
from django.contrib.admin.utils import unquote
from django.contrib.auth.admin import GroupAdmin, UserAdmin
from django.contrib.auth.forms import (
    AdminPasswordChangeForm,
    AdminUserCreationForm,
    ReadOnlyPasswordHashWidget,
    UserChangeForm,
)
from django.contrib.auth.models import Group, User
from django.db import models
from django.http import HttpRequest
from django.shortcuts import redirect
from django.utils.translation import gettext, gettext_noop
from django.utils.translation import gettext_lazy as _

from accounts import security_log
from accounts.adapters import reset_second_factors
from accounts.models import AccessLink, TemporaryPassword
from accounts.sessions import end_sessions
from gates.models import TRACKED
from gates.roles import is_last_founder
from gates.rules.text import clean_name

from .account_history import AccountHistoryMixin
from .confirmed import ConfirmedAdmin
from .read_state import ReadStateForm, ReadStateMixin
from .role_choices import RoleChoicesMixin, RoleFilter, role_name

admin.site.unregister([User, Group])
# Secrets and personal data, which each person sees on the account pages, and nobody else.
for model in (EmailAddress, Authenticator, UserSession):
    admin.site.unregister(model)
if settings.SINGLE_SIGN_ON:  # whoever may write these logs in as anybody
    for model in apps.get_app_config("socialaccount").get_models():
        admin.site.unregister(model)

LAST_FOUNDER = gettext_noop("The last founder cannot be switched off.")


def has_acted(user: User) -> bool:
    """Return whether an account is on record as the author of anything."""
    return LogEntry.objects.filter(user=user).exists() or any(
        model.history.filter(history_user_id=user.pk).exists() for model in TRACKED
    )


class TemporaryPasswordForm(AdminPasswordChangeForm):
    """Sets a temporary password; the account must choose its own at the next login."""

    usable_password_help_text: Any = _(
        "Switched off, the account’s password is deleted; single sign-on still lets it in."
    )

    def save(self, commit: bool = True) -> User:
        user: User = super().save(commit)
        if commit:
            TemporaryPassword.mark(user)
            end_sessions(user)
            security_log.log_on_commit("password_set", account=user.get_username())
        return user


class PasswordWidget(ReadOnlyPasswordHashWidget):
    """The button that sets a new password, without the details of the stored one."""

    def get_context(self, name: str, value: Any, attrs: Any) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context(name, value, attrs)
        context["summary"] = [entry for entry in context["summary"] if "value" not in entry]
        return context


class PastedNamesMixin:
    """Drops what a chat put into names and addresses: nobody would find it there."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in {"username", "first_name", "last_name", "email"} & set(self.fields):  # type: ignore[attr-defined]
            field = self.fields[name]  # type: ignore[attr-defined]
            field.to_python = partial(_read_name, field.to_python)


def _read_name(read: Callable[[Any], Any], value: Any) -> Any:
    return read(clean_name(value) if isinstance(value, str) else value)


class NewAccountForm(PastedNamesMixin, AdminUserCreationForm):
    """The page that adds an account."""


class AccountForm(PastedNamesMixin, ReadStateForm, UserChangeForm):
    """The page of an account."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "password" in self.fields:
            self.fields["password"].widget = PasswordWidget()
            self.fields["password"].help_text = ""

    def clean(self) -> Any:
        cleaned: dict[str, Any] = super().clean() or {}
        groups = cleaned.get("groups")
        goes = not cleaned.get("is_active", True) or (
            groups is not None and not any(group.name == "Founder" for group in groups)
        )
        if goes and self.instance.pk and is_last_founder([self.instance]):
            raise forms.ValidationError(gettext(LAST_FOUNDER))
        return cleaned


class RoleForm(ReadStateForm):
    """The page of a group."""


@admin.register(Group)
class RoleAdmin(AccountHistoryMixin, RoleChoicesMixin, ReadStateMixin, ConfirmedAdmin, GroupAdmin):
    """The admin of roles; `gates/roles.py` defines the permissions of each."""

    form = RoleForm
    list_display = ("role",)

    @admin.display(description=_("role"), ordering="name")
    def role(self, group: Group) -> str:
        return role_name(group.name)

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        group = form.instance
        before = {str(right) for right in group.permissions.all()}
        super().save_related(request, form, formsets, change)
        after = {str(right) for right in group.permissions.all()}
        security_log.log_on_commit(
            "role_changed",
            group=group.name,
            given=sorted(after - before),
            taken=sorted(before - after),
        )

    def delete_model(self, request: HttpRequest, obj: Group) -> None:
        security_log.log_on_commit("role_deleted", group=obj.name)
        super().delete_model(request, obj)

    def delete_queryset(self, request: HttpRequest, queryset: models.QuerySet[Group]) -> None:
        for group in queryset:
            self.delete_model(request, group)


@admin.register(User)
class AccountAdmin(
    AccountHistoryMixin, RoleChoicesMixin, ReadStateMixin, ConfirmedAdmin, UserAdmin
):
    form = AccountForm
    add_form = NewAccountForm
    list_filter = ("is_staff", "is_superuser", "is_active", ("groups", RoleFilter))
    readonly_fields = ("last_login", "date_joined")
    change_password_form = TemporaryPasswordForm
    actions = ("take_away_second_factor",)

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        """Save the groups, log what changed, and end the person's sessions if anything did."""
        user = form.instance
        before = {group.name for group in user.groups.all()}
        super().save_related(request, form, formsets, change)
        after = {group.name for group in user.groups.all()}
        security_log.log_on_commit(
            "account_changed" if change else "account_added",
            account=user.get_username(),
            changed=form.changed_data,
            active=user.is_active,
            given=sorted(after - before),
            taken=sorted(before - after),
        )
        if not change:
            TemporaryPassword.mark(user)
        elif form.changed_data:
            own = user.pk == request.user.pk
            end_sessions(user, keep=request.session.session_key if own else None)
            if not user.is_active:
                AccessLink.end(user)

    def construct_change_message(
        self, request: HttpRequest, form: Any, formsets: Any, add: bool = False
    ) -> Any:
        """Name the groups that were given and taken, in the log that outlives both accounts."""
        message = super().construct_change_message(request, form, formsets, add)
        before = {str(group) for group in form.initial.get("groups", ())}
        after = {str(group) for group in form.cleaned_data.get("groups", ())}
        given = [{"added": {"name": "group", "object": name}} for name in sorted(after - before)]
        taken = [{"deleted": {"name": "group", "object": name}} for name in sorted(before - after)]
        return [*message, *given, *taken]

    def get_deleted_objects(self, objs: Any, request: HttpRequest) -> Any:
        """Keep accounts that have acted: what they did stays theirs, so they are switched off."""
        _tree, counts, missing, protected = super().get_deleted_objects(objs, request)
        counts = {gettext(str(name)): count for name, count in counts.items()}
        acted = [
            gettext("%s has acted here: switch the account off instead") % user
            for user in objs
            if has_acted(user)
        ]
        last = [gettext(LAST_FOUNDER)] if is_last_founder(list(objs)) else []
        protected = [*protected, *acted, *last]
        # What stands behind an account (keys, sessions) has no name of its own in any language.
        return list(objs), counts, missing if not protected else set(), protected

    def delete_model(self, request: HttpRequest, obj: User) -> None:
        end_sessions(obj)
        security_log.log_on_commit("account_deleted", account=obj.get_username())
        super().delete_model(request, obj)

    def delete_queryset(self, request: HttpRequest, queryset: models.QuerySet[User]) -> None:
        for user in queryset:
            self.delete_model(request, user)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        fields = tuple(super().get_readonly_fields(request, obj))
        if request.user.is_superuser:
            return fields
        return (*fields, "is_superuser", "user_permissions")

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        if obj is not None and obj.is_superuser and not request.user.is_superuser:
            return False
        return super().has_change_permission(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        if obj is not None and obj.is_superuser and not request.user.is_superuser:
            return False
        return super().has_delete_permission(request, obj)

    def user_change_password(
        self,
        request: HttpRequest,
        id: str,  # noqa: A002  the name in the library's URL
        form_url: str = "",
    ) -> Any:
        """Set another person's password; for one's own, redirect to the page that asks the old."""
        user = self.get_object(request, unquote(id))
        if user is not None and user.pk == request.user.pk:
            return redirect("account_change_password")
        return self._confirm(request) or super().user_change_password(request, id, form_url)

    @admin.action(permissions=["change"], description=_("Take away the second factor (lost)"))
    def take_away_second_factor(
        self, request: HttpRequest, queryset: models.QuerySet[User]
    ) -> None:
        for user in queryset:
            if user == request.user or not self.has_change_permission(request, user):
                level, text = messages.ERROR, gettext("%s: not allowed")
            elif reset_second_factors(user):
                self.log_change(request, user, "second factor taken away")
                level = messages.SUCCESS
                text = gettext("%s: taken away; asked for at next login")
            else:
                level, text = messages.WARNING, gettext("%s: there was none")
            self.message_user(request, text % user, level)
