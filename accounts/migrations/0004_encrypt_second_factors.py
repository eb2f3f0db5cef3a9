from django.db import migrations

from accounts import encryption

SECRETS = ("secret", "seed")


def encrypt(apps, schema_editor):
    """Encrypt what an earlier release stored as it is."""
    _convert(apps, schema_editor, lambda text: not encryption.is_encrypted(text), encryption.encrypt)


def decrypt(apps, schema_editor):
    _convert(apps, schema_editor, encryption.is_encrypted, encryption.decrypt)


def _convert(apps, schema_editor, concerned, convert):
    factors = apps.get_model("mfa", "Authenticator").objects.using(schema_editor.connection.alias)
    for factor in factors.exclude(type="webauthn"):
        data = dict(factor.data)
        for name in SECRETS:
            if name in data and concerned(data[name]):
                data[name] = convert(data[name])
        if "migrated_codes" in data:
            data["migrated_codes"] = [
                convert(code) if concerned(code) else code for code in data["migrated_codes"]
            ]
        if data != factor.data:
            factor.data = data
            factor.save(update_fields=["data"])


class Migration(migrations.Migration):

    dependencies = [
        ("accounts", "0003_rename_given_to_temporary_password"),
        ("mfa", "0003_authenticator_type_uniq"),
    ]

    operations = [
        migrations.RunPython(encrypt, decrypt),
    ]
