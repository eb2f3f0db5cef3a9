"""The admin of owners: the people on the board."""

from django.contrib import admin

from gates.models import Owner

from .base import BoardAdmin


@admin.register(Owner)
class OwnerAdmin(BoardAdmin):
    list_display = ("name", "role", "user", "email")
    list_select_related = ("user",)
    search_fields = ("name",)
