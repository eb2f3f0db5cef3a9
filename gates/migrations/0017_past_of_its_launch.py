from django.db import migrations

from gates.database import triggers


def install(apps, schema_editor):
    triggers.install(schema_editor.connection)


class Migration(migrations.Migration):
    """An import dates back its own launch only, and the web role chooses no place in the order.

    The record of accounts is only added to.
    """

    dependencies = [("accounts", "0005_account_changes"), ("gates", "0016_checks")]

    operations = [migrations.RunPython(install, migrations.RunPython.noop)]
