from django.db import migrations, models

from gates.database import record_chain, triggers

TABLE = "gates_filecheck"
MOMENTS = {f"{table}_moment" for table in record_chain.MOMENT_COLUMNS}
EARLIER = {
    vendor: [
        trigger
        for trigger in expected
        if trigger.table != TABLE and trigger.name not in MOMENTS
    ]
    for vendor, expected in triggers.ALL_TRIGGERS.items()
}


def install(apps, schema_editor):
    triggers.install(schema_editor.connection)


def install_earlier(apps, schema_editor):
    triggers.install(schema_editor.connection, EARLIER)


class Migration(migrations.Migration):
    """What checks of stored files found; append-only, and a change moves the revision."""

    dependencies = [("gates", "0011_text_is_visible")]

    operations = [
        migrations.CreateModel(
            name="FileCheck",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("at", models.DateTimeField()),
                ("name", models.CharField(max_length=300)),
                ("sha256", models.CharField(max_length=64)),
                (
                    "found",
                    models.CharField(
                        choices=[
                            ("intact", "intact"),
                            ("missing", "missing"),
                            ("altered", "altered"),
                        ],
                        max_length=7,
                    ),
                ),
            ],
            options={
                "ordering": ["pk"],
                "default_permissions": (),
                "indexes": [models.Index(fields=["name", "-id"], name="filecheck_newest")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(found__in=["intact", "missing", "altered"]),
                        name="filecheck_found_known",
                    )
                ],
            },
        ),
        migrations.RunPython(install, install_earlier),
    ]
