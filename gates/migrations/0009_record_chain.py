import django.db.models.deletion
from django.db import migrations, models

from gates.database import triggers
from gates.database.record_chain import row_digest

TRACKED = (
    "launch", "section", "owner", "gate", "evidence", "blocker", "action", "claim", "requirement",
)
COLUMNS = {
    "history_recorded_at": models.DateTimeField(null=True),
    "history_dated": models.DateTimeField(null=True),
    "history_late": models.BooleanField(db_default=False, default=False),
    "history_digest": models.CharField(db_default="", default="", max_length=64),
}
BATCH = 500


def lift(apps, schema_editor):
    triggers.remove(schema_editor.connection)


def install(apps, schema_editor):
    triggers.install(schema_editor.connection)


def chain(apps, schema_editor):
    """Give the rows that are there their order and their digests, object by object."""
    for name in TRACKED:
        model = apps.get_model("gates", f"historical{name}")
        rows = model.objects.using(schema_editor.connection.alias).order_by("id", "history_id")
        columns = [field.attname for field in model._meta.concrete_fields]
        object_id, previous, latest, batch = None, "", None, []
        for row in rows.iterator(chunk_size=BATCH):
            if row.id != object_id:
                object_id, previous, latest = row.id, "", row.history_date
            row.history_late = row.history_date < latest
            latest = max(latest, row.history_date)
            previous = row_digest(previous, {column: getattr(row, column) for column in columns})
            row.history_digest = previous
            batch.append(row)
            if len(batch) == BATCH:
                rows.bulk_update(batch, ["history_late", "history_digest"])
                batch = []
        rows.bulk_update(batch, ["history_late", "history_digest"])


def indexes(name):
    written = {"fields": ["id", "-history_id"]}
    late = {**written, "condition": models.Q(("history_late", True))}
    return [
        models.Index(**written, name=f"{name}_history_written"),
        models.Index(**late, name=f"{name}_history_late"),
    ]


class Migration(migrations.Migration):
    """Each history row carries a digest over itself and the row before it."""

    dependencies = [
        ("gates", "0008_rename_reader_to_preference"),
        ("admin", "0003_logentry_add_action_flag_choices"),
    ]

    operations = [
        migrations.RunPython(lift, install),
        *(
            migrations.AddField(f"historical{name}", column, field)
            for name in TRACKED
            for column, field in COLUMNS.items()
        ),
        migrations.AddField(
            "import", "dated", models.BooleanField(db_default=False, default=False)
        ),
        migrations.AddField("import", "recorded_at", models.DateTimeField(null=True)),
        migrations.AlterField(
            "import",
            "launch",
            models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="imports",
                to="gates.launch",
                verbose_name="launch",
            ),
        ),
        *(
            migrations.AddIndex(f"historical{name}", index)
            for name in TRACKED
            for index in indexes(name)
        ),
        migrations.RunPython(chain, migrations.RunPython.noop),
        migrations.RunPython(install, lift),
    ]
