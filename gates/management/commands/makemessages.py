"""Run Django's makemessages, which here also extracts `ngettext_noop` plurals."""

from django.core.management.commands import makemessages


class Command(makemessages.Command):
    """`ngettext_noop` is defined in gates/rules/reason.py."""

    xgettext_options = [*makemessages.Command.xgettext_options, "--keyword=ngettext_noop:1,2"]
    msgmerge_options = [*makemessages.Command.msgmerge_options, "--no-fuzzy-matching"]
