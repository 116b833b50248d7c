from django.db import migrations
from django.db.models import Exists, OuterRef, Q

NEW, IN_PROGRESS = "New", "Payment in progress"


def correct(apps, schema_editor):
    Order, Line = apps.get_model("order", "Order"), apps.get_model("order", "Line")
    StatusChange = apps.get_model("order", "OrderStatusChange")
    under_way = apps.get_model("billing", "Payment").objects.filter(
        Q(failure_code="") | Q(is_processing=True),
        status__in=("created", "pending"),
        invoice__order=OuterRef("pk"),
        invoice__status="open",
    )
    invoices = apps.get_model("billing", "Invoice").objects.filter(order=OuterRef("pk"), status="open")
    wrong = Order.objects.filter(Exists(invoices), ~Exists(under_way), status=IN_PROGRESS)
    for pk in list(wrong.values_list("pk", flat=True)):
        Order.objects.filter(pk=pk).update(status=NEW)
        Line.objects.filter(order=pk).update(status=NEW)
        StatusChange.objects.create(order_id=pk, old_status=IN_PROGRESS, new_status=NEW)


class Migration(migrations.Migration):
    """Orders whose last card was declined stood at 'Payment in progress'; nothing of the kind was going on."""

    dependencies = [("billing", "0003_free_orders"), ("order", "0021_billingaddress_code_shippingaddress_code")]
    operations = [migrations.RunPython(correct, migrations.RunPython.noop)]
