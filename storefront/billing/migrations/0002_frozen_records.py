from django.db import migrations

from storefront.billing.db_triggers import FROZEN_TABLES


def install(apps, schema_editor):
    FROZEN_TABLES.install(schema_editor.connection)


def remove(apps, schema_editor):
    FROZEN_TABLES.remove(schema_editor.connection)


class Migration(migrations.Migration):
    """The database refuses to change issued invoices and past movements of money."""

    dependencies = [("billing", "0001_initial")]
    operations = [migrations.RunPython(install, remove)]
