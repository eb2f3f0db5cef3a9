"""Claims and the gates they require."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from gates.models import Claim, Gate, Requirement

from .base import BoardAdmin


class RequirementInline(admin.TabularInline):
    model = Requirement
    extra = 1

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.name == "gate":
            kwargs["queryset"] = Gate.objects.order_by("launch", "code")
        return super().formfield_for_foreignkey(db_field, request, **kwargs)


@admin.register(Claim)
class ClaimAdmin(BoardAdmin):
    inlines = (RequirementInline,)
    list_display = ("name", "launch", "min_closed", "requires_p0")
    list_select_related = ("launch",)
    fields = ("launch", ("name", "slug"), ("min_closed", "requires_p0"), "position")
    prepopulated_fields = {"slug": ("name",)}
