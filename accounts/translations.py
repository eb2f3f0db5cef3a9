"""Sentences of the libraries that their own Arabic lacks or gets wrong.

`make messages` finds them here, so our catalogue translates them, and it comes before theirs.
"""

from django.utils.translation import gettext_noop, ngettext_lazy, pgettext_lazy

# Of the admin.
ADMIN = (
    gettext_noop("Select %s to change"),
    gettext_noop("Select %s to view"),
    gettext_noop("Add another %(verbose_name)s"),
    gettext_noop("Add %(name)s"),
    gettext_noop("0 of %(cnt)s selected"),
    # Its script replaces the sentence above by these.
    ngettext_lazy("%(sel)s of %(cnt)s selected", "%(sel)s of %(cnt)s selected"),
    gettext_noop("The {name} “{obj}” was changed successfully."),
    gettext_noop(
        "Deleting the %(object_name)s '%(escaped_object)s' would require deleting the following"
        " protected related objects:"
    ),
    gettext_noop(
        "Deleting the selected %(objects_name)s would require deleting the following protected"
        " related objects:"
    ),
    gettext_noop("After you’ve created a user, you’ll be able to edit more user options."),
)

# Of accounts, passwords and second factors.
ACCOUNTS = (
    ngettext_lazy(
        "This password is too short. It must contain at least %d character.",
        "This password is too short. It must contain at least %d characters.",
    ),
    gettext_noop("staff status"),
    gettext_noop("Password-based authentication"),
    gettext_noop("Enabled"),
    gettext_noop("Disabled"),
    gettext_noop(
        "Whether the user will be able to authenticate using a password or not. If disabled, they"
        " may still be able to authenticate using other backends, such as Single Sign-On or LDAP."
    ),
    gettext_noop("Password-based authentication was disabled."),
    gettext_noop("Disable password-based authentication"),
    gettext_noop("Enable password-based authentication"),
    gettext_noop(
        "This action will <strong>enable</strong> password-based authentication for this user."
    ),
    gettext_noop("Conflicting form data submitted. Please try again."),
    gettext_noop("Reset password"),
    gettext_noop("Set password"),
    gettext_noop("Set password: %s"),
    gettext_noop("Password successfully changed."),
    gettext_noop("Password successfully set."),
    gettext_noop("The username and/or password you specified are not correct."),
    gettext_noop("Incorrect code."),
    gettext_noop("Authenticator code"),
    gettext_noop("Code"),
    # What is deleted with an account; the library has no translation for them.
    gettext_noop("authenticator"),
    gettext_noop("authenticators"),
    gettext_noop("user session"),
    gettext_noop("user sessions"),
)

# Other pages and our formats spell the month otherwise.
MONTHS = (
    gettext_noop("April"),
    gettext_noop("apr"),
    pgettext_lazy("abbrev. month", "April"),
)
