"""One-time links by which a person chooses the password of an account.

A founder makes one and sends it by any messenger. Only the hash of its key is stored, so neither
the database nor a backup opens an account.
"""

import hashlib
import secrets
from datetime import timedelta

from django.conf import settings
from django.contrib.auth.models import User
from django.db import models, transaction
from django.utils import timezone

from . import lockout, security_log
from .sessions import end_sessions
from .temporary_password import TemporaryPassword

VALID_HOURS = 72


class AccessLink(models.Model):
    """The one link of an account. A new one takes the place of the one before; use deletes it.

    It opens the account only as long as the account has no password: a password that is set on any
    other way ends it too.

    digest: the SHA-256 of its key, in hex.
    language: the language of its page, unless the reader has chosen another.
    made_by: the user name of who made it.
    """

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, models.CASCADE, primary_key=True, related_name="access_link"
    )
    digest = models.CharField(max_length=64, unique=True)
    language = models.CharField(max_length=10, blank=True)
    made_by = models.CharField(max_length=150)
    made_at = models.DateTimeField(default=timezone.now)
    ends_at = models.DateTimeField()

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return str(self.user)

    @property
    def has_ended(self) -> bool:
        return self.ends_at <= timezone.now()

    @classmethod
    @transaction.atomic
    def make(cls, user: User, *, by: User, language: str = "") -> str:
        """Make the link of an account and return its key, which is stored nowhere.

        The account's password and sessions end at once; its second factor stays.
        """
        key = secrets.token_hex(32)  # no sign at whose place a messenger could end the address
        now = timezone.now()
        user.set_unusable_password()
        user.save(update_fields=["password"])
        TemporaryPassword.clear(user)
        values = {
            "digest": key_digest(key),
            "language": language,
            "made_by": by.get_username(),
            "made_at": now,
            "ends_at": now + timedelta(hours=VALID_HOURS),
        }
        cls.objects.update_or_create(user=user, defaults=values)
        end_sessions(user)
        security_log.log_on_commit("access_link_made", account=user.get_username())
        return key

    @classmethod
    def find(cls, key: str) -> "AccessLink | None":
        """Return the link of a key; None for every cause for which it opens nothing.

        The digest is looked up as a whole, so the time of the answer tells nothing of a key.
        """
        links = cls.objects.select_related("user").filter(
            digest=key_digest(key), ends_at__gt=timezone.now(), user__is_active=True
        )
        link = links.first()
        return None if link is None or link.user.has_usable_password() else link

    @classmethod
    @transaction.atomic
    def use(cls, key: str, password: str) -> User | None:
        """Set the account's password, once; None if the link has ended meanwhile.

        The password has been validated.
        """
        found = cls.find(key)
        if found is None:
            return None
        # Of two who send it at the same moment, the second one waits here and finds no link.
        user = User.objects.select_for_update().get(pk=found.pk)
        if cls.find(key) is None:
            return None
        cls.end(user)
        user.set_password(password)
        user.save(update_fields=["password"])
        end_sessions(user)
        lockout.unlock(user)
        security_log.log_on_commit("access_link_used", user=user.get_username())
        return user

    @classmethod
    def end(cls, user: User) -> None:
        """Delete the account's link, if it has one."""
        cls.objects.filter(user=user).delete()


def key_digest(key: str) -> str:
    """Return what is stored of a key."""
    return hashlib.sha256(key.encode(errors="replace")).hexdigest()
