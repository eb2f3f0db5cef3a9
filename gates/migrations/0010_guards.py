from django.db import migrations

from gates.database import triggers


def install(apps, schema_editor):
    triggers.install(schema_editor.connection)


class Migration(migrations.Migration):
    """The trigger on evidence refuses a write instead of trying to update its gate for ever."""

    dependencies = [("gates", "0009_record_chain")]

    operations = [migrations.RunPython(install, migrations.RunPython.noop)]
