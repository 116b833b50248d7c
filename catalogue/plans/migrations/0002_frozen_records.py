from django.db import migrations

from catalogue.plans.triggers import RECORDS


def install(apps, schema_editor):
    RECORDS.install(schema_editor.connection)


def remove(apps, schema_editor):
    RECORDS.remove(schema_editor.connection)


class Migration(migrations.Migration):
    """The database refuses to change a text that was once in force."""

    dependencies = [("plans", "0001_initial")]
    operations = [migrations.RunPython(install, remove)]
