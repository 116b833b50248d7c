from django.db import migrations, models

from storefront.billing.db_triggers import FROZEN_TABLES


def fill(apps, schema_editor):
    """Of lines that grant a license; those that grant nothing hold {}. In portions, however many there are."""
    InvoiceLine = apps.get_model("billing", "InvoiceLine")
    last = 0
    while rows := list(InvoiceLine.objects.filter(pk__gt=last).order_by("pk")[:1000]):
        last = rows[-1].pk
        granting = [row for row in rows if row.license_terms_json]
        for row in granting:
            terms = row.license_terms_json
            row.software_id, row.plan_id = terms["software_id"], terms["plan_id"]
            row.extends_license = terms.get("extends_license", "")
        InvoiceLine.objects.bulk_update(granting, ["software_id", "plan_id", "extends_license"], batch_size=200)


class Migration(migrations.Migration):
    """What queries filter license terms by, in columns of their own; the JSON keeps its column under another name.

    Invoice lines are frozen: the triggers go first and come back last, on SQLite with the rebuilt table.
    """

    dependencies = [("billing", "0009_payment_attempts")]
    operations = [
        FROZEN_TABLES.remove_operation(),
        migrations.SeparateDatabaseAndState(
            state_operations=[
                migrations.RenameField("invoiceline", "license_terms", "license_terms_json"),
                migrations.AlterField(
                    "invoiceline",
                    "license_terms_json",
                    models.JSONField(blank=True, db_column="license_terms", default=dict),
                ),
            ]
        ),
        migrations.AddField(
            "invoiceline", "software_id", models.BigIntegerField(blank=True, db_index=True, null=True)
        ),
        migrations.AddField("invoiceline", "plan_id", models.BigIntegerField(blank=True, db_index=True, null=True)),
        migrations.AddField(
            "invoiceline", "extends_license", models.CharField(blank=True, default="", max_length=32)
        ),
        migrations.RunPython(fill, migrations.RunPython.noop),
        FROZEN_TABLES.install_operation(),
    ]
