from django.db import migrations, models
from django.db.models import F, Value
from django.db.models.functions import Replace


def rename_in_offers(old, new):
    """The same name stands in the offers that are kept as JSON."""

    def run(apps, schema_editor):
        products = apps.get_model("plans", "SoftwareProduct").objects.all()
        products.update(offer=Replace(F("offer"), Value(f'"{old}": '), Value(f'"{new}": ')))

    return run


class Migration(migrations.Migration):
    """'Most chosen' was the marketer's word for what nobody counts: they recommend it."""

    dependencies = [("plans", "0008_most_chosen")]
    operations = [
        migrations.RenameField("plan", "is_most_chosen", "is_recommended"),
        migrations.AlterField(
            "plan",
            "is_recommended",
            models.BooleanField(
                default=False,
                help_text="Marks it so for buyers: the license type that is right for most of them. One at most.",
                verbose_name="recommended",
            ),
        ),
        migrations.RunPython(
            rename_in_offers("is_most_chosen", "is_recommended"), rename_in_offers("is_recommended", "is_most_chosen")
        ),
    ]
