import uuid

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("plans", "0004_agreement_languages")]
    operations = [
        migrations.AlterField(
            model_name="agreement",
            name="locale",
            field=models.ForeignKey(
                editable=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="wagtailcore.locale",
                verbose_name="locale",
            ),
        ),
        migrations.AlterField(
            model_name="agreement", name="translation_key", field=models.UUIDField(default=uuid.uuid4, editable=False)
        ),
        migrations.AlterField(
            model_name="agreement", name="slug", field=models.SlugField(max_length=100, verbose_name="address")
        ),
        migrations.AlterUniqueTogether(
            name="agreement", unique_together={("translation_key", "locale"), ("slug", "locale")}
        ),
    ]
