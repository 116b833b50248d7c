"""``LicenseTerm`` is called ``LicensePeriod``. The table keeps its name, so nothing is rebuilt."""

import django.db.models.deletion
from django.db import migrations, models


def rename_content_type(apps, schema_editor):
    """Also its permissions. Django renames content types only for a RenameModel that touches the database."""
    content_type = apps.get_model("contenttypes", "ContentType")
    permission = apps.get_model("auth", "Permission")
    if content_type.objects.filter(app_label="licensing", model="licenseperiod").exists():
        return  # migrated backward and forward again
    content_type.objects.filter(app_label="licensing", model="licenseterm").update(model="licenseperiod")
    for action in ("add", "change", "delete", "view"):
        permission.objects.filter(content_type__app_label="licensing", codename=f"{action}_licenseterm").update(
            codename=f"{action}_licenseperiod", name=f"Can {action} license period"
        )


class Migration(migrations.Migration):
    dependencies = [
        ("licensing", "0004_unproven_portals_and_log"),
        ("contenttypes", "0002_remove_content_type_name"),
        ("auth", "0012_alter_user_first_name_max_length"),
    ]

    operations = [
        migrations.SeparateDatabaseAndState(
            state_operations=[
                migrations.RenameModel("LicenseTerm", "LicensePeriod"),
                migrations.AlterModelTable("LicensePeriod", "licensing_licenseterm"),
                migrations.AlterField(
                    "LicensePeriod",
                    "license",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="periods", to="licensing.license"
                    ),
                ),
            ],
        ),
        migrations.RunPython(rename_content_type, migrations.RunPython.noop, elidable=False),
    ]
