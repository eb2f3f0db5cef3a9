"""Accounts. A founder manages them, but cannot become or touch a superuser that way."""

from typing import Any

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.contrib import admin, messages
from django.contrib.auth.admin import GroupAdmin, UserAdmin
from django.contrib.auth.forms import AdminPasswordChangeForm
from django.contrib.auth.models import Group, User
from django.db import models
from django.http import HttpRequest
from django.shortcuts import redirect
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts import security_log
from accounts.adapters import reset_second_factors
from accounts.models import TemporaryPassword
from accounts.sessions import end_sessions

from .confirmed import ConfirmedAdmin

admin.site.unregister([User, Group])
# Secrets, and what the account pages show to each person: nothing for others to read or edit.
for model in (EmailAddress, Authenticator, UserSession):
    admin.site.unregister(model)


class TemporaryPasswordForm(AdminPasswordChangeForm):
    """A password set for somebody: they choose their own at the next login."""

    def save(self, commit: bool = True) -> User:
        user: User = super().save(commit)
        if commit:
            TemporaryPassword.mark(user)
            end_sessions(user)
            security_log.log_on_commit("password_set", account=user.get_username())
        return user


@admin.register(Group)
class RoleAdmin(ConfirmedAdmin, GroupAdmin):
    """The roles; what each may do comes from `gates/roles.py`."""

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
class AccountAdmin(ConfirmedAdmin, UserAdmin):
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
        if id == str(request.user.pk):
            return redirect("account_change_password")
        return self._confirm(request) or super().user_change_password(request, id, form_url)

    @admin.action(permissions=["change"], description=_("Take away the second factor (lost)"))
    def take_away_second_factor(
        self, request: HttpRequest, queryset: models.QuerySet[User]
    ) -> None:
        for user in queryset:
            if user == request.user or not self.has_change_permission(request, user):
                level, words = messages.ERROR, gettext("%s: not allowed")
            elif reset_second_factors(user):
                self.log_change(request, user, "second factor taken away")
                level, words = messages.SUCCESS, gettext("%s: taken away; asked for at next login")
            else:
                level, words = messages.WARNING, gettext("%s: there was none")
            self.message_user(request, words % user, level)
