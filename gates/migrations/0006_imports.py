import re

import django.db.models.deletion
from django.db import migrations, models
from django.db.models import Max


def name_the_imports(apps, schema_editor):
    """Imports so far are known by the rows they wrote: one for each launch and document."""
    imports = apps.get_model("gates", "Import").objects
    launches = set(apps.get_model("gates", "Launch").objects.values_list("id", flat=True))
    rows = apps.get_model("gates", "HistoricalGate").objects.exclude(history_import=None)
    grouped = rows.order_by().values_list("launch_id", "history_import")
    for launch, sha256, at, reason in grouped.annotate(
        at=Max("history_date"), reason=Max("history_change_reason")
    ):
        found = re.match(r"Import of (.*) \(SHA-256 ", reason or "")
        if launch in launches:
            document = found[1][:255] if found else "?"
            imports.create(launch_id=launch, at=at, document=document, sha256=sha256)


class Migration(migrations.Migration):

    dependencies = [
        ('gates', '0005_append_only_history_and_versions'),
    ]

    operations = [
        migrations.CreateModel(
            name='Import',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('at', models.DateTimeField(verbose_name='at')),
                ('document', models.CharField(max_length=255, verbose_name='document')),
                ('sha256', models.CharField(max_length=64)),
                ('launch', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='imports', to='gates.launch', verbose_name='launch')),
            ],
            options={
                'verbose_name': 'import',
                'verbose_name_plural': 'imports',
                'ordering': ['launch', 'at', 'pk'],
            },
        ),
        migrations.RunPython(name_the_imports, migrations.RunPython.noop),
    ]
