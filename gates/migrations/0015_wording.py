import django.core.validators
import django.db.models.deletion
import django.utils.timezone
from django.db import migrations, models

import gates.models.dates


class Migration(migrations.Migration):
    """Labels and help texts in plain words; no table changes."""

    dependencies = [
        ("gates", "0014_evidence_withdrawn"),
    ]

    operations = [
        migrations.AlterField(
            model_name='action',
            name='needs',
            field=models.ForeignKey(blank=True, help_text='Whom this step waits for. Empty: it can be done now.', null=True, on_delete=django.db.models.deletion.PROTECT, related_name='needed_for', to='gates.owner', verbose_name='waits for'),
        ),
        migrations.AlterField(
            model_name='blocker',
            name='raised_at',
            field=models.DateTimeField(blank=True, default=django.utils.timezone.now, editable=False, help_text='Leave empty if unknown.', null=True, validators=[gates.models.dates.within_range], verbose_name='raised at'),
        ),
        migrations.AlterField(
            model_name='claim',
            name='min_closed',
            field=models.PositiveIntegerField(blank=True, help_text='Empty: no number is asked for.', null=True, validators=[django.core.validators.MinValueValidator(1)], verbose_name='minimum counted gates closed'),
        ),
        migrations.AlterField(
            model_name='evidence',
            name='observed_at',
            field=models.DateTimeField(blank=True, help_text='When this was true. Leave empty if unknown.', null=True, validators=[gates.models.dates.within_range], verbose_name='observed at'),
        ),
        migrations.AlterField(
            model_name='gate',
            name='priority',
            field=models.CharField(blank=True, choices=[('P0', 'P0'), ('P1', 'P1'), ('P2', 'P2')], help_text='Leave empty if undecided; claims that need all P0 gates stay refused.', max_length=2, verbose_name='priority'),
        ),
        migrations.AlterField(
            model_name='historicalaction',
            name='needs',
            field=models.ForeignKey(blank=True, db_constraint=False, help_text='Whom this step waits for. Empty: it can be done now.', null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='gates.owner', verbose_name='waits for'),
        ),
        migrations.AlterField(
            model_name='historicalblocker',
            name='raised_at',
            field=models.DateTimeField(blank=True, default=django.utils.timezone.now, editable=False, help_text='Leave empty if unknown.', null=True, validators=[gates.models.dates.within_range], verbose_name='raised at'),
        ),
        migrations.AlterField(
            model_name='historicalclaim',
            name='min_closed',
            field=models.PositiveIntegerField(blank=True, help_text='Empty: no number is asked for.', null=True, validators=[django.core.validators.MinValueValidator(1)], verbose_name='minimum counted gates closed'),
        ),
        migrations.AlterField(
            model_name='historicalevidence',
            name='observed_at',
            field=models.DateTimeField(blank=True, help_text='When this was true. Leave empty if unknown.', null=True, validators=[gates.models.dates.within_range], verbose_name='observed at'),
        ),
        migrations.AlterField(
            model_name='historicalgate',
            name='priority',
            field=models.CharField(blank=True, choices=[('P0', 'P0'), ('P1', 'P1'), ('P2', 'P2')], help_text='Leave empty if undecided; claims that need all P0 gates stay refused.', max_length=2, verbose_name='priority'),
        ),
    ]
