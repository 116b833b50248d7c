from django.db import migrations

from storefront.backoffice.db_triggers import FROZEN_TABLES


class Migration(migrations.Migration):
    """The database refuses to change the history of what staff did."""

    dependencies = [
        ("backoffice", "0004_confirmed_acts"),
        ("wagtailcore", "0097_baselogentry_uuid_action_timestamp_indexes"),
    ]
    operations = [FROZEN_TABLES.install_operation()]
