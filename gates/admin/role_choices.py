"""Roles and their rights as check boxes, named in the reader's language."""

from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.auth.models import Group, Permission
from django.db import models
from django.http import HttpRequest
from django.utils.text import capfirst
from django.utils.translation import gettext, gettext_lazy, gettext_noop

ROLE_NAMES = (gettext_noop("Founder"), gettext_noop("Engineer"), gettext_noop("Viewer"))
RIGHTS = {
    "view": gettext_lazy("view"),
    "add": gettext_lazy("add"),
    "change": gettext_lazy("change"),
    "delete": gettext_lazy("delete"),
}


def role_name(name: str) -> str:
    """Return a group's name in the active language; one that is not ours as it is."""
    return gettext(name) if name in ROLE_NAMES else name


def right_name(permission: Permission) -> str:
    """Return a permission as "Gates: change"; one that is not Django's by its own name."""
    model = permission.content_type.model_class()
    action = RIGHTS.get(permission.codename.partition("_")[0])
    if model is None or action is None:
        return str(permission)
    return f"{capfirst(str(model._meta.verbose_name_plural))}: {action}"


class RoleFilter(admin.RelatedFieldListFilter):
    """Filters accounts by their role."""

    def field_choices(self, field: Any, request: HttpRequest, model_admin: Any) -> Any:
        choices = super().field_choices(field, request, model_admin)
        return [(pk, role_name(str(name))) for pk, name in choices]


class RoleChoicesMixin(admin.ModelAdmin):
    """Shows groups and permissions as plain check boxes; Django's double list needs a script."""

    filter_horizontal = ()

    def formfield_for_manytomany(
        self, db_field: models.ManyToManyField, request: HttpRequest, **kwargs: Any
    ) -> Any:
        boxes = {"widget": forms.CheckboxSelectMultiple, "help_text": ""}
        if db_field.related_model is Permission:
            kwargs["queryset"] = Permission.objects.select_related("content_type")
        field: Any = super().formfield_for_manytomany(db_field, request, **{**kwargs, **boxes})
        if field is not None and db_field.related_model is Group:
            field.label_from_instance = lambda group: role_name(group.name)
        elif field is not None and db_field.related_model is Permission:
            field.label_from_instance = right_name
        return field
