import django.db.models.deletion
from django.db import migrations, models


def rename_content_type(apps, schema_editor):
    """And its permissions. ``RenameModel`` does so by itself, unless it stands inside ``SeparateDatabaseAndState``."""
    content_types = apps.get_model("contenttypes", "ContentType").objects.filter(app_label="plans")
    if content_types.filter(model="planprice").exists():
        return  # migrated backward and forward again
    content_types.filter(model="planterm").update(model="planprice")
    permissions = apps.get_model("auth", "Permission").objects.filter(content_type__app_label="plans")
    for action in ("add", "change", "delete", "view"):
        permissions.filter(codename=f"{action}_planterm").update(
            codename=f"{action}_planprice", name=f"Can {action} plan price"
        )


class Migration(migrations.Migration):

    dependencies = [
        ('auth', '0012_alter_user_first_name_max_length'),
        ('catalogue', '__first__'),
        ('contenttypes', '0002_remove_content_type_name'),
        ('plans', '0010_conditions'),
    ]

    operations = [
        migrations.SeparateDatabaseAndState(
            state_operations=[
                migrations.AlterModelTable(name='planterm', table='plans_planterm'),
                migrations.RenameModel(old_name='PlanTerm', new_name='PlanPrice'),
                migrations.AlterField(
                    model_name='planprice',
                    name='plan',
                    field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='prices', to='plans.plan'),
                ),
                migrations.AlterField(
                    model_name='planprice',
                    name='period',
                    field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='prices', to='plans.period'),
                ),
                migrations.AlterField(
                    model_name='planprice',
                    name='product',
                    field=models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='plan_price', to='catalogue.product'),
                ),
            ],
        ),
        migrations.RunPython(rename_content_type, migrations.RunPython.noop),
        migrations.RenameField(model_name='softwareproduct', old_name='offer', new_name='published_prices'),
    ]
