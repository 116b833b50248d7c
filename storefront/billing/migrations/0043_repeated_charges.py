import django.db.models.deletion
from django.db import migrations, models

from storefront.billing.db_triggers import FROZEN_TABLES


class Migration(migrations.Migration):

    dependencies = [
        ('billing', '0042_provider_sells'),
    ]

    operations = [
        FROZEN_TABLES.remove_operation(),
        migrations.AddField(
            model_name='paymentattempt',
            name='repeats',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='repeated_by', to='billing.paymentattempt'),
        ),
        FROZEN_TABLES.install_operation(),
    ]
