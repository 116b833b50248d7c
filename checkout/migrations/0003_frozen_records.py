from django.db import migrations

from checkout.triggers import RECORDS


def install(apps, schema_editor):
    RECORDS.install(schema_editor.connection)


def remove(apps, schema_editor):
    RECORDS.remove(schema_editor.connection)


class Migration(migrations.Migration):
    """The database refuses to change what a buyer agreed to."""

    dependencies = [("checkout", "0002_initial")]
    operations = [migrations.RunPython(install, remove)]
