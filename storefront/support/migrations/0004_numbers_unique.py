from django.db import migrations, models

import storefront.support.models.conversations


class Migration(migrations.Migration):
    dependencies = [("support", "0003_numbers")]

    operations = [
        migrations.AlterField(
            model_name="conversation",
            name="number",
            field=models.CharField(
                default=storefront.support.models.conversations.ticket_number,
                editable=False,
                max_length=20,
                unique=True,
                verbose_name="number",
            ),
        ),
    ]
