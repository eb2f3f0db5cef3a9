"""The admin, where people edit. The models and the database decide what may be written."""

from django.contrib import admin

from . import action, blocker, check, claim, evidence, gate, launch, owner, token, users

__all__ = [
    "action",
    "blocker",
    "check",
    "claim",
    "evidence",
    "gate",
    "launch",
    "owner",
    "token",
    "users",
]

admin.site.site_header = "Dealix gates"
admin.site.site_title = "Dealix gates"
