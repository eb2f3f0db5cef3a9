import django.db.models.deletion
from django.db import migrations, models

from gates.database import triggers

HELP = 'Who brings it. Leave empty if nobody is named yet.'


def lift(apps, schema_editor):
    triggers.remove(schema_editor.connection)


def install(apps, schema_editor):
    triggers.install(schema_editor.connection)


class Migration(migrations.Migration):
    """A blocker may wait for nobody in particular: nobody is named yet."""

    dependencies = [
        ('gates', '0018_proposals'),
    ]

    operations = [
        migrations.RunPython(lift, install),
        migrations.AlterField(
            model_name='blocker',
            name='waiting_on',
            field=models.ForeignKey(blank=True, help_text=HELP, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='blockers', to='gates.owner', verbose_name='waiting on'),
        ),
        migrations.AlterField(
            model_name='historicalblocker',
            name='waiting_on',
            field=models.ForeignKey(blank=True, db_constraint=False, help_text=HELP, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='gates.owner', verbose_name='waiting on'),
        ),
        migrations.RunPython(install, lift),
    ]
