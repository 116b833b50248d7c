from collections import defaultdict
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from django.db import migrations

import storefront.core.money
from storefront.billing.db_triggers import FROZEN_TABLES
from storefront.core import money

NOTHING = Decimal(0)


def fill(apps: Any, schema_editor: Any) -> None:
    """The tax of each part is what the parts so far hold less what those before it held."""
    shares = apps.get_model("billing", "LineShare").objects
    for invoice_id in list(shares.order_by().values_list("line__invoice", flat=True).distinct()):
        invoice = apps.get_model("billing", "Invoice").objects.get(pk=invoice_id)
        written = defaultdict(dict)
        for share in shares.filter(line__invoice=invoice):
            written[share.transaction_id][share.line_id] = share
        for share, tax in taxes(invoice, list(invoice.lines.order_by("position")), movements(apps, invoice), written):
            shares.filter(pk=share.pk).update(tax=tax)


def movements(apps: Any, invoice: Any) -> Any:
    entries = apps.get_model("billing", "LedgerEntry").objects.filter(account__kind="sales")
    return entries.filter(transaction__invoice=invoice).order_by("pk").values_list("transaction", "amount")


def taxes(invoice: Any, lines: list[Any], entries: Any, written: Any) -> Iterator[tuple[Any, Decimal]]:
    gone = {line.pk: line.amount for line in lines}
    for movement, amount in entries:
        by_lines = money.allocate(abs(amount), [line.amount for line in lines], invoice.currency)
        for line, part in zip(lines, by_lines, strict=True):
            share = written[movement].get(line.pk) if movement in written else None
            before = gone[line.pk]
            gone[line.pk] -= share.amount if share else part if amount > 0 else -part
            if share:
                yield share, tax_of(line, before, invoice) - tax_of(line, gone[line.pk], invoice)


def tax_of(line: Any, part: Decimal, invoice: Any) -> Decimal:
    return money.quantize(part * line.tax / line.amount, invoice.currency) if line.amount else NOTHING


class Migration(migrations.Migration):
    dependencies = [("billing", "0034_vat_checks")]

    operations = [
        FROZEN_TABLES.remove_operation(),
        migrations.AddField(
            model_name="lineshare",
            name="tax",
            field=storefront.core.money.MoneyField(decimal_places=3, default=0, max_digits=13),
            preserve_default=False,
        ),
        migrations.RunPython(fill, migrations.RunPython.noop),
        FROZEN_TABLES.install_operation(),
    ]
