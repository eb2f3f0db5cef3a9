from django.db import migrations

from gates.database import triggers


def install(apps, schema_editor):
    triggers.install(schema_editor.connection)


class Migration(migrations.Migration):
    """The revision moves with every write. See gates/database/revision.py."""

    dependencies = [
        ("gates", "0006_imports"),
        ("auth", "0012_alter_user_first_name_max_length"),
    ]

    operations = [migrations.RunPython(install, migrations.RunPython.noop)]
