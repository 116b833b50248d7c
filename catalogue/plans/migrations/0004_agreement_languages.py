from django.conf import settings
from django.db import migrations
from wagtail.models import BootstrapTranslatableModel


def note_publication(apps, schema_editor):
    """What was in force before drafts existed was published when its versions were."""
    version = apps.get_model("plans", "AgreementVersion")
    for agreement in apps.get_model("plans", "Agreement").objects.filter(first_published_at=None):
        times = version.objects.filter(agreement=agreement).order_by("number").values_list("published_at", flat=True)
        if times:
            agreement.first_published_at, agreement.last_published_at = times[0], list(times)[-1]
            agreement.save(update_fields=["first_published_at", "last_published_at"])


class Migration(migrations.Migration):
    """Agreements so far are in the default language. Alone in its transaction: PostgreSQL alters no table that has
    changed rows whose foreign keys it has yet to check."""

    dependencies = [
        ("plans", "0003_languages_and_discounts"),
        ("wagtailcore", "0059_apply_collection_ordering"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]
    operations = [
        BootstrapTranslatableModel("plans.Agreement"),
        migrations.RunPython(note_publication, migrations.RunPython.noop),
    ]
