import json

from django.db import migrations


def in_languages(offer):
    """An offer as it was written before texts had translations and discounts an end, as it is read now."""
    plans = json.loads(offer)
    for plan in plans:
        plan.setdefault("translations", {})
        if isinstance(plan["features"], list):
            plan["features"] = "\n".join(plan["features"])
        plan["terms"] = [[*term, None] if len(term) == 6 else term for term in plan["terms"]]
    return json.dumps(plans, ensure_ascii=False)


def convert(apps, schema_editor):
    software_product = apps.get_model("plans", "SoftwareProduct")
    for pk, offer in software_product.objects.values_list("pk", "offer"):
        software_product.objects.filter(pk=pk).update(offer=in_languages(offer))


class Migration(migrations.Migration):
    """Pages read offers as they are stored: those of before must be readable at once."""

    dependencies = [("plans", "0005_agreement_languages_required")]
    operations = [migrations.RunPython(convert, migrations.RunPython.noop)]
