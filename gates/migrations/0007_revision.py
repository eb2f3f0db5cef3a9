from django.db import migrations

from gates import invariants


def install(apps, schema_editor):
    invariants.install(schema_editor.connection)


class Migration(migrations.Migration):
    """The revision moves with every write. See gates/revision.py."""

    dependencies = [
        ("gates", "0006_imports"),
        ("auth", "0012_alter_user_first_name_max_length"),
    ]

    operations = [migrations.RunPython(install, migrations.RunPython.noop)]
