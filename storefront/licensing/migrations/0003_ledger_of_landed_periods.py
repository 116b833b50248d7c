"""Periods from before the ledger keep their dates.

Apart from the columns: PostgreSQL alters no table in the transaction that has written to its rows.
"""

from decimal import Decimal

from django.db import migrations, models

from storefront.core import clock


def begin_and_value(apps, schema_editor):
    """What has started has begun; what each period cost is on its invoice line."""
    LicenseTerm = apps.get_model("licensing", "LicenseTerm")
    now = clock.now()
    LicenseTerm.objects.filter(starts_at__lte=now).update(begun_at=models.F("starts_at"))
    terms = LicenseTerm.objects.exclude(invoice_line=None).select_related("invoice_line__invoice")
    batch = []
    for term in terms.iterator(chunk_size=1000):
        line = term.invoice_line
        term.amount = (line.amount / line.quantity).quantize(Decimal("0.000001"))
        term.currency = line.invoice.currency
        batch.append(term)
        if len(batch) == 1000:
            LicenseTerm.objects.bulk_update(batch, ["amount", "currency"])
            batch = []
    LicenseTerm.objects.bulk_update(batch, ["amount", "currency"])


class Migration(migrations.Migration):

    dependencies = [
        ("licensing", "0002_time_as_a_ledger"),
    ]

    operations = [migrations.RunPython(begin_and_value, migrations.RunPython.noop, elidable=False)]
