from django.db import migrations, models

from storefront.billing.db_triggers import FROZEN_TABLES


class Migration(migrations.Migration):
    """Every invoice so far is for an order."""

    dependencies = [("billing", "0016_refunds")]
    operations = [
        FROZEN_TABLES.remove_operation(),
        migrations.AddField(
            "invoice",
            "kind",
            models.CharField(
                choices=[("order", "Order"), ("advance_payment", "Advance payment"), ("renewal", "Renewal")],
                default="order",
                max_length=20,
            ),
        ),
        FROZEN_TABLES.install_operation(),
    ]
