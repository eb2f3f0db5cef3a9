from django.db import migrations, models

from gates.database import triggers

COLUMN = models.BooleanField(
    blank=True,
    help_text='One claim of a launch can say it; the first screen and the badge show it.',
    null=True,
    verbose_name='says that the launch is complete',
)


def lift(apps, schema_editor):
    triggers.remove(schema_editor.connection)


def install(apps, schema_editor):
    triggers.install(schema_editor.connection)


class Migration(migrations.Migration):
    """Which claim says that a launch is complete is chosen; until then its slug says it."""

    dependencies = [
        ('gates', '0012_file_checks'),
    ]

    operations = [
        migrations.RunPython(lift, install),
        migrations.AddField('claim', 'says_launched', COLUMN),
        migrations.AddField('historicalclaim', 'says_launched', COLUMN),
        migrations.AddConstraint(
            'claim',
            models.UniqueConstraint(
                condition=models.Q(('says_launched', True)),
                fields=('launch',),
                name='claim_one_says_launched',
                violation_error_message='Another claim of this launch says already that it is complete. Take it from there first.',
            ),
        ),
        migrations.RunPython(install, lift),
    ]
