"""Vouchers and sets made before get a rule that allows everything, so that the back office lists and pauses them."""

from django.db import migrations


def add_rules(apps, schema_editor):
    voucher, voucher_set = apps.get_model("voucher", "Voucher"), apps.get_model("voucher", "VoucherSet")
    rule = apps.get_model("checkout", "VoucherRule")
    for each in voucher.objects.filter(voucher_set=None, rule=None):
        rule.objects.create(voucher=each, created_at=each.date_created)
    for each in voucher_set.objects.filter(rule=None):
        rule.objects.create(voucher_set=each, created_at=each.date_created)


class Migration(migrations.Migration):
    dependencies = [("checkout", "0006_voucher_rules")]

    operations = [migrations.RunPython(add_rules, migrations.RunPython.noop)]
