"""Sentences of the libraries that their own Arabic lacks or gets wrong.

`make messages` finds them here, so our catalogue translates them, and it comes before theirs.
"""

from django.utils.translation import gettext_noop, ngettext_lazy

SENTENCES = (
    ngettext_lazy(
        "This password is too short. It must contain at least %d character.",
        "This password is too short. It must contain at least %d characters.",
    ),
    gettext_noop("Select %s to change"),
    gettext_noop("Select %s to view"),
    gettext_noop("Add another %(verbose_name)s"),
    gettext_noop("Add %(name)s"),
    gettext_noop("0 of %(cnt)s selected"),
)
