"""A license's time becomes a ledger of entries that begin."""

from decimal import Decimal

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ("licensing", "0001_initial"),
    ]

    operations = [
        migrations.AddField("license", "begins_by", models.DateTimeField(blank=True, null=True)),
        migrations.AddField("license", "held_until", models.DateTimeField(blank=True, null=True)),
        migrations.AddIndex(
            "license",
            models.Index(
                fields=["begins_by"],
                condition=models.Q(("begins_by", None), _negated=True),
                name="license_begin",
            ),
        ),
        migrations.AddField("licenseterm", "days", models.PositiveIntegerField(blank=True, null=True)),
        migrations.AddField(
            "licenseterm", "amount", models.DecimalField(decimal_places=6, default=Decimal(0), max_digits=18)
        ),
        migrations.AddField(
            "licenseterm",
            "currency",
            models.CharField(blank=True, default="", max_length=3),
            preserve_default=False,
        ),
        migrations.AddField("licenseterm", "begun_at", models.DateTimeField(blank=True, null=True)),
        migrations.AddField(
            "licenseterm",
            "converted_from",
            models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="conversions",
                to="licensing.licenseterm",
            ),
        ),
        migrations.AddField("licenseterm", "converted_at", models.DateTimeField(blank=True, null=True)),
    ]
