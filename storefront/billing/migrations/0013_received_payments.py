import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import storefront.core.clock
from storefront.core.money import MoneyField


class Migration(migrations.Migration):
    """Money received is a table of its own."""

    dependencies = [
        ("billing", "0012_tax_and_three_places"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]
    operations = [
        migrations.CreateModel(
            name="Payment",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("gateway", models.CharField(max_length=30)),
                ("is_live", models.BooleanField()),
                ("currency", models.CharField(max_length=3)),
                ("amount", MoneyField()),
                ("reference", models.CharField(max_length=255)),
                ("method_label", models.CharField(blank=True, max_length=100)),
                ("received_at", models.DateTimeField(default=storefront.core.clock.now)),
                ("amount_refunded", MoneyField(default=0)),
                ("amount_lost", MoneyField(default=0)),
                ("is_disputed", models.BooleanField(default=False)),
                (
                    "customer",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="payments",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "attempt",
                    models.OneToOneField(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="payment",
                        to="billing.paymentattempt",
                    ),
                ),
            ],
            options={
                "verbose_name": "payment",
                "verbose_name_plural": "payments",
                "ordering": ["-pk"],
                "db_table": "billing_receivedpayment",
                "constraints": [
                    models.UniqueConstraint(fields=("gateway", "reference"), name="received_payment_once"),
                    models.CheckConstraint(condition=models.Q(("amount__gt", 0)), name="received_amount_positive"),
                ],
            },
        ),
    ]
