from django.db import migrations

from gates import invariants


def install(apps, schema_editor):
    invariants.install(schema_editor.connection, invariants.CLOSING_RULE)


def remove(apps, schema_editor):
    invariants.remove(schema_editor.connection)


class Migration(migrations.Migration):
    """The closing rule inside the database. See gates/invariants.py."""

    dependencies = [("gates", "0001_board_tables")]

    operations = [migrations.RunPython(install, remove)]
