import hashlib
from collections import defaultdict

from django.db import migrations, models
from django.utils import timezone


def begin(apps, schema_editor):
    """Put every account and group on record as this release finds it."""
    using = schema_editor.connection.alias
    changes = apps.get_model("accounts", "AccountChange").objects.using(using)
    user, group = apps.get_model("auth", "User"), apps.get_model("auth", "Group")
    factors = defaultdict(list)
    authenticators = apps.get_model("mfa", "Authenticator").objects.using(using)
    for owner, kind in authenticators.values_list("user_id", "type"):
        factors[owner].append(kind)
    for row in group.objects.using(using).order_by("pk"):
        state = {"name": row.name, "rights": _rights(row.permissions)}
        _add(changes, "group", row.pk, row.name, state)
    for row in user.objects.using(using).order_by("pk"):
        state = {
            **{
                name: getattr(row, name)
                for name in ("username", "email", "is_active", "is_staff", "is_superuser")
            },
            "password": hashlib.sha256(row.password.encode()).hexdigest()[:16],
            "groups": sorted(row.groups.values_list("name", flat=True)),
            "rights": _rights(row.user_permissions),
            "second_factors": sorted(factors[row.pk]),
        }
        _add(changes, "account", row.pk, row.username, state)


def _rights(permissions):
    names = permissions.values_list("content_type__app_label", "codename")
    return sorted(f"{app}.{codename}" for app, codename in names)


def _add(changes, kind, pk, name, state):
    changes.create(
        at=timezone.now(), kind=kind, object_id=pk, name=name, state=state, way="migrate"
    )


class Migration(migrations.Migration):
    """The record of accounts and groups; a migration of gates makes it append-only."""

    dependencies = [
        ("accounts", "0004_encrypt_second_factors"),
        ("auth", "0012_alter_user_first_name_max_length"),
        ("mfa", "0003_authenticator_type_uniq"),
    ]

    operations = [
        migrations.CreateModel(
            name="AccountChange",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("at", models.DateTimeField()),
                (
                    "kind",
                    models.CharField(
                        choices=[("account", "account"), ("group", "group")], max_length=7
                    ),
                ),
                ("object_id", models.BigIntegerField()),
                ("name", models.CharField(max_length=150)),
                ("state", models.JSONField(null=True)),
                ("event", models.CharField(blank=True, max_length=50)),
                ("by_id", models.BigIntegerField(null=True)),
                ("by_name", models.CharField(blank=True, max_length=150)),
                ("way", models.CharField(blank=True, max_length=200)),
            ],
            options={
                "ordering": ["pk"],
                "default_permissions": (),
                "indexes": [
                    models.Index(
                        fields=["kind", "object_id", "-id"], name="accountchange_newest"
                    )
                ],
            },
        ),
        migrations.RunPython(begin, migrations.RunPython.noop),
    ]
