"""The place to edit. Wiring only: what may be written is decided by the models and the database."""

from django.contrib import admin

from . import action, blocker, claim, evidence, gate, launch, owner, users

__all__ = ["action", "blocker", "claim", "evidence", "gate", "launch", "owner", "users"]

admin.site.site_header = "Dealix gates"
admin.site.site_title = "Dealix gates"
