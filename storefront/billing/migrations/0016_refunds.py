import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import storefront.core.clock
from storefront.billing.db_triggers import FROZEN_TABLES
from storefront.core.money import MoneyField


class Migration(migrations.Migration):
    """A refund is a row. Refunds of the time before are in the ledger alone."""

    dependencies = [
        ("billing", "0015_ledger_names_received_payments"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]
    operations = [
        FROZEN_TABLES.remove_operation(),
        migrations.CreateModel(
            name="Refund",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("created", "Created"),
                            ("pending", "Pending"),
                            ("succeeded", "Succeeded"),
                            ("failed", "Failed"),
                        ],
                        default="created",
                        max_length=10,
                    ),
                ),
                ("amount", MoneyField()),
                ("reference", models.CharField(blank=True, max_length=255, null=True)),
                ("reason", models.CharField(blank=True, max_length=200)),
                ("failure_code", models.CharField(blank=True, max_length=100)),
                ("is_ours", models.BooleanField()),
                ("created_at", models.DateTimeField(default=storefront.core.clock.now)),
                ("next_check_at", models.DateTimeField(blank=True, db_index=True, null=True)),
                (
                    "begun_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "payment",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="refunds", to="billing.payment"
                    ),
                ),
            ],
            options={
                "verbose_name": "refund",
                "verbose_name_plural": "refunds",
                "ordering": ["-pk"],
                "constraints": [
                    models.UniqueConstraint(fields=("payment", "reference"), name="refund_once"),
                    models.CheckConstraint(condition=models.Q(("amount__gt", 0)), name="refund_amount_positive"),
                ],
            },
        ),
        FROZEN_TABLES.install_operation(),
    ]
