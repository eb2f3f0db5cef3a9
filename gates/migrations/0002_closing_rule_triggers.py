from django.db import migrations

from gates.database import closing_rule, triggers


def install(apps, schema_editor):
    triggers.install(schema_editor.connection, closing_rule.CLOSING_RULE)


def remove(apps, schema_editor):
    triggers.remove(schema_editor.connection)


class Migration(migrations.Migration):
    """The closing rule inside the database. See gates/database/closing_rule.py."""

    dependencies = [("gates", "0001_board_tables")]

    operations = [migrations.RunPython(install, remove)]
