"""Django's makemessages, which also finds the plurals that the rules mark for translation."""

from django.core.management.commands import makemessages


class Command(makemessages.Command):
    """See gates/rules/reason.py for `ngettext_noop`."""

    xgettext_options = [*makemessages.Command.xgettext_options, "--keyword=ngettext_noop:1,2"]
    msgmerge_options = [*makemessages.Command.msgmerge_options, "--no-fuzzy-matching"]
