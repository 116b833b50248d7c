from decimal import Decimal

import django.core.validators
from django.db import migrations

from storefront.core.money import MoneyField


class Migration(migrations.Migration):
    """Prices hold three places, as many as any currency has."""

    dependencies = [("plans", "0011_plan_prices")]
    operations = [
        migrations.AlterField(
            "plan",
            "monthly_price",
            MoneyField(
                validators=[django.core.validators.MinValueValidator(Decimal("0.01"))], verbose_name="price per month"
            ),
        ),
        migrations.AlterField("planprice", "amount", MoneyField()),
        migrations.AlterField("planprice", "list_amount", MoneyField()),
        migrations.AlterField("softwareproduct", "lowest_monthly_amount", MoneyField(editable=False, null=True)),
    ]
