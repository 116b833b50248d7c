from django.db import migrations

from checkout.db_triggers import FROZEN_TABLES


def install(apps, schema_editor):
    FROZEN_TABLES.install(schema_editor.connection)


def remove(apps, schema_editor):
    FROZEN_TABLES.remove(schema_editor.connection)


class Migration(migrations.Migration):
    """The database refuses to change what a buyer agreed to."""

    dependencies = [("checkout", "0002_initial")]
    operations = [migrations.RunPython(install, remove)]
