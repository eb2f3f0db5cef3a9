import datetime
import django.core.validators
import django.db.models.deletion
import django.utils.timezone
import gates.models.dates
from gates.database import triggers
import simple_history.models
from django.conf import settings
from django.db import migrations, models


def lift(apps, schema_editor):
    triggers.remove(schema_editor.connection)


def install(apps, schema_editor):
    triggers.install(schema_editor.connection)


class Migration(migrations.Migration):
    """Checks with their conditions, runs with their reports, and the tokens that bring them."""

    dependencies = [
        ('gates', '0015_wording'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RunPython(lift, install),
        migrations.CreateModel(
            name='Check',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('version', models.PositiveIntegerField(db_default=1, default=1, editable=False)),
                ('key', models.SlugField(help_text='Names the check in addresses and commands, such as load.', max_length=40, validators=[django.core.validators.RegexValidator('^[a-z0-9][a-z0-9-]*\\Z', 'Small letters, digits and hyphens, such as load or nightly-restore.')], verbose_name='key')),
                ('kind', models.CharField(choices=[('k6', 'Load test (k6)'), ('restore', 'Restored backup'), ('ci', 'CI jobs'), ('junit', 'Test results (JUnit)'), ('health', 'Health of a service'), ('numbers', 'Numbers by name')], max_length=8, verbose_name='kind')),
                ('fresh_days', models.PositiveSmallIntegerField(default=7, help_text='For how many whole days a pass holds.', validators=[django.core.validators.MinValueValidator(1), django.core.validators.MaxValueValidator(3650)], verbose_name='counts for days')),
                ('repository', models.CharField(blank=True, help_text='Only runs from here count, such as dealix/api. Empty: from any.', max_length=200, verbose_name='repository')),
                ('ref', models.CharField(blank=True, help_text='Only runs of this branch or tag count, such as main. Empty: of any.', max_length=200, verbose_name='branch or tag')),
                ('required_from', models.DateField(blank=True, help_text='From this day on the gate counts as closed only while the check is green. Empty: the check is shown, and holds nothing back yet.', null=True, validators=[gates.models.dates.within_range], verbose_name='required from')),
                ('retired_why', models.CharField(blank=True, help_text='Empty while the check is in use.', max_length=300, verbose_name='retired because')),
            ],
            options={
                'verbose_name': 'check',
                'verbose_name_plural': 'checks',
                'ordering': ['gate', 'pk'],
            },
        ),
        migrations.CreateModel(
            name='Condition',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('version', models.PositiveIntegerField(db_default=1, default=1, editable=False)),
                ('measure', models.CharField(max_length=150, verbose_name='measure')),
                ('operator', models.CharField(choices=[('<', 'below'), ('<=', 'at most'), ('=', 'exactly'), ('>=', 'at least'), ('>', 'above')], max_length=2, verbose_name='must be')),
                ('bound', models.CharField(max_length=60, verbose_name='bound')),
                ('unit', models.CharField(blank=True, max_length=20, verbose_name='unit')),
            ],
            options={
                'verbose_name': 'condition',
                'verbose_name_plural': 'conditions',
                'ordering': ['gate_check', 'pk'],
            },
        ),
        migrations.CreateModel(
            name='HistoricalCheck',
            fields=[
                ('id', models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name='ID')),
                ('history_user_name', models.CharField(blank=True, default='', max_length=150, verbose_name='by')),
                ('history_import', models.CharField(max_length=64, null=True)),
                ('history_recorded_at', models.DateTimeField(null=True)),
                ('history_dated', models.DateTimeField(null=True)),
                ('history_late', models.BooleanField(db_default=False, default=False)),
                ('history_digest', models.CharField(db_default='', default='', max_length=64)),
                ('version', models.PositiveIntegerField(db_default=1, default=1, editable=False)),
                ('key', models.SlugField(help_text='Names the check in addresses and commands, such as load.', max_length=40, validators=[django.core.validators.RegexValidator('^[a-z0-9][a-z0-9-]*\\Z', 'Small letters, digits and hyphens, such as load or nightly-restore.')], verbose_name='key')),
                ('kind', models.CharField(choices=[('k6', 'Load test (k6)'), ('restore', 'Restored backup'), ('ci', 'CI jobs'), ('junit', 'Test results (JUnit)'), ('health', 'Health of a service'), ('numbers', 'Numbers by name')], max_length=8, verbose_name='kind')),
                ('fresh_days', models.PositiveSmallIntegerField(default=7, help_text='For how many whole days a pass holds.', validators=[django.core.validators.MinValueValidator(1), django.core.validators.MaxValueValidator(3650)], verbose_name='counts for days')),
                ('repository', models.CharField(blank=True, help_text='Only runs from here count, such as dealix/api. Empty: from any.', max_length=200, verbose_name='repository')),
                ('ref', models.CharField(blank=True, help_text='Only runs of this branch or tag count, such as main. Empty: of any.', max_length=200, verbose_name='branch or tag')),
                ('required_from', models.DateField(blank=True, help_text='From this day on the gate counts as closed only while the check is green. Empty: the check is shown, and holds nothing back yet.', null=True, validators=[gates.models.dates.within_range], verbose_name='required from')),
                ('retired_why', models.CharField(blank=True, help_text='Empty while the check is in use.', max_length=300, verbose_name='retired because')),
                ('history_change_reason', models.TextField(null=True)),
                ('history_user_id', models.BigIntegerField(null=True)),
                ('history_id', models.AutoField(primary_key=True, serialize=False)),
                ('history_date', models.DateTimeField(db_index=True)),
                ('history_type', models.CharField(choices=[('+', 'Created'), ('~', 'Changed'), ('-', 'Deleted')], max_length=1)),
            ],
            options={
                'verbose_name': 'historical check',
                'verbose_name_plural': 'historical checks',
                'ordering': ('-history_date', '-history_id'),
                'get_latest_by': ('history_date', 'history_id'),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name='HistoricalCondition',
            fields=[
                ('id', models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name='ID')),
                ('history_user_name', models.CharField(blank=True, default='', max_length=150, verbose_name='by')),
                ('history_import', models.CharField(max_length=64, null=True)),
                ('history_recorded_at', models.DateTimeField(null=True)),
                ('history_dated', models.DateTimeField(null=True)),
                ('history_late', models.BooleanField(db_default=False, default=False)),
                ('history_digest', models.CharField(db_default='', default='', max_length=64)),
                ('version', models.PositiveIntegerField(db_default=1, default=1, editable=False)),
                ('measure', models.CharField(max_length=150, verbose_name='measure')),
                ('operator', models.CharField(choices=[('<', 'below'), ('<=', 'at most'), ('=', 'exactly'), ('>=', 'at least'), ('>', 'above')], max_length=2, verbose_name='must be')),
                ('bound', models.CharField(max_length=60, verbose_name='bound')),
                ('unit', models.CharField(blank=True, max_length=20, verbose_name='unit')),
                ('history_change_reason', models.TextField(null=True)),
                ('history_user_id', models.BigIntegerField(null=True)),
                ('history_id', models.AutoField(primary_key=True, serialize=False)),
                ('history_date', models.DateTimeField(db_index=True)),
                ('history_type', models.CharField(choices=[('+', 'Created'), ('~', 'Changed'), ('-', 'Deleted')], max_length=1)),
            ],
            options={
                'verbose_name': 'historical condition',
                'verbose_name_plural': 'historical conditions',
                'ordering': ('-history_date', '-history_id'),
                'get_latest_by': ('history_date', 'history_id'),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name='Report',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('body', models.BinaryField()),
            ],
            options={
                'verbose_name': 'report',
                'verbose_name_plural': 'reports',
                'default_permissions': (),
            },
        ),
        migrations.CreateModel(
            name='Revocation',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('at', models.DateTimeField(default=django.utils.timezone.now, verbose_name='at')),
                ('runs_count', models.BooleanField(verbose_name='its runs go on counting')),
            ],
            options={
                'default_permissions': (),
            },
        ),
        migrations.CreateModel(
            name='Run',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('definition', models.CharField(max_length=64)),
                ('received_at', models.DateTimeField(verbose_name='received at')),
                ('observed_at', models.DateTimeField(verbose_name='observed at')),
                ('passed', models.BooleanField(verbose_name='passed')),
                ('counts', models.BooleanField(verbose_name='counts')),
                ('why_not', models.TextField(default='[]')),
                ('measures', models.TextField()),
                ('repository', models.CharField(blank=True, max_length=200, verbose_name='repository')),
                ('ref', models.CharField(blank=True, max_length=200, verbose_name='branch or tag')),
                ('commit', models.CharField(blank=True, max_length=64, verbose_name='commit')),
                ('url', models.CharField(blank=True, max_length=2000, verbose_name='link')),
                ('token_name', models.CharField(max_length=100)),
                ('request', models.CharField(max_length=64)),
                ('sha256', models.CharField(max_length=64, verbose_name='SHA-256')),
            ],
            options={
                'verbose_name': 'run',
                'verbose_name_plural': 'runs',
                'ordering': ['-pk'],
                'default_permissions': ('view',),
            },
        ),
        migrations.CreateModel(
            name='Token',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=100, verbose_name='name')),
                ('prefix', models.CharField(editable=False, max_length=8, unique=True)),
                ('digest', models.CharField(editable=False, max_length=64, unique=True)),
                ('read_only', models.BooleanField(default=False, verbose_name='read only')),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name='created at')),
                ('ends_on', models.DateField(verbose_name='last day')),
                ('last_used_on', models.DateField(editable=False, null=True, verbose_name='last used on')),
            ],
            options={
                'verbose_name': 'token',
                'verbose_name_plural': 'tokens',
                'ordering': ['-pk'],
                'default_permissions': ('view', 'add'),
            },
        ),
        migrations.CreateModel(
            name='TokenScope',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
            ],
            options={
                'default_permissions': (),
            },
        ),
        migrations.RemoveConstraint(
            model_name='evidence',
            name='evidence_kind_known',
        ),
        migrations.AlterField(
            model_name='evidence',
            name='kind',
            field=models.CharField(choices=[('statement', 'Statement'), ('link', 'Link'), ('output', 'Output'), ('document', 'Document'), ('file', 'File'), ('measurement', 'Measurement'), ('check', 'Check')], default='statement', max_length=12, verbose_name='kind'),
        ),
        migrations.AlterField(
            model_name='historicalevidence',
            name='kind',
            field=models.CharField(choices=[('statement', 'Statement'), ('link', 'Link'), ('output', 'Output'), ('document', 'Document'), ('file', 'File'), ('measurement', 'Measurement'), ('check', 'Check')], default='statement', max_length=12, verbose_name='kind'),
        ),
        migrations.AddField(
            model_name='check',
            name='gate',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='checks', to='gates.gate', verbose_name='gate'),
        ),
        migrations.AddField(
            model_name='evidence',
            name='gate_check',
            field=models.ForeignKey(blank=True, editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='evidence', to='gates.check', verbose_name='check'),
        ),
        migrations.AddField(
            model_name='historicalevidence',
            name='gate_check',
            field=models.ForeignKey(blank=True, db_constraint=False, editable=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='gates.check', verbose_name='check'),
        ),
        migrations.AddConstraint(
            model_name='evidence',
            constraint=models.CheckConstraint(condition=models.Q(('kind__in', ['statement', 'link', 'output', 'document', 'file', 'measurement', 'check'])), name='evidence_kind_known'),
        ),
        migrations.AddConstraint(
            model_name='evidence',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('gate_check__isnull', False), ('kind', 'check')), models.Q(models.Q(('kind', 'check'), _negated=True), ('gate_check', None)), _connector='OR'), name='evidence_kind_is_check_with_check', violation_error_message='A check is attached by its first run that passes.'),
        ),
        migrations.AddConstraint(
            model_name='evidence',
            constraint=models.UniqueConstraint(fields=('gate', 'gate_check'), name='evidence_check_once_per_gate'),
        ),
        migrations.AddField(
            model_name='condition',
            name='gate_check',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='conditions', to='gates.check', verbose_name='check'),
        ),
        migrations.AddField(
            model_name='historicalcheck',
            name='gate',
            field=models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='gates.gate', verbose_name='gate'),
        ),
        migrations.AddField(
            model_name='historicalcondition',
            name='gate_check',
            field=models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='gates.check', verbose_name='check'),
        ),
        migrations.AddField(
            model_name='revocation',
            name='by',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='by'),
        ),
        migrations.AddField(
            model_name='run',
            name='gate_check',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='runs', to='gates.check', verbose_name='check'),
        ),
        migrations.AddField(
            model_name='report',
            name='run',
            field=models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='report', to='gates.run', verbose_name='run'),
        ),
        migrations.AddField(
            model_name='token',
            name='created_by',
            field=models.ForeignKey(editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='created by'),
        ),
        migrations.AddField(
            model_name='token',
            name='responsible',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='tokens', to=settings.AUTH_USER_MODEL, verbose_name='responsible person'),
        ),
        migrations.AddField(
            model_name='run',
            name='token',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='runs', to='gates.token', verbose_name='token'),
        ),
        migrations.AddField(
            model_name='revocation',
            name='token',
            field=models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='revocation', to='gates.token', verbose_name='token'),
        ),
        migrations.AddField(
            model_name='tokenscope',
            name='gate_check',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='scopes', to='gates.check'),
        ),
        migrations.AddField(
            model_name='tokenscope',
            name='token',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='scopes', to='gates.token'),
        ),
        migrations.AddField(
            model_name='token',
            name='checks',
            field=models.ManyToManyField(related_name='tokens', through='gates.TokenScope', to='gates.check', verbose_name='checks'),
        ),
        migrations.AddConstraint(
            model_name='check',
            constraint=models.UniqueConstraint(fields=('gate', 'key'), name='check_key_unique_in_gate', violation_error_message='This gate already has a check with this key.'),
        ),
        migrations.AddConstraint(
            model_name='check',
            constraint=models.CheckConstraint(condition=models.Q(('kind__in', ['k6', 'restore', 'ci', 'junit', 'health', 'numbers'])), name='check_kind_known'),
        ),
        migrations.AddConstraint(
            model_name='check',
            constraint=models.CheckConstraint(condition=models.Q(('fresh_days__gte', 1), ('fresh_days__lte', 3650)), name='check_fresh_days_in_range'),
        ),
        migrations.AddConstraint(
            model_name='check',
            constraint=models.CheckConstraint(condition=models.Q(('required_from', None), ('required_from__range', (datetime.date(2000, 1, 1), datetime.date(2099, 12, 31))), _connector='OR'), name='check_dates_in_range'),
        ),
        migrations.AddConstraint(
            model_name='condition',
            constraint=models.UniqueConstraint(fields=('gate_check', 'measure', 'operator'), name='condition_once_per_check'),
        ),
        migrations.AddConstraint(
            model_name='condition',
            constraint=models.CheckConstraint(condition=models.Q(('operator__in', ['<', '<=', '=', '>=', '>'])), name='condition_operator_known'),
        ),
        migrations.AddIndex(
            model_name='historicalcheck',
            index=models.Index(fields=['id', '-history_date', '-history_id'], name='check_history_newest'),
        ),
        migrations.AddIndex(
            model_name='historicalcheck',
            index=models.Index(fields=['id', '-history_id'], name='check_history_written'),
        ),
        migrations.AddIndex(
            model_name='historicalcheck',
            index=models.Index(condition=models.Q(('history_late', True)), fields=['id', '-history_id'], name='check_history_late'),
        ),
        migrations.AddIndex(
            model_name='historicalcondition',
            index=models.Index(fields=['id', '-history_date', '-history_id'], name='condition_history_newest'),
        ),
        migrations.AddIndex(
            model_name='historicalcondition',
            index=models.Index(fields=['id', '-history_id'], name='condition_history_written'),
        ),
        migrations.AddIndex(
            model_name='historicalcondition',
            index=models.Index(condition=models.Q(('history_late', True)), fields=['id', '-history_id'], name='condition_history_late'),
        ),
        migrations.AddIndex(
            model_name='run',
            index=models.Index(condition=models.Q(('counts', True)), fields=['gate_check', '-observed_at', 'passed', '-id'], name='run_newest'),
        ),
        migrations.AddIndex(
            model_name='run',
            index=models.Index(fields=['gate_check', '-id'], name='run_received'),
        ),
        migrations.AddIndex(
            model_name='run',
            index=models.Index(fields=['token', 'received_at'], name='run_of_token'),
        ),
        migrations.AddConstraint(
            model_name='run',
            constraint=models.UniqueConstraint(fields=('token', 'request'), name='run_request_once'),
        ),
        migrations.AddConstraint(
            model_name='run',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('received_at', None), ('received_at__range', (datetime.datetime(1999, 12, 31, 0, 0, tzinfo=datetime.UTC), datetime.datetime(2100, 1, 2, 0, 0, tzinfo=datetime.UTC))), _connector='OR'), models.Q(('observed_at', None), ('observed_at__range', (datetime.datetime(1999, 12, 31, 0, 0, tzinfo=datetime.UTC), datetime.datetime(2100, 1, 2, 0, 0, tzinfo=datetime.UTC))), _connector='OR')), name='run_dates_in_range'),
        ),
        migrations.AddConstraint(
            model_name='tokenscope',
            constraint=models.UniqueConstraint(fields=('token', 'gate_check'), name='tokenscope_once'),
        ),
        migrations.AddConstraint(
            model_name='token',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('ends_on', None), ('ends_on__range', (datetime.date(2000, 1, 1), datetime.date(2099, 12, 31))), _connector='OR'), models.Q(('created_at', None), ('created_at__range', (datetime.datetime(1999, 12, 31, 0, 0, tzinfo=datetime.UTC), datetime.datetime(2100, 1, 2, 0, 0, tzinfo=datetime.UTC))), _connector='OR')), name='token_dates_in_range'),
        ),
        migrations.RunPython(install, lift),
    ]
