import datetime
import django.db.models.deletion
import django.db.models.expressions
import django.db.models.functions.text
import django.db.models.lookups
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models

from gates.database import triggers


def lift(apps, schema_editor):
    triggers.remove(schema_editor.connection)


def install(apps, schema_editor):
    triggers.install(schema_editor.connection)


class Migration(migrations.Migration):
    """Proposals of tokens and what people decided; the answer to each report; safe links of runs."""

    dependencies = [
        ('gates', '0017_past_of_its_launch'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RunPython(lift, install),
        migrations.CreateModel(
            name='Proposal',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(max_length=12, verbose_name='kind')),
                ('summary', models.CharField(max_length=500, verbose_name='summary')),
                ('url', models.CharField(blank=True, max_length=2000, verbose_name='link')),
                ('output', models.TextField(blank=True, verbose_name='output')),
                ('commit', models.CharField(blank=True, max_length=64, verbose_name='commit')),
                ('received_at', models.DateTimeField(verbose_name='received at')),
                ('token_name', models.CharField(max_length=100)),
                ('request', models.CharField(max_length=64)),
                ('sha256', models.CharField(max_length=64)),
            ],
            options={
                'verbose_name': 'proposal',
                'verbose_name_plural': 'proposals',
                'ordering': ['-pk'],
                'default_permissions': (),
            },
        ),
        migrations.CreateModel(
            name='ProposalDecision',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('at', models.DateTimeField(default=django.utils.timezone.now, verbose_name='at')),
                ('accepted', models.BooleanField(verbose_name='accepted')),
                ('why', models.CharField(blank=True, max_length=500, verbose_name='reason')),
            ],
            options={
                'default_permissions': (),
            },
        ),
        migrations.AddField(
            model_name='report',
            name='answer',
            field=models.TextField(db_default='', default='', editable=False),
        ),
        migrations.AddConstraint(
            model_name='run',
            constraint=models.CheckConstraint(condition=models.Q(('url', ''), models.Q(models.Q(('url__istartswith', 'http://'), ('url__istartswith', 'https://'), _connector='OR'), models.Q(django.db.models.lookups.Exact(django.db.models.functions.text.StrIndex(django.db.models.functions.text.Substr('url', django.db.models.expressions.CombinedExpression(django.db.models.functions.text.StrIndex('url', models.Value('://')), '+', models.Value(3))), models.Value('@')), 0), models.Q(django.db.models.lookups.GreaterThan(django.db.models.functions.text.StrIndex(django.db.models.functions.text.Substr('url', django.db.models.expressions.CombinedExpression(django.db.models.functions.text.StrIndex('url', models.Value('://')), '+', models.Value(3))), models.Value('/')), 0), django.db.models.lookups.LessThan(django.db.models.functions.text.StrIndex(django.db.models.functions.text.Substr('url', django.db.models.expressions.CombinedExpression(django.db.models.functions.text.StrIndex('url', models.Value('://')), '+', models.Value(3))), models.Value('/')), django.db.models.functions.text.StrIndex(django.db.models.functions.text.Substr('url', django.db.models.expressions.CombinedExpression(django.db.models.functions.text.StrIndex('url', models.Value('://')), '+', models.Value(3))), models.Value('@')))), _connector='OR'), models.Q(django.db.models.lookups.In(django.db.models.functions.text.Substr(django.db.models.functions.text.Substr('url', django.db.models.expressions.CombinedExpression(django.db.models.functions.text.StrIndex('url', models.Value('://')), '+', models.Value(3))), 1, 1), ['/', '', '?', '#']), _negated=True), models.Q(('url__contains', '\\'), ('url__contains', '\t'), ('url__contains', '\n'), ('url__contains', '\r'), ('url__contains', ' '), _connector='OR', _negated=True)), _connector='OR'), name='run_url_safe'),
        ),
        migrations.AddField(
            model_name='proposal',
            name='gate',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='proposals', to='gates.gate', verbose_name='gate'),
        ),
        migrations.AddField(
            model_name='proposal',
            name='token',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='proposals', to='gates.token', verbose_name='token'),
        ),
        migrations.AddField(
            model_name='proposaldecision',
            name='by',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='by'),
        ),
        migrations.AddField(
            model_name='proposaldecision',
            name='proposal',
            field=models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='decision', to='gates.proposal', verbose_name='proposal'),
        ),
        migrations.AddConstraint(
            model_name='proposal',
            constraint=models.UniqueConstraint(fields=('token', 'request'), name='proposal_request_once'),
        ),
        migrations.AddConstraint(
            model_name='proposal',
            constraint=models.CheckConstraint(condition=models.Q(('kind__in', ['statement', 'link', 'output', 'document'])), name='proposal_kind_known'),
        ),
        migrations.AddConstraint(
            model_name='proposal',
            constraint=models.CheckConstraint(condition=models.Q(('url', ''), models.Q(models.Q(('url__istartswith', 'http://'), ('url__istartswith', 'https://'), _connector='OR'), models.Q(django.db.models.lookups.Exact(django.db.models.functions.text.StrIndex(django.db.models.functions.text.Substr('url', django.db.models.expressions.CombinedExpression(django.db.models.functions.text.StrIndex('url', models.Value('://')), '+', models.Value(3))), models.Value('@')), 0), models.Q(django.db.models.lookups.GreaterThan(django.db.models.functions.text.StrIndex(django.db.models.functions.text.Substr('url', django.db.models.expressions.CombinedExpression(django.db.models.functions.text.StrIndex('url', models.Value('://')), '+', models.Value(3))), models.Value('/')), 0), django.db.models.lookups.LessThan(django.db.models.functions.text.StrIndex(django.db.models.functions.text.Substr('url', django.db.models.expressions.CombinedExpression(django.db.models.functions.text.StrIndex('url', models.Value('://')), '+', models.Value(3))), models.Value('/')), django.db.models.functions.text.StrIndex(django.db.models.functions.text.Substr('url', django.db.models.expressions.CombinedExpression(django.db.models.functions.text.StrIndex('url', models.Value('://')), '+', models.Value(3))), models.Value('@')))), _connector='OR'), models.Q(django.db.models.lookups.In(django.db.models.functions.text.Substr(django.db.models.functions.text.Substr('url', django.db.models.expressions.CombinedExpression(django.db.models.functions.text.StrIndex('url', models.Value('://')), '+', models.Value(3))), 1, 1), ['/', '', '?', '#']), _negated=True), models.Q(('url__contains', '\\'), ('url__contains', '\t'), ('url__contains', '\n'), ('url__contains', '\r'), ('url__contains', ' '), _connector='OR', _negated=True)), _connector='OR'), name='proposal_url_safe'),
        ),
        migrations.AddConstraint(
            model_name='proposal',
            constraint=models.CheckConstraint(condition=models.Q(('received_at', None), ('received_at__range', (datetime.datetime(1999, 12, 31, 0, 0, tzinfo=datetime.UTC), datetime.datetime(2100, 1, 2, 0, 0, tzinfo=datetime.UTC))), _connector='OR'), name='proposal_dates_in_range'),
        ),
        migrations.RunPython(install, lift),
    ]
