from django.db import migrations
from django.db.models import OuterRef, Subquery


def fill(apps, schema_editor):
    item, payment = apps.get_model("billing", "ReviewItem"), apps.get_model("billing", "Payment")
    invoice = apps.get_model("billing", "Invoice")
    of_attempt = payment.objects.filter(attempt=OuterRef("attempt"))
    item.objects.exclude(attempt=None).update(payment=Subquery(of_attempt.values("pk")[:1]))
    of_invoice = invoice.objects.filter(pk=OuterRef("invoice"))
    item.objects.exclude(invoice=None).update(customer=Subquery(of_invoice.values("customer")[:1]))


class Migration(migrations.Migration):
    """In a transaction of its own: PostgreSQL alters no table with unchecked foreign keys."""

    dependencies = [("billing", "0020_refunds_decided_by_staff")]
    operations = [migrations.RunPython(fill, migrations.RunPython.noop)]
