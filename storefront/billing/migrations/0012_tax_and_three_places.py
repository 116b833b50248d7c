from decimal import Decimal

from django.db import migrations, models
from django.db.models import F

from storefront.billing.db_triggers import FROZEN_TABLES
from storefront.core.money import MoneyField

AMOUNTS = {
    "allocation": ["amount"],
    "dispute": ["amount"],
    "invoice": ["amount"],
    "invoiceline": ["list_amount", "amount"],
    "ledgerentry": ["amount"],
    "paymentattempt": ["amount"],
}
AMOUNTS_OF_ZERO = {"dispute": ["withdrawn", "lost", "fee"], "paymentattempt": ["amount_refunded", "amount_lost"]}


def fill(apps, schema_editor):
    """No tax was charged so far."""
    for name in ("Invoice", "InvoiceLine"):
        apps.get_model("billing", name).objects.update(net=F("amount"))


class Migration(migrations.Migration):
    """Amounts hold three places; invoices and their lines tell net and tax, and say what their hash covers."""

    dependencies = [("billing", "0011_gift_orders")]
    operations = [
        FROZEN_TABLES.remove_operation(),
        *(migrations.AlterField(model, name, MoneyField()) for model, names in AMOUNTS.items() for name in names),
        *(
            migrations.AlterField(model, name, MoneyField(default=0))
            for model, names in AMOUNTS_OF_ZERO.items()
            for name in names
        ),
        *(
            migrations.AddField(model, name, MoneyField(default=0), preserve_default=False)
            for model in ("invoice", "invoiceline")
            for name in ("net", "tax")
        ),
        migrations.AddField(
            "invoiceline",
            "tax_rate",
            models.DecimalField(decimal_places=3, default=Decimal(0), max_digits=6),
            preserve_default=False,
        ),
        migrations.AddField(
            "invoice", "hash_version", models.PositiveSmallIntegerField(default=1), preserve_default=False
        ),
        migrations.RunPython(fill, migrations.RunPython.noop),
        FROZEN_TABLES.install_operation(),
    ]
