import django.db.models.deletion
from django.core.management.color import no_style
from django.db import migrations, models

from storefront.billing.db_triggers import FROZEN_TABLES


def copy(apps, schema_editor):
    """Each received payment keeps the key of its attempt, so that the frozen rows of the ledger need no change.

    The triggers' removal has locked the tables: what is written to an attempt before is copied, and nothing after.
    """
    connection = schema_editor.connection
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
    with connection.cursor() as cursor:
        for statement in connection.ops.sequence_reset_sql(no_style(), [Payment]):
            cursor.execute(statement)
    connection.check_constraints()  # PostgreSQL alters no table with checks outstanding


class Migration(migrations.Migration):
    """Ledger and disputes point to money received, review items to the attempt; an attempt holds no money any more.

    Copy and change are one transaction. It cannot be reversed: attempts would not get back what is known of the money.
    """

    dependencies = [("billing", "0013_received_payments")]
    operations = [
        FROZEN_TABLES.remove_operation(),
        migrations.RunPython(copy),
        migrations.AlterField(
            "ledgertransaction",
            "payment",
            models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="billing.payment",
            ),
        ),
        migrations.AlterField(
            "allocation",
            "payment",
            models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="allocations", to="billing.payment"
            ),
        ),
        migrations.AlterField(
            "dispute",
            "payment",
            models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="disputes", to="billing.payment"
            ),
        ),
        migrations.RenameField("reviewitem", "payment", "attempt"),
        migrations.RemoveField("paymentattempt", "amount_refunded"),
        migrations.RemoveField("paymentattempt", "amount_lost"),
        migrations.RemoveField("paymentattempt", "is_disputed"),
        migrations.RemoveField("paymentattempt", "settled_at"),
        FROZEN_TABLES.install_operation(),
    ]
