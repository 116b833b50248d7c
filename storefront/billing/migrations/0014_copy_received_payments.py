from django.core.management.color import no_style
from django.db import migrations


def copy(apps, schema_editor):
    """Each received payment keeps the key of its attempt, so that the frozen rows of the ledger need no change."""
    Attempt, Payment = apps.get_model("billing", "PaymentAttempt"), apps.get_model("billing", "Payment")
    succeeded = Attempt.objects.filter(status="succeeded").select_related("invoice").order_by("pk")
    Payment.objects.bulk_create(
        (
            Payment(
                pk=attempt.pk,
                customer_id=attempt.invoice.customer_id,
                attempt=attempt,
                gateway=attempt.gateway,
                is_live=attempt.is_live,
                currency=attempt.currency,
                amount=attempt.amount,
                reference=attempt.provider_reference or f"payment-{attempt.pk}",
                method_label=attempt.method_label,
                received_at=attempt.settled_at or attempt.created_at,
                amount_refunded=attempt.amount_refunded,
                amount_lost=attempt.amount_lost,
                is_disputed=attempt.is_disputed,
            )
            for attempt in succeeded.iterator(chunk_size=1000)
        ),
        batch_size=500,
    )
    with schema_editor.connection.cursor() as cursor:
        for statement in schema_editor.connection.ops.sequence_reset_sql(no_style(), [Payment]):
            cursor.execute(statement)


class Migration(migrations.Migration):
    dependencies = [("billing", "0013_received_payments")]
    operations = [migrations.RunPython(copy, migrations.RunPython.noop)]
