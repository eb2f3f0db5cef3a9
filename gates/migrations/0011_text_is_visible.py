from django.db import migrations

from gates.database import triggers, visible_text

EARLIER = {
    vendor: [trigger for trigger in expected if trigger not in added]
    for (vendor, expected), added in zip(
        triggers.ALL_TRIGGERS.items(),
        (visible_text.POSTGRESQL_VISIBLE_TEXT, visible_text.SQLITE_VISIBLE_TEXT),
        strict=True,
    )
}


def install(apps, schema_editor):
    triggers.install(schema_editor.connection)


def install_earlier(apps, schema_editor):
    triggers.install(schema_editor.connection, EARLIER)


class Migration(migrations.Migration):
    """Names and proofs show something; rows from before are left as they are."""

    dependencies = [
        ("gates", "0010_guards"),
    ]

    operations = [
        migrations.RunPython(install, install_earlier),
    ]
