from django.db import migrations, models

from storefront.billing.db_triggers import FROZEN_TABLES


def install(apps, schema_editor):
    """SQLite has rebuilt the table, and dropped its triggers with it."""
    FROZEN_TABLES.install(schema_editor.connection)


class Migration(migrations.Migration):
    """How a buyer pays elsewhere, where the provider said so."""

    dependencies = [("billing", "0005_refund_rule")]
    operations = [
        migrations.AddField("payment", "instructions", models.JSONField(blank=True, default=dict)),
        migrations.RunPython(install, migrations.RunPython.noop),
    ]
