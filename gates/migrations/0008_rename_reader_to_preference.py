import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


def rename_permissions(apps, schema_editor, old='reader', new='preference'):
    """Name the permissions after the model, as `migrate` names those of a new database."""
    permissions = apps.get_model('auth', 'Permission').objects.using(schema_editor.connection.alias)
    for action in ('add', 'change', 'delete', 'view'):
        permissions.filter(content_type__app_label='gates', codename=f'{action}_{old}').update(
            codename=f'{action}_{new}'
        )


def restore_permissions(apps, schema_editor):
    rename_permissions(apps, schema_editor, old='preference', new='reader')


class Migration(migrations.Migration):
    """Rename the model and leave its table alone: the release before goes on using it."""

    dependencies = [
        ('auth', '0012_alter_user_first_name_max_length'),
        ('contenttypes', '0002_remove_content_type_name'),
        ('gates', '0007_revision'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AlterModelTable(
            name='reader',
            table='gates_reader',
        ),
        # `migrate` adds the renaming of the content type after this one.
        migrations.RenameModel(
            old_name='Reader',
            new_name='Preference',
        ),
        migrations.AlterField(
            model_name='preference',
            name='user',
            field=models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='preference', to=settings.AUTH_USER_MODEL),
        ),
        migrations.RunPython(rename_permissions, restore_permissions),
    ]
