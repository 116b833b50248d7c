import django.db.models.deletion
from django.db import migrations, models

from storefront.billing.db_triggers import FROZEN_TABLES


class Migration(migrations.Migration):
    """Ledger and disputes point to money received, review items to the attempt; an attempt holds no money any more."""

    dependencies = [("billing", "0014_copy_received_payments")]
    operations = [
        FROZEN_TABLES.remove_operation(),
        migrations.AlterField(
            "ledgertransaction",
            "payment",
            models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="billing.payment",
            ),
        ),
        migrations.AlterField(
            "allocation",
            "payment",
            models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="allocations", to="billing.payment"
            ),
        ),
        migrations.AlterField(
            "dispute",
            "payment",
            models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="disputes", to="billing.payment"
            ),
        ),
        migrations.RenameField("reviewitem", "payment", "attempt"),
        migrations.RemoveField("paymentattempt", "amount_refunded"),
        migrations.RemoveField("paymentattempt", "amount_lost"),
        migrations.RemoveField("paymentattempt", "is_disputed"),
        migrations.RemoveField("paymentattempt", "settled_at"),
        FROZEN_TABLES.install_operation(),
    ]
