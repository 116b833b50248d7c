from django.db import migrations

from storefront.billing.documents.db_triggers import FROZEN_TABLES


class Migration(migrations.Migration):
    dependencies = [("documents", "0001_initial")]

    operations = [FROZEN_TABLES.install_operation()]
