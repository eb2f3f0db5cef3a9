from django.db import migrations


def rename_permissions(apps, schema_editor, old='given password', new='temporary password'):
    """Name the permissions after the model, as `migrate` names those of a new database."""
    permissions = apps.get_model('auth', 'Permission').objects.using(schema_editor.connection.alias)
    for action in ('add', 'change', 'delete', 'view'):
        permissions.filter(
            content_type__app_label='accounts', codename=f"{action}_{old.replace(' ', '')}"
        ).update(codename=f"{action}_{new.replace(' ', '')}", name=f'Can {action} {new}')


def restore_permissions(apps, schema_editor):
    rename_permissions(apps, schema_editor, old='temporary password', new='given password')


class Migration(migrations.Migration):
    """Rename the model and leave its table alone: the release before goes on using it."""

    dependencies = [
        ('accounts', '0002_table_of_attempts'),
        ('auth', '0012_alter_user_first_name_max_length'),
        ('contenttypes', '0002_remove_content_type_name'),
    ]

    operations = [
        migrations.AlterModelTable(
            name='givenpassword',
            table='accounts_givenpassword',
        ),
        # `migrate` adds the renaming of the content type after this one.
        migrations.RenameModel(
            old_name='GivenPassword',
            new_name='TemporaryPassword',
        ),
        migrations.RunPython(rename_permissions, restore_permissions),
    ]
