from django.core.management import call_command
from django.db import migrations


def create(apps, schema_editor):
    """The table behind settings.CACHES: failed attempts, counted for all servers together."""
    call_command("createcachetable", database=schema_editor.connection.alias, verbosity=0)


def drop(apps, schema_editor):
    schema_editor.execute("DROP TABLE accounts_attempts")


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0001_given_passwords'),
    ]

    operations = [
        migrations.RunPython(create, drop),
    ]
