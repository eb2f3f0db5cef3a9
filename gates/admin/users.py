"""The admin of accounts. A founder manages them, but cannot make or change a superuser."""

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
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.adapters import reset_second_factors
from accounts.models import TemporaryPassword

from .base import SafeLookupAdmin

admin.site.unregister([User, Group])
# Secrets and personal data, which each person sees on the account pages, and nobody else.
for model in (EmailAddress, Authenticator, UserSession):
    admin.site.unregister(model)


class TemporaryPasswordForm(AdminPasswordChangeForm):
    """Sets a temporary password; the account must choose its own at the next login."""

    def save(self, commit: bool = True) -> User:
        user: User = super().save(commit)
        if commit:
            TemporaryPassword.mark(user)
        return user


@admin.register(Group)
class RoleAdmin(SafeLookupAdmin, GroupAdmin):
    """The admin of roles; `gates/roles.py` defines the permissions of each."""


@admin.register(User)
class AccountAdmin(SafeLookupAdmin, UserAdmin):
    change_password_form = TemporaryPasswordForm
    actions = ("take_away_second_factor",)

    def save_model(self, request: HttpRequest, obj: User, form: Any, change: bool) -> None:
        super().save_model(request, obj, form, change)
        if not change:
            TemporaryPassword.mark(obj)

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

    @admin.action(permissions=["change"], description=_("Take away the second factor (lost)"))
    def take_away_second_factor(
        self, request: HttpRequest, queryset: models.QuerySet[User]
    ) -> None:
        for user in queryset:
            if not self.has_change_permission(request, user):
                level, text = messages.ERROR, gettext("%s: not allowed")
            elif reset_second_factors(user):
                self.log_change(request, user, "second factor taken away")
                level = messages.SUCCESS
                text = gettext("%s: taken away; asked for at next login")
            else:
                level, text = messages.WARNING, gettext("%s: there was none")
            self.message_user(request, text % user, level)
