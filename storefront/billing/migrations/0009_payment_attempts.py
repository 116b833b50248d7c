import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    """Today's payments are attempts to pay. Only the names change: the table stays, and so do its triggers."""

    dependencies = [("billing", "0008_disputes")]
    operations = [
        migrations.SeparateDatabaseAndState(
            state_operations=[
                migrations.AlterModelTable("payment", "billing_payment"),
                migrations.RenameModel("Payment", "PaymentAttempt"),
                migrations.AlterModelOptions(
                    "paymentattempt",
                    options={
                        "ordering": ["-pk"],
                        "verbose_name": "payment attempt",
                        "verbose_name_plural": "payment attempts",
                    },
                ),
                migrations.AlterField(
                    "paymentattempt",
                    "invoice",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="attempts", to="billing.invoice"
                    ),
                ),
            ]
        )
    ]
