import datetime

import django.db.models.deletion
from django.db import migrations, models

import gates.models.dates
from gates.database import triggers


def lift(apps, schema_editor):
    triggers.remove(schema_editor.connection)


def install(apps, schema_editor):
    triggers.install(schema_editor.connection)


class Migration(migrations.Migration):
    """A launch can be archived; a gate names the gate of the launch before."""

    dependencies = [
        ('gates', '0019_blocker_without_person'),
    ]

    operations = [
        migrations.RunPython(lift, install),
        migrations.RemoveConstraint(
            model_name='launch',
            name='launch_dates_in_range',
        ),
        migrations.AddField(
            model_name='gate',
            name='follows',
            field=models.ForeignKey(blank=True, editable=False, help_text='The same gate of the launch before.', null=True, on_delete=django.db.models.deletion.PROTECT, related_name='followed_by', to='gates.gate', verbose_name='taken over from'),
        ),
        migrations.AddField(
            model_name='historicalgate',
            name='follows',
            field=models.ForeignKey(blank=True, db_constraint=False, editable=False, help_text='The same gate of the launch before.', null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='gates.gate', verbose_name='taken over from'),
        ),
        migrations.AddField(
            model_name='historicallaunch',
            name='archived_on',
            field=models.DateField(blank=True, editable=False, null=True, validators=[gates.models.dates.within_range], verbose_name='archived on'),
        ),
        migrations.AddField(
            model_name='launch',
            name='archived_on',
            field=models.DateField(blank=True, editable=False, null=True, validators=[gates.models.dates.within_range], verbose_name='archived on'),
        ),
        migrations.AddConstraint(
            model_name='launch',
            constraint=models.CheckConstraint(condition=models.Q(('is_current', False), ('archived_on', None), _connector='OR'), name='launch_current_not_archived'),
        ),
        migrations.AddConstraint(
            model_name='launch',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('snapshot_date', None), ('snapshot_date__range', (datetime.date(2000, 1, 1), datetime.date(2099, 12, 31))), _connector='OR'), models.Q(('plan_starts_on', None), ('plan_starts_on__range', (datetime.date(2000, 1, 1), datetime.date(2099, 12, 31))), _connector='OR'), models.Q(('archived_on', None), ('archived_on__range', (datetime.date(2000, 1, 1), datetime.date(2099, 12, 31))), _connector='OR')), name='launch_dates_in_range'),
        ),
        migrations.RunPython(install, lift),
    ]
