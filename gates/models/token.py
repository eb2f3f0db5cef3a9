"""A token of the API: who brings reports for which checks. Shown once; only a hash is stored.

A token is never edited or deleted. What it may do is decided when it is made; a `Revocation` ends
it before its day.
"""

import hashlib
import secrets
from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any

from django.conf import settings
from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts import security_log

from .check import Check
from .dates import dates_within_range
from .refusal import LaunchArchived
from .text_fields import CleanedCharField

PREFIX_MARK, PREFIX_LENGTH, SECRET_LENGTH = "dgx_", 8, 43
PREFIX_LETTERS = "abcdefghijklmnopqrstuvwxyz0123456789"
MAX_DAYS, DEFAULT_DAYS = 365, 90
WARN_DAYS = 7  # before its end a token is warned of


class Token(models.Model):
    """A token. Its text is `dgx_`, the prefix, and a secret of 256 bits.

    prefix: tells tokens apart, for people too.
    digest: the SHA-256 of the whole text, in hex.
    responsible: the person who answers for what it brings.
    read_only: it reads the board and brings nothing; else `scopes` are the checks it may report.
    ends_on: the last day on which it is accepted.
    last_used_on: the only column that changes; it moves no revision.
    """

    name = CleanedCharField(_("name"), max_length=100)
    prefix = models.CharField(max_length=PREFIX_LENGTH, unique=True, editable=False)
    digest = models.CharField(max_length=64, unique=True, editable=False)
    responsible = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        related_name="tokens",
        verbose_name=_("responsible person"),
    )
    read_only = models.BooleanField(_("read only"), default=False)
    checks: "models.ManyToManyField[Check, TokenScope]" = models.ManyToManyField(
        Check, through="TokenScope", related_name="tokens", verbose_name=_("checks")
    )
    created_at = models.DateTimeField(_("created at"), default=timezone.now, editable=False)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        editable=False,
        related_name="+",
        verbose_name=_("created by"),
    )
    ends_on = models.DateField(_("last day"))
    last_used_on = models.DateField(_("last used on"), null=True, editable=False)

    class Meta:
        verbose_name = _("token")
        verbose_name_plural = _("tokens")
        ordering = ["-pk"]
        default_permissions = ("view", "add")
        constraints = [dates_within_range("token", dates=("ends_on",), datetimes=("created_at",))]

    def __str__(self) -> str:
        return str(self.name)

    @classmethod
    @transaction.atomic
    def issue(
        cls,
        name: str,
        *,
        responsible: User,
        by: User,
        checks: Iterable[Check] = (),
        ends_on: date | None = None,
    ) -> tuple["Token", str]:
        """Create a token; return it and its text, which is stored nowhere.

        checks: the checks that it may report; none: it only reads.
        ends_on: its last day, at most 365 days away; 90 days if None.

        Raises:
            ValidationError: by field: no name, an account that is switched off, a last day that
                is past or too far away, or a check of an archived launch.
        """
        scope = list(checks)
        for check in scope:
            try:
                check.refuse_archived()
            except LaunchArchived as refused:
                raise ValidationError({"checks": refused.messages}) from refused
        today = timezone.localdate()
        prefix = "".join(secrets.choice(PREFIX_LETTERS) for _ in range(PREFIX_LENGTH))
        text = PREFIX_MARK + prefix + secrets.token_urlsafe(32)
        token = cls(
            name=name,
            prefix=prefix,
            digest=text_digest(text),
            responsible=responsible,
            read_only=not scope,
            created_by=by,
            ends_on=ends_on or cls.default_last_day(today),
        )
        token.full_clean(exclude=["prefix", "digest"])
        token.save(force_insert=True)
        for check in scope:
            TokenScope.objects.create(token=token, gate_check=check)
        security_log.log_on_commit(
            "token_issued",
            user=by.get_username(),
            token=prefix,
            responsible=responsible.get_username(),
        )
        return token, text

    @staticmethod
    def default_last_day(today: date) -> date:
        """Return the last day of a token for which none is said."""
        return today + timedelta(days=DEFAULT_DAYS)

    def clean(self) -> None:
        """Refuse an account that is switched off, and a last day past or too far away.

        Raises:
            ValidationError: by field.
        """
        today = timezone.localdate()
        errors = {}
        if self.responsible_id and not self.responsible.is_active:
            errors["responsible"] = _("This account is switched off.")
        if self.ends_on and not today <= self.ends_on <= today + timedelta(days=MAX_DAYS):
            errors["ends_on"] = _("Choose a day from today up to 365 days away.")
        if errors:
            raise ValidationError(errors)

    @transaction.atomic
    def revoke(self, by: User, *, runs_count: bool) -> bool:
        """End the token now; return False if it was revoked already.

        runs_count: whether the runs that it brought go on counting.
        """
        type(self).objects.select_for_update(of=("self",)).get(pk=self.pk)  # no run is half in
        _revocation, created = Revocation.objects.get_or_create(
            token=self, defaults={"at": timezone.now(), "by": by, "runs_count": runs_count}
        )
        if created:
            security_log.log_on_commit(
                "token_revoked",
                user=by.get_username(),
                token=self.prefix,
                runs_count=str(runs_count).lower(),
            )
        return created

    def is_revoked(self) -> bool:
        """Return whether a person ended it."""
        return hasattr(self, "revocation")

    def has_ended(self, today: date) -> bool:
        """Return whether it is accepted no more on a day."""
        return self.is_revoked() or self.ends_on < today

    def ends_soon(self, today: date) -> bool:
        """Return whether it is accepted, and only for a few days more."""
        return not self.has_ended(today) and self.ends_on <= today + timedelta(days=WARN_DAYS)

    def mark_used(self, today: date) -> None:
        """Note the day of the last use; one UPDATE a day, which moves no revision."""
        if self.last_used_on != today:
            self.last_used_on = today
            self.save(update_fields=["last_used_on"])


class TokenScope(models.Model):
    """One check that a token may report."""

    token = models.ForeignKey(Token, models.PROTECT, related_name="scopes")
    gate_check = models.ForeignKey(Check, models.PROTECT, related_name="scopes")

    class Meta:
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["token", "gate_check"], name="tokenscope_once")
        ]

    def __str__(self) -> str:
        return f"{self.token}: {self.gate_check}"


class Revocation(models.Model):
    """The end of a token before its day, by a person. Never edited, so without history.

    at: on PostgreSQL the database sets it.
    runs_count: whether the token's runs go on counting.
    """

    token = models.OneToOneField(
        Token, models.PROTECT, related_name="revocation", verbose_name=_("token")
    )
    at = models.DateTimeField(_("at"), default=timezone.now)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        related_name="+",
        verbose_name=pgettext_lazy("label", "by"),
    )
    runs_count = models.BooleanField(_("its runs go on counting"))

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return f"{self.token}: {self.at:%Y-%m-%d}"


def manages_tokens(user: User) -> bool:
    """Return whether an account may see and end the tokens of others: whoever manages accounts."""
    return user.has_perm("auth.change_user")


def visible_tokens(user: User) -> QuerySet[Token, Any]:
    """Return the tokens that an account may see and end, with their checks, the newest first."""
    tokens = Token.objects.order_by("-pk").select_related(
        "responsible", "created_by", "revocation__by"
    )
    return tokens if manages_tokens(user) else tokens.filter(responsible=user)


def tokens_ending_soon(user_id: int, today: date) -> list[Token]:
    """Return the tokens of a person that end within a few days, the first first. One query."""
    until = today + timedelta(days=WARN_DAYS)
    tokens = Token.objects.filter(responsible_id=user_id, ends_on__range=(today, until))
    return list(tokens.filter(revocation=None).order_by("ends_on", "pk"))


def text_digest(text: str) -> str:
    """Return what is stored of a token's text."""
    return hashlib.sha256(text.encode(errors="replace")).hexdigest()


def find_token(text: str, today: date) -> Token | None:
    """Return the token of a text if it is accepted on a day; None for every other cause.

    The digest is looked up as a whole, so the time of the answer tells nothing of a secret.
    """
    tokens = Token.objects.select_related("responsible").filter(
        digest=text_digest(text), ends_on__gte=today, revocation=None, responsible__is_active=True
    )
    return tokens.first()
