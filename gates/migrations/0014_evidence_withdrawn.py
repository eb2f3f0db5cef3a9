import datetime

from django.db import migrations, models

import gates.models.dates
from gates.database import triggers


def lift(apps, schema_editor):
    triggers.remove(schema_editor.connection)


def install(apps, schema_editor):
    triggers.install(schema_editor.connection)


class Migration(migrations.Migration):
    """A proof that turned out not to hold counts no more, and stays on record."""

    dependencies = [
        ("gates", "0013_claim_says_launched"),
    ]

    operations = [
        migrations.RunPython(lift, install),
        migrations.RemoveConstraint(
            model_name='evidence',
            name='evidence_dates_in_range',
        ),
        migrations.AddField(
            model_name='evidence',
            name='withdrawn_on',
            field=models.DateField(blank=True, help_text='Set when a gate is reopened. From this day on it counts no more.', null=True, validators=[gates.models.dates.within_range], verbose_name='no longer holds since'),
        ),
        migrations.AddField(
            model_name='historicalevidence',
            name='withdrawn_on',
            field=models.DateField(blank=True, help_text='Set when a gate is reopened. From this day on it counts no more.', null=True, validators=[gates.models.dates.within_range], verbose_name='no longer holds since'),
        ),
        migrations.AddConstraint(
            model_name='evidence',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('valid_until', None), ('valid_until__range', (datetime.date(2000, 1, 1), datetime.date(2099, 12, 31))), _connector='OR'), models.Q(('withdrawn_on', None), ('withdrawn_on__range', (datetime.date(2000, 1, 1), datetime.date(2099, 12, 31))), _connector='OR'), models.Q(('observed_at', None), ('observed_at__range', (datetime.datetime(1999, 12, 31, 0, 0, tzinfo=datetime.UTC), datetime.datetime(2100, 1, 2, 0, 0, tzinfo=datetime.UTC))), _connector='OR'), models.Q(('recorded_at', None), ('recorded_at__range', (datetime.datetime(1999, 12, 31, 0, 0, tzinfo=datetime.UTC), datetime.datetime(2100, 1, 2, 0, 0, tzinfo=datetime.UTC))), _connector='OR')), name='evidence_dates_in_range'),
        ),
        migrations.RunPython(install, lift),
    ]
