"""A discount is for several products and periods: one product becomes a list of one, none an empty list (all)."""

from django.db import migrations, models


def to_lists(apps, schema_editor):
    discount = apps.get_model("plans", "Discount")
    for each in discount.objects.all():
        each.product_ids = [each.software_id] if each.software_id else []
        each.period_months = [each.months]
        each.save(update_fields=["product_ids", "period_months"])


class Migration(migrations.Migration):
    dependencies = [("plans", "0013_help_texts")]

    operations = [
        migrations.AddField(
            "discount", "product_ids", models.JSONField(blank=True, default=list, verbose_name="products")
        ),
        migrations.AddField(
            "discount", "period_months", models.JSONField(blank=True, default=list, verbose_name="periods")
        ),
        migrations.RunPython(to_lists, migrations.RunPython.noop),
        migrations.RemoveField("discount", "software"),
        migrations.RemoveField("discount", "months"),
    ]
