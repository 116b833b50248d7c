from django.db import migrations, models
import django.db.models.deletion

import storefront.core.clock
from storefront.billing.db_triggers import FROZEN_TABLES


def install(apps, schema_editor):
    FROZEN_TABLES.install(schema_editor.connection)


class Migration(migrations.Migration):
    """Invoices of zero, with the reason why nothing is to be paid. SQLite rebuilds the invoices' table."""

    dependencies = [("billing", "0002_frozen_records")]
    operations = [
        migrations.RemoveConstraint(model_name="invoice", name="invoice_amount_positive"),
        migrations.AddConstraint(
            model_name="invoice",
            constraint=models.CheckConstraint(condition=models.Q(("amount__gte", 0)), name="invoice_amount_not_negative"),
        ),
        migrations.CreateModel(
            name="FreeOrder",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("cause", models.CharField(choices=[("voucher", "Voucher"), ("offer", "Offer")], max_length=20)),
                ("reference", models.CharField(max_length=200)),
                ("created_at", models.DateTimeField(default=storefront.core.clock.now)),
                (
                    "invoice",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT, related_name="free_order", to="billing.invoice"
                    ),
                ),
            ],
        ),
        migrations.RunPython(install, install),
    ]
